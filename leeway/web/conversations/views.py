"""The working page of one conversation: transcript, journey, composer, and what helps beside it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from leeway.core.case import Case
from leeway.store.queries import watch
from leeway.web import audit
from leeway.web.cases.picture import picture, transcript
from leeway.web.cases.views import case_for

PARTS = ("transcript", "beside", "head")


@login_required
def workspace(request: HttpRequest, number: int) -> HttpResponse:
    last = watch.newest_fact()
    case = case_for(request, number)
    if case.merged_into:
        return redirect("conversation", case.merged_into)
    audit.seen(request, number)
    context = {"place": "conversations", "live_after": last, **_everything(request, case), **transcript(case)}
    return render(request, "leeway/conversations/page.html", context)


@login_required
def part(request: HttpRequest, number: int, name: str) -> HttpResponse:
    """One part of the page again, because something happened. Never the one somebody is typing in."""
    case = case_for(request, number)
    if name not in PARTS:
        raise Http404
    context = _everything(request, case) | (transcript(case) if name == "transcript" else {})
    return render(request, f"leeway/conversations/{name}.html", context)


def _everything(request: HttpRequest, case: Case) -> dict[str, Any]:
    return picture(case, request.viewer, reverse("conversation", args=[case.id]))  # type: ignore[attr-defined]
