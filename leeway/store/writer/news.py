"""What a commit tells those who wait for news, in this process and in others."""

from __future__ import annotations

import secrets
from datetime import datetime

import msgspec

CHANNEL = "leeway"
CASES_TOLD = 200
"""A notification holds 8,000 bytes; who needs to know of more cases than this reads the log."""

OURSELVES = secrets.token_hex(8)


class Written(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one group put down, for those who wait for news. ``facts`` and ``events`` are the last numbers
    given.
    """

    cases: tuple[int, ...] = ()
    facts: int = 0
    events: int = 0
    outbox: bool = False
    wake_at: datetime | None = None


class News(msgspec.Struct, frozen=True):
    """``process`` says whose commit it was, so that nobody hears their own twice."""

    process: str
    written: Written


def told(written: Written) -> str:
    """The notification of a commit."""
    short = msgspec.structs.replace(written, cases=written.cases[:CASES_TOLD])
    return msgspec.json.encode(News(OURSELVES, short)).decode()


def heard(payload: str) -> Written | None:
    """What another process committed; None when it was our own."""
    news = msgspec.json.decode(payload, type=News)
    return None if news.process == OURSELVES else news.written
