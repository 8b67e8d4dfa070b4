"""Settings: where everything is, how the pages look to me, and what is running here."""

from __future__ import annotations

import platform
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from leeway import __version__
from leeway.store import marks
from leeway.web import house
from leeway.web.doors import only
from leeway.web.shell.context import THEMES

A_YEAR = 365 * 24 * 3600


@login_required
def index(request: HttpRequest) -> HttpResponse:
    languages = settings.LANGUAGES
    return render(request, "leeway/setup/index.html", {"place": "settings", "languages": languages})


@login_required
@require_POST
def look(request: HttpRequest) -> HttpResponse:
    """Theme and language, kept in this browser: they are nobody else's business."""
    response = redirect("settings")
    theme, language = request.POST.get("theme", ""), request.POST.get("language", "")
    secure = {"samesite": "Lax", "secure": settings.HTTPS, "max_age": A_YEAR}
    if theme in THEMES:
        response.set_cookie("theme", theme, **secure)  # type: ignore[arg-type]
    else:
        response.delete_cookie("theme", samesite="Lax")
    if language in dict(settings.LANGUAGES):
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, httponly=True, **secure)  # type: ignore[arg-type]
    messages.success(request, _("That is how it looks in this browser from now on."))
    return response


@only("may_set_up")
def about(request: HttpRequest) -> HttpResponse:
    here = house.house()
    return render(
        request,
        "leeway/setup/about.html",
        {
            "place": "settings",
            "version": __version__,
            "python": platform.python_version(),
            "database": here.database,
            "policy": house.world().policy,
            "roster": house.world().roster,
            "languages": sorted(house.world().languages),
            "waiting": here.writer.waiting,
            "sweep": _sweep(),
        },
    )


def _sweep() -> dict[str, Any] | None:
    """What the watchdog said last: how many clocks were looked at on time, and how many cases it found forgotten."""
    driver = house.house().driver()
    try:
        mark = marks.get(driver, marks.SWEEP)
    finally:
        driver.close()
    return None if mark is None else {"at": mark[0], **mark[1]}
