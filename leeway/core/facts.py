"""Facts: what happened outside, in our own words. Every connector, button and clock ends here.

A fact carries the id its source gave it, so that a second delivery does nothing, and the time it happened, which is
not the time we heard of it. The JSON form of these classes is the public form of ``POST /api/v1/facts``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from leeway.core.policy import Fault, Instrument, Reason

Id = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$")]
Name = Annotated[str, Meta(max_length=200, pattern=r"^[^\x00]*$")]
Words = Annotated[str, Meta(max_length=2_000, pattern=r"^[^\x00]*$")]
Text = Annotated[str, Meta(max_length=100_000, pattern=r"^[^\x00]*$")]
Instant = Annotated[datetime, Meta(tz=True)]
Author = Literal["customer", "agent", "bot"]


class CustomerRef(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Who the customer is, and what the source knows of them. Empty fields leave what we already know as it is.

    ``spend`` is in minor units of the policy's currency. ``renewal`` and ``since`` are instants.
    """

    id: Id
    name: Name = ""
    email: Name = ""
    phone: Name = ""
    account: Name = ""
    tier: Name = ""
    region: Name = ""
    language: Name = ""
    since: Instant | None = None
    spend: Annotated[int, Meta(ge=0)] | None = None
    purchases: Annotated[int, Meta(ge=0)] | None = None
    renewal: Instant | None = None
    preferred_channel: Name = ""


class Base(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    forbid_unknown_fields=True,
    tag_field="fact",
):
    """What every fact has.

    ``id`` is unique within ``source``. A fact names its case by ``case`` (our number) or by ``interaction`` (the
    source's conversation id); the first fact of an unknown interaction opens or joins a case. ``by`` is the person
    of ours who acted, if any.
    """

    id: Id
    at: Instant
    source: Annotated[str, Meta(min_length=1, max_length=60, pattern=r"^[a-z0-9_.:-]+$")] = "api"
    case: Annotated[int, Meta(ge=1)] | None = None
    interaction: Id | None = None
    by: Name = ""


class InteractionOpened(Base, frozen=True, tag="interaction_opened"):
    customer: CustomerRef
    channel: Name = ""
    subject: Words = ""
    product: Name = ""
    brand: Name = ""


class InteractionEnded(Base, frozen=True, tag="interaction_ended"):
    reason: Words = ""


class MessageReceived(Base, frozen=True, tag="message"):
    """One turn. ``author`` is who wrote it; for an agent ``by`` is their id, if known. An internal note is not
    seen by the customer and is not read for cues. ``send``: it was written here and is still to be sent.
    """

    author: Author
    text: Text
    customer: CustomerRef | None = None
    channel: Name = ""
    subject: Words = ""
    product: Name = ""
    brand: Name = ""
    internal: bool = False
    send: bool = False


class HelperJoined(Base, frozen=True, tag="helper_joined"):
    """``by`` joins the conversation beside the owner, who stays accountable."""


class HelperLeft(Base, frozen=True, tag="helper_left"):
    """``by`` leaves the conversation again."""


class GuidanceUsed(Base, frozen=True, tag="guidance_used"):
    """A suggestion was taken into the answer. ``play`` says where it came from (``playbook.play``)."""

    play: Name
    move: Name
    text: Words = ""


class GuidanceUnhelpful(Base, frozen=True, tag="guidance_unhelpful"):
    """A suggestion did not help here; it is not made again in this case."""

    play: Name
    move: Name


class CustomerEvent(Base, frozen=True, tag="customer_event"):
    """Something the customer did that is not a message: ``payment_failed``, ``opened_cancellation_page``."""

    name: Id
    customer: CustomerRef
    ended: bool = False
    details: dict[str, str] = {}


class StepTaken(Base, frozen=True, tag="step_taken"):
    """A step of the before-you-escalate list was done; ``note`` says how."""

    step: Name
    note: Words = ""


class AttemptMade(Base, frozen=True, tag="attempt"):
    """A solution was offered. ``amount`` is in minor units."""

    offer: Words
    kind: Name = ""
    amount: Annotated[int, Meta(ge=0)] | None = None
    currency: Name = ""


class AttemptAnswered(Base, frozen=True, tag="attempt_answered"):
    """The customer's answer to a solution; ``attempt`` 0 means the latest one."""

    answer: Literal["accepted", "declined", "unclear"]
    attempt: int = 0
    reason: Words = ""


MinorUnits = Annotated[int, Meta(ge=0, le=10**13)]
DueBecause = Literal[
    "paid_twice",
    "overcharged",
    "not_delivered",
    "not_as_described",
    "withdrawal",
    "cancelled_by_us",
    "law",
    "contract",
]
"""What makes a refund due, whatever the customer is worth."""


class OfferGiven(Base, frozen=True, tag="offer_given"):
    """``by`` gave the customer something of value. ``amount`` in minor units; for a replacement what it costs us.

    Beyond their own room it needs an ``approval`` (its number). ``due``: it is owed, and no goodwill; ``because`` says
    what makes it so and ``proof`` how that is known. ``attempt`` is the solution it belongs to, if that was offered
    before; ``suggested`` what was on the screen when it was given.
    """

    instrument: Instrument
    amount: MinorUnits
    currency: Name = ""
    why: Words = ""
    due: bool = False
    because: DueBecause | Literal[""] = ""
    proof: Words = ""
    approval: int = 0
    attempt: int = 0
    suggested: MinorUnits | None = None


class OfferTakenBack(Base, frozen=True, tag="offer_taken_back"):
    """What was given was taken back, or never went out: the room is free again."""

    offer: int
    reason: Words


class ApprovalAsked(Base, frozen=True, tag="approval_asked"):
    """``by`` asks whether something of value may be given. ``to`` names a level; empty: the lowest that may decide."""

    instrument: Instrument
    amount: MinorUnits
    why: Words
    currency: Name = ""
    to: Name = ""
    due: bool = False
    because: DueBecause | Literal[""] = ""
    proof: Words = ""


class ApprovalGiven(Base, frozen=True, tag="approval_given"):
    """``by`` allows it, in full or up to ``amount``. ``worth`` is its value in the policy's money, needed for a
    currency without a rate.
    """

    approval: int
    amount: MinorUnits | None = None
    worth: MinorUnits | None = None
    note: Words = ""


class ApprovalDeclined(Base, frozen=True, tag="approval_declined"):
    approval: int
    reason: Words


class ApprovalRevoked(Base, frozen=True, tag="approval_revoked"):
    """What was allowed and not used yet is allowed no more."""

    approval: int
    reason: Words


class ApprovalWithdrawn(Base, frozen=True, tag="approval_withdrawn"):
    """Whoever asked needs it no more."""

    approval: int
    reason: Words = ""


class FaultJudged(Base, frozen=True, tag="fault_judged"):
    """``by`` says whose fault the matter is; it counts instead of what the case suggests by itself."""

    fault: Fault
    why: Words = ""


class PromiseMade(Base, frozen=True, tag="promise"):
    """What was said, by whom (``by``), by when. Confirms a promise found in the agent's words when it names it."""

    what: Words
    due: Instant
    promise: int = 0


class PromiseKept(Base, frozen=True, tag="promise_kept"):
    promise: int
    note: Words = ""


class PromiseReleased(Base, frozen=True, tag="promise_released"):
    """The customer let us off this promise (or it was never one, for a promise found by reading)."""

    promise: int
    reason: Words = ""


class EscalationRequested(Base, frozen=True, tag="escalation_requested"):
    """Somebody pressed escalate. ``seen`` is the case version they were looking at; an older press does nothing
    when the case has moved since. ``to`` names a level; empty means the next one. ``override`` is the reason for
    going up although steps are untried or the packet is not complete.
    """

    requested_by: Literal["customer", "agent", "supervisor", "api"]
    reason: Reason = "customer_request"
    to: Name = ""
    note: Words = ""
    override: Words = ""
    seen: int | None = None


class EscalationDeclined(Base, frozen=True, tag="escalation_declined"):
    """A requested escalation is turned down, with the reason the customer and the agent are told."""

    reason: Words


class Deescalated(Base, frozen=True, tag="deescalated"):
    """The case is handed back down to ``to``; its own recorded act."""

    reason: Words
    to: Name = ""


class ConsultAsked(Base, frozen=True, tag="consult_asked"):
    question: Words
    to: Name = ""


class ConsultAnswered(Base, frozen=True, tag="consult_answered"):
    """Advice from the level asked. ``averted`` says whether it made the transfer unnecessary."""

    advice: Words
    consult: int = 0
    averted: bool | None = None


class SlotFilled(Base, frozen=True, tag="slot_filled"):
    """The person handing over fills what the packet misses."""

    slot: Name
    value: Words


class HandoffAccepted(Base, frozen=True, tag="handoff_accepted"):
    seen: int | None = None


class HandoffAskedBack(Base, frozen=True, tag="handoff_asked_back"):
    question: Words


class HandoffAnswered(Base, frozen=True, tag="handoff_answered"):
    answer: Words


class HandoffDeclined(Base, frozen=True, tag="handoff_declined"):
    reason: Words


class HandedOver(Base, frozen=True, tag="handed_over"):
    """The owner passes the case to somebody at the same level (end of shift, holiday, expertise)."""

    to: Name = ""
    reason: Words = ""


class UpdateSent(Base, frozen=True, tag="update_sent"):
    """News to the customer. ``kind`` tells a regulator's acknowledgement or final response from ordinary news."""

    text: Text
    kind: Literal["update", "acknowledgement", "final_response", "delay"] = "update"
    reason: Words = ""


class Paused(Base, frozen=True, tag="paused"):
    cause: Literal["waiting_for_customer", "waiting_for_third_party", "agreed_with_customer"]
    note: Words = ""
    until: Instant | None = None


class Resumed(Base, frozen=True, tag="resumed"):
    note: Words = ""


class Resolved(Base, frozen=True, tag="resolved"):
    """``within_authority`` names the level whose authority would have been enough."""

    how: Words
    within_authority: Name = ""
    final: bool = False


class Reopened(Base, frozen=True, tag="reopened"):
    reason: Words


class FollowUpAnswered(Base, frozen=True, tag="follow_up_answered"):
    solved: bool
    text: Words = ""


class Rated(Base, frozen=True, tag="rated"):
    score: Annotated[int, Meta(ge=1, le=5)]
    text: Words = ""


class OwnerUnavailable(Base, frozen=True, tag="owner_unavailable"):
    """The case's owner, or who was asked, went away (absence, end of shift, left)."""

    person: Name
    why: Words = ""
    until: Instant | None = None


class NoticeUndeliverable(Base, frozen=True, tag="notice_undeliverable"):
    """Every channel for this notice failed."""

    notice: Name
    person: Name
    why: Words = ""


class MergedFrom(Base, frozen=True, tag="merged_from"):
    """Another case turned out to be this matter. ``story`` is what that case knew, so that a replay needs only this."""

    other: int
    story: dict[str, Any] = {}


class MergedInto(Base, frozen=True, tag="merged_into"):
    into: int


class SplitOff(Base, frozen=True, tag="split_off"):
    """A second matter was taken out of this case into ``new_case``."""

    new_case: int
    what: Words


class PolicyApplied(Base, frozen=True, tag="policy_applied"):
    """The new policy is applied to this running case on purpose."""

    version: int


class ClockTicked(Base, frozen=True, tag="clock_ticked"):
    """Time passed; ``at`` is now. Only the sweeper makes these."""


Fact = (
    InteractionOpened
    | InteractionEnded
    | MessageReceived
    | HelperJoined
    | HelperLeft
    | GuidanceUsed
    | GuidanceUnhelpful
    | CustomerEvent
    | StepTaken
    | AttemptMade
    | AttemptAnswered
    | OfferGiven
    | OfferTakenBack
    | ApprovalAsked
    | ApprovalGiven
    | ApprovalDeclined
    | ApprovalRevoked
    | ApprovalWithdrawn
    | FaultJudged
    | PromiseMade
    | PromiseKept
    | PromiseReleased
    | EscalationRequested
    | EscalationDeclined
    | Deescalated
    | ConsultAsked
    | ConsultAnswered
    | SlotFilled
    | HandoffAccepted
    | HandoffAskedBack
    | HandoffAnswered
    | HandoffDeclined
    | HandedOver
    | UpdateSent
    | Paused
    | Resumed
    | Resolved
    | Reopened
    | FollowUpAnswered
    | Rated
    | OwnerUnavailable
    | NoticeUndeliverable
    | MergedFrom
    | MergedInto
    | SplitOff
    | PolicyApplied
    | ClockTicked
)

INTERNAL_FACTS = (ClockTicked, MergedFrom, MergedInto, NoticeUndeliverable, OwnerUnavailable)
"""Facts that only our own machinery makes; the public API refuses them."""
