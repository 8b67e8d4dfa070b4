"""What was done for the customer: steps, attempts, promises, updates, slots filled."""

from __future__ import annotations

from msgspec.structs import replace

from leeway.core import events as e
from leeway.core.case import KEPT, Attempt, Case, Linked, Promise
from leeway.core.evolve.conversation import answered
from leeway.core.evolve.kept import kept, named


def step_recorded(case: Case, event: e.StepRecorded) -> Case:
    link = Linked(event.note, event.message, event.at)
    return replace(case, steps=named(case.steps, event.step, link, "steps"))


def attempt_recorded(case: Case, event: e.AttemptRecorded) -> Case:
    return replace(case, attempts=kept(case.attempts, event.attempt, "attempts"))


def attempt_answer_recorded(case: Case, event: e.AttemptAnswerRecorded) -> Case:
    def with_answer(attempt: Attempt) -> Attempt:
        return replace(
            attempt,
            answer=event.answer,
            reason=event.reason,
            answered_at=event.at,
            answer_message=event.message,
        )

    attempts = tuple(with_answer(item) if item.number == event.number else item for item in case.attempts)
    return replace(case, attempts=attempts)


def promise_recorded(case: Case, event: e.PromiseRecorded) -> Case:
    by_number = {item.number: item for item in (*case.promises, event.promise)}
    return replace(case, promises=watched_last(tuple(by_number[number] for number in sorted(by_number))))


def watched_last(promises: tuple[Promise, ...]) -> tuple[Promise, ...]:
    """Room is made by forgetting settled promises first, then those nobody confirmed and that named no time. A
    promise whose clock runs is never forgotten.
    """
    surplus = max(0, len(promises) - KEPT["promises"])
    settled = [item for item in promises if item.state in ("kept", "broken", "released")]
    unwatched = [item for item in promises if item.state == "found" and item.due is None]
    forgotten = {item.number for item in (*settled, *unwatched)[:surplus]}
    return tuple(item for item in promises if item.number not in forgotten)


def promise_settled(case: Case, event: e.PromiseSettled) -> Case:
    def settled(promise: Promise) -> Promise:
        return replace(promise, state=event.state, settled_at=event.at, note=event.note or promise.note)

    return replace(
        case, promises=tuple(settled(item) if item.number == event.number else item for item in case.promises)
    )


def slot_recorded(case: Case, event: e.SlotRecorded) -> Case:
    return replace(case, slots=named(case.slots, event.slot, Linked(event.value, "", event.at), "slots"))


def update_recorded(case: Case, event: e.UpdateRecorded) -> Case:
    return replace(answered(case, event.at), last_update_at=event.at, updates=case.updates + 1)


def disclosure_noted(case: Case, event: e.DisclosureOwed | e.DisclosureSaid | e.DisclosureMissed) -> Case:
    return replace(case, disclosures=named(case.disclosures, event.name, event.record, "disclosures"))


def forbidden_said(case: Case, event: e.ForbiddenSaid) -> Case:
    return replace(case, forbidden=kept(case.forbidden, event.forbidden, "forbidden"))
