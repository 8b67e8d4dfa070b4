"""The live stream: what was written since fact N, then everything as it comes. Resumes without a gap or a double.

A browser connects with the number of the last fact its page shows (``after``, or ``Last-Event-ID`` when it reconnects).
The log itself is what is streamed, in the order of its numbers, so nothing depends on who was connected when. A commit
in this process wakes the stream at once; one in another process is found by looking once a second.

Everybody hears that something happened, because the house's figures move with it (``elsewhere``); which case it was
(``case``) only who may have it in their lists, or has its page open and may see it.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import suppress
from urllib.parse import parse_qs

import msgspec

from leeway.store.writer.driver import Driver
from leeway.web.http import Receive, Scope, Send, answer_problem, header
from leeway.web.listeners import Listener
from leeway.web.problem import problem

log = logging.getLogger(__name__)

LOOK_AGAIN_SECONDS = 1.0
BREATHE_SECONDS = 15.0
"""A comment line this often tells proxies and browsers that the connection lives."""

STREAM_SECONDS = 600.0
"""Then it ends, and the browser comes back by itself: a session that was ended is not listened to for ever."""

AT_ONCE = 500
CASES_FOLLOWED = 20

WhoListens = Callable[[str, Collection[int]], Listener | None]


class News(msgspec.Struct, frozen=True):
    """One fact: its number in the house, whose case it is about, and what is said of it on the wire."""

    id: int
    case: int
    people: tuple[str, str]
    said: bytes
    hinted: bytes


def news_of(number: int, case: int, kind: str, owner: str, asked: str) -> News:
    """Both forms are made once, however many listen."""
    about = msgspec.json.encode({"id": number, "case": case, "kind": kind})
    return News(
        number,
        case,
        (owner, asked or owner),
        b"id: %d\nevent: case\ndata: %s\n\n" % (number, about),
        b"id: %d\nevent: elsewhere\ndata: {}\n\n" % number,
    )


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
                "select f.id, f.case_id, f.kind, c.owner, c.asked from leeway_fact f "
                "join leeway_case c on c.id = f.case_id where f.id > ? order by f.id limit ?",
                (number, AT_ONCE),
            )
        return [news_of(int(fact), int(case), kind, owner, asked) for fact, case, kind, owner, asked in rows]


class Live:
    """``GET /live?after=N&case=C`` for somebody who is signed in; ``who`` says who is listening."""

    def __init__(self, feed: Feed, who: WhoListens) -> None:
        self._feed = feed
        self._who = who
        self._wake: asyncio.Condition | None = None
        self._nudge: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._pump: asyncio.Task[None] | None = None
        self._telling: set[asyncio.Task[None]] = set()
        self._recent: list[News] = []
        self._newest = 0
        self._closing = asyncio.Event()

    def close(self) -> None:
        """Every stream ends now, so that the server can; a browser comes back to the next one by itself."""
        self._closing.set()

    def newest(self) -> int:
        """The newest fact anybody was told of; 0 while nobody listens yet."""
        return self._newest

    def heard(self, written: object) -> None:
        """A commit in this process; called in the writer's thread."""
        del written
        loop, nudge = self._loop, self._nudge
        if loop is not None and nudge is not None and not loop.is_closed():
            loop.call_soon_threadsafe(nudge.set)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        after, cases = _asked_for(scope)
        cookies = header(scope, b"cookie").decode("latin-1")
        listener = await asyncio.to_thread(self._who, cookies, cases)
        if listener is None:
            await answer_problem(
                send, problem(401, "sign_in", "The stream is for people of the house: sign in first.")
            )
            return
        self._start()
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        telling = asyncio.create_task(self._tell(listener, after, send))
        self._telling.add(telling)
        gone = asyncio.create_task(_until_gone(receive))
        closing = asyncio.create_task(self._closing.wait())
        ends = (telling, gone, closing)
        try:
            await asyncio.wait(ends, timeout=STREAM_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in ends:
                task.cancel()
        with suppress(Exception):  # nobody may be there any more to hear the end
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    def end(self) -> None:
        """Ends every stream, because the server stops; browsers come back by themselves. Called in the event loop."""
        for telling in self._telling:
            telling.cancel()

    async def _tell(self, listener: Listener, after: int, send: Send) -> None:
        async for chunk in self._stream(listener, after):
            await send({"type": "http.response.body", "body": chunk, "more_body": True})

    def _start(self) -> None:
        """The first listener starts the one task that looks at the log for all of them."""
        if self._pump is None or self._pump.done():
            self._loop = asyncio.get_running_loop()
            self._wake, self._nudge = asyncio.Condition(), asyncio.Event()
            self._pump = asyncio.create_task(self._look(self._wake, self._nudge))

    async def _look(self, wake: asyncio.Condition, nudge: asyncio.Event) -> None:
        started = False
        while True:
            try:
                if not started:
                    await self._begin(wake)
                    started = True
                with suppress(TimeoutError):
                    await asyncio.wait_for(nudge.wait(), LOOK_AGAIN_SECONDS)
                nudge.clear()
                if await self._read_on(wake) == AT_ONCE:
                    nudge.set()  # there is more
            except (
                Exception
            ):  # a database that is away for a moment must not silence every page until a restart
                log.exception("the live stream could not read the log; trying again")
                await asyncio.sleep(LOOK_AGAIN_SECONDS)

    async def _begin(self, wake: asyncio.Condition) -> None:
        newest = await asyncio.to_thread(self._feed.newest)
        async with wake:  # whoever came with an older number looks into the log now
            self._newest = newest
            wake.notify_all()

    async def _read_on(self, wake: asyncio.Condition) -> int:
        fresh = await asyncio.to_thread(self._feed.since, self._newest)
        if fresh:
            async with wake:
                self._recent = [*self._recent, *fresh][-AT_ONCE * 4 :]
                self._newest = fresh[-1].id
                wake.notify_all()
        return len(fresh)

    async def _stream(self, listener: Listener, after: int) -> AsyncIterator[bytes]:
        yield b"retry: 1000\n\n"
        while True:
            news = await self._after(after)
            if news:
                after = news[-1].id
                yield b"".join(
                    one.said if listener.hears(one.case, one.people) else one.hinted for one in news
                )
            else:
                yield b": still here\n\n"

    async def _after(self, after: int) -> list[News]:
        """What came after a fact: from memory when it reaches back far enough, else from the log."""
        wake = self._wake
        assert wake is not None  # noqa: S101 - set by _start
        if after >= self._newest:
            async with wake:
                with suppress(TimeoutError):
                    await asyncio.wait_for(wake.wait_for(lambda: self._newest > after), BREATHE_SECONDS)
        if after >= self._newest:
            return []
        if self._recent and self._recent[0].id <= after + 1:
            return [one for one in self._recent if one.id > after]
        return await asyncio.to_thread(self._feed.since, after)


_HEADERS = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


def _asked_for(scope: Scope) -> tuple[int, tuple[int, ...]]:
    """Where to go on from, and the cases whose pages are open."""
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    last = header(scope, b"last-event-id").decode("latin-1") or query.get("after", ["0"])[0]
    cases = [int(number) for number in query.get("case", []) if _is_number(number)]
    return int(last) if _is_number(last) else 0, tuple(cases[:CASES_FOLLOWED])


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
