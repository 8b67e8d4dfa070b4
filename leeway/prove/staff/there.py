"""Who is there, hour by hour: the roster as it stands, with absences, holidays and rotas."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import median_low

from leeway.core.people import people_of, person
from leeway.core.roster import Available, Roster, availability
from leeway.prove.staff.hours import HOUR, Horizon

HALF_AN_HOUR = timedelta(minutes=30)


def people_there(roster: Roster, target: str, horizon: Horizon) -> list[int]:
    """How many people of a target could own a case, at the middle of each hour of the horizon."""
    return [
        _count(roster, target, horizon.instant(hour * HOUR) + HALF_AN_HOUR) for hour in range(horizon.hours)
    ]


def _count(roster: Roster, target: str, at: datetime) -> int:
    by_hours = not target.startswith("rota:")  # on call: their own hours do not matter
    return sum(
        isinstance(availability(roster, name, at, needs_hours=by_hours), Available)
        for name in people_of(roster, target, at)
    )


def cases_each(roster: Roster, target: str, at: datetime) -> int:
    """How many cases one person of the target may own at a time: the middle one of them; 1 when nobody is known."""
    found = [
        somebody.capacity for name in people_of(roster, target, at) if (somebody := person(roster, name))
    ]
    able = [capacity for capacity in found if capacity > 0]
    return median_low(able) if able else 1


def usual_week(horizon: Horizon, people: Sequence[int]) -> list[float]:
    """The mean number of people in each hour of the week."""
    hours = len(set(horizon.of_week))
    total, seen = [0] * hours, [0] * hours
    for hour_of_week, count in zip(horizon.of_week, people, strict=True):
        total[hour_of_week] += count
        seen[hour_of_week] += 1
    return [count / times if times else 0.0 for count, times in zip(total, seen, strict=True)]
