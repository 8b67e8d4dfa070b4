"""A cue: a sign of how a conversation is going, with the words that show it."""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

CueKind = Literal[
    # how the customer feels
    "anger",
    "frustration",
    "disappointment",
    "anxiety",
    "sarcasm",
    "profanity",
    "shouting",
    "satisfied",
    "thanks",
    # what the customer says they will do, or need
    "asks_for_supervisor",
    "churn_threat",
    "legal_threat",
    "regulator_threat",
    "public_threat",
    "vulnerable",
    "repeats_self",
    "refuses_solution",
    "urgency",
    "broken_promise",
    "long_wait",
    # read from a voice
    "voice_raised",
    "talk_over",
    "long_silence",
    # read from the pattern around the conversation
    "repeat_contact",
    "earlier_escalation",
    "promise_overdue",
    "reassigned_again",
    "reopened",
    "unanswered",
    "customer_silent",
    "renewal_near",
]
CUE_KINDS: frozenset[str] = frozenset(get_args(CueKind))

Feeling = Literal["angry", "frustrated", "disappointed", "anxious", "neutral", "satisfied"]
FEELINGS: tuple[Feeling, ...] = get_args(Feeling)


class Cue(msgspec.Struct, frozen=True, omit_defaults=True):
    """One sign seen in one message (or in the pattern around it).

    ``strength`` runs from 0 (barely) to 1 (unmistakable). ``start`` and ``end`` are character offsets into the
    message text, so that a page can underline the evidence; a pattern cue has no words and both are 0.
    ``quote`` is the evidence itself: the customer's words, or for a pattern the observation in words.
    """

    kind: CueKind
    strength: float
    quote: str = ""
    start: int = 0
    end: int = 0
