"""The customer at a glance: what they are worth, how it went with them, what they were given, what they wait for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leeway.core.case import Attempt, Case
from leeway.core.decide.promising import OPEN as OPEN_PROMISES
from leeway.core.journey import JourneyPoint

MOST_OFFERS = 4
MOST_WAITS = 3


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact: how they felt at its end."""

    at: datetime
    feeling: str
    sentiment: float


@dataclass(frozen=True, slots=True)
class Waits:
    """Something of ours they wait for; ``what`` is empty for an answer."""

    what: str
    since: datetime | None = None
    due: datetime | None = None


def glance(case: Case, others: list[Case]) -> dict[str, Any]:
    """What the panel shows besides the customer's own record."""
    return {
        "feelings": contacts([*others, case]),
        "gifts": offers([case, *others]),
        "waits": waits(case),
        "products": tuple(dict.fromkeys(product for one in [case, *others] if (product := _product(one)))),
    }


def contacts(cases: list[Case]) -> tuple[Contact, ...]:
    """Every contact of these cases, the earliest first, with the feeling it ended in."""
    found = [contact for case in cases for contact in _of(case)]
    return tuple(sorted(found, key=lambda contact: contact.at))


def _of(case: Case) -> list[Contact]:
    begins = [*case.contacts] or ([case.opened_at] if case.opened_at else [])
    ends: list[datetime | None] = [*begins[1:], None]
    found = []
    for begin, end in zip(begins, ends, strict=True):
        last = _last(case.journey, begin, end)
        if last is not None:
            found.append(Contact(begin, last.feeling, last.sentiment))
    return found


def _last(journey: tuple[JourneyPoint, ...], begin: datetime, end: datetime | None) -> JourneyPoint | None:
    inside = [point for point in journey if point.at >= begin and (end is None or point.at < end)]
    return inside[-1] if inside else None


def offers(cases: list[Case]) -> tuple[Attempt, ...]:
    """What was offered so far, over all their cases, the latest first."""
    found = [attempt for case in cases for attempt in case.attempts]
    return tuple(sorted(found, key=lambda attempt: attempt.at, reverse=True)[:MOST_OFFERS])


def waits(case: Case) -> tuple[Waits, ...]:
    """An answer first, then what was promised, the earliest due first."""
    answer = [Waits("", case.waiting_since)] if case.waiting_since and case.live else []
    promised = [Waits(item.what, due=item.due) for item in case.promises if item.state in OPEN_PROMISES]
    promised.sort(key=lambda one: (one.due is None, one.due.timestamp() if one.due else 0.0))
    return tuple([*answer, *promised][:MOST_WAITS])


def _product(case: Case) -> str:
    return case.product or (case.matter.product if case.matter else "")
