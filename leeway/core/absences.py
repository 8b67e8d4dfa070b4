"""A roster with one absence more, or one fewer: reported by a person, taken back by a person."""

from __future__ import annotations

import msgspec

from leeway.core.roster import Absence, Roster


def with_absence(roster: Roster, absence: Absence) -> Roster:
    """The roster with one more absence; ``UnknownName`` if it names somebody who is not in it."""
    for person in filter(None, (absence.person, absence.substitute)):
        roster.person(person)
    if absence in roster.absences:
        return roster
    return msgspec.structs.replace(roster, absences=(*roster.absences, absence))


def without_absence(roster: Roster, absence: Absence) -> Roster:
    """The roster without that absence; unchanged if it is not in it."""
    if absence not in roster.absences:
        return roster
    return msgspec.structs.replace(
        roster, absences=tuple(other for other in roster.absences if other != absence)
    )
