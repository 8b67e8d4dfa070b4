"""Watch: the weather of the house at a glance."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from leeway.store.queries.watch import newest_fact
from leeway.web.watch.picture import Picture, asked, picture


@login_required
def page(request: HttpRequest) -> HttpResponse:
    shown = _picture(request)
    context = {"place": "watch", "live_after": shown.newest, "picture": shown}
    return render(request, "leeway/watch/page.html", context)


@login_required
def live(request: HttpRequest) -> HttpResponse:
    """The same again, without the frame, when something happened. A server answers this one itself
    (``leeway.web.watch.native``); here for whoever runs the pages under another.
    """
    return HttpResponse(_picture(request).fragment)


def _picture(request: HttpRequest) -> Picture:
    given = request.GET
    of = asked(request.viewer, given.get("level", ""), mine="mine" in given)  # type: ignore[attr-defined]
    return picture(of, newest_fact())
