"""Promises: read in an agent's words or entered, watched, kept or broken. A "thanks" cancels none of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec.structs import replace

from leeway.core import events as e
from leeway.core.case import Promise, number_after
from leeway.core.decide.turn import Turn
from leeway.core.facts import PromiseKept, PromiseMade, PromiseReleased
from leeway.core.people import people_of
from leeway.core.policy import Span, Warn
from leeway.core.refusals import Refusal
from leeway.core.worktime import ALWAYS, Calendar, NeverOpen, close_of_day

OPEN = ("found", "pending", "approaching")


def found(turn: Turn, what: str, due: datetime | None, *, message: str, by: str, note: str = "") -> None:
    """Read in an agent's words. The customer heard it, so its clock runs; the agent confirms or releases it."""
    if any(item.what == what and item.state in OPEN for item in turn.case.promises):
        return
    promise = Promise(number_after(turn.case.promises), what, by, turn.at, "found", due, message, note=note)
    turn.emit(e.PromiseRecorded(at=turn.at, promise=promise))
    _watch(turn, promise)
    turn.tell(
        "promise_found",
        f"promise_found:{promise.number}",
        (by or turn.case.owner,),
        f"You promised something on case C-{turn.case.id}",
        f"“{what}”. Confirm it with its time, or say that it was none.",
        urgency="whenever",
    )


def made(turn: Turn, fact: PromiseMade) -> None:
    """Entered by a person, or a found one confirmed with its time."""
    if fact.due <= turn.at:
        raise Refusal("A promise lies in the future; this time has passed.", field="due")
    number = fact.promise or number_after(turn.case.promises)
    earlier = turn.case.promise(number)
    if fact.promise and (earlier is None or earlier.state not in OPEN):
        raise Refusal(
            f"There is no open promise {fact.promise} on this case.", field="promise", code="no_promise"
        )
    by = fact.by or turn.case.owner
    fresh = Promise(number, fact.what, by, turn.at, "pending", fact.due)
    promise = fresh if earlier is None else replace(earlier, what=fact.what, due=fact.due, state="pending")
    turn.emit(e.PromiseRecorded(at=turn.at, promise=promise))
    turn.stop_clock(f"promise:{number}", "void")
    _watch(turn, promise)


def _watch(turn: Turn, promise: Promise) -> None:
    """Its clock runs, even when its time had passed before we heard of it: then the next tick finds it broken."""
    if promise.due is None:
        return
    warning = Warn(before=turn.policy.clocks.promise_reminder)
    turn.start_clock(
        f"promise:{promise.number}",
        "promise",
        Span(0),
        ALWAYS,
        due=promise.due,
        start=min(turn.now, promise.due),
        warnings=(warning,),
        about=promise.what[:80],
    )


def take_over(turn: Turn) -> None:
    """What was promised in a case that was merged into this one is owed here now."""
    for promise in turn.case.promises:
        if promise.state in OPEN and f"promise:{promise.number}" not in turn.case.clocks:
            _watch(turn, promise)


def due_in_working_days(start: datetime, days: int, calendar: Calendar) -> datetime:
    """When "within 3 working days" is over: the close of the third working day after today."""
    try:
        return close_of_day(calendar, start, days)
    except NeverOpen:  # the customer heard days all the same
        return start + timedelta(days=days)


def kept(turn: Turn, fact: PromiseKept) -> None:
    promise = _settle(turn, fact.promise, ("found", "pending", "approaching", "broken"))
    if promise.state == "broken":  # late is better than never, and stays late
        turn.emit(e.PromiseRecorded(at=turn.at, promise=replace(promise, note=f"done late: {fact.note}")))
        return
    turn.stop_clock(f"promise:{promise.number}", "met")
    turn.emit(e.PromiseSettled(at=turn.at, number=promise.number, state="kept", note=fact.note))


def released(turn: Turn, fact: PromiseReleased) -> None:
    promise = _settle(turn, fact.promise, OPEN)
    turn.stop_clock(f"promise:{promise.number}", "cancelled")
    turn.emit(e.PromiseSettled(at=turn.at, number=promise.number, state="released", note=fact.reason))


def _settle(turn: Turn, number: int, states: tuple[str, ...]) -> Promise:
    promise = turn.case.promise(number)
    if promise is None or promise.state not in states:
        raise Refusal(f"There is no open promise {number} on this case.", field="promise", code="no_promise")
    return promise


def approaching(turn: Turn, number: int) -> None:
    promise = turn.case.promise(number)
    if promise is None or promise.due is None:
        return
    turn.emit(e.PromiseSettled(at=turn.now, number=number, state="approaching"))
    turn.tell(
        "promise_approaching",
        f"promise_approaching:{number}:{promise.due:%Y%m%d%H%M}",
        (promise.by, turn.case.owner),
        f"Promise due soon on case C-{turn.case.id}",
        f"“{promise.what}” by {promise.due:%H:%M} UTC. Keep it, or tell the customer now.",
        urgency="now",
    )


def broke(turn: Turn, number: int, at: datetime) -> None:
    """Its time passed. The owner and those above hear it before the customer has to ask."""
    promise = turn.case.promise(number)
    if promise is None or promise.state not in OPEN:
        return
    turn.emit(e.PromiseSettled(at=at, number=number, state="broken"))
    head = people_of(turn.world.roster, f"manager_of:{turn.case.owner}", turn.now)
    turn.tell(
        "promise_broken",
        f"promise_broken:{number}",
        (promise.by, turn.case.owner, *head),
        f"A promise was not kept on case C-{turn.case.id}",
        f"“{promise.what}”. Tell the customer before they ask.",
        urgency="now",
    )
