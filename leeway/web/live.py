"""The live stream: what was written since fact N, then everything as it comes. Resumes without a gap or a double.

A browser connects with the number of the last fact its page shows (``after``, or ``Last-Event-ID`` when it reconnects).
The log itself is what is streamed, in the order of its numbers, so nothing depends on who was connected when. A commit
in this process wakes the stream at once; one in another process is found by looking once a second.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from urllib.parse import parse_qs

import msgspec

from leeway.store.writer.driver import Driver
from leeway.web.http import Receive, Scope, Send, answer_problem, header
from leeway.web.problem import problem

LOOK_AGAIN_SECONDS = 1.0
BREATHE_SECONDS = 15.0
"""A comment line this often tells proxies and browsers that the connection lives."""

AT_ONCE = 500


class News(msgspec.Struct):
    """One fact of a case: its number in the house, and the kinds of what was decided."""

    id: int
    case: int
    kind: str


class Feed:
    """Reads the log once for everybody who listens, from one thread, and hands it to the event loop."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self._lock = threading.Lock()

    def newest(self) -> int:
        with self._lock:
            return int(self._driver.select("select coalesce(max(id), 0) from leeway_fact")[0][0])

    def since(self, number: int) -> list[News]:
        with self._lock:
            rows = self._driver.select(
                "select id, case_id, kind from leeway_fact where id > ? order by id limit ?",
                (number, AT_ONCE),
            )
        return [News(int(number), int(case), kind) for number, case, kind in rows]


class Live:
    """``GET /live?after=N`` for somebody who is signed in; ``may_listen`` says who."""

    def __init__(self, feed: Feed, may_listen: Callable[[str], bool]) -> None:
        self._feed = feed
        self._may_listen = may_listen
        self._wake: asyncio.Condition | None = None
        self._nudge: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._pump: asyncio.Task[None] | None = None
        self._recent: list[News] = []
        self._newest = 0

    def heard(self, written: object) -> None:
        """A commit in this process; called in the writer's thread."""
        del written
        loop, nudge = self._loop, self._nudge
        if loop is not None and nudge is not None and not loop.is_closed():
            loop.call_soon_threadsafe(nudge.set)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        allowed = await asyncio.to_thread(self._may_listen, header(scope, b"cookie").decode("latin-1"))
        if not allowed:
            await answer_problem(
                send, problem(401, "sign_in", "The stream is for people of the house: sign in first.")
            )
            return
        self._start()
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [
                    (b"content-type", b"text/event-stream"),
                    (b"cache-control", b"no-store"),
                    (b"x-accel-buffering", b"no"),
                ],
            }
        )
        gone = asyncio.ensure_future(_until_gone(receive))
        try:
            async for chunk in self._stream(_resume_after(scope)):
                if gone.done():
                    return
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        finally:
            gone.cancel()

    def _start(self) -> None:
        """The first listener starts the one task that looks at the log for all of them."""
        if self._pump is None or self._pump.done():
            self._loop = asyncio.get_running_loop()
            self._wake, self._nudge = asyncio.Condition(), asyncio.Event()
            self._pump = asyncio.create_task(self._look())

    async def _look(self) -> None:
        wake, nudge = self._wake, self._nudge
        assert wake is not None and nudge is not None  # noqa: PT018, S101 - set by _start
        self._newest = await asyncio.to_thread(self._feed.newest)
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(nudge.wait(), LOOK_AGAIN_SECONDS)
            nudge.clear()
            fresh = await asyncio.to_thread(self._feed.since, self._newest)
            if fresh:
                async with wake:
                    self._recent = [*self._recent, *fresh][-AT_ONCE * 4 :]
                    self._newest = fresh[-1].id
                    wake.notify_all()

    async def _stream(self, after: int) -> AsyncIterator[bytes]:
        yield b"retry: 1000\n\n"
        while True:
            news = await self._after(after)
            for one in news:
                yield b"id: %d\nevent: case\ndata: %s\n\n" % (one.id, msgspec.json.encode(one))
                after = one.id
            if not news:
                yield b": still here\n\n"

    async def _after(self, after: int) -> list[News]:
        """What came after a fact: from memory when it reaches back far enough, else from the log."""
        wake = self._wake
        assert wake is not None  # noqa: S101 - set by _start
        if after < self._newest:
            if self._recent and self._recent[0].id <= after + 1:
                return [one for one in self._recent if one.id > after]
            return await asyncio.to_thread(self._feed.since, after)
        async with wake:
            try:
                await asyncio.wait_for(wake.wait_for(lambda: self._newest > after), BREATHE_SECONDS)
            except TimeoutError:
                return []
            return [one for one in self._recent if one.id > after]


def _resume_after(scope: Scope) -> int:
    last = header(scope, b"last-event-id").decode("latin-1")
    asked = last or parse_qs(scope.get("query_string", b"").decode("latin-1")).get("after", ["0"])[0]
    return int(asked) if asked.isdigit() else 0


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
