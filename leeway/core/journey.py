"""The emotional journey: how the customer felt, turn by turn, and how much patience is left.

Everything here is incremental: the next point follows from the previous one and from what has just been seen,
so that a case needs no more than its last few points and a replay draws the same line again.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal

import msgspec

from leeway.core.cue import Cue, CueKind, Feeling
from leeway.core.cues.weigh import distress, strongest_by_kind

Trend = Literal["improving", "same", "declining"]

MOST_POINTS = 60
"""Points a case keeps. ``compress`` chooses which."""

FULL_PATIENCE = 100.0

MOOD_STAYS = 0.35
"""Share of the earlier mood in a message that shows feelings of its own."""
MOOD_FADES = 0.85
"""What is left of the mood after a message that shows none ("my number is 4711" cools nobody down at once)."""
FELT_FROM = 0.2
"""Below this a feeling is too faint to be named."""

TREND_OVER = 3
"""Turns on each side that are compared."""
TREND_STEP = 0.15
"""Difference of mean sentiment that counts as a change."""

_FEELING_OF: dict[CueKind, tuple[Feeling, float]] = {
    "anger": ("angry", 1.0),
    "profanity": ("angry", 0.7),
    "voice_raised": ("angry", 0.7),
    "legal_threat": ("angry", 0.7),
    "regulator_threat": ("angry", 0.7),
    "public_threat": ("angry", 0.7),
    "churn_threat": ("angry", 0.5),
    "frustration": ("frustrated", 0.9),
    "sarcasm": ("frustrated", 0.8),
    "shouting": ("frustrated", 0.6),
    "talk_over": ("frustrated", 0.6),
    "repeats_self": ("frustrated", 0.75),
    "refuses_solution": ("frustrated", 0.65),
    "broken_promise": ("frustrated", 0.7),
    "long_wait": ("frustrated", 0.65),
    "asks_for_supervisor": ("frustrated", 0.6),
    "disappointment": ("disappointed", 0.95),
    "anxiety": ("anxious", 0.95),
    "vulnerable": ("anxious", 0.6),
    "urgency": ("anxious", 0.3),
    "satisfied": ("satisfied", 0.9),
    "thanks": ("satisfied", 0.45),
}

PATIENCE_COST: dict[CueKind, float] = {
    "anger": 22,
    "profanity": 12,
    "frustration": 14,
    "sarcasm": 10,
    "disappointment": 10,
    "shouting": 6,
    "anxiety": 5,
    "urgency": 3,
    "repeats_self": 12,
    "refuses_solution": 10,
    "broken_promise": 15,
    "long_wait": 10,
    "asks_for_supervisor": 12,
    "churn_threat": 14,
    "legal_threat": 16,
    "regulator_threat": 16,
    "public_threat": 14,
    "voice_raised": 12,
    "talk_over": 6,
    "long_silence": 3,
    "repeat_contact": 10,
    "earlier_escalation": 6,
    "promise_overdue": 15,
    "reassigned_again": 8,
    "reopened": 12,
    "unanswered": 8,
}
"""Points of patience (of 100) one unmistakable sign of each kind costs."""

PATIENCE_GAIN: dict[CueKind, float] = {"satisfied": 18, "thanks": 6}
_MOVES_PATIENCE = {**PATIENCE_COST, **PATIENCE_GAIN}
ANSWER_GIVES_BACK = 4.0
WAITING_COSTS_A_DAY = 12.0
WAITING_COSTS_AT_MOST = 24.0
UNANSWERED_COSTS_EACH = 4.0
UNANSWERED_COSTS_AT_MOST = 16.0

_DAY = 86_400.0


class JourneyPoint(msgspec.Struct, frozen=True, omit_defaults=True):
    """How the customer stood after one message (or after a change in the pattern around the conversation).

    ``sentiment`` runs from -1 (as bad as it gets) to 1, ``patience`` from 100 (all of it) to 0. ``why`` names what
    moved it most, in words a colleague would use; it is empty when nothing did.
    """

    message: str
    at: datetime
    channel: str = ""
    feeling: Feeling = "neutral"
    sentiment: float = 0.0
    patience: float = FULL_PATIENCE
    why: str = ""


def next_point(
    previous: JourneyPoint | None,
    cues: Iterable[Cue],
    *,
    message_id: str,
    at: datetime,
    channel: str = "",
    waited_seconds: float = 0.0,
    unanswered: int = 0,
    answered: bool = False,
) -> JourneyPoint:
    """The point that follows ``previous`` (None at the first message of a case).

    ``waited_seconds``: how long the customer has been waiting for us when this happens, since the previous point
    at the earliest, or the same wait would be charged twice. ``unanswered``: their messages before this one that
    nobody has answered. ``answered``: since the previous point we answered them or sent news.
    """
    seen = strongest_by_kind(cues)
    sentiment = _sentiment(previous, seen)
    return JourneyPoint(
        message=message_id,
        at=at,
        channel=channel,
        feeling=_feeling(previous, seen, sentiment),
        sentiment=round(sentiment, 3),
        patience=round(_patience(previous, seen, waited_seconds, unanswered, answered=answered), 1),
        why=_why(seen, waited_seconds, unanswered),
    )


def trend(points: Sequence[JourneyPoint]) -> Trend:
    """Where the last turns are heading, compared with as many before them."""
    width = min(TREND_OVER, len(points) // 2)
    if width == 0:
        return "same"
    step = _mean_sentiment(points[-width:]) - _mean_sentiment(points[-2 * width : -width])
    if step >= TREND_STEP:
        return "improving"
    return "declining" if step <= -TREND_STEP else "same"


def original_sentiment(points: Sequence[JourneyPoint]) -> float:
    """How the customer came to us. ``compress`` never drops the first point."""
    return points[0].sentiment if points else 0.0


def current_sentiment(points: Sequence[JourneyPoint]) -> float:
    """How they are now."""
    return points[-1].sentiment if points else 0.0


def compress(points: Sequence[JourneyPoint], most: int = MOST_POINTS) -> tuple[JourneyPoint, ...]:
    """At most ``most`` points (never fewer than six), in order.

    Kept are the first, the latest, the best and worst mood, the least patience, and then those where most changed.
    """
    most = max(most, 6)
    if len(points) <= most:
        return tuple(points)
    places = range(len(points))
    kept = {
        0,
        len(points) - 2,  # the change to the latest point is what the trend is read from
        len(points) - 1,
        min(places, key=lambda place: points[place].sentiment),
        max(places, key=lambda place: points[place].sentiment),
        min(places, key=lambda place: points[place].patience),
    }
    others = (place for place in places if place not in kept)
    kept.update(heapq.nlargest(most - len(kept), others, key=lambda place: (_turn(points, place), place)))
    return tuple(points[place] for place in sorted(kept))


def _sentiment(previous: JourneyPoint | None, seen: dict[CueKind, Cue]) -> float:
    before = previous.sentiment if previous else 0.0
    shown = _shown_sentiment(seen)
    if shown is None:
        return before * MOOD_FADES
    return shown if previous is None else shown * (1 - MOOD_STAYS) + before * MOOD_STAYS


def _shown_sentiment(seen: dict[CueKind, Cue]) -> float | None:
    """What this message alone says, or None when it shows no feeling."""
    unhappy = distress(seen.values())
    happy = max(
        (_FEELING_OF[kind][1] * seen[kind].strength for kind in PATIENCE_GAIN if kind in seen), default=0.0
    )
    return happy * (1 - unhappy) - unhappy if unhappy or happy else None


def _feeling(previous: JourneyPoint | None, seen: dict[CueKind, Cue], sentiment: float) -> Feeling:
    """The strongest feeling shown now; without one, the earlier feeling for as long as the mood lasts."""
    shown: dict[Feeling, float] = {}
    for kind, cue in seen.items():
        if kind in _FEELING_OF:
            feeling, weight = _FEELING_OF[kind]
            shown[feeling] = max(shown.get(feeling, 0.0), weight * cue.strength)
    if len(shown) > 1:
        shown.pop("satisfied", None)  # "thanks, but I am still furious" is not satisfied
    strongest = max(shown, key=lambda feeling: shown[feeling], default=None)
    if strongest is not None and shown[strongest] >= FELT_FROM:
        return strongest
    return previous.feeling if previous and abs(sentiment) >= FELT_FROM else "neutral"


def _patience(
    previous: JourneyPoint | None,
    seen: dict[CueKind, Cue],
    waited_seconds: float,
    unanswered: int,
    *,
    answered: bool,
) -> float:
    left = previous.patience if previous else FULL_PATIENCE
    cost = sum(PATIENCE_COST.get(kind, 0.0) * cue.strength for kind, cue in seen.items())
    cost += min(max(waited_seconds, 0.0) / _DAY * WAITING_COSTS_A_DAY, WAITING_COSTS_AT_MOST)
    cost += min(max(unanswered, 0) * UNANSWERED_COSTS_EACH, UNANSWERED_COSTS_AT_MOST)
    gain = sum(PATIENCE_GAIN.get(kind, 0.0) * cue.strength for kind, cue in seen.items())
    gain += ANSWER_GIVES_BACK if answered else 0.0
    return min(max(left - cost + gain, 0.0), FULL_PATIENCE)


def _why(seen: dict[CueKind, Cue], waited_seconds: float, unanswered: int) -> str:
    cue = max(seen.values(), key=lambda cue: _MOVES_PATIENCE.get(cue.kind, 0.0) * cue.strength, default=None)
    reasons = (
        [f"{cue.kind.replace('_', ' ')}: {cue.quote}" if cue.quote else cue.kind.replace("_", " ")]
        if cue
        else []
    )
    if waited_seconds >= _DAY / 24:
        reasons.append(f"waited {_roughly(waited_seconds)}")
    if unanswered > 0:
        reasons.append(f"{unanswered} unanswered")
    return "; ".join(reasons)


def _roughly(seconds: float) -> str:
    return f"{seconds / _DAY:.0f} days" if seconds >= 2 * _DAY else f"{seconds / 3600:.0f} h"


def _mean_sentiment(points: Sequence[JourneyPoint]) -> float:
    return sum([point.sentiment for point in points]) / len(points)


def _turn(points: Sequence[JourneyPoint], place: int) -> float:
    """How much this point differs from the one before it."""
    here, before = points[place], points[place - 1]
    other_feeling = 0.25 if here.feeling != before.feeling else 0.0
    return abs(here.sentiment - before.sentiment) + abs(here.patience - before.patience) / 100 + other_feeling
