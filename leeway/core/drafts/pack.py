"""What a language says about drafts: phrases, rewrites, words of the trade. As data, and made ready to read with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from leeway.core.cue import CueKind
from leeway.core.cues.pack import CuePack
from leeway.core.drafts.finding import FindingKind
from leeway.core.drafts.tone import PoliteTone
from leeway.core.reading.phrases import OtherRules, Phrases, Rule, compile_apart

Quote = Literal["sentence", "clause", "words"]

SAID_KINDS: tuple[FindingKind, ...] = (
    "negative_phrasing",
    "blame",
    "dismissive",
    "false_empathy",
    "over_promise",
)
"""Kinds that are found by what a draft says. The others see what it lacks, or compare it with the matter."""

MARKS = (
    "acknowledged",
    "forward",
    "standing_still",
    "instruction",
    "manners",
    "verifying",
    "emergency",
    "asks_above",
    "not_given",
    "whole_sum",
    "giving",
    "promised",
    "vague",
    "timely",
    "conditional",
    "asking",
    "another",
    "promising",
    "offering",
    "event",
    "refusing",
    "future",
)


DEFAULT_DUE = "{weekday} {day} {month} {time}"


class DraftRule(msgspec.Struct, frozen=True, omit_defaults=True):
    """Phrases of one kind. ``stands``: a refusal stands whatever follows ("yes") or only with nothing else said.

    ``needs`` names a mark that must be in the same sentence.
    """

    say: tuple[str, ...]
    rewrite: tuple[str, ...] = ()
    but_not: tuple[str, ...] = ()
    quote: Quote = "sentence"
    stands: bool = False
    needs: str = ""


class SaidKind(msgspec.Struct, frozen=True, omit_defaults=True):
    why: str
    rules: tuple[DraftRule, ...]
    rewrite: tuple[str, ...] = ()
    but_not: tuple[str, ...] = ()


class KnownFact(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something one may ask for: under which keys it may be known, its name, and the words that ask for it."""

    keys: tuple[str, ...]
    label: str
    ask: tuple[str, ...]


class Text(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why, and what to say, for a finding that is made and not found. The first whose blanks can be filled is said."""

    why: str = ""
    say: tuple[str, ...] = ()
    otherwise: tuple[str, ...] = ()


class DraftData(msgspec.Struct, frozen=True, kw_only=True):
    """What a language's file says about drafts, read and checked."""

    language: str
    version: int
    lists: dict[str, list[str]] = {}
    marks: dict[str, tuple[str, ...]] = {}
    trouble: tuple[str, ...] = ()
    heated: tuple[str, ...] = ()
    question: tuple[str, ...] = ()
    kinds: dict[FindingKind, SaidKind] = {}
    texts: dict[str, Text] = {}
    due: str = DEFAULT_DUE
    acknowledge: dict[CueKind, str] = {}
    acknowledge_other: str = ""
    facts: dict[str, KnownFact] = {}
    jargon: dict[str, str] = {}
    known_short: frozenset[str] = frozenset()
    articles: tuple[str, ...] = ()
    """The indefinite article, and the one before a vowel; empty where there is nothing to change."""


class DraftPack(msgspec.Struct, frozen=True):
    """The data with its patterns and the language's own words. Make it with ``compile_drafts``, once."""

    data: DraftData
    phrases: Phrases
    cues: CuePack
    said: OtherRules
    marks: OtherRules
    facts: OtherRules
    trouble: OtherRules
    exact: re.Pattern[str] | None
    loose: re.Pattern[str] | None
    tone: PoliteTone

    @property
    def language(self) -> str:
        return self.data.language

    def rules(self) -> list[Rule]:
        """Every rule, for whoever compiles them before they are wanted."""
        return [rule for part in (self.said, self.marks, self.facts, self.trouble) for rule in part.rules()]


def compile_drafts(
    data: DraftData, phrases: Phrases, cues: CuePack, tone: PoliteTone | None = None
) -> DraftPack:
    """Ready to read with. Raises ``PhraseError`` for a phrase that can't be understood."""

    def rules(wanted: Iterable[tuple[str, tuple[str, ...]]]) -> OtherRules:
        return compile_apart(phrases, data.lists, dict(wanted))

    terms = sorted(data.jargon, key=len, reverse=True)
    return DraftPack(
        data=data,
        phrases=phrases,
        cues=cues,
        said=rules(_said(data)),
        marks=rules(data.marks.items()),
        facts=rules((name, fact.ask) for name, fact in data.facts.items()),
        trouble=rules([("trouble", data.trouble), ("heated", data.heated), ("question", data.question)]),
        exact=_any_of([term for term in terms if _is_short_form(term)], 0),
        loose=_any_of([term for term in terms if not _is_short_form(term)], re.IGNORECASE),
        tone=tone or PoliteTone(),
    )


def _said(data: DraftData) -> Iterator[tuple[str, tuple[str, ...]]]:
    for kind, said in data.kinds.items():
        yield f"{kind}!", said.but_not
        for number, rule in enumerate(said.rules):
            yield f"{kind}/{number}", rule.say
            yield f"{kind}/{number}!", rule.but_not


def _is_short_form(term: str) -> bool:
    """A short form is one by its capitals: "DC" is a warehouse, "dc" nothing."""
    return term.upper() == term


def _any_of(terms: list[str], flags: int) -> re.Pattern[str] | None:
    if not terms:
        return None
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, terms))})(?:s|es)?(?![\w-])", flags)
