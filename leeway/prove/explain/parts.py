"""What an explanation is made of. Data without words: pages and the command line say it in their own language."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from leeway.core.events import AnyEvent
from leeway.core.facts import Fact
from leeway.core.matrix import Value
from leeway.core.policy import Condition, Reason, Span, Test
from leeway.core.routing import Considered
from leeway.core.world import Known


class NotThere(LookupError):
    """The case has no such decision; says which it has."""


class Decision(msgspec.Struct, frozen=True):
    """One event of the case that somebody may ask about. ``number`` is its place in the case, from 1; ``fact`` the
    number of the fact it followed from.
    """

    number: int
    fact: int
    kind: str
    event: AnyEvent


class Held(msgspec.Struct, frozen=True):
    """One condition of a rule, and what the case held in its column at that moment."""

    condition: Condition
    value: Value
    holds: bool


class RuleSeen(msgspec.Struct, frozen=True):
    """A rule as it stood before the decision. ``place`` counts from the top, ``line`` is where it stands in its file.

    ``had_its_say``: it held, and had decided in this contact already. ``decides`` is set on the one that won.
    """

    name: str
    place: int
    line: int
    go: str
    because: Reason
    consult: bool
    leads_up: bool
    holds: bool
    had_its_say: bool
    decides: bool
    conditions: tuple[Held, ...]


class ColumnChange(msgspec.Struct, frozen=True):
    """A column that would have had to hold something else: ``to`` is the nearest such value.

    ``bound`` says it as a limit where any value beyond it would do (a share has no nearest number below another).
    """

    column: str
    was: Value
    to: Value
    bound: Test | None = None


class Change(msgspec.Struct, frozen=True):
    """The smallest difference in the case that leads to another outcome: fewest columns, then nearest values.

    ``rule`` is the one that would have decided; empty: none, the case stays where it is. Columns are varied one by
    one, whether or not life could do so.
    """

    rule: str
    go: str
    columns: tuple[ColumnChange, ...]


class Routing(msgspec.Struct, frozen=True):
    """Who was looked at. ``chosen`` by the rules of routing; empty when they found nobody.

    ``by_routing`` false: the person was named otherwise (handed over to them, a plan of the matrix, nobody else left).
    """

    level: str
    target: str
    chosen: str
    by_routing: bool
    why: str
    considered: tuple[Considered, ...]
    next_open: datetime | None = None


class ClockStory(msgspec.Struct, frozen=True):
    """The life of the clock behind a decision, up to it. ``started_by`` is the fact that started it."""

    name: str
    kind: str
    started_at: datetime
    started_by: int
    length: Span
    calendar: str
    due: datetime | None
    ran_out_at: datetime | None = None
    noticed_at: datetime | None = None
    pauses: int = 0
    climbs_to: str = ""


class RiskSeen(msgspec.Struct, frozen=True):
    """The risk behind an alert, and the threshold it had to reach."""

    risk: float
    threshold: float
    why: tuple[str, ...]


class Opened(msgspec.Struct, frozen=True):
    """How the escalation behind a decision came about: by whom it was asked for, and the decision that opened it."""

    source: str
    by: str
    why: str
    rule: str
    decision: int
    at: datetime
    untried: tuple[str, ...] = ()
    override: str = ""


class Explanation(msgspec.Struct, frozen=True, omit_defaults=True):
    """Everything behind one decision. ``situation`` holds the columns the matrix saw, without those at rest.

    ``rules`` is empty where the matrix was not asked. ``exact`` false: the decision, made again from what is on
    record, did not come out the same, so that what stands here is a reading of the log and no proof.
    """

    case: int
    decision: Decision
    fact: Fact
    at: datetime
    known: Known
    policy_version: int
    policy: str
    exact: bool
    situation: dict[str, Any] = {}
    rules: tuple[RuleSeen, ...] = ()
    changes: tuple[Change, ...] = ()
    routing: Routing | None = None
    clock: ClockStory | None = None
    risk: RiskSeen | None = None
    opened: Opened | None = None
    followed: tuple[AnyEvent, ...] = ()
    others: tuple[Decision, ...] = ()
