"""The working page of one conversation: transcript, journey, composer, and what helps beside it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from leeway.core.case import Case
from leeway.store.queries import watch
from leeway.web import audit
from leeway.web.access import Viewer
from leeway.web.assist import guidance
from leeway.web.assist.glance import glance
from leeway.web.cases.picture import picture, transcript
from leeway.web.cases.views import case_for
from leeway.web.knowledge import views as knowledge


@login_required
def workspace(request: HttpRequest, number: int) -> HttpResponse:
    last = watch.newest_fact()
    case = case_for(request, number)
    if case.merged_into:
        return redirect("conversation", case.merged_into)
    audit.seen(request, number)
    context = {"place": "conversations", "live_after": last, **_everything(request, case)}
    return render(request, "leeway/conversations/page.html", context)


@login_required
def again(request: HttpRequest, number: int) -> HttpResponse:
    """The page's parts as they are now, because something happened. The one somebody types in is not among them."""
    case = case_for(request, number)
    return render(request, "leeway/conversations/again.html", _everything(request, case))


def _everything(request: HttpRequest, case: Case) -> dict[str, Any]:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    shown = picture(case, viewer, reverse("conversation", args=[case.id]))
    return {**shown, **_beside(case, viewer, shown), "glance": glance(case, shown["others"])}


def _beside(case: Case, viewer: Viewer, shown: dict[str, Any]) -> dict[str, Any]:
    """What was said, and what may be said next."""
    said = transcript(case)
    turns = [spoken.turn for spoken in said["turns"]]
    rooms = shown["room"]["rooms"] if viewer.person == case.owner else ()
    room = {one.instrument: one.left for one in rooms}
    return {
        **said,
        "guidance": guidance.panel(case, turns, shown["customer"], room),
        "whisper": guidance.whisper(case, turns),
        "articles": knowledge.beside(case),
    }
