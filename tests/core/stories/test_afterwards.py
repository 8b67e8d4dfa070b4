"""After the resolution: a follow-up, a rating, and a rescue in the same case."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from leeway.core import events as e
from leeway.core import facts as f
from leeway.core.policy import Condition, Rule, Within
from leeway.testing import Story, accepts, answered, days, does, hours, house_policy, resolves, said

QUESTION = "Hello, my order 88-2041 has not arrived."
LAWYER = "My order 88-2041 is broken, my lawyer will hear of this."


def solved() -> Story:
    return Story() >> said(QUESTION) >> answered() >> resolves("sent again")


def test_resolving_ends_what_was_owed_and_tells_the_customer():
    story = solved()
    assert (story.case.status, story.case.resolution) == ("resolved", "sent again")
    assert story.customer_heard("resolved") == ["We believe this is solved."]
    assert set(story.case.clocks) == {"follow_up"}


def test_resolving_an_escalation_closes_it_and_says_whose_authority_would_have_done():
    story = Story() >> said(LAWYER) >> accepts() >> resolves("credit", within_authority="agent")
    record = story.case.escalations[-1]
    assert (record.state, record.outcome, record.within_authority) == ("closed", "resolved: credit", "agent")


def test_imported_history_tells_the_customer_nothing():
    story = Story(quiet=True) >> said(QUESTION) >> answered() >> resolves("long ago")
    assert story.customer_heard("resolved") == []


def test_three_days_later_the_customer_is_asked():
    story = solved() >> days(2.9)
    assert story.customer_heard("follow_up") == []
    story >> days(0.2) << "follow_up_asked"
    assert story.customer_heard("follow_up") == ["Is everything solved?"]


def test_solved_closes_it():
    story = (
        solved() >> days(3) >> does(f.FollowUpAnswered, solved=True) << "follow_up_recorded" << "case_closed"
    )
    assert (story.case.status, story.case.follow_up_solved) == ("closed", True)
    assert story.case.clocks == {}


def test_not_solved_reopens_it_one_level_up():
    story = solved() >> days(3) >> does(f.FollowUpAnswered, solved=False, text="Nothing came.")
    story << "case_reopened" << "escalated"
    assert story.case.level == "supervisor"
    assert (story.case.escalation.reason, story.case.escalation.request_source) == (
        "no_resolution",
        "customer",
    )
    assert story.case.escalation.why == "Nothing came."


def test_silence_is_asked_once_and_then_closes_it():
    story = solved() >> days(10)
    assert len(story.all(e.FollowUpAsked)) == 1
    assert story.case.status == "closed"


def test_a_house_that_does_not_follow_up_closes_at_once():
    policy = replace(house_policy(), clocks=replace(house_policy().clocks, follow_up=None))
    story = Story(policy) >> said(QUESTION) >> answered() >> resolves()
    assert story.case.status == "closed"


@pytest.mark.parametrize(("score", "status"), [(1, "open"), (2, "open"), (3, "resolved"), (5, "resolved")])
def test_a_low_rating_rescues_a_case(score, status):
    story = solved() >> does(f.Rated, score=score, text="hm")
    assert (story.case.rating, story.case.status) == (score, status)
    assert story.case.level == ("supervisor" if status == "open" else "agent")


def test_even_after_it_was_closed():
    story = solved() >> days(3) >> does(f.FollowUpAnswered, solved=True) >> does(f.Rated, score=1)
    assert story.case.status == "open"
    assert story.case.escalation.why == "rated 1 of 5"


def test_a_rescue_at_the_top_stays_at_the_top():
    story = Story() >> said(QUESTION) >> does(f.EscalationRequested, requested_by="customer", to="mediator")
    story >> accepts() >> resolves() >> does(f.Rated, score=1)
    assert story.case.level == "mediator"
    assert story.case.escalation.number == 2


def test_the_matrix_can_look_at_a_rating_while_the_case_is_open():
    poor = Rule("poorly rated", (Condition("rating", Within(high=2)),), "supervisor", "no_resolution")
    story = (
        Story(replace(house_policy(), rules=(poor,)))
        >> said(QUESTION)
        >> answered()
        >> does(f.Rated, score=1)
    )
    assert story.case.level == "supervisor"


@pytest.mark.parametrize("words", ["Thanks, bye", "Thank you, that is perfect."])
def test_a_thanks_does_not_bring_it_back(words):
    story = solved() >> hours(2) >> said(words)
    assert story.case.status == "resolved"
    assert story.case.messages == 3


def test_a_complaint_does_and_the_owner_hears_it():
    story = solved() >> hours(2) >> said("It has still not arrived, my order 88-2041!") << "case_reopened"
    assert (story.case.status, story.case.reopened, story.case.owner) == ("open", 1, "ana")
    assert story.told("reopened")[0].to == ("ana",)
    assert "follow_up" not in story.case.clocks


def test_a_second_follow_up_comes_after_a_second_resolution():
    story = solved() >> said("It has still not arrived!") >> answered() >> resolves() >> days(3.1)
    assert len(story.customer_heard("follow_up")) == 1
    assert len(story.customer_heard("resolved")) == 2


def test_reopening_and_resolving_by_hand_twice_changes_nothing_the_second_time():
    story = solved() >> resolves() << "set_aside"
    story >> does(f.Reopened, reason="wrong button") >> does(f.Reopened, reason="wrong button") << "set_aside"
    assert story.case.reopened == 1


def test_a_customer_who_comes_back_to_an_escalated_case_finds_its_days_where_they_were():
    story = (
        Story() >> said(LAWYER) >> accepts() >> answered() >> resolves() >> days(2) >> said("It broke again!")
    )
    assert story.case.clocks["resolution"].due == story.now + timedelta(days=30)
