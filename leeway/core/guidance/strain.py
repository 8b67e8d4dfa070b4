"""How strained the customer's newest words sound when no phrase says so: small pieces of evidence, added up.

People report trouble in endless ways; the pieces they do it with are few: a "not", a count ("again", "third"), time
that went by, what "you" did, harm, capitals. None proves anything and each weighs something. Courtesies, plain
questions and answers weigh against. The pieces and their weights are data of the language's playbooks (``strain:``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from leeway.core.case import Linked
from leeway.core.cues import read
from leeway.core.guidance.wording import STRAIN_LIST

if TYPE_CHECKING:
    from leeway.core.guidance.moment import Moment
    from leeway.core.guidance.view import Turn

SHAPES: dict[str, str] = {
    "always": "every message: where the sum begins",
    "tone": "the learned tone of ordinary words, from 0 to 1",
    "feeling": "a feeling or a threat among the signs",
    "weak_cue": "the strongest cue, also below the strength of a sign",
    "capitals": "words in capitals that are no abbreviation",
    "marks": "rows of question or exclamation marks",
    "burst": "several messages before we answered",
    "story": "a long account",
    "after_trouble": "something went wrong before, in this conversation",
    "we_fell_short": "our last message refused, brushed off or asked again",
    "answers": "they answer what we asked",
    "few_words": "hardly any words, when the conversation is under way",
}
"""Pieces of evidence seen in the shape of the message or the state of the conversation rather than in words."""

SIGN_OF_PIECE: dict[str, str] = {
    "deed": "names_a_deed",
    "done_to_them": "names_a_deed",
    "time_gone": "time_went_by",
    "count": "counts_up",
    "stakes": "much_at_stake",
    "story": "long_story",
    "burst": "many_messages",
    "demand": "demands",
    "harm": "names_harm",
}
"""Pieces that also tell which move helps."""

MOST_OF_A_PIECE = 2
"""A piece of evidence in words counts twice at most."""
STORY_WORDS = 40
CAPITALS = re.compile(r"\b[A-Z]{4,}\b|\b(?:MY|NOT|NOW|NO|YOU|ALL|WHY|TWO|ONE)\b")
MARKS = re.compile(r"[!?]{2,}")
A_FEW = 5
STRAINED_FROM = 0.0
"""Log-odds from which something is wrong more likely than not."""
MANY_MESSAGES = 3


def strain_signs(moment: Moment, seen: Mapping[str, object]) -> Iterator[tuple[str, Linked]]:
    """``strained``, with the words that weigh most, and the pieces of evidence that are signs of their own."""
    weights = moment.view.wording.strain
    if not weights or not moment.fresh:
        return
    found = evidence(moment, seen)
    for piece, sign in SIGN_OF_PIECE.items():
        if piece in found:
            yield sign, _shown(moment, piece)
    if sum(amount * weights[piece].weighs for piece, amount in found.items()) >= STRAINED_FROM:
        telling = [piece for piece in found if weights[piece].words and weights[piece].weighs > 0]
        heaviest = max(telling, key=lambda piece: found[piece] * weights[piece].weighs, default="")
        yield "strained", _shown(moment, heaviest)


def evidence(moment: Moment, seen: Mapping[str, object]) -> dict[str, float]:
    """Every piece the language knows that is found in their newest words, with how much of it."""
    known = moment.view.wording.strain
    found = {piece: _amount(moment, piece) for piece, data in known.items() if data.words}
    found.update(pair for pair in _shapes(moment, seen) if pair[0] in known)
    return {piece: amount for piece, amount in found.items() if amount}


def _amount(moment: Moment, piece: str) -> float:
    pattern = moment.view.wording.listed(STRAIN_LIST + piece)
    if pattern is None:
        return 0.0
    return float(min(MOST_OF_A_PIECE, sum(len(pattern.findall(turn.message.fold)) for turn in moment.fresh)))


def _shown(moment: Moment, piece: str) -> Linked:
    """The latest words that show a piece; only the message where it is a shape."""
    pattern = moment.view.wording.listed(STRAIN_LIST + piece)
    for turn in reversed(moment.fresh):
        found = pattern.search(turn.message.fold) if pattern is not None else None
        if found is not None:
            return Linked(turn.message.quote(*found.span()), turn.spoken.id)
    return Linked("", moment.fresh[-1].spoken.id)


def _shapes(moment: Moment, seen: Mapping[str, object]) -> Iterator[tuple[str, float]]:
    fresh = moment.fresh
    yield "always", 1.0
    yield "tone", max(_tone(moment, turn) for turn in fresh)
    yield (
        "weak_cue",
        max((cue.strength for turn in fresh for cue in turn.cues if cue.kind not in GOOD), default=0.0),
    )
    words = sum(len(turn.spoken.text.split()) for turn in fresh)
    for name, holds in (
        ("feeling", "upset" in seen),
        ("capitals", any(_shouted(turn) for turn in fresh)),
        ("marks", any(MARKS.search(turn.spoken.text) for turn in fresh)),
        ("burst", len(fresh) >= MANY_MESSAGES),
        ("story", words >= STORY_WORDS),
        ("after_trouble", "was_upset" in seen or "declined_once" in seen or "declined_twice" in seen),
        ("we_fell_short", not FELL_SHORT.isdisjoint(seen)),
        ("answers", "answers_us" in seen),
        ("few_words", words <= A_FEW and "opening" not in seen),
    ):
        if holds:
            yield name, 1.0


GOOD = frozenset({"thanks", "satisfied"})
FELL_SHORT = frozenset({"we_brushed_off", "we_refused", "we_were_unsure", "asked_again"})


def _tone(moment: Moment, turn: Turn) -> float:
    return read(moment.view.language.cues, turn.spoken.text).tone


def _shouted(turn: Turn) -> bool:
    """Loud words among quiet ones, or a message that is all loud; a number or an abbreviation is neither."""
    return CAPITALS.search(turn.spoken.text) is not None
