"""Whom a matrix may name: teams, rotas, people, the owner.

In the policy a target says what it is (``team:frontline``). In a file a bare name is enough; it is looked up
as a team, then as a rota, then as a person. Without a roster to look in, names that end in ``_on_call`` or
``_desk`` or begin with ``duty_`` are rotas and all others teams; ``rota:``, ``team:`` and ``person:`` always
settle it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from leeway.core.roster import Roster
from leeway.packs.reader import did_you_mean

KINDS = ("team", "rota", "person")
NAME = r"[a-z][a-z0-9_]*"
TARGET = rf"(?:(?:team|rota|person):)?{NAME}"
A_TARGET = "a team, rota or person"

_ROTA_LIKE = re.compile(rf"{NAME}_on_call|{NAME}_desk|duty_[a-z0-9_]+")


def known_targets(roster: Roster) -> frozenset[str]:
    """Every name of a roster that a matrix may use, in full (``team:frontline``, ``calendar:office``)."""
    named = {
        "team": [team.id for team in roster.teams],
        "rota": [rota.id for rota in roster.rotas],
        "person": [person.id for person in roster.people],
        "calendar": [calendar.name for calendar in roster.calendars],
    }
    return frozenset(f"{kind}:{name}" for kind, names in named.items() for name in names)


class Targets(msgspec.Struct, frozen=True):
    """The names that can be used: full targets in ``known``, or ``None`` when there is no roster to ask."""

    known: frozenset[str] | None = None
    levels: frozenset[str] = frozenset()

    def full(self, name: str) -> str:
        """``frontline`` as ``team:frontline``; ``ValueError`` with a hint when there is no such target."""
        if ":" in name:
            return self._checked(name)
        if self.known is None:
            return self._guessed(name)
        for kind in KINDS:
            if f"{kind}:{name}" in self.known:
                return f"{kind}:{name}"
        raise ValueError(self._hint(name))

    def calendars(self) -> tuple[str, ...]:
        """The calendars the roster has; empty when it was not said."""
        return tuple(sorted(name for kind, _, name in self._split() if kind == "calendar"))

    def _split(self) -> Iterable[tuple[str, str, str]]:
        return (target.partition(":") for target in self.known or ())

    def _checked(self, target: str) -> str:
        if self.known is not None and target not in self.known:
            raise ValueError(self._hint(target.partition(":")[2]))
        return target

    def _guessed(self, name: str) -> str:
        if name in self.levels:
            raise ValueError(f"{name} is a level; name who works there")
        return f"{'rota' if _ROTA_LIKE.fullmatch(name) else 'team'}:{name}"

    def _hint(self, name: str) -> str:
        if name in self.levels:
            return f"{name} is a level; name who works there"
        names = sorted({name for kind, _, name in self._split() if kind in KINDS})
        return did_you_mean(name, names) or "the roster has none of that name"
