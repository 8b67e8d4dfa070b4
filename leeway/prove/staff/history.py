"""What the log says about work: when cases come to each level, and how long people work on one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec

LONGEST_TOUCH = timedelta(minutes=15)
SHORTEST_TOUCH = timedelta(minutes=1)
"""Between two things that happen in a case one of ours has worked on it for as long as lies between, but no longer and
no shorter than this: what is longer was spent elsewhere.
"""


class _Level(msgspec.Struct, frozen=True):
    at: datetime
    level: str


class _Fact(msgspec.Struct, frozen=True):
    by: str = ""
    author: str = ""


_read_level = msgspec.json.Decoder(_Level).decode
_read_fact = msgspec.json.Decoder(_Fact).decode
LEVEL_KINDS = ("case_opened", "escalated")


@dataclass
class Work:
    """``arrivals`` are the instants cases came, by level; ``efforts`` the seconds somebody worked on one there."""

    arrivals: dict[str, list[datetime]] = field(default_factory=dict)
    efforts: dict[str, list[float]] = field(default_factory=dict)
    first: datetime | None = None
    last: datetime | None = None

    def add(self, levels: Iterable[str], facts: Iterable[tuple[datetime, str]]) -> None:
        """One case: the bodies of the events that brought it to a level, and its facts as time and body, in order."""
        stays = sorted(((one.at, one.level) for one in map(_read_level, levels)), key=lambda stay: stay[0])
        touched: dict[int, float] = {}
        before: datetime | None = None
        for at, body in facts:
            self.first = at if self.first is None or at < self.first else self.first
            self.last = at if self.last is None or at > self.last else self.last
            fact = _read_fact(body)
            if fact.by and fact.author != "customer" and before is not None:
                place = sum(began <= at for began, _ in stays) - 1
                touch = min(max(at - before, SHORTEST_TOUCH), LONGEST_TOUCH)
                touched[place] = touched.get(place, 0.0) + touch.total_seconds()
            before = at
        for place, (at, level) in enumerate(stays):
            self.arrivals.setdefault(level, []).append(at)
            if place in touched:
                self.efforts.setdefault(level, []).append(touched[place])
