"""The live part of Watch without Django's round: when something happens, fifty open pages ask for it at once.

They see the same few pictures, so a picture is made and compressed once, and everybody who asks meanwhile gets that
one. Who is asking is looked up in their session, and believed for a few seconds.
"""

from __future__ import annotations

import asyncio
import gzip
import time
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass
from random import uniform
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

from leeway.web import house
from leeway.web.access import Viewer
from leeway.web.http import App, Receive, Scope, Send, header
from leeway.web.listeners import cookies_of, signed_in, with_connection

BELIEVED_SECONDS = 10.0
"""Whoever was signed out elsewhere sees no more than this long after; half as long for some, so that fifty people who
came together are not looked up together again.
"""

KEPT = 200
COMPRESSION = 4

Thing = TypeVar("Thing")


class Together(Generic[Thing]):
    """Things by key, each for some seconds; who asks while one is being made gets the same."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._made: dict[Hashable, tuple[float, asyncio.Task[Thing]]] = {}

    async def get(self, key: Hashable, make: Callable[[], Coroutine[Any, Any, Thing]]) -> Thing:
        until, task = self._made.get(key, (0.0, None))
        if task is None or (task.done() and (_failed(task) or time.monotonic() > until)):
            while len(self._made) >= KEPT:
                del self._made[next(iter(self._made))]
            task = asyncio.create_task(make())
            self._made[key] = time.monotonic() + self._seconds * uniform(0.5, 1), task  # noqa: S311 - no secret
        return await asyncio.shield(task)  # somebody who goes away must not take it from the others


def _failed(task: asyncio.Task[Any]) -> bool:
    return task.cancelled() or task.exception() is not None


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody signed in, with the language and the zone they read in."""

    viewer: Viewer
    language: str
    zone: str


@dataclass(frozen=True, slots=True)
class Fragment:
    plain: bytes
    zipped: bytes


class WatchLive:
    """``GET /watch/live``. Whoever is not simply signed in is left to ``pages``, which say what to do.

    ``newest`` is the number of the newest fact the live stream has told of, 0 while it does not know.
    """

    def __init__(self, pages: Callable[[], App], newest: Callable[[], int]) -> None:
        self._pages = pages
        self._newest = newest
        self._readers: Together[Reader | None] = Together(BELIEVED_SECONDS)
        self._fragments: Together[Fragment] = Together(1.0)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        reader = await self._reader(scope) if scope["method"] == "GET" else None
        if reader is None:
            pages = await asyncio.to_thread(self._pages)
            await pages(scope, receive, send)
            return
        fragment = await self._fragment(reader, scope.get("query_string", b"").decode("latin-1"))
        zipped = b"gzip" in header(scope, b"accept-encoding")
        body = fragment.zipped if zipped else fragment.plain
        headers = [*_HEADERS, (b"content-length", b"%d" % len(body))]
        if zipped:
            headers.append((b"content-encoding", b"gzip"))
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _reader(self, scope: Scope) -> Reader | None:
        cookies, languages = (
            header(scope, name).decode("latin-1") for name in (b"cookie", b"accept-language")
        )

        def look() -> Reader | None:
            self._pages()  # Django has to be there
            return _reader(cookies, languages)

        return await self._readers.get((cookies, languages), lambda: asyncio.to_thread(look))

    async def _fragment(self, reader: Reader, query: str) -> Fragment:
        given = parse_qs(query, keep_blank_values=True)
        mine, level = "mine" in given, given.get("level", [""])[0][:60]
        newest = self._newest()
        viewer = reader.viewer
        key = (
            newest or time.monotonic(),
            None if viewer.sees_everything else viewer.colleagues,
            (viewer.may_lead, viewer.may_see_insights, viewer.person if mine else ""),
            (level, reader.language, reader.zone),
        )
        return await self._fragments.get(
            key, lambda: asyncio.to_thread(_fragment, reader, level, newest, mine=mine)
        )


_HEADERS = [
    (b"content-type", b"text/html; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"vary", b"Accept-Encoding, Cookie"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
]


def _reader(cookie_header: str, languages: str) -> Reader | None:
    from django.http import HttpRequest  # noqa: PLC0415 - Django is loaded beside the native paths
    from django.utils.translation import get_language_from_request  # noqa: PLC0415

    from leeway.web.middleware import zone_of  # noqa: PLC0415

    request = HttpRequest()
    request.COOKIES = cookies_of(cookie_header)
    request.META["HTTP_ACCEPT_LANGUAGE"] = languages
    viewer = with_connection(lambda: signed_in(request.COOKIES))
    if viewer is None:
        return None
    return Reader(viewer, get_language_from_request(request), zone_of(request.COOKIES))


def _fragment(reader: Reader, level: str, newest: int, *, mine: bool) -> Fragment:
    from django.utils import timezone, translation  # noqa: PLC0415

    from leeway.store.queries.watch import newest_fact  # noqa: PLC0415
    from leeway.web.watch.picture import asked, picture  # noqa: PLC0415

    def make() -> str:
        zone = timezone.override(ZoneInfo(reader.zone))
        with house.one_look(), translation.override(reader.language), zone:
            return picture(asked(reader.viewer, level, mine=mine), newest or newest_fact()).fragment

    plain = with_connection(make).encode()
    return Fragment(plain, gzip.compress(plain, COMPRESSION))
