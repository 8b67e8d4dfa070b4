"""``evolve(case, event) -> case``: the one way a case changes. Replaying the log through it rebuilds every case."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import reduce
from typing import Any, TypeVar

from msgspec.structs import replace

from leeway.core import events as e
from leeway.core import merging
from leeway.core.case import (
    KEPT,
    Asked,
    Attempt,
    Case,
    Consult,
    CueTally,
    Escalation,
    InteractionRef,
    Linked,
    Promise,
    ToldFact,
    Wish,
)
from leeway.core.clocks import breached, warned
from leeway.core.cue import Cue, CueKind
from leeway.core.journey import JourneyPoint, compress

Item = TypeVar("Item")


def evolve(case: Case, event: e.AnyEvent) -> Case:
    """The case after one event; its version counts the events."""
    return _CHANGES[type(event)](replace(case, version=case.version + 1), event)


def evolve_all(case: Case, events: Iterable[e.AnyEvent]) -> Case:
    return reduce(evolve, events, case)


def _kept(items: tuple[Item, ...], new: Item, name: str) -> tuple[Item, ...]:
    return (*items, new)[-KEPT[name] :]


# --- opening, contacts ----------------------------------------------------------------------------------------------


def _case_opened(case: Case, event: e.CaseOpened) -> Case:
    return replace(
        case,
        customer=event.customer,
        customer_name=event.customer_name,
        opened_at=event.at,
        channel=event.channel,
        subject=event.subject,
        product=event.product,
        brand=event.brand,
        region=event.region,
        language=event.language,
        level=event.level,
        level_since=event.at,
    )


def _interaction_joined(case: Case, event: e.InteractionJoined) -> Case:
    reference = InteractionRef(event.interaction, event.channel, event.at)
    contacts = (*case.contacts, event.at)[-50:] if event.contact else case.contacts
    return replace(
        case,
        interactions=_kept(case.interactions, reference, "interactions"),
        contacts=contacts,
        channel=event.channel or case.channel,
    )


def _interaction_closed(case: Case, event: e.InteractionClosed) -> Case:
    interactions = tuple(
        replace(item, ended_at=event.at) if item.id == event.interaction else item
        for item in case.interactions
    )
    return replace(case, interactions=interactions)


# --- reading ----------------------------------------------------------------------------------------------------------


def _tallied(case: Case, cues: tuple[Cue, ...], message: str, event: e.Event) -> dict[CueKind, CueTally]:
    if not cues:
        return case.cues
    tallies = dict(case.cues)
    for cue in cues:
        old = tallies.get(cue.kind)
        stronger = old is None or cue.strength >= old.strongest
        tallies[cue.kind] = CueTally(
            count=1 if old is None else old.count + 1,
            strongest=cue.strength if old is None or stronger else old.strongest,
            quote=cue.quote if old is None or stronger else old.quote,
            message=message if old is None or stronger else old.message,
            last_at=event.at,
        )
    return tallies


def _journey(case: Case, point: JourneyPoint | None) -> tuple[JourneyPoint, ...]:
    return case.journey if point is None else tuple(compress((*case.journey, point)))


def _message_read(case: Case, event: e.MessageRead) -> Case:
    read = replace(
        case,
        messages=case.messages + 1,
        last_message=event.message,
        last_message_at=event.at if case.last_message_at is None else max(event.at, case.last_message_at),
    )
    if event.internal:
        return read
    if event.author == "customer":
        return _customer_said(read, event)
    return _we_said(read, event)


def _customer_said(case: Case, event: e.MessageRead) -> Case:
    told = case.told
    for item in event.told:
        told = _kept(told, ToldFact(item, event.message, event.at), "told")
    answered_already = (
        case.last_answer_at is not None and event.at <= case.last_answer_at
    )  # delivered out of order
    return replace(
        case,
        last_customer_at=event.at if case.last_customer_at is None else max(event.at, case.last_customer_at),
        waiting_since=case.waiting_since if answered_already else case.waiting_since or event.at,
        unanswered=case.unanswered if answered_already else case.unanswered + 1,
        cues=_tallied(case, event.cues, event.message, event),
        journey=_journey(case, event.point),
        original_sentiment=_first(case.original_sentiment, event.point),
        language=event.language or case.language,
        matter=event.matter or case.matter,
        wish=Wish(event.want, event.message, event.at) if event.want else case.wish,
        told=told,
        explained=event.explained or case.explained,
        asked_slots=(),
    )


def _first(original: float | None, point: JourneyPoint | None) -> float | None:
    return point.sentiment if original is None and point is not None else original


def _we_said(case: Case, event: e.MessageRead) -> Case:
    handoff = case.handoff
    case = replace(case, asked_slots=event.asks)
    if event.asked_again:
        handoff = replace(
            handoff,
            questions_again=handoff.questions_again + len(event.asked_again),
            asked_again=min(handoff.handoffs, handoff.asked_again + 1),
        )
    if (
        event.author == "bot"
    ):  # a bot's words are no answer of ours: the customer is still waiting for a person
        return replace(case, handoff=handoff)
    if (
        case.waiting_since is not None and event.at < case.waiting_since
    ):  # older than the question: no answer to it
        return replace(case, handoff=handoff, first_response_at=case.first_response_at or event.at)
    return replace(
        case,
        handoff=handoff,
        last_answer_at=event.at,
        first_response_at=case.first_response_at or event.at,
        waiting_since=None,
        unanswered=0,
    )


def _cues_seen(case: Case, event: e.CuesSeen) -> Case:
    return replace(case, cues=_tallied(case, event.cues, "", event), journey=_journey(case, event.point))


def _customer_event_seen(case: Case, event: e.CustomerEventSeen) -> Case:
    others = tuple(name for name in case.events if name != event.name)
    return replace(case, events=others if event.ended else (*others, event.name)[-20:])


def _risk_judged(case: Case, event: e.RiskJudged) -> Case:
    return replace(case, risk=event.risk, risk_why=event.why)


def _alert_raised(case: Case, event: e.AlertRaised) -> Case:
    return replace(case, alerted_at=event.at, alerts=case.alerts + 1)


# --- what was done ----------------------------------------------------------------------------------------------------


def _step_recorded(case: Case, event: e.StepRecorded) -> Case:
    return replace(case, steps={**case.steps, event.step: Linked(event.note, event.message, event.at)})


def _attempt_recorded(case: Case, event: e.AttemptRecorded) -> Case:
    return replace(case, attempts=_kept(case.attempts, event.attempt, "attempts"))


def _attempt_answer_recorded(case: Case, event: e.AttemptAnswerRecorded) -> Case:
    def answered(attempt: Attempt) -> Attempt:
        return replace(
            attempt,
            answer=event.answer,
            reason=event.reason,
            answered_at=event.at,
            answer_message=event.message,
        )

    attempts = tuple(answered(item) if item.number == event.number else item for item in case.attempts)
    return replace(case, attempts=attempts)


def _promise_recorded(case: Case, event: e.PromiseRecorded) -> Case:
    others = tuple(item for item in case.promises if item.number != event.promise.number)
    promises = (
        (*others, event.promise) if len(others) < len(case.promises) else (*case.promises, event.promise)
    )
    return replace(case, promises=_settled_dropped_first(tuple(sorted(promises, key=_by_number))))


def _by_number(promise: Promise) -> int:
    return promise.number


def _settled_dropped_first(promises: tuple[Promise, ...]) -> tuple[Promise, ...]:
    """An open promise is never forgotten for room; settled ones go first."""
    surplus = len(promises) - KEPT["promises"]
    if surplus <= 0:
        return promises
    settled = [item.number for item in promises if item.state in ("kept", "broken", "released")][:surplus]
    return tuple(item for item in promises if item.number not in settled)


def _promise_settled(case: Case, event: e.PromiseSettled) -> Case:
    def settled(promise: Promise) -> Promise:
        return replace(promise, state=event.state, settled_at=event.at, note=event.note or promise.note)

    return replace(
        case, promises=tuple(settled(item) if item.number == event.number else item for item in case.promises)
    )


# --- escalation -------------------------------------------------------------------------------------------------------


def _rule_decided(case: Case, event: e.RuleDecided) -> Case:
    return replace(case, fired=_kept(case.fired, event.key, "fired"))


def _escalation_opened(case: Case, event: e.EscalationOpened) -> Case:
    return replace(case, escalations=_kept(case.escalations, event.escalation, "escalations"))


def _with_escalation(case: Case, number: int, **changes: Any) -> Case:
    def changed(item: Escalation) -> Escalation:
        return replace(item, **changes) if item.number == number else item

    return replace(case, escalations=tuple(changed(item) for item in case.escalations))


def _escalation_held(case: Case, event: e.EscalationHeld) -> Case:
    return _with_escalation(case, event.number, untried=event.untried, missing=event.missing)


def _escalated(case: Case, event: e.Escalated) -> Case:
    escalation = case.escalation
    first = event.at if escalation is None or escalation.escalated_at is None else escalation.escalated_at
    moved = _with_escalation(
        case,
        event.number,
        state="escalated",
        level=event.level,
        kind=event.kind,
        escalated_at=first,
        arrived_at=event.at,
        accepted_at=None,
        missing=event.packet_missing,
    )
    return replace(moved, level=event.level, level_since=event.at, pinned_here=False)


def _escalation_turned_down(case: Case, event: e.EscalationTurnedDown) -> Case:
    return _with_escalation(case, event.number, state="declined", outcome=event.reason, closed_at=event.at)


def _escalation_ended(case: Case, event: e.EscalationEnded) -> Case:
    return _with_escalation(
        case,
        event.number,
        state="closed",
        outcome=event.outcome,
        within_authority=event.within_authority,
        closed_at=event.at,
    )


def _case_deescalated(case: Case, event: e.CaseDeescalated) -> Case:
    return replace(case, level=event.to, level_since=event.at)


def _consult_opened(case: Case, event: e.ConsultOpened) -> Case:
    return replace(case, consults=_kept(case.consults, event.consult, "consults"))


def _consult_closed(case: Case, event: e.ConsultClosed) -> Case:
    def closed(item: Consult) -> Consult:
        return replace(
            item, advice=event.advice, answered_by=event.by, answered_at=event.at, averted=event.averted
        )

    return replace(case, consults=tuple(closed(i) if i.number == event.number else i for i in case.consults))


# --- who --------------------------------------------------------------------------------------------------------------


def _new_owner(case: Case, person: str, event: e.Event) -> Case:
    changed = person != case.owner
    return replace(
        case,
        owner=person,
        owner_since=event.at if changed else case.owner_since,
        owner_changes=case.owner_changes + (changed and bool(case.owner)),
        owners=(*(name for name in case.owners if name != person), person)[-20:],
        asked=None,
    )


def _owner_assigned(case: Case, event: e.OwnerAssigned) -> Case:
    return _new_owner(case, event.person, event)


def _owner_asked(case: Case, event: e.OwnerAsked) -> Case:
    asked = Asked(event.person, event.level, event.at, event.why, event.silent, event.tried)
    return replace(case, asked=asked)


def _owner_accepted(case: Case, event: e.OwnerAccepted) -> Case:
    handed_over = bool(case.owner) and case.owner != event.person
    owned = _new_owner(case, event.person, event)
    if handed_over:
        owned = replace(owned, handoff=replace(owned.handoff, handoffs=owned.handoff.handoffs + 1))
    escalation = owned.escalation
    if escalation is None or escalation.state != "escalated":
        return owned
    return _with_escalation(owned, escalation.number, accepted_at=escalation.accepted_at or event.at)


def _asked_back(case: Case, event: e.AskedBack) -> Case:
    asked = case.asked or Asked(event.person, case.level, event.at)
    return replace(case, asked=replace(asked, question=event.question, question_at=event.at))


def _ask_back_answered(case: Case, event: e.AskBackAnswered) -> Case:
    asked = case.asked
    question = asked.question if asked else ""
    slot = f"answer: {question}"[:120]
    slots = {**case.slots, slot: Linked(event.answer, "", event.at)}
    return replace(case, slots=slots, asked=asked and replace(asked, question="", question_at=None))


def _no_longer_asked(case: Case, event: e.HandoffTurnedDown | e.AcceptExpired) -> Case:
    return replace(case, asked=None) if case.asked and case.asked.person == event.person else case


# --- time -------------------------------------------------------------------------------------------------------------


def _clock_started(case: Case, event: e.ClockStarted | e.ClockPaused | e.ClockResumed) -> Case:
    return replace(case, clocks={**case.clocks, event.clock.name: event.clock})


def _clock_stopped(case: Case, event: e.ClockStopped) -> Case:
    return replace(case, clocks={name: clock for name, clock in case.clocks.items() if name != event.name})


def _clock_warned(case: Case, event: e.ClockWarned) -> Case:
    clock = case.clocks.get(event.name)
    return (
        case
        if clock is None
        else replace(case, clocks={**case.clocks, event.name: warned(clock, event.index)})
    )


def _clock_breached(case: Case, event: e.ClockBreached) -> Case:
    clock = case.clocks.get(event.name)
    return (
        case
        if clock is None
        else replace(case, clocks={**case.clocks, event.name: breached(clock, event.at)})
    )


# --- the end, and around it -------------------------------------------------------------------------------------------


def _slot_recorded(case: Case, event: e.SlotRecorded) -> Case:
    slots = {**case.slots, event.slot: Linked(event.value, "", event.at)}
    return replace(case, slots=dict(list(slots.items())[-30:]))


def _update_recorded(case: Case, event: e.UpdateRecorded) -> Case:
    return replace(
        case,
        last_update_at=event.at,
        last_answer_at=event.at,
        first_response_at=case.first_response_at or event.at,
        waiting_since=None,
        unanswered=0,
        updates=case.updates + 1,
    )


def _case_paused(case: Case, event: e.CasePaused) -> Case:
    return replace(case, status="paused", paused_cause=event.cause, paused_at=event.at)


def _case_resumed(case: Case, event: e.CaseResumed) -> Case:
    del event
    return replace(case, status="open", paused_cause="", paused_at=None)


def _case_resolved(case: Case, event: e.CaseResolved) -> Case:
    return replace(
        case,
        status="resolved",
        resolved_at=event.at,
        resolution=event.how,
        asked=None,
        paused_cause="",
        paused_at=None,
    )


def _case_reopened(case: Case, event: e.CaseReopened) -> Case:
    del event
    return replace(case, status="open", resolved_at=None, reopened=case.reopened + 1, follow_up_solved=None)


def _case_closed(case: Case, event: e.CaseClosed) -> Case:
    del event
    return replace(case, status="closed")


def _follow_up_recorded(case: Case, event: e.FollowUpRecorded) -> Case:
    return replace(case, follow_up_solved=event.solved)


def _rating_recorded(case: Case, event: e.RatingRecorded) -> Case:
    return replace(case, rating=event.score)


def _notice_issued(case: Case, event: e.NoticeIssued) -> Case:
    return replace(case, fired=_kept(case.fired, event.notice.key, "fired"))


def _customer_informed(case: Case, event: e.CustomerInformed) -> Case:
    return replace(case, fired=_kept(case.fired, event.message.key, "fired"))


def _case_joined(case: Case, event: e.CaseJoined) -> Case:
    return merging.joined(case, event.story)


def _case_left(case: Case, event: e.CaseLeft) -> Case:
    return replace(case, status="merged", merged_into=event.into, clocks={}, asked=None)


def _ping_pong_stopped(case: Case, event: e.PingPongStopped) -> Case:
    del event
    return replace(case, pinned_here=True)


def _policy_pinned(case: Case, event: e.PolicyPinned) -> Case:
    return replace(case, policy_version=event.version)


def _unchanged(case: Case, event: e.Event) -> Case:
    del event
    return case


_CHANGES: dict[type, Callable[[Case, Any], Case]] = {
    e.CaseOpened: _case_opened,
    e.InteractionJoined: _interaction_joined,
    e.InteractionClosed: _interaction_closed,
    e.MessageRead: _message_read,
    e.CuesSeen: _cues_seen,
    e.CustomerEventSeen: _customer_event_seen,
    e.RiskJudged: _risk_judged,
    e.AlertRaised: _alert_raised,
    e.StepRecorded: _step_recorded,
    e.AttemptRecorded: _attempt_recorded,
    e.AttemptAnswerRecorded: _attempt_answer_recorded,
    e.PromiseRecorded: _promise_recorded,
    e.PromiseSettled: _promise_settled,
    e.RuleDecided: _rule_decided,
    e.EscalationOpened: _escalation_opened,
    e.EscalationHeld: _escalation_held,
    e.Escalated: _escalated,
    e.EscalationTurnedDown: _escalation_turned_down,
    e.EscalationEnded: _escalation_ended,
    e.CaseDeescalated: _case_deescalated,
    e.ConsultOpened: _consult_opened,
    e.ConsultClosed: _consult_closed,
    e.OwnerAssigned: _owner_assigned,
    e.OwnerAsked: _owner_asked,
    e.OwnerAccepted: _owner_accepted,
    e.AskedBack: _asked_back,
    e.AskBackAnswered: _ask_back_answered,
    e.HandoffTurnedDown: _no_longer_asked,
    e.AcceptExpired: _no_longer_asked,
    e.NobodyThere: _unchanged,
    e.ClockStarted: _clock_started,
    e.ClockStopped: _clock_stopped,
    e.ClockPaused: _clock_started,
    e.ClockResumed: _clock_started,
    e.ClockWarned: _clock_warned,
    e.ClockBreached: _clock_breached,
    e.SlotRecorded: _slot_recorded,
    e.UpdateRecorded: _update_recorded,
    e.CasePaused: _case_paused,
    e.CaseResumed: _case_resumed,
    e.CaseResolved: _case_resolved,
    e.CaseReopened: _case_reopened,
    e.CaseClosed: _case_closed,
    e.FollowUpAsked: _unchanged,
    e.FollowUpRecorded: _follow_up_recorded,
    e.RatingRecorded: _rating_recorded,
    e.NoticeIssued: _notice_issued,
    e.NobodyReachable: _unchanged,
    e.CustomerInformed: _customer_informed,
    e.CaseJoined: _case_joined,
    e.CaseLeft: _case_left,
    e.MatterSplit: _unchanged,
    e.PingPongStopped: _ping_pong_stopped,
    e.PolicyPinned: _policy_pinned,
    e.SetAside: _unchanged,
}
