"""What programs read about offers: what is left of somebody's room, what would be fair, which approvals wait."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from leeway.core.adviser import Advice
from leeway.core.authority import Room, what_is_left
from leeway.core.case import Approval
from leeway.learn.fairness import Difference
from leeway.store.queries import customers, offers
from leeway.web import house
from leeway.web.api.answers import answer, says
from leeway.web.api.gate import READ_CASES
from leeway.web.api.reading import the_case
from leeway.web.insights.fairness import found

router = Router(tags=["offers"], auth=READ_CASES)

Person = Annotated[str, Query(max_length=200, description="A person of ours, by their id in the roster.")]


class Authority(msgspec.Struct, frozen=True):
    """``rooms``: what this person may decide alone on this case now. ``advice``: what would be fair to offer."""

    person: str
    rooms: tuple[Room, ...]
    advice: Advice


class ApprovalLine(msgspec.Struct, frozen=True):
    case: int
    customer: str
    approval: Approval


class ApprovalPage(msgspec.Struct, frozen=True):
    """``next`` is the cursor of the following page, 0 at the end."""

    approvals: list[ApprovalLine]
    next: int


@router.get(
    "/cases/{int:number}/authority", summary="What somebody may decide alone", openapi_extra=says(Authority)
)
def case_authority(request: HttpRequest, number: int, by: Person = "") -> HttpResponse:
    """Without `by` it is the case's owner."""
    case = the_case(number)
    world, now = house.world(), house.now()
    policy, who = world.policy_for(case.policy_version), by or case.owner
    seen = offers.seen((case,), (who,), policy, now)
    ground = seen.ground(policy, world.roster, case, customers.customer(case.customer), (who,))
    return answer(Authority(who, what_is_left(ground, who), seen.advice(ground, who)))


class Fairness(msgspec.Struct, frozen=True):
    """Each group of customers against like cases of everybody else."""

    days: int
    differences: list[Difference]


@router.get("/fairness", summary="Do like cases get like offers?", openapi_extra=says(Fairness))
def fairness(request: HttpRequest, days: Annotated[int, Query(ge=1, le=3_650)] = 365) -> HttpResponse:
    """Goodwill over what the adviser suggested, compared inside the same reason, fault and size of the amount."""
    return answer(Fairness(days, found(days)))


@router.get("/approvals", summary="Approvals", openapi_extra=says(ApprovalPage))
def list_approvals(
    request: HttpRequest,
    show: Literal["mine", "asked", "others", "decided"] = "others",
    by: Person = "",
    after: Annotated[int, Query(ge=0, le=2**62)] = 0,
    size: Annotated[int, Query(ge=1, le=200)] = 50,
) -> HttpResponse:
    """`others`: everything that waits, but what `by` is asked or asked for; `mine`: what waits for `by`."""
    found, more = offers.approvals(by, show=show, after=after, size=size, everything=True)
    lines = [ApprovalLine(one.case.id, one.case.customer, one.approval) for one in found]
    return answer(ApprovalPage(lines, more))
