"""A supervisor's page: the whole story in one minute, one click to decide."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from leeway.store.queries import story, watch
from leeway.web import audit
from leeway.web.cases.picture import picture
from leeway.web.cases.views import case_for

HISTORY_SHOWN = 60


@login_required
def page(request: HttpRequest, number: int) -> HttpResponse:
    last = watch.newest_fact()
    case = case_for(request, number)
    if case.merged_into:
        return redirect("escalation", case.merged_into)
    audit.seen(request, number)
    context = {"place": "escalations", "live_after": last, **picture(case, request.viewer)}  # type: ignore[attr-defined]
    return render(request, "leeway/escalations/page.html", context)


@login_required
def body(request: HttpRequest, number: int) -> HttpResponse:
    """The page without its frame and forms, because something happened."""
    case = case_for(request, number)
    return render(request, "leeway/escalations/body.html", picture(case, request.viewer))  # type: ignore[attr-defined]


@login_required
def history(request: HttpRequest, number: int) -> HttpResponse:
    """Everything that happened and everything that was decided, the newest first."""
    case = case_for(request, number)
    before = int(request.GET.get("before", "0")) if request.GET.get("before", "0").isdigit() else 0
    entries = story.entries(number, before=before, most=HISTORY_SHOWN)
    older = entries[-1].number if len(entries) == HISTORY_SHOWN else 0
    context = {"place": "escalations", "case": case, "entries": entries, "older": older}
    return render(request, "leeway/escalations/history.html", context)
