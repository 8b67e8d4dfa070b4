"""What "not" reaches: "I am not angry", but "no, I am angry" and "you did not call and I am angry"."""

from __future__ import annotations

import msgspec

from leeway.core.cues.tokens import PAUSE, SENTENCE_END


class Negation(msgspec.Struct, frozen=True):
    """The negating words of a language and where their reach ends.

    ``words`` reach over the next few words (``reach``), ``close_words`` only to the next one ("no complaints").
    ``stops`` begin a new thought, which the negation does not reach into ("and", "because", "I").
    """

    words: frozenset[str] = frozenset()
    close_words: frozenset[str] = frozenset()
    stops: frozenset[str] = frozenset()
    reach: int = 3


def is_negated(symbols: list[str], start: int, rules: Negation, harmless: frozenset[int]) -> bool:
    """Whether the words from place ``start`` on stand within the reach of a negation.

    ``harmless`` are places of negating words that negate nothing here ("not only", "can't be more").
    """
    for distance in range(1, rules.reach + 1):
        place = start - distance
        if place < 0:
            return False
        symbol = symbols[place]
        if symbol in (SENTENCE_END, PAUSE):
            return False
        if place not in harmless and (
            symbol in rules.words or (distance == 1 and symbol in rules.close_words)
        ):
            return True
        if symbol in rules.stops:
            return False
    return False


def negated_places(symbols: list[str], rules: Negation) -> list[bool]:
    """For every word whether it is in the reach of a negation before it. One walk, for the tone of a message."""
    negated = []
    left = 0
    words, close_words, stops = rules.words, rules.close_words, rules.stops
    for symbol in symbols:
        if symbol in stops or symbol in (SENTENCE_END, PAUSE):
            left = 0
        negated.append(left > 0)
        left -= 1
        if symbol in words:
            left = rules.reach
        elif symbol in close_words:
            left = max(left, 1)
    return negated
