"""A supervisor's page: the whole story in one minute, one click to decide."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from leeway.core.case import Case
from leeway.store.queries import story, watch
from leeway.web import audit, event_words
from leeway.web.cases.picture import picture
from leeway.web.cases.views import case_for
from leeway.web.templatetags.leeway_ui import person_name

HISTORY_SHOWN = 60
LONGEST_NUMBER = 18


@login_required
def page(request: HttpRequest, number: int) -> HttpResponse:
    last = watch.newest_fact()
    case = case_for(request, number)
    if case.merged_into:
        return redirect("escalation", case.merged_into)
    audit.seen(request, number)
    context = {"place": "escalations", "live_after": last, **_everything(request, case)}
    return render(request, "leeway/escalations/page.html", context)


@login_required
def body(request: HttpRequest, number: int) -> HttpResponse:
    """The page without its frame and forms, because something happened."""
    case = case_for(request, number)
    return render(request, "leeway/escalations/body.html", _everything(request, case))


def _everything(request: HttpRequest, case: Case) -> dict[str, Any]:
    return picture(case, request.viewer, reverse("escalation", args=[case.id]))  # type: ignore[attr-defined]


@login_required
def history(request: HttpRequest, number: int) -> HttpResponse:
    """Everything that happened and everything that was decided, the newest first."""
    case = case_for(request, number)
    audit.seen(request, number)
    asked = request.GET.get("before", "")
    before = int(asked) if asked.isdecimal() and len(asked) <= LONGEST_NUMBER else 0
    entries = story.entries(number, before=before, most=HISTORY_SHOWN)
    context = {
        "place": "escalations",
        "case": case,
        "entries": [(entry, event_words.followed(entry.events, person_name)) for entry in entries],
        "older": entries[-1].number if len(entries) == HISTORY_SHOWN else 0,
    }
    return render(request, "leeway/escalations/history.html", context)
