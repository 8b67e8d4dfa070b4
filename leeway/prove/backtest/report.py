"""The report: both sides counted, and the cases in which they differ. Pieces of it add up to the whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec

from leeway.prove.backtest.outcome import Outcome

Change = Literal["never", "new", "earlier", "later", "elsewhere"]
CHANGES: tuple[Change, ...] = ("never", "new", "earlier", "later", "elsewhere")
AT_ONCE = timedelta(minutes=1)
"""Less apart than this is the same time."""

CASES_SHOWN = 500
"""Cases with their first divergence in a report, the lowest numbers first; all of them are counted."""

HOURS_IN_A_WEEK = 168


class Side(msgspec.Struct):
    """One side counted: what happened, or what would have. Hours are of the week in the house's zone, Monday is 0."""

    escalated: int = 0
    escalations: int = 0
    alerts: int = 0
    notices: int = 0
    levels: dict[str, int] = {}
    people: dict[str, int] = {}
    hours: dict[str, list[int]] = {}
    met: dict[str, int] = {}
    late: dict[str, int] = {}
    given: dict[str, int] = {}
    rules: dict[str, int] = {}

    def add(self, outcome: Outcome, zone: ZoneInfo) -> None:
        self.escalated += bool(outcome.levels)
        self.escalations += len(outcome.levels)
        self.alerts += outcome.alerts
        self.notices += outcome.notices
        for at, level, person in outcome.asked:
            _count(self.levels, level)
            _count(self.people, person)
            local = at.astimezone(zone)
            self.hours.setdefault(level, [0] * HOURS_IN_A_WEEK)[local.weekday() * 24 + local.hour] += 1
        for (kind, how), count in outcome.clocks.items():
            _count(self.met if how == "met" else self.late, kind, count)
        for currency, amount in outcome.given.items():
            if amount:  # what was taken back leaves nothing
                _count(self.given, currency, amount)
        for rule in outcome.rules:
            _count(self.rules, rule)

    def take_in(self, other: Side) -> None:
        for name in ("escalated", "escalations", "alerts", "notices"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("levels", "people", "met", "late", "given", "rules"):
            mine: dict[str, int] = getattr(self, name)
            for key, count in getattr(other, name).items():
                _count(mine, key, count)
        for level, hours in other.hours.items():
            mine_ = self.hours.setdefault(level, [0] * HOURS_IN_A_WEEK)
            self.hours[level] = [a + b for a, b in zip(mine_, hours, strict=True)]


def _count(counts: dict[str, int], key: str, by: int = 1) -> None:
    counts[key] = counts.get(key, 0) + by


class Decided(msgspec.Struct, frozen=True):
    """One side of a first divergence: what was decided there, kind and words of the log for each, and what the deciding
    rule saw.
    """

    events: tuple[dict[str, Any], ...]
    rule: str = ""
    seen: tuple[tuple[str, str], ...] = ()


class Divergence(msgspec.Struct, frozen=True):
    """The first fact at which the candidate decides otherwise. Everything after it is counterfactual."""

    fact: int
    kind: str
    at: datetime
    was: Decided
    would: Decided


class Changed(msgspec.Struct, frozen=True):
    """A case in which something differs. ``what`` is empty when only what was written down differs, not its way."""

    case: int
    what: tuple[Change, ...]
    was_at: datetime | None
    would_at: datetime | None
    was_level: str
    would_level: str
    was_person: str
    would_person: str
    divergence: Divergence
    counterfactual_facts: int


class Part(msgspec.Struct):
    """What one piece of the work found."""

    cases: int = 0
    facts: int = 0
    diverged: int = 0
    counterfactual_facts: int = 0
    left_out_facts: int = 0
    recorded: Side = msgspec.field(default_factory=Side)
    candidate: Side = msgspec.field(default_factory=Side)
    changes: dict[str, int] = {}
    changed: list[Changed] = []

    def add_changed(self, changed: Changed) -> None:
        self.diverged += 1
        self.counterfactual_facts += changed.counterfactual_facts
        for what in changed.what:
            _count(self.changes, what)
        self.keep([changed])

    def keep(self, more: Iterable[Changed]) -> None:
        """Cases that went another way are worth more room than those that are only written down otherwise."""
        every = [*self.changed, *more]
        if len(every) > CASES_SHOWN:
            every = sorted(every, key=lambda one: (not one.what, one.case))[:CASES_SHOWN]
        self.changed = sorted(every, key=lambda one: one.case)

    def take_in(self, other: Part) -> None:
        for name in ("cases", "facts", "diverged", "counterfactual_facts", "left_out_facts"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.recorded.take_in(other.recorded)
        self.candidate.take_in(other.candidate)
        for key, count in other.changes.items():
            _count(self.changes, key, count)
        self.keep(other.changed)


class Report(msgspec.Struct, frozen=True):
    """The whole. ``changes`` counts cases by what differs; one case can be there twice (earlier and elsewhere).

    ``facts`` are recorded ones; ``counterfactual_facts`` those after a divergence, on the candidate's side only, and
    never counted among them.
    """

    candidate: str
    differences: tuple[str, ...]
    since: datetime | None
    until: datetime | None
    horizon: datetime
    zone: str
    found: Part
    assumptions: tuple[str, ...]


def what_changed(was: Outcome, would: Outcome) -> tuple[Change, ...]:
    """How the way of a case differs."""
    before, after = was.escalated_at, would.escalated_at
    if before is None or after is None:
        return ("never",) if before else ("new",) if after else ()
    found: list[Change] = []
    if abs(after - before) > AT_ONCE:
        found.append("earlier" if after < before else "later")
    if (was.went_to, was.person) != (would.went_to, would.person):
        found.append("elsewhere")
    return tuple(found)


def in_order(counts: dict[str, int]) -> dict[str, int]:
    """The most frequent first, so that the same counts are always written the same way."""
    return dict(sorted(Counter(counts).items(), key=lambda one: (-one[1], one[0])))


def settled(part: Part) -> Part:
    """The same, with every table in a fixed order: the report's bytes do not depend on who counted first."""
    for side in (part.recorded, part.candidate):
        for name in ("levels", "people", "met", "late", "given", "rules"):
            setattr(side, name, in_order(getattr(side, name)))
        side.hours = dict(sorted(side.hours.items()))
    part.changes = {name: part.changes.get(name, 0) for name in CHANGES}
    return part
