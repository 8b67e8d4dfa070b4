"""The customer hears from us as often as the matrix says, and a pause has a cause and an end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from leeway.core import events as e
from leeway.core import facts as f
from leeway.core.policy import LevelSteps, Span, Step
from leeway.testing import (
    MONDAY_NINE,
    Story,
    accepts,
    answered,
    days,
    does,
    escalates,
    hours,
    house_policy,
    minutes,
    said,
)

QUESTION = "Hello, my order 88-2041 has not arrived."


def with_sam() -> Story:
    """A supervisor has it: news every four working hours."""
    return Story() >> said(QUESTION) >> escalates(override="cannot wait") >> accepts()


def update_due(story: Story):
    return story.case.clocks["update"].due


def test_the_clock_for_news_starts_when_the_case_arrives():
    assert update_due(with_sam()) == MONDAY_NINE + timedelta(hours=4)


@pytest.mark.parametrize(
    "news", [answered("We are still looking."), does(f.UpdateSent, text="Still looking.", by="sam")]
)
def test_it_starts_again_with_everything_we_say_to_the_customer(news):
    story = with_sam() >> hours(3) >> news
    assert update_due(story) == MONDAY_NINE + timedelta(hours=7)


def test_news_are_written_to_the_customer():
    story = with_sam() >> does(f.UpdateSent, text="It is in Faro.", kind="delay", by="sam")
    assert story.customer_heard("delay") == ["It is in Faro."]


def test_an_internal_note_is_no_news():
    story = with_sam() >> hours(3) >> answered("She is right.", internal=True)
    assert update_due(story) == MONDAY_NINE + timedelta(hours=4)


def test_a_missed_interval_is_told_and_counted_once_and_the_next_one_runs():
    story = with_sam() >> answered() >> hours(4) << "clock_breached"
    assert [notice.to for notice in story.told("clock_breached")] == [("sam", "mira")]
    assert update_due(story) == MONDAY_NINE + timedelta(hours=8)


def test_the_step_of_the_matrix_writes_to_the_customer_every_day():
    daily = LevelSteps("manager", (Step("update_customer", Span(86_400), every=Span(86_400)),))
    messages = house_policy().customer_messages | {"update": "We are still on it, {customer_first_name}."}
    story = Story(replace(house_policy(), steps=(daily,), customer_messages=messages))
    story >> said("My lawyer will hear of this.") >> accepts() >> answered() >> days(2.5)
    assert story.customer_heard("update") == ["We are still on it, Dana."] * 2


def test_overnight_nobody_owes_news():
    story = (
        Story(at=MONDAY_NINE + timedelta(hours=8)) >> said(QUESTION) >> escalates(override="now") >> accepts()
    )
    story >> answered()
    assert update_due(story) == MONDAY_NINE + timedelta(days=1, hours=3)


# --- pause and resume -------------------------------------------------------------------------------------------------


def test_a_pause_has_a_cause_and_the_clocks_that_wait_with_the_customer_stand_still():
    story = with_sam() >> answered() >> does(f.Paused, cause="waiting_for_customer") << "case_paused"
    assert (story.case.status, story.case.paused_cause) == ("paused", "waiting_for_customer")
    still = {name for name, clock in story.case.clocks.items() if clock.paused}
    assert still == {"level", "update", "step:supervisor:0", "step:supervisor:1"}
    assert story.case.clocks["resolution"].running  # thirty days are thirty days


def test_the_customers_answer_ends_a_pause_that_waited_for_it():
    story = with_sam() >> answered() >> does(f.Paused, cause="waiting_for_customer") >> days(2)
    story >> said("Here is the picture.") << "case_resumed"
    assert update_due(story) == story.now + timedelta(hours=4)


def test_but_not_one_that_waits_for_somebody_else():
    story = with_sam() >> answered() >> does(f.Paused, cause="waiting_for_third_party") >> said("Any news?")
    assert story.case.status == "paused"
    assert story.case.clocks["next_response"].paused


def test_resuming_goes_on_with_what_was_left():
    story = with_sam() >> answered() >> hours(1) >> does(f.Paused, cause="agreed_with_customer") >> hours(5)
    story >> does(f.Resumed, note="agreed")
    assert update_due(story) == MONDAY_NINE + timedelta(
        hours=9
    )  # three hours are left, to six in the evening


def test_a_pause_until_a_time_ends_at_that_time():
    story = with_sam() >> answered()
    story >> does(f.Paused, cause="agreed_with_customer", until=MONDAY_NINE + timedelta(days=3)) >> days(2.9)
    assert story.case.paused_cause
    story >> days(0.1) << "case_resumed"
    assert not story.case.paused_cause


def test_resuming_early_forgets_that_time():
    story = with_sam() >> answered()
    (
        story
        >> does(f.Paused, cause="agreed_with_customer", until=MONDAY_NINE + timedelta(days=1))
        >> does(f.Resumed)
    )
    assert "pause" not in story.case.clocks


@pytest.mark.parametrize(
    ("first", "again"),
    [
        ((does(f.Paused, cause="agreed_with_customer"),), does(f.Paused, cause="waiting_for_customer")),
        ((), does(f.Resumed)),
    ],
    ids=["pause", "resume"],
)
def test_the_second_press_changes_nothing(first, again):
    story = with_sam()
    for act in first:
        story >> act
    before = story.case
    story >> again << "set_aside"
    assert replace(story.case, version=before.version) == before


def test_a_warning_comes_before_the_customer_has_waited_too_long():
    story = Story() >> said(QUESTION) >> minutes(48) << "clock_warned"
    (notice,) = story.told("clock_warning")
    assert notice.to == ("ana",)
    assert "the first answer is due 2026-03-02 10:00 UTC" in notice.subject


def test_warnings_of_a_pause_come_once_each():
    story = (
        Story()
        >> said(QUESTION)
        >> minutes(50)
        >> does(f.Paused, cause="waiting_for_third_party")
        >> hours(2)
    )
    story >> does(f.Resumed) >> minutes(9)
    assert len(story.all(e.ClockWarned)) == 1
