"""Learn the weights of the tone score of drafts from rated requests, and say honestly how well it ranks.

``tools/fit_polite.py`` is the command. The politest quarter of the texts stands against the rudest; a fifth of all
texts, chosen by their own words, is never learned from, and the figure that counts is made on it. Names of groups of
people get no weight, whatever the data say.
"""

from __future__ import annotations

import csv
import hashlib
import html
import math
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from leeway.core.drafts.tone import ORDINARY_LENGTH, PoliteTone, tone_features, tone_of
from leeway.learn.evaluate_cues import BadLine, area_under_curve
from leeway.learn.fit_tone import NO_WEIGHT

ROUNDS = 12
STEP = 0.12
FEWEST_TEXTS = 5
MOST_WEIGHTS = 1_500
PULL_TO_NOTHING = 0.002
SEED = 1
FOLDS = 5
SMALLEST = 0.04
"""A weight below says nothing and is not kept."""


class RatedText(msgspec.Struct, frozen=True):
    text: str
    polite: int


class ToneReport(msgspec.Struct, frozen=True):
    """Areas under the curve. ``held_out_auc``: the shipped weights on the fifth they were not learned from.

    ``cross_validated_auc``: weights learned anew five times, each judged on the fifth it did not see. ``all_auc``
    includes the texts the shipped weights were learned from and flatters them.
    """

    texts: int
    held_out: int
    held_out_auc: float | None
    cross_validated_auc: float | None
    all_auc: float | None


def read_rated(path: Path) -> list[RatedText]:
    """The politest and the rudest quarter of a file with the columns ``Request`` and ``Normalized Score``.

    Lines whose score can't be read (a known flaw of the corpus) are passed over. Raises ``BadLine`` without
    the columns.
    """
    with path.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines)
        if not {"Request", "Normalized Score"} <= set(rows.fieldnames or ()):
            raise BadLine(str(path), 1, "a header with the columns Request and Normalized Score")
        rated = [
            (score, row["Request"]) for row in rows if (score := _number(row["Normalized Score"])) is not None
        ]
    rated.sort()
    quarter = len(rated) // 4
    rudest, politest = rated[:quarter], rated[len(rated) - quarter :]
    return [
        RatedText(html.unescape(text), polite)
        for part, polite in ((rudest, 0), (politest, 1))
        for _, text in part
    ]


def _number(shown: str | None) -> float | None:
    try:
        value = float(shown or "")
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def fold_of(text: str) -> int:
    """Which fifth a text belongs to, by its own words: the same on every machine."""
    return hashlib.sha256(text.encode()).digest()[0] % FOLDS


def learned_from(rows: Iterable[RatedText]) -> list[RatedText]:
    """What the shipped weights are learned from: all but the first fifth."""
    return [row for row in rows if fold_of(row.text) != 0]


def evaluate_tone(rows: Sequence[RatedText], tone: PoliteTone) -> ToneReport:
    held = [row for row in rows if fold_of(row.text) == 0]
    crossed: list[tuple[float, int]] = []
    for number in range(FOLDS):
        refitted = fit_polite([row for row in rows if fold_of(row.text) != number])
        crossed += [(tone_of(refitted, row.text), row.polite) for row in rows if fold_of(row.text) == number]
    return ToneReport(
        texts=len(rows),
        held_out=len(held),
        held_out_auc=_auc([(tone_of(tone, row.text), row.polite) for row in held]),
        cross_validated_auc=_auc(crossed),
        all_auc=_auc([(tone_of(tone, row.text), row.polite) for row in rows]),
    )


def _auc(pairs: Sequence[tuple[float, int]]) -> float | None:
    area = area_under_curve([score for score, _ in pairs], [polite for _, polite in pairs])
    return None if area is None else round(area, 4)


def fit_polite(rows: Sequence[RatedText]) -> PoliteTone:
    """Logistic regression by stochastic gradient descent with a step of its own for every feature (AdaGrad)."""
    examples = [(tone_features(row.text), row.polite) for row in rows]
    counts = Counter(feature for features, _ in examples for feature in features if _may_weigh(feature))
    known = {feature for feature, count in counts.items() if count >= FEWEST_TEXTS}
    _, weights = _descend(examples, known)
    telling = sorted(known, key=lambda one: (-abs(weights[one]) * math.sqrt(min(counts[one], 50)), one))
    bias, weights = _descend(examples, set(telling[:MOST_WEIGHTS]))
    kept = {one: round(weight, 2) for one, weight in sorted(weights.items()) if abs(weight) >= SMALLEST}
    return PoliteTone(round(bias, 3), kept)


def _may_weigh(feature: str) -> bool:
    return not any(word in NO_WEIGHT for word in feature.lstrip("^").split())


def _descend(
    examples: Sequence[tuple[frozenset[str], int]], known: set[str]
) -> tuple[float, dict[str, float]]:
    rows = [(tuple(sorted(features & known)), len(features), label) for features, label in examples]
    chance = random.Random(SEED)  # noqa: S311  (an order of examples, no secret)
    weights: defaultdict[str, float] = defaultdict(float)
    squares: defaultdict[str, float] = defaultdict(lambda: 0.01)
    bias = 0.0
    for turn in range(ROUNDS):
        chance.shuffle(rows)
        step = STEP / (1 + turn / 2)
        for features, length, label in rows:
            damping = min(1.0, math.sqrt(ORDINARY_LENGTH / max(length, 1)))
            total = bias + damping * sum(weights[feature] for feature in features)
            error = 1 / (1 + math.exp(-max(-30.0, min(30.0, total)))) - label
            bias -= step * error / 50
            for feature in features:
                slope = error * damping + PULL_TO_NOTHING * weights[feature]
                squares[feature] += slope * slope
                weights[feature] -= step * slope / math.sqrt(squares[feature])
    return bias, dict(weights)
