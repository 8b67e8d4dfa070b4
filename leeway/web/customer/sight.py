"""What a customer sees of their case. Everything on their page is a field of ``Sight``, and every field is chosen here.

Only two kinds of words get in: what the customer wrote themselves, and what was said to them. No subject (a help desk
or an agent may have written it), no note, no level, no risk, no rule, no other person than who has the case.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from django.utils import timezone

from leeway.core.case import Case, Promise
from leeway.core.clocks import Clock
from leeway.core.people import name_of
from leeway.core.policy import Policy
from leeway.core.roster import Roster

Stage = Literal["open", "paused", "going_up", "resolved", "closed"]
TOLD_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Promised:
    """What we said we would do. ``state`` is ``open``, ``kept`` or ``late``."""

    what: str
    state: Literal["open", "kept", "late"]
    due: datetime | None


@dataclass(frozen=True, slots=True)
class Sight:
    """``told_on`` are the days on which they told us; ``news_by`` when they hear from us next, ``answer_by`` when what
    they wrote is answered, ``final_by`` when all of it is over at the latest.
    """

    number: str
    house: str
    stage: Stage
    matter: str
    wish: str
    told_on: tuple[date, ...]
    owner: str
    owner_first_name: str
    since: datetime | None
    answer_by: datetime | None
    news_by: datetime | None
    final_by: datetime | None
    promises: tuple[Promised, ...]
    may_go_up: bool
    may_rate: bool
    asked_whether_solved: bool


def sight(case: Case, policy: Policy, roster: Roster, now: datetime, house_name: str = "") -> Sight:
    """``house_name`` is what customers know the house as, for a case that names no brand."""
    owner = name_of(roster, case.owner) if case.owner else ""
    stage = _stage(case)
    live = case.live
    return Sight(
        number=f"C-{case.id}",
        house=case.brand or house_name,
        stage=stage,
        matter=case.summary.text if case.summary else "",
        wish=case.wish.want.quote if case.wish else "",
        told_on=_days(case),
        owner=owner,
        owner_first_name=owner.split(" ")[0],
        since=case.owner_since,
        answer_by=_due(case, now, "next_response", "first_response") if case.waiting_since else None,
        news_by=_due(case, now, "update") if live else None,
        final_by=_due(case, now, "resolution") if live else None,
        promises=tuple(_promised(item) for item in case.promises if item.state in SHOWN),
        may_go_up=stage in ("open", "paused") and _has_above(case, policy),
        may_rate=stage in ("resolved", "closed") and case.rating is None,
        asked_whether_solved=stage == "resolved",
    )


def _stage(case: Case) -> Stage:
    if case.status in ("resolved", "closed"):
        return "resolved" if case.status == "resolved" else "closed"
    record = case.escalation
    if record is not None and record.accepted_at is None:
        return "going_up"
    return "paused" if case.status == "paused" and case.paused_cause == "waiting_for_customer" else "open"


def _has_above(case: Case, policy: Policy) -> bool:
    try:
        return bool(policy.level(case.level).climbs_to)
    except KeyError:  # a level the policy has lost: whoever decides will know
        return True


def _days(case: Case) -> tuple[date, ...]:
    """The days of their contacts, in the reader's zone, the latest few."""
    days = dict.fromkeys(timezone.localtime(at).date() for at in case.contacts)
    return tuple(days)[-TOLD_SHOWN:]


def _due(case: Case, now: datetime, *names: str) -> datetime | None:
    """When the first of these clocks runs out; nothing for one that stands still or has run out."""
    clocks: list[Clock] = [case.clocks[name] for name in names if name in case.clocks]
    return next((clock.due for clock in clocks if clock.running and clock.due and clock.due > now), None)


SHOWN: dict[str, Literal["open", "kept", "late"]] = {
    "pending": "open",
    "approaching": "open",
    "kept": "kept",
    "broken": "late",
}
"""Promises somebody confirmed. One only read in our words may be a misreading; one let off is over."""


def _promised(promise: Promise) -> Promised:
    return Promised(promise.what, SHOWN[promise.state], promise.due)
