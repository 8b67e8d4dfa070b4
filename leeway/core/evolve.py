"""``evolve(case, event) -> case``: the one way a case changes. Replaying the log through it rebuilds every case."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
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
    HandoffCount,
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


def _named(items: dict[str, Linked], key: str, value: Linked, name: str) -> dict[str, Linked]:
    return dict(list({**items, key: value}.items())[-KEPT[name] :])


LASTING = ("rule:", "regulator:", "nobody:", "escalated:", "informed:", "outside:")
"""Keys that may come again and must not be forgotten for room: the rule would decide again, the clock start again, the
customer hear the same twice. All others carry a time or a number that only grows.
"""


def _fired(case: Case, key: str) -> tuple[str, ...]:
    """What has had its say, with one more; the oldest notices are forgotten first."""
    keys = (*case.fired, key)
    if len(keys) <= KEPT["fired"]:
        return keys
    oldest = next((item for item in keys if not item.startswith(LASTING)), keys[0])
    return tuple(item for item in keys if item != oldest)


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
            # A pattern says its latest state ("contact 4"), or it would be news again with every message.
            quote=cue.quote if old is None or stronger or not message else old.quote,
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
    late = case.last_answer_at is not None and event.at < case.last_answer_at  # delivered out of order
    answered_already = late or event.asks_nothing
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
    case = replace(case, asked_slots=event.asks)
    if event.author == "bot":  # no answer of ours: the customer is still waiting for a person
        return case
    return _answered(replace(case, handoff=_asked_again(case.handoff, event)), event.at)


def _asked_again(count: HandoffCount, event: e.MessageRead) -> HandoffCount:
    """A hand-off counts once, however many questions its receiver asks again."""
    if not event.asked_again:
        return count
    fresh = count.handoffs > count.last_asked_again
    return replace(
        count,
        questions_again=count.questions_again + len(event.asked_again),
        asked_again=count.asked_again + fresh,
        last_asked_again=count.handoffs,
    )


def _answered(case: Case, at: datetime) -> Case:
    """The customer heard from us. What is older than their question, delivered late, is no answer to it."""
    case = replace(case, first_response_at=case.first_response_at or at)
    if case.waiting_since is not None and at < case.waiting_since:
        return case
    latest = at if case.last_answer_at is None else max(at, case.last_answer_at)
    return replace(case, last_answer_at=latest, waiting_since=None, unanswered=0)


def _cues_seen(case: Case, event: e.CuesSeen) -> Case:
    return replace(case, cues=_tallied(case, event.cues, "", event), journey=_journey(case, event.point))


def _helpers_changed(case: Case, event: e.HelpersChanged) -> Case:
    return replace(case, helpers=event.helpers)


def _customer_event_seen(case: Case, event: e.CustomerEventSeen) -> Case:
    others = tuple(name for name in case.events if name != event.name)
    return replace(case, events=others if event.ended else (*others, event.name)[-20:])


def _risk_judged(case: Case, event: e.RiskJudged) -> Case:
    return replace(case, risk=event.risk, risk_why=event.why)


def _alert_raised(case: Case, event: e.AlertRaised) -> Case:
    return replace(case, alerted_at=event.at, alerts=case.alerts + 1)


# --- what was done ----------------------------------------------------------------------------------------------------


def _step_recorded(case: Case, event: e.StepRecorded) -> Case:
    link = Linked(event.note, event.message, event.at)
    return replace(case, steps=_named(case.steps, event.step, link, "steps"))


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
    by_number = {item.number: item for item in (*case.promises, event.promise)}
    return replace(case, promises=_watched_last(tuple(by_number[number] for number in sorted(by_number))))


def _watched_last(promises: tuple[Promise, ...]) -> tuple[Promise, ...]:
    """Room is made by forgetting settled promises first, then those nobody confirmed and that named no time. A
    promise whose clock runs is never forgotten.
    """
    surplus = max(0, len(promises) - KEPT["promises"])
    settled = [item for item in promises if item.state in ("kept", "broken", "released")]
    unwatched = [item for item in promises if item.state == "found" and item.due is None]
    forgotten = {item.number for item in (*settled, *unwatched)[:surplus]}
    return tuple(item for item in promises if item.number not in forgotten)


def _promise_settled(case: Case, event: e.PromiseSettled) -> Case:
    def settled(promise: Promise) -> Promise:
        return replace(promise, state=event.state, settled_at=event.at, note=event.note or promise.note)

    return replace(
        case, promises=tuple(settled(item) if item.number == event.number else item for item in case.promises)
    )


# --- escalation -------------------------------------------------------------------------------------------------------


def _rule_decided(case: Case, event: e.RuleDecided) -> Case:
    return replace(case, fired=_fired(case, event.key))


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
        override=event.override or (escalation.override if escalation else ""),
    )
    # Whoever was asked at the level below is asked no more.
    return replace(moved, level=event.level, level_since=event.at, pinned_here=False, asked=None)


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
    return replace(case, level=event.to, level_since=event.at, asked=None)


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
    slots = _named(case.slots, f"answer: {question}"[:120], Linked(event.answer, "", event.at), "slots")
    return replace(case, slots=slots, asked=asked and replace(asked, question="", question_at=None))


def _no_longer_asked(case: Case, event: e.HandoffTurnedDown | e.AcceptExpired) -> Case:
    return replace(case, asked=None) if case.asked and case.asked.person == event.person else case


# --- time -------------------------------------------------------------------------------------------------------------


def _clock_started(case: Case, event: e.ClockStarted | e.ClockPaused | e.ClockResumed) -> Case:
    clock = event.clock
    known = clock.kind != "regulator" or clock.name in case.fired
    return replace(
        case,
        clocks={**case.clocks, clock.name: clock},
        fired=case.fired if known else _fired(case, clock.name),
    )


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
    return replace(case, slots=_named(case.slots, event.slot, Linked(event.value, "", event.at), "slots"))


def _update_recorded(case: Case, event: e.UpdateRecorded) -> Case:
    return replace(_answered(case, event.at), last_update_at=event.at, updates=case.updates + 1)


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
        waiting_since=None,
        unanswered=0,
    )


def _case_reopened(case: Case, event: e.CaseReopened) -> Case:
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


def _case_closed(case: Case, event: e.CaseClosed) -> Case:
    del event
    return replace(case, status="closed")


def _follow_up_recorded(case: Case, event: e.FollowUpRecorded) -> Case:
    return replace(case, follow_up_solved=event.solved)


def _rating_recorded(case: Case, event: e.RatingRecorded) -> Case:
    return replace(case, rating=event.score)


def _notice_issued(case: Case, event: e.NoticeIssued) -> Case:
    return replace(case, fired=_fired(case, event.notice.key))


def _customer_informed(case: Case, event: e.CustomerInformed) -> Case:
    return replace(case, fired=_fired(case, event.message.key))


def _case_joined(case: Case, event: e.CaseJoined) -> Case:
    joined = merging.joined(case, event.story)
    return replace(joined, promises=_watched_last(joined.promises))


def _case_left(case: Case, event: e.CaseLeft) -> Case:
    return replace(case, status="merged", merged_into=event.into, clocks={}, asked=None)


def _ping_pong_stopped(case: Case, event: e.PingPongStopped) -> Case:
    """Whoever has it now has it; nobody waits for an acceptance any more."""
    pinned = replace(case, pinned_here=True, asked=None)
    record = case.escalation
    if record is None or record.state != "escalated":
        return pinned
    return _with_escalation(pinned, record.number, accepted_at=record.accepted_at or event.at)


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
    e.HelpersChanged: _helpers_changed,
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
