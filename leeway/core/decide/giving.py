"""Giving something of value: within one's own room, by an approval, or because it is due. Taken back, room is free."""

from __future__ import annotations

from typing import cast

from leeway.core import adviser
from leeway.core import events as e
from leeway.core import facts as f
from leeway.core.approvals import is_the_customer, levels_to_ask
from leeway.core.authority import Ground, Room, in_policy_money, plain, room_for
from leeway.core.case import Approval, Offer, number_after
from leeway.core.decide import approving, solving
from leeway.core.decide.turn import Turn
from leeway.core.money import in_words
from leeway.core.people import name_of
from leeway.core.policy import Instrument
from leeway.core.refusals import Refusal

DUE_INSTRUMENTS = ("refund", "replacement", "fee_waiver")
"""What can be owed. A discount or a credit is always goodwill."""


class AboveAuthority(Refusal):
    """More than this person may decide alone now. ``left`` (policy money) is what they may."""

    def __init__(self, sentence: str, room: Room) -> None:
        super().__init__(sentence, field="amount", code="above_authority")
        self.room = room
        self.left = room.left


def given(turn: Turn, fact: f.OfferGiven) -> None:
    by = approving.one_of_ours(turn, fact.by)
    ground = approving.ground_of(turn)
    currency = fact.currency or turn.policy.currency
    if fact.amount == 0 and fact.instrument != "policy_exception":
        raise Refusal("Say how much it is worth: the amount is 0.", field="amount", code="no_amount")
    if is_the_customer(ground, by):
        raise Refusal("Nobody gives to themselves: this customer is you.", field="by", code="four_eyes")
    counted = in_policy_money(turn.policy, fact.amount, currency)
    grant = _grant(turn, fact, by, currency) if fact.approval else None
    if grant is not None:
        person_, counted = grant.decided_by, _share_of_grant(grant, fact.amount)
        turn.stop_clock(f"grant:{grant.number}", "met")
        turn.emit(
            e.ApprovalEnded(
                at=turn.now,
                number=grant.number,
                state="used",
                by=by,
                key=approving.key_of(turn, grant.number),
            )
        )
    else:
        person_ = by
        if fact.due:
            _must_be_due(turn, fact, counted)
        else:
            _must_be_within(turn, ground, fact, by=by, counted=counted, currency=currency)
    _record(turn, fact, by=by, whose=person_, counted=counted or 0, currency=currency)


def _must_be_within(
    turn: Turn, ground: Ground, fact: f.OfferGiven, *, by: str, counted: int | None, currency: str
) -> None:
    """One's own room is enough; the refusal says what is left and who can allow it."""
    room = room_for(ground, by, fact.instrument)
    if counted is not None and counted <= room.left and room.times_left != 0:
        return
    raise AboveAuthority(
        above_in_words(turn, ground, room, counted=counted, amount=fact.amount, currency=currency), room
    )


def above_in_words(
    turn: Turn, ground: Ground, room: Room, *, counted: int | None, amount: int, currency: str
) -> str:
    """One sentence: what is left, and who can approve it."""
    what = plain(room.instrument)
    this = f"{in_words(amount, currency)} is"
    if counted is None:
        this += f" in a currency without a rate, so it is never within the limits in {room.currency}"
        left = ""
    else:
        left = f" more than the {in_words(room.left, room.currency)} of {what} you may decide alone now ({room.why})"
    return f"{this}{left}; {_who_can(turn, ground, room.instrument, counted)}."


def _who_can(turn: Turn, ground: Ground, instrument: str, counted: int | None) -> str:
    asked = Approval(
        number=0,
        state="asked",
        instrument=cast("Instrument", instrument),
        amount=counted or 0,
        currency=turn.policy.currency,
        asked_by=turn.fact.by,
        asked_at=turn.now,
    )
    levels = levels_to_ask(ground, asked, counted)
    if not levels:
        return "nobody in the house may decide that much"
    return f"ask for approval: {levels[0].label or levels[0].name} can give it"


def _must_be_due(turn: Turn, fact: f.OfferGiven, counted: int | None) -> None:
    """What is owed needs no generosity, but somebody says why it is owed and how they know."""
    if fact.instrument not in DUE_INSTRUMENTS:
        raise Refusal(
            f"A {plain(fact.instrument)} is never due; due are refunds, replacements and fee waivers.",
            field="instrument",
            code="not_due",
        )
    if not fact.because:
        raise Refusal(
            "Say what makes it due, such as paid_twice or not_delivered.", field="because", code="no_proof"
        )
    if not fact.proof.strip():
        raise Refusal(
            "Say how you know that it is due: the field `proof` is empty.", field="proof", code="no_proof"
        )
    above = turn.policy.offers.due_confirm_above
    if above and (counted is None or counted > above):
        least = in_words(above, turn.policy.currency)
        raise Refusal(
            f"Above {least} a second person confirms the facts of a due refund: ask for approval, marked as due.",
            field="amount",
            code="needs_confirmation",
        )


def _grant(turn: Turn, fact: f.OfferGiven, by: str, currency: str) -> Approval:
    """The approval this offer uses, which must be for it, large enough, and not of the giver's own making."""
    approval = turn.case.approval(fact.approval)
    if approval is None or approval.state != "granted" or (approval.until and turn.now >= approval.until):
        raise Refusal(
            f"There is no approval {fact.approval} on this case that could be used.",
            field="approval",
            code="no_approval",
        )
    if (approval.instrument, approval.currency, approval.due) != (fact.instrument, currency, fact.due):
        kind = "due " if approval.due else ""
        raise Refusal(
            f"Approval {approval.number} is for a {kind}{plain(approval.instrument)} in {approval.currency}.",
            field="approval",
            code="other_approval",
        )
    if fact.amount > approval.granted:
        raise Refusal(
            f"Approval {approval.number} allows {in_words(approval.granted, approval.currency)}, and this is more.",
            field="amount",
            code="above_approval",
        )
    if by not in (approval.asked_by, turn.case.owner) or by == approval.decided_by:
        asked_by = name_of(turn.world.roster, approval.asked_by)
        raise Refusal(
            f"{asked_by}, who asked for it, or the owner of the case gives it.", field="by", code="not_theirs"
        )
    return approval


def _share_of_grant(grant: Approval, amount: int) -> int:
    """What the part of a grant that is given counts on the approver's limits, rounded up."""
    return -(-grant.counted * amount // grant.granted) if grant.granted else grant.counted


def _record(turn: Turn, fact: f.OfferGiven, *, by: str, whose: str, counted: int, currency: str) -> None:
    case, customer = turn.case, turn.known.customer
    about = adviser.circumstances(case, customer, turn.policy, turn.now)
    suggested = fact.suggested
    if suggested is None:
        suggested = adviser.advise(turn.policy, about, instrument=fact.instrument).suggested
    attempt = fact.attempt or _attempt(turn, fact, by, currency)
    number = number_after(turn.case.offers)
    offer = Offer(
        number=number,
        key=f"{case.id}:{number}",
        instrument=fact.instrument,
        amount=fact.amount,
        currency=currency,
        counted=counted,
        by=by,
        person=whose,
        at=turn.now,
        why=fact.why,
        due=fact.due,
        because=fact.because,
        proof=fact.proof,
        approval=fact.approval,
        attempt=attempt,
        suggested=suggested,
        disputed=about.disputed,
        fault=about.fault,
        reason=adviser.reason_of(case),
        tier=about.tier,
        language=case.language,
        channel=case.channel,
        region=case.region,
        product=case.product,
    )
    turn.emit(e.OfferRecorded(at=turn.now, offer=offer))


def _attempt(turn: Turn, fact: f.OfferGiven, by: str, currency: str) -> int:
    """What is given was offered: it is a solution tried, unless that stands there already."""
    for earlier in reversed(turn.case.attempts):
        if (earlier.kind, earlier.amount) == (fact.instrument, fact.amount) and earlier.answer != "declined":
            return earlier.number
    words = f"{plain(fact.instrument)} of {in_words(fact.amount, currency)}"
    solving.offer(turn, words, kind=fact.instrument, amount=fact.amount, currency=currency, by=by)
    return turn.case.attempts[-1].number


def taken_back(turn: Turn, fact: f.OfferTakenBack) -> None:
    offer = turn.case.offer(fact.offer)
    if offer is None or offer.taken_back_at is not None:
        raise Refusal(
            f"There is no offer {fact.offer} on this case to take back.", field="offer", code="no_offer"
        )
    by = approving.one_of_ours(turn, fact.by)
    if not fact.reason.strip():
        raise Refusal("Say why it is taken back.", field="reason", code="no_reason")
    turn.emit(e.OfferReturned(at=turn.now, number=offer.number, key=offer.key, by=by, reason=fact.reason))
    others = tuple(who for who in (offer.by, offer.person, turn.case.owner) if who != by)
    if others:
        what = f"{in_words(offer.amount, offer.currency)} {plain(offer.instrument)}"
        turn.tell(
            "offer_taken_back",
            f"offer_taken_back:{offer.number}",
            others,
            f"{what} on case C-{turn.case.id} was taken back",
            f"{name_of(turn.world.roster, by)}: {fact.reason}",
        )


def fault_judged(turn: Turn, fact: f.FaultJudged) -> None:
    by = approving.one_of_ours(turn, fact.by)
    turn.emit(e.FaultRecorded(at=turn.now, fault=fact.fault, by=by, why=fact.why))
