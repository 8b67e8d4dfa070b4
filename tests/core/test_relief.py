"""Who is in a run of heated conversations is noticed; one storm is nobody's run."""

from __future__ import annotations

from datetime import timedelta

from leeway.core.journey import JourneyPoint
from leeway.core.policy import Relief, Span
from leeway.core.relief import Conversation, runs
from leeway.testing import MONDAY_NINE, Story, said

NOW = MONDAY_NINE + timedelta(hours=5)
RELIEF = Relief(heated=2, within=Span(7200))


def talk(
    number: int, owner: str, *, feeling: str = "angry", sentiment: float = -0.8, minutes_ago: int = 10
) -> Conversation:
    point = JourneyPoint(f"m{number}", NOW - timedelta(minutes=minutes_ago), "", feeling, sentiment)
    return Conversation(number, owner, f"c{number}", f"Customer {number}", (point,))


def test_enough_heated_conversations_within_the_time_make_a_run():
    [run] = runs([talk(1, "ana"), talk(2, "ana", minutes_ago=5), talk(3, "ben")], RELIEF, NOW)
    assert run.person == "ana"
    assert [storm.case for storm in run.conversations] == [2, 1]


def test_what_was_long_ago_calm_or_nobodys_does_not_count():
    calm = talk(2, "ana", feeling="neutral", sentiment=0.0)
    past = talk(3, "ana", minutes_ago=300)
    assert runs([talk(1, "ana"), calm, past, talk(4, ""), talk(5, "")], RELIEF, NOW) == ()


def test_a_house_can_look_at_nobody():
    assert runs([talk(n, "ana") for n in range(9)], Relief(heated=0), NOW) == ()


def test_a_played_storm_is_heated():
    story = Story() >> said(
        "This is outrageous, I am furious! You lied to me, this is the worst company ever!"
    )
    case = story.case
    told = Conversation(1, case.owner, case.customer, case.customer_name, case.journey)
    assert runs([told], Relief(heated=1), story.now)[0].person == case.owner
