"""Pauses, the end, and what comes after it."""

from __future__ import annotations

from msgspec.structs import replace

from leeway.core import events as e
from leeway.core import merging
from leeway.core.case import Case
from leeway.core.evolve.doing import watched_last
from leeway.core.evolve.escalation import with_escalation
from leeway.core.evolve.kept import fired


def case_paused(case: Case, event: e.CasePaused) -> Case:
    return replace(case, status="paused", paused_cause=event.cause, paused_at=event.at)


def case_resumed(case: Case, event: e.CaseResumed) -> Case:
    del event
    return replace(case, status="open", paused_cause="", paused_at=None)


def case_resolved(case: Case, event: e.CaseResolved) -> Case:
    return replace(
        case,
        status="resolved",
        resolved_at=event.at,
        resolution=event.how,
        asked=None,
        paused_cause="",
        paused_at=None,
        waiting_since=None,
        unanswered=0,
    )


def case_reopened(case: Case, event: e.CaseReopened) -> Case:
    """A "thanks" after the end has started no wait that the reopened case would be late with."""
    del event
    return replace(
        case,
        status="open",
        resolved_at=None,
        reopened=case.reopened + 1,
        follow_up_solved=None,
        waiting_since=None,
        unanswered=0,
    )


def case_closed(case: Case, event: e.CaseClosed) -> Case:
    del event
    return replace(case, status="closed")


def follow_up_recorded(case: Case, event: e.FollowUpRecorded) -> Case:
    return replace(case, follow_up_solved=event.solved)


def rating_recorded(case: Case, event: e.RatingRecorded) -> Case:
    return replace(case, rating=event.score)


def notice_issued(case: Case, event: e.NoticeIssued) -> Case:
    return replace(case, fired=fired(case, event.notice.key))


def customer_informed(case: Case, event: e.CustomerInformed) -> Case:
    return replace(case, fired=fired(case, event.message.key))


def case_joined(case: Case, event: e.CaseJoined) -> Case:
    joined = merging.joined(case, event.story)
    return replace(joined, promises=watched_last(joined.promises))


def case_left(case: Case, event: e.CaseLeft) -> Case:
    return replace(case, status="merged", merged_into=event.into, clocks={}, asked=None)


def ping_pong_stopped(case: Case, event: e.PingPongStopped) -> Case:
    """Whoever has it now has it; nobody waits for an acceptance any more."""
    pinned = replace(case, pinned_here=True, asked=None)
    record = case.escalation
    if record is None or record.state != "escalated":
        return pinned
    return with_escalation(pinned, record.number, accepted_at=record.accepted_at or event.at)


def policy_pinned(case: Case, event: e.PolicyPinned) -> Case:
    return replace(case, policy_version=event.version)
