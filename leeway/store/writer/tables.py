"""The tables the writer writes, column by column, with PostgreSQL's names for their types.

Told twice (here and in the models) on purpose: this list is what the plain SQL is made of, and a test holds
it against the models.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """``key`` is what makes a row the same row."""

    name: str
    columns: dict[str, str]
    key: tuple[str, ...]


INSTANT = "timestamptz"

CASE = Table(
    "leeway_case",
    {
        "id": "bigint",
        "version": "int",
        "facts": "int",
        "digest": "text",
        "state": "text",
        "customer": "text",
        "customer_name": "text",
        "subject": "text",
        "channel": "text",
        "status": "text",
        "owner": "text",
        "asked": "text",
        "level": "text",
        "level_rank": "smallint",
        "escalated": "bool",
        "risk": "float8",
        "policy_version": "int",
        "next_due": INSTANT,
        "next_clock": "text",
        "wake_at": INSTANT,
        "waiting_since": INSTANT,
        "opened_at": INSTANT,
        "last_message_at": INSTANT,
    },
    key=("id",),
)

CUSTOMER = Table(
    "leeway_customer",
    {"id": "text", "doc": "text", "name": "text", "email": "text", "account": "text", "updated_at": INSTANT},
    key=("id",),
)

INTERACTION = Table(
    "leeway_interaction",
    {"source": "text", "external_id": "text", "case_id": "bigint"},
    key=("source", "external_id"),
)

FACT = Table(
    "leeway_fact",
    {
        "id": "bigint",
        "case_id": "bigint",
        "seq": "int",
        "source": "text",
        "source_id": "text",
        "kind": "text",
        "at": INSTANT,
        "recorded_at": INSTANT,
        "skewed": "bool",
        "policy_version": "int",
        "body": "text",
        "known": "text",
        "digest": "text",
    },
    key=("source", "source_id"),
)

EVENT = Table(
    "leeway_event",
    {
        "id": "bigint",
        "case_id": "bigint",
        "seq": "int",
        "fact_id": "bigint",
        "kind": "text",
        "at": INSTANT,
        "body": "text",
    },
    key=("case_id", "seq"),
)

ESCALATION = Table(
    "leeway_escalation",
    {
        "case_id": "bigint",
        "number": "int",
        "state": "text",
        "kind": "text",
        "reason": "text",
        "request_source": "text",
        "requested_by": "text",
        "rule": "text",
        "level": "text",
        "from_level": "text",
        "owner": "text",
        "customer": "text",
        "policy_version": "int",
        "requested_at": INSTANT,
        "escalated_at": INSTANT,
        "accepted_at": INSTANT,
        "closed_at": INSTANT,
        "outcome": "text",
        "within_authority": "text",
    },
    key=("case_id", "number"),
)

PROMISE = Table(
    "leeway_promise",
    {
        "case_id": "bigint",
        "number": "int",
        "what": "text",
        "by": "text",
        "state": "text",
        "made_at": INSTANT,
        "due": INSTANT,
        "settled_at": INSTANT,
    },
    key=("case_id", "number"),
)

OUTBOX = Table(
    "leeway_outbox",
    {
        "key": "text",
        "case_id": "bigint",
        "kind": "text",
        "about": "text",
        "to": "text",
        "by": "text",
        "subject": "text",
        "body": "text",
        "urgency": "text",
        "state": "text",
        "attempts": "int",
        "next_try_at": INSTANT,
        "last_error": "text",
        "channel": "text",
        "created_at": INSTANT,
        "locked_by": "text",
    },
    key=("key",),
)

LOAD = Table("leeway_person_load", {"person": "text", "open_cases": "int"}, key=("person",))

OFFER = Table(
    "leeway_offer",
    {
        "key": "text",
        "case_id": "bigint",
        "counts_in": "bigint",
        "customer": "text",
        "person": "text",
        "given_by": "text",
        "instrument": "text",
        "counted": "bigint",
        "amount": "bigint",
        "currency": "text",
        "held": "bool",
        "due": "bool",
        "at": INSTANT,
        "ended_at": INSTANT,
        "suggested": "bigint",
        "disputed": "bigint",
        "fault": "text",
        "reason": "text",
        "tier": "text",
        "language": "text",
        "channel": "text",
        "region": "text",
        "product": "text",
    },
    key=("key",),
)

APPROVAL = Table(
    "leeway_approval",
    {
        "case_id": "bigint",
        "number": "int",
        "state": "text",
        "instrument": "text",
        "amount": "bigint",
        "currency": "text",
        "due": "bool",
        "asked_by": "text",
        "asked_of": "text",
        "level": "text",
        "customer": "text",
        "why": "text",
        "asked_at": INSTANT,
        "decide_by": INSTANT,
        "granted": "bigint",
        "decided_by": "text",
        "decided_at": INSTANT,
    },
    key=("case_id", "number"),
)
