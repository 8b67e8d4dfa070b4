"""What we still need to know, as one concrete question; never for something they told."""

from __future__ import annotations

import re

import msgspec

from leeway.core.guidance.view import Turn, View
from leeway.core.playbooks import Question
from leeway.core.reading.questions import find_asks
from leeway.core.reading.tokens import fold
from leeway.core.reading.words import REFERENCE_KINDS

_CODE = re.compile(
    r"\b(?=[A-Z0-9/-]*[0-9])[A-Z]{1,4}[-/ ]?[0-9][A-Z0-9/-]*\b|\b[0-9]+-[0-9-]*[0-9]\b"
    r"|\b(?!(?:19|20)[0-9]{2}\b)[0-9]{4,}\b(?!\s?(?:[€$£%]|eur|usd|gbp|euro|dollar|pound))"
)
"""What looks like a number that names something, whatever it is called."""

ANY_REFERENCE = "any_reference"
"""In ``unless_told``: whatever number names the matter."""


class Need(msgspec.Struct, frozen=True):
    """One thing to ask, in words, and the message that shows what it is about."""

    name: str
    ask: str
    message: str = ""


def needed(view: View, turns: tuple[Turn, ...]) -> Need | None:
    """The first of the language's questions that fits the matter, was not answered and not asked already."""
    told = {item.told.kind for item in view.case.told}
    asked = {ask.slot for turn in turns if turn.ours for ask in find_asks(turn.message)}
    if any(_CODE.search(turn.spoken.text) for turn in turns if not turn.ours):
        told = told | {ANY_REFERENCE}
    theirs = [turn for turn in turns if not turn.ours]
    for question in view.wording.questions:
        if not _is_answered(question, told) and not asked & set(question.unless_told):
            about = _about(question, theirs)
            if about is not None:
                return Need(question.name, question.ask, about)
    return None


def _is_answered(question: Question, told: set[str]) -> bool:
    wanted = set(question.unless_told)
    if ANY_REFERENCE in wanted and told & {*REFERENCE_KINDS, ANY_REFERENCE}:
        return True
    return bool(wanted & told)


def _about(question: Question, theirs: list[Turn]) -> str | None:
    """The message with the words the question is about; any of theirs for a question about everything."""
    if not question.about:
        return theirs[-1].spoken.id if theirs else None
    words = {fold(word) for word in question.about}
    return next((turn.spoken.id for turn in reversed(theirs) if words.intersection(turn.message.words)), None)
