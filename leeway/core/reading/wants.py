"""What the customer wants, in their words. The latest explicit want is the one that counts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo

import msgspec

from leeway.core.reading.money import Amount, find_amounts
from leeway.core.reading.prepared import Hit, Prepared
from leeway.core.reading.when import When, find_times

# Of two readings of the same words the more telling one is kept: "correct my invoice" is not "information".
_WEAK_KINDS = ("service", "information", "explanation", "complaint", "no_contact")
MOST_WANTS = 12


class Want(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something the customer asks us to do or give.

    ``kind`` names it (``refund``, ``replacement``, ``supervisor`` ...), ``words`` is the wish as a short phrase,
    ``quote`` the sentence part it was read from. ``amount`` is in minor units of ``currency``; ``by`` the latest
    time the customer set.
    """

    kind: str
    words: str
    quote: str
    start: int
    end: int
    amount: int | None = None
    currency: str = ""
    by: datetime | None = None


def find_wants(
    message: Prepared, *, at: datetime, zone: tzinfo = UTC, currency: str = ""
) -> tuple[Want, ...]:
    """Every want in a customer's message, in order. Wishes said in the negative are none."""
    if not message.may_hold("wants"):
        return ()
    hits = [hit for hit in message.hits("wants") if not message.is_denied(hit.match.start())]
    if not hits:
        return ()
    amounts = find_amounts(message, currency=currency)
    times = find_times(message, at=at, zone=zone)
    return tuple(_want(message, hit, amounts, times) for hit in _one_a_clause(hits))[:MOST_WANTS]


def latest_want(wants: Iterable[Want]) -> Want | None:
    """The want that counts: the last one that asks for something to be done; a question only when nothing else is."""
    said = tuple(wants)
    acting = [want for want in said if want.kind not in _WEAK_KINDS]
    return next(reversed(acting or said), None)


def _one_a_clause(hits: list[Hit]) -> list[Hit]:
    """Overlapping findings are one wish; the strong kind wins, then the longer words."""
    kept: list[Hit] = []
    for hit in sorted(
        hits, key=lambda hit: (hit.rule.kind in _WEAK_KINDS, hit.match.start() - hit.match.end())
    ):
        if not any(_overlap(hit, other) for other in kept):
            kept.append(hit)
    return sorted(kept, key=lambda hit: hit.match.start())


def _overlap(one: Hit, other: Hit) -> bool:
    return one.match.start() < other.match.end() and other.match.start() < one.match.end()


def _want(message: Prepared, hit: Hit, amounts: tuple[Amount, ...], times: tuple[When, ...]) -> Want:
    start, end = hit.match.span()
    first, last = message.sentence(start)
    amount = next((sum_ for sum_ in amounts if first <= sum_.start < last), None)
    by = next(
        (when.moment for when in times if first <= when.start < last and _is_deadline(when, at_end=end)), None
    )
    return Want(
        kind=hit.rule.kind,
        words=hit.rule.kind.replace("_", " "),
        quote=message.quote(start, end),
        start=start,
        end=end,
        amount=amount.minor if amount else None,
        currency=amount.currency if amount else "",
        by=by,
    )


def _is_deadline(when: When, *, at_end: int) -> bool:
    """A time said with or after the wish and ahead of us; "since Tuesday" and "for weeks" set no deadline."""
    return when.moment is not None and not when.ago and when.end >= at_end
