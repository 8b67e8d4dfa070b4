"""Whatever the text, the readers come back, alike each time, with quotes that are words of the message."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scoring import AT, BERLIN, examples, load_phrases

from leeway.core.reading.matter import NOTHING_YET, same_matter, summary_sentence, update
from leeway.core.reading.offers import answer_to_offer, find_offers
from leeway.core.reading.prepared import prepare
from leeway.core.reading.promise_words import find_promises
from leeway.core.reading.questions import asked_again, find_asks
from leeway.core.reading.restating import retells
from leeway.core.reading.steps import steps_taken
from leeway.core.reading.tokens import clean
from leeway.core.reading.told import find_told
from leeway.core.reading.wants import find_wants

PACKS = {language: load_phrases(language) for language in ("en", "es")}
VOCABULARY = sorted(
    {
        word
        for name, section in (
            ("promises", None),
            ("told", None),
            ("wants", None),
            ("asks", None),
            ("offers", "answers"),
        )
        for half in ("seen", "kept_back")
        for case in (examples(name, half)[section] if section else examples(name, half))
        for word in case["text"].split()
    }
)
ODDITIES = [
    "\x00",
    "\ud800",
    "İ",
    "ß",
    "שלום",
    "\u202e",
    "é",
    "e\u0301",
    "’",
    "🙃",
    "\n\n",
    "9" * 30,
    "((((",
    "....",
    "31 February",
    "in 9999 years",
    "24/7",
    "4111 1111 1111 1111",
    "99:99",
    "€",
    "#",
    "'",
    "a@b",
    "for weeks",
    "25.99.2026",
]
sentences = st.lists(
    st.one_of(st.sampled_from(VOCABULARY), st.sampled_from(ODDITIES), st.text(max_size=6)), max_size=40
).map(" ".join)
moments = st.integers(946_684_800, 4_102_444_800).map(lambda second: datetime.fromtimestamp(second, UTC))


def everything(text, language, at):
    """All that all readers find in a text, from both sides."""
    customer, agent = (prepare(text, PACKS[language], side) for side in ("customer", "agent"))
    told = find_told(customer, at=at, zone=BERLIN)
    wants = find_wants(customer, at=at, zone=BERLIN)
    matter = update(NOTHING_YET, customer, told, wants, message_id="m1")
    promises, offers = find_promises(agent, at=at, zone=BERLIN), find_offers(agent)
    asks = find_asks(agent)
    asked_again(asks, told, matter)
    single = (answer_to_offer(customer), retells(customer, matter, told), summary_sentence(customer, told))
    quoted = [*told, *wants, *promises, *offers, *asks, *steps_taken(agent, promises=promises, offers=offers)]
    return matter, quoted, single


@settings(max_examples=300, deadline=None)
@given(text=sentences, language=st.sampled_from(sorted(PACKS)), at=moments)
def test_quotes_are_words_of_the_message_and_reading_twice_finds_the_same(text, language, at):
    first = everything(text, language, at)
    for found in [*first[1], *(one for one in first[2][:2] if one is not None)]:
        assert 0 <= found.start <= found.end <= len(text)
        assert found.quote == clean(text)[found.start : found.end]
    assert everything(text, language, at) == first


@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=400))
def test_any_unicode_can_be_stored_as_json_with_the_same_length(text):
    cleaned = clean(text)
    assert len(cleaned) == len(text)
    assert msgspec.json.decode(msgspec.json.encode(cleaned)) == cleaned


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\x00" * 50,
        "\ud800\udfff broken \udc00",
        "מתי יגיע המשלוח שלי? הזמנה 88-2041",
        "i want " * 50_000,
        "my order " * 50_000,
        "9" * 100_000,
        "i'll call you back by " * 50_000,
        " " * 200_000,
        "a." * 100_000,
        "x" * 10_000_000,
    ],
    ids=[
        "nothing",
        "nul",
        "surrogates",
        "hebrew",
        "wants",
        "orders",
        "digits",
        "promises",
        "blanks",
        "dots",
        "ten megabytes",
    ],
)
def test_strange_and_very_long_messages_are_read(text):
    matter, quoted, _ = everything(text, "en", AT)
    assert len(msgspec.json.encode(matter)) <= 1_536
    assert len(quoted) < 200


def test_only_the_first_twenty_thousand_characters_are_read(english):
    text = "x " * 10_000 + "my order 88-2041"
    assert find_told(prepare(text, english, "customer"), at=AT) == ()


def test_a_matter_stays_small_after_ten_thousand_messages(english):
    matter = NOTHING_YET
    for number in range(10_000):
        word = f"wörd{number:x}" if number % 2 else f'"thing\\{number}"'
        order, day = f"{number}-{number * 7}", number % 28 + 1
        text = f"My {word} order {order} broke since {day} May, I want a refund for the gadget{number}."
        message = prepare(text, english, "customer")
        matter = update(
            matter, message, find_told(message, at=AT), find_wants(message, at=AT), message_id=f"m{number}"
        )
    assert len(msgspec.json.encode(matter)) <= 1_536
    assert len(matter.terms) <= 24


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(sentences, max_size=12))
def test_a_matter_survives_json_and_is_like_itself(texts):
    matter = NOTHING_YET
    for text in texts:
        message = prepare(text, PACKS["en"], "customer")
        told = find_told(message, at=AT)
        matter = update(matter, message, told, find_wants(message, at=AT), message_id="m")
    encoded = msgspec.json.encode(matter)
    assert len(encoded) <= 1_536
    assert msgspec.json.decode(encoded, type=type(matter)) == matter
    likeness = same_matter(matter, matter)
    assert likeness is None or likeness >= 0.3
