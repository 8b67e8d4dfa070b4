"""Asking for what is known: the draft's questions against what the customer told and the case knows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from leeway.core.drafts.blanks import as_sentence, filled, first_filled
from leeway.core.drafts.finding import Finding
from leeway.core.drafts.sheet import Sheet
from leeway.core.reading.prepared import prepare
from leeway.core.reading.told import find_told

_ANY_DAY = datetime(2026, 1, 5, 10, tzinfo=UTC)
NEXT_TO = 4
"""Characters between "another" and the thing asked for."""

SHORTEST_NAME = 4
"""Letters of a fact's own name from which it is told from other words."""

LONGEST_ANSWER = 200
"""Characters of an answer; a longer message tells something else."""

_STORY = "what_happened"
_TOLD_AT_LENGTH = 12
"""Words from which a customer who says they told it before has told it here."""


def find_asked_again(sheet: Sheet) -> Iterator[Finding]:
    text = sheet.data.texts.get("asks_again")
    if text is None:
        return
    known = _known(sheet)
    taken: set[int] = set()
    for name, at in _named(sheet, known):
        place = sheet.sentence_at(at)
        value = known.get(name)
        if value is None or place in taken or not _asks_for_it(sheet, place, at, value):
            continue
        taken.add(place)
        span = sheet.sentences[place]
        fact = sheet.data.facts.get(name)
        blanks = {"label": fact.label if fact else name.replace("_", " "), "value": value}
        suggestion = (
            filled(text.say[0], blanks) if blanks["label"] and value else first_filled(text.otherwise, blanks)
        )
        quote = sheet.draft[span.start : span.end]
        yield sheet.finding("asks_again", span, as_sentence(suggestion, quote.replace("?", ".")), text.why)


def _named(sheet: Sheet, known: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """Where a fact is named: by the words of ``facts``, and one the file does not know by its own name."""
    for hit in sheet.message.others(sheet.pack.facts):
        yield hit.rule.kind, hit.match.start()
    for name in sorted(known.keys() - sheet.data.facts.keys()):
        words = name.replace("_", " ")
        found = re.search(rf"(?<!\w){re.escape(words)}(?!\w)", sheet.fold)
        if found and len(words) >= SHORTEST_NAME:
            yield name, found.start()


def _asked_before(sheet: Sheet) -> dict[str, str]:
    """What we had asked before by the same words, and they answered; the answer is not always a fact we can name."""
    asked: set[str] = set()
    answered: dict[str, str] = {}
    for turn in sheet.context.latest:
        if turn.author == "customer":
            if "?" not in turn.text and len(turn.text) < LONGEST_ANSWER:
                answered |= dict.fromkeys(asked, "")
            asked = set()
        else:
            message = prepare(turn.text, sheet.pack.phrases, "agent")
            asked |= {
                hit.rule.kind
                for hit in message.others(sheet.pack.facts)
                if "?" in turn.text[hit.match.start() :] and hit.rule.kind != _STORY
            }
    return answered


def _known(sheet: Sheet) -> dict[str, str]:
    """What is known, by the names of ``facts``: from the case, else from the customer's own words."""
    context = sheet.context
    known = _asked_before(sheet) if _told_it_before(sheet, 0) else {}
    names = {key: name for name, fact in sheet.data.facts.items() for key in (*fact.keys, name)}
    for text in context.customer_said:
        message = sheet.theirs(text)
        for told in find_told(message, at=context.now or _ANY_DAY, currency=context.currency):
            if told.kind in names and told.kind not in ("amount", "date", "product"):
                known[names[told.kind]] = told.value
    for key, value in context.known_facts.items():
        short = key.casefold().strip().replace(" ", "_").replace("-", "_")
        if value.strip():
            known[names.get(short, short)] = value.strip()
    if _STORY not in known and _told_it_before(sheet, _TOLD_AT_LENGTH):
        known[_STORY] = ""
    return known


def _told_it_before(sheet: Sheet, words: int) -> bool:
    """They say that they had to tell it again, and told it."""
    return any(
        len(text.split()) >= words and any(cue.kind == "repeats_self" for cue in sheet.cues_of(text))
        for text in sheet.context.customer_said
    )


def _asks_for_it(sheet: Sheet, place: int, at: int, value: str) -> bool:
    start, end = sheet.sentences[place]
    sentence = sheet.draft[start:end]
    if sheet.marked("verifying", place):
        return False
    if any(at - NEXT_TO < span.end <= at for span in sheet.marks_in("another", place)):
        return False
    if value and value.casefold() in sheet.draft.casefold():
        return False
    return sentence.rstrip().endswith("?") or any(
        span.start <= at for span in sheet.marks_in("asking", place)
    )
