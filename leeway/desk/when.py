"""The two times of a fact: when it happened, and the time it is decided at (ADR 10)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from leeway.core.facts import Fact
from leeway.desk.ports import Item

AHEAD_AT_MOST = timedelta(minutes=5)
"""Clocks of well-run machines differ by seconds; a source further ahead than this has a wrong clock."""


def decided_at(item: Item, now: datetime) -> datetime:
    """The ``now`` of the decision: ours, but for imported history, which is decided as of its own time."""
    return item.fact.at if item.quiet else now


def skewed(fact: Fact, now: datetime) -> bool:
    """Whether the source's clock runs too far ahead to be believed."""
    return fact.at > now + AHEAD_AT_MOST


def as_decided(fact: Fact, now: datetime) -> Fact:
    """The fact with the time it is decided with, in UTC: one from the future happened now."""
    at = now if skewed(fact, now) else fact.at
    return fact if at is fact.at and at.tzinfo is UTC else replace(fact, at=at.astimezone(UTC))
