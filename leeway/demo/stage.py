"""Where plays are played: first six weeks of them one after the other in their own time, then on in real time.

History goes in as imported history does (decided as of its own time, nobody is told), with the clocks that fall due on
the way. What is unfinished when the present is reached goes on by the clock on the wall.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Protocol

from leeway.core.case import Case
from leeway.core.facts import Fact
from leeway.core.people import person
from leeway.core.refusals import Refusal
from leeway.core.roster import Roster, back_at, on_call
from leeway.demo.colleagues import TO_ACCEPT_MINUTES, TO_DECIDE_MINUTES, Colleague, decides, takes_it
from leeway.demo.goodwill import decision
from leeway.demo.player import Beat, Moment, Play
from leeway.desk.handle import Done, Failed
from leeway.desk.ports import Item
from leeway.store.rebuild import stored
from leeway.store.writer.driver import Driver
from leeway.wiring import House
from leeway.worker.sweeper import Due, tick

WAIT_FOR_VISITOR = timedelta(seconds=20)
"""How often a play looks whether the visitor has done their part."""

LOOK_AGAIN = timedelta(seconds=2)
HALF_A_DAY = timedelta(hours=12)
IN_ORDER = timedelta(days=1.5)


class Actor(Protocol):
    """Whoever a play is about; ``case`` is the number of their case, once there is one."""

    name: str
    case: int | None


@dataclass
class Part:
    """A play that is on: its next beat, and when the one before it was done. ``on_its_own`` once the cast has acted for
    a visitor who did not: a second time nobody waits for them.
    """

    player: Actor
    play: Play
    beat: Beat
    since: datetime
    held_since: datetime | None = None
    on_its_own: bool = False


class Stage:
    """``away`` are people who do not act by themselves once the time is ``away_from``: the demo's visitor is them.
    With ``patience`` the cast acts for the visitor after so long.
    """

    def __init__(
        self,
        house: House,
        driver: Driver,
        roster: Roster,
        *,
        away: frozenset[str] = frozenset(),
        away_from: datetime | None = None,
        patience: timedelta | None = None,
    ) -> None:
        self.house = house
        self.roster = roster
        self._driver = driver
        self._away = away
        self._away_from = away_from
        self._patience = patience
        self._agenda: list[tuple[datetime, int, Part]] = []
        self._count = 0
        self._cases: dict[int, Case] = {}
        self._in_real_time = False
        self._wakes: list[tuple[datetime, int]] = []
        self._answering: dict[int, tuple[str, datetime]] = {}
        self._decisions = 0
        self._deciding: dict[int, tuple[int, str]] = {}
        self._chance = Random(1)  # noqa: S311 - how long colleagues take is no secret

    # --- plays come and go

    def enter(self, player: Actor, play: Play, at: datetime) -> None:
        """The play begins: its first beat is counted from ``at``."""
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
        """Plays everything before ``end`` as history, clocks included. ``go_on`` false ends it early.

        A commit costs more than a decision, so cases that have nothing to do with each other are handed in together,
        half a day at a time; the last day is played exactly in the order of time.
        """
        while go_on() and (start := self._earliest()) is not None and start < end:
            far = end - start > IN_ORDER
            self._round(start + HALF_A_DAY if far else start)

    def _earliest(self) -> datetime | None:
        heads = [heap[0][0] for heap in (self._agenda, self._wakes) if heap]
        return min(heads, default=None)

    def _round(self, until: datetime) -> None:
        """The next thing to happen in every case up to ``until``, in one transaction."""
        ready = [(fact, what) for fact, what in map(self._prepared, self._next_of_each(until)) if fact]
        answers = self.house.writer.call([Item(fact, quiet=True) for fact, _ in ready]) if ready else ()
        for (fact, part), answer in zip(ready, answers, strict=True):
            if isinstance(answer, Failed):
                raise answer.error
            self._settled(part, fact, answer if isinstance(answer, Done) else None)

    def _next_of_each(self, until: datetime) -> list[tuple[datetime, Part | int]]:
        """Beats and clocks up to ``until``, the first of each case; the others stay planned."""
        found: list[tuple[datetime, Part | int]] = []
        later_parts: list[tuple[datetime, int, Part]] = []
        later_wakes: list[tuple[datetime, int]] = []
        taken: set[int | str] = set()
        while (start := self._earliest()) is not None and start <= until:
            if self._wakes and self._wakes[0][0] == start:
                at, number = heapq.heappop(self._wakes)
                if number in taken:
                    later_wakes.append((at, number))
                elif self._cases[number].wake_at == at:
                    taken.add(number)
                    found.append((at, number))
                continue
            entry = heapq.heappop(self._agenda)
            lane = entry[2].player.case or entry[2].player.name
            if lane in taken:
                later_parts.append(entry)
            else:
                taken.add(lane)
                found.append((entry[0], entry[2]))
        for entry in later_parts:
            heapq.heappush(self._agenda, entry)
        for wake in later_wakes:
            heapq.heappush(self._wakes, wake)
        return found

    def _prepared(self, next_one: tuple[datetime, Part | int]) -> tuple[Fact | None, Part | None]:
        at, what = next_one
        if isinstance(what, Part):
            return self._prepare(what, at), what
        return tick(Due(what, self._cases[what].version, at), at), None

    def _settled(self, part: Part | None, fact: Fact, done: Done | None) -> None:
        """What was handed in is in the log; or it was refused, because the case has moved on: in a play as in life."""
        if part is not None:
            self._go_on(part, self._after(part, done), fact.at)
        elif done is not None and done.fact:
            self._look_again(done.case)

    def _look_again(self, number: int) -> Case:
        case = stored(self._driver, number)
        if not self._in_real_time:
            self._cases[number] = case
            if case.wake_at is not None:
                heapq.heappush(self._wakes, (case.wake_at, number))
        self.see_who_is_asked(case)
        if case.approvals:
            self.see_who_decides(case)
        return case

    def see_who_is_asked(self, case: Case) -> None:
        """Whoever is asked to take a case takes it after a while, whatever its play had in mind."""
        if case.asked is None or self._answering.get(case.id) == (case.asked.person, case.asked.at):
            return
        self._answering[case.id] = (case.asked.person, case.asked.at)
        wait = timedelta(minutes=self._chance.uniform(*TO_ACCEPT_MINUTES))
        colleague = Colleague(case, self.roster, self._chance)
        self.enter(colleague, takes_it(colleague, wait), case.asked.at)

    def see_who_decides(self, case: Case) -> None:
        """Whoever is asked for an approval decides after a while; the visitor's wait for the visitor."""
        for waiting in (one for one in case.approvals if one.open):
            question = (waiting.number, waiting.asked_of)
            clock = case.clocks.get(f"approval:{waiting.number}")
            if clock is None or self._deciding.get(case.id) == question:
                continue
            self._deciding[case.id] = question
            wait = timedelta(minutes=self._chance.uniform(*TO_DECIDE_MINUTES))
            colleague = Colleague(case, self.roster, self._chance)
            self._decisions += 1
            said = decision(self._chance, self._decisions)
            self.enter(colleague, decides(colleague, said, wait), clock.started_at)

    def go_live(self) -> None:
        """From here on the sweeper runs the clocks, and others change cases too."""
        self._in_real_time = True
        self._cases.clear()
        self._wakes.clear()

    # --- one beat

    def perform_next(self, at: datetime) -> bool:
        """Plays the next beat now, with everybody being told. True when somebody said something."""
        _, _, part = heapq.heappop(self._agenda)
        spoken = part.beat.spoken
        fact = self._prepare(part, at)
        if fact is None:
            return False
        try:
            done = self.house.desk.handle(fact)
        except Refusal:
            done = None
        self._settled(part, fact, done)
        return spoken

    def _prepare(self, part: Part, at: datetime) -> Fact | None:
        """The fact of the part's beat; None when it is passed over or put off, which is then done."""
        case = self._case(part)
        beat = part.beat
        whose = beat.whose(case) if beat.whose and case else ""
        if case is not None and (beat.over(case, part.since) or (beat.whose and not whose)):
            self._go_on(part, case, at)
            return None
        later = self._not_now(part, whose, at)
        if later is not None:
            self._plan(part, later)
            return None
        part.held_since = None
        fact = beat.act(Moment(case, at, whose))
        if fact is None:
            self._go_on(part, case, at)
        return fact

    def _case(self, part: Part) -> Case | None:
        number = part.player.case
        if number is None:
            return None
        return stored(self._driver, number) if self._in_real_time else self._cases[number]

    def _after(self, part: Part, done: Done | None) -> Case | None:
        """The part's case after its fact."""
        if done is None:
            return self._case(part)
        before, part.player.case = part.player.case, done.case
        if before is not None and before != done.case:
            self._look_again(before)
        return self._look_again(done.case)

    def _not_now(self, part: Part, whose: str, at: datetime) -> datetime | None:
        """When to try again, if whoever has to act does not act now."""
        if whose in self._away and (self._away_from is None or at >= self._away_from):
            if self._patience is None:
                return at + WAIT_FOR_VISITOR
            part.held_since = part.held_since or at
            if not part.on_its_own and at < part.held_since + self._patience:
                return at + LOOK_AGAIN
            part.on_its_own = True
            return None
        if not whose or person(self.roster, whose) is None:
            return None
        back = back_at(self.roster, whose, at)
        if back is None or back <= at or self._on_call(whose, at):
            return None
        return back

    def _on_call(self, whose: str, at: datetime) -> bool:
        return any(on_call(self.roster, rota.id, at).person == whose for rota in self.roster.rotas)

    def _go_on(self, part: Part, case: Case | None, at: datetime) -> None:
        if case is None:
            return
        try:
            part.beat = part.play.send(case)
        except StopIteration:
            return
        part.since = at
        self._plan(part, at + part.beat.after)
