"""Lines and pages as the API answers them. Everything larger is a type of the core itself."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from leeway.core.clocks import Clock
from leeway.core.cue import Cue
from leeway.core.disclosure import Disclosure, DisclosureRecord, ForbiddenRecord
from leeway.core.facts import Name, Words
from leeway.core.guidance import Suggestion
from leeway.core.guidance.summary import Summary
from leeway.prove.findings import Proof

CURSOR = "Pass it as `after` for the next page; empty at the end."


class CaseLine(msgspec.Struct, frozen=True):
    """A case as lists show it. ``next_due`` is the deadline a person should look at, of the clock ``next_clock``."""

    id: int
    version: int
    customer: str
    customer_name: str
    subject: str
    channel: str
    status: str
    owner: str
    asked: str
    level: str
    escalated: bool
    risk: float
    policy_version: int
    next_due: datetime | None
    next_clock: str
    waiting_since: datetime | None
    opened_at: datetime
    last_message_at: datetime


class DisclosureLine(msgspec.Struct, frozen=True):
    """``standing``: ``later`` (not yet its turn), ``open``, ``said``, ``late`` or ``missed``."""

    disclosure: Disclosure
    standing: str
    record: DisclosureRecord | None


class Disclosures(msgspec.Struct, frozen=True):
    disclosures: list[DisclosureLine]
    forbidden: tuple[ForbiddenRecord, ...]


class Guidance(msgspec.Struct, frozen=True):
    """What to do or say next, and the case in short."""

    suggestions: tuple[Suggestion, ...]
    summary: Summary


class CasePage(msgspec.Struct, frozen=True):
    cases: list[CaseLine]
    next: Annotated[str, Meta(description=CURSOR)] = ""


class EscalationLine(msgspec.Struct, frozen=True):
    case: int
    number: int
    state: str
    kind: str
    reason: str
    request_source: str
    requested_by: str
    rule: str
    level: str
    from_level: str
    owner: str
    customer: str
    policy_version: int
    requested_at: datetime
    escalated_at: datetime | None
    accepted_at: datetime | None
    closed_at: datetime | None
    outcome: str
    within_authority: str


class EscalationPage(msgspec.Struct, frozen=True):
    escalations: list[EscalationLine]
    next: Annotated[str, Meta(description=CURSOR)] = ""


class PromiseLine(msgspec.Struct, frozen=True):
    case: int
    number: int
    what: str
    by: str
    state: str
    made_at: datetime
    due: datetime | None
    settled_at: datetime | None


class PromisePage(msgspec.Struct, frozen=True):
    promises: list[PromiseLine]
    next: Annotated[str, Meta(description=CURSOR)] = ""


class DueLine(msgspec.Struct, frozen=True):
    """A deadline that is near: of case ``case``, whose owner is ``owner``."""

    case: int
    clock: str
    due: datetime
    owner: str
    level: str
    customer_name: str
    subject: str
    escalated: bool


class DuePage(msgspec.Struct, frozen=True):
    clocks: list[DueLine]
    next: Annotated[str, Meta(description=CURSOR)] = ""


class Clocks(msgspec.Struct, frozen=True):
    clocks: list[Clock]


class OutboxLine(msgspec.Struct, frozen=True):
    """``to`` is a person, a customer or a webhook by ``kind``; ``about`` what it tells."""

    id: int
    key: str
    case: int | None
    kind: str
    about: str
    to: str
    subject: str
    urgency: str
    state: str
    channel: str
    attempts: int
    next_try_at: datetime | None
    last_error: str
    created_at: datetime
    sent_at: datetime | None


class OutboxPage(msgspec.Struct, frozen=True):
    outbox: list[OutboxLine]
    next: Annotated[str, Meta(description=CURSOR)] = ""


class LogEntry(msgspec.Struct, frozen=True):
    """One fact of a case, in the form it came in, and the events it led to. ``number`` is its place in the house."""

    number: int
    seq: int
    at: datetime
    recorded_at: datetime
    skewed: bool
    policy_version: int
    digest: str
    fact: Annotated[msgspec.Raw, Meta(description="A fact, as in POST /api/v1/facts.")]
    events: Annotated[list[msgspec.Raw], Meta(description="What was decided; `event` names the kind.")]


class LogPage(msgspec.Struct, frozen=True):
    log: list[LogEntry]
    next: Annotated[str, Meta(description=CURSOR)] = ""


class MessageLine(msgspec.Struct, frozen=True):
    """One message and the cues that were read in it. ``number`` is its fact's place in the house."""

    number: int
    id: str
    at: datetime
    author: str
    by: str
    text: str
    channel: str
    internal: bool
    cues: list[Cue]


class MessagePage(msgspec.Struct, frozen=True):
    """Oldest first. ``before`` leads to earlier ones, 0 at the beginning."""

    messages: list[MessageLine]
    before: int = 0


class Happened(msgspec.Struct, frozen=True):
    """What a person's act led to. ``duplicate``: it had been done before, and nothing happened now."""

    case: int
    version: int
    fact: int
    events: tuple[str, ...]
    duplicate: bool


class FileProblem(msgspec.Struct, frozen=True):
    """One mistake in a file; ``severity`` is ``error`` or ``warning``."""

    file: str
    line: int
    column: int
    path: str
    found: str
    expected: str
    hint: str
    severity: str


class Checked(msgspec.Struct, frozen=True):
    """``fine``: the files can be read. ``proved``: there is no hole either; ``proof`` says what was proved."""

    fine: bool
    problems: list[FileProblem]
    proved: bool = False
    proof: Proof | None = None


class Published(msgspec.Struct, frozen=True):
    """The version that is in force now."""

    version: int
    warnings: list[FileProblem] = []


class PolicyFiles(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A matrix file (``source``), or the files of a pack by name; ``note`` and ``by`` are for the history."""

    source: str = ""
    files: dict[str, str] = {}
    note: Words = ""
    by: Name = ""


class RosterFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A roster file as its author wrote it."""

    source: str
    note: Words = ""
    by: Name = ""


class AbsenceWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``person`` is away from ``start`` until ``end`` (without it until further notice)."""

    person: Name
    start: Annotated[datetime, Meta(tz=True)]
    end: Annotated[datetime, Meta(tz=True)] | None = None
    substitute: Name = ""
    reason: Words = ""
    by: Name = ""
