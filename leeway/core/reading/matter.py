"""The matter of a case: its terms, references, product and one sentence, small enough to ride along in the case."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

import msgspec

from leeway.core.reading.prepared import Prepared
from leeway.core.reading.told import Told
from leeway.core.reading.wants import Want
from leeway.core.reading.words import REFERENCE_KINDS

MOST_TERMS = 24
MOST_REFERENCES = 6
SUMMARY_CHARACTERS = 240
_SUMMARY_BYTES = 420
_TERM_BYTES = 20
_VALUE_BYTES = 30
_PRODUCT_BYTES = 48
_FULL_WEIGHT, _WEAK_WEIGHT, _PRODUCT_WEIGHT, _MOST_WEIGHT = 10, 3, 16, 40
_SHORTEST_TERM = 3
_WHO_NOT_WHAT = REFERENCE_KINDS | {"name", "email", "address", "postcode"}
_WORDS = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_NOT_PRINTABLE = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")


class Reference(msgspec.Struct, frozen=True, array_like=True):
    """A number that names one thing: ``("order_number", "88-2041")``."""

    kind: str
    value: str


class Matter(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a case is about, at most 1.5 KB of JSON however long the conversation was.

    ``terms`` are content words in short form with their weight, heaviest first; ``wants`` the kinds of what the
    customer asked for; ``summary`` the matter in one sentence of the customer's own, ``summary_from`` the id of the
    message it stands in and ``summary_weight`` how telling it was, so that a more telling one replaces it.
    """

    terms: tuple[tuple[str, int], ...] = ()
    references: tuple[Reference, ...] = ()
    product: str = ""
    wants: tuple[str, ...] = ()
    summary: str = ""
    summary_from: str = ""
    summary_weight: int = 0


NOTHING_YET = Matter()


class Summary(msgspec.Struct, frozen=True):
    """One sentence of the customer's that says the matter, and how telling it is."""

    text: str
    start: int
    end: int
    weight: int


# -- words -----------------------------------------------------------------------------------------------------------


def terms_of(message: Prepared, told: Iterable[Told] = ()) -> dict[str, int]:
    """The content words of a message in short form, with what each weighs.

    Names, addresses and numbers that were ``told`` are no content: they say who, not what.
    """
    phrases = message.phrases
    weights: dict[str, int] = {}
    weak, suffixes = phrases.weak_words, phrases.suffixes
    who = {word for one in told if one.kind in _WHO_NOT_WHAT for word in _WORDS.findall(one.value.lower())}
    for word in message.content_words():
        if word in who:
            continue
        term = _stem(word, suffixes)
        weights[term] = max(weights.get(term, 0), _WEAK_WEIGHT if word in weak else _FULL_WEIGHT)
    return weights


@lru_cache(maxsize=20_000)
def _stem(word: str, suffixes: tuple[str, ...]) -> str:
    """Light stemming: enough that "crashes", "crashed" and "crashing" meet, no more."""
    word = _cut_bytes(word.replace("'s", "").replace("'", ""), _TERM_BYTES)
    for suffix in suffixes:
        if word.endswith(suffix) and len(word) - len(suffix) >= _SHORTEST_TERM:
            stem = word[: -len(suffix)]
            # "dropping" and "drops": a consonant doubled only for the suffix is single again.
            doubled = len(stem) > _SHORTEST_TERM and stem[-1] == stem[-2] and stem[-1] not in "sl"
            return stem[:-1] if doubled else stem
    return word


def is_content(message: Prepared) -> bool:
    """Whether the message says anything of a matter; greetings, "ok thanks" and "hello?" do not."""
    small = message.phrases.small_talk
    return (
        any(word not in small for word in message.content_words())
        or message.has_digit
        or (message.may_hold("wants") and any(word not in small for word in message.words))
    )


# -- the matter itself -------------------------------------------------------------------------------------------------


def update(
    matter: Matter,
    message: Prepared,
    told: Iterable[Told] = (),
    wants: Iterable[Want] = (),
    *,
    message_id: str = "",
) -> Matter:
    """The matter with one more message of the customer's read into it. Small talk leaves it as it is."""
    if not is_content(message):
        return matter
    told = tuple(told)
    beaten_by = matter.summary_weight * 3 // 2
    summary = summary_sentence(message, told) if _most_it_tells(message, told) > beaten_by else None
    better = summary is not None and summary.weight > beaten_by
    return Matter(
        terms=_merged_terms(matter.terms, terms_of(message, told), _product_terms(message, told)),
        references=_merged_references(matter.references, told),
        product=matter.product or _product(told),
        wants=_merged_wants(matter.wants, wants),
        summary=summary.text if summary and better else matter.summary,
        summary_from=_cut_bytes(message_id, 200) if better else matter.summary_from,
        summary_weight=summary.weight if summary and better else matter.summary_weight,
    )


def _merged_terms(
    known: tuple[tuple[str, int], ...], fresh: dict[str, int], products: frozenset[str]
) -> tuple[tuple[str, int], ...]:
    """The heaviest terms of both. What is said again grows heavier; among equals the earlier stays."""
    weights = dict(known)
    for term, weight in fresh.items():
        before = weights.get(term, 0)
        now = max(before, _PRODUCT_WEIGHT if term in products else weight)
        weights[term] = min(now + (2 if before else 0), _MOST_WEIGHT)
    return tuple(sorted(weights.items(), key=lambda item: -item[1])[:MOST_TERMS])


def _product_terms(message: Prepared, told: tuple[Told, ...]) -> frozenset[str]:
    suffixes = message.phrases.suffixes
    return frozenset(
        _stem(word, suffixes) for one in told if one.kind == "product" for word in one.value.split()
    )


def _product(told: tuple[Told, ...]) -> str:
    return next((_cut_bytes(one.value, _PRODUCT_BYTES) for one in told if one.kind == "product"), "")


def _merged_references(known: tuple[Reference, ...], told: tuple[Told, ...]) -> tuple[Reference, ...]:
    fresh = [
        Reference(one.kind, _cut_bytes(one.value, _VALUE_BYTES))
        for one in told
        if one.kind in REFERENCE_KINDS
    ]
    return tuple(dict.fromkeys([*known, *fresh]))[:MOST_REFERENCES]


def _merged_wants(known: tuple[str, ...], wants: Iterable[Want]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*known, *(want.kind for want in wants)]))[-4:]


def _cut_bytes(text: str, most: int) -> str:
    """The beginning of a text that fits into so many bytes of JSON."""
    raw = text.encode("utf-8", "ignore")
    return text if len(raw) <= most else raw[:most].decode("utf-8", "ignore")


# -- same or another ---------------------------------------------------------------------------------------------------


def same_matter(one: Matter, other: Matter) -> float | None:
    """How likely two matters are the same, 0 to 1; None when one of them says nothing yet.

    A number both name settles it (0.97). Different numbers of one kind make it unlikely (at most 0.25) unless one of
    them is only a rename of the thing (no kind in common). Otherwise the shared words decide.
    """
    if _is_empty(one) or _is_empty(other):
        return None
    shared = {ref.value for ref in one.references} & {ref.value for ref in other.references}
    if shared:
        return 0.97
    likeness = _likeness(dict(one.terms), dict(other.terms))
    if one.product and other.product:
        alike = _products_agree(one.product, other.product)
        likeness = min(1.0, likeness + 0.25) if alike else likeness * 0.6
    if set(one.wants) & set(other.wants):
        likeness = min(1.0, likeness * 1.1 + 0.02)
    if {ref.kind for ref in one.references} & {ref.kind for ref in other.references}:
        return min(0.25, likeness * 0.4)
    return round(min(likeness, 0.95), 3)


def _is_empty(matter: Matter) -> bool:
    return not matter.references and not any(weight > _WEAK_WEIGHT + 2 for _, weight in matter.terms)


def _products_agree(one: str, other: str) -> bool:
    return bool(set(one.split()) & set(other.split()))


def _likeness(one: dict[str, int], other: dict[str, int]) -> float:
    """Weight of the shared terms against the lighter side, damped while only one term is shared."""
    shared = [(term, min(weight, other[term])) for term, weight in one.items() if term in other]
    lighter = min(sum(one.values()), sum(other.values()))
    if not shared or not lighter:
        return 0.0
    strong = sum(1 for _, weight in shared if weight > _WEAK_WEIGHT + 2)
    covered = sum(weight for _, weight in shared) / lighter
    damped = {0: 0.3, 1: 0.6, 2: 1.1}.get(strong, 1.3)
    return min(1.0, covered * damped)


# -- one sentence ------------------------------------------------------------------------------------------------------


def summary_sentence(message: Prepared, told: Iterable[Told] = ()) -> Summary | None:
    """The most telling sentence of a customer's message, trimmed for a hand-over; None when none tells anything."""
    best: Summary | None = None
    for summary in sentences_that_tell(message, told):
        if best is None or summary.weight > best.weight:
            best = summary
    return best


def _most_it_tells(message: Prepared, told: tuple[Told, ...]) -> int:
    """No sentence of it weighs more: what a short answer could say is known before it is cut into sentences."""
    words = message.words if message.has_digit else message.content_words()
    return min(_WORD_TELLS * len(words), _MOST_TELLING) + sum([max(0, _worth(one)) for one in told])


def _worth(told: Told) -> int:
    return _WORTH.get(told.kind, _WORTH_OF_REFERENCE if told.kind in REFERENCE_KINDS else 0)


def sentences_that_tell(message: Prepared, told: Iterable[Told] = ()) -> Iterator[Summary]:
    """Every sentence of a customer's message that tells something, without greeting and thanks, in order."""
    told = tuple(told)
    start = 0
    for end in message.sentence_ends():
        summary = _trimmed(message, start, end, told)
        if summary is not None:
            yield summary
        start = end


def _trimmed(message: Prepared, start: int, end: int, told: tuple[Told, ...]) -> Summary | None:
    """A sentence without greeting and thanks, in one line, weighed by what it tells."""
    start, end = _without_courtesies(message, start, end)
    text = " ".join(_NOT_PRINTABLE.sub(" ", message.text[start:end]).split())
    if not text:
        return None
    weight = _telling(message, start, end) + sum([_worth(one) for one in told if start <= one.start < end])
    return Summary(_shortened(text), start, end, weight) if weight > 0 else None


# A sentence with the thing in it says the matter; one with a telephone number says how to reach the customer.
_WORTH = {
    "product": 4,
    "since": 2,
    "tried_by_customer": -4,
    "phone": -12,
    "email": -12,
    "preferred_contact": -6,
    "name": -8,
    "address": -10,
    "card": -4,
}
_WORTH_OF_REFERENCE = 6
_WORD_TELLS, _WEAK_TELLS, _MOST_TELLING = 4, 2, 60


def _without_courtesies(message: Prepared, start: int, end: int) -> tuple[int, int]:
    folded = message.fold
    for name in ("greeting", "pleasantry"):
        words = message.phrases.listed(name)
        while words is not None:
            begin = _skip(folded, start, end)
            match = words.match(folded, begin, end)
            if match is None or match.end() == start:
                break
            start = match.end()
    thanks = message.phrases.listed("pleasantry")
    if thanks is not None:
        for match in thanks.finditer(folded, start, end):
            if not folded[match.end() : end].strip(" .,!?\n"):
                end = match.start()
                break
    return _skip(folded, start, end), end


def _skip(folded: str, start: int, end: int) -> int:
    while start < end and folded[start] in " ,.!-:;\n\t\r":
        start += 1
    return start


def _shortened(text: str) -> str:
    """At most ``SUMMARY_CHARACTERS``, cut between words."""
    cut = _cut_bytes(text[:SUMMARY_CHARACTERS], _SUMMARY_BYTES)
    if len(cut) < len(text):
        cut = _cut_bytes(cut[: SUMMARY_CHARACTERS - 1], _SUMMARY_BYTES - 3)
        cut = (cut.rsplit(" ", 1)[0] if " " in cut[40:] else cut).rstrip(" ,;:-") + "…"
    return cut


def _telling(message: Prepared, start: int, end: int) -> int:
    """How much a stretch of the message tells: its content words; what is only wished for tells less."""
    phrases = message.phrases
    words = set(_WORDS.findall(message.fold, start, end)) - phrases.stop_words
    weak = phrases.weak_words
    tells = sum(
        [_WEAK_TELLS if word in weak else _WORD_TELLS for word in words if len(word) >= _SHORTEST_TERM]
    )
    wish = phrases.listed("i_want")
    if tells and wish is not None and wish.match(message.fold, start, end):
        tells -= 5
    return max(0, min(tells, _MOST_TELLING))
