"""From single cues to one number, and to the question whether somebody should hear of it.

Every threshold has a name here; pages, rules and tests read the same object.
"""

from __future__ import annotations

from collections.abc import Iterable

from leeway.core.cue import Cue, CueKind

DISTRESS_WEIGHT: dict[CueKind, float] = {
    "anger": 0.8,
    "profanity": 0.55,
    "frustration": 0.62,
    "disappointment": 0.45,
    "sarcasm": 0.45,
    "shouting": 0.4,
    "anxiety": 0.4,
    "urgency": 0.15,
    "repeats_self": 0.45,
    "refuses_solution": 0.45,
    "broken_promise": 0.5,
    "long_wait": 0.45,
    "asks_for_supervisor": 0.55,
    "churn_threat": 0.6,
    "legal_threat": 0.7,
    "regulator_threat": 0.7,
    "public_threat": 0.65,
    "vulnerable": 0.45,
    "voice_raised": 0.5,
    "talk_over": 0.25,
}
"""How much one unmistakable cue of each kind says about how upset the customer is. A kind that is not here says
something about the case (``renewal_near``), not about the customer's state."""

RELIEF_WEIGHT = 0.3
"""How far an unmistakably satisfied word lowers the distress of the same message."""

SPEAKS_FOR_ITSELF: frozenset[CueKind] = frozenset(
    {"asks_for_supervisor", "churn_threat", "legal_threat", "regulator_threat", "public_threat", "vulnerable"}
)
"""Kinds somebody should hear of even when the customer stays polite."""

CLEAR_STRENGTH = 0.5
"""From here a cue that speaks for itself does. A plain "please cancel my subscription" stays below."""

ALERT_DISTRESS = 0.55
"""From here a message is alert-worthy by its distress alone. One mild sign of frustration is far below."""


def strongest_by_kind(cues: Iterable[Cue]) -> dict[CueKind, Cue]:
    """The strongest cue of each kind; of equals the first."""
    strongest: dict[CueKind, Cue] = {}
    for cue in cues:
        if cue.kind not in strongest or cue.strength > strongest[cue.kind].strength:
            strongest[cue.kind] = cue
    return strongest


def distress(cues: Iterable[Cue]) -> float:
    """How upset the customer is, 0 to 1.

    Each kind counts once, by its strongest cue, as independent evidence: the calm that is left is multiplied.
    Another cue of a troubled kind can therefore never lower it.
    """
    calm = 1.0
    satisfied = 0.0
    for kind, cue in strongest_by_kind(cues).items():
        if kind == "satisfied":
            satisfied = cue.strength
        calm *= 1.0 - DISTRESS_WEIGHT.get(kind, 0.0) * cue.strength
    return (1.0 - calm) * (1.0 - RELIEF_WEIGHT * satisfied)


def is_alert_worthy(cues: Iterable[Cue]) -> bool:
    """Whether one message alone is a reason to tell somebody. Whether they are told is decided elsewhere."""
    seen = tuple(cues)
    if any(cue.kind in SPEAKS_FOR_ITSELF and cue.strength >= CLEAR_STRENGTH for cue in seen):
        return True
    return distress(seen) >= ALERT_DISTRESS
