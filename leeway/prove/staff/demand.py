"""Arrivals and handling times to come, drawn from the house's own past: the same seed gives the same cases.

Whole weeks of the past are drawn again (a bootstrap: what differs from week to week stays in), so the hours and days
have their own shape; what follows one another within a week stays together. Handling times are drawn from those on
record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from leeway.prove.staff.simulation import HOUR, Job

WEEK_HOURS = 168
USUAL_EFFORT = 600.0
"""Seconds of work where the log has none on record."""


def week_of(at: datetime, zone: ZoneInfo) -> tuple[int, float]:
    """The number of a local week (Mondays), and the seconds into it by the clock on the wall."""
    local = at.astimezone(zone).replace(tzinfo=None)
    number, into = divmod(local - datetime(2001, 1, 1), timedelta(weeks=1))  # noqa: DTZ001 - a Monday on the wall
    return number, into.total_seconds()


@dataclass
class Demand:
    """One level's past. ``weeks`` holds for each full week the seconds into it at which cases came."""

    weeks: list[list[float]]
    efforts: Sequence[float]
    factors: Mapping[int, float] = field(default_factory=dict)
    scale: float = 1.0

    @classmethod
    def of(
        cls,
        arrivals: Sequence[datetime],
        efforts: Sequence[float],
        zone: ZoneInfo,
        first: datetime,
        last: datetime,
    ) -> Demand:
        begin, end = week_of(first, zone)[0], week_of(last, zone)[0]
        weeks: dict[int, list[float]] = {number: [] for number in range(begin, end + 1)}
        for at in arrivals:
            number, into = week_of(at, zone)
            weeks.setdefault(number, []).append(into)
        full = [sorted(weeks[number]) for number in sorted(weeks)]
        # the first and the last week are seldom whole; they count only where there is nothing else
        return cls(full[1:-1] if len(full) > 2 else full, efforts or [USUAL_EFFORT])

    def rates(self) -> list[float]:
        """Cases an hour, for each hour of the week."""
        counts = [0.0] * WEEK_HOURS
        for week in self.weeks:
            for into in week:
                counts[min(WEEK_HOURS - 1, int(into // HOUR))] += 1
        return [count * self.scale / max(1, len(self.weeks)) for count in counts]

    def draw(self, weeks: int, rng: Random) -> list[Job]:
        """So many weeks of cases. ``factors`` are by the number of the week from the beginning."""
        jobs: list[Job] = []
        for number in range(weeks):
            chosen = self.weeks[rng.randrange(len(self.weeks))] if self.weeks else []
            factor = self.scale * self.factors.get(number, 1.0)
            for into in chosen:
                for _ in range(_times(factor, rng)):
                    moved = into + rng.uniform(-HOUR / 2, HOUR / 2)  # nobody comes at the same second again
                    at = number * WEEK_HOURS * HOUR + min(max(0.0, moved), WEEK_HOURS * HOUR - 1)
                    jobs.append(Job(at, self.efforts[rng.randrange(len(self.efforts))]))
        return sorted(jobs)


def _times(factor: float, rng: Random) -> int:
    whole = int(factor)
    return whole + (rng.random() < factor - whole)
