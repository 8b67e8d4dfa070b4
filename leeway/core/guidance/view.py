"""What guidance looks at: the case, the last turns, and what may be looked up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

import msgspec

from leeway.core.case import Case
from leeway.core.cue import Cue
from leeway.core.cues import read_cues
from leeway.core.customer import Customer
from leeway.core.facts import Author
from leeway.core.guidance.wording import Wording
from leeway.core.policy import Policy
from leeway.core.reading.prepared import Prepared, prepare
from leeway.core.reading.steps import StepSeen, steps_taken
from leeway.core.world import Language

RECENT = 12
"""So many turns are looked at; what lies before them is in the case."""


class Spoken(msgspec.Struct, frozen=True, omit_defaults=True):
    """One turn of a conversation. ``cues``: what was read in it when it came in; None has it read now."""

    id: str
    author: Author
    text: str
    at: datetime
    cues: tuple[Cue, ...] | None = None


@dataclass(frozen=True)
class View:
    """One moment of a conversation, and the words of its language. ``turns`` are the latest, the oldest first,
    without internal notes. ``now`` decides what is overdue and which times can still be named.
    """

    case: Case
    turns: tuple[Spoken, ...]
    policy: Policy
    language: Language
    wording: Wording
    now: datetime
    customer: Customer | None = None
    due: bool = False
    """Whether money they ask for is theirs anyhow; the authority engine knows."""
    room: dict[str, int | None] = field(default_factory=dict)
    """What is left to decide alone, in minor units, by instrument; None is without limit. Empty: ask the policy."""


class Turn:
    """A turn being read. Everything is read at most once, and only when somebody asks."""

    def __init__(self, spoken: Spoken, language: Language) -> None:
        self.spoken = spoken
        self.language = language
        self.ours = spoken.author != "customer"

    @cached_property
    def message(self) -> Prepared:
        return prepare(self.spoken.text, self.language.phrases, "agent" if self.ours else "customer")

    @cached_property
    def cues(self) -> tuple[Cue, ...]:
        known = self.spoken.cues
        return read_cues(self.language.cues, self.spoken.text) if known is None else known

    @cached_property
    def steps(self) -> dict[str, StepSeen]:
        """The good steps of a message of ours; a promise and an offer are asked of the case, which read them."""
        return {step.step: step for step in steps_taken(self.message)}


def recent(turns: Iterable[Spoken], language: Language) -> tuple[Turn, ...]:
    return tuple(Turn(spoken, language) for spoken in tuple(turns)[-RECENT:])
