"""``GET /healthz``: whether the house can take facts, and how its clocks are running."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec

from leeway import __version__
from leeway.desk.ports import StoreTrouble
from leeway.store.writer.writer import Writer
from leeway.web.http import Receive, Scope, Send, answer

Report = Callable[[], dict[str, Any] | None]


class Health(msgspec.Struct, frozen=True):
    """``queue`` counts facts waiting to be committed; ``watchdog`` and ``outbox`` are what the
    sweep and the deliverer last reported, with the time of the report.
    """

    status: str
    version: str
    database: str
    queue: int
    watchdog: dict[str, Any] | None
    outbox: dict[str, Any] | None


class HealthPage:
    """The readers are called in a thread; they raise ``StoreTrouble`` when the database is away."""

    def __init__(self, writer: Writer, database: str, watchdog: Report, outbox: Report) -> None:
        self._writer = writer
        self._database = database
        self._watchdog, self._outbox = watchdog, outbox

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        try:
            status, reports = "ok", [await asyncio.to_thread(read) for read in (self._watchdog, self._outbox)]
        except StoreTrouble:
            status, reports = "database away", [None, None]
        health = Health(status, __version__, self._database, self._writer.waiting, *reports)
        await answer(send, 200 if status == "ok" else 503, health, headers=[(b"cache-control", b"no-store")])
