"""What the words for dates and times mean. Sent on Wednesday 18 November 2026 at 10:30 in Berlin."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from scoring import AT, BERLIN

from leeway.core.reading.prepared import prepare
from leeway.core.reading.when import find_times


def said(phrases, text, *, at=AT, zone=BERLIN, toward="future"):
    (when,) = find_times(prepare(text, phrases, "agent"), at=at, zone=zone, toward=toward)
    return when


def local(when, zone=BERLIN):
    return when.moment.astimezone(zone).strftime("%a %d %b %Y %H:%M") if when.moment else None


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("today", "Wed 18 Nov 2026 23:59"),
        ("tomorrow", "Thu 19 Nov 2026 23:59"),
        ("tomorrow at 2pm", "Thu 19 Nov 2026 14:00"),
        ("at 2.30 pm tomorrow", "Thu 19 Nov 2026 14:30"),
        ("tonight", "Wed 18 Nov 2026 22:00"),
        ("by 14:00", "Wed 18 Nov 2026 14:00"),
        ("at 9am", "Thu 19 Nov 2026 09:00"),  # nine is behind us today
        ("by Friday", "Fri 20 Nov 2026 23:59"),
        ("Friday morning", "Fri 20 Nov 2026 12:00"),
        ("by Wednesday", "Wed 18 Nov 2026 23:59"),  # said on a Wednesday: today still counts
        ("on Wednesday", "Wed 25 Nov 2026 23:59"),  # said on a Wednesday: the next one
        ("on Wednesday at 15:00", "Wed 18 Nov 2026 15:00"),  # still ahead today
        ("next Wednesday", "Wed 25 Nov 2026 23:59"),
        ("within 24 hours", "Thu 19 Nov 2026 10:30"),
        ("in 30 minutes", "Wed 18 Nov 2026 11:00"),
        ("within the hour", "Wed 18 Nov 2026 11:30"),
        ("in 3-5 days", "Mon 23 Nov 2026 23:59"),  # of a range the later end
        ("in two weeks", "Wed 02 Dec 2026 23:59"),
        ("by end of day", "Wed 18 Nov 2026 18:00"),
        ("by the end of the week", "Fri 20 Nov 2026 18:00"),
        ("next week", "Fri 27 Nov 2026 23:59"),
        ("on 3 November", "Wed 03 Nov 2027 23:59"),  # gone this year
        ("on 3 December at noon", "Thu 03 Dec 2026 12:00"),
        ("on 2026-12-24", "Thu 24 Dec 2026 23:59"),
        ("on 24/12", "Thu 24 Dec 2026 23:59"),
        ("at 10 tomorrow morning", "Thu 19 Nov 2026 10:00"),
    ],
)
def test_a_time_ahead(english, words, meant):
    assert local(said(english, words)) == meant


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("yesterday", "Tue 17 Nov 2026 23:59"),
        ("on Friday", "Fri 13 Nov 2026 23:59"),
        ("last Wednesday", "Wed 11 Nov 2026 23:59"),
        ("on 20 November", "Thu 20 Nov 2025 23:59"),
        ("at 11:00", "Tue 17 Nov 2026 11:00"),  # eleven has not come yet today
        ("three weeks ago", "Wed 28 Oct 2026 10:30"),
    ],
)
def test_a_time_behind(english, words, meant):
    assert local(said(english, words, toward="past")) == meant


@pytest.mark.parametrize("words", ["within 3 business days", "in 3 working days", "2-3 business days"])
def test_working_days_are_counted_and_not_resolved(english, words):
    when = said(english, words)
    assert (when.working_days, when.moment) == (3, None)


def test_a_date_that_could_be_two_days_is_not_settled(english, spanish):
    assert local(said(english, "on 3/11")) is None
    assert local(said(spanish, "3/11")) == "Wed 03 Nov 2027 23:59"


@pytest.mark.parametrize(
    "words", ["shortly", "as soon as possible", "in a few days", "on 31 February", "in 9999 years"]
)
def test_words_that_name_no_moment(english, words):
    assert said(english, words).moment is None


@pytest.mark.parametrize(
    "text", ["open 24/7", "for 2 persons at 2 tables", "I may come", "the March quarter"]
)
def test_no_time_at_all(english, text):
    assert find_times(prepare(text, english, "agent"), at=AT, zone=BERLIN) == ()


def test_local_times_are_read_in_the_zone_of_the_listener(english):
    tokyo = ZoneInfo("Asia/Tokyo")
    when = said(english, "by 20:00", zone=tokyo)
    assert local(when, tokyo) == "Wed 18 Nov 2026 20:00"


def test_elapsed_hours_are_elapsed_on_the_night_the_clocks_change(english):
    saturday = datetime(2026, 10, 24, 20, 0, tzinfo=UTC)
    assert said(english, "in 24 hours", at=saturday).moment == datetime(2026, 10, 25, 20, 0, tzinfo=UTC)
    assert local(said(english, "tomorrow at 22:00", at=saturday)) == "Sun 25 Oct 2026 22:00"


def test_a_bare_hour_is_read_in_working_hours_and_marked_uncertain(english):
    when = said(english, "tomorrow at 2")
    assert (local(when), when.certain) == ("Thu 19 Nov 2026 14:00", False)
