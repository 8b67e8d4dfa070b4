"""De-escalation is an act of its own: who handed it down, to where, why; and the owner stays until somebody accepts."""

from __future__ import annotations

import pytest

from leeway.core import events as e
from leeway.core import facts as f
from leeway.core.refusals import Refusal
from leeway.testing import Story, accepts, answered, does, escalates, hours, said

LAWYER = "My order 88-2041 is broken, my lawyer will hear of this."


def down(to: str = "", reason: str = "the agent may decide this"):
    return does(f.Deescalated, to=to, reason=reason, by="mira")


def test_it_is_recorded_with_its_reason_and_ends_the_escalation():
    story = Story() >> said(LAWYER) >> accepts() >> down() << "case_deescalated" << "escalation_ended"
    (event,) = story.all(e.CaseDeescalated)
    assert (event.to, event.reason, event.by) == ("agent", "the agent may decide this", "mira")
    assert story.case.level == "agent"
    assert story.case.escalation is None
    assert story.case.escalations[-1].state == "closed"
    assert story.case.escalations[-1].within_authority == "agent"


def test_the_one_above_is_accountable_until_somebody_below_accepts():
    story = Story() >> said(LAWYER) >> accepts() >> down()
    assert story.case.owner == "mira"
    assert story.case.asked.person == "ana"  # who had it before
    story >> accepts()
    assert story.case.owner == "ana"


def test_it_can_go_to_any_level_below():
    story = Story() >> said(LAWYER) >> accepts() >> down(to="supervisor")
    assert story.case.level == "supervisor"
    assert story.case.asked.person in ("sam", "tom")


def test_the_clocks_of_the_higher_level_end_and_the_news_go_on():
    story = Story() >> said(LAWYER) >> accepts() >> answered() >> down() >> accepts()
    assert "resolution" not in story.case.clocks
    assert story.case.clocks["level"].about == "agent"
    assert story.case.clocks["update"].about == "agent"
    story >> hours(2)
    assert [breach.kind for breach in story.all(e.ClockBreached)] == ["update"]


def test_a_request_nobody_has_taken_up_is_simply_withdrawn():
    story = Story() >> said("Where is my order 88-2041?") >> escalates() << "escalation_held"
    story >> does(f.Deescalated, reason="found it myself", by="ana")
    assert story.case.escalations[-1].state == "declined"
    assert story.all(e.CaseDeescalated) == []


@pytest.mark.parametrize("to", ["manager", "mediator"])
def test_down_is_not_up(to):
    story = Story() >> said(LAWYER) >> accepts()
    with pytest.raises(Refusal, match="not below manager"):
        story >> down(to=to)


def test_there_is_nothing_to_hand_down_before_it_went_up():
    story = Story() >> said("Where is my order?")
    with pytest.raises(Refusal, match="not escalated"):
        story >> down()


def test_a_new_reason_takes_it_up_again_as_a_second_escalation():
    story = Story() >> said(LAWYER) >> accepts() >> down() >> accepts() >> said("I will go to the ombudsman!")
    assert [record.number for record in story.case.escalations] == [1, 2]
    assert story.case.level == "manager"
