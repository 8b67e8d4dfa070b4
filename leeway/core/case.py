"""A case: one matter of one customer, from first contact to follow-up, as a value.

Bounded on purpose: a case of a million messages is as small as one of twenty. The full transcript stays in the log; the
case keeps what decisions and the hand-off packet need, each with the id of the message it came from.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from leeway.core.clocks import Clock, wake_at
from leeway.core.cue import CueKind
from leeway.core.disclosure import DisclosureRecord, ForbiddenRecord
from leeway.core.journey import JourneyPoint
from leeway.core.policy import EscalationKind, Fault, Instrument, Reason
from leeway.core.reading.matter import Matter
from leeway.core.reading.restating import Explained
from leeway.core.reading.told import Told
from leeway.core.reading.wants import Want

Status = Literal["open", "paused", "resolved", "closed", "merged"]
PromiseState = Literal["found", "pending", "approaching", "kept", "broken", "released"]
EscalationState = Literal["requested", "escalated", "declined", "closed"]
RequestSource = Literal["customer", "internal", "rule"]

KEPT = {
    "told": 60,
    "promises": 40,
    "attempts": 40,
    "interactions": 40,
    "escalations": 20,
    "consults": 20,
    "fired": 60,
    "steps": 30,
    "slots": 30,
    "unhelpful": 40,
    "offers": 40,
    "approvals": 20,
    "disclosures": 40,
    "forbidden": 20,
}
"""How many of each a case keeps at hand; older ones are in the log."""


class Linked(msgspec.Struct, frozen=True, omit_defaults=True):
    """A statement and the message it came from."""

    text: str
    message: str = ""
    at: datetime | None = None


class ToldFact(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something the customer told us: do not ask again."""

    told: Told
    message: str
    at: datetime


class Wish(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the customer wants, in their words."""

    want: Want
    message: str
    at: datetime


class Promise(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was said, by whom, by when. ``found`` promises were read in an agent's words and wait for confirmation;
    they run their clock all the same, because the customer heard them.
    """

    number: int
    what: str
    by: str
    made_at: datetime
    state: PromiseState = "pending"
    due: datetime | None = None
    message: str = ""
    settled_at: datetime | None = None
    note: str = ""


class Attempt(msgspec.Struct, frozen=True, omit_defaults=True):
    """A solution offered and the customer's answer. ``amount`` in minor units."""

    number: int
    offer: str
    by: str
    at: datetime
    kind: str = ""
    amount: int | None = None
    currency: str = ""
    message: str = ""
    answer: Literal["", "accepted", "declined", "unclear"] = ""
    answered_at: datetime | None = None
    reason: str = ""
    answer_message: str = ""


class Offer(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Something of value that was given. ``amount`` is in minor units of ``currency``, ``counted`` in the
    policy's: what the limits count.

    ``key`` is its place in the house's ledger and stays with it when the case goes on in another. ``by`` gave it,
    ``person`` is whose authority was used (who approved it, else who gave it). ``due``: owed and no goodwill, with what
    makes it so in ``because`` and how that is known in ``proof``. ``suggested`` and ``disputed`` are what the adviser
    would have given and what the matter was about, both in the policy's money, 0 when unknown; the rest says for whom,
    so that like cases can be compared.
    """

    number: int
    key: str
    instrument: Instrument
    amount: int
    currency: str
    counted: int
    by: str
    person: str
    at: datetime
    why: str = ""
    due: bool = False
    because: str = ""
    proof: str = ""
    approval: int = 0
    attempt: int = 0
    suggested: int = 0
    disputed: int = 0
    fault: Fault = "unknown"
    reason: str = ""
    tier: str = ""
    language: str = ""
    channel: str = ""
    region: str = ""
    product: str = ""
    taken_back_at: datetime | None = None
    taken_back_by: str = ""
    taken_back_why: str = ""


ApprovalState = Literal["asked", "granted", "declined", "withdrawn", "revoked", "lapsed", "used"]


class Approval(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A question whether something of value may be given, and its answer, good for one offer.

    ``asked_of`` is whoever decides now, at ``level``; ``tried`` had the question and did not answer. A large one
    ``needs`` two people: ``first_by`` is the first of them. ``granted`` (in ``currency``) and ``counted`` (policy
    money) are what was allowed, which may be less than was asked. ``until`` is when an unused grant is over.
    """

    number: int
    state: ApprovalState
    instrument: Instrument
    amount: int
    currency: str
    asked_by: str
    asked_at: datetime
    why: str = ""
    due: bool = False
    because: str = ""
    proof: str = ""
    level: str = ""
    asked_of: str = ""
    tried: tuple[str, ...] = ()
    rounds: int = 0
    needs: int = 1
    first_by: str = ""
    granted: int = 0
    counted: int = 0
    decided_by: str = ""
    decided_at: datetime | None = None
    note: str = ""
    until: datetime | None = None

    @property
    def open(self) -> bool:
        return self.state == "asked"


class Consult(msgspec.Struct, frozen=True, omit_defaults=True):
    """A question to the next level; the owner stays."""

    number: int
    question: str
    asked_by: str
    asked_of: str
    level: str
    asked_at: datetime
    rule: str = ""
    advice: str = ""
    answered_by: str = ""
    answered_at: datetime | None = None
    averted: bool | None = None


class Escalation(msgspec.Struct, frozen=True, omit_defaults=True):
    """The escalation as a record of its own. ``number`` counts within the case.

    ``requested`` waits for untried steps or missing packet slots until ``hold`` runs out; ``escalated`` is with a
    level; ``declined`` and ``closed`` are over. ``evidence`` are message ids.
    """

    number: int
    state: EscalationState
    request_source: RequestSource
    requested_by: str
    kind: EscalationKind
    reason: Reason
    level: str
    from_level: str
    requested_at: datetime
    policy_version: int
    rule: str = ""
    why: str = ""
    override: str = ""
    evidence: tuple[str, ...] = ()
    untried: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    escalated_at: datetime | None = None
    arrived_at: datetime | None = None
    accepted_at: datetime | None = None
    closed_at: datetime | None = None
    outcome: str = ""
    within_authority: str = ""

    @property
    def open(self) -> bool:
        return self.state in ("requested", "escalated")


class Asked(msgspec.Struct, frozen=True, omit_defaults=True):
    """Somebody has been asked to take the case and has not answered. The old owner stays accountable."""

    person: str
    level: str
    at: datetime
    why: str = ""
    silent: int = 0
    tried: tuple[str, ...] = ()
    question: str = ""
    question_at: datetime | None = None


class InteractionRef(msgspec.Struct, frozen=True, omit_defaults=True):
    id: str
    channel: str
    opened_at: datetime
    ended_at: datetime | None = None


class CueTally(msgspec.Struct, frozen=True, omit_defaults=True):
    """How often a kind of cue was seen in this case, and its strongest evidence."""

    count: int
    strongest: float
    quote: str
    message: str
    last_at: datetime


class HandoffCount(msgspec.Struct, frozen=True, omit_defaults=True):
    """Hand-offs, and how many of them made the customer say something again. ``last_asked_again`` is the number of the
    latest hand-off that did.
    """

    handoffs: int = 0
    asked_again: int = 0
    questions_again: int = 0
    last_asked_again: int = 0


class Case(msgspec.Struct, frozen=True, omit_defaults=True):
    id: int
    version: int = 0
    customer: str = ""
    customer_name: str = ""
    status: Status = "open"
    opened_at: datetime | None = None
    subject: str = ""
    channel: str = ""
    product: str = ""
    brand: str = ""
    region: str = ""
    language: str = ""
    policy_version: int = 0

    # who
    owner: str = ""
    owner_since: datetime | None = None
    asked: Asked | None = None
    level: str = ""
    level_since: datetime | None = None
    owners: tuple[str, ...] = ()
    owner_changes: int = 0
    helpers: tuple[str, ...] = ()
    pinned_here: bool = False

    # the conversation
    messages: int = 0
    interactions: tuple[InteractionRef, ...] = ()
    contacts: tuple[datetime, ...] = ()
    last_message: str = ""
    last_message_at: datetime | None = None
    last_customer_at: datetime | None = None
    last_answer_at: datetime | None = None
    first_response_at: datetime | None = None
    waiting_since: datetime | None = None
    unanswered: int = 0

    # what it is about
    matter: Matter | None = None
    wish: Wish | None = None
    told: tuple[ToldFact, ...] = ()
    slots: dict[str, Linked] = {}
    explained: Explained = Explained()
    asked_slots: tuple[str, ...] = ()

    # how it goes
    cues: dict[CueKind, CueTally] = {}
    journey: tuple[JourneyPoint, ...] = ()
    original_sentiment: float | None = None
    risk: float = 0.0
    risk_why: tuple[str, ...] = ()
    alerted_at: datetime | None = None
    alerts: int = 0
    events: tuple[str, ...] = ()
    guidance_used: int = 0
    unhelpful: tuple[str, ...] = ()

    # what was done
    steps: dict[str, Linked] = {}
    attempts: tuple[Attempt, ...] = ()
    promises: tuple[Promise, ...] = ()
    offers: tuple[Offer, ...] = ()
    approvals: tuple[Approval, ...] = ()
    fault: Fault | None = None
    fault_why: str = ""
    consults: tuple[Consult, ...] = ()
    escalations: tuple[Escalation, ...] = ()
    handoff: HandoffCount = HandoffCount()
    disclosures: dict[str, DisclosureRecord] = {}
    forbidden: tuple[ForbiddenRecord, ...] = ()
    last_update_at: datetime | None = None
    updates: int = 0

    # time
    clocks: dict[str, Clock] = {}
    fired: tuple[str, ...] = ()
    paused_cause: str = ""
    paused_at: datetime | None = None

    # the end, and what came after
    resolved_at: datetime | None = None
    resolution: str = ""
    reopened: int = 0
    rating: int | None = None
    merged_into: int | None = None
    follow_up_solved: bool | None = None

    @property
    def escalation(self) -> Escalation | None:
        """The open escalation, if any; there is never more than one."""
        return self.escalations[-1] if self.escalations and self.escalations[-1].open else None

    @property
    def live(self) -> bool:
        return self.status in ("open", "paused")

    @property
    def wake_at(self) -> datetime | None:
        return wake_at(self.clocks)

    @property
    def summary(self) -> Linked | None:
        """The matter in one sentence of the customer's own, with the message it stands in."""
        matter = self.matter
        return Linked(matter.summary, matter.summary_from) if matter and matter.summary else None

    @property
    def feeling(self) -> str:
        return self.journey[-1].feeling if self.journey else "neutral"

    @property
    def patience(self) -> int:
        return round(self.journey[-1].patience) if self.journey else 100

    def promise(self, number: int) -> Promise | None:
        return next((promise for promise in self.promises if promise.number == number), None)

    def offer(self, number: int) -> Offer | None:
        return next((offer for offer in self.offers if offer.number == number), None)

    def approval(self, number: int) -> Approval | None:
        return next((approval for approval in self.approvals if approval.number == number), None)

    @property
    def next_clock(self) -> Clock | None:
        """The running deadline that runs out first; the one a person should look at."""
        running = [
            clock for clock in self.clocks.values() if clock.running and clock.kind not in ("rest", "step")
        ]
        return min(running, key=lambda clock: clock.due or clock.started_at, default=None)


def number_after(
    items: tuple[Promise, ...]
    | tuple[Attempt, ...]
    | tuple[Consult, ...]
    | tuple[Escalation, ...]
    | tuple[Offer, ...]
    | tuple[Approval, ...],
) -> int:
    """The next number in a list that may have lost its oldest entries."""
    return items[-1].number + 1 if items else 1
