"""The story of one case: its messages and what was decided, in the order in which it happened."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from leeway.core.cue import Cue
from leeway.core.events import AnyEvent, CustomerInformed, MessageRead
from leeway.core.facts import Fact, MessageReceived
from leeway.core.own_page import LINK
from leeway.store.models import EventRow, FactRow

_read_fact = msgspec.json.Decoder(Fact)
_read_event: msgspec.json.Decoder[Any] = msgspec.json.Decoder(AnyEvent)

SHOWN = 200
REPLY = "reply"
"""What a colleague wrote to the customer is a message itself."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One message as a page shows it, with the cues that were read in it."""

    message: MessageReceived
    cues: tuple[Cue, ...] = ()
    fact: int = 0


@dataclass(frozen=True, slots=True)
class Told:
    """Something the customer was told that nobody typed as a message: an update, that it goes up, that it is solved."""

    kind: str
    text: str
    at: datetime
    fact: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One fact of the log, and what followed from it."""

    fact: Any
    number: int
    at: datetime
    recorded_at: datetime
    policy_version: int
    events: tuple[Any, ...] = field(default=())

    @property
    def kind(self) -> str:
        return str(type(self.fact).__struct_config__.tag)


def family(case: int) -> list[int]:
    """The case and those that went on inside it: their messages belong to its story."""
    joined = EventRow.objects.filter(case=case, kind="case_joined").values_list("body", flat=True)
    return [case, *(_read_event.decode(body).other for body in joined)]


def turns(case: int, *, before: int = 0, most: int = SHOWN) -> list[Turn]:
    """The latest messages of a case (those before fact ``before``), the oldest first."""
    members = family(case)
    rows = FactRow.objects.filter(case__in=members, kind="message")
    if before:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-id").values_list("pk", "body")[:most])[::-1]
    read = _readings(members, found[0][0], found[-1][0]) if found else {}
    return [Turn(_read_fact.decode(body), read.get(number, ()), number) for number, body in found]


def told(case: int, *, since: int = 0, most: int = SHOWN) -> list[Told]:
    """The latest of what these customers were told beside messages, from fact ``since`` on, the oldest first."""
    rows = EventRow.objects.filter(case__in=family(case), kind="customer_informed", fact__gte=since)
    found: list[Told] = []
    for number, body in rows.order_by("-fact", "-seq").values_list("fact", "body")[:most]:
        event: CustomerInformed = _read_event.decode(body)
        if event.message.kind != REPLY:
            text = event.message.text.replace(LINK, "…")  # the link itself stands in no log
            found.append(Told(event.message.kind, text, event.at, number))
    return found[::-1]


def _readings(members: list[int], first: int, last: int) -> dict[int, tuple[Cue, ...]]:
    """The cues of these cases' messages by fact, between two facts."""
    rows = EventRow.objects.filter(case__in=members, kind="message_read", fact__gte=first, fact__lte=last)
    read: dict[int, MessageRead] = {
        number: _read_event.decode(body) for number, body in rows.values_list("fact", "body")
    }
    return {number: event.cues for number, event in read.items()}


def entries(case: int, *, before: int = 0, most: int = SHOWN) -> list[Entry]:
    """The latest facts of a case with their events, the newest first."""
    rows = FactRow.objects.filter(case=case)
    if before:
        rows = rows.filter(pk__lt=before)
    facts = list(rows.order_by("-seq")[:most])
    if not facts:
        return []
    events: dict[int, list[Any]] = {}
    found = EventRow.objects.filter(case=case, fact__gte=facts[-1].pk, fact__lte=facts[0].pk).order_by("seq")
    for number, body in found.values_list("fact", "body"):
        events.setdefault(number, []).append(_read_event.decode(body))
    return [
        Entry(
            _read_fact.decode(row.body),
            row.pk,
            row.at,
            row.recorded_at,
            row.policy_version,
            tuple(events.get(row.pk, ())),
        )
        for row in facts
    ]
