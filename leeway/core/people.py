"""Small questions about people that decisions ask of the roster, forgiving about names it does not know.

A policy may name a team that the roster has lost since; a decision must still find somebody: nothing here raises.
"""

from __future__ import annotations

from datetime import datetime

from leeway.core.roster import Person, Roster, UnknownName, calendar_for, people_in
from leeway.core.worktime import ALWAYS, Calendar

_ANY_TIME = datetime.fromisoformat("2000-01-03T12:00:00+00:00")


def calendar_of_target(roster: Roster, target: str) -> Calendar:
    """The hours in which working time runs for a target; always open when the roster does not know it."""
    try:
        return calendar_for(roster, target, _ANY_TIME)
    except UnknownName:
        return ALWAYS


def people_of(roster: Roster, target: str, at: datetime) -> tuple[str, ...]:
    """The active people a target stands for; nobody when the roster does not know it."""
    try:
        return tuple(name for name in people_in(roster, target, at) if roster.person(name).active)
    except UnknownName:
        return ()


def person(roster: Roster, name: str) -> Person | None:
    try:
        return roster.person(name)
    except UnknownName:
        return None


def name_of(roster: Roster, name: str) -> str:
    """A person's name as a customer may read it; the id when the roster does not know them."""
    found = person(roster, name)
    return found.name if found else name


def team_lead(roster: Roster, target: str) -> str:
    """Who leads the team behind a target: its lead, or the manager of its first person."""
    kind, _, team = target.partition(":")
    if kind == "team":
        lead = people_of(roster, f"lead_of:{team}", _ANY_TIME)
        if lead:
            return lead[0]
    people = people_of(roster, target, _ANY_TIME)
    manager = people_of(roster, f"manager_of:{people[0]}", _ANY_TIME) if people else ()
    return manager[0] if manager else ""
