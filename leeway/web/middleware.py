"""What every page has: somebody looking at it, their time zone, and headers that let nothing foreign run."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from zoneinfo import ZoneInfo, available_timezones

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from leeway.web import house
from leeway.web.access import viewer_of

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
"""Nothing from elsewhere, nothing inline: a message of a customer can never become a script of ours."""

ZONE_COOKIE = "zone"

ZONES = frozenset(available_timezones())

GetResponse = Callable[[HttpRequest], HttpResponse]


def headers(get_response: GetResponse) -> GetResponse:
    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return handle


def viewer(get_response: GetResponse) -> GetResponse:
    """``request.viewer`` for every page; asked for, not before."""

    def handle(request: HttpRequest) -> HttpResponse:
        request.viewer = SimpleLazyObject(  # type: ignore[attr-defined]
            lambda: viewer_of(request.user, house.world().roster)
        )
        if request.method not in ("GET", "HEAD"):  # what publishes something shows it too
            return get_response(request)
        with house.one_look():
            return get_response(request)

    return handle


def one_clock() -> bool:
    """Whether everybody sees the house's own time (``LEEWAY_ZONE=house``) instead of their own."""
    return os.environ.get("LEEWAY_ZONE") == "house"


def zone_of(cookies: Mapping[str, str]) -> str:
    """The zone a reader's browser told, else the house's."""
    name = "" if one_clock() else cookies.get(ZONE_COOKIE, "")
    return name if name in ZONES else house.world().policy.zone


def local_time(get_response: GetResponse) -> GetResponse:
    """Pages show the reader's own zone, which the browser tells in a cookie; until then the house's."""

    def handle(request: HttpRequest) -> HttpResponse:
        with timezone.override(ZoneInfo(zone_of(request.COOKIES))):
            return get_response(request)

    return handle
