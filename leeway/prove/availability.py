"""Who would be chosen, at every instant of a year, exactly.

Between two *edges* (a calendar opens or closes, an absence begins or ends, a rota hands over) nothing that routing
looks at changes, so one answer of the production ``choose`` holds for the whole stretch. And the answer depends
only on which calendars are open, who is absent and who is on call: the same state comes back hundreds of times a year
and is asked about once. Nothing is sampled; daylight saving is in the edges, which are instants.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import groupby
from typing import Any, NamedTuple, TypeVar

from leeway.core.roster import Roster, Rota, Turns, UnknownName, calendar_of, on_call, people_in
from leeway.core.routing import Choice, Need, choose
from leeway.core.worktime import Calendar, at_local, open_intervals, wall_time

Answer = TypeVar("Answer")
Edge = tuple[datetime, int, Any]
"""At this instant the n-th thing that is watched becomes so."""


class Spell(NamedTuple):
    """A stretch, ``start`` up to ``end``, in which the answer is the same."""

    start: datetime
    end: datetime
    answer: Any


class Year:
    """The edges of one roster between two instants, each worked out once."""

    def __init__(self, roster: Roster, start: datetime, end: datetime) -> None:
        self.roster, self.start, self.end = roster, start, end
        self._open: dict[Calendar, list[tuple[datetime, bool]]] = {}
        self._holders: dict[str, list[tuple[datetime, str]]] = {}
        self._chosen: dict[Need, tuple[Spell, ...]] = {}

    # Questions

    def chosen(self, need: Need) -> tuple[Spell, ...]:
        """Whom routing chooses for this need over the year: their id, or empty when nobody can be chosen."""
        if need not in self._chosen:
            self._chosen[need] = tuple(self.spells(need.targets, lambda at: self._choose(need, at)))
        return self._chosen[need]

    def _choose(self, need: Need, at: datetime) -> str:
        found = choose(self.roster, need, at=at, load={}, explain=False)
        return found.person if isinstance(found, Choice) else ""

    def named(self, target: str) -> tuple[Spell, ...]:
        """The ids a target stands for over the year, there or not."""
        if target.startswith(
            "next:"
        ):  # whoever comes next is known only by looking ahead from each hand-over
            return tuple(_joined(self._next(target.partition(":")[2])))
        return tuple(self.spells((target,), lambda at: self._people(target, at)))

    def _people(self, target: str, at: datetime) -> tuple[str, ...]:
        try:
            return people_in(self.roster, target, at)
        except UnknownName:
            return ()

    def _next(self, rota: str) -> Iterator[Spell]:
        edges = [at for at, _ in self.holders(rota)]
        for start, end in zip(edges, [*edges[1:], self.end], strict=True):
            after = on_call(self.roster, rota, start).next
            yield Spell(start, end, (after,) if after else ())

    def spells(self, targets: Iterable[str], ask: Callable[[datetime], Answer]) -> Iterator[Spell]:
        """The answer of ``ask`` over the year, for a question that looks at nothing but these targets' people."""
        return _joined(self._answers(sorted(self._edges(targets), key=lambda edge: edge[0]), ask))

    def _answers(self, edges: list[Edge], ask: Callable[[datetime], Answer]) -> Iterator[Spell]:
        known: dict[tuple[Any, ...], Answer] = {}
        state: list[Any] = [None] * (1 + max((thing for _, thing, _ in edges), default=0))
        at = self.start
        for instant, group in groupby(edges, key=lambda edge: edge[0]):
            if instant > at:
                yield Spell(at, instant, _remembered(known, tuple(state), ask, at))
                at = instant
            for _, thing, now in group:
                state[thing] = now
        if at < self.end:
            yield Spell(at, self.end, _remembered(known, tuple(state), ask, at))

    # Edges

    def _edges(self, targets: Iterable[str]) -> Iterator[Edge]:
        """What can change whom routing chooses: hand-overs, then hours and absences of everybody concerned."""
        number, concerned = 0, set()
        for target in targets:
            kind, _, name = target.partition(":")
            if kind in ("rota", "next") and name in {rota.id for rota in self.roster.rotas}:
                yield from ((at, number, who) for at, who in self.holders(name))
                number += 1
            concerned |= set(self.people_ever(target))
        everybody = self._with_substitutes(concerned)
        for calendar in {self._hours(person) for person in everybody}:
            yield from ((at, number, now) for at, now in self.openings(calendar))
            number += 1
        for person in sorted(everybody):
            for absence in self.roster.absences_of(person):
                begins, ends = max(absence.start, self.start), absence.end
                if begins < self.end and (ends is None or ends > self.start):
                    yield begins, number, True
                    if ends is not None and ends < self.end:
                        yield ends, number, False
                    number += 1

    def people_ever(self, target: str) -> tuple[str, ...]:
        """Everybody a target can stand for at any time."""
        kind, _, name = target.partition(":")
        if kind in ("rota", "next"):
            rota = next((one for one in self.roster.rotas if one.id == name), None)
            return people_of_rota(rota) if rota else ()
        return self._people(target, self.start)

    def everybody(self, target: str) -> set[str]:
        """Everybody a target can stand for at any time, and whoever may stand in for them."""
        return self._with_substitutes(self.people_ever(target))

    def _with_substitutes(self, people: Iterable[str]) -> set[str]:
        found, new = set(), set(people)
        while new:
            found |= new
            named = {absence.substitute for who in new for absence in self.roster.absences_of(who)}
            new = {who for who in named if who} - found
        return found

    def _hours(self, person: str) -> Calendar:
        return calendar_of(self.roster, person)

    def openings(self, calendar: Calendar) -> list[tuple[datetime, bool]]:
        """When it opens and closes, the state at the start first."""
        if calendar not in self._open:
            edges: dict[datetime, bool] = {self.start: False}
            for opening in open_intervals(calendar, self.start, self.end):
                edges[opening.start] = True
                edges.setdefault(opening.end, False)
            self._open[calendar] = sorted(edges.items())
        return self._open[calendar]

    def holders(self, rota: str) -> list[tuple[datetime, str]]:
        """Who is on call from when on; empty: nobody."""
        if rota not in self._holders:
            found = self.roster.rota(rota)
            edges = sorted(self._rota_edges(found), key=lambda edge: edge[0])
            spells = _joined(self._answers(edges, lambda at: self._holder(rota, at)))
            self._holders[rota] = [(spell.start, spell.answer) for spell in spells]
        return self._holders[rota]

    def _holder(self, rota: str, at: datetime) -> str:
        return next(iter(people_in(self.roster, f"rota:{rota}", at)), "")

    def _rota_edges(self, rota: Rota) -> Iterator[Edge]:
        number = 0
        for number, override in enumerate(rota.overrides):
            if override.end > self.start and override.start < self.end:
                yield max(override.start, self.start), number, True
                yield override.end, number, False
        if rota.calendar:
            number += 1
            yield from ((at, number, now) for at, now in self.openings(self.roster.calendar(rota.calendar)))
        for shift in rota.shifts:
            number += 1
            hours = _shift_hours(rota.zone, shift.week)
            yield from ((at, number, now) for at, now in self.openings(hours))
        if rota.turns:
            number += 1
            people = len(rota.turns.people)
            yield from (
                (at, number, turn % people if turn >= 0 else -1)
                for at, turn in self._turns(rota.zone, rota.turns)
            )

    def _turns(self, zone: str, turns: Turns) -> Iterator[tuple[datetime, int]]:
        """The start of each turn that touches the year; -1 stands for the time before the first."""
        length = timedelta(hours=turns.hours)
        turn = (wall_time(zone, self.start) - turns.starts) // length - 1
        while True:
            starts = at_local(zone, turns.starts + turn * length)
            if starts >= self.end:
                return
            yield max(starts, self.start), turn if turn >= 0 else -1
            turn += 1


def people_of_rota(rota: Rota) -> tuple[str, ...]:
    turns = rota.turns.people if rota.turns else ()
    shifts = (shift.person for shift in rota.shifts)
    return tuple(dict.fromkeys((*turns, *shifts, *(override.person for override in rota.overrides))))


@lru_cache(maxsize=1024)
def _shift_hours(zone: str, week: tuple[Any, ...]) -> Calendar:
    return Calendar(name="shift", zone=zone, week=week)


def _remembered(
    known: dict[tuple[Any, ...], Answer],
    state: tuple[Any, ...],
    ask: Callable[[datetime], Answer],
    at: datetime,
) -> Answer:
    if state not in known:
        known[state] = ask(at)
    return known[state]


def _joined(spells: Iterable[Spell]) -> Iterator[Spell]:
    """Neighbours with the same answer made one."""
    for answer, group in groupby(spells, key=lambda spell: spell.answer):
        run = list(group)
        yield Spell(run[0].start, run[-1].end, answer)


def at_once(*timelines: tuple[Spell, ...]) -> Iterator[Spell]:
    """Several timelines of the same year side by side: the answers of all of them for each stretch."""
    places = [0] * len(timelines)
    while all(place < len(line) for place, line in zip(places, timelines, strict=True)):
        now = [line[place] for place, line in zip(places, timelines, strict=True)]
        start, end = max(one.start for one in now), min(one.end for one in now)
        yield Spell(start, end, tuple(one.answer for one in now))
        places = [place + (one.end == end) for place, one in zip(places, now, strict=True)]
