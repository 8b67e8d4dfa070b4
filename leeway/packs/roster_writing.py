"""The roster file, written: the counterpart of ``roster_file``, which reads back exactly the same roster."""

from __future__ import annotations

import yaml

from leeway.core.roster import Absence, Override, Person, Roster, Rota, Team, Turns, calendar_of
from leeway.core.worktime import Calendar, Day
from leeway.packs import hours

Written = dict[str, object]


def dump_roster(roster: Roster) -> str:
    """The roster as a file that ``load_roster`` reads back as the same roster.

    Public holidays are written out as closed dates, so that they need not be looked up again for the same
    years.
    """
    written = {
        "roster": roster.name,
        "version": roster.version,
        "calendars": {calendar.name: _calendar_out(calendar) for calendar in roster.calendars},
        "teams": {team.id: _team_out(team) for team in roster.teams},
        "people": {person.id: _person_out(person) for person in roster.people},
        "rotas": {rota.id: _rota_out(rota) for rota in roster.rotas},
        "absences": [_absence_out(roster, absence) for absence in roster.absences],
    }
    return str(yaml.dump(_filled(written), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000))


def _calendar_out(calendar: Calendar) -> Written:
    return {
        "zone": calendar.zone,
        "hours": _week_out(calendar.week),
        "holidays": _InLine(filter(None, calendar.holidays.split(", "))),
        "written_out": _InLine(calendar.holiday_years),
        "closed": [hours.closed_in_words(closure) for closure in calendar.closures],
    }


def _week_out(week: tuple[Day, ...]) -> object:
    return hours.week_in_words(week) or hours.CLOSED


def _team_out(team: Team) -> Written:
    return {"name": team.name, "calendar": team.calendar, "lead": team.lead}


def _person_out(person: Person) -> Written:
    return {
        "name": person.name,
        "email": person.email,
        "role": person.role,
        "level": person.level,
        "team": _InLine(person.teams),
        "skills": _InLine(person.skills),
        "languages": _InLine(person.languages),
        "calendar": person.calendar,
        "capacity": person.capacity,
        "manager": person.manager,
        "reach": {contact.channel: contact.address for contact in person.contacts},
        "active": "" if person.active else "no",
    }


def _rota_out(rota: Rota) -> Written:
    return {
        "name": rota.name,
        "zone": rota.zone,
        "calendar": rota.calendar,
        "turns": _turns_out(rota.turns) if rota.turns else "",
        "shifts": {shift.person: _week_out(shift.week) for shift in rota.shifts},
        "overrides": [_override_out(override, rota.zone) for override in rota.overrides],
    }


def _turns_out(turns: Turns) -> str:
    unit = next(unit for unit in ("week", "day", "hour") if turns.hours % hours.HOURS_IN[unit] == 0)
    count = turns.hours // hours.HOURS_IN[unit]
    often = {"1 week": "weekly", "1 day": "daily"}.get(f"{count} {unit}", f"every {count} {unit}s")
    return f"{often} from {turns.starts:%Y-%m-%d %H:%M} [{', '.join(turns.people)}]"


def _override_out(override: Override, zone: str) -> str:
    end = hours.moment_in_words(override.end, zone, through_the_day=True)
    return f"{override.person} from {hours.moment_in_words(override.start, zone)} until {end}"


def _absence_out(roster: Roster, absence: Absence) -> Written:
    zone = calendar_of(roster, absence.person).zone
    return {
        "person": absence.person,
        "from": hours.moment_in_words(absence.start, zone),
        "until": hours.moment_in_words(absence.end, zone, through_the_day=True) if absence.end else "",
        "reason": absence.reason,
        "substitute": absence.substitute,
    }


class _InLine(list[object]):
    """A list written on one line, in brackets."""


class _Dumper(yaml.SafeDumper):
    """Writes texts as they are: our reader takes ``no`` and ``2026-12-24`` for texts without quotes."""


_Dumper.yaml_implicit_resolvers = {}
_Dumper.add_representer(
    _InLine, lambda dumper, items: dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=True)
)


def _filled(thing: object) -> object:
    """Texts all the way down, without the fields that say nothing."""
    if isinstance(thing, dict):
        return {key: _filled(value) for key, value in thing.items() if value or value == 0}
    if isinstance(thing, list):
        return type(thing)(_filled(item) for item in thing)
    return str(thing)
