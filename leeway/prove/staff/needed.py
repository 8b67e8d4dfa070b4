"""The fewest people, hour by hour, with whom both clocks are kept at the share asked for.

One starts with what the work alone would fill, simulates, adds people in the hours in which cases ran out of time, and
begins again on the very same cases; at the end those who never had anything to do go home. In the spirit of iterative
staffing by simulation (Feldman, Mandelbaum, Massey and Whitt, Management Science 54, 2008).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, inf

from leeway.prove.staff.arrivals import Rates
from leeway.prove.staff.desk import Desk, Rung, Stay
from leeway.prove.staff.hours import HOUR, HOURS_A_WEEK, Horizon
from leeway.prove.staff.simulate import InHand, Level, simulate

ROUNDS = 60
ENOUGH_TO_TELL = 10
"""Fewer simulated cases in an hour of the week say nothing about that hour alone."""

Week = list[int]
"""People for each hour of the week; 0 is Monday from midnight."""


@dataclass(frozen=True)
class Staffed:
    """A level to be staffed. ``each``: cases a person may own; ``mean``: their mean time in hand, in seconds."""

    rung: Rung
    rates: Rates
    in_hand: InHand
    mean: float
    each: int
    factors: Sequence[float] = ()


def needed(levels: Sequence[Staffed], horizon: Horizon, seed: str, share: float) -> list[Week]:
    """People for each hour of the week, level by level. The first week only fills the house and is not counted."""
    open_hours = [open_hours_of(level.rung, horizon) for level in levels]
    weeks = [_to_begin_with(level, hours) for level, hours in zip(levels, open_hours, strict=True)]
    desks = _try(levels, horizon, seed, weeks, open_hours)
    for _ in range(ROUNDS):
        more = [_where_more(desk, horizon, share, week) for desk, week in zip(desks, weeks, strict=True)]
        if not any(more):
            break
        for week, hours in zip(weeks, more, strict=True):
            for hour in hours:
                week[hour] += max(1, week[hour] // 8)
        desks = _try(levels, horizon, seed, weeks, open_hours)
    return [
        _without_idle(desk, level.each, week, _usually(hours, horizon))
        for desk, level, week, hours in zip(desks, levels, weeks, open_hours, strict=True)
    ]


def places(week: Sequence[int], each: int, horizon: Horizon, open_hours: Sequence[bool]) -> list[int]:
    """The places of every hour of the horizon; none where the level is shut."""
    return [
        week[of_week] * each if is_open else 0
        for of_week, is_open in zip(horizon.of_week, open_hours, strict=True)
    ]


def open_hours_of(rung: Rung, horizon: Horizon) -> list[bool]:
    return [rung.open.next_open(hour * HOUR) < (hour + 1) * HOUR for hour in range(horizon.hours)]


def _to_begin_with(level: Staffed, open_hours: Sequence[bool]) -> Week:
    """As many as the work fills on average, at least one while the level is open and somebody may come."""
    open_share = sum(open_hours) / len(open_hours)
    work = sum(level.rates) * level.mean / HOUR / HOURS_A_WEEK  # places filled, if it were open all week
    people = max(1, ceil(work / max(open_share, 1 / HOURS_A_WEEK) / level.each)) if work else 0
    return [people] * HOURS_A_WEEK


def _try(
    levels: Sequence[Staffed],
    horizon: Horizon,
    seed: str,
    weeks: Sequence[Week],
    open_hours: Sequence[Sequence[bool]],
) -> list[Desk]:
    staffed = [
        Level(level.rung, level.rates, level.in_hand, places(week, level.each, horizon, hours), level.factors)
        for level, week, hours in zip(levels, weeks, open_hours, strict=True)
    ]
    return simulate(staffed, horizon, seed)


def _where_more(desk: Desk, horizon: Horizon, share: float, week: Week) -> set[int]:
    """The hours of the week in which too many cases ran out of time: those before whose end they had to be taken up."""
    late: dict[int, int] = {}
    seen: dict[int, int] = {}
    for stay in counted(desk.stays):
        if stay.latest == inf:
            continue
        hour = _last_hour(stay, horizon)
        seen[hour] = seen.get(hour, 0) + 1
        late[hour] = late.get(hour, 0) + (not stay.in_time)
    allowed = 1 - share
    too_many = {
        hour
        for hour, count in late.items()
        if count > allowed * seen[hour] and (seen[hour] >= ENOUGH_TO_TELL or week[hour] == 0)
    }
    if too_many or sum(late.values()) <= allowed * sum(seen.values()):
        return too_many
    return {max(late, key=lambda hour: (late[hour], -hour))}


def _last_hour(stay: Stay, horizon: Horizon) -> int:
    return horizon.hour_at(max(stay.latest - 1, stay.waits_from if stay.waits_from < inf else stay.came))


def _usually(open_hours: Sequence[bool], horizon: Horizon) -> frozenset[int]:
    """The hours of the week in which the level is open."""
    return frozenset(hour for hour, is_open in zip(horizon.of_week, open_hours, strict=True) if is_open)


def _without_idle(desk: Desk, each: int, week: Week, open_hours: frozenset[int]) -> Week:
    """Whoever had nothing in hand in any week is not needed: without them every case would have gone the same way.
    One stays while the level is open, for whoever may come.
    """
    return [
        max(1, min(people, ceil(most / each))) if people and hour in open_hours else 0
        for hour, (people, most) in enumerate(zip(week, desk.most_in_hand, strict=True))
    ]


def counted(stays: Sequence[Stay]) -> list[Stay]:
    """Those who came after the first week, in which the house only fills up."""
    return [stay for stay in stays if stay.came >= HOURS_A_WEEK * HOUR]
