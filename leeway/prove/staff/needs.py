"""People needed, by level and hour: begun with Erlang C, settled by simulation on the house's own cases."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from statistics import fmean

import msgspec

from leeway.prove.staff import erlang
from leeway.prove.staff.demand import WEEK_HOURS, Demand
from leeway.prove.staff.simulation import HOUR, Done, simulate

MOST_ROUNDS = 25
WEEKS = 4


class Clock(msgspec.Struct, frozen=True):
    """A level's promise: seconds to accept and to resolve; ``working`` where only open hours count."""

    accept: float
    accept_working: bool
    resolve: float
    resolve_working: bool


class Attained(msgspec.Struct, frozen=True):
    """The share in time over all replications, with the interval nine of ten replications fall into."""

    mean: float
    low: float
    high: float


class LevelNeeds(msgspec.Struct, frozen=True):
    """``arrivals`` are cases an hour, ``present`` and ``needed`` people, each for the 168 hours of the week."""

    level: str
    cases_a_week: float
    handling_minutes: float
    arrivals: tuple[float, ...]
    present: tuple[float, ...]
    needed: tuple[int, ...]
    accept_now: Attained
    resolve_now: Attained
    accept_then: Attained
    resolve_then: Attained
    reached: bool
    why_not: str = ""


class OpenHours:
    """How much of a time span is open: the hours of the week in which a level works, as shares from 0 to 1."""

    def __init__(self, hours: Sequence[float]) -> None:
        self.hours = tuple(hours)
        self._sums = [0.0]
        for share in self.hours:
            self._sums.append(self._sums[-1] + share * HOUR)

    def _until(self, at: float) -> float:
        weeks, into = divmod(at, WEEK_HOURS * HOUR)
        hour = min(int(into // HOUR), WEEK_HOURS - 1)
        return weeks * self._sums[-1] + self._sums[hour] + (into - hour * HOUR) * self.hours[hour]

    def opens_at(self, at: float) -> float:
        """The moment itself when anything of its hour is open, else the beginning of the next hour that is."""
        hour = int(at // HOUR)
        for later in range(hour, hour + WEEK_HOURS):
            if self.hours[later % WEEK_HOURS] > 0:
                return at if later == hour else later * HOUR
        return at

    def between(self, start: float, end: float) -> float:
        return self._until(end) - self._until(start)


class LevelModel:
    """One level to be staffed. ``replications`` use the same draws for every plan (common random numbers)."""

    def __init__(
        self,
        demand: Demand,
        clock: Clock,
        opening: OpenHours,
        *,
        seed: int,
        replications: int,
        weeks: int = WEEKS,
    ) -> None:
        self.demand, self.clock, self.opening, self.weeks = demand, clock, opening, weeks
        self._draws = [demand.draw(weeks, Random(f"{seed}:{number}")) for number in range(replications)]  # noqa: S311

    def run(self, plan: Sequence[int]) -> list[list[Done]]:
        """Every replication with this plan for all its hours."""
        return [simulate(jobs, plan) for jobs in self._draws]

    def attained(self, runs: Sequence[Sequence[Done]]) -> tuple[Attained, Attained]:
        accept = [_share([self._in_time(one, accept=True) for one in run]) for run in runs]
        resolve = [_share([self._in_time(one, accept=False) for one in run]) for run in runs]
        return _interval(accept), _interval(resolve)

    def _in_time(self, one: Done, *, accept: bool) -> bool:
        clock = self.clock
        limit, working = (
            (clock.accept, clock.accept_working) if accept else (clock.resolve, clock.resolve_working)
        )
        end = one.began if accept else one.ended
        start = self.opening.opens_at(one.at)  # whoever comes to a closed level is asked for when it opens
        used = self.opening.between(start, end) if working else end - start
        return used <= limit + 1.0

    def misses(self, runs: Sequence[Sequence[Done]]) -> list[int]:
        """By hour of the week: late cases that waited or were worked on then."""
        late = [0] * WEEK_HOURS
        for run in runs:
            for one in run:
                if not (self._in_time(one, accept=True) and self._in_time(one, accept=False)):
                    late[int(one.at // HOUR) % WEEK_HOURS] += 1
        return late

    def needed(self, target: float) -> tuple[list[int], bool, str]:
        """The fewest people found with which both clocks are kept at ``target`` in nine of ten replications."""
        handling = fmean(self.demand.efforts)
        week = [
            max(1, erlang.needed(rate * handling / HOUR, handling, self.clock.accept, target))
            if share > 0
            else 0
            for rate, share in zip(self.demand.rates(), self.opening.hours, strict=True)
        ]
        for _ in range(MOST_ROUNDS):
            runs = self.run(week * self.weeks)
            accept, resolve = self.attained(runs)
            if min(accept.low, resolve.low) >= target:
                return self._trimmed(week, target), True, ""
            more = self._with_more(week, self.misses(runs))
            if more == week:
                return (
                    week,
                    False,
                    "cases come when nobody of this level works, and its clock runs all the same",
                )
            week = more
        return week, False, f"{MOST_ROUNDS} rounds were not enough: a case takes longer than its clock allows"

    def _kept(self, week: Sequence[int], target: float) -> bool:
        accept, resolve = self.attained(self.run([*week] * self.weeks))
        return min(accept.low, resolve.low) >= target

    def _trimmed(self, week: list[int], target: float) -> list[int]:
        """Without those who are not needed: one less in all hours as long as that does, then day by day."""
        while (fewer := _less(week, range(WEEK_HOURS))) != week and self._kept(fewer, target):
            week = fewer
        for day in range(7):
            fewer = _less(week, range(day * 24, day * 24 + 24))
            if fewer != week and self._kept(fewer, target):
                week = fewer
        return week

    def _with_more(self, week: list[int], late: list[int]) -> list[int]:
        """One more in every open hour that sees many late cases, and in the one after it."""
        worst = max(late)
        if not worst:
            return week
        more = list(week)
        for hour, count in enumerate(late):
            if count * 2 >= worst:
                for place in (hour, hour + 1):
                    opens = _next_open(week, place)
                    more[opens] = week[opens] + 1
        return more


def _less(week: Sequence[int], hours: range) -> list[int]:
    """One less in these hours; an open hour keeps one."""
    return [count - (hour in hours and count > 1) for hour, count in enumerate(week)]


def _next_open(week: Sequence[int], place: int) -> int:
    """The first hour from a place on in which anybody is planned; the place itself when nobody ever is."""
    hours = (hour % WEEK_HOURS for hour in range(place, place + WEEK_HOURS))
    return next((hour for hour in hours if week[hour]), place % WEEK_HOURS)


def _share(kept: list[bool]) -> float:
    return sum(kept) / len(kept) if kept else 1.0


def _interval(shares: Sequence[float]) -> Attained:
    ordered = sorted(shares)
    edge = len(ordered) // 10
    return Attained(fmean(ordered), ordered[edge], ordered[-1 - edge])
