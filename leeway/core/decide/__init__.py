"""The one door: ``decide(world, known, case, fact) -> events``. Live traffic, replays and drills all come here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from leeway.core import events as e
from leeway.core import facts as f
from leeway.core.case import Case
from leeway.core.decide import (
    approving,
    consulting,
    escalating,
    giving,
    judging,
    messages,
    owners,
    promising,
    solving,
    timing,
)
from leeway.core.decide.turn import Turn
from leeway.core.merging import story_of
from leeway.core.refusals import Refusal
from leeway.core.world import Known, World

__all__ = ["Decision", "decide", "decided", "story_of"]


class Decision(NamedTuple):
    """The events, and the case with them applied: whoever keeps both need not apply them again."""

    events: tuple[e.AnyEvent, ...]
    case: Case


def decide(world: World, known: Known, case: Case, fact: f.Fact) -> tuple[e.AnyEvent, ...]:
    """What follows from one fact; everything else as ``decided``."""
    return decided(world, known, case, fact).events


def decided(world: World, known: Known, case: Case, fact: f.Fact) -> Decision:
    """What follows from one fact, and the case after it.

    ``case`` is ``Case(id=…)`` with version 0 for a new one. Raises ``Refusal`` when a person asked for something that
    is not possible; then nothing happened. A fact that changes nothing gives a ``SetAside`` event saying why.
    """
    turn = Turn(world, known, case, fact, judging.rejudge)
    if case.status == "merged" and not isinstance(fact, f.ClockTicked):
        turn.set_aside(f"the case went on inside C-{case.merged_into}")
        return Decision(tuple(turn.events), turn.case)
    if case.version == 0:
        _open(turn, fact)
    _join(turn, fact)
    _HANDLERS[type(fact)](turn, fact)
    timing.keep_awake(turn)
    return Decision(tuple(turn.events), turn.case)


def _open(turn: Turn, fact: f.Fact) -> None:
    """A new case opens with its first fact, whatever that is."""
    customer = turn.known.customer
    turn.emit(
        e.CaseOpened(
            at=turn.at,
            customer=customer.id if customer else "",
            customer_name=customer.name if customer else "",
            channel=getattr(fact, "channel", ""),
            subject=getattr(fact, "subject", ""),
            product=getattr(fact, "product", ""),
            brand=getattr(fact, "brand", ""),
            region=customer.region if customer else "",
            language=customer.language if customer else "",
            level=turn.policy.levels[0].name,
        )
    )
    from_agent = isinstance(fact, f.MessageReceived) and fact.author == "agent"
    owners.assign_first(turn, fact.by if from_agent else "")
    if not turn.case.owner:
        owners.assign_anybody(turn)
    escalating.start_regulator_clocks(turn, "case_opened")


def _join(turn: Turn, fact: f.Fact) -> None:
    """A fact of an interaction the case does not know yet brings that interaction along; a second one is a contact."""
    name = fact.interaction
    if name is None or any(item.id == name for item in turn.case.interactions):
        return
    turn.emit(e.InteractionJoined(at=turn.at, interaction=name, channel=getattr(fact, "channel", "")))


def _opened(turn: Turn, fact: f.InteractionOpened) -> None:
    """Opening and joining said it all."""


def _ended(turn: Turn, fact: f.InteractionEnded) -> None:
    if fact.interaction:
        turn.emit(e.InteractionClosed(at=turn.at, interaction=fact.interaction))


def _guidance(turn: Turn, fact: f.GuidanceUsed | f.GuidanceUnhelpful, *, used: bool) -> None:
    turn.emit(e.GuidanceAnswered(at=turn.at, play=fact.play, move=fact.move, by=fact.by, used=used))


def _customer_event(turn: Turn, fact: f.CustomerEvent) -> None:
    turn.emit(e.CustomerEventSeen(at=turn.at, name=fact.name, ended=fact.ended))
    if not fact.ended:
        turn.rejudge()


def _merged_from(turn: Turn, fact: f.MergedFrom) -> None:
    if not turn.case.live:
        solving.reopened(turn, "the customer came back about this matter")
    turn.emit(e.CaseJoined(at=turn.at, other=fact.other, story=fact.story))
    escalating.take_over(turn, fact.other, fact.story)
    promising.take_over(turn)
    messages.take_over_waiting(turn)


def _merged_into(turn: Turn, fact: f.MergedInto) -> None:
    approving.end_all(turn, f"the case goes on in C-{fact.into}; ask again there")
    for clock in list(turn.case.clocks.values()):
        turn.stop_clock(clock.name, "void")
    record = turn.case.escalation
    if record is not None:
        turn.emit(e.EscalationEnded(at=turn.now, number=record.number, outcome=f"goes on in C-{fact.into}"))
    consulting.close_open(turn, averted=None)
    turn.emit(e.CaseLeft(at=turn.now, into=fact.into))


def _split_off(turn: Turn, fact: f.SplitOff) -> None:
    turn.emit(e.MatterSplit(at=turn.at, new_case=fact.new_case, what=fact.what))


def _policy_applied(turn: Turn, fact: f.PolicyApplied) -> None:
    """On purpose only: from now on the case runs under this version. Running clocks keep their own length."""
    if fact.version != turn.world.policy.version and fact.version not in turn.world.pinned:
        raise Refusal(f"There is no published policy version {fact.version}.", field="version")
    policy = turn.world.policy_for(fact.version)
    names = {level.name for level in (*policy.levels, *policy.desks)}
    record, asked = turn.case.escalation, turn.case.asked
    needed = {turn.case.level, record.level if record else "", asked.level if asked else ""} - {""}
    for name in sorted(needed - names):
        raise Refusal(f"Version {fact.version} has no level {name!r}, where this case is.", field="version")
    turn.emit(e.PolicyPinned(at=turn.at, version=fact.version, why=f"applied by {fact.by or 'api'}"))


def _escalation_requested(turn: Turn, fact: f.EscalationRequested) -> None:
    """Whoever wants a case to go up after its end says that it was none."""
    if not turn.case.live:
        solving.reopened(turn, fact.note or "escalated after its end")
    escalating.requested(turn, fact)


def _unavailable(turn: Turn, fact: f.OwnerUnavailable) -> None:
    why = fact.why or "unavailable"
    decided = approving.gone(turn, fact.person, why)
    asked = turn.case.asked
    if not decided or turn.case.owner == fact.person or (asked is not None and asked.person == fact.person):
        owners.gone(turn, fact.person, why)


def _undeliverable(turn: Turn, fact: f.NoticeUndeliverable) -> None:
    """Nobody was reached: the head hears instead; the person asked is skipped at once rather than waited for."""
    turn.emit(e.NobodyReachable(at=turn.now, notice=fact.notice, person=fact.person, why=fact.why))
    if fact.person and fact.person == turn.case.customer:
        owners.tell_of_unheard_answer(turn, fact.notice, fact.why)
        return
    asked = turn.case.asked
    decided = fact.notice.startswith("approval_asked:") and approving.gone(
        turn, fact.person, "no channel reaches them"
    )
    if asked is not None and asked.person == fact.person:
        owners.gone(turn, fact.person, "no channel reaches them")
    elif decided:
        pass
    elif turn.case.live:
        owners.tell_head_of_unreachable(turn, fact.person, fact.notice)


def _somebody(who: str) -> str:
    if not who:
        raise Refusal("Say who does this: the field `by` is empty.", field="by", code="nobody")
    return who


_HANDLERS: dict[type, Callable[[Turn, Any], None]] = {
    f.InteractionOpened: _opened,
    f.InteractionEnded: _ended,
    f.MessageReceived: messages.received,
    f.HelperJoined: lambda turn, fact: owners.helpers(turn, _somebody(fact.by), joins=True),
    f.HelperLeft: lambda turn, fact: owners.helpers(turn, _somebody(fact.by), joins=False),
    f.GuidanceUsed: lambda turn, fact: _guidance(turn, fact, used=True),
    f.GuidanceUnhelpful: lambda turn, fact: _guidance(turn, fact, used=False),
    f.CustomerEvent: _customer_event,
    f.StepTaken: lambda turn, fact: solving.step_taken(turn, fact.step, fact.note or "done"),
    f.AttemptMade: solving.attempt_made,
    f.AttemptAnswered: solving.attempt_answered,
    f.OfferGiven: giving.given,
    f.OfferTakenBack: giving.taken_back,
    f.FaultJudged: giving.fault_judged,
    f.ApprovalAsked: approving.ask,
    f.ApprovalGiven: approving.give,
    f.ApprovalDeclined: approving.decline,
    f.ApprovalRevoked: approving.revoke,
    f.ApprovalWithdrawn: approving.withdraw,
    f.PromiseMade: promising.made,
    f.PromiseKept: promising.kept,
    f.PromiseReleased: promising.released,
    f.EscalationRequested: _escalation_requested,
    f.EscalationDeclined: lambda turn, fact: escalating.turn_down(turn, fact.reason, fact.by),
    f.Deescalated: lambda turn, fact: escalating.deescalate(turn, fact.to, fact.reason, fact.by),
    f.ConsultAsked: lambda turn, fact: consulting.ask(turn, fact.question, fact.to, fact.by),
    f.ConsultAnswered: lambda turn, fact: consulting.answer(
        turn, fact.consult, fact.advice, fact.by, averted=fact.averted
    ),
    f.SlotFilled: solving.slot_filled,
    f.HandoffAccepted: lambda turn, fact: owners.accept(turn, _somebody(fact.by), fact.seen),
    f.HandoffAskedBack: lambda turn, fact: owners.ask_back(turn, fact.by, fact.question),
    f.HandoffAnswered: lambda turn, fact: owners.answer_back(turn, fact.by, fact.answer),
    f.HandoffDeclined: lambda turn, fact: owners.decline(turn, fact.by, fact.reason),
    f.HandedOver: lambda turn, fact: owners.hand_over(turn, fact.to, fact.reason),
    f.UpdateSent: solving.update_sent,
    f.Paused: solving.paused,
    f.Resumed: lambda turn, fact: solving.resumed(turn, fact.note or "resumed"),
    f.Resolved: solving.resolved,
    f.Reopened: lambda turn, fact: solving.reopened(turn, fact.reason),
    f.FollowUpAnswered: solving.follow_up_answered,
    f.Rated: solving.rated,
    f.OwnerUnavailable: _unavailable,
    f.NoticeUndeliverable: _undeliverable,
    f.MergedFrom: _merged_from,
    f.MergedInto: _merged_into,
    f.SplitOff: _split_off,
    f.PolicyApplied: _policy_applied,
    f.ClockTicked: lambda turn, _fact: timing.ticked(turn),
}
