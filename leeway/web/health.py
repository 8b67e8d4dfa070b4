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


class Health(msgspec.Struct, frozen=True):
    """``queue`` counts facts waiting to be committed; ``watchdog`` is what the sweep last reported, with its time."""

    status: str
    version: str
    database: str
    queue: int
    watchdog: dict[str, Any] | None


class HealthPage:
    """``watchdog`` reads the last report, in a thread; it raises ``StoreTrouble`` when the database is away."""

    def __init__(self, writer: Writer, database: str, watchdog: Callable[[], dict[str, Any] | None]) -> None:
        self._writer = writer
        self._database = database
        self._watchdog = watchdog

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        try:
            report, status = await asyncio.to_thread(self._watchdog), "ok"
        except StoreTrouble:
            report, status = None, "database away"
        health = Health(status, __version__, self._database, self._writer.waiting, report)
        await answer(send, 200 if status == "ok" else 503, health, headers=[(b"cache-control", b"no-store")])
