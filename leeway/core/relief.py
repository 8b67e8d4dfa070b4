"""Who has had enough: colleagues in a run of heated conversations. Noticed from their customers' words, never from
their own voice, and only suggested to whoever leads them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from leeway.core.journey import JourneyPoint
from leeway.core.policy import Relief

HEATED_SENTIMENT = -0.45
"""A turn at least this bad is heated, whatever the feeling is called."""
HEATED_FEELING = "angry"


class Heated(msgspec.Struct, frozen=True):
    """One conversation that was heated: its worst turn within the time looked at."""

    case: int
    customer: str
    feeling: str
    message: str
    at: datetime


class Run(msgspec.Struct, frozen=True):
    """A colleague's heated conversations, the latest first: enough of them to suggest relief."""

    person: str
    conversations: tuple[Heated, ...]


class Conversation(msgspec.Struct, frozen=True):
    """As much of a case as this asks for."""

    id: int
    owner: str = ""
    customer: str = ""
    customer_name: str = ""
    journey: tuple[JourneyPoint, ...] = ()


def heated(conversation: Conversation, since: datetime) -> Heated | None:
    """The worst turn since then, if it was heated."""
    points = [point for point in conversation.journey if point.at >= since]
    worst = min(points, key=lambda point: point.sentiment, default=None)
    if worst is None or not (worst.sentiment <= HEATED_SENTIMENT or worst.feeling == HEATED_FEELING):
        return None
    name = conversation.customer_name or conversation.customer
    return Heated(conversation.id, name, worst.feeling, worst.message, worst.at)


def runs(conversations: Iterable[Conversation], relief: Relief, now: datetime) -> tuple[Run, ...]:
    """Everybody whose run is long enough for relief to be suggested, the longest first."""
    if relief.heated <= 0:
        return ()
    since = now - relief.within.length
    found: dict[str, list[Heated]] = {}
    for conversation in conversations:
        storm = heated(conversation, since) if conversation.owner else None
        if storm is not None:
            found.setdefault(conversation.owner, []).append(storm)
    long = [
        Run(person, tuple(sorted(storms, key=lambda storm: storm.at, reverse=True)))
        for person, storms in found.items()
        if len(storms) >= relief.heated
    ]
    return tuple(sorted(long, key=lambda run: (-len(run.conversations), run.person)))
