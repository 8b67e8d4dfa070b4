"""Findings by what a draft says: refusals that leave nothing, blame, brushing off, formulas, guarantees."""

from __future__ import annotations

import re
from collections.abc import Iterator

from leeway.core.drafts.blanks import as_sentence, due_words, first_filled
from leeway.core.drafts.finding import Finding
from leeway.core.drafts.pack import SAID_KINDS, DraftRule, SaidKind
from leeway.core.drafts.sheet import Sheet, Span
from leeway.core.reading.prepared import Hit

REACH = 2
"""Sentences behind a refusal in which something that can be had takes its sting."""

_CLAUSE_END = re.compile(
    r"[,;:]\s+(?=(?:but|so|and|however|which|that's why|please|the|it|we|i)\b)|;|\s[-\u2013\u2014]\s"
)


def find_said(sheet: Sheet) -> Iterator[Finding]:
    """Every kind once a sentence; the file's order of rules decides which rewrite is taken."""
    hits: dict[str, list[Hit]] = {}
    for hit in sheet.message.others(sheet.pack.said):
        hits.setdefault(hit.rule.kind, []).append(hit)
    for kind in SAID_KINDS:
        said = sheet.data.kinds.get(kind)
        if said is None:
            continue
        taken: set[int] = set()
        for number, rule in enumerate(said.rules):
            never = [*hits.get(f"{kind}!", ()), *hits.get(f"{kind}/{number}!", ())]
            for hit in hits.get(f"{kind}/{number}", ()):
                place = sheet.sentence_at(hit.match.start())
                if place in taken or _not_meant(hit, never) or not _holds(sheet, rule, place):
                    continue
                if kind == "negative_phrasing" and _leaves_something(sheet, hit, place, rule):
                    continue
                taken.add(place)
                span = _quoted(sheet, rule, hit, place)
                yield sheet.finding(
                    kind, span, _instead(sheet, said, rule, hit, span), said.why, hit.match.group()
                )


def _not_meant(hit: Hit, never: list[Hit]) -> bool:
    start, end = hit.match.span()
    return any(other.match.start() < end and start < other.match.end() for other in never)


def _holds(sheet: Sheet, rule: DraftRule, place: int) -> bool:
    return not rule.needs or sheet.marked(rule.needs, place)


def _leaves_something(sheet: Sheet, hit: Hit, place: int, rule: DraftRule) -> bool:
    """Whether the customer is told, here or right behind, what they can have or what is done instead."""
    inside = any(span.start > hit.match.start() for span in sheet.marks_in("offering", place))
    if inside or rule.stands:
        return inside
    behind = range(place + 1, min(place + 1 + REACH, len(sheet.sentences)))
    before = place > 0 and sheet.marked("offering", place - 1)
    early = any(span.end <= hit.match.start() for span in sheet.marks_in("offering", place))
    return early or before or any(sheet.moves_on[number] for number in behind)


def _quoted(sheet: Sheet, rule: DraftRule, hit: Hit, place: int) -> Span:
    sentence = sheet.sentences[place]
    start, end = hit.match.span()
    if rule.quote == "words":
        return Span(start, end)
    if rule.quote == "clause":
        cut = _CLAUSE_END.search(sheet.fold, end, sentence.end)
        inner = _CLAUSE_END.search(sheet.fold, start, end)
        end = inner.start() if inner else cut.start() if cut else sentence.end
        return Span(min(sentence.start, start), end)
    return Span(min(sentence.start, start), max(sentence.end, end))


def _instead(sheet: Sheet, said: SaidKind, rule: DraftRule, hit: Hit, span: Span) -> str:
    quote = sheet.draft[span.start : span.end]
    blanks = {
        name: _words_of(sheet, hit, name)
        for name, found in hit.match.groupdict().items()
        if found is not None
    }
    blanks["sentence"] = quote.rstrip().rstrip(".!?\u2026")
    context = sheet.context
    if context.update_due is not None:
        blanks["due"] = due_words(sheet.data, sheet.pack.phrases.words, context.update_due, context.zone)
    return as_sentence(first_filled([*rule.rewrite, *said.rewrite], blanks), quote)


def _words_of(sheet: Sheet, hit: Hit, slot: str) -> str:
    """The words of a slot as the agent wrote them; "rest" ends with the clause."""
    start, end = hit.match.span(slot)
    if slot == "rest":
        cut = _CLAUSE_END.search(sheet.fold, start, end)
        end = cut.start() if cut else end
    words = sheet.draft[start:end].rstrip(" ,;:-")
    return words.lower() if slot == "speaker" and words.lower() != "i" else words
