"""Contacts, and what was read in them."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from leeway.core import events as e
from leeway.core.case import (
    Case,
    CueTally,
    HandoffCount,
    InteractionRef,
    ToldFact,
    Wish,
)
from leeway.core.cue import Cue, CueKind
from leeway.core.evolve.kept import kept
from leeway.core.journey import JourneyPoint, compress


def case_opened(case: Case, event: e.CaseOpened) -> Case:
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


def interaction_joined(case: Case, event: e.InteractionJoined) -> Case:
    reference = InteractionRef(event.interaction, event.channel, event.at)
    contacts = (*case.contacts, event.at)[-50:] if event.contact else case.contacts
    return replace(
        case,
        interactions=kept(case.interactions, reference, "interactions"),
        contacts=contacts,
        channel=event.channel or case.channel,
    )


def interaction_closed(case: Case, event: e.InteractionClosed) -> Case:
    interactions = tuple(
        replace(item, ended_at=event.at) if item.id == event.interaction else item
        for item in case.interactions
    )
    return replace(case, interactions=interactions)


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


def message_read(case: Case, event: e.MessageRead) -> Case:
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
        told = kept(told, ToldFact(item, event.message, event.at), "told")
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
    return answered(replace(case, handoff=_asked_again(case.handoff, event)), event.at)


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


def answered(case: Case, at: datetime) -> Case:
    """The customer heard from us. What is older than their question, delivered late, is no answer to it."""
    case = replace(case, first_response_at=case.first_response_at or at)
    if case.waiting_since is not None and at < case.waiting_since:
        return case
    latest = at if case.last_answer_at is None else max(at, case.last_answer_at)
    return replace(case, last_answer_at=latest, waiting_since=None, unanswered=0)


def cues_seen(case: Case, event: e.CuesSeen) -> Case:
    return replace(case, cues=_tallied(case, event.cues, "", event), journey=_journey(case, event.point))


def helpers_changed(case: Case, event: e.HelpersChanged) -> Case:
    return replace(case, helpers=event.helpers)


def guidance_answered(case: Case, event: e.GuidanceAnswered) -> Case:
    """What does not help is remembered for this case; what was used is counted."""
    if event.used:
        return replace(case, guidance_used=case.guidance_used + 1)
    others = tuple(play for play in case.unhelpful if play != event.play)
    return replace(case, unhelpful=kept(others, event.play, "unhelpful"))


def customer_event_seen(case: Case, event: e.CustomerEventSeen) -> Case:
    others = tuple(name for name in case.events if name != event.name)
    return replace(case, events=others if event.ended else (*others, event.name)[-20:])


def risk_judged(case: Case, event: e.RiskJudged) -> Case:
    return replace(case, risk=event.risk, risk_why=event.why)


def alert_raised(case: Case, event: e.AlertRaised) -> Case:
    return replace(case, alerted_at=event.at, alerts=case.alerts + 1)
