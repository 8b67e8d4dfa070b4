"""What the log says about a level: how many cases come in which hour of the week, and how long each is in hand.

An hour of the week seldom has enough cases to speak for itself. So its rate leans on what its weekday and its time
of day say together, the more the fewer weeks there are to look at (``LEAN``): the usual shrinkage of a sparse table
towards the product of its margins.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from leeway.core.worktime import Calendar, elapsed, wall_time
from leeway.prove.staff.hours import HOURS_A_WEEK, hour_of_week
from leeway.prove.staff.visits import Visit

LEAN = 4.0
"""Weighs the margins as much as so many weeks of the hour's own count."""

FEWEST_HANDLED = 5
"""With fewer handled cases nothing can be said about how long one takes."""

Rates = tuple[float, ...]
"""Cases an hour, for each hour of the week."""


@dataclass(frozen=True, slots=True)
class Week:
    """Cases that came in each hour of one week, and how many times that hour was looked at (0: outside the log)."""

    came: tuple[int, ...]
    looked_at: tuple[float, ...]

    @property
    def total(self) -> int:
        return sum(self.came)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A level's past: its weeks, and for each handled case the open time it was in somebody's hands, in seconds."""

    weeks: tuple[Week, ...]
    in_hand: tuple[float, ...]

    @property
    def enough(self) -> bool:
        return len(self.in_hand) >= FEWEST_HANDLED and any(week.total for week in self.weeks)


def pattern(
    stays: Iterable[Visit], level: str, *, since: datetime, until: datetime, zone: str, calendar: Calendar
) -> Pattern:
    """What came to ``level`` of itself from ``since`` up to ``until``. Who came because the time of the level below ran
    out is left out: the simulation finds those by itself.
    """
    here = [stay for stay in stays if stay.level == level and since <= stay.came < until]
    came = [stay.came for stay in here if not stay.ran_out]
    return Pattern(tuple(_weeks(came, since, until, zone)), tuple(_in_hand(here, calendar)))


def _weeks(came: Sequence[datetime], since: datetime, until: datetime, zone: str) -> Iterator[Week]:
    """Weeks counted back from the end, so that the newest is whole."""
    end = until
    while end > since:
        start = max(end - timedelta(days=7), since)
        counts = Counter(hour_of_week(wall_time(zone, at)) for at in came if start <= at < end)
        seen = Counter(_hours_between(start, end, zone))
        yield Week(
            tuple(counts[hour] for hour in range(HOURS_A_WEEK)),
            tuple(float(seen[hour]) for hour in range(HOURS_A_WEEK)),
        )
        end = start


def _hours_between(start: datetime, end: datetime, zone: str) -> Iterator[int]:
    hours = round((end - start) / timedelta(hours=1))
    return (hour_of_week(wall_time(zone, start + timedelta(hours=count))) for count in range(hours))


def _in_hand(stays: Iterable[Visit], calendar: Calendar) -> Iterator[float]:
    for stay in stays:
        if stay.taken is not None and stay.left is not None:
            open_time = elapsed(calendar, stay.taken, stay.left) - stay.paused
            yield max(open_time.total_seconds(), 60.0)


def rates(weeks: Sequence[Week]) -> Rates:
    """Cases an hour in each hour of the week, of these weeks taken together."""
    came = [sum(week.came[hour] for week in weeks) for hour in range(HOURS_A_WEEK)]
    seen = [sum(week.looked_at[hour] for week in weeks) for hour in range(HOURS_A_WEEK)]
    total, all_seen = sum(came), sum(seen)
    if not total or not all_seen:
        return (0.0,) * HOURS_A_WEEK
    mean = total / all_seen
    by_day = [_rate(came, seen, range(day * 24, day * 24 + 24)) / mean for day in range(7)]
    by_time = [_rate(came, seen, range(hour, HOURS_A_WEEK, 24)) / mean for hour in range(24)]
    expected = [mean * by_day[hour // 24] * by_time[hour % 24] for hour in range(HOURS_A_WEEK)]
    return tuple((came[hour] + LEAN * expected[hour]) / (seen[hour] + LEAN) for hour in range(HOURS_A_WEEK))


def _rate(came: Sequence[int], seen: Sequence[float], hours: range) -> float:
    looked_at = sum(seen[hour] for hour in hours)
    return sum(came[hour] for hour in hours) / looked_at if looked_at else 0.0


def resampled(weeks: Sequence[Week], chance: Random) -> tuple[Week, ...]:
    """As many weeks, drawn anew from these: what another quarter of the same house might have looked like."""
    return tuple(chance.choices(weeks, k=len(weeks)))
