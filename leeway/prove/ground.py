"""What every part of the proof stands on: the policy, the roster, the year, and what was worked out once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from leeway.core.cue import CUE_KINDS
from leeway.core.policy import Level, Policy
from leeway.core.roster import Roster, people_in
from leeway.core.routing import Need
from leeway.core.situation import COLUMNS, Situation
from leeway.core.worktime import ALWAYS, Calendar
from leeway.prove import words
from leeway.prove.availability import Year
from leeway.prove.boxes import Context, Space
from leeway.prove.findings import Example, Place, Places
from leeway.prove.spans import Worktimes

NOT_FROM_TEXT = frozenset({"voice_raised", "talk_over", "long_silence", "customer_silent"})
"""Cues of channels that are not read yet: no message and no pattern gives them."""

READ_CUES = CUE_KINDS - NOT_FROM_TEXT
YEAR = timedelta(days=365)
LOOK_AHEAD = timedelta(days=62)


class Ground:
    """One question: whether this policy, with this roster, has holes from ``start`` on for ``length``."""

    def __init__(
        self,
        policy: Policy,
        roster: Roster,
        *,
        start: datetime,
        length: timedelta = YEAR,
        places: Places | None = None,
        cues: Collection[str] = READ_CUES,
        public_address: bool | None = None,
    ) -> None:
        self.policy, self.roster = policy, roster
        self.start = start.astimezone(UTC).replace(second=0, microsecond=0)
        self.end = self.start + length
        self.places = places or Places()
        self.cues = frozenset(cues)
        self.public_address = public_address
        self.reached: dict[str, tuple[Any, ...]] = {}
        """Kept by ``reach``."""
        self.longest: dict[tuple[str, ...], Any] = {}
        """Kept by ``waits``."""
        self._contexts: dict[str, tuple[Context, ...]] = {}

    @cached_property
    def space(self) -> Space:
        from leeway.prove.needs import conditions  # noqa: PLC0415 - the needs are cases of this very ground

        return Space(self.policy, conditions(self.policy))

    @property
    def entry(self) -> str:
        """Where a case begins."""
        return self.policy.levels[0].name

    @cached_property
    def every_level(self) -> tuple[Level, ...]:
        """The rungs from below, then the desks beside them."""
        return (*self.policy.levels, *self.policy.desks)

    @cached_property
    def levels(self) -> tuple[str, ...]:
        return tuple(level.name for level in self.every_level)

    def contexts(self, level: str) -> tuple[Context, ...]:
        if level not in self._contexts:
            self._contexts[level] = self.space.contexts(level)
        return self._contexts[level]

    def policy_values(self, column: str) -> tuple[str, ...]:
        """The only words this column can hold: those of the column itself, or those the matrix declares."""
        if column not in COLUMNS:
            return ()
        return COLUMNS[column].values or getattr(self.policy, "values", {}).get(column, ())

    @cached_property
    def house_calendar(self) -> Calendar:
        """The hours of clocks that belong to no level."""
        from leeway.core.people import calendar_of_target  # noqa: PLC0415 - beside its one use

        named = self.policy.clocks.calendar
        if named:
            return next((item for item in self.roster.calendars if item.name == named), ALWAYS)
        return calendar_of_target(self.roster, self.policy.levels[0].target)

    # People and time

    @cached_property
    def year(self) -> Year:
        """Somewhat longer than the year itself, so that a wait that begins at its end is seen to end."""
        return Year(self.roster, self.start, self.end + LOOK_AHEAD)

    @cached_property
    def times(self) -> Worktimes:
        return Worktimes(self.start, self.end)

    @cached_property
    def targets(self) -> frozenset[str]:
        named = {
            "team": (team.id for team in self.roster.teams),
            "rota": (rota.id for rota in self.roster.rotas),
            "next": (rota.id for rota in self.roster.rotas),
            "person": (person.id for person in self.roster.people),
            "manager_of": (person.id for person in self.roster.people),
            "lead_of": (team.id for team in self.roster.teams),
        }
        return frozenset(f"{kind}:{name}" for kind, names in named.items() for name in names)

    def target_exists(self, target: str) -> bool:
        return target in self.targets

    def people(self, target: str, at: datetime) -> tuple[str, ...]:
        """Everybody a target stands for then, active or not; nobody when the roster does not know it."""
        return people_in(self.roster, target, at) if self.target_exists(target) else ()

    def comes_back(self, level: Level, at: datetime) -> bool:
        """Whether somebody of the level is there at or after this instant."""
        found = self.year.chosen(Need(targets=(level.target,), skills=level.skills))
        return any(spell.answer and spell.end > at for spell in reversed(found))

    def minute_in(self, start: datetime, end: datetime) -> datetime:
        """The first full minute of a stretch; its very beginning when it is shorter than that."""
        minute = start.replace(second=0, microsecond=0)
        minute = minute if minute == start else minute + timedelta(minutes=1)
        return minute if minute < end else start

    def level_place(self, level: Level, *path: str) -> Place:
        return self.places.matrix("desks" if level.kind == "functional" else "levels", level.name, *path)

    # Examples

    def case_example(self, case: Situation, *, more: str = "") -> Example:
        said = words.case(case, self.policy.currency)
        return Example(words=f"{said}{more}", situation=words.set_columns(case), level=case.level)

    def minute(self, at: datetime, said: str, **more: object) -> Example:
        """An example in time: what happens is said with the minute on both clocks."""
        when = words.both_clocks(self.policy, at)
        return Example(
            words=f"{when}: {said}",
            at=at,
            local=words.local(self.policy, at),
            **more,  # type: ignore[arg-type]
        )
