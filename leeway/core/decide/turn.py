"""A turn: one decision while it is being made. Emitting an event applies it, so the next thought sees its effect.

Seen from outside ``decide`` is pure; inside, this small object keeps the running case and the events so far.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cached_property

from leeway.core import clocks
from leeway.core import events as e
from leeway.core.case import Case
from leeway.core.clocks import Clock
from leeway.core.cue import Cue
from leeway.core.evolve import evolve
from leeway.core.facts import Fact
from leeway.core.people import calendar_of_target, team_lead
from leeway.core.policy import ClockKind, Level, Policy, Span, Warn
from leeway.core.worktime import ALWAYS, Calendar
from leeway.core.world import Known, World

CLOCK_OUTCOMES_AFTER_BREACH = {"met": "late", "late": "late", "cancelled": "cancelled", "void": "void"}


Judge = Callable[["Turn", tuple[Cue, ...]], None]


class Turn:
    """The case as it stands, what is known, and what has been decided so far."""

    def __init__(self, world: World, known: Known, case: Case, fact: Fact, judge: Judge) -> None:
        self.world = world
        self.known = known
        self.case = case
        self.seen = case.version
        self.fact = fact
        self.now = known.now
        self.at = min(fact.at, known.now)
        """When the fact happened; never later than now, or a wrong clock elsewhere would move our deadlines."""
        self.policy: Policy = world.policy_for(case.policy_version)
        self._judge = judge
        self.events: list[e.AnyEvent] = []

    @property
    def level(self) -> Level:
        """The rung or desk the case is at; the first rung when the policy in force does not know it any more."""
        return self._level(self.case.level) or self.policy.levels[0]

    def level_named(self, name: str) -> Level:
        """A level of the policy; the one the case is at when the policy in force does not know that name any more."""
        return self._level(name) or self.level

    def _level(self, name: str) -> Level | None:
        return next((one for one in (*self.policy.levels, *self.policy.desks) if one.name == name), None)

    def emit(self, *events: e.AnyEvent) -> None:
        for event in events:
            self.events.append(event)
            self.case = evolve(self.case, event)
            if isinstance(event, e.PolicyPinned):
                self.policy = self.world.policy_for(self.case.policy_version)

    def rejudge(self, cues: tuple[Cue, ...] = ()) -> None:
        """Look again at risk, alert and matrix; ``cues`` are the signs of this very moment."""
        self._judge(self, cues)

    def set_aside(self, why: str) -> None:
        self.emit(e.SetAside(at=self.at, fact=str(type(self.fact).__struct_config__.tag), why=why))

    # --- clocks -------------------------------------------------------------------------------------------------------

    @cached_property
    def house_calendar(self) -> Calendar:
        """The calendar of clocks that belong to no level: the policy's, or the first level's, or all hours."""
        named = self.policy.clocks.calendar
        if named:
            return next((item for item in self.world.roster.calendars if item.name == named), ALWAYS)
        return calendar_of_target(self.world.roster, self.policy.levels[0].target)

    def calendar_of(self, level: Level) -> Calendar:
        return calendar_of_target(self.world.roster, level.target)

    def calendar_named(self, name: str) -> Calendar:
        return next((item for item in self.world.roster.calendars if item.name == name), ALWAYS)

    def start_clock(
        self,
        name: str,
        kind: ClockKind,
        length: Span,
        calendar: Calendar,
        *,
        start: datetime | None = None,
        warnings: tuple[Warn, ...] = (),
        episode: str = "",
        about: str = "",
        due: datetime | None = None,
        rounds: int = 0,
    ) -> None:
        """Start (or start again) a clock. In a paused case a clock that waits with the customer starts paused."""
        clock = clocks.start(
            name,
            kind,
            length,
            start or self.now,
            calendar,
            warnings=warnings,
            episode=episode,
            about=about,
            due=due,
            rounds=rounds,
        )
        if self.case.status == "paused" and clocks.PAUSED_BY_WAITING[kind]:
            clock = clocks.start_paused(clock)
        self.emit(e.ClockStarted(at=min(clock.started_at, self.now), clock=clock))

    def stop_clock(self, name: str, outcome: str = "met") -> None:
        """Stop it, if it is there. One that had run out counts as late, whatever stopped it in good faith."""
        clock = self.case.clocks.get(name)
        if clock is None:
            return
        late = clock.breached_at is not None or (clock.due is not None and clock.due < self.at)
        final = CLOCK_OUTCOMES_AFTER_BREACH[outcome] if late else outcome
        self.emit(e.ClockStopped(at=self.at, name=name, kind=clock.kind, outcome=final))  # type: ignore[arg-type]

    def stop_clocks(self, *kinds: ClockKind, outcome: str = "cancelled") -> None:
        for clock in [clock for clock in self.case.clocks.values() if clock.kind in kinds]:
            self.stop_clock(clock.name, outcome)

    def pause_clocks(self, *, only: tuple[ClockKind, ...] = ()) -> None:
        for clock in list(self.case.clocks.values()):
            chosen = clock.kind in only if only else clocks.PAUSED_BY_WAITING[clock.kind]
            if chosen and clock.running:
                stopped = clocks.pause(clock, self.at, self.calendar_named(clock.calendar))
                self.emit(e.ClockPaused(at=self.at, clock=stopped))

    def resume_clocks(self) -> None:
        for clock in list(self.case.clocks.values()):
            if clock.paused and clock.breached_at is None:
                running = clocks.resume(clock, self.at, self.calendar_named(clock.calendar))
                self.emit(e.ClockResumed(at=self.at, clock=running))

    def clock(self, name: str) -> Clock | None:
        return self.case.clocks.get(name)

    # --- telling ------------------------------------------------------------------------------------------------------

    def tell(
        self,
        kind: str,
        key: str,
        to: tuple[str, ...],
        subject: str,
        body: str = "",
        *,
        by: tuple[str, ...] = (),
        urgency: e.Urgency = "soon",
    ) -> None:
        """Tell people of ours, once for this key. Nobody to tell is an event of its own, and the lead hears instead."""
        if key in self.case.fired:
            return
        people = tuple(dict.fromkeys(person for person in to if person))
        if not people:
            self.emit(
                e.NobodyReachable(at=self.now, notice=key, person="", why="nobody is named for this notice")
            )
            people = tuple(
                filter(None, (team_lead(self.world.roster, self.level.target), self.policy.default_owner))
            )
            if not people:
                return
        notice = e.Notice(key, kind, people, subject, body, by, urgency)
        self.emit(e.NoticeIssued(at=self.now, notice=notice))

    def tell_customer(self, kind: str, key: str, text: str) -> None:
        """Tell the customer, once for this key; an empty text says nothing."""
        if text and key not in self.case.fired:
            self.emit(e.CustomerInformed(at=self.now, message=e.CustomerMessage(key, kind, text)))
