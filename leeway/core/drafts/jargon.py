"""Words of the trade: those the language's file explains, and heaps of short forms nobody does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from leeway.core.drafts.blanks import capital
from leeway.core.drafts.finding import Finding
from leeway.core.drafts.sheet import Sheet, Span

HEAP = 2
"""One unknown short form may be a name; so many different ones in a sentence are not written for a customer."""
OURS = 3
"""Letters from which a short form behind "your", "our" or "the" is one of ours: "your CMTS profile"."""

_SHORT_FORM = re.compile(r"(?<![\w'\u2019#@/.-])[A-Z][A-Z0-9]{1,5}(?![\w'\u2019@.-]*[\w@])")
_LETTERS_ONLY = re.compile(rf"[A-Z]{{{OURS},}}")
_LAST_WORD = re.compile(r"(?<!\w)(\w{1,4}) \Z")
_WORD_BEFORE = re.compile(r"(?<!\w)(\w+) \Z")
_EXPLAINS = re.compile(r"\s*(?:\(|,\s+(?:that is|i\.e\.|meaning|which means|or rather|in other words))")


class _Term(NamedTuple):
    start: int
    end: int
    plain: str


def find_jargon(sheet: Sheet) -> Iterator[Finding]:
    text = sheet.data.texts.get("jargon")
    if text is None:
        return
    theirs = " ".join(sheet.context.customer_said).casefold()
    terms = [term for term in _terms(sheet) if sheet.draft[term.start : term.end].casefold() not in theirs]
    for span in sheet.sentences:
        inside = [term for term in terms if span.start <= term.start < span.end]
        unknown = {sheet.draft[term.start : term.end] for term in inside if not term.plain}
        if len(unknown) < HEAP:
            ours = [term for term in inside if term.plain or _is_ours(sheet, term)]
            unknown = {sheet.draft[term.start : term.end] for term in ours if not term.plain}
        else:
            ours = inside
        if not ours:
            continue
        quote = Span(_from_article(sheet, ours[0].start), ours[-1].end)
        plain = "" if unknown else _in_plain_words(sheet, quote, ours, span)
        yield sheet.finding(
            "jargon", quote, plain, text.why, sheet.draft[ours[0].start : ours[0].end].casefold()
        )


def _is_ours(sheet: Sheet, term: _Term) -> bool:
    """ "your CMTS profile": a short form behind such a word belongs to us, it is nobody's name."""
    text = sheet.message.text
    before = _WORD_BEFORE.search(text[max(0, term.start - 12) : term.start])
    return (
        before is not None
        and before[1].lower() in sheet.data.lists.get("before_ours", ())
        and _LETTERS_ONLY.fullmatch(text, term.start, term.end) is not None
    )


def _terms(sheet: Sheet) -> list[_Term]:
    """Every term that is not explained on the spot, in order, none over another."""
    text, data = sheet.message.text, sheet.data
    known = (pattern.finditer(text) for pattern in (sheet.pack.exact, sheet.pack.loose) if pattern)
    found = [
        _Term(match.start(), match.end(), _plain(data.jargon, match.group()))
        for part in known
        for match in part
    ]
    found += [
        _Term(match.start(), match.end(), "")
        for match in _SHORT_FORM.finditer(text)
        if match.group() not in data.known_short and not _shouted(text, match)
    ]
    found.sort(key=lambda term: (term.start, not term.plain, -term.end))
    kept: list[_Term] = []
    for term in found:
        if kept and term.start < kept[-1].end:
            continue
        if not _EXPLAINS.match(text, term.end) and text[term.start - 1 : term.start] != "(":
            kept.append(term)
    return kept


def _plain(jargon: dict[str, str], shown: str) -> str:
    by_fold = jargon.get(shown) or next(
        (plain for term, plain in jargon.items() if term.casefold() == shown.casefold()), ""
    )
    return by_fold or _plain(jargon, shown[:-1]) if shown else ""


def _shouted(text: str, match: re.Match[str]) -> bool:
    """A word in capitals among others in capitals is loud, no short form."""
    near = text[max(0, match.start() - 12) : match.end() + 12]
    letters = [char for char in near if char.isalpha()]
    return sum(char.isupper() for char in letters) > 0.75 * len(letters)


def _in_plain_words(sheet: Sheet, quote: Span, terms: list[_Term], sentence: Span) -> str:
    parts: list[str] = []
    at = quote.start
    for term in terms:
        parts += [
            _with_article(sheet, sheet.draft[at : term.start], term.plain),
            capital(term.plain) if term.start == sentence.start else term.plain,
        ]
        at = term.end
    return "".join(parts)


def _from_article(sheet: Sheet, start: int) -> int:
    """The offset of an indefinite article right before a term, which may have to change; else the term's own."""
    before = _LAST_WORD.search(sheet.draft[max(0, start - 8) : start])
    if before is None or before[1].lower() not in sheet.data.articles:
        return start
    return max(0, start - 8) + before.start(1)


def _with_article(sheet: Sheet, between: str, plain: str) -> str:
    """The words before a plain one, with the article it needs: "an RMA" is "a return"."""
    last = _LAST_WORD.search(between)
    if last is None or last[1].lower() not in sheet.data.articles:
        return between
    article = sheet.data.articles[-1 if plain[:1].lower() in "aeiou" else 0]
    return f"{between[: last.start(1)]}{capital(article) if last[1][0].isupper() else article} "
