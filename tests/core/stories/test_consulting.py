"""Consult first: a question to the next level that leaves the case where it is."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from leeway.core import events as e
from leeway.core import facts as f
from leeway.core.policy import Condition, OneOf, Rule
from leeway.core.refusals import Refusal
from leeway.testing import Story, accepts, answered, does, house_policy, minutes, resolves, said

QUESTION = "My order 88-2041 has not arrived and I want a refund of €500."


def asks(question: str = "May I refund it all?", **fields):
    return does(f.ConsultAsked, question=question, by="ana", **fields)


def test_the_next_level_is_asked_and_the_owner_stays():
    story = Story() >> said(QUESTION) >> asks() << "consult_opened"
    (consult,) = story.case.consults
    assert (consult.level, consult.asked_by, consult.asked_of) == ("supervisor", "ana", "sam")
    assert story.case.owner == "ana"
    assert story.case.level == "agent"
    assert story.case.asked is None


def test_the_question_comes_with_the_packet():
    story = Story() >> said(QUESTION) >> asks()
    (notice,) = story.told("consult")
    assert notice.to == ("sam",)
    assert notice.body.startswith("May I refund it all?")
    assert "88-2041" in notice.body


@pytest.mark.parametrize("averted", [True, False])
def test_the_advice_is_recorded_and_whether_it_averted_the_transfer(averted):
    story = Story() >> said(QUESTION) >> asks()
    story >> does(f.ConsultAnswered, advice="Yes, up to 500.", by="sam", averted=averted) << "consult_closed"
    (consult,) = story.case.consults
    assert (consult.advice, consult.answered_by, consult.averted) == ("Yes, up to 500.", "sam", averted)
    assert [notice.to for notice in story.told("consult_answered")] == [("ana",)]
    assert story.case.level == "agent"


def test_an_answer_in_time_stops_the_clock_of_the_question():
    story = (
        Story() >> said(QUESTION) >> asks() >> minutes(29) >> does(f.ConsultAnswered, advice="Yes.", by="sam")
    )
    assert [(s.kind, s.outcome) for s in story.all(e.ClockStopped)] == [("consult", "met")]


def test_who_asks_in_vain_hears_so_and_may_escalate():
    story = Story() >> said(QUESTION) >> asks() >> minutes(30) << "consult_closed"
    assert [notice.to for notice in story.told("consult_unanswered")] == [("ana",)]
    with pytest.raises(Refusal, match="No such question"):
        story >> does(f.ConsultAnswered, advice="Too late.", by="sam")


def test_a_level_can_be_named():
    story = Story() >> said(QUESTION) >> asks(to="specialist_care")
    assert story.case.consults[0].level == "specialist_care"


@pytest.mark.parametrize(
    ("to", "says"),
    [("the moon", "no level called 'the moon'"), ("", "top of the house")],
    ids=["unknown", "top"],
)
def test_what_cannot_be_asked_is_refused(to, says):
    story = Story() >> said(QUESTION)
    if not to:
        story >> does(f.EscalationRequested, requested_by="customer", to="mediator") >> accepts()
    with pytest.raises(Refusal, match=says):
        story >> asks(to=to)


def test_a_case_that_is_over_has_no_questions():
    story = Story() >> said(QUESTION) >> answered() >> resolves()
    with pytest.raises(Refusal, match="This case is resolved"):
        story >> asks()


def test_with_nobody_there_the_whole_level_hears_it():
    story = Story(load={"sam": 50, "tom": 50}) >> said(QUESTION) >> asks()
    assert story.told("consult")[0].to == ("sam", "tom")


def asking_rule() -> Rule:
    angry = (Condition("cue", OneOf(("anger",))),)
    return Rule("storm ahead", angry, "supervisor", "frustration", consult=True)


def test_a_rule_can_ask_without_moving_the_case():
    story = Story(replace(house_policy(), rules=(asking_rule(),)))
    story >> said("This is unacceptable, I am furious!") << "rule_decided" << "consult_opened"
    assert story.case.level == "agent"
    assert story.case.escalation is None
    assert story.case.consults[0].rule == "storm ahead"


def test_a_rule_asks_no_second_time_while_the_first_question_is_open():
    story = Story(replace(house_policy(), rules=(asking_rule(),)))
    story >> said("I am furious!") >> said("Furious, I tell you!")
    assert len(story.case.consults) == 1
    story >> does(f.ConsultAnswered, advice="Apologise and refund.", by="sam", averted=True)
    story >> said("I am furious again!")
    assert len(story.case.consults) == 2


def test_a_rule_that_asks_does_not_hide_one_that_moves():
    story = Story(replace(house_policy(), rules=(asking_rule(), *house_policy().rules)))
    story >> said("I am furious!") >> said("I am furious and my lawyer will hear of this!")
    assert story.case.level == "manager"


def test_a_resolution_ends_the_question():
    story = Story() >> said(QUESTION) >> asks() >> answered() >> resolves()
    assert story.case.consults[0].answered_at is not None
    assert story.told("consult_unanswered") == []
