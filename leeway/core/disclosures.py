"""Must say, must not say: which statements a case owes, and whether a text makes them.

Used twice: on what was said, to record it with its evidence, and on a draft, before it is said
(``unsaid``, ``forbidden``). A statement is found by one of its wordings, or, for a compulsory one, by most of its words
close together: nobody recites. A negation right before ("this chat is not recorded") says something else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from math import ceil
from typing import Literal, NamedTuple

from leeway.core.case import Case
from leeway.core.disclosure import Disclosure, DisclosureRecord
from leeway.core.policy import Policy
from leeway.core.reading.phrases import phrase_pattern
from leeway.core.reading.tokens import clean, fold, words_of

NEAR = 0.7
"""The share of a statement's own words that must stand close together."""

FEWEST_WORDS = 4
"""Of a shorter statement all its words must be there; one of a single word has to be made as it is written."""

SHORTEST_WORD = 4
SPREAD = 2
LOOSE = 6
BEFORE = 40

_WORD = re.compile(r"[^\W_]+")
_DENIES = re.compile(
    r"(?:\b(?:not|no|never|cannot|can't|cant|won't|don't|doesn't|isn't|aren't|without|nobody|neither|nor|unable to"
    r"|nicht|kein\w*|nie|nunca|jamas|sin|tampoco|ne|pas|jamais|sans|nao)\b)[^.!?;]*\Z"
)
_SENTENCE_END = re.compile(r"[.!?;\n](?=\s|\Z)")
_COMMON = frozenset(
    "this that with have from your will what when been they them then than there here some more into also just "
    "para este esta esto como pero usted sobre todo desde diese dieser eine einen oder wird werden".split()
)

Standing = Literal["later", "open", "said", "late", "missed"]


class Hit(NamedTuple):
    """Where a text makes a statement."""

    start: int
    end: int
    quote: str


class Forbidden(NamedTuple):
    """A forbidden statement found in a text."""

    disclosure: Disclosure
    hit: Hit


class Line(NamedTuple):
    """One compulsory statement of a case as a checklist shows it."""

    disclosure: Disclosure
    standing: Standing
    record: DisclosureRecord | None


# Which


def applying(policy: Policy, case: Case) -> tuple[Disclosure, ...]:
    """The statements that concern this case by where it comes from, what it is about and how we talk."""
    return tuple(one for one in policy.disclosures if applies(one, case))


def applies(one: Disclosure, case: Case) -> bool:
    return (
        _among(case.region, one.regions)
        and _among(case.product, one.products)
        and _among(case.channel, one.channels)
    )


def _among(value: str, wanted: tuple[str, ...]) -> bool:
    return not wanted or value.casefold() in {word.casefold() for word in wanted}


def checklist(policy: Policy, case: Case) -> tuple[Line, ...]:
    """Every compulsory statement of the case, those that are owed now first."""
    lines = [
        Line(one, _standing(one, case), case.disclosures.get(one.name))
        for one in applying(policy, case)
        if one.compulsory
    ]
    return tuple(sorted(lines, key=lambda line: ORDER.index(line.standing)))


ORDER: tuple[Standing, ...] = ("open", "missed", "late", "later", "said")


def _standing(one: Disclosure, case: Case) -> Standing:
    record = case.disclosures.get(one.name)
    if record is not None:
        return record.state
    return "open" if one.when in {"first_message", "before_closing"} and case.live else "later"


# Before it is said


def unsaid(
    policy: Policy,
    case: Case,
    draft: str,
    *,
    offers: Sequence[str] | None = None,
    closing: bool = False,
    final: bool = False,
) -> tuple[Disclosure, ...]:
    """The compulsory statements that this very message would owe and does not make.

    ``offers`` are the kinds of what the draft offers (empty: something of no known kind; None: nothing);
    ``closing``: the conversation ends with it; ``final``: it is the final response.
    """
    folded = _comparable(draft)
    return tuple(
        one
        for one in applying(policy, case)
        if one.compulsory
        and _owed_by_next(one, case, offers=offers, closing=closing, final=final)
        and said(one, draft, folded) is None
    )


def _owed_by_next(
    one: Disclosure, case: Case, *, offers: Sequence[str] | None, closing: bool, final: bool
) -> bool:
    record = case.disclosures.get(one.name)
    if record is not None:
        return record.state == "open" and (record.left <= 1 or closing)
    match one.when:
        case "first_message":
            return one.within <= 1
        case "offer":
            return offers is not None and concerns(one, offers) and one.within <= 1
        case "final_response":
            return final
        case "before_closing":
            return closing
        case _:
            return False


def concerns(one: Disclosure, offers: Sequence[str]) -> bool:
    """Whether it goes with one of these offers."""
    return not one.offers or not set(one.offers).isdisjoint(offers)


def forbidden(policy: Policy, case: Case, draft: str) -> tuple[Forbidden, ...]:
    """The forbidden statements a text makes, with where it does."""
    folded = _comparable(draft)
    found = ((one, said(one, draft, folded)) for one in applying(policy, case) if not one.compulsory)
    return tuple(Forbidden(one, hit) for one, hit in found if hit is not None)


# Whether it is said


def said(one: Disclosure, text: str, folded: str | None = None) -> Hit | None:
    """Where the text makes this statement; None where it does not. ``folded`` is the text folded, if at hand."""
    folded = _comparable(text) if folded is None else folded
    matcher = _matcher(one)
    found = _by_wording(matcher, folded) or (_by_words(matcher, folded) if one.compulsory else None)
    return Hit(*found, text[found[0] : found[1]]) if found else None


def _comparable(text: str) -> str:
    return fold(clean(text))


class _Wording(NamedTuple):
    pattern: re.Pattern[str]
    denies: bool
    """It is itself a denial ("we do not give advice"), so that a "not" inside takes nothing back."""


class _Matcher(NamedTuple):
    wordings: tuple[_Wording, ...]
    words: tuple[frozenset[str], ...]
    """The stems of each statement in plain words."""
    spreads: tuple[int, ...]
    denials: tuple[bool, ...]


@lru_cache(maxsize=512)
def _matcher(one: Disclosure) -> _Matcher:
    wordings = tuple(
        _Wording(re.compile(rf"(?<!\w){phrase_pattern(wording)}"), _DENIES.search(fold(wording)) is not None)
        for wording in (*one.counts, *_as_written(one))
    )
    plain = [
        text
        for text in (one.say, *one.counts)
        if text and not set(text) & set("()[]<>{}|") and "..." not in text
    ]
    stems = [_stems(text) for text in plain]
    near = [(found, len(_WORD.findall(fold(text))), text) for found, text in zip(stems, plain, strict=True)]
    near = [item for item in near if len(item[0]) > 1]
    return _Matcher(
        wordings,
        tuple(item[0] for item in near),
        tuple(SPREAD * item[1] + LOOSE for item in near),
        tuple(_DENIES.search(fold(item[2])) is not None for item in near),
    )


def _as_written(one: Disclosure) -> tuple[str, ...]:
    words = words_of(fold(one.say))
    return (" ".join(words),) if words else ()


def _by_wording(matcher: _Matcher, folded: str) -> tuple[int, int] | None:
    for wording in matcher.wordings:
        for match in wording.pattern.finditer(folded):
            if wording.denies or not _denied(folded, match.start()):
                return match.span()
    return None


def _denied(folded: str, start: int) -> bool:
    before = folded[max(0, start - BEFORE) : start]
    ends = [end.end() for end in _SENTENCE_END.finditer(before)]
    return _DENIES.search(before[ends[-1] :] if ends else before) is not None


def _by_words(matcher: _Matcher, folded: str) -> tuple[int, int] | None:
    if not matcher.words:
        return None
    tokens = [(_stem(word[0]), word.start(), word.end()) for word in _WORD.finditer(folded)]
    there = {token[0] for token in tokens}
    for wanted, spread, denies in zip(matcher.words, matcher.spreads, matcher.denials, strict=True):
        need = ceil(len(wanted) * NEAR) if len(wanted) >= FEWEST_WORDS else len(wanted)
        if len(wanted & there) >= need:
            found = _densest(tokens, wanted, spread, need)
            if found and (
                denies or (not _denied(folded, found[0]) and not _DENIES_INSIDE.search(folded, *found))
            ):
                return found
    return None


_DENIES_INSIDE = re.compile(r"\b(?:not|never|cannot|isn't|won't|nicht|nunca|kein\w*)\b")


def _densest(
    tokens: list[tuple[str, int, int]], wanted: frozenset[str], spread: int, need: int
) -> tuple[int, int] | None:
    """The first stretch of ``spread`` words that holds ``need`` different ones of the wanted."""
    places = [place for place, token in enumerate(tokens) if token[0] in wanted]
    for number, first in enumerate(places):
        stretch = [place for place in places[number : number + 3 * len(wanted)] if place < first + spread]
        if len({tokens[place][0] for place in stretch}) >= need:
            return tokens[first][1], tokens[stretch[-1]][2]
    return None


def _stems(text: str) -> frozenset[str]:
    words = [word for word in _WORD.findall(fold(text)) if word not in _COMMON]
    return frozenset(_stem(word) for word in words if len(word) >= SHORTEST_WORD or word.isdigit())


def _stem(word: str) -> str:
    """Close enough for "record", "records", "recorded", "recording" to be one word."""
    for ending in ("ings", "ing", "ed", "es", "en", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST_WORD - 1:
            return word[: -len(ending)][:8]
    return word[:8]
