"""What a proof says: holes with a true example each, what was proved, and what nobody can prove from a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec


class Place(msgspec.Struct, frozen=True):
    """Where something stands: ``line`` and ``column`` count from 1; 0 where no file is known."""

    file: str
    line: int = 0
    column: int = 1


class Places:
    """Where the parts of a policy and a roster stand in their files, by dotted path.

    ``levels.supervisor.accept``, ``rules.storm ahead.when``, ``rotas.night_desk``. What is not there is looked
    for one step up: a missing plan stands at its section, a missing section at the head of its file.
    """

    def __init__(
        self, matrix: Mapping[str, Place] | None = None, roster: Mapping[str, Place] | None = None
    ) -> None:
        self._matrix, self._roster = dict(matrix or {}), dict(roster or {})

    def matrix(self, *path: str) -> Place:
        return _found(self._matrix, path, "matrix.yaml")

    def roster(self, *path: str) -> Place:
        return _found(self._roster, path, "roster.yaml")


def _found(places: Mapping[str, Place], path: tuple[str, ...], otherwise: str) -> Place:
    for length in range(len(path), -1, -1):
        place = places.get(".".join(path[:length]))
        if place is not None:
            return place
    return Place(otherwise)


class Example(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The smallest case that falls into the hole.

    ``situation`` holds the columns that differ from a calm first contact. ``at`` is the minute (UTC) and ``local``
    the same on the house's clock. ``level`` is where the case is or arrives, ``target`` whom the matrix asks, ``who``
    the people it is about. ``text`` is what a customer would read. ``link`` opens the case in "who would get this?".
    """

    words: str
    situation: dict[str, Any] = {}
    at: datetime | None = None
    local: str = ""
    level: str = ""
    target: str = ""
    who: tuple[str, ...] = ()
    text: str = ""
    until: datetime | None = None
    link: str = ""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One hole. ``rule`` names the rule or the part."""

    kind: str
    rule: str
    where: Place
    explanation: str
    example: Example


class Unproved(msgspec.Struct, frozen=True):
    """Something a file cannot show, and why."""

    what: str
    why: str


class Worst(msgspec.Struct, frozen=True, omit_defaults=True):
    """The longest of something over the whole year, in real time, and the minute it begins."""

    what: str
    seconds: int
    at: datetime
    local: str
    level: str = ""
    words: str = ""


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """``proved`` when there is no hole. ``claims`` are the sentences that were checked and hold."""

    proved: bool
    findings: tuple[Finding, ...]
    claims: tuple[str, ...]
    not_proved: tuple[Unproved, ...]
    worst_case: dict[str, Worst]
    period: tuple[datetime, datetime]
    seconds: float = 0.0


Findings = Iterator[Finding]
