"""What the frame around every page needs: the theme, and how many there are of what."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from leeway.store.queries.counts import counts

THEMES = ("light", "dark")


def frame(request: HttpRequest) -> dict[str, Any]:
    theme = request.COOKIES.get("theme", "")
    return {
        "theme": theme if theme in THEMES else "",
        "counts": SimpleLazyObject(counts) if request.user.is_authenticated else None,
    }
