"""One message read from its side, everything at once: what a case wants to know when a turn comes in."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, tzinfo

import msgspec

from leeway.core.reading.matter import is_content
from leeway.core.reading.offers import OfferFound, find_offers
from leeway.core.reading.phrases import Phrases
from leeway.core.reading.prepared import Prepared, prepare
from leeway.core.reading.promise_words import PromiseFound, find_promises
from leeway.core.reading.questions import Asked, find_asks
from leeway.core.reading.steps import StepSeen, steps_taken
from leeway.core.reading.told import Told, find_told
from leeway.core.reading.wants import Want, find_wants


class CustomerReading(msgspec.Struct, frozen=True):
    """A customer's message: prepared for further readers, what it tells and wants, whether it says anything."""

    message: Prepared
    told: tuple[Told, ...]
    wants: tuple[Want, ...]
    content: bool


class AgentReading(msgspec.Struct, frozen=True):
    """An agent's or bot's message: what it promises, asks for, offers, and which good steps it shows."""

    promises: tuple[PromiseFound, ...]
    asks: tuple[Asked, ...]
    offers: tuple[OfferFound, ...]
    steps: tuple[StepSeen, ...]


def read_customer(
    text: str,
    phrases: Phrases,
    *,
    at: datetime,
    zone: tzinfo = UTC,
    currency: str = "",
    asked: Collection[str] = (),
) -> CustomerReading:
    """Read a customer's message sent at ``at``; ``asked`` are the slots our last message asked for."""
    message = prepare(text, phrases, "customer")
    return CustomerReading(
        message,
        find_told(message, at=at, zone=zone, currency=currency, asked=asked),
        find_wants(message, at=at, zone=zone, currency=currency),
        is_content(message),
    )


def read_agent(
    text: str, phrases: Phrases, *, at: datetime, zone: tzinfo = UTC, currency: str = ""
) -> AgentReading:
    """Read an agent's or bot's message sent at ``at``; local times in it are those of ``zone``."""
    message = prepare(text, phrases, "agent")
    promises = find_promises(message, at=at, zone=zone)
    offers = find_offers(message, currency=currency)
    return AgentReading(
        promises, find_asks(message), offers, steps_taken(message, promises=promises, offers=offers)
    )
