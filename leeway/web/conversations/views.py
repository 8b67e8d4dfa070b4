"""The working page of one conversation: transcript, journey, composer, and what helps beside it."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from leeway.store.queries import watch
from leeway.web import audit
from leeway.web.cases.picture import picture
from leeway.web.cases.views import case_for

PARTS = ("transcript", "beside", "head")


@login_required
def workspace(request: HttpRequest, number: int) -> HttpResponse:
    last = watch.newest_fact()
    case = case_for(request, number)
    if case.merged_into:
        return redirect("conversation", case.merged_into)
    audit.seen(request, number)
    context = {"place": "conversations", "live_after": last, **picture(case, request.viewer)}  # type: ignore[attr-defined]
    return render(request, "leeway/conversations/page.html", context)


@login_required
def part(request: HttpRequest, number: int, name: str) -> HttpResponse:
    """One part of the page again, because something happened. Never the one somebody is typing in."""
    case = case_for(request, number)
    wanted = name if name in PARTS else PARTS[0]
    context = picture(case, request.viewer)  # type: ignore[attr-defined]
    return render(request, f"leeway/conversations/{wanted}.html", context)
