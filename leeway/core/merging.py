"""Taking another case's story into this one, when both turn out to be the same matter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from leeway.core.case import KEPT, Case
from leeway.core.journey import compress
from leeway.core.reading.restating import Explained


def story_of(case: Case) -> dict[str, Any]:
    """What the other case needs to know, as plain data that is written into its log."""
    story: dict[str, Any] = msgspec.to_builtins(replace(case, clocks={}, asked=None, fired=()))
    return story


def joined(case: Case, story: Mapping[str, Any]) -> Case:
    """This case, having taken in what the other one knew. Its own clocks, owner and level stay as they are."""
    other = msgspec.convert(story, Case)
    told = sorted((*case.told, *other.told), key=lambda item: item.at)
    journey = sorted((*case.journey, *other.journey), key=lambda point: point.at)
    contacts = sorted((*case.contacts, *other.contacts))
    return replace(
        case,
        messages=case.messages + other.messages,
        interactions=(*case.interactions, *other.interactions)[-KEPT["interactions"] :],
        contacts=tuple(contacts[-50:]),
        told=tuple(told[-KEPT["told"] :]),
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


def _later(case: Case, other: Case) -> Any:  # noqa: ANN401 - Wish or None
    wishes = [wish for wish in (case.wish, other.wish) if wish is not None]
    return max(wishes, key=lambda wish: wish.at, default=None)


def _latest(first: Any, second: Any) -> Any:  # noqa: ANN401 - instants or None
    return max((at for at in (first, second) if at is not None), default=None)


def _earliest(first: Any, second: Any) -> Any:  # noqa: ANN401 - instants or None
    return min((at for at in (first, second) if at is not None), default=None)
