"""Weeks of a house, case by case: they come, wait for a free place, are carried to their end, or climb out of time.

Discrete-event simulation with SimPy. Same seed, same weeks: two staffings are compared on the very same cases (common
random numbers), so that a difference is the staffing's and not chance's.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from math import inf
from random import Random
from typing import Any

import simpy

from leeway.prove.staff.arrivals import Rates
from leeway.prove.staff.desk import Desk, Rung, Stay
from leeway.prove.staff.hours import HOUR, Horizon

Happens = Generator[simpy.Event, Any, None]
InHand = Callable[[Random], float]
"""How long the next case is in somebody's hands, in seconds of open time."""


@dataclass(frozen=True)
class Level:
    """One level of a simulated house. ``places`` and ``factors`` (what a campaign does to arrivals) are for each hour
    of the horizon; no factors: as usual.
    """

    rung: Rung
    rates: Rates
    in_hand: InHand
    places: Sequence[int]
    factors: Sequence[float] = ()

    def expected(self, hour: int, hour_of_week: int) -> float:
        """Cases to be expected in that hour of the horizon."""
        return self.rates[hour_of_week] * (self.factors[hour] if self.factors else 1.0)


def simulate(levels: Sequence[Level], horizon: Horizon, seed: str) -> list[Desk]:
    """These weeks at every level. Nobody comes after the horizon's end, but who is there is seen through."""
    house = _House(levels, horizon, seed)
    house.clock.run()
    return house.desks


class _House:
    def __init__(self, levels: Sequence[Level], horizon: Horizon, seed: str) -> None:
        self.clock = simpy.Environment()
        self.levels = levels
        self.horizon = horizon
        self.desks = [Desk(self.clock, level.rung, horizon, level.places) for level in levels]
        self._climbing = [Random(f"{seed} climbs to {level.rung.name}") for level in levels]  # noqa: S311 - a play is no secret
        for number, level in enumerate(levels):
            chance = Random(f"{seed} {level.rung.name}")  # noqa: S311 - likewise
            self.clock.process(self._comings(number, chance))
            self.clock.process(self._shifts(number))

    def _comings(self, number: int, chance: Random) -> Happens:
        """A Poisson process whose rate changes by the hour: waits of mean one, measured in cases to be expected."""
        level = self.levels[number]
        due = chance.expovariate(1.0)
        for hour, hour_of_week in enumerate(self.horizon.of_week):
            expected = level.expected(hour, hour_of_week)
            while due < expected:
                yield self.clock.timeout((hour + due / expected) * HOUR - self.clock.now)
                self.clock.process(self._stay(number, level.in_hand(chance)))
                due += chance.expovariate(1.0)
            due -= expected

    def _shifts(self, number: int) -> Happens:
        """When people come, somebody who waits may be taken up. It goes on for a round after the last arrival."""
        places = self.levels[number].places
        hours = self.horizon.hours
        for hour in range(1, 2 * hours):
            if places[hour % hours] > places[(hour - 1) % hours]:
                yield self.clock.timeout(hour * HOUR - self.clock.now)
                self.desks[number].take_up()

    def _stay(self, number: int, in_hand: float) -> Happens:
        desk = self.desks[number]
        stay = Stay(desk.rung, self.clock.now, in_hand)
        turn = desk.ask(stay)
        climbs_at = stay.climbs_at if desk.rung.next is not None else inf
        if not turn.triggered:
            yield turn if climbs_at == inf else turn | self._at(climbs_at)
        done = desk.rung.open.after(stay.taken, in_hand) if stay.taken < inf else inf
        if stay.taken < inf and min(done, climbs_at) < inf:
            yield self._at(min(done, climbs_at))
        stay.climbed = climbs_at < done
        desk.leave(stay)
        if stay.climbed and desk.rung.next is not None:
            level = self.levels[desk.rung.next]
            self.clock.process(self._stay(desk.rung.next, level.in_hand(self._climbing[desk.rung.next])))

    def _at(self, when: float) -> simpy.Timeout:
        return self.clock.timeout(max(when - self.clock.now, 0.0))
