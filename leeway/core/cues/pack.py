"""A cue pack: what a language's file says, and the same made ready for reading."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from leeway.core.cue import CUE_KINDS, CueKind
from leeway.core.cues.negation import Negation
from leeway.core.cues.pattern import Sequence, words_in
from leeway.core.cues.phrases import PhraseFinder
from leeway.core.cues.tokens import Vocabulary
from leeway.core.cues.tone import Tone

WhenNegated: TypeAlias = Literal["drop", "keep"] | CueKind

WORD_KINDS: frozenset[str] = CUE_KINDS & {
    "anger",
    "frustration",
    "disappointment",
    "anxiety",
    "sarcasm",
    "profanity",
    "satisfied",
    "thanks",
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
}
"""Kinds a pack can have phrases for. Shouting is heard without words; voice and pattern cues come from elsewhere."""

STRENGTHS: dict[str, float] = {"strong": 0.9, "clear": 0.65, "mild": 0.4}
"""What the words in a pack mean in numbers."""


class Phrase(msgspec.Struct, frozen=True):
    """One phrase of one kind. With ``excludes`` it is the opposite: within it, the kind is not meant.

    A phrase without a kind (``excludes`` only) marks words in which a "not" negates nothing.
    """

    pattern: Sequence
    kind: CueKind | None
    strength: float = 0.0
    excludes: bool = False


class CueData(msgspec.Struct, frozen=True, kw_only=True):
    """What a language's file says about cues, read and checked."""

    language: str
    version: int
    phrases: tuple[Phrase, ...]
    when_negated: dict[CueKind, WhenNegated] = {}
    negation: Negation = Negation()
    emphasis: dict[str, float] = {}
    """Words in front of a sign that make it stronger (above 1) or weaker (below 1)."""
    spellings: dict[str, str] = {}
    numbers: tuple[str, ...] = ()
    ordinals: tuple[str, ...] = ()
    ordinal_endings: tuple[str, ...] = ()
    tone: Tone = Tone()


class CuePack(msgspec.Struct, frozen=True):
    """The data with its automaton. Make it with ``compile_pack``, once; reading with it changes nothing."""

    data: CueData
    vocabulary: Vocabulary
    finder: PhraseFinder

    @property
    def language(self) -> str:
        return self.data.language

    @property
    def version(self) -> int:
        return self.data.version


def compile_pack(data: CueData) -> CuePack:
    symbols = _symbols(data)
    # A phrase may name a number ("5 stars"); that one is still a number to every other phrase.
    numbers = (*data.numbers, *(word for word in symbols if word.isdecimal()))
    return CuePack(
        data=data,
        vocabulary=Vocabulary(symbols, data.ordinal_endings),
        finder=PhraseFinder((phrase.pattern for phrase in data.phrases), numbers, data.ordinals),
    )


def _symbols(data: CueData) -> dict[str, str]:
    """Every word that means something to this pack, as itself or as what it is a spelling of."""
    words: set[str] = set(data.numbers) | set(data.ordinals) | set(data.emphasis)
    words |= data.negation.words | data.negation.close_words | data.negation.stops
    words |= set(data.tone.words) | set(data.tone.negated)
    for phrase in data.phrases:
        words |= words_in(phrase.pattern)
    return {word: word for word in words} | data.spellings
