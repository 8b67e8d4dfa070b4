"""Escalations and consults."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from leeway.core import events as e
from leeway.core.case import Case, Consult, Escalation
from leeway.core.evolve.kept import fired, kept


def rule_decided(case: Case, event: e.RuleDecided) -> Case:
    return replace(case, fired=fired(case, event.key))


def escalation_opened(case: Case, event: e.EscalationOpened) -> Case:
    return replace(case, escalations=kept(case.escalations, event.escalation, "escalations"))


def with_escalation(case: Case, number: int, **changes: Any) -> Case:
    def changed(item: Escalation) -> Escalation:
        return replace(item, **changes) if item.number == number else item

    return replace(case, escalations=tuple(changed(item) for item in case.escalations))


def escalation_held(case: Case, event: e.EscalationHeld) -> Case:
    return with_escalation(case, event.number, untried=event.untried, missing=event.missing)


def escalated(case: Case, event: e.Escalated) -> Case:
    escalation = case.escalation
    first = event.at if escalation is None or escalation.escalated_at is None else escalation.escalated_at
    moved = with_escalation(
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


def escalation_turned_down(case: Case, event: e.EscalationTurnedDown) -> Case:
    return with_escalation(case, event.number, state="declined", outcome=event.reason, closed_at=event.at)


def escalation_ended(case: Case, event: e.EscalationEnded) -> Case:
    return with_escalation(
        case,
        event.number,
        state="closed",
        outcome=event.outcome,
        within_authority=event.within_authority,
        closed_at=event.at,
    )


def case_deescalated(case: Case, event: e.CaseDeescalated) -> Case:
    return replace(case, level=event.to, level_since=event.at, asked=None)


def consult_opened(case: Case, event: e.ConsultOpened) -> Case:
    return replace(case, consults=kept(case.consults, event.consult, "consults"))


def consult_closed(case: Case, event: e.ConsultClosed) -> Case:
    def closed(item: Consult) -> Consult:
        return replace(
            item, advice=event.advice, answered_by=event.by, answered_at=event.at, averted=event.averted
        )

    return replace(case, consults=tuple(closed(i) if i.number == event.number else i for i in case.consults))
