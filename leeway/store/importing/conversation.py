"""The import format: one conversation, and the facts it is made of.

``docs/how-to/import-conversations.md`` describes it for people.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated

import msgspec
from msgspec import Meta, field

from leeway.core.facts import (
    Author,
    CustomerRef,
    Fact,
    Id,
    Instant,
    MessageReceived,
    Name,
    Rated,
    Resolved,
    Text,
    Words,
)

LONGEST_ID = 200
AHEAD_AT_MOST = timedelta(minutes=5)

Source = Annotated[str, Meta(min_length=1, max_length=60, pattern=r"^[a-z0-9_.:-]+$")]


class Message(msgspec.Struct, frozen=True, omit_defaults=True):
    """One turn. ``agent`` is our person who wrote it; without ``id`` it is called after its place, from 1."""

    at: Instant
    author: Author = field(name="from")
    text: Text
    id: Id = ""
    agent: Name = ""
    internal: bool = False


class Conversation(msgspec.Struct, frozen=True, omit_defaults=True):
    """One conversation. ``resolved_at`` is when it was settled, if it was; ``rating`` the customer's, 1 to 5."""

    id: Id
    customer: CustomerRef
    messages: Annotated[tuple[Message, ...], Meta(min_length=1)]
    channel: Name = ""
    subject: Words = ""
    product: Name = ""
    brand: Name = ""
    resolved_at: Instant | None = None
    resolution: Words = ""
    rating: Annotated[int, Meta(ge=1, le=5)] | None = None

    @property
    def last_at(self) -> datetime:
        return max(message.at for message in self.messages).astimezone(UTC)


class Wrong(ValueError):
    """This conversation cannot be taken: ``field`` is the path to what is wrong, ``expected`` what should be there."""

    def __init__(self, field: str, message: str, expected: str = "") -> None:
        super().__init__(message)
        self.field = field
        self.message = message
        self.expected = expected


def check(conversation: Conversation, now: datetime) -> None:
    """What the types cannot say. Raises ``Wrong``."""
    seen: set[str] = set()
    for place, name in enumerate(message_names(conversation)):
        path = f"$.messages[{place}]"
        if name in seen:
            raise Wrong(f"{path}.id", f"{name!r} is the id of an earlier message too", "an id of its own")
        if len(conversation.id) + len(name) + 1 > LONGEST_ID:
            raise Wrong(f"{path}.id", "the two ids together are too long", f"{LONGEST_ID - 1} characters")
        seen.add(name)
    latest = now + AHEAD_AT_MOST
    for place, message in enumerate(conversation.messages):
        if message.at > latest:
            expected = "an instant that has passed"
            raise Wrong(f"$.messages[{place}].at", f"{message.at.isoformat()} is yet to come", expected)
    if conversation.resolved_at is not None and conversation.resolved_at > latest:
        raise Wrong("$.resolved_at", "this is yet to come", "an instant that has passed")


def message_names(conversation: Conversation) -> Iterator[str]:
    return (message.id or str(place) for place, message in enumerate(conversation.messages, 1))


def facts_of(conversation: Conversation, source: str) -> list[Fact]:
    """What happened in it, in the order of time: its messages, and its end where the file tells of one.

    The ids are made of the conversation's and the message's, so that the same file makes the same facts again.
    """
    facts: list[Fact] = [
        _message(conversation, message, name, source)
        for message, name in zip(conversation.messages, message_names(conversation), strict=True)
    ]
    facts.sort(key=lambda fact: fact.at)  # stable: what the file puts first stays first within one instant
    facts[0] = msgspec.structs.replace(
        facts[0],
        customer=conversation.customer,
        subject=conversation.subject,
        product=conversation.product,
        brand=conversation.brand,
    )
    if conversation.resolved_at is not None:
        facts.append(resolved(conversation, source, conversation.resolved_at, final=False))
    if conversation.rating is not None:
        at = max(conversation.last_at, conversation.resolved_at or conversation.last_at).astimezone(UTC)
        facts.append(
            Rated(
                id=f"{conversation.id}:rated",
                at=at,
                source=source,
                interaction=conversation.id,
                score=conversation.rating,
            )
        )
    facts.sort(key=lambda fact: fact.at)
    return facts


def _message(conversation: Conversation, message: Message, name: str, source: str) -> MessageReceived:
    return MessageReceived(
        id=f"{conversation.id}:{name}",
        at=message.at.astimezone(UTC),
        source=source,
        interaction=conversation.id,
        by=message.agent if message.author == "agent" else "",
        author=message.author,
        text=message.text,
        channel=conversation.channel,
        internal=message.internal,
    )


def resolved(conversation: Conversation, source: str, at: datetime, *, final: bool) -> Resolved:
    """The end of the conversation. ``final``: nobody follows it up."""
    return Resolved(
        id=f"{conversation.id}:{'closed' if final else 'resolved'}",
        at=at.astimezone(UTC),
        source=source,
        interaction=conversation.id,
        how=conversation.resolution or "imported history",
        final=final,
    )
