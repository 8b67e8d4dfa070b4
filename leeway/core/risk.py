"""Risk: the probability that a case escalates, from fixed, named weights, with its reasons in plain words.

A logistic score over a handful of signs. The weights are this file's judgement until a scorer has been trained on the
house's own cases; the port is ``Scorer``. Risk and alert are different things: when to tell somebody is the policy's.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime

import msgspec

from leeway.core.case import Case
from leeway.core.cue import CueKind
from leeway.core.customer import Customer
from leeway.core.journey import trend
from leeway.core.patterns import earlier_escalations


class Risk(msgspec.Struct, frozen=True):
    """``probability`` from 0 to 1; ``why`` the strongest reasons first."""

    probability: float
    why: tuple[str, ...]


Scorer = Callable[[Case, Customer | None, datetime], Risk]

BASE = -3.6
"""Log-odds of a calm first contact: about 1 in 38 escalates."""

CUE_WEIGHT: dict[CueKind, float] = {
    "asks_for_supervisor": 3.0,
    "legal_threat": 3.0,
    "regulator_threat": 3.0,
    "public_threat": 2.2,
    "churn_threat": 1.9,
    "anger": 1.7,
    "profanity": 1.1,
    "broken_promise": 1.4,
    "refuses_solution": 1.1,
    "repeats_self": 1.1,
    "vulnerable": 1.2,
    "frustration": 1.0,
    "sarcasm": 0.8,
    "disappointment": 0.8,
    "long_wait": 0.8,
    "shouting": 0.6,
    "anxiety": 0.4,
    "urgency": 0.3,
    "voice_raised": 1.2,
    "talk_over": 0.6,
    "long_silence": 0.3,
}
"""Log-odds an unmistakable sign adds; a weaker one adds its share."""

REPEAT_CONTACT, EARLIER_ESCALATION, PROMISE_BROKEN = 0.7, 0.5, 1.3
REASSIGNED, REOPENED, UNANSWERED, REFUSED = 0.35, 0.8, 0.3, 0.6
EXPLAINED_AGAIN, PATIENCE_GONE, DECLINING, IMPROVING = 0.6, 1.5, 0.6, -0.8
CALMED = -1.0
NEVER_SURER = 0.9999
AT_MOST = 4
"""Counts add no more beyond this."""

NAMES: dict[CueKind, str] = {
    "asks_for_supervisor": "asks for a supervisor",
    "legal_threat": "speaks of a lawyer",
    "regulator_threat": "speaks of a regulator",
    "public_threat": "threatens to go public",
    "churn_threat": "threatens to leave",
    "broken_promise": "says a promise was broken",
    "refuses_solution": "refuses what was offered",
    "repeats_self": "has to repeat themselves",
    "vulnerable": "may be vulnerable",
    "long_wait": "has waited long",
    "voice_raised": "raised their voice",
    "talk_over": "talks over us",
    "long_silence": "fell silent",
}


def cue_in_words(kind: CueKind) -> str:
    """A cue as a colleague would say it; feelings are their own names."""
    return NAMES.get(kind, kind.replace("_", " "))


def default_scorer(case: Case, customer: Customer | None, now: datetime) -> Risk:
    """The shipped scorecard."""
    parts = [*_cue_parts(case), *_pattern_parts(case, customer), *_mood_parts(case)]
    del now
    logit = BASE + sum(weight for weight, _ in parts)
    reasons = sorted((part for part in parts if part[0] > 0.2), reverse=True)
    probability = min(round(1 / (1 + math.exp(-logit)), 4), NEVER_SURER)
    return Risk(probability, tuple(reason for _, reason in reasons[:4]))


def _cue_parts(case: Case) -> list[tuple[float, str]]:
    """Signs fade when the customer has since been content: their thanks is later than the sign."""
    content_at = max(
        (tally.last_at for kind in ("thanks", "satisfied") if (tally := case.cues.get(kind)) is not None),
        default=None,
    )
    parts = []
    for kind, tally in case.cues.items():
        weight = CUE_WEIGHT.get(kind, 0.0) * tally.strongest
        if content_at is not None and content_at > tally.last_at:
            weight *= 0.4
        if weight:
            quote = f": “{tally.quote[:60]}”" if tally.quote else ""
            parts.append((weight, cue_in_words(kind) + quote))
    return parts


def _pattern_parts(case: Case, customer: Customer | None) -> list[tuple[float, str]]:
    contacts = len(case.contacts)
    earlier = earlier_escalations(case, customer)
    refused = sum([attempt.answer == "declined" for attempt in case.attempts])
    broken = sum([promise.state == "broken" for promise in case.promises])
    counts = (
        (contacts - 1, REPEAT_CONTACT, "contact number {} about this matter", contacts),
        (earlier, EARLIER_ESCALATION, "{} earlier escalations", earlier),
        (broken, PROMISE_BROKEN, "a promise was not kept", broken),
        (case.owner_changes - 1, REASSIGNED, "changed hands {} times", case.owner_changes),
        (case.reopened, REOPENED, "reopened", case.reopened),
        (case.unanswered - 1, UNANSWERED, "{} unanswered messages", case.unanswered),
        (refused, REFUSED, "declined {} solutions", refused),
        (case.explained.times - 1, EXPLAINED_AGAIN, "explained it {} times", case.explained.times),
    )
    return [
        (min(count, AT_MOST) * weight, says.format(number))
        for count, weight, says, number in counts
        if count > 0
    ]


def _mood_parts(case: Case) -> list[tuple[float, str]]:
    if not case.journey:
        return []
    parts = [((100 - case.patience) / 100 * PATIENCE_GONE, f"patience {case.patience} of 100")]
    heading = trend(case.journey)
    if heading == "declining":
        parts.append((DECLINING, "mood is declining"))
    elif heading == "improving":
        parts.append((IMPROVING, "mood is improving"))
    if case.feeling == "satisfied":
        parts.append((CALMED, "is satisfied"))
    return parts
