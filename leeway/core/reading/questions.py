"""What our side asks the customer for, and whether the customer had already told it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from leeway.core.reading.matter import Matter
from leeway.core.reading.prepared import Hit, Prepared
from leeway.core.reading.told import Told

# Told under one name, asked under another.
_ANSWERS: dict[str, frozenset[str]] = {
    "reference_number": frozenset({"reference_number", "ticket_number", "order_number", "booking_number"}),
    "account_number": frozenset({"account_number", "customer_number"}),
    "booking_number": frozenset({"booking_number", "reference_number"}),
    "date": frozenset({"date", "since", "time"}),
    "tried": frozenset({"tried_by_customer"}),
    "payment_method": frozenset({"card"}),
}
_GENERAL = frozenset({"reference_number", "name", "product"})


class Asked(msgspec.Struct, frozen=True):
    """One thing a message asks for. ``slot`` is a kind of ``Told``, or ``what_happened``, ``tried``, ``want`` ..."""

    slot: str
    quote: str
    start: int
    end: int


def find_asks(message: Prepared) -> tuple[Asked, ...]:
    """What an agent's or bot's message asks the customer for, each slot once, in order."""
    if not message.may_hold("asks"):
        return ()
    hits = list(message.hits("asks"))
    found = _specific([*_direct(message, hits), *_short(message, hits)])
    found += _continued(message, hits, found)
    found.sort(key=lambda asked: (asked.start, -asked.end))
    return tuple({asked.slot: asked for asked in reversed(found)}.values())[::-1]


def _specific(found: list[Asked]) -> list[Asked]:
    """ "Your booking reference" asks for the booking's, not for any reference."""
    ends = {one.end for one in found if one.slot not in _GENERAL}
    return [one for one in found if one.slot not in _GENERAL or one.end not in ends]


def asked_again(
    asked: Iterable[Asked], told: Iterable[Told], matter: Matter | None = None
) -> tuple[Asked, ...]:
    """Those questions whose answer the customer had given before.

    ``told`` is everything told so far; ``matter`` lets "what happened?" count once the matter has been told.
    """
    kinds = {one.kind for one in told}
    has_matter = matter is not None and bool(matter.summary)
    wanted = matter is not None and bool(matter.wants)
    return tuple(
        one
        for one in asked
        if _ANSWERS.get(one.slot, frozenset({one.slot})) & kinds
        or (one.slot == "what_happened" and has_matter)
        or (one.slot == "want" and wanted)
    )


def _direct(message: Prepared, hits: list[Hit]) -> Iterator[Asked]:
    for hit in hits:
        if "." not in hit.rule.kind and not _is_denied(message, hit):
            yield _asked(message, hit.rule.kind, hit)


def _short(message: Prepared, hits: list[Hit]) -> Iterator[Asked]:
    """A question only by its mark or its courtesy: "your order number?", "order number please"."""
    for hit in hits:
        before, _, slot = hit.rule.kind.partition(".")
        if before == "short" and _is_a_request(message, hit.match.end()):
            yield _asked(message, slot, hit)


def _is_a_request(message: Prepared, end: int) -> bool:
    courtesy = message.phrases.listed("courtesy")
    rest = message.fold[end : end + 14].lstrip(" ,")
    return rest.startswith("?") or (courtesy is not None and courtesy.match(rest) is not None)


def _continued(message: Prepared, hits: list[Hit], found: list[Asked]) -> list[Asked]:
    """What follows a question in its sentence asks too: "... and your e-mail address"."""
    asked = []
    for hit in hits:
        before, _, slot = hit.rule.kind.partition(".")
        if before != "also":
            continue
        start, _ = message.sentence(hit.match.start())
        if any(start <= one.start < hit.match.start() for one in found):
            asked.append(_asked(message, slot, hit))
    return asked


def _asked(message: Prepared, slot: str, hit: Hit) -> Asked:
    start, end = hit.match.span()
    return Asked(slot, message.quote(start, end), start, end)


def _is_denied(message: Prepared, hit: Hit) -> bool:
    """No question is "I don't need your order number"."""
    negation = message.phrases.listed("negation")
    if negation is None:
        return False
    start, end = hit.match.span()
    return negation.search(message.fold, max(0, start - 10), start) is not None or (
        "?" not in message.fold[end : message.sentence(start)[1]]
        and negation.search(message.fold, start, end) is not None
    )
