"""Clocks as values: start, pause, resume, warn, breach; and what their numbers mean."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leeway.core.clocks import (
    PAUSED_BY_WAITING,
    Clock,
    breached,
    due_after,
    pause,
    resume,
    start,
    start_paused,
    wake_at,
    warned,
)
from leeway.core.policy import ClockKind, Span, Warn
from leeway.core.worktime import ALWAYS, Calendar, elapsed
from leeway.testing import MONDAY_NINE, OFFICE

HOURS = timedelta(hours=1)
FOUR_WORKING = Span(4 * 3600, working=True)
FOUR_REAL = Span(4 * 3600)


def office(length: Span = FOUR_WORKING, at: datetime = MONDAY_NINE, **more) -> Clock:
    return start("level", "level", length, at, OFFICE, **more)


def test_it_is_due_when_its_span_has_passed_in_its_own_kind_of_time():
    late = MONDAY_NINE + 7 * HOURS
    assert office(at=late).due == MONDAY_NINE + timedelta(days=1, hours=2)
    assert office(FOUR_REAL, at=late).due == late + 4 * HOURS


def test_an_end_of_its_own_overrides_the_span_and_is_real_time():
    clock = office(due=MONDAY_NINE + timedelta(days=2))
    assert clock.due == MONDAY_NINE + timedelta(days=2)
    assert clock.length == Span(2 * 86_400)


def test_it_wakes_for_its_next_warning_then_for_its_end_then_never():
    clock = office(warnings=(Warn(percent=50), Warn(before=Span(1_800))))
    assert clock.wakes_at == MONDAY_NINE + 2 * HOURS
    clock = warned(clock, 0)
    assert clock.wakes_at == MONDAY_NINE + 3.5 * HOURS
    clock = warned(clock, 1)
    assert clock.wakes_at == clock.due == MONDAY_NINE + 4 * HOURS
    assert breached(clock, clock.due).wakes_at is None


def test_warnings_are_told_in_the_order_of_their_time_not_of_the_file():
    clock = office(warnings=(Warn(before=Span(1_800)), Warn(percent=50)))
    assert [index for _, index in clock.warn_at] == [1, 0]


def test_a_warning_that_lies_before_the_start_is_not_sent_late():
    assert office(warnings=(Warn(before=Span(5 * 3600)),)).warn_at == ()


def test_warnings_of_working_time_come_in_working_time():
    clock = office(at=MONDAY_NINE + 7 * HOURS, warnings=(Warn(percent=75),))
    assert clock.wakes_at == MONDAY_NINE + timedelta(days=1, hours=1)


def test_pausing_keeps_what_is_left_and_resuming_counts_it_from_then():
    clock = pause(office(), MONDAY_NINE + HOURS, OFFICE)
    assert (clock.due, clock.left, clock.paused, clock.running, clock.wakes_at) == (
        None,
        3 * 3600,
        True,
        False,
        None,
    )
    assert resume(clock, MONDAY_NINE + timedelta(days=4), OFFICE).due == MONDAY_NINE + timedelta(
        days=4, hours=3
    )


def test_a_warning_given_before_the_pause_is_not_given_again_after_it():
    clock = warned(office(warnings=(Warn(percent=25), Warn(percent=75))), 0)
    again = resume(pause(clock, MONDAY_NINE + 2 * HOURS, OFFICE), MONDAY_NINE + 5 * HOURS, OFFICE)
    assert [index for _, index in again.warn_at] == [1]


def test_what_is_paused_or_over_is_paused_no_further():
    paused = pause(office(), MONDAY_NINE + HOURS, OFFICE)
    assert pause(paused, MONDAY_NINE + 2 * HOURS, OFFICE) == paused
    over = breached(office(), MONDAY_NINE + 4 * HOURS)
    assert pause(over, MONDAY_NINE + 5 * HOURS, OFFICE) == over
    running = office()
    assert resume(running, MONDAY_NINE + HOURS, OFFICE) == running


def test_one_that_starts_paused_has_all_of_it_left():
    assert start_paused(office()).left == 4 * 3600


def test_paused_after_its_end_nothing_is_left():
    assert pause(office(), MONDAY_NINE + 6 * HOURS, OFFICE).left == 0


def test_the_case_wakes_with_the_earliest_of_its_clocks():
    assert wake_at({"a": office(), "b": office(FOUR_REAL, MONDAY_NINE - HOURS)}) == MONDAY_NINE + 3 * HOURS
    assert wake_at({"a": start_paused(office())}) is None
    assert wake_at({}) is None


def test_on_a_calendar_that_never_opens_time_is_real():
    shut = Calendar(name="shut", zone="UTC", week=((),) * 7)
    assert due_after(FOUR_WORKING, MONDAY_NINE, shut) == MONDAY_NINE + 4 * HOURS


def test_what_we_owe_whatever_the_customer_does_is_not_stopped_by_waiting_for_them():
    going_on = {kind for kind, stands_still in PAUSED_BY_WAITING.items() if not stands_still}
    assert {"accept", "resolution", "promise", "regulator", "follow_up"} <= going_on


def test_every_kind_of_clock_says_whether_it_waits():
    assert set(PAUSED_BY_WAITING) == set(get_args(ClockKind))


def test_it_survives_json():
    clock = office(warnings=(Warn(percent=50),), episode="waiting", about="ana")
    assert msgspec.json.decode(msgspec.json.encode(clock), type=Clock) == clock


MOMENTS = st.integers(0, 2 * 365 * 86_400).map(lambda seconds: MONDAY_NINE + timedelta(seconds=seconds))
LENGTHS = st.integers(1, 200 * 3600)


@given(
    MOMENTS,
    LENGTHS,
    st.booleans(),
    st.lists(st.tuples(st.integers(0, 90_000), st.integers(0, 400_000)), max_size=5),
)
def test_however_often_it_is_paused_what_ran_is_its_length(at, seconds, working, pauses):
    """Each pair: so long it runs, so long it stands still. Half-second roundings must not add up either."""
    calendar = OFFICE if working else ALWAYS
    clock = start("x", "level", Span(seconds, working), at, calendar)
    ran, now = timedelta(), at
    for runs, stands in pauses:
        if clock.due is None or now + timedelta(seconds=runs) >= clock.due:
            break
        paused_at = now + timedelta(seconds=runs)
        clock = pause(clock, paused_at, calendar)
        ran += elapsed(calendar, now, paused_at) if working else paused_at - now
        now = paused_at + timedelta(seconds=stands)
        clock = resume(clock, now, calendar)
    assert clock.due is not None
    ran += elapsed(calendar, now, clock.due) if working else clock.due - now
    assert ran == timedelta(seconds=seconds)


@given(MOMENTS, LENGTHS, st.lists(st.integers(1, 99), max_size=4, unique=True))
def test_warnings_lie_between_start_and_end_in_order(at, seconds, percents):
    clock = start("x", "level", Span(seconds, working=True), at, OFFICE, warnings=tuple(map(Warn, percents)))
    instants = [instant for instant, _ in clock.warn_at]
    assert instants == sorted(instants)
    assert all(at <= instant <= clock.due for instant in instants)


@pytest.mark.parametrize("percent", [1, 50, 99])
def test_a_percentage_is_of_the_span(percent):
    clock = office(Span(100 * 60), warnings=(Warn(percent=percent),))
    assert clock.wakes_at == MONDAY_NINE + timedelta(minutes=percent)
