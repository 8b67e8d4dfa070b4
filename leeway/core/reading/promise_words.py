"""Promises in an agent's words: what, by when, by whom. "I'll call you back by 14:00" is one, "I can call you" is not.

A promise is a statement about what our side will do for the customer. Not counted: what we need from them ("I will need
your order number"), offers ("would you like me to ..."), what cannot be promised, and what happens in the same breath
("I'll check that" without a time, "I'll put you through"). A promise that hangs on something the customer does is
``conditional``.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo
from typing import Literal

import msgspec

from leeway.core.reading.prepared import Hit, Prepared
from leeway.core.reading.when import When, find_times

Who = Literal["self", "we", "named"]

MOST_PROMISES = 8
_WHO: dict[str, Who] = {
    "self": "self",
    "doing": "self",
    "lesser": "self",
    "have_my_word": "self",
    "named": "named",
}
_SURENESS = {
    "self": 0.85,
    "we": 0.85,
    "named": 0.75,
    "you_get": 0.7,
    "it_will": 0.65,
    "doing": 0.6,
    "lesser": 0.5,
    "have_my_word": 0.6,
    "and_then": 0.75,
}
# These mean something only with a time: "I'll check" is over when it is said, "you will have a menu" is no promise.
_NEEDS_A_TIME = frozenset({"doing", "lesser", "it_will", "you_get"})
_STANDS_ALONE = ("hear", "be ")
_CLAUSE_MARK = re.compile(r";|\s[-\u2013]\s")


class PromiseFound(msgspec.Struct, frozen=True, omit_defaults=True):
    """A promise as it was said.

    ``by`` is the latest moment that still keeps it (UTC), None when the words do not settle one; ``by_words`` are the
    words that say when, ``working_days`` a count of working days for whoever has the calendar. ``confidence`` runs
    from 0 to 1. ``who`` is the speaker, the house, or somebody ``named``.
    """

    what: str
    quote: str
    start: int
    end: int
    who: Who
    confidence: float
    by: datetime | None = None
    by_words: str = ""
    working_days: int = 0
    conditional: bool = False
    name: str = ""


def find_promises(message: Prepared, *, at: datetime, zone: tzinfo = UTC) -> tuple[PromiseFound, ...]:
    """The promises in an agent's message, in order. ``at`` is when it was sent; local times are read in ``zone``."""
    if not message.may_hold("promises"):
        return ()
    hits = _standing(message)
    if not hits or _reads_back(message):
        return ()
    times = tuple(when for when in find_times(message, at=at, zone=zone) if not when.ago)
    found: list[PromiseFound] = []
    for number, hit in enumerate(hits):
        following = hits[number + 1].match.start() if number + 1 < len(hits) else len(message.text)
        promise = _read(message, hit, times, following, found)
        if promise is not None:
            found.append(promise)
    if len(hits) > 1:
        # "Leave it with me" is a promise only where nothing more definite is said.
        found = [promise for promise in found if promise.confidence != _SURENESS["have_my_word"]] or found[:1]
    return tuple(found)[:MOST_PROMISES]


# -- which findings stand ----------------------------------------------------------------------------------------------


def _standing(message: Prepared) -> list[Hit]:
    """The findings that are statements of ours, left to right, the longest where several begin alike."""
    hits = list(message.hits("promises"))
    refused = [hit.match.span() for hit in hits if hit.rule.kind == "not_one"]
    hits = [hit for hit in hits if hit.rule.kind != "not_one" and not _inside(hit, refused)]
    hits.sort(key=lambda hit: (hit.match.start(), hit.match.start() - hit.match.end()))
    kept: list[Hit] = []
    for hit in hits:
        if kept and hit.match.start() < kept[-1].match.end():
            continue
        if _is_statement(message, hit) and (hit.rule.kind != "and_then" or _goes_on(message, hit, kept)):
            kept.append(hit)
            if len(kept) > 2 * MOST_PROMISES:
                break
    return kept


def _reads_back(message: Prepared) -> bool:
    """ "I'm booking Friday at 4. Is that right?": said to be confirmed, not promised."""
    read_back = message.phrases.listed("read_back")
    return read_back is not None and read_back.search(message.fold) is not None


def _inside(hit: Hit, spans: list[tuple[int, int]]) -> bool:
    return any(start <= hit.match.start() < end for start, end in spans)


def _goes_on(message: Prepared, hit: Hit, kept: list[Hit]) -> bool:
    """A continued promise stands behind another in its sentence, with nobody else in between."""
    if not kept:
        return False
    start, _ = message.sentence(hit.match.start())
    last = kept[-1].match.end()
    other = message.phrases.listed("other_subject")
    return last > start and (other is None or other.search(message.fold, last, hit.match.start()) is None)


def _is_statement(message: Prepared, hit: Hit) -> bool:
    start, end = message.sentence(hit.match.start())
    unpromising = message.phrases.listed("unpromising")
    if unpromising is not None and unpromising.search(message.fold, start, hit.match.start()):
        return False
    if hit.rule.kind == "named" and not _is_somebody(message, hit):
        return False
    if _names_a_booking(message, hit) and "?" in message.fold[end:]:
        # "I'll book it for 6 pm. Is this what you want?": read back, whatever the question is.
        return False
    return "?" not in message.fold[hit.match.end() : end] or _has_tag(message, hit.match.end(), end)


def _has_tag(message: Prepared, start: int, end: int) -> bool:
    """A closing "is that ok?" makes no question of a promise."""
    tag = message.phrases.listed("tag")
    return tag is not None and any(
        not message.fold[match.end() : end].strip(" ?!.\n")
        for match in tag.finditer(message.fold, start, end)
    )


def _is_somebody(message: Prepared, hit: Hit) -> bool:
    """A name is written with a capital and is not the first word of any sentence ("This will ...")."""
    shown = hit.match.groupdict()
    if not shown.get("someone"):
        return True
    start, end = hit.match.span("someone")
    words = message.text[start:end].split()
    return all(word[0].isupper() and word.lower() not in message.phrases.stop_words for word in words)


# -- what was promised -------------------------------------------------------------------------------------------------


def _read(
    message: Prepared, hit: Hit, times: tuple[When, ...], following: int, before: list[PromiseFound]
) -> PromiseFound | None:
    kind = hit.rule.kind
    start, end = hit.match.start(), _clause_end(message, hit, following)
    when = _time_of(message, hit, times, end, before)
    if when is None and kind in _NEEDS_A_TIME and not _stands_alone(hit):
        return None
    if when is not None:
        # The words that say when belong to the quote, before it or behind it.
        start, end = min(start, when.start), max(end, when.end)
    quote = message.text[start:end].rstrip(" ,.!?;:\n")
    return PromiseFound(
        what=_what(message, hit, end, when),
        quote=quote,
        start=start,
        end=start + len(quote),
        who=_who(kind, before),
        confidence=_confidence(message, hit, when),
        by=when.moment if when and _is_due(message, hit, when) else None,
        by_words=message.quote(when.start, when.end) if when else "",
        working_days=when.working_days if when else 0,
        conditional=_is_conditional(message, hit),
        name=_name(message, hit),
    )


def _who(kind: str, before: list[PromiseFound]) -> Who:
    if kind == "and_then" and before:
        return before[-1].who
    return _WHO.get(kind, "we")


def _stands_alone(hit: Hit) -> bool:
    """Some are promises even without a time: "you will hear from us", "you will be refunded"."""
    verb = hit.match.groupdict().get("you_get") or ""
    return verb.startswith(_STANDS_ALONE)


def _clause_end(message: Prepared, hit: Hit, following: int) -> int:
    _, end = message.sentence(hit.match.start())
    end = min(end, following)
    listed = message.phrases.listed
    for pattern in (
        _CLAUSE_MARK,
        listed("clause_end"),
        listed("other_subject"),
        listed("your_move"),
        listed("tag"),
    ):
        cut = pattern.search(message.fold, hit.match.end(), end) if pattern is not None else None
        if cut is not None:
            end = cut.start()
    return end


def _time_of(
    message: Prepared, hit: Hit, times: tuple[When, ...], end: int, before: list[PromiseFound]
) -> When | None:
    """The time of a promise: inside its clause, else said before it in the sentence and not yet taken."""
    first, last = message.sentence(hit.match.start())
    taken = max((promise.end for promise in before), default=0)
    inside = [when for when in times if hit.match.start() <= when.start < end]
    ahead = [when for when in times if max(first, taken) <= when.start < hit.match.start()]
    behind = [
        when for when in times if end <= when.start < last and _only_commas(message.fold[end : when.start])
    ]
    usable = [*(inside or ahead or behind)]
    settled = [when for when in usable if when.moment is not None or when.working_days]
    return next(iter(settled or usable), None)


def _is_due(message: Prepared, hit: Hit, when: When) -> bool:
    """ "I'll book you in for Friday" is not due on Friday; "I'll book it by Friday" is."""
    deadline = message.phrases.listed("deadline")
    if deadline is None or not _names_a_booking(message, hit):
        return True
    return deadline.match(message.fold, when.start, when.end) is not None


def _names_a_booking(message: Prepared, hit: Hit) -> bool:
    books = message.phrases.listed("books")
    shown = hit.match.groupdict()
    verb = shown.get("deliver") or shown.get("delivering") or ""
    return books is not None and books.fullmatch(verb) is not None


def _only_commas(between: str) -> bool:
    return not between.strip(" ,")


def _what(message: Prepared, hit: Hit, end: int, when: When | None) -> str:
    """The deed without its time: "call you back"."""
    start = next(
        (hit.match.start(slot) for slot in _DEEDS if hit.match.groupdict().get(slot)), hit.match.start()
    )
    text = message.text[start:end]
    if when is not None and start < when.start < end:
        text = _without_joiner(message, start, when.start) + message.text[when.end : end]
    return " ".join(text.split()).rstrip(" ,.!?;:")


def _without_joiner(message: Prepared, start: int, end: int) -> str:
    """The words before a time without the "by" or "at" that only led to it."""
    joiner = message.phrases.listed("time_joiner")
    if joiner is not None:
        for match in joiner.finditer(message.fold, start, end):
            if not message.fold[match.end() : end].strip(" ,"):
                return message.text[start : match.start()]
    return message.text[start:end]


_DEEDS = ("deliver", "you_get", "it_happens", "delivering", "lesser")


def _name(message: Prepared, hit: Hit) -> str:
    shown = hit.match.groupdict()
    slot = next((slot for slot in ("someone", "people_of_ours") if shown.get(slot)), "")
    return message.text[hit.match.start(slot) : hit.match.end(slot)] if slot else ""


def _is_conditional(message: Prepared, hit: Hit) -> bool:
    your_move = message.phrases.listed("your_move")
    start, end = message.sentence(hit.match.start())
    return your_move is not None and your_move.search(message.fold, start, end) is not None


def _confidence(message: Prepared, hit: Hit, when: When | None) -> float:
    sure = _SURENESS.get(hit.rule.kind, 0.6)
    if when is not None and (when.moment is not None or when.working_days):
        sure += 0.1 if when.certain else 0.05
    if _hedged(message, hit):
        sure -= 0.3
    if _is_conditional(message, hit):
        sure -= 0.15
    return round(max(0.1, min(sure, 0.95)), 2)


def _hedged(message: Prepared, hit: Hit) -> bool:
    hedge = message.phrases.listed("hedge")
    return hedge is not None and hedge.search(message.fold, hit.match.start(), hit.match.end()) is not None
