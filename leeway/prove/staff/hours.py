"""Hours of a horizon, counted from its start: which hour of the week each is, and open time in seconds.

A simulation asks for working time hundreds of thousands of times, always within the same weeks: the openings are worked
out once, by ``core.worktime``, and searched as numbers.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import accumulate
from math import inf

from leeway.core.policy import Span
from leeway.core.worktime import Calendar, open_intervals, wall_time

HOUR = 3600
HOURS_A_WEEK = 7 * 24


@dataclass(frozen=True)
class Horizon:
    """So many weeks from ``start``. ``zone`` is whose weekdays and hours results are told in."""

    start: datetime
    weeks: int
    zone: str

    @property
    def hours(self) -> int:
        return self.weeks * HOURS_A_WEEK

    @property
    def seconds(self) -> float:
        return float(self.hours * HOUR)

    @cached_property
    def of_week(self) -> tuple[int, ...]:
        """For each hour of the horizon its hour of the week; 0 is Monday from midnight."""
        walls = (wall_time(self.zone, self.instant(hour * HOUR)) for hour in range(self.hours))
        return tuple(hour_of_week(wall) for wall in walls)

    def instant(self, seconds: float) -> datetime:
        return self.start + timedelta(seconds=seconds)

    def hour_at(self, seconds: float) -> int:
        """The hour of the week at that second; past the end it goes round."""
        return self.of_week[int(seconds // HOUR) % self.hours]


def hour_of_week(wall: datetime) -> int:
    return wall.weekday() * 24 + wall.hour


class OpenTime:
    """The open time of one calendar within a horizon and ``beyond`` it, in seconds from the start of the horizon."""

    def __init__(self, calendar: Calendar, horizon: Horizon, beyond: timedelta) -> None:
        found = open_intervals(calendar, horizon.start, horizon.instant(horizon.seconds) + beyond)
        self._opens = [(interval.start - horizon.start).total_seconds() for interval in found]
        self._closes = [(interval.end - horizon.start).total_seconds() for interval in found]
        lengths = (closes - opens for opens, closes in zip(self._opens, self._closes, strict=True))
        self._before = [0.0, *accumulate(lengths)]

    def next_open(self, at: float) -> float:
        """``at`` when open, else the next opening; infinity when there is none in sight."""
        place = bisect_right(self._closes, at)
        return max(self._opens[place], at) if place < len(self._opens) else inf

    def after(self, at: float, length: float) -> float:
        """The instant by which so much open time has passed; infinity beyond what was worked out."""
        if length <= 0:
            return at
        wanted = self.until(at) + length
        place = bisect_left(self._before, wanted) - 1
        return self._opens[place] + wanted - self._before[place] if place < len(self._opens) else inf

    def until(self, at: float) -> float:
        """The open time from the start to ``at``."""
        place = bisect_right(self._opens, at) - 1
        if place < 0:
            return 0.0
        return self._before[place] + min(at, self._closes[place]) - self._opens[place]

    def due(self, at: float, span: Span) -> float:
        """When a clock of that length runs out."""
        return self.after(at, span.seconds) if span.working else at + span.seconds
