"""Every decision can be explained from the log: rule and columns, people, clocks, and what would have changed it."""

from __future__ import annotations

import pytest

from leeway.core import events as e
from leeway.core import facts as f
from leeway.desk.past import PastWorlds, Story, unlike
from leeway.prove.explain import Explanation, NotThere, explain
from leeway.prove.explain.explaining import decisions
from leeway.store import past
from leeway.wiring import House, past_worlds
from tests.houses import Watch
from tests.web.console import Console, console, django_house

__all__ = ["console", "django_house"]

SUPERVISOR = "This is the third time. I want to speak to your supervisor."


def story_of(house: House, case: int) -> tuple[PastWorlds, Story]:
    driver = house.driver()
    try:
        return past_worlds(driver), past.story(driver, case)
    finally:
        driver.close()


def explained(house: House, case: int, kind: type) -> Explanation:
    """The first decision of this kind."""
    worlds, story = story_of(house, case)
    number = next(one.number for one in decisions(story) if isinstance(one.event, kind))
    return explain(worlds, story, event=number)


def test_the_rule_that_decided_and_the_columns_it_saw(console: Console):
    case = console.writes(SUPERVISOR)
    found = explained(console.house, case, e.RuleDecided)
    deciding = next(rule for rule in found.rules if rule.decides)
    assert found.exact
    assert isinstance(found.decision.event, e.RuleDecided)
    assert deciding.name == found.decision.event.rule
    assert all(one.holds for one in deciding.conditions)
    assert "asks_for_supervisor" in found.situation["cue"]
    assert isinstance(found.fact, f.MessageReceived)
    assert found.fact.text == SUPERVISOR


def test_what_would_have_kept_it_where_it_was(console: Console):
    case = console.writes(SUPERVISOR)
    found = explained(console.house, case, e.RuleDecided)
    stays = next(change for change in found.changes if not change.rule)
    (column,) = stays.columns
    assert column.column == "cue"
    assert "asks_for_supervisor" in column.was
    assert "asks_for_supervisor" not in column.to


def test_a_calm_message_says_what_would_have_sent_it_up(console: Console):
    case = console.writes("Where is my parcel?")
    worlds, story = story_of(console.house, case)
    read = next(
        number
        for number, event in enumerate(story.written[0].read_events(), 1)
        if isinstance(event, e.MessageRead)
    )
    found = explain(worlds, story, event=read)
    assert found.rules
    assert not any(rule.decides for rule in found.rules)
    assert found.changes
    assert all(change.rule for change in found.changes)


def test_why_this_person_and_not_the_others(console: Console):
    case = console.writes()
    found = explained(console.house, case, e.OwnerAssigned)
    assert found.routing is not None
    assert found.routing.by_routing
    assert found.routing.chosen == console.case(case).owner
    verdicts = {one.person: one.verdict for one in found.routing.considered}
    assert verdicts[found.routing.chosen] == "chosen"
    assert len(verdicts) > 1


def test_why_it_climbed(console: Console):
    case = console.writes()
    while not console.case(case).escalations:
        console.pass_time(hours=1)
    found = explained(console.house, case, e.ClockBreached)
    assert found.clock is not None
    assert found.clock.started_at < found.clock.ran_out_at <= found.clock.noticed_at
    assert found.clock.due == found.clock.ran_out_at


def test_every_decision_has_an_explanation_that_comes_out_the_same(console: Console):
    case = console.writes(SUPERVISOR)
    owner = console.case(case).owner
    console.answers(case, "I am sorry. I can offer you a refund of €20.", by=owner)
    console.writes("No. Get me your manager, this is unacceptable!")
    console.pass_time(days=2)
    worlds, story = story_of(console.house, case)
    assert list(unlike(worlds, [story])) == []
    every = decisions(story)
    assert len(every) > 5
    for one in every:
        found = explain(worlds, story, event=one.number)
        assert found.exact
        assert found.decision == one
        if isinstance(one.event, e.RuleDecided):
            assert [rule.name for rule in found.rules if rule.decides] == [one.event.rule]


def test_what_is_not_there_is_said(house: House, watch: Watch):
    worlds, story = story_of(house, 4711)
    with pytest.raises(NotThere, match="no such case"):
        explain(worlds, story)
    with pytest.raises(NotThere, match="no event 3"):
        explain(worlds, story, event=3)


# --- the page


def test_a_colleague_may_read_why_and_a_stranger_may_not(console: Console):
    case = console.writes(SUPERVISOR)
    address = f"/cases/{case}/why"
    for person, status in (("priya", 200), ("sam", 200), ("felix", 404), ("", 302)):
        assert console.as_(person).get(address).status_code == status, person


def test_the_page_says_it_in_words(console: Console):
    case = console.writes(SUPERVISOR)
    text = console.as_("priya").get(f"/cases/{case}/why").content.decode()
    assert "asks for a supervisor" in text
    assert "It would have stayed where it is" in text
    page = console.as_("priya").get(f"/cases/{case}/why?event=1")
    assert page.status_code == 200
    assert console.as_("priya").get(f"/cases/{case}/why?event=999999").status_code == 404


def test_the_history_leads_to_the_reason(console: Console):
    case = console.writes(SUPERVISOR)
    text = console.as_("priya").get(f"/escalations/{case}/history").content.decode()
    assert f"/cases/{case}/why?fact=" in text
    fact = text.partition("/why?fact=")[2].partition('"')[0]
    assert console.as_("priya").get(f"/cases/{case}/why?fact={fact}").status_code == 200
