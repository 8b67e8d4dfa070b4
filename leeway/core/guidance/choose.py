"""From a moment to at most three suggestions: the plays that hold, ranked and worded; none when none helps."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import lru_cache

import msgspec

from leeway.core.guidance.moment import Moment
from leeway.core.guidance.slots import SLOTS, Filled, sentence_seen
from leeway.core.guidance.view import View
from leeway.core.guidance.wording import playbooks_of
from leeway.core.playbooks import Move, Play

BLANK = re.compile(r"\{(\w+)\}")
_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")
_SENTENCE_START = re.compile(r"(^|[.!?] )([a-zà-ÿ])")
_SPACES = re.compile(r" {2,}")
_LONGEST_SEEN = 60
SURE = 2
"""So many suggestions are shown as they come; one more must weigh ``THIRD_FROM``: three are a lot to read."""
THIRD_FROM = 82
WORTH_SAYING = 30
"""Below this weight a play is not made: what speaks against it (``adds``) outweighs what speaks for it."""


class Suggestion(msgspec.Struct, frozen=True, omit_defaults=True):
    """What to do or say next, ready to be used. ``why`` is one short sentence naming what was seen; ``sources`` are
    the messages every clause of the text stands on; ``play`` is where it comes from (``playbook.play``).
    """

    move: Move
    text: str
    why: str
    sources: tuple[str, ...] = ()
    play: str = ""


def guide(view: View) -> tuple[Suggestion, ...]:
    """Zero to three suggestions for this moment, the best first; each move once."""
    most = view.policy.guidance.most
    if most <= 0 or not view.turns:
        return ()
    moment = Moment(view)
    chosen: dict[Move, Suggestion] = {}
    for weight, book, play in _holding(moment):
        if len(chosen) >= most or weight < WORTH_SAYING:
            break
        if play.move == "say_nothing":
            break
        if len(chosen) >= SURE and weight < THIRD_FROM:
            break
        if play.move not in chosen:
            suggestion = _worded(moment, book, play)
            if suggestion is not None:
                chosen[play.move] = suggestion
    return tuple(chosen.values())


def _holding(moment: Moment) -> Iterator[tuple[int, str, Play]]:
    """The plays whose signs are all seen with their weights, the weightiest first; of equals the first in the file."""
    seen = moment.signs.keys()
    unhelpful = frozenset(moment.case.unhelpful)
    books = playbooks_of(moment.view.wording, moment.view.policy.guidance)
    found = [
        (_weight(play, seen), book.name, play)
        for book in books
        for play in book.plays
        if f"{book.name}.{play.name}" not in unhelpful
        and all(sign in seen for sign in play.when)
        and not any(sign in seen for sign in play.unless)
    ]
    yield from sorted(found, key=lambda one: -one[0])


def _weight(play: Play, seen: Collection[str]) -> int:
    return play.weight + sum(amount for sign, amount in play.adds.items() if sign in seen)


def _worded(moment: Moment, book: str, play: Play) -> Suggestion | None:
    said = _first(moment, play, play.say)
    why = _first(moment, play, play.why)
    if said is None or why is None:
        return None
    sources = tuple(dict.fromkeys(source for source in (*said.sources, *why.sources) if source))
    return Suggestion(play.move, said.text, why.text, sources, f"{book}.{play.name}")


def _first(moment: Moment, play: Play, texts: tuple[str, ...]) -> Filled | None:
    return next((filled for text in texts if (filled := fill(moment, play, text))), None)


def fill(moment: Moment, play: Play, text: str) -> Filled | None:
    """A text with its blanks filled; None when one can't be. ``[a|b]`` is the first of them that can be
    filled, or nothing.
    """
    sources: list[str] = []

    def optional(part: re.Match[str]) -> str:
        filled = next((one for text in part[1].split("|") if (one := _filled(moment, play, text))), None)
        if filled is None:
            return ""
        sources.extend(filled.sources)
        return filled.text

    whole = _filled(moment, play, _OPTIONAL.sub(optional, text))
    if whole is None:
        return None
    return Filled(_tidy(whole.text), (*sources, *whole.sources))


def _filled(moment: Moment, play: Play, text: str) -> Filled | None:
    sources: list[str] = []
    parts, at = [], 0
    for blank in BLANK.finditer(text):
        filled = _slot(moment, play, blank[1])
        if filled is None or not filled.text:
            return None
        parts += [text[at : blank.start()], filled.text]
        sources.extend(filled.sources)
        at = blank.end()
    return Filled("".join([*parts, text[at:]]), tuple(sources))


def _slot(moment: Moment, play: Play, name: str) -> Filled | None:
    if name == "seen":
        return _seen(moment, play)
    if name == "seen_sentence":
        return sentence_seen(moment, play.when)
    return SLOTS[name][0](moment)


def _seen(moment: Moment, play: Play) -> Filled | None:
    """The words that show the first of the play's signs that has any."""
    for sign in play.when:
        link = moment.signs.get(sign)
        if link is not None and link.text and link.message:
            return Filled(_shortened(link.text), (link.message,))
    return None


@lru_cache(maxsize=2_000)
def _shortened(text: str) -> str:
    text = " ".join(text.split()).strip(" .,;:")
    return text if len(text) <= _LONGEST_SEEN else text[:_LONGEST_SEEN].rsplit(" ", 1)[0] + "…"


def _tidy(text: str) -> str:
    """One space between words, a capital at the beginning, one mark at the end of a sentence."""
    text = _SPACES.sub(" ", text).strip()
    text = re.sub(r"([.!?…])\.(?!\.)", r"\1", text)
    text = re.sub(r" ([,.;:!?])", r"\1", text)
    return _SENTENCE_START.sub(lambda start: start[1] + start[2].upper(), text)
