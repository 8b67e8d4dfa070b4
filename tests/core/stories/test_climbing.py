"""A case that is not resolved moves up by itself, to the mediator at last."""

from __future__ import annotations

from datetime import timedelta

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
LAWYER = "My lawyer will hear of this."


def with_the_supervisor() -> Story:
    return Story() >> said(QUESTION) >> escalates(override="cannot wait")


def test_who_does_not_answer_is_followed_by_the_next_one():
    story = with_the_supervisor() >> minutes(15) << "accept_expired" << "owner_asked"
    assert story.case.asked.person == "tom"
    assert story.case.asked.silent == 1


def test_after_as_many_silences_as_the_matrix_says_the_level_above_is_asked():
    story = with_the_supervisor() >> minutes(30)
    assert story.case.level == "manager"
    assert story.all(e.Escalated)[-1].why == "nobody at supervisor took it: asked 2 times"
    assert story.all(e.Escalated)[-1].moved


def test_what_is_not_resolved_in_its_time_goes_up():
    story = with_the_supervisor() >> accepts() >> answered() >> hours(4) >> answered() >> hours(3.9)
    assert story.case.level == "supervisor"
    story >> minutes(6) << "clock_breached" << "escalated"
    assert story.case.level == "manager"
    assert story.case.owner == "sam"  # until mira says yes


def test_climbing_is_the_same_escalation_not_another():
    story = with_the_supervisor() >> minutes(30)
    assert len(story.all(e.EscalationOpened)) == 1
    assert story.case.escalation.number == 1
    assert story.case.escalation.escalated_at == MONDAY_NINE
    assert story.case.escalation.arrived_at == MONDAY_NINE + timedelta(minutes=30)


def test_a_desk_of_expertise_climbs_to_the_rung_it_names():
    story = Story() >> said("My father passed away.") >> accepts() >> answered() >> hours(4) >> answered()
    story >> hours(4.1)
    assert story.case.level == "manager"


def test_the_mediator_is_the_end_of_the_way_and_does_not_let_go():
    story = Story() >> said(LAWYER) >> hours(1)
    assert story.case.level == "mediator"
    assert story.case.asked.person == "otto"
    story >> days(3)
    assert story.case.level == "mediator"
    assert story.case.asked.person == "otto"
    assert story.case.owner


def test_late_at_the_top_the_owner_and_their_head_hear_it_once():
    short = house_policy()
    levels = (*short.levels[:3], replace(short.levels[3], resolve=Span(3_600)))
    story = Story(replace(short, levels=levels)) >> said(QUESTION)
    story >> escalates(to="mediator", override="agreed") >> accepts() >> answered() >> hours(5)
    assert [notice.to for notice in story.told("top_of_the_house")] == [("otto",)]
    assert story.case.level == "mediator"


def test_a_step_of_the_matrix_can_make_it_climb():
    policy = replace(
        house_policy(), steps=(LevelSteps("supervisor", (Step("climb", Span(7_200), if_not="answered"),)),)
    )
    silent = Story(policy) >> said(QUESTION) >> escalates(override="now") >> accepts() >> hours(2)
    assert silent.case.level == "manager"
    spoken = (
        Story(policy) >> said(QUESTION) >> escalates(override="now") >> accepts() >> hours(1) >> answered()
    )
    assert (spoken >> hours(1)).case.level == "supervisor"


def test_a_step_of_the_matrix_can_give_it_to_somebody():
    policy = replace(
        house_policy(),
        steps=(LevelSteps("supervisor", (Step("give_to", Span(600), who="person:tom", if_not="accepted"),)),),
    )
    story = Story(policy) >> said(QUESTION) >> escalates(override="now") >> minutes(10)
    assert story.case.asked.person == "tom"
    assert story.case.clocks["accept"].due == MONDAY_NINE + timedelta(minutes=25)


def test_a_level_where_everybody_declines_is_its_heads_and_then_left_for_the_one_above():
    story = with_the_supervisor()
    story >> does(f.HandoffDeclined, by="sam", reason="conflict of interest")
    assert story.case.asked.person == "tom"
    story >> does(f.HandoffDeclined, by="tom", reason="on my way out")
    assert story.case.asked.person == "nina"  # the matrix names the night desk when nobody is there
    story >> does(f.HandoffDeclined, by="nina", reason="not in daytime")
    assert story.case.asked.person == "mira"  # who leads the supervisors
    story >> minutes(16)  # and does not answer either
    assert story.case.level == "manager"


def test_an_owner_who_lets_the_customer_wait_loses_the_case_to_a_colleague():
    quick = replace(house_policy(), silent_owner_after=Span(3_600))
    story = Story(quick) >> said(QUESTION) >> hours(1)
    assert story.told("clock_breached")[0].to == ("ana", "sam")
    story >> minutes(59)
    assert not story.case.asked
    story >> minutes(1) << "owner_asked"
    assert story.case.asked.person == "ben"


def test_an_owner_who_answers_meanwhile_keeps_it():
    quick = replace(house_policy(), silent_owner_after=Span(3_600))
    story = Story(quick) >> said(QUESTION) >> hours(1.5) >> answered() >> hours(5)
    assert story.case.owner == "ana"
    assert story.told("asked") == []


def test_when_all_colleagues_are_silent_as_well_it_goes_up():
    quick = replace(house_policy(), silent_owner_after=Span(3_600))
    story = Story(quick) >> said(QUESTION) >> hours(2.1)
    assert story.case.level == "supervisor"
    assert story.case.escalation.reason == "time_limit"


def test_a_case_nobody_solves_while_the_customer_waits_climbs_without_anybody_pressing_anything():
    story = Story() >> said(QUESTION) >> answered() >> said("And now?") >> hours(4)
    record = story.case.escalation
    assert (record.reason, record.level, record.request_source) == ("time_limit", "supervisor", "rule")


def test_a_case_that_waits_for_the_customers_word_is_looked_at_by_its_owner_and_goes_nowhere():
    story = Story() >> said(QUESTION) >> answered("Which colour was it?") >> hours(8)
    assert story.case.escalation is None
    assert [notice.to for notice in story.told("unsolved")] == [("ana",), ("ana",)]
    assert not [breach for breach in story.all(e.ClockBreached) if breach.kind == "level"]


def test_a_bare_thanks_to_our_answer_starts_no_clock():
    story = Story() >> said(QUESTION) >> answered("It arrives tomorrow.") >> said("Thank you!")
    assert story.case.waiting_since is None
    assert "next_response" not in story.case.clocks
    story >> said("Thanks, but where is it?")
    assert "next_response" in story.case.clocks
