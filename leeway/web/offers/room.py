"""The leeway panel of a case: what is left, what would be fair, what was given and what waits."""

from __future__ import annotations

from typing import Any

from leeway.core.approvals import may_revoke, must_not_decide
from leeway.core.authority import Ground, what_is_left
from leeway.core.case import Approval, Case
from leeway.core.customer import Customer
from leeway.core.policy import Policy
from leeway.store.queries import offers
from leeway.web import house
from leeway.web.access import Viewer


def panel(case: Case, customer: Customer | None, policy: Policy, viewer: Viewer) -> dict[str, Any]:
    """``room`` of a case's page; nothing is left for somebody the roster does not have."""
    roster, now = house.world().roster, house.now()
    seen = offers.seen((case,), (viewer.person,), policy, now)
    ground = seen.ground(policy, roster, case, customer, (viewer.person,))
    return {
        "rooms": what_is_left(ground, viewer.person),
        "advice": seen.advice(ground, viewer.person),
        "given": [offer for offer in case.offers if offer.taken_back_at is None][-6:],
        "waiting": [_decidable(ground, one, viewer) for one in case.approvals if one.open],
        "grants": [
            {
                "approval": one,
                "mine": viewer.person in (one.asked_by, case.owner),
                "may_revoke": may_revoke(ground, one, viewer.person),
            }
            for one in case.approvals
            if one.state == "granted"
        ],
    }


def _decidable(ground: Ground, approval: Approval, viewer: Viewer) -> dict[str, Any]:
    return {
        "approval": approval,
        "may_decide": bool(viewer.person) and viewer.person not in must_not_decide(ground, approval),
        "may_withdraw": viewer.person in (approval.asked_by, ground.case.owner),
    }
