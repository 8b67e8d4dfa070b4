"""The customer as a decision sees them: what the source told us, and our own history with them."""

from __future__ import annotations

from datetime import datetime
from operator import attrgetter

import msgspec

from leeway.core.events import AnyEvent, CaseOpened, Escalated, PromiseSettled
from leeway.core.facts import CustomerRef


class Customer(msgspec.Struct, frozen=True, omit_defaults=True):
    """One person. ``spend`` in minor units of the policy's currency. The counts are over all their cases."""

    id: str
    name: str = ""
    email: str = ""
    phone: str = ""
    account: str = ""
    tier: str = "standard"
    region: str = ""
    language: str = ""
    since: datetime | None = None
    spend: int = 0
    purchases: int = 0
    renewal: datetime | None = None
    preferred_channel: str = ""
    cases: int = 0
    escalations: int = 0
    last_escalated_at: datetime | None = None
    broken_promises: int = 0


NOT_TOLD = ("", None)
_told = attrgetter(*CustomerRef.__struct_fields__)


def introduced(customer: Customer | None, ref: CustomerRef) -> Customer:
    """What we know after the source told us ``ref``: filled fields win, empty ones leave ours as they are."""
    known = customer or Customer(id=ref.id)
    pairs = zip(CustomerRef.__struct_fields__, _told(ref), _told(known), strict=True)
    news = {name: value for name, value, ours in pairs if value != ours and value not in NOT_TOLD}
    return msgspec.structs.replace(known, **news) if news else known


CHANGES_HISTORY = (CaseOpened, Escalated, PromiseSettled)
"""The only events ``after`` looks at."""


def after(customer: Customer, event: AnyEvent) -> Customer:
    """Our history with the customer after one event of one of their cases."""
    match event:
        case CaseOpened():
            return msgspec.structs.replace(customer, cases=customer.cases + 1)
        case Escalated(moved=False, at=at):
            return msgspec.structs.replace(
                customer, escalations=customer.escalations + 1, last_escalated_at=at
            )
        case PromiseSettled(state="broken"):
            return msgspec.structs.replace(customer, broken_promises=customer.broken_promises + 1)
        case _:
            return customer
