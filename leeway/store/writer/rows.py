"""What stands in the rows beside a case's document: copies of it that lists, sweeps and deliveries go by."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec

from leeway.core.case import Case, Escalation, Promise
from leeway.core.customer import Customer
from leeway.core.events import CustomerInformed, NoticeIssued
from leeway.core.policy import Policy
from leeway.desk.ports import Entry
from leeway.store.writer.driver import Row

encode = msgspec.json.Encoder().encode


def text(value: object) -> str:
    """The JSON of a struct, as it is kept."""
    return encode(value).decode()


def case_row(case: Case, facts: int, digest: str, policy: Policy, now: datetime) -> Row:
    """In the order of ``tables.CASE``."""
    clock = case.next_clock
    opened_at = case.opened_at or now
    return (
        case.id,
        case.version,
        facts,
        digest,
        text(case),
        case.customer,
        case.customer_name,
        case.subject,
        case.channel,
        case.status,
        case.owner,
        case.asked.person if case.asked else "",
        case.level,
        _rank(policy, case.level),
        case.escalation is not None,
        case.risk,
        case.policy_version,
        clock.due if clock else None,
        clock.kind if clock else "",
        case.wake_at,
        case.waiting_since,
        opened_at,
        case.last_message_at or opened_at,
    )


def _rank(policy: Policy, level: str) -> int:
    try:
        return policy.level(level).rank
    except KeyError:  # a case before its first event is nowhere
        return 0


def customer_row(customer: Customer, now: datetime) -> Row:
    """In the order of ``tables.CUSTOMER``."""
    return (customer.id, text(customer), customer.name, customer.email, customer.account, now)


def changed_escalations(before: Case, after: Case) -> Iterator[Row]:
    """In the order of ``tables.ESCALATION``: those that changed, and the open one when the owner did."""
    known = {escalation.number: escalation for escalation in before.escalations}
    for escalation in after.escalations:
        moved = escalation.open and after.owner != before.owner
        if moved or known.get(escalation.number) != escalation:
            yield _escalation_row(after, escalation)


def _escalation_row(case: Case, escalation: Escalation) -> Row:
    return (
        case.id,
        escalation.number,
        escalation.state,
        escalation.kind,
        escalation.reason,
        escalation.request_source,
        escalation.requested_by,
        escalation.rule,
        escalation.level,
        escalation.from_level,
        case.owner,
        case.customer,
        escalation.policy_version,
        escalation.requested_at,
        escalation.escalated_at,
        escalation.accepted_at,
        escalation.closed_at,
        escalation.outcome,
        escalation.within_authority,
    )


def changed_promises(before: Case, after: Case) -> Iterator[Row]:
    """In the order of ``tables.PROMISE``."""
    known = {promise.number: promise for promise in before.promises}
    for promise in after.promises:
        if known.get(promise.number) != promise:
            yield _promise_row(after, promise)


def _promise_row(case: Case, promise: Promise) -> Row:
    return (
        case.id,
        promise.number,
        promise.what,
        promise.by,
        promise.state,
        promise.made_at,
        promise.due,
        promise.settled_at,
    )


def outbox_rows(entry: Entry, case: Case, now: datetime) -> Iterator[Row]:
    """In the order of ``tables.OUTBOX``: one row for each person a notice is for. Imported history tells
    nobody.
    """
    if entry.known.quiet:
        return
    for event in entry.events:
        match event:
            case NoticeIssued(notice=notice):
                for person in notice.to:
                    yield _outbox_row(
                        key=f"{case.id}:{notice.key}:{person}",
                        case=case.id,
                        kind="notice",
                        about=notice.kind,
                        to=person,
                        by=notice.by,
                        subject=notice.subject,
                        body=notice,
                        urgency=notice.urgency,
                        now=now,
                    )
            case CustomerInformed(message=message):
                yield _outbox_row(
                    key=f"{case.id}:{message.key}",
                    case=case.id,
                    kind="customer_message",
                    about=message.kind,
                    to=case.customer,
                    by=(),
                    subject=case.subject,
                    body=message,
                    urgency="now",
                    now=now,
                )
            case _:
                pass


def _outbox_row(
    *,
    key: str,
    case: int,
    kind: str,
    about: str,
    to: str,
    by: tuple[str, ...],
    subject: str,
    body: msgspec.Struct,
    urgency: str,
    now: datetime,
) -> Row:
    state, attempts, last_error, channel, locked_by = "pending", 0, "", "", ""
    return (
        key,
        case,
        kind,
        about,
        to,
        text(by),
        subject,
        text(body),
        urgency,
        state,
        attempts,
        now,
        last_error,
        channel,
        now,
        locked_by,
    )
