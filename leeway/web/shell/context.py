"""What the frame around every page needs: the theme, and how many there are of what."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from leeway.store.queries import counts
from leeway.web import house
from leeway.web.access import Viewer

THEMES = ("light", "dark")


def frame(request: HttpRequest) -> dict[str, Any]:
    theme = request.COOKIES.get("theme", "")
    known = request.user.is_authenticated
    return {
        "theme": theme if theme in THEMES else "",
        "counts": SimpleLazyObject(counts.counts) if known else None,
        "to_decide": SimpleLazyObject(lambda: _to_decide(request.viewer)) if known else None,  # type: ignore[attr-defined]
    }


def _to_decide(viewer: Viewer) -> str:
    now = house.now()
    levels = viewer.levels(house.world().policy, now)
    found = counts.waiting(viewer, viewer.person, levels, leads=viewer.may_lead, now=now)
    return counts.capped(found) if found else ""
