"""From a file to a version in force: read strictly, against the roster or matrix it has to fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Generic, TypeVar

from msgspec.structs import replace

from leeway.core.policy import Policy
from leeway.core.refusals import Refusal
from leeway.core.roster import Absence, Roster, calendar_of
from leeway.packs.matrix_file import pack_files, read_policy
from leeway.packs.reader import Problem
from leeway.packs.roster_file import load_roster
from leeway.packs.targets import known_targets
from leeway.store import documents
from leeway.store.writer.driver import Driver

HOLIDAY_YEARS = 3
"""Years of public holidays written into the calendars: the current one and those after it."""

Document = TypeVar("Document", Policy, Roster)


@dataclass(frozen=True, slots=True)
class Read(Generic[Document]):
    """A document, the text it was written in, and what a careful reader would ask about it."""

    document: Document
    source: str
    warnings: tuple[Problem, ...] = ()


def read_pack(path: Path, roster: Roster) -> Read[Policy]:
    """A matrix file or a pack's folder. Raises ``Problems``; ``OSError`` when there is nothing to read."""
    return read_matrix(pack_files(path), roster)


def read_matrix(files: Mapping[str, str | bytes], roster: Roster) -> Read[Policy]:
    """The files of a pack by name. Raises ``Problems`` with every mistake."""
    reading = read_policy(files, known_targets=known_targets(roster))
    return Read(reading.policy, _as_written(files), tuple(reading.warnings))


def _as_written(files: Mapping[str, str | bytes]) -> str:
    texts = {name: text if isinstance(text, str) else text.decode() for name, text in files.items()}
    if len(texts) == 1:
        return next(iter(texts.values()))
    return "".join(f"# --- {name}\n{text}" for name, text in texts.items())


def read_roster(text: str | bytes, name: str, *, now: datetime) -> Read[Roster]:
    """Raises ``Problems`` with every mistake."""
    years = range(now.year, now.year + HOLIDAY_YEARS)
    written = text if isinstance(text, str) else text.decode(errors="replace")
    return Read(load_roster(text, name=name, years=years), written)


class NotInForce(Refusal):
    """A newer version is in force than the one that was to be replaced."""

    def __init__(self, version: int) -> None:
        super().__init__(f"Version {version} is in force by now.", field="seen", code="not_in_force")
        self.version = version


def publish(
    driver: Driver,
    document: Policy | Roster,
    source: str,
    *,
    at: datetime,
    note: str = "",
    by: str = "",
    instead_of: int | None = None,
) -> int:
    """Puts it in force and gives its number. ``instead_of`` is the version its author has seen in force; when that
    is another one by now nothing happens but ``NotInForce``.
    """
    driver.begin()
    try:
        driver.order_log()  # who publishes at the same time waits here
        newest = documents.newest_version(driver, "policy" if isinstance(document, Policy) else "roster")
        if instead_of is not None and newest != instead_of:
            raise NotInForce(newest)
        version = documents.publish(driver, document, at=at, source=source, note=note, by=by)
        driver.commit()
    finally:
        driver.rollback()
    return version


# --- absences


class UnknownPerson(Refusal):
    """The roster has nobody of that id."""

    def __init__(self, person: str, field: str) -> None:
        super().__init__(f"The roster has nobody called {person!r}.", field=field, code="unknown_person")


def zone_of(roster: Roster, person: str) -> str:
    """The zone of this person's own calendar. Raises ``UnknownPerson``."""
    if all(one.id != person for one in roster.people):
        raise UnknownPerson(person, "person")
    return calendar_of(roster, person).zone


def with_absence(
    roster: Roster,
    person: str,
    start: datetime,
    end: datetime | None,
    *,
    reason: str = "",
    substitute: str = "",
) -> Roster:
    """The roster with one more absence. Raises ``UnknownPerson``, or ``Refusal`` for one that takes no time."""
    known = {one.id for one in roster.people}
    for field, name in (("person", person), ("substitute", substitute)):
        if name and name not in known:
            raise UnknownPerson(name, field)
    if substitute == person:
        raise Refusal("Nobody stands in for themselves.", field="substitute", code="own_substitute")
    if end is not None and end <= start:
        raise Refusal("The absence ends before it begins.", field="until", code="no_time")
    away = Absence(person, start, end, reason, substitute)
    return replace(roster, absences=(*roster.absences, away))
