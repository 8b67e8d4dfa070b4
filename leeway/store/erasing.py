"""Erasing: all there is of a customer, or the texts of cases that have been over for long (ADR 18).

The log is the truth, and so it is the log that is blanked: first the digests of what stands there are written down
(``store.seals.blanking``), then the texts go, and every row beside the log is made again from what is left. The chain
and its seals still verify, and say which parts are proved by nothing any more. All of a case goes in one transaction.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

import msgspec

from leeway.core.case import Case
from leeway.core.erasure import erased
from leeway.core.events import AnyEvent
from leeway.core.evolve import evolve_all
from leeway.core.refusals import Refusal
from leeway.store.seals.blanking import keep_digests
from leeway.store.writer.driver import Driver
from leeway.store.writer.rows import text

OVER = ("resolved", "closed", "merged")
CASES_AT_ONCE = 50

_read_event = msgspec.json.Decoder(AnyEvent).decode


class StillGoingOn(Refusal):
    """The customer has cases that are not over."""

    def __init__(self, customer: str, cases: list[int]) -> None:
        named = ", ".join(f"C-{number}" for number in cases[:5])
        super().__init__(
            f"{customer} still has cases that go on: {named}. Resolve them first; then everything can be erased.",
            field="customer",
            code="still_going_on",
        )


class NobodyKnown(Refusal):
    """No such customer."""

    def __init__(self, customer: str) -> None:
        super().__init__(f"Nobody is known by the number {customer!r}.", field="customer", code="not_found")


@dataclass(frozen=True, slots=True)
class Held:
    """What there is of a customer."""

    customer: str
    cases: tuple[int, ...]
    going_on: tuple[int, ...]


def held(driver: Driver, customer: str) -> Held:
    """Raises ``NobodyKnown``."""
    rows = driver.select("select id, status from leeway_case where customer = ? order by id", (customer,))
    if not rows and not driver.select("select 1 from leeway_customer where id = ?", (customer,)):
        raise NobodyKnown(customer)
    going_on = tuple(number for number, status in rows if status not in OVER)
    return Held(customer, tuple(number for number, _ in rows), going_on)


def erase_customer(driver: Driver, customer: str, *, by: str, at: datetime) -> Held:
    """Erases everything personal of one customer: name, addresses, every text of every case. What stays is that
    somebody had cases, when, and how they were handled. Raises ``NobodyKnown`` and ``StillGoingOn``.
    """
    found = held(driver, customer)
    if found.going_on:
        raise StillGoingOn(customer, list(found.going_on))
    stands_for = f"erased-{sha256(f'{customer}{at.isoformat()}'.encode()).hexdigest()[:12]}"
    erasure = _Erasure(f"erasure of a customer, by {by}", at, customer, stands_for)
    for number in found.cases:
        _one_case(driver, number, erasure)
    driver.begin()
    try:
        driver.run("delete from leeway_customer where id = ?", (customer,))
        driver.run("update leeway_offer set customer = ? where customer = ?", (stands_for, customer))
        driver.run("update leeway_approval set customer = ? where customer = ?", (stands_for, customer))
        driver.commit()
    except BaseException:
        driver.rollback()
        raise
    return found


def erase_old_texts(driver: Driver, keep: timedelta, *, at: datetime, most: int = CASES_AT_ONCE) -> int:
    """Erases the texts of cases that have been closed for longer than ``keep``; gives how many cases that were, at most
    ``most``. The customer stays known by their number.
    """
    rows = driver.select(
        "select c.id from leeway_case c where c.status in ('closed', 'merged') and c.last_message_at < ? "
        "and not exists (select 1 from leeway_blanked b join leeway_fact f on f.id = b.fact_id where f.case_id = c.id) "
        "order by c.last_message_at limit ?",
        (at - keep, most),
    )
    for (number,) in rows:
        _one_case(driver, number, _Erasure(f"kept for {keep.days} days", at))
    return len(rows)


@dataclass(frozen=True, slots=True)
class _Erasure:
    """Why texts go, and, when it is the customer who goes, who they were and what stands for them."""

    why: str
    at: datetime
    customer: str = ""
    stands_for: str = ""

    def without(self, body: str) -> str:
        return json.dumps(erased(json.loads(body), self.customer, self.stands_for), ensure_ascii=False)


def _one_case(driver: Driver, number: int, erasure: _Erasure) -> None:
    driver.begin()
    try:
        _blank_log(driver, number, erasure)
        _write(driver, _made_again(driver, number))
        _clear_copies(driver, number, erasure)
        driver.commit()
    except BaseException:
        driver.rollback()
        raise


def _blank_log(driver: Driver, number: int, erasure: _Erasure) -> None:
    facts = driver.select("select id, body, known from leeway_fact where case_id = ? order by seq", (number,))
    events = driver.select("select id, body from leeway_event where case_id = ?", (number,))
    keep_digests(driver, (fact for fact, *_ in facts), at=erasure.at, why=erasure.why)
    for fact, body, known in facts:
        driver.run(
            "update leeway_fact set body = ?, known = ? where id = ?",
            (erasure.without(body), erasure.without(known), fact),
        )
    for event, body in events:
        driver.run("update leeway_event set body = ? where id = ?", (erasure.without(body), event))


def _made_again(driver: Driver, number: int) -> Case:
    rows = driver.select("select body from leeway_event where case_id = ? order by seq", (number,))
    return evolve_all(Case(id=number), [_read_event(body) for (body,) in rows])


def _write(driver: Driver, case: Case) -> None:
    driver.run(
        "update leeway_case set state = ?, customer = ?, customer_name = ?, subject = ? where id = ?",
        (text(case), case.customer, case.customer_name, case.subject, case.id),
    )
    driver.run("update leeway_escalation set customer = ? where case_id = ?", (case.customer, case.id))
    for promise in case.promises:
        driver.run(
            "update leeway_promise set what = ? where case_id = ? and number = ?",
            (promise.what, case.id, promise.number),
        )
    for escalation in case.escalations:
        driver.run(
            "update leeway_escalation set outcome = ? where case_id = ? and number = ?",
            (escalation.outcome, case.id, escalation.number),
        )


def _clear_copies(driver: Driver, number: int, erasure: _Erasure) -> None:
    """What stands elsewhere of the same texts: what was sent, what is searched, the way to their page."""
    driver.run(
        "update leeway_outbox set state = 'dead', last_error = 'erased' where case_id = ? and state = 'pending'",
        (number,),
    )
    driver.run("update leeway_outbox set subject = '', body = '{}' where case_id = ?", (number,))
    driver.run(
        'update leeway_outbox set "to" = ? where case_id = ? and "to" = ? and "to" > \'\'',
        (erasure.stands_for, number, erasure.customer),
    )
    driver.run("delete from leeway_words where case_id = ?", (number,))
    driver.run(
        "update leeway_customer_link set revoked_at = ? where case_id = ? and revoked_at is null",
        (erasure.at, number),
    )
