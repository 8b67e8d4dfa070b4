"""What-ifs, in words: more or fewer people in some hours, more or fewer cases in some weeks.

``one more at supervisor on monday`` · ``2 fewer at agent on weekends from 09:00 to 13:00`` ·
``arrivals +30 % at agent from 2026-12-01 to 2026-12-24`` · ``arrivals x1.5``
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from leeway.core.worktime import wall_time
from leeway.prove.staff.hours import HOUR, Horizon

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
_DAY_NAMES = {
    **{name: (number,) for number, name in enumerate(DAYS)},
    **{f"{name}s": (number,) for number, name in enumerate(DAYS)},
    "weekdays": tuple(range(5)),
    "weekends": (5, 6),
    "weekend": (5, 6),
}
_PEOPLE = re.compile(
    r"(?P<count>\d{1,3}|one|two|three|four|five) (?P<way>more|fewer)(?: people)? at (?P<level>\w+)"
    r"(?: on (?P<days>\w+(?:(?:, | and )\w+)*))?(?: from (?P<start>\d{1,2}):00 to (?P<end>\d{1,2}):00)?"
)
_CASES = re.compile(
    r"arrivals (?:(?P<way>[+-]) ?(?P<percent>\d{1,4}) ?%|x ?(?P<times>\d{1,2}(?:\.\d{1,3})?))(?: at (?P<level>\w+))?"
    r"(?: from (?P<since>\d{4}-\d\d-\d\d) to (?P<until>\d{4}-\d\d-\d\d))?"
)
HOW = 'write "one more at supervisor on monday" or "arrivals +30 % at agent from 2026-12-01 to 2026-12-24"'


class NotUnderstood(ValueError):
    """A what-if that says nothing we can simulate. The message tells what could be written."""


class MorePeople(NamedTuple):
    """So many people ``more`` (or fewer, below zero) at a level, in some hours of some weekdays (0 is Monday)."""

    says: str
    level: str
    more: int
    days: tuple[int, ...]
    hours: range

    def people(
        self, level: str, horizon: Horizon, people: Sequence[int], open_hours: Sequence[bool]
    ) -> list[int]:
        """Nobody is added to hours in which the level is shut, and nobody taken away who is not there."""
        if level != self.level:
            return list(people)
        return [
            max(0, count + self.more) if is_open and self._meant(of_week) else count
            for count, of_week, is_open in zip(people, horizon.of_week, open_hours, strict=True)
        ]

    def _meant(self, hour_of_week: int) -> bool:
        return hour_of_week // 24 in self.days and hour_of_week % 24 in self.hours


class MoreCases(NamedTuple):
    """``factor`` times as many cases, at one level or (empty) at all, between two dates (both included) or always."""

    says: str
    level: str
    factor: float
    since: date | None
    until: date | None

    def factors(self, level: str, horizon: Horizon) -> list[float]:
        if self.level not in ("", level):
            return [1.0] * horizon.hours
        return [self.factor if self._meant(horizon, hour) else 1.0 for hour in range(horizon.hours)]

    def _meant(self, horizon: Horizon, hour: int) -> bool:
        if self.since is None or self.until is None:
            return True
        day = wall_time(horizon.zone, horizon.instant(hour * HOUR)).date()
        return self.since <= day <= self.until


WhatIf = MorePeople | MoreCases


def understood(text: str, levels: Sequence[str]) -> WhatIf:
    """What the words mean; ``NotUnderstood`` when nothing we know."""
    words = " ".join(text.lower().split())
    people, cases = _PEOPLE.fullmatch(words), _CASES.fullmatch(words)
    found = people or cases
    if found is None:
        raise NotUnderstood(f"{text!r} is no what-if: {HOW}.")
    level = found["level"] or ""
    if level and level not in levels:
        raise NotUnderstood(f"{text!r}: there is no level {level!r}; there are {', '.join(levels)}.")
    return _people(words, people, level) if people else _cases(words, found, level)


def _people(words: str, found: re.Match[str], level: str) -> MorePeople:
    count = _NUMBERS.get(found["count"]) or int(found["count"])
    named = re.split(r", | and ", found["days"]) if found["days"] else list(DAYS)
    for name in named:
        if name not in _DAY_NAMES:
            raise NotUnderstood(
                f"{words!r}: {name!r} is no day; write monday to sunday, weekdays or weekends."
            )
    hours = range(int(found["start"]), int(found["end"])) if found["start"] else range(24)
    if not hours or hours.stop > 24:
        raise NotUnderstood(f"{words!r}: hours go from 0:00 to 24:00, and forward.")
    days = tuple(sorted({day for name in named for day in _DAY_NAMES[name]}))
    return MorePeople(words, level, count if found["way"] == "more" else -count, days, hours)


def _cases(words: str, found: re.Match[str], level: str) -> MoreCases:
    change = int(f"{found['way']}{found['percent']}") if found["percent"] else 0
    factor = float(found["times"]) if found["times"] else max(0.0, 1 + change / 100)
    try:
        since, until = (
            date.fromisoformat(found[name]) if found[name] else None for name in ("since", "until")
        )
    except ValueError as wrong:
        raise NotUnderstood(f"{words!r}: {wrong}.") from None
    if since and until and until < since:
        raise NotUnderstood(f"{words!r}: it ends before it begins.")
    return MoreCases(words, level, factor, since, until)
