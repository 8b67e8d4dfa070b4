"""Solutions an agent offers, and how the customer answers."""

from __future__ import annotations

import re
from typing import Literal

import msgspec

from leeway.core.reading.money import find_amounts
from leeway.core.reading.prepared import Hit, Prepared

Outcome = Literal["accepted", "declined", "unclear"]

MOST_OFFERS = 8
_PERCENT = re.compile(r"([0-9]{1,2}|100)\s?(?:%|percent\b|per cent\b|por ciento\b)")


class OfferFound(msgspec.Struct, frozen=True, omit_defaults=True):
    """A solution in an agent's words. ``made_good`` means done rather than offered ("I've refunded €20").

    ``amount`` is in minor units of ``currency``; ``percent`` is of the price.
    """

    kind: str
    quote: str
    start: int
    end: int
    made_good: bool = False
    amount: int | None = None
    currency: str = ""
    percent: int | None = None


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """The customer's answer to an offer, with the words, and the reason they give ("" when none)."""

    outcome: Outcome
    quote: str
    start: int
    end: int
    reason: str = ""


def find_offers(message: Prepared, *, currency: str = "") -> tuple[OfferFound, ...]:
    """What an agent's message offers or has given, in order, each kind once a sentence."""
    if not (message.may_hold("offers") or message.may_hold("offers_made_good")):
        return ()
    hits = [*message.hits("offers_made_good"), *message.hits("offers")]
    hits = _apart(
        [hit for hit in hits if not message.is_denied(hit.match.start()) and not _refused(message, hit)]
    )
    return tuple(_offer(message, hit, currency) for hit in hits)[:MOST_OFFERS]


def _refused(message: Prepared, hit: Hit) -> bool:
    """The negation may stand inside the words found: "what I can't do is refund"."""
    negation = message.phrases.listed("negation")
    return (
        negation is not None and negation.search(message.fold, hit.match.start(), hit.match.end()) is not None
    )


def _apart(hits: list[Hit]) -> list[Hit]:
    """Overlapping findings are one offer, told by the first kind of the file that names it; the longest first."""
    kept: list[Hit] = []
    for hit in sorted(
        hits, key=lambda hit: (hit.rule.section == "offers", hit.match.end() - hit.match.start())
    ):
        clash = [
            other
            for other in kept
            if hit.match.start() < other.match.end() and other.match.start() < hit.match.end()
        ]
        if not any(other.rule.kind == hit.rule.kind or _same_noun(hit, other) for other in clash):
            kept.append(hit)
    return sorted(kept, key=lambda hit: hit.match.start())


def _same_noun(hit: Hit, other: Hit) -> bool:
    """Two findings that end alike were found by the same noun; "a refund or a replacement" ends twice."""
    return hit.match.end() == other.match.end() or other.rule.section == "offers_made_good"


def _offer(message: Prepared, hit: Hit, currency: str) -> OfferFound:
    start, end = hit.match.span()
    first, last = message.sentence(start)
    amounts = [one for one in find_amounts(message, currency=currency) if first <= one.start < last]
    # "Refund the €14 or send a voucher of €20": each offer has the sum that stands next to it.
    amount = min(amounts, key=lambda one: _gap(one.start, one.end, start, end), default=None)
    percent = _PERCENT.search(message.fold, first, last)
    if amount is not None:
        start, end = min(start, amount.start), max(end, amount.end)
    return OfferFound(
        kind=hit.rule.kind,
        quote=message.quote(start, end),
        start=start,
        end=end,
        made_good=hit.rule.section == "offers_made_good",
        amount=amount.minor if amount else None,
        currency=amount.currency if amount else "",
        percent=int(percent[1]) if percent else None,
    )


def _gap(start: int, end: int, other_start: int, other_end: int) -> int:
    """How many characters lie between two places; 0 when they touch or overlap."""
    return max(0, start - other_end, other_start - end)


def answer_to_offer(message: Prepared) -> Answer | None:
    """How a customer's message answers an offer; None when it says nothing either way.

    Call it only on the message that follows an offer: "no" says nothing by itself.
    """
    found: dict[str, Hit] = {}
    for hit in message.hits("answers"):
        first = found.get(hit.rule.kind)
        if not message.is_denied(hit.match.start()) and (
            first is None or hit.match.start() < first.match.start()
        ):
            found[hit.rule.kind] = hit
    _keep_bare_answers_at_the_start(message, found)
    for outcome, kinds in _IN_ORDER:
        said = next((found[kind] for kind in kinds if kind in found), None)
        if said is not None:
            return _answer(message, _softened(outcome, found), said, found.get("because"))
    return None


# A plain "no" does not hold against "that works for me", but a reasoned refusal does.
_IN_ORDER: tuple[tuple[Outcome, tuple[str, ...]], ...] = (
    ("declined", ("declined",)),
    ("unclear", ("unclear",)),
    ("accepted", ("accepted",)),
    ("declined", ("declined.bare",)),
    ("accepted", ("accepted.bare",)),
)


def _keep_bare_answers_at_the_start(message: Prepared, found: dict[str, Hit]) -> None:
    for kind in ("accepted.bare", "declined.bare"):
        hit = found.get(kind)
        if hit is not None and len(message.fold[: hit.match.start()].split()) > 2:
            del found[kind]


def _softened(outcome: Outcome, found: dict[str, Hit]) -> Outcome:
    """An acceptance with a condition is not one yet: "yes, but only if ..."."""
    return "unclear" if outcome == "accepted" and "unless" in found else outcome


def _answer(message: Prepared, outcome: Outcome, hit: Hit, because: Hit | None) -> Answer:
    start, end = hit.match.span()
    return Answer(outcome, message.quote(start, end), start, end, _reason(message, hit, because))


def _reason(message: Prepared, hit: Hit, because: Hit | None) -> str:
    """What follows "because", else what is said behind a plain answer, else the sentence itself."""
    if because is not None:
        return _sentence_from(message, because.match.end())
    if hit.rule.kind.endswith(".bare"):
        rest = _sentence_from(message, hit.match.end())
        return rest or _sentence_from(message, message.sentence(hit.match.end())[1])
    start, _ = message.sentence(hit.match.start())
    plain = next((one for one in message.hits("answers") if one.rule.kind.endswith(".bare")), None)
    if plain is not None and plain.match.start() == start and plain.match.end() <= hit.match.start():
        start = plain.match.end()
    return _sentence_from(message, start)


def _sentence_from(message: Prepared, start: int) -> str:
    if start >= len(message.text):
        return ""
    return message.text[start : message.sentence(start)[1]].strip(" ,.!?;:-\n")[:240]
