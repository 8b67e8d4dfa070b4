"""Where plays are played: first six weeks of them one after the other in their own time, then on in real time.

History goes in as imported history does (decided as of its own time, nobody is told), with the clocks that fall due on
the way. What is unfinished when the present is reached goes on by the clock on the wall.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from leeway.core.case import Case
from leeway.core.people import person
from leeway.core.refusals import Refusal
from leeway.core.roster import Roster, back_at
from leeway.demo.player import Beat, Moment, Play, Player
from leeway.store.rebuild import stored
from leeway.store.writer.driver import Driver
from leeway.wiring import House
from leeway.worker.sweeper import Due, tick

WAIT_FOR_VISITOR = timedelta(seconds=20)
"""How often a play looks whether the visitor has done their part."""


@dataclass
class Part:
    """A play that is on: its next beat, and when the one before it was done."""

    player: Player
    play: Play
    beat: Beat
    since: datetime


class Stage:
    """``away`` are people who do not act by themselves once the time is ``away_from``: the demo's visitor is them."""

    def __init__(
        self,
        house: House,
        driver: Driver,
        roster: Roster,
        *,
        away: frozenset[str] = frozenset(),
        away_from: datetime | None = None,
    ) -> None:
        self.house = house
        self.roster = roster
        self._driver = driver
        self._away = away
        self._away_from = away_from
        self._agenda: list[tuple[datetime, int, Part]] = []
        self._count = 0
        self._cases: dict[int, Case] = {}
        self._wakes: list[tuple[datetime, int]] = []

    # --- plays come and go

    def enter(self, player: Player, plot: Callable[[Player], Play], at: datetime) -> None:
        """The play begins: its first beat is counted from ``at``."""
        play = plot(player)
        try:
            beat = next(play)
        except StopIteration:
            return
        self._plan(Part(player, play, beat, at), at + beat.after)

    def _plan(self, part: Part, at: datetime) -> None:
        self._count += 1
        heapq.heappush(self._agenda, (at, self._count, part))

    @property
    def next_at(self) -> datetime | None:
        return self._agenda[0][0] if self._agenda else None

    @property
    def next_is_spoken(self) -> bool:
        return bool(self._agenda) and self._agenda[0][2].beat.spoken

    @property
    def parts(self) -> list[Part]:
        return [part for _, _, part in self._agenda]

    # --- history

    def play_until(self, end: datetime, *, go_on: Callable[[], bool] = lambda: True) -> None:
        """Plays everything before ``end`` as history, clocks included. ``go_on`` false ends it early."""
        while go_on():
            beat_at = self._agenda[0][0] if self._agenda else end
            wake_at = self._wakes[0][0] if self._wakes else end
            if min(beat_at, wake_at) >= end:
                return
            if wake_at <= beat_at:
                self._wake(*heapq.heappop(self._wakes))
            else:
                at, _, part = heapq.heappop(self._agenda)
                self._perform(part, at, quiet=True)

    def _wake(self, at: datetime, number: int) -> None:
        case = self._cases.get(number)
        if case is None or case.wake_at != at:
            return
        done = self.house.desk.handle(tick(Due(number, case.version, at), at), quiet=True)
        if done.fact:
            self._look_again(number)

    def _look_again(self, number: int) -> Case:
        case = self._cases[number] = stored(self._driver, number)
        if case.wake_at is not None:
            heapq.heappush(self._wakes, (case.wake_at, number))
        return case

    # --- one beat

    def perform_next(self, at: datetime) -> None:
        """Plays the next beat now, with everybody being told."""
        _, _, part = heapq.heappop(self._agenda)
        self._perform(part, at, quiet=False)

    def _perform(self, part: Part, at: datetime, *, quiet: bool) -> None:
        case = self._case(part, fresh=not quiet)
        beat = part.beat
        whose = beat.whose(case) if beat.whose and case else ""
        passed_over = case is not None and (beat.over(case, part.since) or (beat.whose and not whose))
        if passed_over and case is not None:
            self._go_on(part, case, at)
            return
        later = self._not_now(beat, whose, at)
        if later is not None:
            self._plan(part, later)
            return
        self._go_on(part, self._do(part, Moment(case, at, whose), quiet=quiet), at)

    def _case(self, part: Part, *, fresh: bool) -> Case | None:
        number = part.player.case
        if number is None:
            return None
        return stored(self._driver, number) if fresh else self._cases[number]

    def _not_now(self, beat: Beat, whose: str, at: datetime) -> datetime | None:
        """When to try again, if whoever has to act does not act now."""
        if whose in self._away and (self._away_from is None or at >= self._away_from):
            return at + WAIT_FOR_VISITOR
        if not whose or beat.any_hour or person(self.roster, whose) is None:
            return None
        back = back_at(self.roster, whose, at)
        return back if back is not None and back > at else None

    def _do(self, part: Part, moment: Moment, *, quiet: bool) -> Case | None:
        fact = part.beat.act(moment)
        if fact is None:
            return moment.case
        try:
            done = self.house.desk.handle(fact, quiet=quiet)
        except Refusal:  # somebody was faster, or the case has moved on: in a play as in life
            return moment.case
        if quiet and part.player.case not in (None, done.case) and part.player.case is not None:
            self._cases[part.player.case] = stored(self._driver, part.player.case)
        part.player.case = done.case
        return self._look_again(done.case)

    def _go_on(self, part: Part, case: Case | None, at: datetime) -> None:
        if case is None:
            return
        try:
            part.beat = part.play.send(case)
        except StopIteration:
            return
        part.since = at
        self._plan(part, at + part.beat.after)
