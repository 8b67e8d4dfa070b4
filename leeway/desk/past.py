"""The log as it was written, to be thought through again: what came, what was known, what was decided.

``core.decide`` is pure, and everything it was handed is on record, so any decision of the past can be made again: by
the same policy, which must give the same events byte for byte, or by another one, to see what it would have done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from leeway.core.case import Case
from leeway.core.decide import decided
from leeway.core.events import AnyEvent
from leeway.core.facts import Fact
from leeway.core.policy import Policy
from leeway.core.roster import Roster
from leeway.core.world import Known, Language, World

read_fact: msgspec.json.Decoder[Fact] = msgspec.json.Decoder(Fact)
read_known = msgspec.json.Decoder(Known)
read_event: msgspec.json.Decoder[Any] = msgspec.json.Decoder(AnyEvent)
write = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Written:
    """One fact of the log with what followed, as text: most of it is never looked into.

    ``at`` is the time it was decided with (ADR 10); ``events`` are bodies in order.
    """

    number: int
    case: int
    kind: str
    at: datetime
    skewed: bool
    fact: str
    known: str
    events: tuple[str, ...]

    def read_fact(self) -> Fact:
        """The fact as it was decided: in UTC, and one from a clock that ran ahead at our own time."""
        fact = read_fact.decode(self.fact)
        if self.skewed or fact.at.tzinfo is not UTC:
            return replace(fact, at=self.at.astimezone(UTC))
        return fact

    def read_known(self) -> Known:
        return read_known.decode(self.known)

    def read_events(self) -> tuple[AnyEvent, ...]:
        return tuple(map(read_event.decode, self.events))


@dataclass(frozen=True, slots=True)
class Story:
    """Everything written about one case, in order."""

    case: int
    written: tuple[Written, ...]


@dataclass
class PastWorlds:
    """The world as it was at each moment: by the versions that stand beside every fact.

    ``rosters`` that are no longer there are replaced by the oldest one after them.
    """

    policies: Mapping[int, Policy]
    rosters: Mapping[int, Roster]
    languages: Mapping[str, Language]
    guess_language: Callable[[str], str]
    _made: dict[tuple[int, int], World] = field(default_factory=dict)

    def at(self, known: Known) -> World:
        key = (known.policy, known.roster)
        world = self._made.get(key)
        if world is None:
            world = self._made[key] = World(
                policy=self.policies.get(known.policy) or self.policies[max(self.policies)],
                roster=_nearest(self.rosters, known.roster),
                languages=self.languages,
                pinned={number: policy for number, policy in self.policies.items() if number <= known.policy},
                guess_language=self.guess_language,
            )
        return world


def _nearest(rosters: Mapping[int, Roster], version: int) -> Roster:
    found = rosters.get(version)
    if found is not None:
        return found
    later = [number for number in rosters if number > version]
    return rosters[min(later, default=max(rosters))]


@dataclass(frozen=True, slots=True)
class Unlike:
    """A fact whose decision, made again, is not what was written."""

    case: int
    fact: int
    written: tuple[str, ...]
    now: tuple[str, ...]


def decided_again(worlds: PastWorlds, case: Case, written: Written) -> tuple[tuple[str, ...], Case]:
    """The events of one fact, made again from what is on record, as they would be written; and the case after it."""
    known = written.read_known()
    decision = decided(worlds.at(known), known, case, written.read_fact())
    return tuple(write(event).decode() for event in decision.events), decision.case


def unlike(worlds: PastWorlds, stories: Iterable[Story]) -> Iterator[Unlike]:
    """Every case whose decisions, made again with the policies of their time, differ: its first such fact."""
    for story in stories:
        case = Case(id=story.case)
        for written in story.written:
            again, case = decided_again(worlds, case, written)
            if again != written.events:
                yield Unlike(story.case, written.number, written.events, again)
                break
