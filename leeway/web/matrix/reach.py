"""Who can be reached, hour by hour, for each level: in person, by the matrix' plan, or nobody."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Literal
from zoneinfo import ZoneInfo

from leeway.core.policy import Level, Policy
from leeway.core.roster import Roster
from leeway.core.routing import Choice, Need, choose

Reach = Literal["there", "plan", "nobody"]

DAYS = 14
HOURS = 24


@dataclass(frozen=True, slots=True)
class Stretch:
    """Hours of one day, ``start`` up to ``end``, in which it is the same."""

    reach: Reach
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Row:
    level: Level
    days: tuple[tuple[Stretch, ...], ...]

    @property
    def holes(self) -> int:
        """Hours in which nobody takes a case, in person or by plan."""
        return sum(one.end - one.start for day in self.days for one in day if one.reach == "nobody")


@dataclass(frozen=True, slots=True)
class Reachable:
    days: tuple[date, ...]
    rows: tuple[Row, ...]


_lock = threading.Lock()
_last: tuple[Policy, Roster, date, str, Reachable] | None = None


def reachable(policy: Policy, roster: Roster, first: date, zone: str) -> Reachable:
    """From a day on, for two weeks of a zone's clock. The latest answer is kept: it costs a tenth of a second.

    Whoever is full is not counted out: nobody knows how many cases there will be.
    """
    global _last  # noqa: PLW0603
    with _lock:
        last = _last
    if last and last[0] is policy and last[1] is roster and last[2:4] == (first, zone):
        return last[4]
    days = tuple(first + timedelta(days=number) for number in range(DAYS))
    levels = (*policy.levels, *policy.desks)
    rows = tuple(
        Row(level, tuple(_day(policy, roster, level, day, zone) for day in days)) for level in levels
    )
    found = Reachable(days, rows)
    with _lock:
        _last = (policy, roster, first, zone, found)
    return found


def _day(policy: Policy, roster: Roster, level: Level, day: date, zone: str) -> tuple[Stretch, ...]:
    hours = list(_hours(day, zone))
    states = [reach(policy, roster, level, at) for at in hours]
    return tuple(_stretches(states))


def _hours(day: date, zone: str) -> Iterator[datetime]:
    """The middle of every hour the clock shows: shifts that begin on the half hour count from the next one."""
    for hour in range(HOURS):
        yield datetime.combine(day, time(hour, 30), ZoneInfo(zone)).astimezone(UTC)


def _stretches(states: list[Reach]) -> Iterator[Stretch]:
    start = 0
    for state, run in groupby(states):
        end = start + len(list(run))
        yield Stretch(state, start, end)
        start = end


def reach(policy: Policy, roster: Roster, level: Level, at: datetime) -> Reach:
    """Whether a case that arrives at this level now would find somebody."""
    if _somebody(roster, level.target, level.skills, at):
        return "there"
    plan = policy.plan_for(level.name)
    if plan is None:
        return "nobody"
    return "plan" if plan.wait or _somebody(roster, plan.hand_to, (), at) else "nobody"


def _somebody(roster: Roster, target: str, skills: tuple[str, ...], at: datetime) -> bool:
    return isinstance(choose(roster, Need(targets=(target,), skills=skills), at=at, load={}), Choice)
