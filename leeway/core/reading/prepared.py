"""A message made ready to be read: cleaned, folded and matched once against the words of its side."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple, TypeVar, cast

from leeway.core.reading.phrases import DIGIT_WORD, OtherRules, Phrases, Rule
from leeway.core.reading.tokens import clean, fold, places_of
from leeway.core.reading.words import Section, Side

_HAS_DIGIT = re.compile(r"[0-9]")
# A sentence ends at its punctuation when a space follows: "45.50" and "a.b@c.example" are not ends.
_SENTENCE_END = re.compile(r"[!?\u2026\n]+|\.+(?=\s|\Z)|\u00bf|\u00a1")
_ABBREVIATION = re.compile(
    r"(?:\b(?:no|nr|ref|mr|mrs|ms|dr|st|approx|tel|ext|sr|sra|num)|\b[a-z](?:\.[a-z])?)\Z"
)


MOST_HITS = 120
"""So many findings of one section are looked at; a message with more is a pasted list or an attack, not a letter."""

Found = TypeVar("Found")


class Hit(NamedTuple):
    """A rule that matched, and where."""

    rule: Rule
    match: re.Match[str]


class Prepared:
    """A message ready for its readers. ``text`` is what quotes are cut from: as received, but safe to store.

    Offsets into ``text`` are offsets into the message as received; only NUL, broken Unicode and the digits of a
    payment card number have been replaced, each by one character. ``words`` are its different words, in order.
    """

    __slots__ = (
        "_begins",
        "_candidates",
        "_content",
        "_ends",
        "_found",
        "_once",
        "_places",
        "_present",
        "fold",
        "has_digit",
        "phrases",
        "text",
        "words",
    )

    def __init__(self, text: str, phrases: Phrases, side: Side) -> None:
        self.text = clean(text)
        self.fold = fold(self.text)
        self.phrases = phrases
        self._places = places_of(self.fold)
        self.words = tuple(self._places)
        self.has_digit = _HAS_DIGIT.search(self.fold) is not None
        if self.has_digit:
            self._places[DIGIT_WORD] = sorted(
                start for word, starts in self._places.items() if word[0].isdigit() for start in starts
            )
        self._present = frozenset(self._places)
        self._candidates = phrases.candidates(side, self._present)
        self._found: dict[Section, tuple[Hit, ...]] = {}
        self._once: dict[object, object] = {}
        self._begins: dict[frozenset[str] | None, list[int]] = {}
        self._content: tuple[str, ...] | None = None
        self._ends: list[int] | None = None

    def hits(self, section: Section) -> tuple[Hit, ...]:
        """What the rules of a section find, rule by rule. Several readers may ask; it is looked for once."""
        hits = self._found.get(section)
        if hits is None:
            rules = self._candidates.get(section)
            hits = self._found[section] = tuple(self._search(rules)) if rules else ()
        return hits

    def others(self, rules: OtherRules) -> tuple[Hit, ...]:
        """What rules of another file of this language find here, rule by rule (the reader of drafts has its own)."""
        return tuple(self._search(rules.candidates(self._present)))

    def _search(self, rules: list[Rule]) -> list[Hit]:
        hits: list[Hit] = []
        folded, begins = self.fold, self._begins
        for rule in rules:
            firsts = rule.firsts
            starts = begins[firsts] if firsts in begins else self._beginnings(firsts)
            if not starts:
                continue
            match_at, behind = rule.pattern.match, 0
            for start in starts:
                if start >= behind and (match := match_at(folded, start)) is not None:
                    behind = match.end()
                    hits.append(Hit(rule, match))
                    if len(hits) == MOST_HITS:
                        return hits
        return hits

    def _beginnings(self, firsts: frozenset[str] | None) -> list[int]:
        """Where a rule is worth trying: where one of its first words stands, in order. Many rules begin alike."""
        there = self._present if firsts is None else firsts & self._present
        if len(there) == 1:
            starts = self._places[next(iter(there))]
        else:
            starts = sorted({start for word in there for start in self._places[word]}) if there else []
        self._begins[firsts] = starts
        return starts

    def once(self, key: object, find: Callable[[], Found]) -> Found:
        """The outcome of a reading that several readers need, computed for the first of them."""
        if key not in self._once:
            self._once[key] = find()
        return cast("Found", self._once[key])

    def may_hold(self, section: Section) -> bool:
        """Whether any rule of the section is worth trying. Nearly free."""
        return section in self._candidates

    def content_words(self) -> tuple[str, ...]:
        """The words that may say what the message is about: no stop words, no numbers, three letters at least."""
        if self._content is None:
            stop = self.phrases.stop_words
            self._content = tuple(
                word for word in self.words if len(word) > 2 and word not in stop and not word[0].isdigit()
            )
        return self._content

    def sentence(self, at: int) -> tuple[int, int]:
        """Start and end of the sentence around an offset; the end includes its punctuation."""
        ends = self.sentence_ends()
        number = bisect_right(ends, at)
        start = ends[number - 1] if number else 0
        return start, ends[number] if number < len(ends) else len(self.text)

    def sentence_ends(self) -> list[int]:
        """Offsets just behind each sentence."""
        if self._ends is None:
            self._ends = [
                mark.end() for mark in _SENTENCE_END.finditer(self.fold) if not self._is_abbreviation(mark)
            ] + [len(self.text)]
        return self._ends

    def _is_abbreviation(self, mark: re.Match[str]) -> bool:
        if mark.group() != ".":
            return False
        return _ABBREVIATION.search(self.fold, max(0, mark.start() - 8), mark.start()) is not None

    def is_denied(self, start: int) -> bool:
        """Whether the words right before an offset take back what follows: "I don't want a refund"."""
        negation = self.phrases.listed("negation")
        if negation is None:
            return False
        begin = max(self.sentence(start)[0], start - 24)
        last = max((match.end() for match in negation.finditer(self.fold, begin, start)), default=None)
        if last is None:
            return False
        between = self.fold[last:start].split()
        joins = self.phrases.words.lists.get(
            "joins", ()
        )  # "has not arrived and I want": a new clause denies nothing
        return len(between) <= 2 and not any("," in word or word in joins for word in between)

    def quote(self, start: int, end: int) -> str:
        """The words between two offsets."""
        return self.text[start:end]


SHORT_TEXT = 200
KEPT_TEXTS = 1_000
"""Short messages that are kept ready: bots and macros say the same words again and again, and so do "ok, thanks". The
reading of a text depends on the text and the language alone, so what is kept never grows old.
"""


def prepare(text: str, phrases: Phrases, side: Side) -> Prepared:
    """Make a message ready to be read as its side's words. Takes any text and never raises."""
    return _kept(text, phrases, side) if len(text) <= SHORT_TEXT else Prepared(text, phrases, side)


@lru_cache(maxsize=KEPT_TEXTS)
def _kept(text: str, phrases: Phrases, side: Side) -> Prepared:
    return Prepared(text, phrases, side)
