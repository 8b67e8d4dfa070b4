"""Compulsory and forbidden statements: what counts as said, when it is owed, and what is written down."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from leeway.core import events as e
from leeway.core import facts as f
from leeway.core.case import Case
from leeway.core.disclosure import Disclosure, DisclosureRecord
from leeway.core.disclosures import checklist, forbidden, said, unsaid
from leeway.testing import MONDAY_NINE, Story, answered, house_policy
from leeway.testing import said as customer_says

RECORDED = Disclosure(
    "recorded",
    say="This chat may be recorded to improve our service.",
    counts=(
        "(chat|conversation|call) (is|may be|will be|are) recorded",
        "we (record|keep) [a copy of] (this|our|all) (chats|conversations|calls)",
    ),
)
RIGHT = Disclosure(
    "ombudsman",
    say="If you are not satisfied you can refer your complaint to the Financial Ombudsman Service free of charge.",
    counts=("financial ombudsman service",),
    when="final_response",
)
COOLING_OFF = Disclosure(
    "cooling_off",
    say="You can change your mind within fourteen days.",
    counts=(
        "(14|fourteen) days ... (change your mind|withdraw|cancel)",
        "(cancel|withdraw|change your mind) ... (14|fourteen) days",
    ),
    when="offer",
    offers=("replacement", "credit", "refund"),
    within=2,
)
GOODBYE = Disclosure(
    "reference", say="You can come back to this matter within thirty days.", when="before_closing"
)
COMPLAINT = Disclosure("complaint", say="We are treating this as a complaint.", when="complaint", within=2)
GUARANTEE = Disclosure(
    "no_guarantee",
    never="Nobody is promised a result.",
    counts=("guarantee[d|s]", "I promise you will"),
    instead="I will do what I can.",
)


@pytest.mark.parametrize(
    "text",
    [
        "Hi! This chat may be recorded to improve our service.",
        "Just so you know: our chats may be recorded so that we can improve the service.",
        "Please note that this conversation is recorded.",
        "We keep a copy of all conversations.",
        "To improve our service, this chat may be RECORDED – how can I help?",
    ],
)
def test_a_statement_counts_in_several_wordings_and_put_a_little_differently(text: str) -> None:
    hit = said(RECORDED, text)
    assert hit is not None
    assert text[hit.start : hit.end] == hit.quote != ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Hello, how can I help?",
        "This chat is not recorded.",
        "Don't worry, this chat will not be recorded, whatever we do to improve our service.",
        "I have recorded your order and will improve the note.",
        "Our service may chat.",
    ],
)
def test_what_says_something_else_does_not_count(text: str) -> None:
    assert said(RECORDED, text) is None


def test_a_denial_is_found_where_the_statement_itself_is_one() -> None:
    advice = Disclosure(
        "advice", say="We cannot give you financial advice.", counts=("(cannot|can't|do not) ... advice",)
    )
    assert said(advice, "I'm afraid I can't give you any advice on that.")
    assert said(advice, "Sadly we cannot offer financial advice here.")


def test_a_forbidden_statement_is_found_in_a_draft_and_its_denial_is_not() -> None:
    policy = replace(house_policy(), disclosures=(GUARANTEE,))
    text = "I guarantee that it arrives."
    (found,) = forbidden(policy, Case(1), text)
    assert (found.disclosure.instead, text[found.hit.start : found.hit.end]) == (
        "I will do what I can.",
        "guarantee",
    )
    assert forbidden(policy, Case(1), "I can't guarantee that it arrives.") == ()


def test_where_and_what_it_concerns_narrows_a_statement() -> None:
    only = replace(RECORDED, regions=("uk",), products=("Loans",), channels=("chat",))
    policy = replace(house_policy(), disclosures=(only,))
    there = Case(1, region="UK", product="loans", channel="chat")
    assert [line.disclosure.name for line in checklist(policy, there)] == ["recorded"]
    for elsewhere in (
        replace(there, region="de"),
        replace(there, product="cards"),
        replace(there, channel="email"),
    ):
        assert checklist(policy, elsewhere) == ()


# --- on a draft


def test_a_draft_of_the_first_message_owes_what_the_first_message_owes() -> None:
    policy = replace(house_policy(), disclosures=(RECORDED, RIGHT, GOODBYE))
    assert [one.name for one in unsaid(policy, Case(1), "Hello, how can I help?")] == ["recorded"]
    assert unsaid(policy, Case(1), "Hello, this chat is recorded. How can I help?") == ()
    assert [one.name for one in unsaid(policy, Case(1), "This chat is recorded.", final=True)] == [
        "ombudsman"
    ]
    assert [one.name for one in unsaid(policy, Case(1), "This chat is recorded. Goodbye!", closing=True)] == [
        "reference"
    ]


def test_a_draft_is_reminded_in_the_last_message_in_which_it_can_be_said() -> None:
    policy = replace(house_policy(), disclosures=(COMPLAINT,))
    early = Case(1, disclosures={"complaint": DisclosureRecord("open", MONDAY_NINE, 2)})
    last = Case(1, disclosures={"complaint": DisclosureRecord("open", MONDAY_NINE, 1)})
    assert unsaid(policy, early, "I look into it.") == ()
    assert [one.name for one in unsaid(policy, last, "I look into it.")] == ["complaint"]


# --- as the case runs


def story(*disclosures: Disclosure) -> Story:
    return Story(replace(house_policy(), disclosures=disclosures))


def standing(told: Story) -> dict[str, str]:
    return {name: record.state for name, record in told.case.disclosures.items()}


def test_said_in_the_first_message_is_recorded_with_its_evidence() -> None:
    told = (
        story(RECORDED)
        >> customer_says("Where is my order?")
        >> answered("Hello, this chat is recorded. I look.", by="ana")
    )
    (event,) = told.all(e.DisclosureSaid)
    assert (event.name, event.record.quote, event.record.by) == ("recorded", "chat is recorded", "ana")
    assert event.record.message == told.case.last_message


def test_not_said_in_the_first_message_is_missed_and_said_later_is_late() -> None:
    told = story(RECORDED) >> customer_says("Where is my order?") >> answered("I look.", by="ana")
    assert standing(told) == {"recorded": "missed"}
    told = told >> answered("By the way, this chat is recorded.", by="ana")
    assert standing(told) == {"recorded": "late"}


def test_it_is_missed_once_and_said_once() -> None:
    told = story(RECORDED) >> customer_says("Where is my order?")
    for _ in range(3):
        told = told >> answered("I look.", by="ana")
    assert len(told.all(e.DisclosureMissed)) == 1
    told = story(RECORDED) >> customer_says("Where is my order?")
    for _ in range(3):
        told = told >> answered("This chat is recorded.", by="ana")
    assert len(told.all(e.DisclosureSaid)) == 1


def test_with_an_offer_it_may_come_in_the_next_message() -> None:
    offer = answered("I can offer you a refund of €20.", by="ana")
    told = story(COOLING_OFF) >> customer_says("Where is my order?") >> offer
    assert standing(told) == {"cooling_off": "open"}
    assert standing(told >> answered("You can cancel within 14 days.", by="ana")) == {"cooling_off": "said"}
    told = (
        story(COOLING_OFF)
        >> customer_says("Where is my order?")
        >> offer
        >> answered("Anything else?", by="ana")
    )
    assert standing(told) == {"cooling_off": "missed"}


def test_a_complaint_makes_it_owed() -> None:
    told = story(COMPLAINT) >> customer_says("This is unacceptable, I am furious!")
    assert standing(told) == {"complaint": "open"}
    told = told >> answered("I am sorry. We are treating this as a formal complaint.", by="ana")
    assert standing(told) == {"complaint": "said"}


def test_what_is_owed_before_closing_is_missed_when_the_case_is_resolved_without_it() -> None:
    told = story(GOODBYE) >> customer_says("Where is my order?") >> answered("It is here.", by="ana")
    assert [line.standing for line in checklist(told.world.policy, told.case)] == ["open"]
    told = told >> f.Resolved(id="r1", at=told.now, case=told.case.id, by="ana", how="found")
    assert standing(told) == {"reference": "missed"}


def test_a_final_response_without_the_right_is_missed_at_once() -> None:
    told = story(RIGHT) >> customer_says("Where is my order?")
    told = told >> f.UpdateSent(
        id="u1", at=told.now, case=told.case.id, by="ana", text="This is final.", kind="final_response"
    )
    assert standing(told) == {"ombudsman": "missed"}


def test_a_forbidden_statement_is_recorded_each_time_with_its_evidence() -> None:
    told = (
        story(GUARANTEE) >> customer_says("Where is my order?") >> answered("I guarantee it comes.", by="ana")
    )
    assert [(one.name, one.quote, one.by) for one in told.case.forbidden] == [
        ("no_guarantee", "guarantee", "ana")
    ]


def test_a_bot_may_say_it_but_owes_nothing() -> None:
    def bot(told: Story, text: str) -> f.MessageReceived:
        return f.MessageReceived(
            id=f"b{len(text)}", at=told.now, interaction="chat-1", author="bot", text=text
        )

    told = story(RECORDED) >> customer_says("Where is my order?")
    assert standing(told >> bot(told, "Hello!")) == {}
    assert standing(told >> bot(told, "Hello, this chat is recorded!")) == {"recorded": "said"}


def test_a_house_without_disclosures_writes_nothing_about_them() -> None:
    told = Story() >> customer_says("Where is my order?") >> answered("I guarantee it comes.", by="ana")
    assert not told.case.disclosures
    assert not told.case.forbidden
