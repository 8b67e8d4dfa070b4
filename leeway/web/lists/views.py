"""The lists: narrowed by their address, paged by key, walked by keyboard, saved under a name, taken along as CSV."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseForbidden
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from leeway.store.queries import lists, saved, watch
from leeway.store.queries.cases import BadCursor
from leeway.web import house
from leeway.web.access import Viewer
from leeway.web.csv_safe import csv_response
from leeway.web.lists import bulk, filters, rows

PLACES = {"conversations": lists.conversations, "escalations": lists.escalations}


def viewer_of(request: HttpRequest) -> Viewer:
    return request.viewer  # type: ignore[attr-defined]


@login_required
def conversations(request: HttpRequest) -> HttpResponse:
    return _cases(request, "conversations")


@login_required
def escalations(request: HttpRequest) -> HttpResponse:
    return _cases(request, "escalations")


def _cases(request: HttpRequest, place: str) -> HttpResponse:
    viewer, asked = viewer_of(request), filters.asked(request.GET)
    last = watch.newest_fact()
    try:
        page = PLACES[place](
            viewer,
            filters.wanted(asked, viewer),
            after=request.GET.get("after", ""),
            before=request.GET.get("before", ""),
        )
    except BadCursor:
        return redirect(place)
    world = house.world()
    choices = filters.choices(world.policy, world.roster)
    context = {
        "place": place,
        "live_after": last,
        "asked": asked,
        "rows": rows.Scribe(world.policy, world.roster).rows(page.rows, place, ticks=viewer.may_lead),
        "whose": filters.whose_chips(asked),
        "statuses": filters.status_chips(asked) if place == "conversations" else [],
        "in_force": filters.in_force(asked, {field: options.names for field, options in choices.items()}),
        "choices": {field: options.html(asked[field]) for field, options in choices.items()},
        "actions": bulk.choices() if viewer.may_lead else "",
        "people": choices["owner"].html(),
        "key": uuid.uuid4().hex,
        **_around(page, asked),
        **_saved(request, place, asked),
    }
    return render(request, f"leeway/lists/{place}.html", context)


def _around(page: Any, asked: filters.Asked) -> dict[str, str]:  # noqa: ANN401 - a page of anything
    """Where the pages before and after this one are."""
    base = asked.query + ("&" if asked.query else "")
    return {
        "before": f"?{base}before={page.before}" if page.before else "",
        "after": f"?{base}after={page.after}" if page.after else "",
    }


def _saved(request: HttpRequest, place: str, asked: filters.Asked) -> dict[str, Any]:
    person = viewer_of(request).person
    return {"saved": saved.saved_filters(person, place), "query": asked.query, "csv": reverse(f"{place}-csv")}


@login_required
def export(request: HttpRequest, place: str) -> HttpResponseBase:
    """The same lines as the list, all of them, one after another."""
    viewer = viewer_of(request)
    if not viewer.roles:
        return HttpResponseForbidden(_("Your role may not do this."))
    wanted = filters.wanted(filters.asked(request.GET), viewer)
    found = lists.every(viewer, wanted, place)
    return csv_response(f"{place}.csv", rows.EXPORTED, (rows.exported(line) for line in found))


@login_required
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    place, name = request.POST.get("place", ""), request.POST.get("name", "").strip()
    if place not in PLACES:
        raise Http404(_("There is no such list."))
    asked = filters.asked(_read(request.POST.get("query", "")))
    if name and asked.query:
        saved.save_filter(viewer_of(request).person, place, name, asked.query, house.now())
        messages.success(request, _("Saved: %(name)s.") % {"name": name})
    else:
        messages.error(request, _("A saved filter needs a name, and something it narrows the list to."))
    return redirect(f"{reverse(place)}?{asked.query}")


def _read(query: str) -> dict[str, str]:
    from django.http import QueryDict  # noqa: PLC0415 - only a saved filter is read from text

    return QueryDict(query).dict()


@login_required
@require_POST
def forget(request: HttpRequest, number: int) -> HttpResponse:
    if not saved.forget_filter(viewer_of(request).person, number):
        raise Http404(_("There is no such filter."))
    place = request.POST.get("place", "")
    return redirect(place if place in PLACES else "conversations")


@login_required
def promises(request: HttpRequest) -> HttpResponse:
    """What was promised, by time: kept and let off right here."""
    viewer = viewer_of(request)
    view = request.GET.get("show", "due")
    view = view if view in lists.PROMISE_VIEWS else "due"
    mine = request.GET.get("whose") == "mine"
    people = frozenset({viewer.person}) if mine else frozenset()
    try:
        page = lists.promises(
            viewer,
            view,
            people=people,
            after=request.GET.get("after", ""),
            before=request.GET.get("before", ""),
        )
    except BadCursor:
        return redirect("promises")
    base = f"show={view}" + ("&whose=mine" if mine else "")
    world = house.world()
    context = {
        "place": "promises",
        "view": view,
        "mine": mine,
        "lines": page.rows,
        "scribe": rows.Scribe(world.policy, world.roster),
        "before": f"?{base}&before={page.before}" if page.before else "",
        "after": f"?{base}&after={page.after}" if page.after else "",
        "back": f"{reverse('promises')}?{base}",
        "may_act": bool(viewer.roles & {"agent", "supervisor", "manager", "admin"}),
    }
    return render(request, "leeway/lists/promises.html", context)
