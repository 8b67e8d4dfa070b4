"""The hand-off packet: every slot of it, each statement with the message it came from, and what is still missing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from leeway.core import facts as f
from leeway.core.case import Case
from leeway.core.customer import Customer
from leeway.core.decide.words import packet_text
from leeway.core.handoff import SLOTS, Line, Packet, missing, packet
from leeway.core.policy import AuthorityLimit
from leeway.testing import (
    MONDAY_NINE,
    Story,
    accepts,
    answered,
    comes_back,
    does,
    escalates,
    hours,
    house_policy,
    minutes,
    said,
)

QUESTION = "Hello, my order 88-2041 has not arrived and I want a refund of €50."


def of(story: Story) -> Packet:
    return packet(story.case, story.world.policy, story.customer, story.now)


def whole_story() -> Story:
    """f1 question, f2 answer with offer and promise, f3 refused and angry, then up to the manager."""
    limits = (
        AuthorityLimit("manager", "refund", 200_000, "EUR"),
        AuthorityLimit("agent", "refund", 5_000, "EUR"),
    )
    since = MONDAY_NINE - timedelta(days=3 * 365)
    dana = Customer("dana", "Dana Reyes", tier="gold", since=since, spend=120_000, escalations=2)
    story = Story(replace(house_policy(), authority=limits), customer=dana)
    story >> said(QUESTION) >> minutes(5)
    story >> answered(
        "So your order has not come. I can offer you a replacement. I will call you back by 14:00."
    )
    story >> minutes(5) >> said("No, I want my money back. This is unacceptable, I am furious!") >> minutes(5)
    return story >> said("My lawyer will hear of this.") >> accepts() >> hours(5)


def lines(found: tuple[Line, ...]) -> list[tuple[str, str]]:
    return [(line.text, line.message) for line in found]


def test_the_matter_stands_in_the_customers_own_words():
    ((text, message),) = lines(of(whole_story()).matter)
    assert "88-2041 has not arrived" in text
    assert message == "f1"


def test_what_they_want_is_their_latest_wish():
    (wish,) = of(whole_story()).wants
    assert wish.text.startswith("refund")
    assert (wish.note, wish.message) == ("“I want my money back”", "f3")


def test_how_they_feel_began_and_went():
    feeling = of(whole_story()).feeling
    assert feeling[0].message == "f1"
    assert any(line.text.startswith("angry") for line in feeling)
    assert "patience" in feeling[-1].text


def test_what_they_told_us_stands_there_once_with_where_it_was_said():
    story = whole_story() >> said("As I said, order 88-2041!")
    told = [(line.note, line.text, line.message) for line in of(story).told]
    assert told.count(("order number", "88-2041", "f1")) == 1


def test_how_often_they_explained_it_and_to_how_many_people():
    story = Story() >> said("My washing machine WM-500 leaks water since Friday.")
    assert lines(of(story).explained) == [("told us once", "")]
    story >> escalates(to="manager", override="now") >> accepts()
    story >> said("As I said, my washing machine WM-500 leaks water since Friday.")
    assert lines(of(story).explained) == [("explained 2 times, to 2 people", "")]


def test_what_was_tried_and_how_they_answered():
    tried = of(whole_story()).tried
    assert [line.message for line in tried] == ["f2"] * len(tried)
    offer = tried[-1]
    assert offer.text == "I can offer you a replacement"
    assert offer.note.startswith("declined")


def test_promises_stand_open_broken_and_kept():
    story = whole_story()
    assert [(line.text, line.message) for line in of(story).promises_broken] == [("call you back", "f2")]
    story >> answered("I will send you the form by 18:00.")
    assert [line.message for line in of(story).promises_open] == [story.case.last_message]
    story >> does(f.PromiseKept, promise=2)
    assert len(of(story).promises_kept) == 1


def test_only_what_has_a_value_is_an_offer():
    story = whole_story() >> does(f.AttemptMade, offer="goodwill", kind="credit", amount=2_000, by="mira")
    assert [line.text for line in of(story).offers] == ["goodwill €20.00"]


def test_the_authority_is_that_of_the_level_that_has_it_now():
    assert [line.text for line in of(whole_story()).authority] == ["refund up to €2,000.00 per case"]


def test_what_they_are_worth_to_us():
    worth = [line.text for line in of(whole_story()).worth]
    assert worth == ["gold", "customer for 3 years", "spent €1,200.00", "2 earlier escalations"]
    assert packet(whole_story().case, house_policy(), None, MONDAY_NINE).worth == ()


def test_why_it_goes_up_with_its_evidence():
    why = of(whole_story()).why[0]
    assert why.text.startswith("regulator or legal")
    assert (why.note, why.message) == ("rule “legal or regulator”", "f4")


def test_every_statement_the_customer_or_we_made_leads_to_its_message():
    """What has no message is what the log itself shows: counts, promises, people."""
    story = whole_story()
    made = of(story)
    messages = {fact.id for _, fact, _ in story.log if isinstance(fact, f.MessageReceived)}
    for slot in (
        made.matter,
        made.wants,
        made.feeling,
        made.told,
        made.tried,
        made.promises_broken,
        made.why[:1],
    ):
        assert slot
        assert {line.message for line in slot} <= messages


@pytest.mark.parametrize("slot", sorted(SLOTS))
def test_a_person_can_fill_every_slot(slot):
    policy = replace(house_policy(), required_slots=(slot,))
    empty = Case(1)
    assert missing(empty, policy) == (slot,)
    filled = Story() >> said("Hello?") >> does(f.SlotFilled, slot=slot, value="so it is", by="ana")
    assert missing(filled.case, policy) == ()


@pytest.mark.parametrize("slot", sorted(set(SLOTS) - {"tried", "promises"}))
def test_what_a_person_filled_in_stands_in_the_packet(slot):
    story = whole_story() >> does(f.SlotFilled, slot=slot, value="so it is", by="ana")
    assert "so it is" in [line.text for line in getattr(of(story), slot)]


def test_a_slot_of_the_houses_own_can_be_required():
    policy = replace(house_policy(), required_slots=("serial number",))
    story = Story(policy) >> said(QUESTION)
    assert of(story).missing == ("serial number",)
    assert not of(story).complete
    assert of(story).completeness == 0.0


def test_completeness_is_the_share_of_what_is_required():
    made = of(Story() >> said("Hello?"))
    assert made.required == ("matter", "wants", "feeling", "why")
    assert made.missing == ("matter", "wants", "why")
    assert made.completeness == 0.25
    assert of(whole_story()).completeness == 1.0


def test_a_house_that_requires_nothing_is_always_complete():
    assert of(Story(replace(house_policy(), required_slots=())) >> said("Hello?")).completeness == 1.0


def test_it_is_as_of_now():
    story = whole_story()
    assert of(story).version == story.case.version


def test_as_text_it_is_a_dozen_lines():
    text = packet_text(of(whole_story()))
    assert text.splitlines()[0] == "Dana Reyes"
    for part in ("Wants: refund", "Already told us: 88-2041 (order number)", "Explained:", "Tried:", "Why:"):
        assert part in text, part
    assert len(text.splitlines()) <= 14


def test_the_contacts_before_are_part_of_it():
    story = Story() >> said(QUESTION) >> answered() >> comes_back("Where is it?") >> answered()
    story >> comes_back("Still nothing!")
    assert "contacts 30d 3" in of(story).why[0].text
