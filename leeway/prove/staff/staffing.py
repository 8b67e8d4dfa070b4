"""The whole question: every level of a policy, the house's past, its roster in the coming weeks, and what if."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import fmean
from zoneinfo import ZoneInfo

import msgspec

from leeway.core.people import calendar_of_target, people_of
from leeway.core.policy import Level, Policy
from leeway.core.roster import Available, Roster, availability
from leeway.core.worktime import ALWAYS, Calendar, at_local, open_intervals
from leeway.prove.staff.demand import WEEK_HOURS, Demand
from leeway.prove.staff.history import Work
from leeway.prove.staff.needs import WEEKS, Clock, LevelModel, LevelNeeds, OpenHours

REPLICATIONS = 20
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_CASES = (
    "Cases to come are whole weeks of the recorded past drawn again, each case at about its hour of the week; handling "
    "times are drawn from those on record: the time between what happens in a case and what one of ours does, at most "
    "15 minutes each."
)
_LEVELS = (
    "Each level is simulated event by event: who is free takes the case that waits longest and finishes it. Who is "
    "there in each hour of the coming four weeks is read from the roster with its calendars, holidays and absences. A "
    "case that comes to a closed level is waited with until it opens, as the house does."
)
_NEEDED = (
    "People needed begin with Erlang C for each hour and are added where cases are late, until both clocks are kept at "
    "the asked share in nine of ten replications. All plans meet the same cases."
)
METHOD = (
    _CASES,
    _LEVELS,
    _NEEDED,
    "Intervals hold nine of ten replications. Somebody who looks after several levels is counted at each of them.",
)


class CannotRead(ValueError):
    """A what-if that is no such; says what one looks like."""


@dataclass(frozen=True)
class WhatIf:
    """``more`` are people added by level and weekday (None: every day); ``campaign`` the factor on arrivals and its
    days; ``scale`` a factor on a level's arrivals, as a backtest found it.
    """

    more: tuple[tuple[str, int | None, int], ...] = ()
    campaign: tuple[float, date, date] | None = None
    scale: Mapping[str, float] = field(default_factory=dict)
    said: tuple[str, ...] = ()


NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
_MORE = re.compile(r"(\w+) (more|less|fewer)(?: on (\w+?)s?)? at (\w+)")
_CAMPAIGN = re.compile(
    r"(?:arrivals|campaign) ?[x×*]? ?(\d+(?:\.\d+)?) from (\d{4}-\d\d-\d\d) to (\d{4}-\d\d-\d\d)"
)


def read_what_if(texts: tuple[str, ...], levels: tuple[str, ...]) -> WhatIf:
    """``one more on monday at supervisor``, ``campaign x1.5 from 2026-12-01 to 2026-12-24``. Raises ``CannotRead``."""
    more: list[tuple[str, int | None, int]] = []
    campaign: tuple[float, date, date] | None = None
    for text in texts:
        if found := _MORE.fullmatch(text.strip().lower()):
            more.append(_more(found, levels, text))
        elif found := _CAMPAIGN.fullmatch(text.strip().lower()):
            campaign = (float(found[1]), date.fromisoformat(found[2]), date.fromisoformat(found[3]))
        else:
            raise CannotRead(
                f"{text!r} is no what-if; expected such as “one more on monday at supervisor” or “campaign x1.5 from "
                "2026-12-01 to 2026-12-24”."
            )
    return WhatIf(tuple(more), campaign, {}, texts)


def _more(found: re.Match[str], levels: tuple[str, ...], text: str) -> tuple[str, int | None, int]:
    count = NUMBERS.get(found[1]) or (int(found[1]) if found[1].isdecimal() else 0)
    day = None if found[3] is None else next((n for n, name in enumerate(DAYS) if name == found[3]), -1)
    if not count or day == -1 or found[4] not in levels:
        raise CannotRead(
            f"{text!r}: expected a number, a weekday, and one of the levels {', '.join(levels)}."
        )
    return found[4], day, count if found[2] == "more" else -count


class Staffing(msgspec.Struct, frozen=True):
    """The answer. ``since`` and ``until`` bound the past it was learnt from; ``from_day`` is the first simulated."""

    attainment: float
    since: datetime
    until: datetime
    from_day: str
    zone: str
    replications: int
    what_if: tuple[str, ...]
    levels: tuple[LevelNeeds, ...]
    method: tuple[str, ...] = METHOD


class NothingToLearn(LookupError):
    """The log holds no week of work to learn from."""


def staffing(
    policy: Policy,
    roster: Roster,
    work: Work,
    *,
    now: datetime,
    attainment: float = 0.9,
    seed: int = 7,
    replications: int = REPLICATIONS,
    what_if: WhatIf | None = None,
) -> Staffing:
    """People needed for every level and desk cases came to. Raises ``NothingToLearn``."""
    if work.first is None or work.last is None:
        raise NothingToLearn("Nothing is recorded yet: there is no past to learn arrivals from.")
    what_if = what_if or WhatIf()
    zone = ZoneInfo(policy.zone)
    monday = _monday_after(now, zone)
    found = []
    for level in (*policy.levels, *policy.desks):
        arrivals = work.arrivals.get(level.name, [])
        if arrivals:
            demand = Demand.of(arrivals, work.efforts.get(level.name, []), zone, work.first, work.last)
            demand.scale = what_if.scale.get(level.name, 1.0)
            demand.factors = _factors(what_if, monday)
            found.append(_level(roster, level, demand, what_if, (monday, attainment, seed, replications)))
    return Staffing(
        attainment=attainment,
        since=work.first,
        until=work.last,
        from_day=monday.astimezone(zone).date().isoformat(),
        zone=policy.zone,
        replications=replications,
        what_if=what_if.said,
        levels=tuple(found),
    )


def _monday_after(now: datetime, zone: ZoneInfo) -> datetime:
    local = now.astimezone(zone)
    day = local.date() + timedelta(days=7 - local.weekday())
    return at_local(zone.key, datetime(day.year, day.month, day.day))  # noqa: DTZ001 - on the wall


def _factors(what_if: WhatIf, monday: datetime) -> dict[int, float]:
    """The campaign's factor for each simulated week, by its days that fall into it."""
    if what_if.campaign is None:
        return {}
    factor, first, last = what_if.campaign
    factors = {}
    for week in range(WEEKS):
        days = [(monday + timedelta(days=week * 7 + day)).date() for day in range(7)]
        share = sum(first <= day <= last for day in days) / 7
        factors[week] = 1 + (factor - 1) * share
    return factors


def _level(
    roster: Roster, level: Level, demand: Demand, what_if: WhatIf, how: tuple[datetime, float, int, int]
) -> LevelNeeds:
    monday, attainment, seed, replications = how
    calendar = calendar_of_target(roster, level.target)
    opening = OpenHours(_open_shares(calendar, monday))
    clock = Clock(level.accept.seconds, level.accept.working, level.resolve.seconds, level.resolve.working)
    model = LevelModel(demand, clock, opening, seed=seed, replications=replications)
    present = _with_more(_present(roster, level, monday), level.name, opening, what_if)
    now_runs = model.run(present)
    accept_now, resolve_now = model.attained(now_runs)
    needed, reached, why_not = model.needed(attainment)
    accept_then, resolve_then = model.attained(model.run(needed * WEEKS))
    return LevelNeeds(
        level=level.name,
        cases_a_week=round(sum(demand.rates()), 2),
        handling_minutes=round(fmean(demand.efforts) / 60, 1),
        arrivals=tuple(round(rate, 3) for rate in demand.rates()),
        present=tuple(round(fmean(present[hour::WEEK_HOURS]), 2) for hour in range(WEEK_HOURS)),
        needed=tuple(needed),
        accept_now=accept_now,
        resolve_now=resolve_now,
        accept_then=accept_then,
        resolve_then=resolve_then,
        reached=reached,
        why_not=why_not,
    )


def _open_shares(calendar: Calendar, monday: datetime) -> list[float]:
    """For each hour of a week how much of it is open; of a week without holidays if one of the next eight is."""
    if calendar is ALWAYS:
        return [1.0] * WEEK_HOURS
    weeks = [_week_shares(calendar, monday + timedelta(weeks=number)) for number in range(8)]
    return max(weeks, key=sum)


def _week_shares(calendar: Calendar, monday: datetime) -> list[float]:
    shares = [0.0] * WEEK_HOURS
    for opening in open_intervals(calendar, monday, monday + timedelta(weeks=1)):
        for hour in range(WEEK_HOURS):
            start = monday + timedelta(hours=hour)
            inside = min(opening.end, start + timedelta(hours=1)) - max(opening.start, start)
            shares[hour] += max(0.0, inside / timedelta(hours=1))
    return [round(share, 4) for share in shares]


def _present(roster: Roster, level: Level, monday: datetime) -> list[int]:
    """How many of the level are there in the middle of each hour of the coming weeks."""
    plan = []
    for hour in range(WEEKS * WEEK_HOURS):
        at = monday + timedelta(hours=hour, minutes=30)
        on_call = level.target.startswith("rota:")
        plan.append(
            sum(
                isinstance(availability(roster, who, at, needs_hours=not on_call), Available)
                for who in people_of(roster, level.target, at)
            )
        )
    return plan


def _with_more(plan: list[int], level: str, opening: OpenHours, what_if: WhatIf) -> list[int]:
    changed = list(plan)
    for name, day, count in what_if.more:
        if name == level:
            for hour in range(len(plan)):
                of_week = hour % WEEK_HOURS
                if opening.hours[of_week] > 0 and day in (None, of_week // 24):
                    changed[hour] = max(0, changed[hour] + count)
    return changed
