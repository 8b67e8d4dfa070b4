"""One level in the simulation: who waits there, how many places it has, and what its clocks say.

A *place* is room for one case in somebody's hands: people × the cases each may own. A case that was taken up is carried
to its end by whoever is there; when people leave, no new one is taken up until the places suffice again. A case that
comes while the level is shut begins to wait when it opens: what happens meanwhile is up to the "nobody there" plan.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

import simpy

from leeway.core.policy import Span
from leeway.prove.staff.hours import HOUR, HOURS_A_WEEK, Horizon, OpenTime


@dataclass(frozen=True)
class Rung:
    """What the policy says of a level. ``next`` is the place of the level it climbs to in the list, None at the top."""

    name: str
    label: str
    accept: Span
    resolve: Span
    open: OpenTime
    next: int | None = None


class Stay:
    """One case at one level, and what became of it. Times are seconds from the start of the horizon.

    ``latest`` is until when it has to be taken up to meet both clocks; ``doomed`` when its handling alone is longer
    than the level may take, which no number of people changes.
    """

    __slots__ = (
        "came",
        "climbed",
        "climbs_at",
        "doomed",
        "due",
        "in_hand",
        "latest",
        "left",
        "taken",
        "waits_from",
    )

    def __init__(self, rung: Rung, came: float, in_hand: float) -> None:
        opens = rung.open.next_open(came)
        self.came = came
        self.in_hand = in_hand
        self.waits_from = opens
        self.due = rung.open.due(opens, rung.accept)
        self.climbs_at = rung.open.due(opens, rung.resolve)
        length = float(rung.resolve.seconds)
        self.doomed = (
            in_hand > length if rung.resolve.working else rung.open.after(opens, in_hand) > self.climbs_at
        )
        self.latest = self.due if self.doomed else min(self.due, self._last_start(rung, length))
        self.taken = inf
        self.left = inf
        self.climbed = False

    def _last_start(self, rung: Rung, length: float) -> float:
        """The last moment at which it can be begun and still be resolved in time."""
        if rung.resolve.working:
            return rung.open.after(self.waits_from, length - self.in_hand)
        return self.climbs_at - self.in_hand

    @property
    def accepted_in_time(self) -> bool:
        return self.taken <= self.due + 1e-6

    @property
    def resolved_in_time(self) -> bool:
        return not self.climbed and self.left <= self.climbs_at + 1e-6

    @property
    def in_time(self) -> bool:
        """Taken up early enough for both clocks, as far as people can do something about it."""
        return self.taken <= self.latest + 1e-6


class Desk:
    """A level at work: ``places`` for each hour of the horizon, first come, first served."""

    def __init__(self, clock: simpy.Environment, rung: Rung, horizon: Horizon, places: Sequence[int]) -> None:
        self.rung = rung
        self.stays: list[Stay] = []
        self._clock = clock
        self._horizon = horizon
        self._places = places
        self._waiting: deque[tuple[Stay, simpy.Event]] = deque()
        self._in_hand = 0
        self.most_in_hand = [0] * HOURS_A_WEEK
        """The most cases in hand at once, for each hour of the week."""

    def places_now(self) -> int:
        return self._places[int(self._clock.now // HOUR) % self._horizon.hours]

    def ask(self, stay: Stay) -> simpy.Event:
        """An event that happens when somebody takes the case up."""
        self.stays.append(stay)
        turn = self._clock.event()
        self._waiting.append((stay, turn))
        self.take_up()
        return turn

    def take_up(self) -> None:
        """Whoever waits longest, as long as there is room."""
        now = self._clock.now
        while self._waiting and self._in_hand < self.places_now():
            stay, turn = self._waiting.popleft()
            if stay.left < inf:  # it went up while it waited
                continue
            self._in_hand += 1
            stay.taken = now
            turn.succeed()
            hour = self._horizon.hour_at(now)
            self.most_in_hand[hour] = max(self.most_in_hand[hour], self._in_hand)

    def leave(self, stay: Stay) -> None:
        stay.left = self._clock.now
        if stay.taken < inf:
            self._in_hand -= 1
            self.take_up()
