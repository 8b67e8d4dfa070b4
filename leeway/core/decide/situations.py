"""Fills the row a matrix rule looks at."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache

from leeway.core.authority import most_of_level
from leeway.core.case import Case
from leeway.core.cue import Cue
from leeway.core.customer import Customer
from leeway.core.journey import trend
from leeway.core.patterns import contacts_lately, earlier_escalations
from leeway.core.policy import Policy
from leeway.core.situation import Situation

DAYS_IN_A_YEAR = 365


def situation_of(
    case: Case,
    customer: Customer | None,
    policy: Policy,
    now: datetime,
    *,
    cues: tuple[Cue, ...] = (),
    requested_by: str = "",
) -> Situation:
    """The case as the matrix sees it. ``cues`` are the signs of this very moment; old ones do not fire a rule again."""
    return Situation(
        cue=tuple(sorted({cue.kind for cue in cues})) if cues else (),
        risk=case.risk,
        trend=trend(case.journey),
        feeling=case.feeling,
        patience=case.patience,
        tier=customer.tier if customer else "standard",
        contacts_30d=contacts_lately(case, now),
        same_matter=len(case.contacts) > 1,
        first_contact=case.last_answer_at is None,
        promise=tuple(sorted({item.state for item in case.promises if item.state != "found"}))
        if case.promises
        else (),
        attempts=len(case.attempts),
        refused=sum(item.answer == "declined" for item in case.attempts) if case.attempts else 0,
        offer_needed=_asked_amount(case),
        authority=authority_of(policy, case, customer),
        region=case.region,
        product=case.product,
        channel=case.channel,
        language=case.language,
        brand=case.brand,
        wants=case.wish.want.kind if case.wish else "",
        level=case.level,
        escalated=case.escalation is not None,
        reopened=case.reopened,
        reassigned=case.owner_changes,
        unanswered=case.unanswered,
        waiting=_seconds_since(case.waiting_since, now),
        age=_seconds_since(case.opened_at, now),
        renewal_in=_days_until(customer.renewal if customer else None, now),
        tenure_years=(now - customer.since).days // DAYS_IN_A_YEAR if customer and customer.since else 0,
        spend=customer.spend if customer else 0,
        earlier_escalations=earlier_escalations(case, customer),
        times_explained=case.explained.times,
        people_explained_to=len(case.explained.people),
        event=case.events,
        rating=case.rating,
        requested_by=requested_by,
    )


def authority_of(policy: Policy, case: Case, customer: Customer | None = None) -> int:
    """The most the present level may decide alone of what is wanted, in minor units; of any instrument when what is
    wanted is none. What was given before is not looked up here: a rule says whose decision it is, not what is left.
    """
    tier = customer.tier if customer else "standard"
    return _authority(policy, case.level, case.wish.want.kind if case.wish else "", tier, case.product)


@lru_cache(maxsize=1024)
def _authority(policy: Policy, level: str, instrument: str, tier: str, product: str) -> int:
    named = {limit.instrument for limit in policy.authority if limit.level == level}
    fitting = {instrument} if instrument in named else named
    return max((most_of_level(policy, level, one, tier, product) for one in fitting), default=0)


def _asked_amount(case: Case) -> int:
    return (case.wish.want.amount or 0) if case.wish else 0


def _seconds_since(then: datetime | None, now: datetime) -> int:
    return max(0, int((now - then).total_seconds())) if then else 0


def _days_until(then: datetime | None, now: datetime) -> int | None:
    return (then - now) // timedelta(days=1) if then else None
