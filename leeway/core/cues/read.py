"""Read one message: words, phrases, negation, emphasis, shouting, tone. A few small machines in a row."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property

import msgspec

from leeway.core.cue import Cue, CueKind
from leeway.core.cues.negation import is_negated
from leeway.core.cues.pack import CuePack, Phrase
from leeway.core.cues.phrases import Hit
from leeway.core.cues.shouting import find_shouting
from leeway.core.cues.tokens import READ_LIMIT, TOKEN, fold, is_elongated
from leeway.core.cues.tone import tone_of
from leeway.core.cues.weigh import distress

MOST_OF_A_KIND = 5
"""Cues of one kind kept from one message, the strongest: the sixth curse adds nothing but weight."""

NEGATED_STRENGTH = 0.8
"""What is left of the strength when a negation turns one kind into another ("not happy")."""
CAPITALS_EMPHASIS = 1.15
DRAWN_OUT_EMPHASIS = 1.15
EXCLAMATION_EMPHASIS = 1.1
DISTRESS_LOG_ODDS = 2.5
"""What full distress adds to the log-odds of the tone."""
EMPHASIS_REACH = 2
"""Words in front of a sign in which an intensifier still belongs to it."""

_GOOD: frozenset[str] = frozenset({"satisfied", "thanks"})


class Reading(msgspec.Struct, frozen=True):
    """What one message shows: explicit cues in the order of the text, and the tone of the whole (0 to 1)."""

    cues: tuple[Cue, ...] = ()
    tone: float = 0.0

    @property
    def score(self) -> float:
        """How upset the writer is, 0 to 1, cues and tone together. Dense: two messages hardly ever tie."""
        tone = min(max(self.tone, 1e-9), 1 - 1e-9)
        odds = tone / (1.0 - tone) * math.exp(DISTRESS_LOG_ODDS * distress(self.cues))
        return odds / (1.0 + odds)


def read(pack: CuePack, text: str) -> Reading:
    """Everything the pack sees in a message. Only the first ``READ_LIMIT`` characters are read."""
    text = text[:READ_LIMIT]
    folded = fold(text)
    symbols = pack.vocabulary.symbols_of(TOKEN.findall(folded))
    return Reading(
        _cues(pack, text, folded, symbols), tone_of(pack.data.tone, symbols, text, pack.data.negation)
    )


def read_cues(pack: CuePack, text: str) -> tuple[Cue, ...]:
    """The cues alone, sorted by where they start. For every cue ``text[cue.start:cue.end] == cue.quote``."""
    text = text[:READ_LIMIT]
    folded = fold(text)
    return _cues(pack, text, folded, pack.vocabulary.symbols_of(TOKEN.findall(folded)))


def _cues(pack: CuePack, text: str, folded: str, symbols: list[str]) -> tuple[Cue, ...]:
    cues = find_shouting(text)
    hits = pack.finder.find(symbols)
    if hits and any(not pack.data.phrases[hit.phrase].excludes for hit in hits):
        cues.extend(_Sentence(pack, text, folded, symbols).cues(hits))
    if len(cues) > MOST_OF_A_KIND:
        cues = _strongest(cues)
    if len(cues) > 1:
        cues.sort(key=lambda cue: (cue.start, cue.end, cue.kind))
    return tuple(cues)


def _strongest(cues: list[Cue]) -> list[Cue]:
    by_kind: dict[CueKind, list[Cue]] = defaultdict(list)
    for cue in sorted(cues, key=lambda cue: (-cue.strength, cue.start)):
        if len(by_kind[cue.kind]) < MOST_OF_A_KIND:
            by_kind[cue.kind].append(cue)
    return [cue for kept in by_kind.values() for cue in kept]


class _Sentence:
    """The words of one message in which some phrase was found, with what is needed to judge the finds."""

    def __init__(self, pack: CuePack, text: str, folded: str, symbols: list[str]) -> None:
        self._data = pack.data
        self._text = text
        self._folded = folded
        self._symbols = symbols

    @cached_property
    def _spans(self) -> list[tuple[int, int]]:
        """Where each word stands. Worked out only here, as most messages hold no phrase at all."""
        return [token.span() for token in TOKEN.finditer(self._folded)]

    @cached_property
    def _all_capitals(self) -> bool:
        return self._text.isupper()

    def cues(self, hits: list[Hit]) -> Iterator[Cue]:
        phrases = self._data.phrases
        not_meant: dict[CueKind | None, set[int]] = defaultdict(set)
        for hit in hits:
            if phrases[hit.phrase].excludes:
                not_meant[phrases[hit.phrase].kind].update(range(hit.start, hit.end))
        meant = [
            hit
            for hit in hits
            if not phrases[hit.phrase].excludes
            and not_meant[phrases[hit.phrase].kind].isdisjoint(range(hit.start, hit.end))
        ]
        harmless = frozenset(not_meant[None])
        for hit in _without_swallowed_praise(_longest_of_each_kind(meant, phrases), phrases):
            kind, strength = self._after_negation(hit, phrases[hit.phrase], harmless)
            if kind is not None and not_meant[kind].isdisjoint(range(hit.start, hit.end)):
                yield self._cue(hit, kind, strength)

    def _after_negation(
        self, hit: Hit, phrase: Phrase, harmless: frozenset[int]
    ) -> tuple[CueKind | None, float]:
        """What is left of a find when a "not" stands before it: the same, another kind, or nothing (None)."""
        if phrase.kind is None or not is_negated(self._symbols, hit.start, self._data.negation, harmless):
            return phrase.kind, phrase.strength
        instead = self._data.when_negated.get(phrase.kind, "drop")
        if instead == "keep":
            return phrase.kind, phrase.strength
        return (None, 0.0) if instead == "drop" else (instead, phrase.strength * NEGATED_STRENGTH)

    def _cue(self, hit: Hit, kind: CueKind, strength: float) -> Cue:
        start, end = self._spans[hit.start][0], self._spans[hit.end - 1][1]
        strength = min(strength * self._emphasis(hit, start, end), 1.0)
        return Cue(kind, round(strength, 3), self._text[start:end], start, end)

    def _emphasis(self, hit: Hit, start: int, end: int) -> float:
        factor = 1.0
        for symbol in self._symbols[max(hit.start - EMPHASIS_REACH, 0) : hit.start]:
            factor *= self._data.emphasis.get(symbol, 1.0)
        quote = self._text[start:end]
        if len(quote) >= 4 and quote.isupper() and not self._all_capitals:
            factor *= CAPITALS_EMPHASIS
        if is_elongated(self._folded[start:end]):
            factor *= DRAWN_OUT_EMPHASIS
        if self._text[end : end + 1] == "!":
            factor *= EXCLAMATION_EMPHASIS
        return factor


def _longest_of_each_kind(hits: list[Hit], phrases: tuple[Phrase, ...]) -> list[Hit]:
    """Of overlapping finds of the same kind the longest span, with the strongest phrase among them."""
    last: dict[CueKind | None, int] = {}
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
        phrase = phrases[hit.phrase]
        place = last.get(phrase.kind)
        if place is None or hit.start >= kept[place].end:
            last[phrase.kind] = len(kept)
            kept.append(hit)
        elif phrase.strength > phrases[kept[place].phrase].strength:
            kept[place] = kept[place]._replace(phrase=hit.phrase)
    return kept


def _without_swallowed_praise(hits: list[Hit], phrases: tuple[Phrase, ...]) -> Iterable[Hit]:
    """Kind words inside a complaint are not kind: the "thanks" of "thanks for nothing"."""
    complained: set[int] = set()
    for hit in hits:
        if phrases[hit.phrase].kind not in _GOOD:
            complained.update(range(hit.start, hit.end))
    return (
        hit
        for hit in hits
        if phrases[hit.phrase].kind not in _GOOD or complained.isdisjoint(range(hit.start, hit.end))
    )
