"""The many: people with Watch open, as their browsers behave, without a browser each.

Every one listens to the live stream over a connection of its own and, when something happened, waits the moment a
browser waits and asks for the live part again. Measured is when the answer that shows the message has arrived.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import re
import time
from statistics import median, quantiles
from typing import Any

from bench.part import Measures, answer

BROWSER_WAITS = 0.02
"""What app.js leaves the next facts of a burst to arrive in."""

NEWEST = re.compile(rb'data-newest="(\d+)"')
SECONDS = 30


class Watcher:
    """One open page."""

    def __init__(self, host: str, port: int, session: str) -> None:
        self._at = host, port
        self._session = session
        self._wanted: asyncio.Queue[int] = asyncio.Queue()
        self.shown = asyncio.Queue[tuple[int, float]]()
        self.streaming = asyncio.Event()

    async def run(self, after: int) -> None:
        await asyncio.gather(self._listen(after), self._ask_again())

    async def _listen(self, after: int) -> None:
        reader, writer = await asyncio.open_connection(*self._at)
        writer.write(self._request(f"/live?after={after}"))
        await reader.readuntil(b"\r\n\r\n")
        self.streaming.set()
        while line := await reader.readline():
            if line.startswith(b"id: "):
                self._wanted.put_nowait(int(line[4:]))

    async def _ask_again(self) -> None:
        reader, writer = await asyncio.open_connection(*self._at)
        seen = 0
        while True:
            number = await self._wanted.get()
            if number <= seen:
                continue
            await asyncio.sleep(BROWSER_WAITS)
            writer.write(self._request("/watch/live"))
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(re.search(rb"content-length: (\d+)", head)[1])  # type: ignore[index]
            body = gzip.decompress(await reader.readexactly(length))
            seen = int(NEWEST.search(body)[1])  # type: ignore[index]
            self.shown.put_nowait((seen, time.monotonic()))

    def _request(self, path: str) -> bytes:
        host = f"{self._at[0]}:{self._at[1]}"
        lines = (
            f"GET {path} HTTP/1.1",
            f"host: {host}",
            f"cookie: sessionid={self._session}",
            "accept-encoding: gzip",
        )
        return "\r\n".join((*lines, "accept-language: en", "", "")).encode()

    async def shows(self, number: int) -> float:
        """When the picture had this fact in it."""
        while True:
            newest, at = await self.shown.get()
            if newest >= number:
                return at


class Many:
    """They stay for all rounds of a part."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._watchers: list[Watcher] = []
        self._tasks: list[asyncio.Task[None]] = []

    def measure(self, **how: Any) -> Measures:
        return self._loop.run_until_complete(self._measure(**how))

    def go(self) -> None:
        for task in self._tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*self._tasks, return_exceptions=True))

    async def _measure(
        self, *, host: str, port: int, sessions: list[str], messages: list[dict[str, Any]], token: str
    ) -> Measures:
        if not self._watchers:
            self._watchers = [Watcher(host, port, session) for session in sessions]
            self._tasks = [asyncio.create_task(one.run(0)) for one in self._watchers]
            await asyncio.gather(*(one.streaming.wait() for one in self._watchers))
            await asyncio.sleep(2)
        reader, writer = await asyncio.open_connection(host, port)
        took: list[float] = []
        for message in messages:
            begun = time.monotonic()
            number = await _post(reader, writer, host, port, token, message)
            async with asyncio.timeout(SECONDS):
                shown = await asyncio.gather(*(one.shows(number) for one in self._watchers))
            took += [1000 * (at - begun) for at in shown]
            await asyncio.sleep(0.3)
        writer.close()
        return {"p50_ms": median(took), "p95_ms": quantiles(took, n=20)[-1], "n": len(took)}


async def _post(  # noqa: PLR0917 - one request, put together here and nowhere else
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    host: str,
    port: int,
    token: str,
    message: dict[str, Any],
) -> int:
    """Hands in a message; gives its number in the house, which the stream tells too."""
    body = json.dumps(message).encode()
    head = (
        f"POST /api/v1/facts HTTP/1.1\r\nhost: {host}:{port}\r\ncontent-type: application/json\r\n"
        f"authorization: Bearer {token}\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    writer.write(head.encode() + body)
    told = await reader.readuntil(b"\r\n\r\n")
    length = int(re.search(rb"content-length: (\d+)", told)[1])  # type: ignore[index]
    said = json.loads(await reader.readexactly(length))
    return int(said["fact"])


if __name__ == "__main__":
    many = Many()
    answer(many.measure)
    many.go()
