from __future__ import annotations

import re
from random import Random

import pytest

from leeway.demo import texts
from leeway.demo.customers import Customers
from tests.houses import MONDAY_MORNING

BLANK = re.compile(r"{(\w+)}")
MATTER_BLANKS = {"order", "item", "amount", "day", "date", "town", "n"}
SAID_BLANKS = MATTER_BLANKS | {"first", "me", "agent", "when", "give"}


def test_customers_have_at_least_forty_matters():
    assert len(texts.matters("en")) >= 40
    assert len({line for matter in texts.matters("en") for line in matter.open}) >= 80


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_blank_is_one_that_gets_filled(language):
    for matter in texts.matters(language):
        for line in (*matter.open, *matter.more, *matter.push, *matter.back, *matter.how):
            assert set(BLANK.findall(line)) <= MATTER_BLANKS, line
    sayings = texts.sayings(language)
    for group in (sayings.customer, sayings.agent, sayings.offers, sayings.above):
        for line in (line for lines in group.values() for line in lines):
            assert set(BLANK.findall(line)) <= SAID_BLANKS, line


@pytest.mark.parametrize("group", ["customer", "agent", "offers"])
def test_spanish_has_a_line_wherever_english_has_one(group):
    assert set(getattr(texts.sayings("es"), group)) >= set(getattr(texts.sayings("en"), group))


def test_a_slip_of_the_pen_leaves_numbers_alone():
    text = "Order 48213 should have arrived yesterday, please look"
    for seed in range(200):
        assert "48213" in texts.as_typed(text, Random(seed))


def test_customers_come_from_many_places_and_nobody_twice():
    customers = Customers(Random(3), MONDAY_MORNING)
    people = [customers.new() for _ in range(150)]
    assert len({person.region for person in people}) >= 15
    assert len({person.id for person in people}) == 150
    assert all(re.fullmatch(r"[a-z.\-]+@example\.com", person.email) for person in people)
