"""Events: what we decided. The log of a case is these, and replaying them rebuilds the case exactly."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

from leeway.core.case import (
    Approval,
    ApprovalState,
    Attempt,
    Consult,
    Escalation,
    Offer,
    Promise,
    PromiseState,
)
from leeway.core.clocks import Clock
from leeway.core.cue import Cue
from leeway.core.disclosure import DisclosureRecord, ForbiddenRecord
from leeway.core.journey import JourneyPoint
from leeway.core.policy import ClockKind, Fault, Instrument
from leeway.core.reading.matter import Matter
from leeway.core.reading.restating import Explained
from leeway.core.reading.told import Told
from leeway.core.reading.wants import Want

Urgency = Literal["now", "soon", "whenever"]


class Notice(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something to tell people of ours. ``key`` is unique for what it tells in this case: the same key is the same
    notice, however often it is decided. ``to`` are person ids; ``by`` the channels to try, in order (empty: the
    person's own).
    """

    key: str
    kind: str
    to: tuple[str, ...]
    subject: str
    body: str = ""
    by: tuple[str, ...] = ()
    urgency: Urgency = "soon"


class CustomerMessage(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something to tell the customer, through the connector or channel the case came by."""

    key: str
    kind: str
    text: str


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="event"):
    """What every event has: when it became true, which is not always when it was noticed."""

    at: datetime


class CaseOpened(Event, frozen=True, tag="case_opened"):
    customer: str
    customer_name: str = ""
    channel: str = ""
    subject: str = ""
    product: str = ""
    brand: str = ""
    region: str = ""
    language: str = ""
    level: str = ""


class InteractionJoined(Event, frozen=True, tag="interaction_joined"):
    interaction: str
    channel: str = ""
    contact: bool = True


class InteractionClosed(Event, frozen=True, tag="interaction_closed"):
    interaction: str


class MessageRead(Event, frozen=True, tag="message_read"):
    """One turn was read: everything seen in it. ``asks`` are the things our message asked the customer for,
    ``asked_again`` those of them they had told us before; ``explained`` is the new count when they told the matter;
    ``asks_nothing``: thanks or a word of content to our answer, which nobody has to answer;
    ``language`` is the one it was found to be written in, the first time that was clear.
    """

    message: str
    author: str
    by: str = ""
    internal: bool = False
    cues: tuple[Cue, ...] = ()
    point: JourneyPoint | None = None
    matter: Matter | None = None
    language: str = ""
    asks_nothing: bool = False
    want: Want | None = None
    told: tuple[Told, ...] = ()
    explained: Explained | None = None
    asks: tuple[str, ...] = ()
    asked_again: tuple[str, ...] = ()


class CuesSeen(Event, frozen=True, tag="cues_seen"):
    """Signs in the pattern around the conversation."""

    cues: tuple[Cue, ...]
    point: JourneyPoint | None = None


class HelpersChanged(Event, frozen=True, tag="helpers_changed"):
    """Who helps beside the owner now."""

    helpers: tuple[str, ...]


class GuidanceAnswered(Event, frozen=True, tag="guidance_answered"):
    """What ``by`` made of a suggestion: used it, or said that it does not help here."""

    play: str
    move: str
    by: str = ""
    used: bool = True


class CustomerEventSeen(Event, frozen=True, tag="customer_event_seen"):
    name: str
    ended: bool = False


class RiskJudged(Event, frozen=True, tag="risk_judged"):
    risk: float
    why: tuple[str, ...] = ()


class AlertRaised(Event, frozen=True, tag="alert_raised"):
    risk: float
    why: tuple[str, ...] = ()


class StepRecorded(Event, frozen=True, tag="step_recorded"):
    step: str
    note: str = ""
    message: str = ""


class AttemptRecorded(Event, frozen=True, tag="attempt_recorded"):
    attempt: Attempt


class AttemptAnswerRecorded(Event, frozen=True, tag="attempt_answer_recorded"):
    number: int
    answer: Literal["accepted", "declined", "unclear"]
    reason: str = ""
    message: str = ""


class OfferRecorded(Event, frozen=True, tag="offer_recorded"):
    offer: Offer


class OfferReturned(Event, frozen=True, tag="offer_returned"):
    """It was taken back; ``key`` is its place in the ledger."""

    number: int
    key: str
    by: str = ""
    reason: str = ""


class ApprovalOpened(Event, frozen=True, tag="approval_opened"):
    approval: Approval


class ApprovalRouted(Event, frozen=True, tag="approval_routed"):
    """This person is asked to decide now; nobody when none of the level can be reached."""

    number: int
    person: str
    level: str
    why: str = ""
    tried: tuple[str, ...] = ()
    rounds: int = 0


class ApprovalSeconded(Event, frozen=True, tag="approval_seconded"):
    """The first of two people allows it, up to ``amount``."""

    number: int
    by: str
    amount: int
    note: str = ""


class ApprovalGranted(Event, frozen=True, tag="approval_granted"):
    """Allowed for one offer ``until`` then. ``counted`` (policy money) is held on the limits of ``by`` as ``key``."""

    number: int
    key: str
    instrument: Instrument
    by: str
    amount: int
    counted: int
    until: datetime
    due: bool = False
    note: str = ""


class ApprovalEnded(Event, frozen=True, tag="approval_ended"):
    """Declined, withdrawn, revoked, lapsed or used. What was held under ``key`` is free, or is the offer now."""

    number: int
    state: ApprovalState
    by: str = ""
    why: str = ""
    key: str = ""


class FaultRecorded(Event, frozen=True, tag="fault_recorded"):
    fault: Fault
    by: str = ""
    why: str = ""


class PromiseRecorded(Event, frozen=True, tag="promise_recorded"):
    promise: Promise


class PromiseSettled(Event, frozen=True, tag="promise_settled"):
    """The promise is now ``approaching``, ``kept``, ``broken`` or ``released``."""

    number: int
    state: PromiseState
    note: str = ""


class DisclosureOwed(Event, frozen=True, tag="disclosure_owed"):
    """A compulsory statement's turn has come, or one more message of ours passed without it."""

    name: str
    record: DisclosureRecord


class DisclosureSaid(Event, frozen=True, tag="disclosure_said"):
    """It was said, with its evidence; the record's state is ``late`` when its turn had passed."""

    name: str
    record: DisclosureRecord


class DisclosureMissed(Event, frozen=True, tag="disclosure_missed"):
    """Its turn has passed without it."""

    name: str
    record: DisclosureRecord


class ForbiddenSaid(Event, frozen=True, tag="forbidden_said"):
    """Something was said that must not be."""

    forbidden: ForbiddenRecord


class RuleDecided(Event, frozen=True, tag="rule_decided"):
    """A rule of the matrix decided; ``seen`` are the columns it looked at, with what they held. ``key`` says in which
    episode, so that lasting conditions decide once and not with every message.
    """

    rule: str
    go: str
    key: str
    consult: bool = False
    policy_version: int = 0
    seen: tuple[tuple[str, str], ...] = ()


class EscalationOpened(Event, frozen=True, tag="escalation_opened"):
    escalation: Escalation


class EscalationHeld(Event, frozen=True, tag="escalation_held"):
    """It waits for these steps and packet slots, asked of the person handing over."""

    number: int
    untried: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


class Escalated(Event, frozen=True, tag="escalated"):
    """The case is with this level now. ``moved`` when it climbed from an escalated level to the next; ``override`` is
    the reason for not waiting for what was owed first.
    """

    number: int
    level: str
    kind: str = "hierarchical"
    why: str = ""
    moved: bool = False
    packet_missing: tuple[str, ...] = ()
    override: str = ""


class EscalationTurnedDown(Event, frozen=True, tag="escalation_turned_down"):
    number: int
    reason: str
    by: str = ""


class EscalationEnded(Event, frozen=True, tag="escalation_ended"):
    number: int
    outcome: str
    within_authority: str = ""


class CaseDeescalated(Event, frozen=True, tag="case_deescalated"):
    number: int
    to: str
    reason: str
    by: str = ""


class ConsultOpened(Event, frozen=True, tag="consult_opened"):
    consult: Consult


class ConsultClosed(Event, frozen=True, tag="consult_closed"):
    number: int
    advice: str = ""
    by: str = ""
    averted: bool | None = None


class OwnerAssigned(Event, frozen=True, tag="owner_assigned"):
    """This person is accountable from now on without having been asked (first owner, or a plan's last resort)."""

    person: str
    level: str
    why: str


class OwnerAsked(Event, frozen=True, tag="owner_asked"):
    """This person is asked to take the case; the old owner stays accountable until they accept."""

    person: str
    level: str
    why: str = ""
    silent: int = 0
    tried: tuple[str, ...] = ()


class OwnerAccepted(Event, frozen=True, tag="owner_accepted"):
    person: str
    level: str


class AskedBack(Event, frozen=True, tag="asked_back"):
    person: str
    question: str


class AskBackAnswered(Event, frozen=True, tag="ask_back_answered"):
    person: str
    answer: str


class HandoffTurnedDown(Event, frozen=True, tag="handoff_turned_down"):
    person: str
    reason: str


class AcceptExpired(Event, frozen=True, tag="accept_expired"):
    """Nobody answered in time."""

    person: str
    silent: int


class NobodyThere(Event, frozen=True, tag="nobody_there"):
    """The level had nobody available; ``plan`` says what the matrix does about it."""

    level: str
    plan: str
    next_open: datetime | None = None
    considered: tuple[str, ...] = ()


class ClockStarted(Event, frozen=True, tag="clock_started"):
    clock: Clock


class ClockStopped(Event, frozen=True, tag="clock_stopped"):
    """``met`` in time, ``late`` after it had run out, ``cancelled`` or ``void`` because its reason went away."""

    name: str
    kind: ClockKind
    outcome: Literal["met", "late", "cancelled", "void"]


class ClockPaused(Event, frozen=True, tag="clock_paused"):
    clock: Clock


class ClockResumed(Event, frozen=True, tag="clock_resumed"):
    clock: Clock


class ClockWarned(Event, frozen=True, tag="clock_warned"):
    name: str
    kind: ClockKind
    index: int
    due: datetime | None = None


class ClockBreached(Event, frozen=True, tag="clock_breached"):
    """``at`` is when it ran out; ``noticed_at`` when the sweeper saw it."""

    name: str
    kind: ClockKind
    noticed_at: datetime
    level: str = ""
    owner: str = ""


class SlotRecorded(Event, frozen=True, tag="slot_recorded"):
    slot: str
    value: str
    by: str = ""


class UpdateRecorded(Event, frozen=True, tag="update_recorded"):
    kind: str
    by: str = ""


class CasePaused(Event, frozen=True, tag="case_paused"):
    cause: str
    until: datetime | None = None


class CaseResumed(Event, frozen=True, tag="case_resumed"):
    why: str = ""


class CaseResolved(Event, frozen=True, tag="case_resolved"):
    how: str
    by: str = ""
    within_authority: str = ""


class CaseReopened(Event, frozen=True, tag="case_reopened"):
    reason: str


class CaseClosed(Event, frozen=True, tag="case_closed"):
    why: str


class FollowUpAsked(Event, frozen=True, tag="follow_up_asked"):
    pass


class FollowUpRecorded(Event, frozen=True, tag="follow_up_recorded"):
    solved: bool


class RatingRecorded(Event, frozen=True, tag="rating_recorded"):
    score: int


class NoticeIssued(Event, frozen=True, tag="notice_issued"):
    notice: Notice


class NobodyReachable(Event, frozen=True, tag="nobody_reachable"):
    """A notice reached nobody on any channel."""

    notice: str
    person: str
    why: str = ""


class CustomerInformed(Event, frozen=True, tag="customer_informed"):
    message: CustomerMessage


class CaseJoined(Event, frozen=True, tag="case_joined"):
    """Another case's story was taken in."""

    other: int
    story: dict[str, Any] = {}


class CaseLeft(Event, frozen=True, tag="case_left"):
    """This case went on inside another."""

    into: int


class MatterSplit(Event, frozen=True, tag="matter_split"):
    new_case: int
    what: str


class PingPongStopped(Event, frozen=True, tag="ping_pong_stopped"):
    """The owner changed too often; the case stays here until it is resolved or climbs."""

    owner: str
    changes: int


class PolicyPinned(Event, frozen=True, tag="policy_pinned"):
    version: int
    why: str = ""


class SetAside(Event, frozen=True, tag="set_aside"):
    """The fact was kept and changed nothing; ``why`` says so in one sentence."""

    fact: str
    why: str


AnyEvent = (
    CaseOpened
    | InteractionJoined
    | InteractionClosed
    | MessageRead
    | CuesSeen
    | HelpersChanged
    | GuidanceAnswered
    | CustomerEventSeen
    | RiskJudged
    | AlertRaised
    | StepRecorded
    | AttemptRecorded
    | AttemptAnswerRecorded
    | OfferRecorded
    | OfferReturned
    | ApprovalOpened
    | ApprovalRouted
    | ApprovalSeconded
    | ApprovalGranted
    | ApprovalEnded
    | FaultRecorded
    | PromiseRecorded
    | PromiseSettled
    | DisclosureOwed
    | DisclosureSaid
    | DisclosureMissed
    | ForbiddenSaid
    | RuleDecided
    | EscalationOpened
    | EscalationHeld
    | Escalated
    | EscalationTurnedDown
    | EscalationEnded
    | CaseDeescalated
    | ConsultOpened
    | ConsultClosed
    | OwnerAssigned
    | OwnerAsked
    | OwnerAccepted
    | AskedBack
    | AskBackAnswered
    | HandoffTurnedDown
    | AcceptExpired
    | NobodyThere
    | ClockStarted
    | ClockStopped
    | ClockPaused
    | ClockResumed
    | ClockWarned
    | ClockBreached
    | SlotRecorded
    | UpdateRecorded
    | CasePaused
    | CaseResumed
    | CaseResolved
    | CaseReopened
    | CaseClosed
    | FollowUpAsked
    | FollowUpRecorded
    | RatingRecorded
    | NoticeIssued
    | NobodyReachable
    | CustomerInformed
    | CaseJoined
    | CaseLeft
    | MatterSplit
    | PingPongStopped
    | PolicyPinned
    | SetAside
)
