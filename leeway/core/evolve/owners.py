"""Who has it, and who is asked."""

from __future__ import annotations

from msgspec.structs import replace

from leeway.core import events as e
from leeway.core.case import Asked, Case, Linked
from leeway.core.evolve.escalation import with_escalation
from leeway.core.evolve.kept import named


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


def owner_assigned(case: Case, event: e.OwnerAssigned) -> Case:
    return _new_owner(case, event.person, event)


def owner_asked(case: Case, event: e.OwnerAsked) -> Case:
    asked = Asked(event.person, event.level, event.at, event.why, event.silent, event.tried)
    return replace(case, asked=asked)


def owner_accepted(case: Case, event: e.OwnerAccepted) -> Case:
    handed_over = bool(case.owner) and case.owner != event.person
    owned = _new_owner(case, event.person, event)
    if handed_over:
        owned = replace(owned, handoff=replace(owned.handoff, handoffs=owned.handoff.handoffs + 1))
    escalation = owned.escalation
    if escalation is None or escalation.state != "escalated":
        return owned
    return with_escalation(owned, escalation.number, accepted_at=escalation.accepted_at or event.at)


def asked_back(case: Case, event: e.AskedBack) -> Case:
    asked = case.asked or Asked(event.person, case.level, event.at)
    return replace(case, asked=replace(asked, question=event.question, question_at=event.at))


def ask_back_answered(case: Case, event: e.AskBackAnswered) -> Case:
    asked = case.asked
    question = asked.question if asked else ""
    slots = named(case.slots, f"answer: {question}"[:120], Linked(event.answer, "", event.at), "slots")
    return replace(case, slots=slots, asked=asked and replace(asked, question="", question_at=None))


def no_longer_asked(case: Case, event: e.HandoffTurnedDown | e.AcceptExpired) -> Case:
    return replace(case, asked=None) if case.asked and case.asked.person == event.person else case
