"""What a hand-over needs from the readers: the matter in a sentence, what was told twice, what was asked twice."""

from __future__ import annotations

import pytest
from scoring import AT, BERLIN, matter_of

from leeway.core.reading.matter import NOTHING_YET, is_content, same_matter, summary_sentence, update
from leeway.core.reading.offers import find_offers
from leeway.core.reading.prepared import prepare
from leeway.core.reading.promise_words import find_promises
from leeway.core.reading.questions import asked_again, find_asks
from leeway.core.reading.read import read_agent, read_customer
from leeway.core.reading.restating import Explained, explained_to, retells
from leeway.core.reading.steps import steps_taken
from leeway.core.reading.told import find_told

ROUTER = "Hi, my router drops the connection every evening since Tuesday, order 88-2041. Thanks!"


def customer(phrases, text):
    return prepare(text, phrases, "customer")


def told_in(phrases, text):
    return find_told(customer(phrases, text), at=AT, zone=BERLIN)


def retelling(phrases, text, earlier=ROUTER, **details):
    known = {(one.kind, one.value) for one in told_in(phrases, earlier)}
    return retells(
        customer(phrases, text), matter_of(phrases, earlier), told_in(phrases, text), known=known, **details
    )


def test_a_turn_is_read_from_its_side_in_one_call(english):
    customers = read_customer(ROUTER, english, at=AT, zone=BERLIN)
    assert {one.kind for one in customers.told} >= {"product", "since", "order_number"}
    assert customers.content
    agents = read_agent("So sorry! I'll call you by 14:00. Your email please?", english, at=AT, zone=BERLIN)
    assert [one.what for one in agents.promises] == ["call you"]
    assert [one.slot for one in agents.asks] == ["email"]
    assert [one.step for one in agents.steps] == ["apologise", "set_a_time"]


# -- the matter --------------------------------------------------------------------------------------------------


def test_the_summary_is_the_customers_own_sentence_without_greeting_and_thanks(english):
    summary = summary_sentence(customer(english, ROUTER))
    assert summary.text == "my router drops the connection every evening since Tuesday, order 88-2041."


def test_the_sentence_that_says_what_is_wrong_is_chosen_over_how_to_reach_the_customer(english):
    text = "Hello. My name is Anna Smith. The washing machine leaks water under the door. Call me on 0171 2345678."
    message = customer(english, text)
    assert (
        summary_sentence(message, told_in(english, text)).text
        == "The washing machine leaks water under the door."
    )


def test_the_summary_is_short_and_shows_no_card_number(english):
    text = (
        "The card 4111 1111 1111 1111 was charged for a broken heater "
        + "and the thermostat of the boiler " * 20
    )
    summary = summary_sentence(customer(english, text)).text
    assert len(summary) <= 240
    assert summary.endswith("…")
    assert "4111" not in summary
    assert "1111 was charged" in summary


def test_the_matter_remembers_which_message_it_was_taken_from(english):
    matter = matter_of(english, "hello", "My router drops the connection every evening.", "ok thanks")
    assert (matter.summary, matter.summary_from) == ("My router drops the connection every evening.", "m1")


@pytest.mark.parametrize(
    "text", ["hello?", "ok thanks", "Hi there!", "good morning", "...", "yes please", "thank you so much"]
)
def test_small_talk_carries_no_matter(english, text):
    message = customer(english, text)
    assert not is_content(message)
    assert update(NOTHING_YET, message) is NOTHING_YET


def test_a_shared_number_settles_it_and_different_numbers_speak_against_it(english):
    first = matter_of(english, "Order 88-2041 arrived broken.")
    assert same_matter(first, matter_of(english, "What about 88-2041? order 88-2041")) > 0.9
    assert same_matter(first, matter_of(english, "Order 91-3377 arrived broken.")) < 0.3


def test_an_unknown_matter_is_neither_the_same_nor_another(english):
    assert same_matter(NOTHING_YET, matter_of(english, ROUTER)) is None


# -- told again --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "details", "why"),
    [
        ("As I already said, the router drops.", {}, "said_so"),
        ("This is the third time I explain this!", {}, "said_so"),
        ("My router drops the connection every evening.", {"somebody_new": True}, "same_words"),
        ("My router drops the connection every evening.", {}, "same_words"),
        ("order 88-2041", {"asked": {"order_number"}}, "same_fact"),
    ],
)
def test_telling_the_same_matter_again_is_noticed(english, text, details, why):
    assert retelling(english, text, **details).why == why


@pytest.mark.parametrize(
    ("text", "details"),
    [
        ("88-2041", {"asked": {"postcode"}}),
        ("it is a WX-200 from last year", {"asked": {"product"}}),
        ("The lights on the front are red and the installer left no manual.", {}),
        ("ok thanks", {}),
    ],
)
def test_an_answer_or_something_new_is_not_telling_again(english, text, details):
    assert retelling(english, text, **details) is None


def test_the_first_telling_has_nothing_before_it(english):
    assert retells(customer(english, ROUTER), None) is None


def test_times_explained_counts_tellings_and_listeners(english):
    count = explained_to(Explained(), "bot", again=None, tells=True)
    count = explained_to(count, "bot", again=None, tells=True)  # goes on telling the same listener
    again = retelling(english, "As I already told your bot, the router drops.")
    count = explained_to(count, "sam", again=again, tells=True)
    assert count == Explained(2, ("bot", "sam"))


@pytest.mark.parametrize(
    ("text", "asked", "kind", "value"),
    [
        ("3348917502", {"order_number", "email"}, "order_number", "3348917502"),
        ("88-2041.", {"order_number"}, "order_number", "88-2041"),
        ("Crystal Minh", {"name"}, "name", "Crystal Minh"),
        ("(977) 625-2661", {"phone"}, "phone", "9776252661"),
    ],
)
def test_a_bare_answer_tells_what_was_asked(english, text, asked, kind, value):
    (told,) = find_told(customer(english, text), at=AT, asked=asked)
    assert (told.kind, told.value) == (kind, value)


@pytest.mark.parametrize("text", ["yes", "ok thanks", "I have no idea", "Crystal Minh", "88-2041"])
def test_a_short_message_nobody_asked_for_tells_nothing(english, text):
    assert find_told(customer(english, text), at=AT, asked={"address"}) == ()


def test_a_name_in_small_letters_is_one_only_where_a_name_is_said(english):
    assert [one.value for one in told_in(english, "my name is vinod chopra and i need help")] == [
        "vinod chopra"
    ]
    assert told_in(english, "this is ridiculous from start to end") == ()


# -- asked again -------------------------------------------------------------------------------------------------


def slots_asked_again(phrases, question, *told):
    asks = find_asks(prepare(question, phrases, "agent"))
    facts = [one for text in told for one in told_in(phrases, text)]
    return [one.slot for one in asked_again(asks, facts, matter_of(phrases, *told))]


def test_asking_for_what_was_told_is_noticed(english):
    assert slots_asked_again(english, "Could you give me your order number and email?", ROUTER) == [
        "order_number"
    ]
    assert slots_asked_again(english, "What seems to be the problem?", ROUTER) == ["what_happened"]


def test_asking_for_something_new_is_fine(english):
    assert slots_asked_again(english, "May I have your postcode?", ROUTER) == []
    assert slots_asked_again(english, "How can I help you?", "hello") == []


# -- steps -------------------------------------------------------------------------------------------------------


def test_the_steps_of_a_good_answer_are_seen_with_their_words(english):
    text = (
        "I'm so sorry about this, I understand how frustrating it is. So you have been without internet since Monday. "
        "This was our mistake, the reason is a faulty update. I can offer you a credit of €10, or we could send an "
        "engineer. I'll call you back by 14:00."
    )
    message = prepare(text, english, "agent")
    steps = steps_taken(
        message, promises=find_promises(message, at=AT, zone=BERLIN), offers=find_offers(message)
    )
    assert {one.step for one in steps} == {
        "acknowledge",
        "apologise",
        "restate",
        "own_it",
        "offer",
        "alternative",
        "set_a_time",
        "explain",
    }


def test_a_dry_answer_shows_no_step(english):
    message = prepare("Your ticket has the number 4411.", english, "agent")
    assert steps_taken(message) == ()
