"""Visits: the log as a case's stays at levels, each with when it came, was taken up, and left."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from leeway.desk.past import Story


class Visit(NamedTuple):
    """One stay of a case at a level. ``taken`` is when somebody accepted it or first answered, ``left`` when it went
    elsewhere or was resolved; both None while that has not happened. ``paused`` is how long it stood still between
    the two (waiting for the customer, say), in real time. ``ran_out``: it came because the time of the level below
    had run out.
    """

    case: int
    level: str
    came: datetime
    taken: datetime | None = None
    left: datetime | None = None
    paused: timedelta = timedelta()
    ran_out: bool = False


class _Seen(msgspec.Struct):
    """What of an event matters here."""

    event: str
    at: datetime
    level: str = ""
    to: str = ""
    author: str = ""
    kind: str = ""
    internal: bool = False


_read = msgspec.json.Decoder(_Seen)
_COMES = ("case_opened", "escalated", "case_deescalated", "case_reopened")
_LEAVES = ("escalated", "case_deescalated", "case_resolved", "case_closed", "case_left")
_LOOKED_AT = frozenset(
    (*_COMES, *_LEAVES, "owner_accepted", "message_read", "clock_breached", "case_paused", "case_resumed")
)


def visits(stories: Iterable[Story]) -> Iterator[Visit]:
    """Every stay at a level in these stories, in the order they began within a case."""
    for story in stories:
        yield from _of_case(story)


def _of_case(story: Story) -> Iterator[Visit]:
    stay: Visit | None = None
    paused_at: datetime | None = None
    ran_out_with = 0
    level = ""
    for fact, seen in _events(story):
        if seen.event == "clock_breached" and seen.kind in ("level", "resolution"):
            ran_out_with = fact
        if stay is not None and seen.event == "case_paused":
            paused_at = seen.at
        if stay is not None and paused_at is not None and seen.event in ("case_resumed", *_LEAVES):
            stay = stay._replace(paused=stay.paused + max(seen.at - paused_at, timedelta()))
            paused_at = None
        if stay is not None and stay.taken is None and _takes_up(seen):
            stay = stay._replace(taken=max(seen.at, stay.came))
        if stay is not None and seen.event in _LEAVES:
            yield stay._replace(left=max(seen.at, stay.taken or stay.came))
            stay = None
        if seen.event in _COMES:
            level = seen.level or seen.to or level
            stay = Visit(
                story.case, level, seen.at, ran_out=seen.event == "escalated" and ran_out_with == fact
            )
            paused_at = None
    if stay is not None:
        yield stay


def _events(story: Story) -> Iterator[tuple[int, _Seen]]:
    """Each with the number of the fact it came from."""
    for written in story.written:
        for body in written.events:
            seen = _read.decode(body)
            if seen.event in _LOOKED_AT:
                yield written.number, seen


def _takes_up(seen: _Seen) -> bool:
    """Accepting takes a case up; so does answering the customer, which on the first level is all that can be seen."""
    return seen.event == "owner_accepted" or (
        seen.event == "message_read" and seen.author == "agent" and not seen.internal
    )
