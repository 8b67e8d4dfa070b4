"""Every promise is found, watched, kept or broken; nobody's "thanks" makes it go away."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from leeway.core import events as e
from leeway.core import facts as f
from leeway.core.handoff import packet
from leeway.core.refusals import Refusal
from leeway.testing import (
    MONDAY_NINE,
    Story,
    accepts,
    answered,
    does,
    hours,
    house_policy,
    minutes,
    resolves,
    said,
)

QUESTION = "Hello, my order 88-2041 has not arrived."
AT_TWO = MONDAY_NINE + timedelta(hours=5)


def promised(words: str = "I will call you back by 14:00.") -> Story:
    return Story() >> said(QUESTION) >> answered(words)


def states(story: Story) -> list[str]:
    return [promise.state for promise in story.case.promises]


def test_a_promise_is_found_in_the_agents_words():
    story = promised() << "promise_recorded"
    (promise,) = story.case.promises
    assert (promise.state, promise.by, promise.due, promise.message) == ("found", "ana", AT_TWO, "f2")
    assert [notice.to for notice in story.told("promise_found")] == [("ana",)]


def test_small_talk_is_no_promise():
    assert promised("I will be honest with you, this is a pity.").case.promises == ()


def test_the_same_promise_said_twice_is_one():
    story = promised() >> minutes(5) >> answered("As I said, I will call you back by 14:00.")
    assert len(story.case.promises) == 1


def test_confirming_makes_it_a_promise_with_its_time():
    story = promised()
    story >> does(
        f.PromiseMade, promise=1, what="call about the parcel", due=AT_TWO + timedelta(hours=1), by="ana"
    )
    (promise,) = story.case.promises
    assert (promise.state, promise.what, promise.due) == (
        "pending",
        "call about the parcel",
        AT_TWO + timedelta(hours=1),
    )
    assert promise.message == "f2"
    assert story.case.clocks["promise:1"].due == promise.due


def test_saying_that_it_was_none_releases_it():
    story = (
        promised() >> does(f.PromiseReleased, promise=1, reason="a figure of speech", by="ana") >> hours(6)
    )
    assert states(story) == ["released"]
    assert story.told("promise_broken") == []


def test_an_entered_promise_is_watched_like_one_that_was_read():
    story = Story() >> said(QUESTION) >> answered("One moment.")
    story >> does(f.PromiseMade, what="refund booked", due=AT_TWO, by="ana") >> hours(4)
    assert states(story) == ["approaching"]


def test_it_is_said_before_the_time_comes():
    story = promised() >> hours(3.9)
    assert story.told("promise_approaching") == []
    story >> minutes(6) << "promise_settled"
    assert states(story) == ["approaching"]
    (notice,) = story.told("promise_approaching")
    assert notice.to == ("ana",)
    assert notice.urgency == "now"


def test_one_kept_in_time_is_kept():
    story = promised() >> hours(4.5) >> does(f.PromiseKept, promise=1, by="ana") >> hours(3)
    assert states(story) == ["kept"]
    assert [(s.name, s.outcome) for s in story.all(e.ClockStopped)][-1] == ("promise:1", "met")
    assert story.told("promise_broken") == []


def test_one_that_is_not_is_broken_at_its_own_minute_and_told_before_the_customer_asks():
    story = promised()
    story.now = AT_TWO + timedelta(hours=2)  # nobody looked at the clock in time
    story.tick()
    (settled,) = [event for event in story.all(e.PromiseSettled) if event.state == "broken"]
    assert settled.at == AT_TWO
    (notice,) = story.told("promise_broken")
    assert notice.to == ("ana", "sam")  # and her manager
    assert "Tell the customer before they ask." in notice.body


def test_done_late_is_on_record_and_stays_late():
    story = promised() >> hours(6) >> does(f.PromiseKept, promise=1, note="called at three", by="ana")
    (promise,) = story.case.promises
    assert (promise.state, promise.note, promise.settled_at) == (
        "broken",
        "done late: called at three",
        AT_TWO,
    )


def test_a_promise_is_broken_once_in_the_customers_history():
    story = promised() >> hours(6) >> does(f.PromiseKept, promise=1) >> does(f.PromiseKept, promise=1)
    assert story.customer.broken_promises == 1


@pytest.mark.parametrize("words", ["Thanks, bye", "Thank you, that is perfect."])
def test_a_thanks_cancels_no_promise(words):
    story = promised() >> said(words) >> hours(5)
    assert states(story) == ["broken"]


def test_nor_does_the_resolution_or_the_end_of_the_case():
    story = promised() >> resolves(final=True)
    assert story.case.status == "closed"
    story >> hours(5) << "promise_settled"
    assert states(story) == ["broken"]
    assert len(story.told("promise_broken")) == 1


def test_a_pause_does_not_stop_the_time_of_a_promise():
    story = promised() >> does(f.Paused, cause="waiting_for_third_party") >> hours(5)
    assert states(story) == ["broken"]


def test_it_goes_along_to_the_next_owner():
    story = promised() >> said("My lawyer will hear of this.") >> accepts() >> hours(5)
    assert story.told("promise_broken")[0].to == ("ana", "mira", "otto")
    assert packet(story.case, story.world.policy, None, story.now).promises_broken[0].text == "call you back"


def test_a_promise_counted_in_working_days_ends_with_the_last_of_them():
    story = promised("You will have your money within 3 working days.")
    assert story.case.promises[0].due == MONDAY_NINE + timedelta(days=3, hours=9)


def test_without_a_time_it_waits_for_the_agent_to_name_one():
    story = promised("I will look into it.")
    assert (states(story), story.case.promises[0].due) == (["found"], None)
    assert "promise:1" not in story.case.clocks


@pytest.mark.parametrize(
    ("act", "says"),
    [
        (does(f.PromiseMade, what="call", due=MONDAY_NINE, by="ana"), "lies in the future"),
        (does(f.PromiseMade, what="call", due=AT_TWO, promise=7, by="ana"), "no open promise 7"),
        (does(f.PromiseKept, promise=7), "no open promise 7"),
        (does(f.PromiseReleased, promise=7), "no open promise 7"),
    ],
)
def test_what_was_never_promised_can_be_neither_kept_nor_released(act, says):
    story = promised()
    with pytest.raises(Refusal, match=says):
        story >> act


def test_a_broken_one_is_released_no_more():
    story = promised() >> hours(6)
    with pytest.raises(Refusal, match="no open promise"):
        story >> does(f.PromiseReleased, promise=1)


def test_the_reminder_is_as_early_as_the_policy_says():
    early = replace(
        house_policy(),
        clocks=replace(
            house_policy().clocks, promise_reminder=replace(house_policy().close_within, seconds=7_200)
        ),
    )
    story = Story(early) >> said(QUESTION) >> answered("I will call you back by 14:00.") >> hours(3)
    assert states(story) == ["approaching"]


def test_one_without_a_time_ends_with_the_case():
    story = promised("I will look into it.") >> does(f.Resolved, how="found the parcel", final=True)
    assert states(story) == ["released"]
