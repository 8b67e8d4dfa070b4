"""``evolve(case, event) -> case``: the one way a case changes. Replaying the log through it rebuilds every case."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import reduce
from typing import Any

from msgspec.structs import replace

from leeway.core import events as e
from leeway.core.case import Case
from leeway.core.evolve import conversation, doing, ending, escalation, offers, owners, timing


def evolve(case: Case, event: e.AnyEvent) -> Case:
    """The case after one event; its version counts the events."""
    return _CHANGES[type(event)](replace(case, version=case.version + 1), event)


def evolve_all(case: Case, events: Iterable[e.AnyEvent]) -> Case:
    return reduce(evolve, events, case)


def _unchanged(case: Case, event: e.Event) -> Case:
    del event
    return case


_CHANGES: dict[type, Callable[[Case, Any], Case]] = {
    e.CaseOpened: conversation.case_opened,
    e.InteractionJoined: conversation.interaction_joined,
    e.InteractionClosed: conversation.interaction_closed,
    e.MessageRead: conversation.message_read,
    e.CuesSeen: conversation.cues_seen,
    e.HelpersChanged: conversation.helpers_changed,
    e.GuidanceAnswered: conversation.guidance_answered,
    e.CustomerEventSeen: conversation.customer_event_seen,
    e.RiskJudged: conversation.risk_judged,
    e.AlertRaised: conversation.alert_raised,
    e.StepRecorded: doing.step_recorded,
    e.AttemptRecorded: doing.attempt_recorded,
    e.AttemptAnswerRecorded: doing.attempt_answer_recorded,
    e.OfferRecorded: offers.offer_recorded,
    e.OfferReturned: offers.offer_returned,
    e.ApprovalOpened: offers.approval_opened,
    e.ApprovalRouted: offers.approval_routed,
    e.ApprovalSeconded: offers.approval_seconded,
    e.ApprovalGranted: offers.approval_granted,
    e.ApprovalEnded: offers.approval_ended,
    e.FaultRecorded: offers.fault_recorded,
    e.PromiseRecorded: doing.promise_recorded,
    e.PromiseSettled: doing.promise_settled,
    e.DisclosureOwed: doing.disclosure_noted,
    e.DisclosureSaid: doing.disclosure_noted,
    e.DisclosureMissed: doing.disclosure_noted,
    e.ForbiddenSaid: doing.forbidden_said,
    e.RuleDecided: escalation.rule_decided,
    e.EscalationOpened: escalation.escalation_opened,
    e.EscalationHeld: escalation.escalation_held,
    e.Escalated: escalation.escalated,
    e.EscalationTurnedDown: escalation.escalation_turned_down,
    e.EscalationEnded: escalation.escalation_ended,
    e.CaseDeescalated: escalation.case_deescalated,
    e.ConsultOpened: escalation.consult_opened,
    e.ConsultClosed: escalation.consult_closed,
    e.OwnerAssigned: owners.owner_assigned,
    e.OwnerAsked: owners.owner_asked,
    e.OwnerAccepted: owners.owner_accepted,
    e.AskedBack: owners.asked_back,
    e.AskBackAnswered: owners.ask_back_answered,
    e.HandoffTurnedDown: owners.no_longer_asked,
    e.AcceptExpired: owners.no_longer_asked,
    e.NobodyThere: _unchanged,
    e.ClockStarted: timing.clock_started,
    e.ClockStopped: timing.clock_stopped,
    e.ClockPaused: timing.clock_started,
    e.ClockResumed: timing.clock_started,
    e.ClockWarned: timing.clock_warned,
    e.ClockBreached: timing.clock_breached,
    e.SlotRecorded: doing.slot_recorded,
    e.UpdateRecorded: doing.update_recorded,
    e.CasePaused: ending.case_paused,
    e.CaseResumed: ending.case_resumed,
    e.CaseResolved: ending.case_resolved,
    e.CaseReopened: ending.case_reopened,
    e.CaseClosed: ending.case_closed,
    e.FollowUpAsked: _unchanged,
    e.FollowUpRecorded: ending.follow_up_recorded,
    e.RatingRecorded: ending.rating_recorded,
    e.NoticeIssued: ending.notice_issued,
    e.NobodyReachable: _unchanged,
    e.CustomerInformed: ending.customer_informed,
    e.CaseJoined: ending.case_joined,
    e.CaseLeft: ending.case_left,
    e.MatterSplit: _unchanged,
    e.PingPongStopped: ending.ping_pong_stopped,
    e.PolicyPinned: ending.policy_pinned,
    e.SetAside: _unchanged,
}
