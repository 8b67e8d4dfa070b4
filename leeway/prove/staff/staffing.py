"""``staff``: what the house's own past says about how many people each level needs, and what would change it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from random import Random
from statistics import fmean, median, quantiles

import msgspec

from leeway.core.people import calendar_of_target
from leeway.core.policy import Level as PolicyLevel
from leeway.core.policy import Policy
from leeway.core.roster import Roster
from leeway.core.worktime import at_local, wall_time
from leeway.prove.staff.arrivals import Pattern, Week, pattern, rates, resampled
from leeway.prove.staff.desk import Desk, Rung, Stay
from leeway.prove.staff.estimate import Batch, Estimate, mean
from leeway.prove.staff.hours import HOUR, HOURS_A_WEEK, Horizon, OpenTime
from leeway.prove.staff.needed import Staffed, counted, needed, open_hours_of
from leeway.prove.staff.simulate import InHand, Level, simulate
from leeway.prove.staff.there import cases_each, people_there, usual_week
from leeway.prove.staff.visits import Visit
from leeway.prove.staff.what_if import MorePeople, WhatIf

BEYOND = timedelta(days=120)
"""How far past the horizon open hours are worked out: the longest a simulated case may still need."""

DRAWS = 200
QUIET, BUSY = 0.1, 0.9

METHOD = (
    "Cases come at random at the rate of their hour of the week, as the log shows it.",
    "A sparse hour leans on what its weekday and its time of day say together.",
    "How long a case is in hand is drawn from the log: open time from being taken up to leaving, less pauses.",
    "Each person carries as many cases at once as the roster says; who waits longest is taken up first.",
    "A case whose time at a level runs out climbs, and is met again above.",
    "The first simulated week only fills the house and is not counted.",
    "Ranges hold the true figure nine times out of ten.",
    "Quiet and busy are weeks as one in ten would be, drawn anew from the weeks of the log.",
    "Not simulated: skills within a level, people who hurry under pressure, customers who give up.",
)


class Handling(msgspec.Struct, frozen=True):
    """How long a case is in hand at a level, in minutes of open time. ``given``: by whoever asked, not from the log."""

    cases: int
    mean: float
    median: float
    p90: float
    given: bool = False


class Kept(msgspec.Struct, frozen=True):
    """Shares of simulated cases taken up and resolved in time; ``wait`` is the mean open wait in minutes."""

    accept: Estimate | None
    resolve: Estimate | None
    wait: Estimate | None
    climbed: int
    doomed: float


class People(msgspec.Struct, frozen=True):
    """People for each hour of the week (0 is Monday from midnight), and their hours in a week."""

    week: tuple[int, ...]
    hours: int


class LevelStaffing(msgspec.Struct, frozen=True):
    """What is known and needed at one level. Without enough past (``missing`` says what) there are no figures."""

    level: str
    label: str
    target: str
    cases_a_week: float
    quiet: float
    busy: float
    weeks: int
    each: int
    there: tuple[float, ...]
    there_hours: float
    handling: Handling | None = None
    today: Kept | None = None
    needed: People | None = None
    needed_quiet: People | None = None
    needed_busy: People | None = None
    missing: str = ""


class Outcome(msgspec.Struct, frozen=True):
    """What a what-if does to a level, on the very same weeks."""

    level: str
    before: Kept
    after: Kept


class WhatIfResult(msgspec.Struct, frozen=True):
    says: str
    levels: tuple[Outcome, ...]


class Staffing(msgspec.Struct, frozen=True):
    """The report. Instants are UTC; weekdays and hours are those of ``zone``."""

    attainment: float
    since: datetime
    until: datetime
    first_week: datetime
    weeks: int
    zone: str
    seed: int
    levels: tuple[LevelStaffing, ...]
    what_ifs: tuple[WhatIfResult, ...] = ()
    method: tuple[str, ...] = METHOD


@dataclass(frozen=True)
class Ask:
    """What is asked. ``handling`` gives minutes in hand by level, ``at_once`` the cases one person carries there, where
    the log and the roster can't say or a change is planned.
    """

    since: datetime
    until: datetime
    attainment: float = 0.9
    weeks: int = 6
    seed: int = 1
    handling: Mapping[str, float] = field(default_factory=dict)
    at_once: Mapping[str, int] = field(default_factory=dict)
    what_ifs: Sequence[WhatIf] = ()


@dataclass(frozen=True)
class _Known:
    """One level with everything the simulation needs."""

    level: PolicyLevel
    pattern: Pattern
    rung: Rung
    in_hand: InHand
    handling: Handling
    each: int
    people: list[int]
    open_hours: list[bool]

    def staffed(self, weeks: Sequence[Week]) -> Staffed:
        return Staffed(self.rung, rates(weeks), self.in_hand, self.handling.mean * 60, self.each)

    def simulated(self, people: Sequence[int], factors: Sequence[float] = ()) -> Level:
        places = [
            count * self.each if is_open else 0
            for count, is_open in zip(people, self.open_hours, strict=True)
        ]
        return Level(self.rung, rates(self.pattern.weeks), self.in_hand, places, factors)

    def expected_work(self) -> float:
        """Seconds of handling an average week brings."""
        return sum(rates(self.pattern.weeks)) * self.handling.mean * 60


def staff(
    policy: Policy,
    roster: Roster,
    stays: Iterable[Visit],
    ask: Ask,
    *,
    did: Callable[[str], None] = lambda _step: None,
) -> Staffing:
    """How many people each level needs to keep its accept and resolve clocks for a share of its cases.

    ``did`` hears of each finished step. Levels about which the log says too little are listed with the reason.
    """
    levels = (*policy.levels, *policy.desks)
    horizon = _horizon(policy.zone, ask)
    seen = list(stays)
    patterns = {level.name: _pattern(level, seen, policy, roster, ask) for level in levels}
    known = _known(levels, patterns, roster, horizon, ask)
    did("past")
    there = {level.name: usual_week(horizon, people_there(roster, level.target, horizon)) for level in levels}
    seed = str(ask.seed)
    before = _kept(known, [one.simulated(one.people) for one in known], horizon, seed)
    did("today")
    middle, quiet, busy = (
        _needed(known, draw, horizon, ask, did)
        for draw in (_as_seen, _one_in(QUIET, ask.seed), _one_in(BUSY, ask.seed))
    )
    figures: dict[str, _Figures] = {
        one.level.name: (one, *rest)
        for one, rest in zip(known, zip(before, middle, quiet, busy, strict=True), strict=True)
    }
    return Staffing(
        attainment=ask.attainment,
        since=ask.since,
        until=ask.until,
        first_week=horizon.instant(HOURS_A_WEEK * HOUR),
        weeks=ask.weeks,
        zone=policy.zone,
        seed=ask.seed,
        levels=tuple(
            _report(
                level,
                patterns[level.name],
                figures.get(level.name),
                there[level.name],
                _each(level, roster, horizon, ask),
            )
            for level in levels
        ),
        what_ifs=tuple(_what_if(known, before, what_if, horizon, seed) for what_if in ask.what_ifs),
    )


def _horizon(zone: str, ask: Ask) -> Horizon:
    """From the Monday after the log ends; one more week than asked for, in which the house fills up."""
    local = wall_time(zone, ask.until)
    monday = datetime.combine(local.date() + timedelta(days=7 - local.weekday()), time())
    return Horizon(at_local(zone, monday), ask.weeks + 1, zone)


def _pattern(level: PolicyLevel, stays: Sequence[Visit], policy: Policy, roster: Roster, ask: Ask) -> Pattern:
    calendar = calendar_of_target(roster, level.target)
    return pattern(stays, level.name, since=ask.since, until=ask.until, zone=policy.zone, calendar=calendar)


def _known(
    levels: Sequence[PolicyLevel],
    patterns: dict[str, Pattern],
    roster: Roster,
    horizon: Horizon,
    ask: Ask,
) -> list[_Known]:
    """The levels that can be simulated, each knowing where among them it climbs to."""
    given = ask.handling
    able = [level for level in levels if not _missing(patterns[level.name], given=level.name in given)]
    places = {level.name: place for place, level in enumerate(able)}
    found = []
    for level in able:
        past = patterns[level.name]
        in_hand, handling = _handling(past, given.get(level.name))
        open_time = OpenTime(calendar_of_target(roster, level.target), horizon, BEYOND)
        rung = Rung(
            level.name,
            level.label or level.name,
            level.accept,
            level.resolve,
            open_time,
            places.get(level.climbs_to) if level.climbs_to else None,
        )
        found.append(
            _Known(
                level,
                past,
                rung,
                in_hand,
                handling,
                _each(level, roster, horizon, ask),
                people_there(roster, level.target, horizon),
                open_hours_of(rung, horizon),
            )
        )
    return found


def _each(level: PolicyLevel, roster: Roster, horizon: Horizon, ask: Ask) -> int:
    return ask.at_once.get(level.name) or cases_each(roster, level.target, horizon.start)


def _missing(past: Pattern, *, given: bool) -> str:
    if not any(week.total for week in past.weeks):
        return "no case came to this level in the period"
    if not past.enough and not given:
        return (
            f"only {len(past.in_hand)} handled cases in the period: too few to say how long one takes; "
            "give it with --handling LEVEL=MINUTES"
        )
    return ""


def _handling(past: Pattern, given: float | None) -> tuple[InHand, Handling]:
    if given is not None:
        seconds = given * 60

        def as_given(chance: Random) -> float:
            return chance.expovariate(1 / seconds)

        return as_given, Handling(len(past.in_hand), given, given * 0.693, given * 2.303, given=True)
    times = past.in_hand
    minutes = sorted(one / 60 for one in times)

    def as_seen(chance: Random) -> float:
        return chance.choice(times)

    p90 = quantiles(minutes, n=10)[-1] if len(minutes) > 1 else minutes[0]
    return as_seen, Handling(len(times), fmean(minutes), median(minutes), p90)


Draw = Callable[[_Known], Sequence[Week]]


def _as_seen(known: _Known) -> Sequence[Week]:
    return known.pattern.weeks


def _one_in(share: float, seed: int) -> Draw:
    """Weeks drawn anew so many times; those with which the level has as much to do as in a quiet or busy time."""

    def draw(known: _Known) -> Sequence[Week]:
        chance = Random(f"{seed} weeks of {known.level.name}")  # noqa: S311 - a play is no secret
        draws = [resampled(known.pattern.weeks, chance) for _ in range(DRAWS)]
        draws.sort(key=lambda weeks: sum(week.total for week in weeks))
        return draws[int(share * (DRAWS - 1))]

    return draw


def _needed(
    known: Sequence[_Known], draw: Draw, horizon: Horizon, ask: Ask, did: Callable[[str], None]
) -> list[People]:
    weeks = needed([one.staffed(draw(one)) for one in known], horizon, str(ask.seed), ask.attainment)
    did("needed")
    return [People(tuple(week), sum(week)) for week in weeks]


def _kept(known: Sequence[_Known], levels: Sequence[Level], horizon: Horizon, seed: str) -> list[Kept]:
    desks = simulate(levels, horizon, seed)
    return [
        _measured(one, desk, level, horizon) for one, desk, level in zip(known, desks, levels, strict=True)
    ]


def _measured(one: _Known, desk: Desk, level: Level, horizon: Horizon) -> Kept:
    stays = counted(desk.stays)
    usual = not level.factors
    work = one.expected_work() if usual else None

    def share(of: Callable[[Stay], float], highest: float) -> Estimate | None:
        batches = _by_week(stays, of, horizon)
        expected = work if work is not None else fmean(batch.work for batch in batches)
        return mean(batches, expected, lowest=0.0, highest=highest)

    waited = [stay for stay in stays if stay.taken < float("inf")]
    return Kept(
        accept=share(lambda stay: float(stay.accepted_in_time), 1.0),
        resolve=share(lambda stay: float(stay.resolved_in_time), 1.0),
        wait=mean(
            _by_week(waited, lambda stay: _open_wait(one, stay) / 60, horizon),
            work if work is not None else 0.0,
            lowest=0.0,
            highest=float("inf"),
        )
        if usual
        else None,
        climbed=sum(stay.climbed for stay in stays),
        doomed=fmean(stay.doomed for stay in stays) if stays else 0.0,
    )


def _open_wait(one: _Known, stay: Stay) -> float:
    return one.rung.open.until(stay.taken) - one.rung.open.until(stay.waits_from)


def _by_week(stays: Sequence[Stay], of: Callable[[Stay], float], horizon: Horizon) -> list[Batch]:
    weeks: list[list[Stay]] = [[] for _ in range(horizon.weeks - 1)]
    for stay in stays:
        week = int(stay.came // (HOURS_A_WEEK * HOUR)) - 1
        if week < len(weeks):
            weeks[week].append(stay)
    return [Batch(len(week), sum(map(of, week)), sum(stay.in_hand for stay in week)) for week in weeks]


def _what_if(
    known: Sequence[_Known],
    before: Sequence[Kept],
    what_if: WhatIf,
    horizon: Horizon,
    seed: str,
) -> WhatIfResult:
    after = _kept(known, [_changed(one, what_if, horizon) for one in known], horizon, seed)
    outcomes = zip(known, before, after, strict=True)
    return WhatIfResult(what_if.says, tuple(Outcome(one.level.name, was, now) for one, was, now in outcomes))


def _changed(one: _Known, what_if: WhatIf, horizon: Horizon) -> Level:
    if isinstance(what_if, MorePeople):
        return one.simulated(what_if.people(one.level.name, horizon, one.people, one.open_hours))
    return one.simulated(one.people, what_if.factors(one.level.name, horizon))


_Figures = tuple[_Known, Kept, People, People, People]


def _report(
    level: PolicyLevel, past: Pattern, figures: _Figures | None, there: Sequence[float], each: int
) -> LevelStaffing:
    totals = sorted(week.total for week in past.weeks)
    found = LevelStaffing(
        level=level.name,
        label=level.label or level.name,
        target=level.target,
        cases_a_week=sum(rates(past.weeks)),
        quiet=float(totals[int(QUIET * (len(totals) - 1))]),
        busy=float(totals[round(BUSY * (len(totals) - 1))]),
        weeks=len(past.weeks),
        each=each,
        there=tuple(there),
        there_hours=sum(there),
        missing="" if figures else _missing(past, given=False),
    )
    if figures is None:
        return found
    one, today, middle, quiet, busy = figures
    return msgspec.structs.replace(
        found, handling=one.handling, today=today, needed=middle, needed_quiet=quiet, needed_busy=busy
    )
