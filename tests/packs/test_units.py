"""Times and amounts as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leeway.core.policy import Span
from leeway.packs import units

H, D = 3600, 24 * 3600


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("90 s", Span(90)),
        ("5 min", Span(300)),
        ("5min", Span(300)),
        ("1.5 h", Span(5400)),
        ("1 h 30 min", Span(5400)),
        ("4 h (w)", Span(4 * H, working=True)),
        ("1 day", Span(D)),
        ("30 days", Span(30 * D)),
        ("8 weeks", Span(56 * D)),
        ("1 day (w)", Span(8 * H, working=True)),
        ("3 days 2 h (w)", Span(26 * H, working=True)),
        ("1 week (w)", Span(40 * H, working=True)),
    ],
)
def test_a_length_of_time_has_a_unit(text, length):
    assert units.span(text) == length


def test_a_working_day_is_as_long_as_the_house_says():
    assert units.span("2 days (w)", working_day=int(7.5 * H)) == Span(15 * H, working=True)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("15", "the unit is missing"),
        ("0 min", "longer than nothing and at most ten years"),
        ("0.3 s", "whole seconds only"),
        ("1:30", "write the unit, as in 1 h 30 min"),
        ("5 minutes", "the units are s, min, h, day, days, week, weeks"),
        ("2 months", "the units are s, min, h, day, days, week, weeks"),
        ("900000 days", "longer than nothing and at most ten years"),
        ("4 h (x)", "the units are s, min, h, day, days, week, weeks"),
        ("-5 min", "the units are s, min, h, day, days, week, weeks"),
        ("010 min", "the units are s, min, h, day, days, week, weeks"),
    ],
)
def test_what_is_no_length_of_time_is_explained(text, hint):
    with pytest.raises(ValueError, match="^" + hint.replace(".", r"\.") + "$"):
        units.span(text)


@given(st.builds(Span, st.integers(1, units.LONGEST), working=st.booleans()))
def test_a_length_of_time_survives_being_written(length):
    assert units.span(units.span_in_words(length)) == length


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (Span(D), "1 day"),
        (Span(2 * D + 60), "2 days 1 min"),
        (Span(26 * H, working=True), "26 h (w)"),
        (Span(61), "1 min 1 s"),
    ],
)
def test_time_is_written_the_short_way_and_working_time_in_hours(length, words):
    assert units.span_in_words(length) == words


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [("60 EUR", "EUR", 6000), ("59.90 EUR", "EUR", 5990), ("0 EUR", "EUR", 0), ("5000 JPY", "JPY", 5000)],
)
def test_an_amount_is_counted_in_minor_units(text, currency, minor):
    assert units.money(text, currency) == minor


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("60", "write the amount with its currency, as in 60 EUR"),
        ("€60", "write the amount with its currency, as in 60 EUR"),
        ("60 USD", "this policy counts in EUR"),
        ("1.999 EUR", "EUR has 2 decimal places"),
    ],
)
def test_what_is_no_amount_is_explained(text, hint):
    with pytest.raises(ValueError, match=hint):
        units.money(text, "EUR")


@given(st.integers(0, 10**10), st.sampled_from(["EUR", "JPY"]))
def test_an_amount_survives_being_written(minor, currency):
    assert units.money(units.money_in_words(minor, currency), currency) == minor
