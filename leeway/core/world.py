"""What is handed in to a decision besides the case and the fact.

``World`` is the large, versioned, slowly changing part (policies, roster, languages, risk scorer); ``Known`` is the
small part that is written down beside every fact, so that the same decision can be made again years later.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from leeway.core.authority import Spent
from leeway.core.cues.pack import CuePack
from leeway.core.customer import Customer
from leeway.core.policy import Policy
from leeway.core.reading.phrases import Phrases
from leeway.core.risk import Scorer, default_scorer
from leeway.core.roster import Roster


class Known(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was known when a fact was decided. ``load`` is the open cases each person owns; it is written down only
    for decisions that chose a person. ``policy`` and ``roster`` are versions. ``quiet`` marks imported history:
    decisions are made and recorded, nobody is told.
    """

    now: datetime
    policy: int = 0
    roster: int = 0
    customer: Customer | None = None
    load: dict[str, int] = {}
    quiet: bool = False
    spent: tuple[Spent, ...] = ()


@dataclass(frozen=True, slots=True)
class Language:
    """The words of one language, ready to read with."""

    name: str
    cues: CuePack
    phrases: Phrases


@dataclass(frozen=True, slots=True)
class World:
    """Policies by version, the one in force, the roster, the languages, and the risk scorer."""

    policy: Policy
    roster: Roster
    languages: Mapping[str, Language]
    pinned: Mapping[int, Policy] = field(default_factory=dict)
    guess_language: Callable[[str], str] = lambda text: "en"  # noqa: ARG005 - the port for a better guess
    scorer: Scorer = default_scorer

    def policy_for(self, version: int) -> Policy:
        """The policy a case runs under: its pinned version, or the one in force for 0."""
        return self.pinned.get(version, self.policy) if version else self.policy
