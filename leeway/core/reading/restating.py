"""Does the customer have to tell the same matter again? Counted for ``times_explained``."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Literal

import msgspec

from leeway.core.reading.matter import Matter, is_content, terms_of
from leeway.core.reading.prepared import Prepared
from leeway.core.reading.told import Told
from leeway.core.reading.words import REFERENCE_KINDS

Why = Literal["said_so", "same_words", "same_fact"]

_ENOUGH_TERMS = 3
_LIKE_BEFORE = 0.6
_LIKE_BEFORE_TO_SOMEBODY_NEW = 0.45
_MOST_PEOPLE = 16


class Retelling(msgspec.Struct, frozen=True):
    """The customer tells again what was told before: how sure (0 to 1), why we think so, and their words."""

    strength: float
    why: Why
    quote: str
    start: int
    end: int


class Explained(msgspec.Struct, frozen=True, omit_defaults=True):
    """How often the customer told one matter, and to whom. The first telling counts."""

    times: int = 0
    people: tuple[str, ...] = ()


def retells(
    message: Prepared,
    earlier: Matter | None,
    told: Iterable[Told] = (),
    *,
    known: Collection[tuple[str, str]] = (),
    asked: Collection[str] = (),
    somebody_new: bool = False,
) -> Retelling | None:
    """Whether a customer's message tells the matter again.

    ``earlier`` is the matter as it stood before this message, ``known`` the ``(kind, value)`` of what had been told,
    ``asked`` the slots our last message asked for, ``somebody_new`` that this person hears it for the first time. An
    answer to a question is not telling again, unless the question asked for what we had been told.
    """
    if earlier is None or not is_content(message):
        return None
    repeated = [one for one in told if (one.kind, one.value) in known]
    asked_in_vain = next((one for one in repeated if one.kind in asked), None)
    if asked_in_vain is not None:
        return Retelling(0.9, "same_fact", asked_in_vain.quote, asked_in_vain.start, asked_in_vain.end)
    said = _says_so(message)
    if said is not None:
        return said
    return _same_words(message, earlier, repeated, asked=asked, somebody_new=somebody_new)


def _says_so(message: Prepared) -> Retelling | None:
    """The customer's own word for it: "as I said", "for the third time"."""
    for hit in message.hits("again"):
        if hit.rule.kind != "again":
            start, end = hit.match.span()
            return Retelling(0.9, "said_so", message.quote(start, end), start, end)
    return None


def _same_words(
    message: Prepared,
    earlier: Matter,
    repeated: list[Told],
    *,
    asked: Collection[str],
    somebody_new: bool,
) -> Retelling | None:
    terms = terms_of(message)
    before = dict(earlier.terms)
    weight = sum(terms.values())
    if len(terms) < _ENOUGH_TERMS or not weight:
        return None
    again = sum(weighs for term, weighs in terms.items() if term in before)
    shared = sum(1 for term in terms if term in before)
    names_it = any(one.kind in REFERENCE_KINDS and one.kind not in asked for one in repeated)
    likeness = min(
        1.0, again / weight + (0.1 if names_it else 0.0) + (0.1 if message.may_hold("again") else 0.0)
    )
    enough = _LIKE_BEFORE_TO_SOMEBODY_NEW if somebody_new else _LIKE_BEFORE
    if shared < _ENOUGH_TERMS - (1 if names_it or somebody_new else 0) or likeness < enough:
        return None
    return Retelling(round(min(likeness, 0.85), 2), "same_words", message.text, 0, len(message.text))


def explained_to(explained: Explained, listener: str, *, again: Retelling | None, tells: bool) -> Explained:
    """The count with one more message read: ``tells`` when it carries the matter, ``again`` when it tells it anew."""
    if explained.times and again is None:
        return explained
    if not explained.times and not tells and again is None:
        return explained
    # "As I told you" as the first thing we hear means that somebody outside our sight was told before.
    times = explained.times + 1 if explained.times or again is None else 2
    people = explained.people
    if listener and listener not in people and len(people) < _MOST_PEOPLE:
        people = (*people, listener)
    return Explained(times, people)
