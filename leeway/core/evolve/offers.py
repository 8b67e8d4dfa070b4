"""What was given, what may be given, and whose fault the matter is."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from leeway.core import events as e
from leeway.core.case import KEPT, Approval, Case, Offer
from leeway.core.evolve.kept import kept


def offer_recorded(case: Case, event: e.OfferRecorded) -> Case:
    return replace(case, offers=kept(case.offers, event.offer, "offers"))


def offer_returned(case: Case, event: e.OfferReturned) -> Case:
    def taken_back(offer: Offer) -> Offer:
        if offer.number != event.number:
            return offer
        return replace(offer, taken_back_at=event.at, taken_back_by=event.by, taken_back_why=event.reason)

    return replace(case, offers=tuple(map(taken_back, case.offers)))


def approval_opened(case: Case, event: e.ApprovalOpened) -> Case:
    return replace(case, approvals=_open_last((*case.approvals, event.approval)))


def _open_last(approvals: tuple[Approval, ...]) -> tuple[Approval, ...]:
    """Room is made by forgetting what is over; what waits or may still be used is never forgotten."""
    surplus = max(0, len(approvals) - KEPT["approvals"])
    over = [approval for approval in approvals if approval.state not in ("asked", "granted")]
    forgotten = {approval.number for approval in over[:surplus]}
    return tuple(approval for approval in approvals if approval.number not in forgotten)


def _with_approval(case: Case, number: int, **changes: Any) -> Case:
    def changed(approval: Approval) -> Approval:
        return replace(approval, **changes) if approval.number == number else approval

    return replace(case, approvals=tuple(map(changed, case.approvals)))


def approval_routed(case: Case, event: e.ApprovalRouted) -> Case:
    return _with_approval(
        case, event.number, asked_of=event.person, level=event.level, tried=event.tried, rounds=event.rounds
    )


def approval_seconded(case: Case, event: e.ApprovalSeconded) -> Case:
    return _with_approval(case, event.number, first_by=event.by, granted=event.amount, note=event.note)


def approval_granted(case: Case, event: e.ApprovalGranted) -> Case:
    return _with_approval(
        case,
        event.number,
        state="granted",
        granted=event.amount,
        counted=event.counted,
        decided_by=event.by,
        decided_at=event.at,
        note=event.note,
        until=event.until,
    )


def approval_ended(case: Case, event: e.ApprovalEnded) -> Case:
    used: dict[str, Any] = {} if event.state == "used" else {"note": event.why}
    decided = {"decided_by": event.by, "decided_at": event.at} if event.state == "declined" else {}
    return _with_approval(case, event.number, state=event.state, until=None, **used, **decided)


def fault_recorded(case: Case, event: e.FaultRecorded) -> Case:
    return replace(case, fault=event.fault, fault_why=event.why)
