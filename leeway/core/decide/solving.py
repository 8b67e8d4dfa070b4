"""Towards the end: steps and attempts, news, pauses, resolving, and what comes after (follow-up, rating, rescue)."""

from __future__ import annotations

from leeway.core import events as e
from leeway.core import facts as f
from leeway.core.case import Attempt, number_after
from leeway.core.clocks import Clock
from leeway.core.decide import approving, consulting, disclosing, escalating, levels, owners, words
from leeway.core.decide.turn import Turn
from leeway.core.disclosure import DisclosureTurn
from leeway.core.policy import Span
from leeway.core.refusals import Refusal
from leeway.core.worktime import ALWAYS

CLOSE_AFTER_FOLLOW_UPS = 2
"""A follow-up nobody answered is asked once; when its time has passed a second time the case is closed."""


def step_taken(turn: Turn, step: str, note: str, message: str = "") -> None:
    if step in turn.case.steps and not note:
        return
    turn.emit(e.StepRecorded(at=turn.at, step=step, note=note, message=message))
    escalating.release_if_ready(turn)


def slot_filled(turn: Turn, fact: f.SlotFilled) -> None:
    turn.emit(e.SlotRecorded(at=turn.at, slot=fact.slot, value=fact.value, by=fact.by))
    escalating.release_if_ready(turn)


def attempt_made(turn: Turn, fact: f.AttemptMade) -> None:
    offer(turn, fact.offer, kind=fact.kind, amount=fact.amount, currency=fact.currency, by=fact.by)


def offer(
    turn: Turn, words_: str, *, kind: str, amount: int | None, currency: str, by: str, message: str = ""
) -> None:
    number = number_after(turn.case.attempts)
    currency = currency or (turn.policy.currency if amount else "")
    attempt = Attempt(number, words_, by or turn.case.owner, turn.at, kind, amount, currency, message)
    turn.emit(e.AttemptRecorded(at=turn.at, attempt=attempt))
    step = "offer" if number == 1 else "alternative"
    if any(item.name == step for item in turn.policy.before):
        step_taken(turn, step, words_, message)


def attempt_answered(turn: Turn, fact: f.AttemptAnswered) -> None:
    numbers = [item.number for item in turn.case.attempts]
    if not numbers or (fact.attempt and fact.attempt not in numbers):
        raise Refusal("No such solution was offered on this case.", field="attempt", code="no_attempt")
    number = fact.attempt or numbers[-1]
    turn.emit(e.AttemptAnswerRecorded(at=turn.at, number=number, answer=fact.answer, reason=fact.reason))
    turn.rejudge()


# --- news and pauses --------------------------------------------------------------------------------------------------


def update_sent(turn: Turn, fact: f.UpdateSent) -> None:
    """Public news: the customer has been answered, the update clock starts again, a regulator's clock may stop."""
    in_time = answers_the_wait(turn)
    turn.emit(e.UpdateRecorded(at=turn.at, kind=fact.kind, by=fact.by))
    if in_time:
        answered(turn)
    news_sent(turn)
    turn.tell_customer(fact.kind, f"said:{turn.fact.id}", fact.text)
    stop_regulator_clocks(turn, SETTLES.get(fact.kind, ()))
    if turn.policy.disclosures:
        final = fact.kind == "final_response"
        moments: tuple[DisclosureTurn, ...] = ("final_response",) if final else ()
        disclosing.heard(turn, fact.text, message=fact.id, by=fact.by, moments=moments)


SETTLES: dict[str, tuple[str, ...]] = {
    "acknowledgement": ("acknowledged",),
    "final_response": ("acknowledged", "final_response"),
    "resolved": ("acknowledged", "resolved"),
}
"""What ends a regulator's clock. A case that is resolved still owes the final response, in writing."""


def stop_regulator_clocks(turn: Turn, moments: tuple[str, ...]) -> None:
    for clock in list(turn.case.clocks.values()):
        if clock.kind == "regulator" and clock.about in moments:
            turn.stop_clock(clock.name, "met")


def answers_the_wait(turn: Turn) -> bool:
    """Whether what we said is an answer; what is older than the customer's question is none."""
    return turn.case.waiting_since is None or turn.at >= turn.case.waiting_since


def answered(turn: Turn) -> None:
    """The customer waits for us no more: response clocks are met, silence is over."""
    turn.stop_clock("first_response", "met")
    turn.stop_clock("next_response", "met")
    turn.stop_clock("silent", "void")


def news_sent(turn: Turn) -> None:
    """The customer heard from us, answer or not: the next news is due a cadence from then."""
    update = turn.clock("update")
    if update is not None and update.started_at <= turn.at:  # later news has been sent since
        turn.stop_clock("update", "met")
        level = turn.level
        calendar = turn.calendar_of(level)
        turn.start_clock(
            "update", "update", level.update, calendar, warnings=level.warn, about=level.name, start=turn.at
        )


def paused(turn: Turn, fact: f.Paused) -> None:
    if turn.case.status != "open":
        turn.set_aside(f"the case is {turn.case.status}")
        return
    turn.pause_clocks()
    turn.emit(e.CasePaused(at=turn.at, cause=fact.cause, until=fact.until))
    if fact.until is not None and fact.until > turn.now:
        turn.start_clock("pause", "rest", Span(0), ALWAYS, due=fact.until, about="end of the pause")


def resumed(turn: Turn, why: str) -> None:
    if turn.case.status != "paused":
        turn.set_aside("the case is not paused")
        return
    turn.stop_clock("pause", "void")
    turn.emit(e.CaseResumed(at=turn.at, why=why))
    turn.resume_clocks()


# --- the end ----------------------------------------------------------------------------------------------------------


def resolved(turn: Turn, fact: f.Resolved) -> None:
    if turn.case.status in ("resolved", "closed"):
        turn.set_aside(f"the case is {turn.case.status} already")
        return
    approving.end_all(turn, "the case is resolved", grants=False)
    _stop_for_resolution(turn)
    consulting.close_open(turn, averted=None)
    record = turn.case.escalation
    if record is not None:
        turn.emit(
            e.EscalationEnded(
                at=turn.at,
                number=record.number,
                outcome=f"resolved: {fact.how}",
                within_authority=fact.within_authority,
            )
        )
    if turn.policy.disclosures:
        disclosing.closing(turn)
    turn.emit(e.CaseResolved(at=turn.at, how=fact.how, by=fact.by, within_authority=fact.within_authority))
    if fact.final:
        close(turn, "closed with its resolution")
        return
    follow_up = turn.policy.clocks.follow_up
    if follow_up is not None:
        turn.start_clock("follow_up", "follow_up", follow_up, turn.house_calendar)
    else:
        close(turn, "resolved; this house does not follow up")
    if not turn.known.quiet:
        turn.tell_customer(
            "resolved", f"resolved:{turn.case.reopened}", words.customer_text(turn, "resolved")
        )


def _stop_for_resolution(turn: Turn) -> None:
    """Everything that was owed is settled. The 30-day clock only stands still: a reopened case goes on with its rest.
    Promises stay: resolving a case keeps none of them; so does what a regulator wants in writing.
    """
    stop_regulator_clocks(turn, SETTLES["resolved"])
    for clock in list(turn.case.clocks.values()):
        if clock.kind in ("promise", "resolution", "regulator") or clock.name.startswith("grant:"):
            continue
        turn.stop_clock(clock.name, _outcome_of_resolving(turn, clock))
    turn.pause_clocks(only=("resolution",))


def _outcome_of_resolving(turn: Turn, clock: Clock) -> str:
    """A deadline to solve it is met by solving it; one to answer is not, when the customer still waits for a word."""
    if clock.kind in ("first_response", "next_response"):
        return "cancelled" if turn.case.waiting_since else "met"
    return "met" if clock.kind in ("level", "update", "accept") else "void"


def close(turn: Turn, why: str) -> None:
    """Over for good. Open promises and regulators' clocks are still watched until their own time."""
    approving.end_all(turn, "the case is closed")
    for clock in list(turn.case.clocks.values()):
        if clock.kind not in ("promise", "regulator"):
            turn.stop_clock(clock.name, "met" if clock.kind == "resolution" else "void")
    for promise in turn.case.promises:
        if (
            promise.state == "found" and promise.due is None
        ):  # "I'll look into it": nothing is left to look into
            done = "no time was named, and the case is closed"
            turn.emit(e.PromiseSettled(at=turn.at, number=promise.number, state="released", note=done))
    turn.emit(e.CaseClosed(at=turn.at, why=why))


def reopened(turn: Turn, reason: str, *, rescue: bool = False) -> None:
    """The case lives again; the time while it was closed does not count. ``rescue`` sends it one level up at once."""
    if turn.case.live:
        turn.set_aside("the case is open")
        return
    turn.stop_clock("follow_up", "void")
    turn.emit(e.CaseReopened(at=turn.at, reason=reason))
    turn.resume_clocks()
    if not turn.case.owner:
        owners.assign_first(turn)
    turn.tell(
        "reopened",
        f"reopened:{turn.case.reopened}",
        (turn.case.owner,),
        f"Case C-{turn.case.id} is open again",
        reason,
        urgency="now",
    )
    if rescue:
        above = levels.next_above(turn, turn.level)
        target = above or turn.level
        evidence = (turn.case.last_message,) if turn.case.last_message else ()
        escalating.go_up(
            turn,
            target,
            "no_resolution",
            source="customer",
            by="customer",
            why=reason,
            evidence=evidence,
            override=reason,
        )


def follow_up_due(turn: Turn, rounds: int) -> None:
    length = turn.policy.clocks.follow_up
    if length is None or rounds + 1 >= CLOSE_AFTER_FOLLOW_UPS:
        close(turn, "the customer did not come back after the follow-up")
        return
    turn.emit(e.FollowUpAsked(at=turn.now))
    turn.tell_customer("follow_up", f"follow_up:{turn.case.reopened}", words.customer_text(turn, "follow_up"))
    turn.start_clock("follow_up", "follow_up", length, turn.house_calendar, rounds=rounds + 1)


def follow_up_answered(turn: Turn, fact: f.FollowUpAnswered) -> None:
    if turn.case.live:
        turn.set_aside("the case is open; there is nothing to follow up yet")
        return
    turn.stop_clock("follow_up", "met")
    turn.emit(e.FollowUpRecorded(at=turn.at, solved=fact.solved))
    if fact.solved:
        close(turn, "the customer says it is solved")
    else:
        reopened(turn, fact.text or "the customer says it is still not solved", rescue=True)


def rated(turn: Turn, fact: f.Rated) -> None:
    turn.emit(e.RatingRecorded(at=turn.at, score=fact.score))
    over = turn.case.status in ("resolved", "closed")
    if over and fact.score <= turn.policy.resolved_rating_at_most:
        words_ = f": “{fact.text}”" if fact.text else ""
        reopened(turn, f"rated {fact.score} of 5{words_}", rescue=True)
    else:
        turn.rejudge()
