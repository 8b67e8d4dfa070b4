"""The roster file: people, teams, calendars, rotas and absences as a lead can write them, read strictly.

Times are wall times: of the calendar in calendars, of the rota's zone in rotas, of the person's own hours
in absences. ``until`` with a bare date includes that day. Every mistake in the file is reported, each at
its place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import UTC, date, datetime
from typing import NamedTuple

from leeway.core.roster import (
    Absence,
    Contact,
    Override,
    Person,
    Roster,
    Rota,
    Shift,
    Team,
    Turns,
    calendar_of,
)
from leeway.core.worktime import ALWAYS, Calendar, Closure, Day
from leeway.packs import holidays_by_country, hours
from leeway.packs.reader import Fields, Node, did_you_mean, read
from leeway.packs.roster_writing import dump_roster

__all__ = ["dump_roster", "load_roster"]

ROSTER_KEYS = ("roster", "version", "calendars", "teams", "people", "rotas", "absences")
CALENDAR_KEYS = ("zone", "hours", "holidays", "half_days", "written_out", "closed")
TEAM_KEYS = ("name", "calendar", "lead")
PERSON_KEYS = (
    "name",
    "email",
    "role",
    "level",
    "team",
    "skills",
    "languages",
    "calendar",
    "capacity",
    "manager",
    "reach",
    "active",
)
ROTA_KEYS = ("name", "zone", "turns", "shifts", "overrides", "calendar")
ABSENCE_KEYS = ("person", "from", "until", "reason", "substitute")

A_TURN = 'turns such as "weekly from 2026-01-05 09:00 [tom, june]" or "every 12 hours from ... [...]"'
AN_OVERRIDE = 'an override such as "tom from 2026-12-24 18:00 until 2026-12-26 09:00"'
AN_EMAIL = "an e-mail address"
A_LANGUAGE = 'a language code such as "en" or "pt-BR"'
A_PLACE = 'a country such as "PT", or with its region "DE-BY"'

FIRST_YEAR, LAST_YEAR = 1970, 2200

_TURNS = re.compile(
    r"(?:(weekly|daily)|every ([1-9][0-9]{0,3}) (hour|day|week)s?) from (\S+ \S+) \[([^\[\]]*)\]"
)
_OVERRIDE = re.compile(r"(\S+) from (\S+(?: \S+)?) until (\S+(?: \S+)?)")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_PLACE = re.compile(r"([A-Z]{2,3})(?:-([A-Za-z0-9-]{1,10}))?")


def load_roster(text: str | bytes, *, name: str, years: Iterable[int]) -> Roster:
    """The roster of a file. ``name`` is the file's; raises ``Problems`` with everything that is wrong.

    ``years`` are those for which public holidays are looked up and written into the calendars.
    """
    page, years = read(text, name), tuple(sorted(set(years)))
    fields = page.mapping(ROSTER_KEYS, required=("roster", "version", "people"))
    known = _Known(
        *({key.raw for key, _ in fields[part].lines()} for part in ("people", "teams", "calendars"))
    )
    calendars = tuple(_calendar(key, node, years) for key, node in fields["calendars"].entries())
    teams = tuple(_team(key, node, known) for key, node in fields["teams"].entries())
    people = tuple(_person(key, node, known) for key, node in fields["people"].entries())
    roster = Roster(fields["roster"].name(), fields["version"].whole_number(low=0), people, teams, calendars)
    rotas = [_rota(key, node, known) for key, node in fields["rotas"].entries()]
    absences = [_absence(node, roster, known) for node in fields["absences"].sequence()]
    if "people" in fields and not people:
        fields["people"].note("at least one person")
    page.finish()
    return Roster(
        name=roster.name,
        version=roster.version,
        people=people,
        teams=teams,
        calendars=calendars,
        rotas=tuple(rota for rota in rotas if rota),
        absences=tuple(absence for absence in absences if absence),
    )


class _Known(NamedTuple):
    """The ids that the file defines anywhere, so that it may name them in any order."""

    people: Collection[str]
    teams: Collection[str]
    calendars: Collection[str]

    def person(self, node: Node) -> str:
        return _one_of(node, self.people, "the id of a person of this roster")

    def team(self, node: Node) -> str:
        return _one_of(node, self.teams, "the id of a team of this roster")

    def calendar(self, node: Node) -> str:
        return _one_of(
            node, (*self.calendars, ALWAYS.name), "the name of a calendar of this roster, or always"
        )


def _one_of(node: Node, known: Collection[str], expected: str) -> str:
    if node.is_missing or node.raw in known:
        return node.raw
    node.note(expected, hint=did_you_mean(node.raw, tuple(known)))
    return ""


# Calendars


def _calendar(key: Node, node: Node, years: tuple[int, ...]) -> Calendar:
    name = key.name()
    if name == ALWAYS.name:
        key.note("another name", hint="always is 24/7 in every roster")
    fields = node.mapping(CALENDAR_KEYS, required=("zone", "hours"))
    week = hours.week(fields["hours"]) if "hours" in fields else ((),) * 7
    written = tuple(
        sorted(item.whole_number(low=FIRST_YEAR, high=LAST_YEAR) for item in _list(fields, "written_out"))
    )
    asked = tuple(year for year in years if year not in written)
    closed = _closed(fields, week)
    public = {closure.date: closure for closure in _holidays(fields, asked)} if "holidays" in fields else {}
    if "holidays" not in fields:
        for key_of_holidays in ("half_days", "written_out"):
            fields[key_of_holidays].note("the key holidays beside it")
    return Calendar(
        name=name,
        zone=fields["zone"].converted(hours.zone, hours.A_ZONE, "UTC"),
        week=week,
        # What the house says about a date wins over what the country says.
        closures=tuple(closure for _, closure in sorted((public | closed).items())),
        holidays=", ".join(item.raw for item in _list(fields, "holidays")),
        holiday_years=tuple(sorted({*written, *asked})) if "holidays" in fields else (),
    )


def _closed(fields: Fields, week: tuple[Day, ...]) -> dict[date, Closure]:
    found: dict[date, Closure] = {}
    nothing: tuple[Closure, ...] = ()
    for item in _list(fields, "closed"):
        for closure in item.converted(lambda text: hours.closed(text, week), hours.A_CLOSED_DAY, nothing):
            if closure.date in found:
                item.note("each date once", found=f"{closure.date} for the second time")
            found[closure.date] = closure
    return found


def _holidays(fields: Fields, years: tuple[int, ...]) -> Iterator[Closure]:
    half_days = fields["half_days"].converted(hours.intervals, hours.SOME_HOURS, hours.CLOSED_ALL_DAY)
    nothing: tuple[Closure, ...] = ()

    def in_place(text: str) -> tuple[Closure, ...]:
        place = _PLACE.fullmatch(text)
        if not place:
            raise ValueError("the ISO code of the country in capitals")
        kept = half_days if "half_days" in fields else None
        return holidays_by_country.closures(place[1], place[2] or "", years, kept)

    for item in reversed(_list(fields, "holidays")):  # of two countries the first named gives the name
        yield from item.converted(in_place, A_PLACE, nothing)


# Teams and people


def _team(key: Node, node: Node, known: _Known) -> Team:
    fields = node.mapping(TEAM_KEYS)
    return Team(
        id=key.name(),
        name=fields["name"].text() if "name" in fields else key.raw.replace("_", " ").capitalize(),
        calendar=known.calendar(fields["calendar"]),
        lead=known.person(fields["lead"]),
    )


def _person(key: Node, node: Node, known: _Known) -> Person:
    fields = node.mapping(PERSON_KEYS, required=("name", "capacity"))
    manager = known.person(fields["manager"])
    if manager and manager == key.raw:
        fields["manager"].note("somebody else", hint="nobody is their own manager")
    return Person(
        id=key.name(),
        name=fields["name"].text(),
        email=_matching(fields, "email", _EMAIL, AN_EMAIL),
        role=fields["role"].text() if "role" in fields else "",
        level=fields["level"].name() if "level" in fields else "",
        teams=_each_once(_list(fields, "team"), known.team),
        skills=_each_once(_list(fields, "skills"), Node.name),
        languages=_each_once(_list(fields, "languages"), _language),
        calendar=known.calendar(fields["calendar"]),
        capacity=fields["capacity"].whole_number(low=0, high=10_000),
        manager=manager,
        contacts=tuple(
            Contact(channel.name(), address.text()) for channel, address in fields["reach"].entries()
        ),
        active=fields["active"].yes_no() if "active" in fields else True,
    )


def _language(node: Node) -> str:
    if not _LANGUAGE.fullmatch(node.raw):
        node.note(A_LANGUAGE)
    return node.raw


def _matching(fields: Fields, key: str, shape: re.Pattern[str], expected: str) -> str:
    if key not in fields:
        return ""
    if not shape.fullmatch(fields[key].raw):
        fields[key].note(expected)
    return fields[key].raw


def _each_once(nodes: list[Node], read_one: Callable[[Node], str]) -> tuple[str, ...]:
    found: list[str] = []
    for node in nodes:
        value = read_one(node)
        if value and value in found:
            node.note("each of them once", found=f"{node.describe()} for the second time")
        found.append(value)
    return tuple(found)


def _list(fields: Fields, key: str) -> list[Node]:
    """The items under a key; none when it is not there or an empty list."""
    if key not in fields or (fields[key].is_sequence and not fields[key].items()):
        return []
    return fields[key].one_or_many()


# Rotas and absences


def _rota(key: Node, node: Node, known: _Known) -> Rota | None:
    fields = node.mapping(ROTA_KEYS, required=("zone",))
    zone = fields["zone"].converted(hours.zone, hours.A_ZONE, "UTC")
    name = fields["name"].text() if "name" in fields else key.raw.replace("_", " ").capitalize()
    turns = _turns(fields["turns"], known) if "turns" in fields else None
    shifts = tuple(_shifts(fields["shifts"], known))
    overrides = [_override(item, zone, known) for item in _list(fields, "overrides")]
    calendar = known.calendar(fields["calendar"])
    if node.is_mapping and ("turns" in fields) == ("shifts" in fields):
        node.note("either turns or shifts", found="both" if "turns" in fields else "neither turns nor shifts")
    if (turns is None) == (not shifts):
        return None
    return Rota(key.name(), name, zone, turns, shifts, tuple(filter(None, overrides)), calendar)


def _shifts(node: Node, known: _Known) -> Iterator[Shift]:
    if node.is_mapping and not node.lines():
        node.note("who is on call when", found="no shifts")
    for who, when in node.entries():
        person, week = known.person(who), hours.week(when)
        if person:
            yield Shift(person, week)


def _turns(node: Node, known: _Known) -> Turns | None:
    found = _TURNS.fullmatch(node.raw)
    if not found:
        node.note(A_TURN)
        return None
    try:
        starts = _wall(found[4])
    except ValueError as trouble:
        node.note("a date and a time of day", found=f'"{found[4]}"', hint=str(trouble), at=found.start(4))
        return None
    people = tuple(_people_in_brackets(node, found[5], found.start(5), known))
    length = {"weekly": hours.HOURS_IN["week"], "daily": hours.HOURS_IN["day"]}.get(found[1] or "")
    return Turns(people, length or int(found[2]) * hours.HOURS_IN[found[3]], starts) if people else None


def _people_in_brackets(node: Node, text: str, at: int, known: _Known) -> Iterator[str]:
    for part in re.finditer(r"[^,]+", text):
        person = part[0].strip()
        where = at + part.start() + len(part[0]) - len(part[0].lstrip())
        if person in known.people:
            yield person
        else:
            hint = did_you_mean(person, tuple(known.people))
            node.note("the id of a person of this roster", found=f'"{person}"', hint=hint, at=where)
    if not text.strip():
        node.note("people who take turns", found="an empty list", at=at)


def _wall(text: str) -> datetime:
    day, _, clock = text.partition(" ")
    found = re.fullmatch(r"([01][0-9]|2[0-3]):([0-5][0-9])", clock)
    if not found:
        raise ValueError("a time of day such as 09:00")
    return hours.wall(day, int(found[1]) * 60 + int(found[2]))


def _override(node: Node, zone: str, known: _Known) -> Override | None:
    found = _OVERRIDE.fullmatch(node.raw)
    if not found:
        node.note(AN_OVERRIDE)
        return None
    person, start, end = found[1], _moment(node, found, 2, zone), _moment(node, found, 3, zone)
    if person not in known.people:
        hint = did_you_mean(person, tuple(known.people))
        node.note("the id of a person of this roster", found=f'"{person}"', hint=hint)
    if start and end and end <= start:
        node.note("an end after the beginning", at=found.start(3))
    return Override(start, end, person) if start and end and start < end else None


def _moment(node: Node, found: re.Match[str], group: int, zone: str) -> datetime | None:
    try:
        return hours.moment(found[group], zone, through_the_day=group == 3)
    except ValueError as trouble:
        node.note(hours.A_MOMENT, found=f'"{found[group]}"', hint=str(trouble), at=found.start(group))
        return None


def _absence(node: Node, roster: Roster, known: _Known) -> Absence | None:
    fields = node.mapping(ABSENCE_KEYS, required=("person", "from"))
    person, substitute = known.person(fields["person"]), known.person(fields["substitute"])
    if person and person == substitute:
        fields["substitute"].note("somebody else", hint="who is absent cannot stand in")
    zone = _zone_of(roster, person)
    start = fields["from"].converted(lambda text: hours.moment(text, zone), hours.A_MOMENT, _NO_MOMENT)
    end = fields["until"].converted(
        lambda text: hours.moment(text, zone, through_the_day=True), hours.A_MOMENT, _NO_MOMENT
    )
    if start == _NO_MOMENT:
        return None
    if end <= start:
        fields["until"].note("an end after the beginning")
        return None
    reason = fields["reason"].text() if "reason" in fields else ""
    return Absence(person, start, None if end == _NO_MOMENT else end, reason, substitute)


_NO_MOMENT = datetime.max.replace(tzinfo=UTC)


def _zone_of(roster: Roster, person: str) -> str:
    """The zone of a person's hours; UTC where a mistake in the file leaves their calendar unknown."""
    try:
        return calendar_of(roster, person).zone
    except LookupError:
        return "UTC"
