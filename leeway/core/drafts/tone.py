"""The tone of a draft by itself: how polite and friendly it sounds, 0 to 1. Plain features, fitted weights.

What is looked at can be read off: single words, pairs of neighbours, the first words of the text, its marks. The
weights are learned by ``leeway.learn.fit_polite`` and stand in a file; one number comes out, and no page judges a
person by it.
"""

from __future__ import annotations

import math
from itertools import pairwise

import msgspec

from leeway.core.cues.tokens import READ_LIMIT, TOKEN, fold

ORDINARY_LENGTH = 45
"""Features. The sum over a longer text is damped, so that length alone says little."""


class PoliteTone(msgspec.Struct, frozen=True):
    """Weights in log-odds of a text being among the politest rather than the rudest."""

    bias: float = 0.0
    weights: dict[str, float] = {}


def tone_features(text: str) -> frozenset[str]:
    """Words, pairs ("thank you"), what the text begins with ("^could you") and how many questions it asks."""
    tokens = TOKEN.findall(fold(text[:READ_LIMIT]))
    words = [token for token in tokens if token[0].isalpha()]
    found = set(words)
    found.update(f"{one} {two}" for one, two in pairwise(tokens) if one[0].isalpha() and two[0].isalpha())
    found.update(f"^{' '.join(words[:count])}" for count in (1, 2) if len(words) >= count)
    marks = text.count("?")
    found.add(f"?{min(marks, 3)}")
    found.update(mark for mark in ("!", "...", ":)") if mark in text)
    return frozenset(found)


def tone_of(tone: PoliteTone, text: str) -> float:
    """How polite a text sounds, 0 to 1; 0.5 for one that says nothing either way."""
    found = tone_features(text)
    # fsum, as the order of a set differs between runs and the same text must give the same number
    total = math.fsum(tone.weights[feature] for feature in found if feature in tone.weights)
    total *= min(1.0, math.sqrt(ORDINARY_LENGTH / max(len(found), 1)))
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, tone.bias + total))))
