"""A running case as the matter of a draft: what is known, promised, allowed and due."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from leeway.core.case import Case, ToldFact
from leeway.core.drafts.context import DraftContext, Turn
from leeway.core.money import in_words
from leeway.core.policy import Policy
from leeway.core.roster import Roster, calendar_for, calendar_of
from leeway.core.worktime import ALWAYS, Calendar

NO_FACTS = frozenset({"amount", "date", "time", "since", "tried_by_customer", "attachment", "product"})
"""Kinds a customer tells many of; asking for one of them may well mean another."""


def context_of(
    case: Case,
    turns: Iterable[Turn],
    *,
    policy: Policy,
    roster: Roster,
    now: datetime,
    left: Mapping[str, int] | None = None,
    zone: str = "",
) -> DraftContext:
    """The matter of a case. ``left`` is what the writer may still give, by instrument; None when nobody asked.

    ``zone`` is the writer's own; else the zone of the hours in which we work.
    """
    hours = _hours(case, policy, roster, now)
    update = case.clocks.get("update")
    return DraftContext(
        turns=tuple(turns),
        open_promises=tuple(
            promise.what for promise in case.promises if promise.state in ("found", "pending", "approaching")
        ),
        known_facts=_known(case.told),
        authority=dict(left) if left is not None else None,
        currency=policy.currency,
        update_due=update.due if update and update.due and update.due > now else None,
        now=now,
        calendar=hours,
        zone=ZoneInfo(zone or hours.zone),
    )


def _hours(case: Case, policy: Policy, roster: Roster, now: datetime) -> Calendar:
    """When somebody is there to keep a promise: the owner, else those who work at the case's level."""
    if case.owner and any(person.id == case.owner for person in roster.people):
        return calendar_of(roster, case.owner)
    level = next((level for level in (*policy.levels, *policy.desks) if level.name == case.level), None)
    return calendar_for(roster, level.target, now) if level else ALWAYS


def _known(told: Iterable[ToldFact]) -> dict[str, str]:
    known: dict[str, str] = {}
    for item in told:
        if item.told.kind not in NO_FACTS:
            known[item.told.kind] = item.told.value or item.told.quote
        elif item.told.kind == "amount" and item.told.amount is not None:
            known["amount"] = in_words(item.told.amount, item.told.currency)
    return known
