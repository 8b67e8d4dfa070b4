"""Which case a fact belongs to, and when two cases turn out to be one matter.

Several matters of one customer stay separate cases; repeated contact about the same matter joins its case.
A new conversation therefore opens a case of its own, and as soon as its matter is known, while it is young
and nobody has built on it, it may join an older one.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from leeway.core.case import Case
from leeway.core.facts import CustomerEvent, CustomerRef, Fact, InteractionOpened, MessageReceived
from leeway.core.policy import Policy
from leeway.core.reading.matter import same_matter
from leeway.desk.draft import Draft
from leeway.desk.refusals import BelongsNowhere, CustomerUnknown

YOUNG_MESSAGES = 6
"""Three of the customer's and three answers: until then a matter is being told, and nobody has built on
it.
"""

OTHERS_AT_MOST = 10
"""A customer with more cases than this within the policy's days is compared with the latest only."""


INTRODUCING = (MessageReceived, InteractionOpened, CustomerEvent)


def introduction(fact: Fact) -> CustomerRef | None:
    """Who the fact says the customer is."""
    return fact.customer if isinstance(fact, INTRODUCING) else None


def find(fact: Fact, draft: Draft) -> Case:
    """The case the fact belongs to; a new one, with version 0, when it opens one.

    Raises ``UnknownCase``, ``CustomerUnknown`` or ``BelongsNowhere``.
    """
    if fact.case is not None:
        return draft.current(fact.case)
    if fact.interaction is not None:
        number = draft.case_of((fact.source, fact.interaction))
        if number is not None:
            return draft.current(number)
        if introduction(fact) is None:
            raise CustomerUnknown(fact.interaction)
        return draft.open_case()
    if isinstance(fact, CustomerEvent):
        return _liveliest(fact, draft) or draft.open_case()
    raise BelongsNowhere


def _liveliest(fact: CustomerEvent, draft: Draft) -> Case | None:
    """The live case in which the customer was heard last: what they do now most likely goes with it."""
    long_ago = fact.at - timedelta(days=365)
    numbers = {
        *draft.cases_in_draft(fact.customer.id),
        *draft.books.cases_of_customer(fact.customer.id, long_ago, OTHERS_AT_MOST),
    }
    live = [case for case in map(draft.case, numbers) if case.live]
    return max(
        live, key=lambda case: (case.last_message_at or case.opened_at or fact.at, case.id), default=None
    )


def may_join(before: Case, after: Case) -> bool:
    """Whether this fact taught us a young case's matter, so that it is worth looking for an older case
    about it.
    """
    return (
        after.matter is not None
        and after.matter != before.matter
        and after.status == "open"
        and after.messages <= YOUNG_MESSAGES
        and len(after.interactions) <= 1
        and not after.escalations
        and not after.handoff.handoffs
    )


def older_case_of_same_matter(young: Case, policy: Policy, now: datetime, draft: Draft) -> Case | None:
    """The customer's case that is about this matter too, if one is near enough; the nearest, and of equals
    the older.
    """
    since = now - timedelta(days=policy.same_matter_days)
    numbers = {
        *draft.cases_in_draft(young.customer),
        *draft.books.cases_of_customer(young.customer, since, OTHERS_AT_MOST),
    }
    others = [draft.case(number) for number in sorted(numbers - {young.id})]
    likeness = [
        (_likeness(young, other), -other.id, other) for other in others if _could_take_in(other, young, since)
    ]
    near = [found for found in likeness if found[0] >= policy.same_matter_at_least]
    return max(near, key=lambda found: found[:2])[2] if near else None


def _could_take_in(other: Case, young: Case, since: datetime) -> bool:
    if other.status not in ("open", "paused", "resolved", "closed") or other.matter is None:
        return False
    if other.customer != young.customer or (other.last_message_at or since) < since:
        return False
    # Whichever of two young cases learns its matter last joins the one that was there first, never the
    # other way.
    return (other.opened_at or since, other.id) < (young.opened_at or since, young.id)


def _likeness(one: Case, other: Case) -> float:
    if one.matter is None or other.matter is None:
        return 0.0
    return same_matter(one.matter, other.matter) or 0.0
