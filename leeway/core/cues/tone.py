"""The tone of a whole message: small learned weights of ordinary words, added up.

Cues are explicit evidence and shown to people. Most messages carry none and still do not sound alike; the tone
ranks those too. It is one number behind the scenes: nothing a person sees hangs on a single word's weight.
"""

from __future__ import annotations

import math

import msgspec

from leeway.core.cues.negation import Negation, negated_places

ORDINARY_LENGTH = 30
"""Words. The weights were learned on messages about this long; the sum over a longer one is damped."""


class Tone(msgspec.Struct, frozen=True):
    """Weights in log-odds. ``negated`` holds those of a word within a negation's reach ("not happy").

    The keys ``!`` and ``?`` in ``words`` stand for a message with such a mark.
    """

    bias: float = 0.0
    words: dict[str, float] = {}
    negated: dict[str, float] = {}


def tone_features(symbols: list[str], text: str, negation: Negation) -> tuple[set[str], set[str]]:
    """What the weights are looked up for: plain words and marks, and words in the reach of a negation."""
    plain = {mark for mark in "!?" if mark in text}
    negated: set[str] = set()
    if negation.words.isdisjoint(symbols) and negation.close_words.isdisjoint(symbols):
        plain.update(symbols)
    else:
        for symbol, reached in zip(symbols, negated_places(symbols, negation), strict=True):
            (negated if reached else plain).add(symbol)
    return plain, negated


def tone_of(tone: Tone, symbols: list[str], text: str, negation: Negation) -> float:
    """How upset a message sounds, 0 to 1: the probability under the weights."""
    plain, negated = tone_features(symbols, text, negation)
    # fsum, as the order of a set differs between runs and a replay must give the same number
    total = math.fsum([tone.words[word] for word in plain if word in tone.words])
    total += math.fsum([tone.negated[word] for word in negated if word in tone.negated])
    if len(symbols) > ORDINARY_LENGTH:
        total *= math.sqrt(ORDINARY_LENGTH / len(symbols))
    return 1.0 / (1.0 + math.exp(-tone.bias - total))
