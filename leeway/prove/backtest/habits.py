"""How long people take to accept, from the log: the median of each level, in their own open hours."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from statistics import median_low

import msgspec

from leeway.core.roster import Roster
from leeway.core.worktime import elapsed
from leeway.prove.backtest.afterwards import Habits, calendar

KINDS = ("owner_asked", "owner_accepted")


class _Owner(msgspec.Struct, frozen=True):
    at: datetime
    person: str
    level: str


_read = msgspec.json.Decoder(_Owner).decode


def accept_seconds(roster: Roster, events: Iterable[tuple[int, str, str]]) -> dict[str, list[int]]:
    """Seconds from asked to accepted, by level. ``events`` are case, kind and body, case by case in order."""
    found: dict[str, list[int]] = {}
    asked: tuple[int, _Owner] | None = None
    for case, kind, body in events:
        owner = _read(body)
        if kind == "owner_asked":
            asked = (case, owner)
        elif asked is not None and (asked[0], asked[1].person) == (case, owner.person):
            taken = elapsed(calendar(roster, owner.person), asked[1].at, max(owner.at, asked[1].at))
            found.setdefault(owner.level, []).append(int(taken.total_seconds()))
            asked = None
    return found


def habits(roster: Roster, events: Iterable[tuple[int, str, str]]) -> Habits:
    every = accept_seconds(roster, events)
    medians = {level: median_low(seconds) for level, seconds in sorted(every.items())}
    together = [seconds for of_level in every.values() for seconds in of_level]
    return Habits(medians, median_low(together)) if together else Habits()
