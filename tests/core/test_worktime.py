"""Working time: exact on every night of the year, in every zone, and additive whatever it is cut into."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from leeway.core.worktime import (
    ALWAYS,
    BadCalendar,
    Calendar,
    Closure,
    Interval,
    NeverOpen,
    add,
    at_local,
    close_of_day,
    elapsed,
    is_open,
    next_close,
    next_open,
    open_intervals,
    wall_time,
)

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ALL_DAY = ((0, 1440),)
MORNING_AND_AFTERNOON = ((540, 780), (840, 1080))
NIGHT = ((22 * 60, 30 * 60),)


def week(weekdays, weekend=()):
    return (weekdays,) * 5 + (weekend,) * 2


def lisbon(year, month, day, hour=0, minute=0, *, zone="Europe/Lisbon"):
    return datetime(year, month, day, hour, minute, tzinfo=ZoneInfo(zone)).astimezone(UTC)


OFFICE = Calendar(name="office", zone="Europe/Lisbon", week=week(MORNING_AND_AFTERNOON))
NIGHTS = Calendar(name="nights", zone="Europe/Lisbon", week=week(NIGHT, NIGHT))
NEVER = Calendar(name="never", zone="Europe/Lisbon", week=week(()))


# A week in an office


def test_counts_several_openings_a_day_and_no_weekend():
    friday_noon, monday_ten = lisbon(2026, 1, 9, 12), lisbon(2026, 1, 12, 10)
    assert elapsed(OFFICE, friday_noon, monday_ten) == 1 * HOUR + 4 * HOUR + 1 * HOUR


def test_three_hours_from_thursday_evening_are_due_after_the_long_weekend():
    closed = (Closure(date(2026, 4, 3), name="Sexta-feira Santa"),)
    office = msgspec.structs.replace(OFFICE, closures=closed)
    assert add(office, lisbon(2026, 4, 2, 17), 3 * HOUR) == lisbon(2026, 4, 6, 11)


def test_an_hour_that_ends_with_the_day_is_due_at_closing_time():
    assert add(OFFICE, lisbon(2026, 1, 9, 17), 1 * HOUR) == lisbon(2026, 1, 9, 18)


def test_nothing_to_wait_for_is_due_now_even_at_night():
    assert add(OFFICE, lisbon(2026, 1, 10, 3), timedelta()) == lisbon(2026, 1, 10, 3)


def test_a_half_day_has_the_hours_it_says():
    office = msgspec.structs.replace(OFFICE, closures=(Closure(date(2026, 12, 24), open=((540, 720),)),))
    assert open_intervals(office, lisbon(2026, 12, 24), lisbon(2026, 12, 25)) == (
        Interval(lisbon(2026, 12, 24, 9), lisbon(2026, 12, 24, 12)),
    )


def test_openings_are_cut_to_the_time_asked_about():
    assert open_intervals(OFFICE, lisbon(2026, 1, 9, 12), lisbon(2026, 1, 9, 15)) == (
        Interval(lisbon(2026, 1, 9, 12), lisbon(2026, 1, 9, 13)),
        Interval(lisbon(2026, 1, 9, 14), lisbon(2026, 1, 9, 15)),
    )


def test_touching_and_overlapping_openings_are_one():
    patched = Calendar(name="p", zone="UTC", week=week(((540, 720), (720, 800), (600, 780))))
    assert open_intervals(patched, lisbon(2026, 1, 9), lisbon(2026, 1, 10)) == (
        Interval(lisbon(2026, 1, 9, 9), lisbon(2026, 1, 9, 13, 20)),
    )


def test_closing_time_is_closed_and_opening_time_is_open():
    asked = [lisbon(2026, 1, 9, 9) - timedelta(microseconds=1), lisbon(2026, 1, 9, 9), lisbon(2026, 1, 9, 13)]
    assert [is_open(OFFICE, at) for at in asked] == [False, True, False]


def test_next_opening_and_closing():
    saturday, monday_ten = lisbon(2026, 1, 10, 3), lisbon(2026, 1, 12, 10)
    assert next_open(OFFICE, saturday) == lisbon(2026, 1, 12, 9)
    assert next_close(OFFICE, saturday) == lisbon(2026, 1, 12, 13)
    assert next_open(OFFICE, monday_ten) == monday_ten
    assert next_close(OFFICE, monday_ten) == lisbon(2026, 1, 12, 13)


# Nights belong to the day on which they begin


def test_a_night_shift_reaches_into_a_closed_day():
    nights = msgspec.structs.replace(NIGHTS, closures=(Closure(date(2026, 1, 11)),))
    assert elapsed(nights, lisbon(2026, 1, 10, 12), lisbon(2026, 1, 12, 12)) == 8 * HOUR


def test_both_nights_of_daylight_saving_count_the_hours_somebody_was_there():
    assert elapsed(NIGHTS, lisbon(2026, 3, 28, 22), lisbon(2026, 3, 29, 6)) == 7 * HOUR
    assert elapsed(NIGHTS, lisbon(2026, 10, 24, 22), lisbon(2026, 10, 25, 6)) == 9 * HOUR


def test_lord_howe_moves_by_half_an_hour():
    nights = Calendar(name="n", zone="Australia/Lord_Howe", week=week(NIGHT, NIGHT))
    long_night = lisbon(2026, 4, 4, 12, zone=nights.zone), lisbon(2026, 4, 5, 12, zone=nights.zone)
    short_night = lisbon(2026, 10, 3, 12, zone=nights.zone), lisbon(2026, 10, 4, 12, zone=nights.zone)
    assert [elapsed(nights, *long_night), elapsed(nights, *short_night)] == [8.5 * HOUR, 7.5 * HOUR]


def test_kathmandu_opens_at_a_quarter_past():
    office = Calendar(name="k", zone="Asia/Kathmandu", week=week(((540, 1020),)))
    assert next_open(office, datetime(2026, 1, 9, tzinfo=UTC)) == datetime(2026, 1, 9, 3, 15, tzinfo=UTC)


def test_a_deadline_across_the_change_keeps_office_hours():
    """B2: a chain that was computed with today's offset would open at 10:00 on Monday."""
    assert add(OFFICE, lisbon(2026, 3, 27, 17), 2 * HOUR) == lisbon(2026, 3, 30, 10)
    assert lisbon(2026, 3, 30, 10) == datetime(2026, 3, 30, 9, tzinfo=UTC)


def test_an_hour_that_does_not_exist_is_nobodys_working_time():
    skipped = Calendar(name="s", zone="Europe/Lisbon", week=week((), ((60, 120),)))
    assert elapsed(skipped, lisbon(2026, 3, 29), lisbon(2026, 3, 30)) == timedelta()
    assert elapsed(skipped, lisbon(2026, 10, 25), lisbon(2026, 10, 26)) == 2 * HOUR


def test_a_zone_that_skipped_a_whole_day_had_no_working_time_on_it():
    apia = Calendar(name="a", zone="Pacific/Apia", week=week(ALL_DAY, ()))
    thursday = datetime(2011, 12, 29, 10, tzinfo=UTC)
    assert wall_time(apia.zone, thursday + DAY) - wall_time(apia.zone, thursday) == 2 * DAY
    assert elapsed(apia, thursday, thursday + 2 * DAY) == 1 * DAY


def test_a_deadline_is_read_in_the_zone_of_its_calendar():
    """B1: the same hours in another zone are another deadline."""
    new_york = msgspec.structs.replace(OFFICE, zone="America/New_York")
    start = datetime(2026, 1, 9, 10, tzinfo=UTC)
    assert add(OFFICE, start, HOUR) == datetime(2026, 1, 9, 11, tzinfo=UTC)
    assert add(new_york, start, HOUR) == datetime(2026, 1, 9, 15, tzinfo=UTC)


# Round the clock


def test_midnight_loses_nothing():
    """B3: calendars that end at 23:59 or 23:59:59 lose time on every night."""
    whole_days = Calendar(name="w", zone="Europe/Lisbon", week=week(ALL_DAY, ALL_DAY))
    start, end = lisbon(2026, 1, 1), lisbon(2027, 1, 1)
    assert elapsed(whole_days, start, end) == 365 * DAY
    assert open_intervals(whole_days, start, end) == (Interval(start, end),)


def test_always_never_closes():
    at = datetime(2026, 1, 9, 3, tzinfo=UTC)
    assert (is_open(ALWAYS, at), next_open(ALWAYS, at), next_close(ALWAYS, at)) == (True, at, None)


def test_a_long_opening_closes_where_it_closes():
    shut = msgspec.structs.replace(ALWAYS, closures=(Closure(date(2026, 11, 1)),))
    assert next_close(shut, datetime(2026, 1, 9, tzinfo=UTC)) == datetime(2026, 11, 1, tzinfo=UTC)


# Never open


def test_a_calendar_without_hours_is_refused_not_searched_for_ever():
    with pytest.raises(NeverOpen, match="'never' has no opening in the two years after 2026-01-09"):
        add(NEVER, datetime(2026, 1, 9, tzinfo=UTC), MINUTE)
    with pytest.raises(NeverOpen):
        close_of_day(NEVER, datetime(2026, 1, 9, tzinfo=UTC), 1)


def test_a_calendar_without_hours_neither_opens_nor_closes():
    at = datetime(2026, 1, 9, tzinfo=UTC)
    assert (next_open(NEVER, at), next_close(NEVER, at), is_open(NEVER, at)) == (None, None, False)


def test_an_opening_after_a_year_of_pause_is_found():
    closed = tuple(Closure(date(2026, 1, 1) + count * DAY) for count in range(400))
    office = msgspec.structs.replace(OFFICE, closures=closed)
    assert next_open(office, lisbon(2026, 1, 1)) == lisbon(2027, 2, 5, 9)


def test_a_negative_duration_is_refused():
    with pytest.raises(ValueError, match="a deadline lies ahead"):
        add(OFFICE, datetime(2026, 1, 9, tzinfo=UTC), -MINUTE)


def test_an_instant_without_zone_is_refused():
    with pytest.raises(ValueError, match="no time zone"):
        is_open(OFFICE, datetime(2026, 1, 9))  # noqa: DTZ001 - that is the point


# Working days


def test_working_days_are_counted_from_one():
    with pytest.raises(ValueError, match="counted from 1"):
        close_of_day(OFFICE, lisbon(2026, 4, 1), 0)


def test_close_of_the_third_business_day_skips_holidays():
    office = msgspec.structs.replace(OFFICE, closures=(Closure(date(2026, 4, 3)), Closure(date(2026, 4, 6))))
    assert close_of_day(office, lisbon(2026, 4, 1, 20), 3) == lisbon(2026, 4, 8, 18)


# Wall times


def test_a_skipped_wall_time_is_the_instant_of_the_change():
    wall = datetime(2026, 3, 29, 1, 30)  # noqa: DTZ001 - a wall time has no zone
    assert at_local("Europe/Lisbon", wall) == datetime(2026, 3, 29, 1, tzinfo=UTC)


def test_a_repeated_wall_time_is_the_first_of_both():
    wall = datetime(2026, 10, 25, 1, 30)  # noqa: DTZ001 - a wall time has no zone
    assert at_local("Europe/Lisbon", wall) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


# What means nothing is refused at once


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"zone": "Europe/Lisboa"}, "'Europe/Lisboa' is no time zone"),
        ({"zone": "../etc/passwd"}, "is no time zone"),
        ({"week": week(())[:6]}, "a week has 7 days, this one has 6"),
        ({"week": week(((780, 540),))}, "not from minute 780 to minute 540"),
        ({"week": week(((600, 2041),))}, "lasts up to 24 hours"),
        ({"week": week(((1440, 1500),))}, "begins within the day"),
        ({"closures": (Closure(date(2026, 1, 1)),) * 2}, "2026-01-01 is listed twice"),
    ],
)
def test_a_calendar_that_means_nothing_is_refused(change, complaint):
    with pytest.raises(BadCalendar, match=complaint):
        msgspec.structs.replace(OFFICE, **change)


def test_a_calendar_survives_json():
    office = msgspec.structs.replace(OFFICE, closures=(Closure(date(2026, 12, 24), ((540, 720),), "eve"),))
    assert msgspec.json.decode(msgspec.json.encode(office), type=Calendar) == office


# Properties, over random calendars in zones with odd habits, around the nights on which clocks change

ZONES = [
    "UTC",
    "Europe/Lisbon",
    "America/New_York",
    "America/St_Johns",  # half an hour off
    "America/Havana",  # changes at midnight
    "Asia/Beirut",  # changes at midnight
    "Asia/Kathmandu",  # 5:45
    "Australia/Lord_Howe",  # changes by half an hour
    "Pacific/Chatham",  # 12:45 and 13:45
    "Africa/Casablanca",  # goes back for Ramadan
]
CHANGES = [
    datetime(2026, 2, 15, tzinfo=UTC),
    datetime(2026, 3, 8, tzinfo=UTC),
    datetime(2026, 3, 29, tzinfo=UTC),
    datetime(2026, 4, 5, tzinfo=UTC),
    datetime(2026, 9, 27, tzinfo=UTC),
    datetime(2026, 10, 4, tzinfo=UTC),
    datetime(2026, 10, 25, tzinfo=UTC),
    datetime(2026, 11, 1, tzinfo=UTC),
]


@st.composite
def openings(draw):
    start = draw(st.integers(0, 1439))
    return start, start + draw(st.integers(1, 1440))


days = st.lists(openings(), max_size=3).map(tuple)
closures = st.lists(
    st.builds(
        Closure,
        date=st.builds(
            lambda change, shift: (change + shift * DAY).date(), st.sampled_from(CHANGES), st.integers(-2, 2)
        ),
        open=days,
    ),
    max_size=3,
    unique_by=lambda closure: closure.date,
).map(tuple)
calendars = st.builds(
    Calendar,
    name=st.just("drawn"),
    zone=st.sampled_from(ZONES),
    week=st.tuples(*[days] * 7),
    closures=closures,
)
open_calendars = calendars.filter(lambda calendar: any(calendar.week))
instants = st.builds(
    lambda change, shift: change + timedelta(seconds=shift),
    st.sampled_from(CHANGES),
    st.integers(-3 * 86400, 3 * 86400),
)
whole_minutes = instants.map(lambda at: at.replace(second=0))
durations = st.timedeltas(timedelta(microseconds=1), timedelta(days=20))


def open_by_definition(calendar, at):
    """The definition itself: what does the clock on the wall show, and is that an open time?"""
    wall = at.astimezone(ZoneInfo(calendar.zone)).replace(tzinfo=None)
    closed = {closure.date: closure.open for closure in calendar.closures}
    for days_ago in (0, 1):
        day = wall.date() - days_ago * DAY
        minute = wall.hour * 60 + wall.minute + days_ago * 1440
        if any(start <= minute < end for start, end in closed.get(day, calendar.week[day.weekday()])):
            return True
    return False


@given(calendars, whole_minutes, st.integers(1, 26 * 60))
def test_agrees_with_counting_minutes_on_the_wall_clock(calendar, start, minutes):
    counted = sum(open_by_definition(calendar, start + count * MINUTE) for count in range(minutes))
    assert elapsed(calendar, start, start + minutes * MINUTE) == counted * MINUTE


@given(calendars, instants)
def test_is_open_agrees_with_the_wall_clock(calendar, at):
    assert is_open(calendar, at) == open_by_definition(calendar, at)


@given(open_calendars, instants, durations)
def test_adding_working_time_lets_exactly_that_much_pass(calendar, start, duration):
    assert elapsed(calendar, start, add(calendar, start, duration)) == duration


@given(open_calendars, instants, durations, durations)
def test_adding_in_two_parts_is_adding_the_sum(calendar, start, one, other):
    assert add(calendar, add(calendar, start, one), other) == add(calendar, start, one + other)


@given(open_calendars, instants, durations)
def test_no_earlier_instant_would_do(calendar, start, duration):
    due = add(calendar, start, duration)
    assert elapsed(calendar, start, due - timedelta(microseconds=1)) < duration


@given(calendars, instants, instants, instants)
def test_parts_add_up_in_any_order(calendar, one, two, three):
    assert elapsed(calendar, one, two) + elapsed(calendar, two, three) == elapsed(calendar, one, three)


@given(calendars, instants, instants)
def test_working_time_never_runs_backwards_nor_faster_than_real_time(calendar, one, other):
    early, late = sorted((one, other))
    assert timedelta() <= elapsed(calendar, early, late) <= late - early


@given(open_calendars, instants, instants, durations)
def test_who_starts_later_is_due_later(calendar, one, other, duration):
    early, late = sorted((one, other))
    assert add(calendar, early, duration) <= add(calendar, late, duration)


@given(calendars, instants, instants)
def test_openings_are_apart_in_order_and_sum_up_to_the_elapsed_time(calendar, one, other):
    early, late = sorted((one, other))
    found = open_intervals(calendar, early, late)
    edges = [edge for interval in found for edge in interval]
    assert all(before < after for before, after in pairwise(edges))
    assert sum((end - start for start, end in found), timedelta()) == elapsed(calendar, early, late)


@given(calendars, instants)
def test_nothing_opens_before_the_next_opening_nor_closes_before_the_next_closing(calendar, at):
    opens, closes = next_open(calendar, at), next_close(calendar, at)
    assume(opens is not None and closes is not None)
    assert elapsed(calendar, at, opens) == timedelta()
    assert elapsed(calendar, opens, closes) == closes - opens
    assert (is_open(calendar, opens), is_open(calendar, closes)) == (True, False)


@given(st.sampled_from(ZONES), instants, instants)
def test_whole_days_are_real_time_in_every_zone(zone, one, other):
    whole_days = Calendar(name="whole days", zone=zone, week=(ALL_DAY,) * 7)
    assert elapsed(whole_days, one, other) == elapsed(ALWAYS, one, other) == other - one


@given(instants, durations)
def test_adding_on_always_is_adding(start, duration):
    assert add(ALWAYS, start, duration) == start + duration


@given(st.sampled_from(ZONES), instants)
def test_a_wall_time_comes_back_as_the_first_instant_that_shows_it(zone, at):
    first = at_local(zone, wall_time(zone, at))
    assert first <= at
    assert wall_time(zone, first) == wall_time(zone, at)
