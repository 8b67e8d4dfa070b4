"""The roster: people, teams, calendars, rotas and absences, and who of them is there at a given instant.

Plain values. An absence that comes in through the API gives a new roster (``with_absence``), the old one
stays as it was, so that a decision made yesterday can be looked at with yesterday's roster. People and
everything else are named by id; an empty id means "none".

A *target* names people indirectly: ``team:frontline``, ``person:tom``, ``rota:night_desk`` (who is on call
now), ``next:night_desk`` (who is on call after that), ``manager_of:tom``, ``lead_of:frontline``.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from typing import Literal, NamedTuple, TypeVar

import msgspec

from leeway.core.worktime import (
    ALWAYS,
    Calendar,
    Day,
    Interval,
    at_local,
    check_zone,
    is_open,
    next_close,
    next_open,
    none_in_sight_until,
    open_intervals,
    wall_time,
)

SHORT_BREAK = timedelta(hours=2)
"""A pause this long or shorter (lunch) does not end a shift: nothing is handed over for it."""

SHIFTS_LOOK_AHEAD = timedelta(days=62)
"""How far the end of a shift, or a change on a rota, is looked for; beyond it there is "no end in sight"."""

Why = Literal["inactive", "absent", "outside_hours", "unreachable", "over_capacity"]
Kind = Literal["person", "team", "calendar", "rota", "kind of target"]
TARGET_KINDS = ("team", "rota", "next", "person", "manager_of", "lead_of")


class UnknownName(LookupError):
    """Something is named that this roster does not have. ``near`` are similar names that it has."""

    def __init__(self, kind: Kind, name: str, known: Iterable[str]) -> None:
        self.kind = kind
        self.name = name
        self.near = tuple(difflib.get_close_matches(name, tuple(known), n=1))
        hint = f": did you mean {self.near[0]!r}?" if self.near else ""
        super().__init__(f"the roster has no {kind} {name!r}{hint}")


class Contact(msgspec.Struct, frozen=True):
    """One way to reach a person: the name of a channel, and their address on it."""

    channel: str
    address: str


class Person(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One of our people. ``capacity`` is the number of cases they can own at a time (0: they own none).

    Without a ``calendar`` of their own they keep the hours of their first team that has one. An ``email``
    is a way to reach them, like the ``contacts``.
    """

    id: str
    name: str
    capacity: int
    email: str = ""
    role: str = ""
    level: str = ""
    teams: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    calendar: str = ""
    manager: str = ""
    contacts: tuple[Contact, ...] = ()
    active: bool = True


class Team(msgspec.Struct, frozen=True, omit_defaults=True):
    """A group that works the same hours. Its members are the people who name it."""

    id: str
    name: str
    calendar: str = ""
    lead: str = ""


class Shift(msgspec.Struct, frozen=True):
    """The weekly hours in which one person is on call; ``week[0]`` is Monday, in the zone of the rota."""

    person: str
    week: tuple[Day, ...]


class Override(msgspec.Struct, frozen=True):
    """Somebody else is on call from ``start`` up to ``end``, whatever the rota says."""

    start: datetime
    end: datetime
    person: str


class Turns(msgspec.Struct, frozen=True):
    """People who take turns of ``hours`` each, counted from ``starts``.

    ``starts`` is a wall time in the zone of the rota, hence without zone, and turns are as long as the
    clock on the wall says: a week that begins on Monday 09:00 does so in summer and in winter.
    """

    people: tuple[str, ...]
    hours: int
    starts: datetime

    def __post_init__(self) -> None:
        """Refuse turns that nobody could take."""
        if not self.people or self.hours < 1 or self.starts.tzinfo is not None:
            raise ValueError(
                "turns need people, at least an hour each, and a wall time (without zone) to start"
            )


class Rota(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who is on call when: people taking ``turns``, or fixed weekly ``shifts``. ``overrides`` win over both.

    With a ``calendar`` somebody is on call only while that is open. Among overlapping overrides the last
    listed wins, among overlapping shifts the first.
    """

    id: str
    name: str
    zone: str
    turns: Turns | None = None
    shifts: tuple[Shift, ...] = ()
    overrides: tuple[Override, ...] = ()
    calendar: str = ""

    def __post_init__(self) -> None:
        """Refuse a rota that could be read in two ways, or in none."""
        check_zone(self.zone)
        if (self.turns is None) == (not self.shifts):
            raise ValueError(f"rota {self.id!r}: either people take turns, or their shifts are fixed")
        if len({shift.person for shift in self.shifts}) < len(self.shifts):
            raise ValueError(f"rota {self.id!r}: a person's shifts are listed once")


class Absence(msgspec.Struct, frozen=True, omit_defaults=True):
    """A person is away from ``start`` up to ``end`` (None: until further notice); a substitute stands in."""

    person: str
    start: datetime
    end: datetime | None = None
    reason: str = ""
    substitute: str = ""

    def __post_init__(self) -> None:
        """An absence takes time."""
        if self.end is not None and self.end <= self.start:
            raise ValueError(
                f"the absence of {self.person!r} ends ({self.end}) before it begins ({self.start})"
            )

    def covers(self, at: datetime) -> bool:
        return self.start <= at and (self.end is None or at < self.end)


class Roster(msgspec.Struct, frozen=True, omit_defaults=True, dict=True):
    """Everybody, and when they are there. ``version`` is given when it is published."""

    name: str
    version: int
    people: tuple[Person, ...] = ()
    teams: tuple[Team, ...] = ()
    calendars: tuple[Calendar, ...] = ()
    rotas: tuple[Rota, ...] = ()
    absences: tuple[Absence, ...] = ()

    def person(self, name: str) -> Person:
        """The person of that id; ``UnknownName`` if there is none (likewise below)."""
        found = self._index.people.get(name)
        return found if found is not None else _named("person", name, self._index.people)

    def team(self, name: str) -> Team:
        return _named("team", name, self._index.teams)

    def rota(self, name: str) -> Rota:
        return _named("rota", name, self._index.rotas)

    def calendar(self, name: str) -> Calendar:
        """The calendar of that name; every roster has ``always``."""
        return _named("calendar", name, self._index.calendars)

    def members(self, team: str) -> tuple[str, ...]:
        """The ids of everyone in a team, in the roster's order."""
        return self._index.members.get(self.team(team).id, ())

    def absences_of(self, person: str) -> tuple[Absence, ...]:
        return self._index.absences.get(person, ())

    @cached_property
    def _index(self) -> _Index:
        members: dict[str, tuple[str, ...]] = {}
        for person in self.people:
            for team in person.teams:
                members[team] = (*members.get(team, ()), person.id)
        absences: dict[str, tuple[Absence, ...]] = {}
        for absence in self.absences:
            absences[absence.person] = (*absences.get(absence.person, ()), absence)
        return _Index(
            people={person.id: person for person in self.people},
            teams={team.id: team for team in self.teams},
            rotas={rota.id: rota for rota in self.rotas},
            calendars={calendar.name: calendar for calendar in (ALWAYS, *self.calendars)},
            members=members,
            absences=absences,
        )

    # A roster never changes, and every new case asks after everybody of a level: what was worked out once is kept.

    @cached_property
    def known_hours(self) -> dict[str, Calendar]:
        """Kept by ``calendar_of``."""
        return {}

    @cached_property
    def sometimes_absent(self) -> frozenset[str]:
        """Everybody for whom an absence is on record, past ones too."""
        return frozenset(self._index.absences)

    @cached_property
    def known_stretches(self) -> dict[tuple[str, bool], _Stretch]:
        """Kept by ``availability``."""
        return {}


class _Index(NamedTuple):
    people: dict[str, Person]
    teams: dict[str, Team]
    rotas: dict[str, Rota]
    calendars: dict[str, Calendar]
    members: dict[str, tuple[str, ...]]
    absences: dict[str, tuple[Absence, ...]]


# Who is there?


class Available(msgspec.Struct, frozen=True, tag="available"):
    """The person can be relied upon now, and stays until ``until`` (None: no end in sight)."""

    until: datetime | None


class Unavailable(msgspec.Struct, frozen=True, tag="unavailable"):
    """The person can't be relied upon now.

    ``until`` is when they are back, present and within their hours; None when time alone won't bring them
    back.
    """

    why: Why
    until: datetime | None


INACTIVE = Unavailable("inactive", None)
UNREACHABLE = Unavailable("unreachable", None)
OVER_CAPACITY = Unavailable("over_capacity", None)


def availability(
    roster: Roster,
    person: str,
    at: datetime,
    *,
    load: int = 0,
    channels: tuple[str, ...] = (),
    needs_hours: bool = True,
) -> Available | Unavailable:
    """Whether a person can take one more case now.

    ``load`` is the number of cases they own. ``channels`` are those of which at least one must reach them
    (empty: any way will do). ``needs_hours=False`` asks about somebody on call, whose own working hours do
    not matter.
    """
    someone = roster.person(person)
    if not someone.active:
        return INACTIVE
    presence = _presence(roster, person, at, needs_hours=needs_hours)
    if isinstance(presence, Unavailable):
        return presence
    if not reachable(someone, channels):
        return UNREACHABLE
    if load >= someone.capacity:
        return OVER_CAPACITY
    return presence


class _Stretch(NamedTuple):
    """A time in which the answer to "are they there?" stays the same, word for word."""

    start: datetime
    end: datetime
    answer: Available | Unavailable


def _presence(roster: Roster, person: str, at: datetime, *, needs_hours: bool) -> Available | Unavailable:
    """Whether somebody is neither absent nor out of hours. The answer is kept for as long as it holds."""
    stretches, key = roster.known_stretches, (person, needs_hours)
    known = stretches.get(key)
    if known is None or not known.start <= at < known.end:
        known = stretches[key] = _stretch(roster, person, at, needs_hours=needs_hours)
    return known.answer


def _stretch(roster: Roster, person: str, at: datetime, *, needs_hours: bool) -> _Stretch:
    back = _look_for_return(roster, person, at, needs_hours=needs_hours)
    if back == at:
        leaves = _leaves_at(roster, person, at, needs_hours=needs_hours)
        return _Stretch(at, leaves or none_in_sight_until(at), Available(leaves))
    absence = _absence(roster, person, at)
    changes = _earliest(back, absence.end if absence else _next_absence_start(roster, person, at))
    end = changes if back and changes else none_in_sight_until(at)
    return _Stretch(at, end, Unavailable("absent" if absence else "outside_hours", back))


def reachable(person: Person, channels: tuple[str, ...] = ()) -> bool:
    """Whether at least one of the channels reaches the person; without channels, whether anything does."""
    if not channels:
        return bool(person.email) or any(contact.address for contact in person.contacts)
    ways = ways_to_reach(person)
    return any(channel in ways for channel in channels)


def ways_to_reach(person: Person) -> dict[str, str]:
    """The person's address by channel, their preferred channel first."""
    ways = {contact.channel: contact.address for contact in person.contacts if contact.address}
    return ways if "email" in ways or not person.email else {**ways, "email": person.email}


def back_at(roster: Roster, person: str, at: datetime, *, needs_hours: bool = True) -> datetime | None:
    """The first instant from ``at`` on at which they are neither absent nor out of hours, if in sight."""
    presence = _presence(roster, person, at, needs_hours=needs_hours)
    return presence.until if isinstance(presence, Unavailable) else at


def _look_for_return(roster: Roster, person: str, at: datetime, *, needs_hours: bool) -> datetime | None:
    calendar = calendar_of(roster, person) if needs_hours else ALWAYS
    here: datetime | None = at
    while here is not None:
        absence = _absence(roster, person, here)
        if absence is None and is_open(calendar, here):
            return here
        here = absence.end if absence else next_open(calendar, here)
    return None


def calendar_of(roster: Roster, person: str) -> Calendar:
    """The hours a person keeps: their own, else those of their first team that has any, else always."""
    known = roster.known_hours.get(person)
    if known is None:
        someone = roster.person(person)
        names = (someone.calendar, *(roster.team(team).calendar for team in someone.teams))
        known = roster.calendar(next((name for name in names if name), ALWAYS.name))
        roster.known_hours[person] = known
    return known


def shift_end(roster: Roster, person: str, at: datetime) -> datetime | None:
    """When the person's shift ends: closing time or the start of an absence, whatever comes first.

    ``at`` itself when they are not there; a short break such as lunch is part of the shift. None: no end in
    sight.
    """
    if not roster.person(person).active or _absence(roster, person, at):
        return at
    openings = open_intervals(calendar_of(roster, person), at - SHORT_BREAK, at + SHIFTS_LOOK_AHEAD)
    for shift in _bridged(openings):
        if shift.start <= at < shift.end:
            closes = shift.end if shift.end < at + SHIFTS_LOOK_AHEAD else None
            return _earliest(closes, _next_absence_start(roster, person, at))
    return at


def _bridged(openings: Iterable[Interval]) -> list[Interval]:
    """Openings with the short breaks between them worked through."""
    shifts: list[Interval] = []
    for opening in openings:
        if shifts and opening.start - shifts[-1].end <= SHORT_BREAK:
            shifts[-1] = Interval(shifts[-1].start, opening.end)
        else:
            shifts.append(opening)
    return shifts


# Absence and substitutes


class Substitution(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who stands in. ``chain`` is the way from the person asked for to whoever was found, both included.

    Without anybody ``person`` is empty and ``why`` says what is the matter: ``nobody_named``, a ``circle``,
    or the substitute has ``left``.
    """

    person: str
    chain: tuple[str, ...]
    why: Literal["", "nobody_named", "circle", "left"] = ""


def substitute_for(roster: Roster, person: str, at: datetime) -> Substitution:
    """Whoever stands in for a person, over as many absences as it takes; themselves if not absent."""
    chain = [person]
    while absence := _absence(roster, chain[-1], at):
        if not absence.substitute:
            return Substitution("", tuple(chain), "nobody_named")
        if absence.substitute in chain:
            return Substitution("", (*chain, absence.substitute), "circle")
        chain.append(absence.substitute)
    if not roster.person(chain[-1]).active:
        return Substitution("", tuple(chain), "left")
    return Substitution(chain[-1], tuple(chain))


# On call


class OnCall(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who is on call (empty: nobody) until when (None: no change in sight), and who is next."""

    person: str
    until: datetime | None
    next: str = ""


def on_call(roster: Roster, rota: str, at: datetime) -> OnCall:
    """Who has the duty at an instant by turn, shift or override, absent or not (see ``substitute_for``)."""
    found = roster.rota(rota)
    now = _holder(roster, found, at)
    until: datetime | None = None
    for change in _changes(roster, found, at):
        then = _holder(roster, found, change)
        if until is None and then != now:
            until = change
        if then not in ("", now):
            return OnCall(now, until, then)
    return OnCall(now, until)


def _holder(roster: Roster, rota: Rota, at: datetime) -> str:
    overriding = [other.person for other in rota.overrides if other.start <= at < other.end]
    if overriding:
        return overriding[-1]
    if rota.calendar and not is_open(roster.calendar(rota.calendar), at):
        return ""
    if rota.shifts:
        return next((shift.person for shift in rota.shifts if is_open(_hours(rota, shift), at)), "")
    return _in_turn(rota.turns, rota.zone, at) if rota.turns else ""


def _changes(roster: Roster, rota: Rota, at: datetime) -> Iterator[datetime]:
    """Every instant at which somebody else may take over, in order, as far as it is looked for."""
    end = at + SHIFTS_LOOK_AHEAD
    while True:
        following = min((change for change in _next_changes(roster, rota, at) if change > at), default=end)
        if following >= end:
            return
        yield following
        at = following


def _next_changes(roster: Roster, rota: Rota, at: datetime) -> Iterator[datetime]:
    for override in rota.overrides:
        yield from (override.start, override.end)
    if rota.calendar:
        yield from _opens_or_closes(roster.calendar(rota.calendar), at)
    for shift in rota.shifts:
        yield from _opens_or_closes(_hours(rota, shift), at)
    if rota.turns:
        yield _turn_start(rota.turns, rota.zone, max(_turn(rota.turns, rota.zone, at), -1) + 1)


def _opens_or_closes(calendar: Calendar, at: datetime) -> Iterator[datetime]:
    change = next_close(calendar, at) if is_open(calendar, at) else next_open(calendar, at)
    if change is not None:
        yield change


@lru_cache(maxsize=4096)
def _week(zone: str, week: tuple[Day, ...]) -> Calendar:
    return Calendar(name="shift", zone=zone, week=week)


def _hours(rota: Rota, shift: Shift) -> Calendar:
    return _week(rota.zone, shift.week)


def _in_turn(turns: Turns, zone: str, at: datetime) -> str:
    turn = _turn(turns, zone, at)
    return turns.people[turn % len(turns.people)] if turn >= 0 else ""


def _turn(turns: Turns, zone: str, at: datetime) -> int:
    """The number of the turn that runs at an instant; below 0 before the first one."""
    turn = (wall_time(zone, at) - turns.starts) // timedelta(hours=turns.hours)
    # The clock may show a time for the second time that night: what began once does not begin again.
    while _turn_start(turns, zone, turn + 1) <= at:
        turn += 1
    return turn


def _turn_start(turns: Turns, zone: str, turn: int) -> datetime:
    return at_local(zone, turns.starts + turn * timedelta(hours=turns.hours))


# Targets


def people_in(roster: Roster, target: str, at: datetime) -> tuple[str, ...]:
    """The ids a target stands for at an instant, in the roster's order, whether they are available or not.

    Raises ``UnknownName`` for a target that names nothing in this roster.
    """
    kind, _, name = target.partition(":")
    match kind:
        case "team":
            return roster.members(name)
        case "rota":
            return _some(on_call(roster, name, at).person)
        case "next":
            return _some(on_call(roster, name, at).next)
        case "person":
            return (roster.person(name).id,)
        case "manager_of":
            return _some(roster.person(name).manager)
        case "lead_of":
            return _some(roster.team(name).lead)
    raise UnknownName("kind of target", target, TARGET_KINDS)


def calendar_for(roster: Roster, target: str, at: datetime) -> Calendar:
    """The hours in which working time runs for a target: of the team, rota or person; else always."""
    kind, _, name = target.partition(":")
    if kind == "team":
        return roster.calendar(roster.team(name).calendar or ALWAYS.name)
    if kind in ("rota", "next"):
        return roster.calendar(roster.rota(name).calendar or ALWAYS.name)
    people = people_in(roster, target, at)
    return calendar_of(roster, people[0]) if people else ALWAYS


def _some(person: str) -> tuple[str, ...]:
    return (person,) if person else ()


def _absence(roster: Roster, person: str, at: datetime) -> Absence | None:
    """The absence that covers an instant; of several, the first with a substitute."""
    covering = [absence for absence in roster.absences_of(person) if absence.covers(at)]
    return next((absence for absence in covering if absence.substitute), covering[0] if covering else None)


def _next_absence_start(roster: Roster, person: str, at: datetime) -> datetime | None:
    return min((absence.start for absence in roster.absences_of(person) if absence.start > at), default=None)


def _leaves_at(roster: Roster, person: str, at: datetime, *, needs_hours: bool) -> datetime | None:
    closes = next_close(calendar_of(roster, person), at) if needs_hours else None
    return _earliest(closes, _next_absence_start(roster, person, at))


def _earliest(*instants: datetime | None) -> datetime | None:
    return min((instant for instant in instants if instant is not None), default=None)


_Thing = TypeVar("_Thing")


def _named(kind: Kind, name: str, things: Mapping[str, _Thing]) -> _Thing:
    found = things.get(name)
    if found is None:
        raise UnknownName(kind, name, things)
    return found
