"""What a good agent does before going higher, seen in their words: acknowledge, apologise, restate, own it ..."""

from __future__ import annotations

from typing import Literal

import msgspec

from leeway.core.reading.offers import OfferFound
from leeway.core.reading.prepared import Prepared
from leeway.core.reading.promise_words import PromiseFound

Step = Literal[
    "acknowledge", "apologise", "restate", "own_it", "offer", "alternative", "set_a_time", "explain"
]


class StepSeen(msgspec.Struct, frozen=True):
    """A step and the words that show it."""

    step: Step
    quote: str
    start: int
    end: int


def steps_taken(
    message: Prepared, *, promises: tuple[PromiseFound, ...] = (), offers: tuple[OfferFound, ...] = ()
) -> tuple[StepSeen, ...]:
    """The steps an agent's message shows, each once, in order. A promise with a time sets a time; an offer offers."""
    seen: dict[Step, StepSeen] = {}
    for hit in message.hits("steps"):
        start, end = hit.match.span()
        step: Step = hit.rule.kind  # type: ignore[assignment]  # the pack's kinds are checked when it is compiled
        if step not in seen and not message.is_denied(start):
            seen[step] = StepSeen(step, message.quote(start, end), start, end)
    for promise in promises:
        if promise.by is not None or promise.working_days:
            seen.setdefault("set_a_time", StepSeen("set_a_time", promise.quote, promise.start, promise.end))
    for offer in offers:
        seen.setdefault("offer", StepSeen("offer", offer.quote, offer.start, offer.end))
    return tuple(sorted(seen.values(), key=lambda one: (one.start, one.step)))
