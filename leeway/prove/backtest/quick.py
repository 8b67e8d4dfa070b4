"""The quick way: where it can be shown that two policies decide alike, the decision is not made again.

It only ever says "alike" or "may differ"; whatever may differ is decided by the production ``decide``. It is for
candidates that differ from the policy of the time in rules alone, and rests on three observations, each held by a test:

1. Both tables go through the rules they share in the same order. While none of the *other* rules holds, they find the
   same one.
2. Rules are asked only where the log shows it: in a customer's message, a customer's event, an answer, a rating, a
   merge, or when a clock of the tick showed a sign or waited for a rule. No rule having fired, nothing after the
   question changes a column, so the case after the fact is the case the question was about.
3. A case whose last state never had a sign, a risk, a count that every other rule asks for, never had it before: these
   only grow. Such a case need not be read at all but for what is counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import msgspec

from leeway.core.case import Case
from leeway.core.decide.situations import situation_of
from leeway.core.decide.watching import GROWS_SINCE
from leeway.core.events import AnyEvent, ClockStopped, CuesSeen, MessageRead, RuleDecided
from leeway.core.matrix import matches
from leeway.core.policy import Condition, OneOf, Policy, Rule, Within
from leeway.core.world import Known
from leeway.prove.backtest.candidate import differing_fields, differing_rules
from leeway.prove.backtest.outcome import Outcome
from leeway.prove.explain.moments import cues_at

ASKS = frozenset({"customer_event", "attempt_answered", "rated", "merged_from", "follow_up_answered"})
"""Kinds of facts after which the matrix may be asked, beside messages and ticks."""

RULES_CLOCK = "rules"


class Last(msgspec.Struct, frozen=True):
    """The few fields of a case's last state that only ever grew."""

    cues: dict[str, Any] = {}
    contacts: tuple[Any, ...] = ()
    attempts: tuple[Any, ...] = ()
    reopened: int = 0
    owner_changes: int = 0


@dataclass(frozen=True)
class Quick:
    """What differs between a policy of the past and the candidate: the ``rules`` of both that are not shared."""

    rules: tuple[Rule, ...]

    @classmethod
    def between(cls, was: Policy, candidate: Policy) -> Quick | None:
        """None when they differ in more than rules, or wait for other moments: then everything is decided again."""
        if differing_fields(was, candidate) - {"rules"} or _waits(was) != _waits(candidate):
            return None
        mine, theirs = differing_rules(was, candidate)
        return cls((*mine, *theirs))

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset(rule.name for rule in self.rules)

    # --- a whole case

    @property
    def asks_risk(self) -> bool:
        """Whether the highest risk of a case says anything."""
        return any(condition.column == "risk" for rule in self.rules for condition in rule.when)

    def never_differs(self, last: Last, outcome: Outcome) -> bool:
        """Whether no differing rule can ever have held in a case with this last state and this outcome.

        The outcome's risk is looked at only if ``asks_risk``.
        """
        if not self.names.isdisjoint(outcome.rules):
            return False
        return not any(_may_have_held(rule, last, outcome) for rule in self.rules)

    # --- one fact

    def may_differ(
        self, policy: Policy, case: Case, known: Known, kind: str, events: Sequence[AnyEvent]
    ) -> bool:
        """Whether the candidate may decide this fact otherwise. ``case`` is as after it."""
        if any(isinstance(event, RuleDecided) for event in events):
            return True
        if kind == "clock_ticked":
            return any(_asks(event) for event in events)
        if kind == "message":
            if not any(isinstance(event, MessageRead) and event.author == "customer" for event in events):
                return False
        elif kind not in ASKS:
            return False
        cues = cues_at(events, len(events), ticked=False)
        situation = situation_of(case, known.customer, policy, known.now, cues=cues)
        return any(all(matches(condition, situation) for condition in rule.when) for rule in self.rules)


def _waits(policy: Policy) -> set[tuple[str, Condition]]:
    """The conditions that come true by waiting alone, and where they lead: all that watching looks at in the rules."""
    return {
        (rule.go, condition)
        for rule in policy.rules
        for condition in rule.when
        if condition.column in GROWS_SINCE
    }


def _asks(event: AnyEvent) -> bool:
    return isinstance(event, CuesSeen) or (isinstance(event, ClockStopped) and event.name == RULES_CLOCK)


def _may_have_held(rule: Rule, last: Last, outcome: Outcome) -> bool:
    for condition in rule.when:
        test = condition.test
        if condition.column == "cue" and isinstance(test, OneOf) and not test.negated:
            if last.cues.keys().isdisjoint(test.values):
                return False
        elif isinstance(test, Within) and not _reached(condition.column, test.low or 0, last, outcome):
            return False
    return True


def _reached(column: str, low: float, last: Last, outcome: Outcome) -> bool:
    """Whether a growing column can ever have been as high as this."""
    match column:
        case "risk":
            return outcome.peak_risk >= low
        case "reopened":
            return last.reopened >= low
        case "reassigned":
            return last.owner_changes >= low
        case "contacts_30d":
            return max(1, len(last.contacts)) >= min(low, _CONTACTS_KEPT)
        case "refused" if not outcome.joined:  # a no that was corrected later was counted all the same
            return outcome.declined >= low
        case "attempts" | "refused":
            return len(last.attempts) >= min(low, _ATTEMPTS_KEPT)
        case _:
            return True


_CONTACTS_KEPT = 50
_ATTEMPTS_KEPT = 40
