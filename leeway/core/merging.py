"""Taking another case's story into this one, when both turn out to be the same matter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from leeway.core.case import KEPT, Attempt, Case, Linked, Offer, Promise, number_after
from leeway.core.journey import compress
from leeway.core.reading.restating import Explained

GOES_ALONG = ("resolution", "regulator")
"""Clocks that count from the beginning of the matter; all others start anew or stay behind."""


def story_of(case: Case) -> dict[str, Any]:
    """What the other case needs to know, as plain data that is written into its log."""
    clocks = {
        name: clock for name, clock in case.clocks.items() if clock.kind in GOES_ALONG and clock.running
    }
    story: dict[str, Any] = msgspec.to_builtins(replace(case, clocks=clocks, asked=None, fired=()))
    return story


def told_by(story: Mapping[str, Any]) -> Case:
    """The other case, as its story tells it."""
    return msgspec.convert(story, Case)


def joined(case: Case, story: Mapping[str, Any]) -> Case:
    """This case, having taken in what the other one knew. Its own clocks, owner and level stay as they are."""
    other = told_by(story)
    told = sorted((*case.told, *other.told), key=lambda item: item.at)
    journey = sorted((*case.journey, *other.journey), key=lambda point: point.at)
    contacts = sorted((*case.contacts, *other.contacts))
    return replace(
        case,
        opened_at=_earliest(case.opened_at, other.opened_at),
        messages=case.messages + other.messages,
        interactions=(*case.interactions, *other.interactions)[-KEPT["interactions"] :],
        contacts=tuple(contacts[-50:]),
        matter=case.matter or other.matter,
        told=tuple(told[-KEPT["told"] :]),
        slots=_latest_kept({**other.slots, **case.slots}, "slots"),
        steps=_latest_kept({**other.steps, **case.steps}, "steps"),
        attempts=(*case.attempts, *_numbered(other.attempts, case.attempts))[-KEPT["attempts"] :],
        promises=(*case.promises, *_numbered(other.promises, case.promises)),
        offers=(*case.offers, *_numbered(other.offers, case.offers))[-KEPT["offers"] :],
        fault=case.fault or other.fault,
        fault_why=case.fault_why or other.fault_why,
        owners=tuple(dict.fromkeys((*other.owners, *case.owners)))[-20:],
        events=tuple(dict.fromkeys((*other.events, *case.events)))[-20:],
        journey=tuple(compress(tuple(journey))),
        cues={**other.cues, **case.cues},
        wish=_later(case, other),
        explained=Explained(
            case.explained.times + other.explained.times,
            tuple(dict.fromkeys((*case.explained.people, *other.explained.people)))[-16:],
        ),
        unanswered=case.unanswered + other.unanswered,
        waiting_since=_earliest(case.waiting_since, other.waiting_since),
        last_message=other.last_message or case.last_message,
        last_message_at=_latest(case.last_message_at, other.last_message_at),
        last_customer_at=_latest(case.last_customer_at, other.last_customer_at),
        last_answer_at=_latest(case.last_answer_at, other.last_answer_at),
        channel=other.channel or case.channel,
    )


Numbered = TypeVar("Numbered", Attempt, Promise, Offer)


def _numbered(items: tuple[Numbered, ...], after: tuple[Numbered, ...]) -> tuple[Numbered, ...]:
    """The other case's items with numbers that follow on ours."""
    first = number_after(after)
    return tuple(replace(item, number=first + place) for place, item in enumerate(items))


def _latest_kept(links: dict[str, Linked], name: str) -> dict[str, Linked]:
    return dict(list(links.items())[-KEPT[name] :])


def _later(case: Case, other: Case) -> Any:  # noqa: ANN401 - Wish or None
    wishes = [wish for wish in (case.wish, other.wish) if wish is not None]
    return max(wishes, key=lambda wish: wish.at, default=None)


def _latest(first: Any, second: Any) -> Any:  # noqa: ANN401 - instants or None
    return max((at for at in (first, second) if at is not None), default=None)


def _earliest(first: Any, second: Any) -> Any:  # noqa: ANN401 - instants or None
    return min((at for at in (first, second) if at is not None), default=None)
