"""What background runs report about themselves, for the health page and for whoever watches over them."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from leeway.store.instants import read_instant
from leeway.store.writer.driver import Driver

SWEEP = "sweep"
OUTBOX = "outbox"
TABLES = "tables"


def put(driver: Driver, name: str, body: dict[str, Any], *, at: datetime) -> None:
    driver.run(
        "insert into leeway_run_mark (name, at, body) values (?, ?, ?) "
        "on conflict (name) do update set at = excluded.at, body = excluded.body",
        (name, at, json.dumps(body)),
    )


def get(driver: Driver, name: str) -> tuple[datetime, dict[str, Any]] | None:
    """When this run last reported, and what."""
    rows = driver.select("select at, body from leeway_run_mark where name = ?", (name,))
    if not rows:
        return None
    at, body = rows[0]
    return read_instant(at), json.loads(body) if isinstance(body, str) else body
