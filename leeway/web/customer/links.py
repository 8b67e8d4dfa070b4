"""For our own people: make the customer's link, copy it, take it back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from leeway.core.case import Case
from leeway.desk import customer_link
from leeway.desk.customer_link import Link
from leeway.store.queries.links import StoredLinks, working_links
from leeway.web import audit, house
from leeway.web.access import Viewer
from leeway.web.cases.views import case_for


def card(case: Case, viewer: Viewer) -> dict[str, Any]:
    """What ``leeway/customer/link_card.html`` shows on a case's page."""
    may_link = viewer.may_lead and viewer.may_act_on(case)
    links: list[Link] = working_links(case.id, house.now()) if may_link else []
    return {"links": links, "may_link": may_link}


@login_required
@require_POST
def create(request: HttpRequest, number: int) -> HttpResponse:
    """Shows the new link, this once: afterwards only its hash is known."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    case = case_for(request, number)
    if not (viewer.may_lead and viewer.may_act_on(case)):
        return HttpResponseForbidden(_("Your role may not do this."))
    audit.seen(request, number)
    made = customer_link.create(StoredLinks(), case.id, by=viewer.person, now=house.now())
    address = request.build_absolute_uri(reverse("customer", args=[made.secret]))
    context = {
        "place": "conversations",
        "case": case,
        "address": address,
        "link": made.link,
        "back": _back(request, number),
    }
    return render(request, "leeway/customer/link_made.html", context)


@login_required
@require_POST
def revoke(request: HttpRequest, number: int) -> HttpResponse:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    case = case_for(request, number)
    if not (viewer.may_lead and viewer.may_act_on(case)):
        return HttpResponseForbidden(_("Your role may not do this."))
    count = StoredLinks().revoke(case.id, at=house.now())
    said = ngettext("%(n)d link was taken back.", "%(n)d links were taken back.", count) % {"n": count}
    messages.success(request, said)
    return redirect(_back(request, number))


def _back(request: HttpRequest, number: int) -> str:
    back = request.POST.get("back", "")
    if url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        return back
    return reverse("conversation", args=[number])
