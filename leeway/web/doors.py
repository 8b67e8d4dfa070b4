"""Who may come in: a page says what one must be allowed, and everybody else is told so."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Literal

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

View = Callable[..., HttpResponse]
Allowed = Literal["roles", "may_lead", "may_publish", "may_run_roster", "may_see_insights", "may_set_up"]


def only(allowed: Allowed) -> Callable[[View], View]:
    """Strangers sign in first; people of the house without this permission read why not (403)."""

    def door(view: View) -> View:
        @login_required
        @wraps(view)
        def guarded(request: HttpRequest, *args: object, **more: object) -> HttpResponse:
            if not getattr(request.viewer, allowed):  # type: ignore[attr-defined]
                raise PermissionDenied(allowed)
            return view(request, *args, **more)

        return guarded

    return door
