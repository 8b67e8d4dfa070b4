"""Every escalation closes in thirty days or somebody hears of it; regulators have clocks of their own."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from leeway.core import events as e
from leeway.core import facts as f
from leeway.core.policy import RegulatorClock, Span, Warn
from leeway.testing import (
    MONDAY_NINE,
    Story,
    accepts,
    answered,
    days,
    does,
    hours,
    house_policy,
    minutes,
    resolves,
    said,
)

LAWYER = "My order 88-2041 is broken, my lawyer will hear of this."
FURIOUS = "This is unacceptable, I am furious!"


def test_thirty_days_run_from_the_escalation_whatever_the_level():
    story = Story() >> said(LAWYER) >> days(2)
    assert story.case.level == "mediator"
    assert story.case.clocks["resolution"].due == MONDAY_NINE + timedelta(days=30)


def test_a_case_that_did_not_go_up_has_no_such_clock():
    assert "resolution" not in (Story() >> said("Where is my order?")).case.clocks


def test_four_fifths_of_it_warn_the_owner_and_its_end_is_told_to_their_head():
    story = Story() >> said(LAWYER) >> accepts()
    story >> does(f.Paused, cause="waiting_for_third_party") >> days(23.9)
    assert "resolution" not in [warned.name for warned in story.all(e.ClockWarned)]
    story >> days(0.2)
    assert [warned.at for warned in story.all(e.ClockWarned)] == [MONDAY_NINE + timedelta(days=24)]
    story >> days(6)
    (breach,) = [breach for breach in story.all(e.ClockBreached) if breach.kind == "resolution"]
    assert breach.at == MONDAY_NINE + timedelta(days=30)
    assert story.told("clock_breached")[-1].to == ("mira", "otto")
    assert "the whole case" in story.told("clock_breached")[-1].subject


def test_closing_in_time_meets_it():
    story = Story() >> said(LAWYER) >> accepts() >> days(1) >> resolves(final=True)
    assert ("resolution", "met") in [(stop.name, stop.outcome) for stop in story.all(e.ClockStopped)]


def test_the_house_may_choose_another_number():
    story = Story(replace(house_policy(), close_within=Span(10 * 86_400))) >> said(LAWYER)
    assert story.case.clocks["resolution"].due == MONDAY_NINE + timedelta(days=10)


# --- regulators -------------------------------------------------------------------------------------------------------


def regulated(**fields) -> Story:
    clock = RegulatorClock("final", "test", Span(56 * 86_400), **fields)
    return Story(replace(house_policy(), rules=(), regulators=(clock,)))


def regulator(story: Story):
    return story.case.clocks.get("regulator:final")


def test_a_calm_question_is_no_complaint():
    assert regulator(regulated() >> said("When are you open?")) is None


def test_an_expression_of_dissatisfaction_is_one_whatever_it_is_called():
    """And it counts from the day the case came, not from the day we understood it."""
    story = regulated() >> said("When are you open?") >> answered() >> hours(5) >> said(FURIOUS)
    assert regulator(story).due == MONDAY_NINE + timedelta(days=56)


def test_it_can_run_from_the_first_contact_or_from_the_escalation():
    opened = regulated(starts_on="case_opened") >> said("When are you open?")
    assert regulator(opened) is not None
    gone_up = regulated(starts_on="escalated") >> said(FURIOUS)
    assert regulator(gone_up) is None
    assert regulator(gone_up >> does(f.EscalationRequested, requested_by="customer")) is not None


@pytest.mark.parametrize(
    ("stops_on", "kind"), [("acknowledged", "acknowledgement"), ("final_response", "final_response")]
)
def test_it_ends_with_what_it_asks_for_and_nothing_less(stops_on, kind):
    story = (
        regulated(stops_on=stops_on)
        >> said(FURIOUS)
        >> answered()
        >> does(f.UpdateSent, text="News.", by="ana")
    )
    assert regulator(story) is not None
    story >> does(f.UpdateSent, text="In writing.", kind=kind, by="ana")
    assert regulator(story) is None
    assert [s.outcome for s in story.all(e.ClockStopped) if s.kind == "regulator"] == ["met"]


def test_one_about_the_resolution_ends_with_it():
    story = regulated(stops_on="resolved") >> said(FURIOUS) >> answered() >> resolves()
    assert regulator(story) is None


def test_waiting_for_the_customer_does_not_stop_it():
    story = (
        regulated() >> said(FURIOUS) >> answered() >> does(f.Paused, cause="waiting_for_customer") >> days(10)
    )
    assert regulator(story).due == MONDAY_NINE + timedelta(days=56)


def test_its_own_warnings_come_when_the_overlay_says():
    story = regulated(warn=(Warn(before=Span(14 * 86_400), tell=("owner", "manager_of:owner")),)) >> said(
        FURIOUS
    )
    story >> answered() >> days(42)
    assert [warned.at for warned in story.all(e.ClockWarned) if warned.kind == "regulator"] == [story.now]
    assert story.told("clock_warning")[-1].to == ("ana", "sam")
    assert "the regulator's deadline (final)" in story.told("clock_warning")[-1].subject


def test_in_working_time_it_follows_the_hours_of_the_house():
    story = Story(
        replace(
            house_policy(),
            rules=(),
            regulators=(
                RegulatorClock("third", "test", Span(27 * 3_600, working=True), stops_on="resolved"),
            ),
        )
    )
    story >> said(FURIOUS) >> minutes(1)
    assert story.case.clocks["regulator:third"].due == MONDAY_NINE + timedelta(days=2, hours=9)
