"""Which sentences of the customer say the matter, made ready to be said back. Shared by guidance and the summary."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from leeway.core.cue import Cue
from leeway.core.cues.weigh import DISTRESS_WEIGHT
from leeway.core.guidance.view import Turn
from leeway.core.guidance.wording import Wording
from leeway.core.reading.matter import Summary, sentences_that_tell
from leeway.core.reading.tokens import fold

SHORTEST = 12
LONGEST = 150
"""Characters of a sentence that can be said back; a longer one is cut at a clause."""
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_CUT = re.compile(r"\s*(?:[,;:–]|\s-)\s+")
_AFTER_OPENING = frozenset(",.!:;-–")
_CLAUSE = re.compile(r"(?:,|;|–|\s-)?\s+(?:and|but|y|pero)\s+|[;–]\s+|,\s+")
_AS_BEFORE = frozenset({"repeats_self", "frustration", "urgency", "asks_for_supervisor"})
_RUDE = frozenset(
    {
        "profanity",
        "anger",
        "sarcasm",
        "legal_threat",
        "regulator_threat",
        "public_threat",
        "asks_for_supervisor",
    }
)
_SPOILT_FROM = 0.4


class Telling(msgspec.Struct, frozen=True):
    """A sentence of the customer: as they wrote it, said back, where it comes from and how telling it is."""

    quote: str
    back: str
    message: str
    weight: int
    place: int


def tellings(turns: Iterable[Turn], wording: Wording) -> tuple[Telling, ...]:
    """What the customer's turns tell, in the order in which it was said; the same thing once."""
    found: dict[str, Telling] = {}
    for turn in turns:
        if not turn.ours:
            for one in _of(turn, wording, len(found)):
                found.setdefault(fold(one.quote), one)
    return tuple(found.values())


def _of(turn: Turn, wording: Wording, place: int) -> Iterable[Telling]:
    message = turn.message
    spoilt = [cue for cue in turn.cues if cue.kind in _RUDE and cue.strength >= _SPOILT_FROM and cue.end]
    loud = [cue for cue in turn.cues if cue.kind in _AS_BEFORE and cue.end]
    for sentence in sentences_that_tell(message):
        if any(cue.start < sentence.end and sentence.start < cue.end for cue in spoilt):
            continue
        quote = _statement(_before(sentence, message.text, loud), wording)
        if quote:
            place += 1
            complains = any(sentence.start <= cue.start < sentence.start + len(quote) for cue in loud)
            weight = sentence.weight // 2 if complains else sentence.weight
            yield Telling(quote, _said_back(quote, wording), turn.spoken.id, weight, place)


def _before(sentence: Summary, text: str, loud: list[Cue]) -> str:
    """The sentence up to the clause that only complains: "nobody knows where it is, and I am saying it the third time"
    tells its first half.
    """
    starts = [cue.start for cue in loud if sentence.start < cue.start < sentence.end]
    whole = text[sentence.start : sentence.end]
    if not starts or len(sentence.text) < len(whole.strip()) - 4:
        return sentence.text
    cuts = [cut.start() for cut in _CLAUSE.finditer(whole) if sentence.start + cut.start() < min(starts)]
    return whole[: cuts[-1]] if cuts and cuts[-1] >= SHORTEST else sentence.text


def _statement(text: str, wording: Wording) -> str:
    """The sentence if it states something: no question, no order to us, a whole clause, not too long."""
    text = text.strip(" ,;:-–—.!…\"'“”")
    if text.endswith("?") or len(text) < SHORTEST:
        return ""
    text = _short(_without_opening(text, wording))
    folded = fold(text)
    asks = wording.listed("no_statement")
    if asks is not None and asks.match(folded):
        return ""
    finite = wording.listed("finite")
    if finite is not None and finite.search(folded) is None:
        return ""
    never = wording.listed("not_told")
    return "" if never is not None and never.search(folded) else text


def _without_opening(text: str, wording: Wording) -> str:
    """Without "well," and "but" in front: they say nothing and do not go into somebody else's mouth.

    "No, it is late" loses its "no"; "no hot water" does not.
    """
    opening, joiner = wording.listed("openings"), wording.listed("joiners")
    while True:
        folded = fold(text)
        match = opening.match(folded) if opening is not None else None
        if match is None or folded[match.end() : match.end() + 1] not in _AFTER_OPENING:
            match = joiner.match(folded) if joiner is not None else None
        if match is None or match.end() >= len(text):
            return text
        text = text[match.end() :].lstrip(" ,:;-–!.")


def _short(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    cuts = [cut.start() for cut in _CUT.finditer(text) if 40 <= cut.start() <= LONGEST]
    return text[: cuts[-1]] if cuts else ""


def _said_back(quote: str, wording: Wording) -> str:
    mirror = wording.mirror
    return _small_first(mirror.back(quote), quote) if mirror else ""


def _small_first(text: str, quote: str) -> str:
    """The first letter small, as inside a sentence, unless the word is a name, a code or another word we can't know."""
    first = _WORD.match(text)
    if first is None:
        return text
    word = first.group()
    follows = text[first.end() :].lstrip()[:1]
    if (
        word[1:] != word[1:].lower()
        or any(mark.isdigit() for mark in word)
        or (follows.isupper() and quote[:1] != text[:1])
    ):
        return text
    return text[:1].lower() + text[1:]


def best(found: Iterable[Telling], count: int) -> tuple[Telling, ...]:
    """The most telling ones, in the order in which they were said."""
    chosen = sorted(found, key=lambda one: (-one.weight, one.place))[:count]
    return tuple(sorted(chosen, key=lambda one: one.place))


def feeling_weight(turn: Turn) -> float:
    """How much feeling stands in one turn."""
    return max((DISTRESS_WEIGHT.get(cue.kind, 0.0) * cue.strength for cue in turn.cues), default=0.0)
