"""Asking for more room: who decides, in full or in part, in time or not at all, and never about their own."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from leeway.core import events as e
from leeway.core import facts as f
from leeway.core.customer import Customer
from leeway.core.decide.giving import AboveAuthority
from leeway.core.policy import NobodyThere, Offers, Span
from leeway.core.refusals import Refusal
from leeway.core.roster import Absence
from leeway.testing import (
    MONDAY_NINE,
    Story,
    days,
    does,
    hours,
    house,
    house_policy,
    minutes,
    person,
    resolves,
    said,
)

QUESTION = "Hello, my order 88-2041 has not arrived and I want my €100 back."


def asks(amount: int = 10_000, by: str = "ana", instrument: str = "refund", **more):
    return does(
        f.ApprovalAsked, by=by, instrument=instrument, amount=amount, why="it came twice broken", **more
    )


def gives(amount: int, by: str = "ana", instrument: str = "refund", **more):
    return does(f.OfferGiven, by=by, instrument=instrument, amount=amount, **more)


def asked(**more) -> Story:
    return Story(**more) >> said(QUESTION) >> asks()


def state(story: Story) -> str:
    return story.case.approvals[-1].state


def test_within_ones_own_room_nobody_is_asked():
    story = Story() >> said(QUESTION) >> gives(6_000)
    (offer,) = story.case.offers
    assert (offer.amount, offer.currency, offer.by, offer.person) == (6_000, "EUR", "ana", "ana")


def test_above_it_the_refusal_says_what_is_left_and_who_can_approve():
    story = Story() >> said(QUESTION) >> gives(4_000)
    with pytest.raises(AboveAuthority) as refused:
        story >> gives(3_000)
    assert refused.value.sentence == (
        "€30.00 is more than the €20.00 of refund you may decide alone now (€60.00 per case; €40.00 given); "
        "ask for approval: supervisor can give it."
    )
    assert refused.value.left == 2_000


def test_what_is_taken_back_is_free_again():
    story = Story() >> said(QUESTION) >> gives(6_000)
    story >> does(f.OfferTakenBack, offer=1, by="ana", reason="the card was refused") >> gives(6_000)
    assert [bool(offer.taken_back_at) for offer in story.case.offers] == [True, False]


def test_a_question_goes_to_the_lowest_level_that_may_decide_it():
    story = asked()
    approval = story.case.approvals[0]
    assert (approval.level, approval.asked_of) == ("supervisor", "sam")
    (notice,) = story.told("approval_asked")
    assert notice.to == ("sam",)
    assert "it came twice broken" in notice.body
    assert (Story() >> said(QUESTION) >> asks(50_000)).case.approvals[0].level == "manager"


def test_approved_it_is_good_for_one_offer():
    story = asked() >> does(f.ApprovalGiven, approval=1, by="sam") >> gives(10_000, approval=1)
    (offer,) = story.case.offers
    assert (offer.by, offer.person, offer.approval) == ("ana", "sam", 1)
    assert state(story) == "used"
    with pytest.raises(Refusal, match="no approval 1"):
        story >> gives(10_000, approval=1)


def test_a_part_of_it_may_be_approved():
    story = asked() >> does(f.ApprovalGiven, approval=1, by="sam", amount=8_000, note="the rest next time")
    with pytest.raises(Refusal, match=r"allows €80\.00"):
        story >> gives(10_000, approval=1)
    story >> gives(8_000, approval=1)
    assert story.told("approval_given")[0].to == ("ana",)


def test_declined_with_a_reason():
    story = asked() >> does(f.ApprovalDeclined, approval=1, by="sam", reason="a voucher does it")
    assert state(story) == "declined"
    assert "a voucher does it" in story.told("approval_declined")[0].body
    with pytest.raises(Refusal, match="no approval 1"):
        story >> gives(10_000, approval=1)


def test_what_was_approved_can_be_revoked_before_it_is_used():
    story = asked() >> does(f.ApprovalGiven, approval=1, by="sam")
    story >> does(f.ApprovalRevoked, approval=1, by="mira", reason="a fraud warning")
    assert state(story) == "revoked"
    with pytest.raises(Refusal, match="no approval 1"):
        story >> gives(10_000, approval=1)
    used = asked() >> does(f.ApprovalGiven, approval=1, by="sam") >> gives(10_000, approval=1)
    with pytest.raises(Refusal, match="is used"):
        used >> does(f.ApprovalRevoked, approval=1, by="sam", reason="too late")


def test_who_asked_can_withdraw_it():
    story = asked() >> does(f.ApprovalWithdrawn, approval=1, by="ana", reason="they took the voucher")
    assert state(story) == "withdrawn"
    assert story.told("approval_withdrawn")[0].to == ("sam",)


@pytest.mark.parametrize("by", ["ana", "ben"])
def test_nobody_approves_their_own_nor_anything_beyond_their_room(by):
    with pytest.raises(Refusal) as refused:
        asked() >> does(f.ApprovalGiven, approval=1, by=by)
    assert refused.value.code == ("four_eyes" if by == "ana" else "above_authority")


def test_nor_under_another_name():
    twice = replace(
        house(),
        people=(*house().people, person("ana_lead", "supervisors", email="ana@example.org", contacts=())),
    )
    with pytest.raises(Refusal, match="Nobody approves their own"):
        asked(roster=twice) >> does(f.ApprovalGiven, approval=1, by="ana_lead")


def test_nobody_gives_to_themselves():
    story = Story(customer=Customer(id="dana", email="ana@example.org")) >> said(QUESTION)
    with pytest.raises(Refusal, match="Nobody gives to themselves"):
        story >> gives(100)


def test_what_is_allowed_and_not_used_is_held_on_the_approvers_limit():
    story = Story() >> said(QUESTION) >> asks(20_000) >> does(f.ApprovalGiven, approval=1, by="sam")
    story >> asks(9_000) >> does(f.ApprovalGiven, approval=2, by="sam")
    with pytest.raises(Refusal, match=r"€10\.00 of refund"):
        story >> asks(5_000, by="ben", instrument="refund") >> does(f.ApprovalGiven, approval=3, by="tom")
    story >> does(f.ApprovalRevoked, approval=1, by="sam", reason="not needed")
    story >> does(f.ApprovalGiven, approval=3, by="tom")
    assert state(story) == "granted"


def test_silence_asks_the_next_then_climbs_and_at_last_comes_back_unanswered():
    story = asked() >> hours(40)
    asked_of = [(event.person, event.level) for event in story.all(e.ApprovalRouted)]
    assert asked_of[:4] == [
        ("sam", "supervisor"),
        ("tom", "supervisor"),
        ("mira", "manager"),
        ("otto", "mediator"),
    ]
    assert state(story) == "lapsed"
    assert story.told("approval_lapsed")[0].to == ("ana",)


def test_a_reminder_comes_before_the_clock_runs_out():
    story = asked() >> minutes(25)
    assert story.told("approval_reminder")[0].to == ("sam", "mira")


def test_a_substitute_decides_for_whoever_is_away():
    away = tuple(
        Absence(name, MONDAY_NINE.replace(hour=1), reason="holiday", substitute="nina")
        for name in ("sam", "tom")
    )
    policy = replace(house_policy(), nobody_there=(NobodyThere("supervisor", hand_to="rota:night_desk"),))
    story = asked(roster=replace(house(), absences=away), policy=policy)
    assert story.case.approvals[0].asked_of == "nina"
    story >> does(f.ApprovalGiven, approval=1, by="nina") >> gives(10_000, approval=1)
    assert story.case.offers[0].person == "nina"


def test_who_should_decide_goes_away_and_the_next_is_asked_at_once():
    story = asked() >> does(f.OwnerUnavailable, person="sam", why="ill")
    assert story.case.approvals[0].asked_of == "tom"


def test_a_grant_nobody_uses_is_over_in_time():
    story = asked() >> does(f.ApprovalGiven, approval=1, by="sam") >> days(8)
    assert state(story) == "lapsed"
    assert not any(entry.counts for entry in story.ledger.values())


def test_a_large_one_takes_two_people():
    policy = replace(house_policy(), offers=Offers(two_approvers_above=5_000))
    story = asked(policy=policy) >> does(f.ApprovalGiven, approval=1, by="sam")
    assert (state(story), story.case.approvals[0].first_by, story.case.approvals[0].asked_of) == (
        "asked",
        "sam",
        "tom",
    )
    with pytest.raises(Refusal, match="you were the first"):
        story >> does(f.ApprovalGiven, approval=1, by="sam")
    story >> does(f.ApprovalGiven, approval=1, by="tom", amount=7_000)
    assert (state(story), story.case.approvals[0].granted) == ("granted", 7_000)


def test_a_currency_without_a_rate_is_never_within_and_the_approver_says_what_it_is_worth():
    story = Story() >> said(QUESTION)
    with pytest.raises(Refusal, match="a currency without a rate"):
        story >> gives(100, currency="USD")
    story >> asks(100, currency="USD")
    assert story.case.approvals[0].level == "mediator"
    with pytest.raises(Refusal, match="no rate for USD"):
        story >> does(f.ApprovalGiven, approval=1, by="otto")
    story >> does(f.ApprovalGiven, approval=1, by="otto", worth=92) >> gives(100, approval=1, currency="USD")
    assert story.case.offers[0].counted == 92


def test_a_rate_makes_another_currency_count():
    policy = replace(house_policy(), offers=Offers(rates={"USD": 920_000}))
    story = Story(policy) >> said(QUESTION) >> gives(6_500, currency="USD")
    assert (story.case.offers[0].amount, story.case.offers[0].counted) == (6_500, 5_980)
    with pytest.raises(AboveAuthority):
        story >> gives(100, currency="USD")


DUE = {"due": True, "because": "paid_twice", "proof": "two entries on the bank statement"}


def test_what_is_due_needs_no_generosity():
    story = Story() >> said(QUESTION) >> gives(90_000, **DUE) >> gives(6_000)
    assert [offer.due for offer in story.case.offers] == [True, False]
    with pytest.raises(Refusal, match="`proof` is empty"):
        story >> gives(100, due=True, because="paid_twice")
    with pytest.raises(Refusal, match="never due"):
        story >> gives(100, instrument="credit", **DUE)


def test_above_the_houses_limit_a_second_person_confirms_the_facts():
    policy = replace(house_policy(), offers=Offers(due_confirm_above=50_000))
    story = Story(policy) >> said(QUESTION)
    with pytest.raises(Refusal, match="a second person confirms"):
        story >> gives(90_000, **DUE)
    story >> asks(90_000, **DUE)
    assert story.case.approvals[0].asked_of == "sam"
    story >> does(f.ApprovalGiven, approval=1, by="sam") >> gives(90_000, approval=1, **DUE) >> gives(6_000)
    assert [offer.counted for offer in story.case.offers] == [90_000, 6_000]


def test_resolving_ends_what_waits_and_keeps_what_was_allowed():
    story = asked() >> asks(3_000, instrument="credit") >> does(f.ApprovalGiven, approval=2, by="sam")
    story >> resolves()
    assert [approval.state for approval in story.case.approvals] == ["lapsed", "granted"]
    story >> gives(3_000, instrument="credit", approval=2)
    assert story.case.approvals[1].state == "used"


def test_what_is_given_counts_as_tried():
    story = Story() >> said(QUESTION) >> gives(1_000)
    (attempt,) = story.case.attempts
    assert (attempt.kind, attempt.amount) == ("refund", 1_000)
    assert "offer" in story.case.steps


def test_goodwill_for_a_customer_is_free_again_after_its_period():
    story = Story(replace(house_policy(), close_within=Span(90 * 86_400))) >> said(QUESTION)
    story >> gives(2_000, instrument="credit")
    with pytest.raises(AboveAuthority) as refused:
        story >> gives(100, instrument="credit")
    assert refused.value.room.frees_at == MONDAY_NINE.replace(month=4, day=1)
    story >> days(30) >> gives(2_000, instrument="credit", by="ben")
