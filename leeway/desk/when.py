"""The two times of a fact: when it happened, and the time it is decided at (ADR 10)."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec.structs import replace

from leeway.core.facts import Fact
from leeway.desk.ports import Item

AHEAD_AT_MOST = timedelta(minutes=5)
"""Clocks of well-run machines differ by seconds; a source further ahead than this has a wrong clock."""


def decided_at(item: Item, now: datetime) -> datetime:
    """The ``now`` of the decision: ours, but for imported history, which is decided as of its own time."""
    return item.fact.at if item.quiet else now


def plausible(fact: Fact, now: datetime) -> Fact:
    """The fact as it is decided: one from the future happened now. The very same fact when its time is all
    right.
    """
    return replace(fact, at=now) if fact.at > now + AHEAD_AT_MOST else fact
