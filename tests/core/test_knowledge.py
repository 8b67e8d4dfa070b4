"""Finding what helps: words, order, passage, moment."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from leeway.core import knowledge as k
from leeway.core.case import Case
from leeway.testing import Story, answered, said

ARTICLES = {
    1: ("Refund time", "A refund takes 5 to 7 working days. Ask the bank when it is later than that."),
    2: ("Broken on arrival", "Take a photo of the damage. We send a replacement or refund the price."),
    3: ("Reset your password", "Open the sign-in page and choose Forgot password. A link is sent by e-mail."),
    4: ("Delivery days", "We deliver from Monday to Friday. The carrier sends a tracking link."),
}


def library(articles=None):
    articles = articles or ARTICLES
    postings: list[Any] = []
    lengths: dict[int, Any] = {}
    holding: dict[str, Any] = {}
    for number, (title, text) in articles.items():
        weights, lengths[number] = k.indexed(title, text)
        for term, weight in weights.items():
            postings.append(k.Posting(term, number, weight))
            holding[term] = holding.get(term, 0) + 1
    mean = sum(lengths.values()) / len(lengths)
    return postings, lengths, k.Corpus(len(articles), mean, holding)


def best(text: str) -> list[int]:
    postings, lengths, corpus = library()
    terms = k.question(text)
    return [one.article for one in k.ranked(terms, [p for p in postings if p.term in terms], lengths, corpus)]


def test_a_question_finds_its_article() -> None:
    assert best("when do I get my refunded money, it takes so long")[0] == 1
    assert best("The blender arrived damaged and broken")[0] == 2
    assert best("I forgot the password, cannot sign in")[0] == 3
    assert best("on which days do you deliver?")[0] == 4


def test_words_of_one_stem_are_one_word() -> None:
    assert k.terms_of("refund refunds refunded refunding") == ["refund"] * 4
    assert k.terms_of("deliveries delivery") == ["delivery"] * 2
    assert k.terms_of("shipped shipping") == ["ship"] * 2
    assert k.terms_of("new news") == ["new", "new"] or k.terms_of("news") != []
    assert k.terms_of("Where is my order 10482?") == ["order"]


@given(
    st.randoms(use_true_random=False),
    st.sampled_from(["refund days link", "password link page", "photo price bank"]),
)
def test_the_order_of_rows_does_not_change_the_order_of_answers(chance: random.Random, text: str) -> None:
    postings, lengths, corpus = library()
    terms = k.question(text)
    expected = k.ranked(terms, postings, lengths, corpus)
    chance.shuffle(postings)
    assert k.ranked(terms, postings, lengths, corpus) == expected


def test_the_rarest_words_are_looked_up_when_there_are_too_many_places() -> None:
    corpus = k.Corpus(1000, 100.0, {"common": 900, "middle": 300, "rare": 3})
    assert k.worth_looking_up(["common", "middle", "rare", "unknown"], corpus, 400) == ["rare", "middle"]
    assert k.worth_looking_up(["common"], corpus, 400) == ["common"]  # better one than none


LONG = """# Damage

Intro that says little about anything at all, to have something before it matters here.

## What to do

Take a **photo** of the [damage](https://example.org) and keep the box. We refund the price or send it again.

## Something else

Opening hours are from nine to five.
"""


def test_the_passage_is_the_one_that_answers_with_its_words_marked() -> None:
    terms = k.question("my parcel has a damage, do I need a photo")
    found = k.passage(LONG, terms, dict.fromkeys(terms, 1.0))
    assert found.heading == "What to do"
    assert found.text == "Take a photo of the damage and keep the box. We refund the price or send it again."
    assert [found.text[start:end] for start, end in found.marks] == ["photo", "damage"]


@given(st.text(max_size=2000), st.text(max_size=80))
def test_any_text_gives_a_passage_that_is_not_too_long(text: str, asked: str) -> None:
    terms = k.question(asked)
    found = k.passage(text, terms, dict.fromkeys(terms, 1.0))
    assert len(found.text) <= k.PASSAGE_LENGTH
    assert all(0 <= start < end <= len(found.text) for start, end in found.marks)


def test_it_is_the_moment_while_somebody_waits_with_a_matter() -> None:
    told = Story() >> said("My blender arrived broken, I want a refund.")
    assert k.is_the_moment(told.case)
    told = told >> answered("I am sorry, I send a new one today.")
    assert not k.is_the_moment(told.case)
    assert not k.is_the_moment((told >> said("Thank you, perfect.")).case)


def test_it_is_not_the_moment_for_a_greeting_or_a_closed_case() -> None:
    told = Story() >> said("Hello!")
    assert not k.is_the_moment(told.case)
    waiting = (Story() >> said("My blender arrived broken, I want a refund.")).case
    assert not k.is_the_moment(replace(waiting, status="resolved"))


def test_what_is_asked_holds_no_number_of_their_own() -> None:
    case = Case(1, product="Blender", subject="Order 10482")
    assert k.asked_in(case, ["Where is order 10482?"]) == ["order", "blender"]
