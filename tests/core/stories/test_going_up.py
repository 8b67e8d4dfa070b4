"""The matrix sends a case to the level that can resolve it; people may, too; and what is owed first is owed briefly."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from leeway.core import events as e
from leeway.core import facts as f
from leeway.core.customer import Customer
from leeway.core.policy import Condition, OneOf, Rule, Within
from leeway.core.refusals import MovedOn, Refusal
from leeway.testing import (
    MONDAY_NINE,
    Story,
    accepts,
    answered,
    comes_back,
    does,
    escalates,
    house_policy,
    minutes,
    resolves,
    said,
)

QUESTION = "Hello, my order 88-2041 has not arrived."


# --- by a rule --------------------------------------------------------------------------------------------------------


def test_a_calm_question_goes_nowhere():
    story = Story()
    story >> said(QUESTION) >> answered() >> said("I see, please tell me when it is sent.")
    assert story.case.level == "agent"
    assert story.case.escalations == ()


def test_a_lawyer_goes_straight_past_the_supervisor_to_the_manager():
    story = Story()
    story >> said("My lawyer will hear of this.") << "rule_decided" << "escalation_opened" << "escalated"
    assert story.case.level == "manager"
    assert story.case.asked.person == "mira"


def test_some_matters_start_higher_with_the_first_word():
    story = Story()
    story >> said("My father passed away and I want to close his account.")
    assert story.case.level == "specialist_care"
    assert story.case.messages == 1


def test_some_customers_start_higher_from_the_first_contact():
    gold = Rule(
        "gold starts at the top", (Condition("tier", OneOf(("gold",))),), "manager", "unmet_expectation"
    )
    policy = replace(house_policy(), rules=(gold,))
    story = Story(policy, customer=Customer(id="dana", name="Dana Reyes", tier="gold"))
    story >> said("Hello, I have a question about my invoice.")
    assert story.case.level == "manager"
    ordinary = Story(policy)
    ordinary >> said("Hello, I have a question about my invoice.")
    assert ordinary.case.level == "agent"


def test_expertise_is_one_thing_and_authority_another():
    story = Story()
    story >> said("My father passed away.")
    assert story.case.escalation.kind == "functional"
    story >> said("My lawyer will hear of this.")
    assert story.case.escalation.kind == "hierarchical"
    assert [event.kind for event in story.all(e.Escalated)] == ["functional", "hierarchical"]


def test_the_record_says_why_by_which_rule_and_on_what_evidence():
    story = Story()
    story >> said("My lawyer will hear of this.")
    record = story.case.escalation
    assert (record.number, record.state, record.request_source, record.reason) == (
        1,
        "escalated",
        "rule",
        "regulator_or_legal",
    )
    assert (record.rule, record.from_level, record.level) == ("legal or regulator", "agent", "manager")
    assert "my lawyer" in record.why.lower()
    assert record.evidence == ("f1",)
    assert record.policy_version == 1


def test_a_decision_names_what_the_rule_looked_at():
    story = Story()
    story >> said(QUESTION) >> answered() >> comes_back(QUESTION) >> answered() >> comes_back(QUESTION)
    (decided,) = story.all(e.RuleDecided)
    assert decided.rule == "third time"
    assert dict(decided.seen) == {"contacts_30d": "3", "same_matter": "yes"}


def test_a_promise_broken_to_a_valued_customer_goes_up_when_its_time_passes():
    story = Story(customer=Customer(id="dana", name="Dana Reyes", tier="gold"))
    story >> said(QUESTION) >> answered("I will call you back by 10:00.") >> minutes(59)
    assert story.case.level == "agent"
    story >> minutes(1) << "promise_settled" << "escalated"
    assert story.case.level == "manager"
    assert story.case.escalation.reason == "broken_promise"


def test_a_sign_counts_anew_each_time_it_is_said_a_lasting_state_once_a_contact():
    refund = Rule(
        "wants much", (Condition("offer_needed", Within(low=10_000)),), "supervisor", "insufficient_authority"
    )
    story = Story(replace(house_policy(), rules=(refund,)))
    story >> said("My order 88-2041 is broken, I want a refund of €500.") >> accepts()
    story >> does(f.Deescalated, reason="you may decide this one", by=story.case.owner) >> accepts()
    story >> said("So what about my money?") >> answered("It is on its way.")
    assert story.case.level == "agent"
    story >> comes_back("Where are my €500?")
    assert story.case.level == "supervisor"


# --- one step before: what is owed within one's own authority ---------------------------------------------------------


def test_asking_for_a_supervisor_waits_for_the_steps_that_come_first():
    story = Story()
    story >> said("Get me your manager!") << "escalation_opened" << "escalation_held"
    assert story.case.level == "agent"
    assert story.case.escalation.untried == ("restate", "offer")
    (ask,) = story.told("before_you_escalate")
    assert ask.to == ("ana",)
    assert "Offer one solution within your authority." in ask.body


def test_once_the_steps_are_done_it_goes_by_itself():
    story = Story()
    story >> said("My order has not come. Get me your manager!")
    story >> does(f.StepTaken, step="restate", note="said it back to her")
    assert story.case.escalation.untried == ("offer",)
    story >> does(f.StepTaken, step="offer") << "escalated"
    assert story.case.level == "supervisor"


def test_the_steps_are_read_in_the_agents_own_words():
    story = Story()
    story >> said("My order 88-2041 has not arrived. Get me your manager!")
    story >> answered("So your order 88-2041 has not arrived. I can offer you a replacement.") << "escalated"
    assert story.case.level == "supervisor"


def test_what_is_not_done_holds_it_for_the_agents_time_to_answer_and_no_longer():
    story = Story()
    story >> said("Get me your manager!") >> minutes(4)
    assert story.case.level == "agent"
    story >> minutes(1) << "escalated"
    assert story.case.level == "supervisor"
    assert story.case.escalation.untried == ("restate", "offer")  # and the record says what was not


def test_a_reason_overrides_the_steps_and_stays_on_record():
    story = Story()
    (
        story
        >> said("Get me your manager!")
        >> escalates(override="she is on the phone and crying")
        << "escalated"
    )
    assert story.case.level == "supervisor"
    assert story.case.escalation.override == "she is on the phone and crying"


def test_an_override_given_with_the_press_itself_is_on_record_too():
    story = Story()
    story >> said(QUESTION) >> escalates(override="the courier is at the door") << "escalated"
    assert story.case.escalation.override == "the courier is at the door"


def test_a_higher_reason_overtakes_a_request_that_is_held():
    story = Story()
    story >> said("Get me your manager!") >> minutes(1) >> said("My lawyer will hear of this.")
    assert [(record.state, record.level) for record in story.case.escalations] == [
        ("closed", "supervisor"),
        ("escalated", "manager"),
    ]


def test_a_request_that_is_held_can_be_declined_with_a_reason():
    story = Story()
    story >> said(QUESTION) >> escalates() << "escalation_held"
    story >> does(f.EscalationDeclined, reason="you may decide this yourself", by="sam")
    assert story.case.escalation is None
    assert story.case.escalations[-1].state == "declined"
    assert story.told("turned_down")[0].body == "you may decide this yourself"
    story >> minutes(10)
    assert story.case.level == "agent"


# --- by hand ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["agent", "supervisor", "api"])
def test_our_own_people_and_the_api_can_send_it_up(who):
    story = Story()
    (
        story
        >> said(QUESTION)
        >> escalates("ana", requested_by=who, reason="insufficient_authority", override="cannot")
    )
    assert story.case.level == "supervisor"
    assert story.case.escalation.request_source == "internal"
    assert story.case.escalation.reason == "insufficient_authority"


def test_a_customer_who_presses_owes_nobody_a_step():
    story = Story()
    story >> said(QUESTION) >> escalates(requested_by="customer") << "escalated"
    assert story.case.escalation.request_source == "customer"
    assert story.case.escalation.requested_by == "customer"


def test_a_level_can_be_named():
    story = Story()
    story >> said(QUESTION) >> escalates(to="manager", override="she asked for mira by name")
    assert story.case.level == "manager"


@pytest.mark.parametrize("seen", [None, 5])
def test_a_second_press_does_nothing(seen):
    """Without a version, and with the version both presses looked at."""
    story = Story()
    story >> said(QUESTION)
    version = story.case.version if seen else None
    story >> escalates(override="now", seen=version) >> escalates(override="now", seen=version) << "set_aside"
    assert story.case.level == "supervisor"
    assert len(story.all(e.EscalationOpened)) == len(story.all(e.Escalated)) == 1


def test_a_press_on_an_old_picture_is_told_that_the_case_has_moved_on():
    story = Story()
    story >> said(QUESTION)
    version = story.case.version
    story >> said("It has arrived!")
    with pytest.raises(MovedOn):
        story >> escalates(seen=version)


def test_a_customer_still_not_satisfied_goes_one_higher():
    story = Story()
    story >> said(QUESTION) >> escalates(requested_by="customer") >> accepts() >> answered()
    story >> escalates(requested_by="customer", seen=story.case.version)
    assert story.case.level == "manager"


@pytest.mark.parametrize(
    ("to", "says"),
    [
        ("the moon", "There is no level called 'the moon'; choose one of agent, supervisor"),
        ("agent", "not above"),
    ],
)
def test_a_level_that_is_not_there_or_not_above_is_refused(to, says):
    story = Story()
    story >> said(QUESTION)
    with pytest.raises(Refusal, match=says):
        story >> escalates(to=to)


def test_from_the_manager_nothing_goes_to_a_desk_beneath():
    story = Story()
    (
        story
        >> said("My lawyer will hear of this.")
        >> accepts()
        >> resolves()
        >> does(f.Reopened, reason="not yet")
    )
    with pytest.raises(Refusal, match="not above"):
        story >> escalates(to="specialist_care")


def test_there_is_nothing_above_the_top():
    story = Story()
    story >> said(QUESTION) >> escalates(to="mediator", override="agreed") >> accepts()
    with pytest.raises(Refusal, match="top of the house"):
        story >> escalates(seen=story.case.version)


def test_pressing_escalate_on_a_case_that_is_over_opens_it_again():
    story = Story()
    story >> said(QUESTION) >> answered() >> resolves() >> escalates(requested_by="customer", seen=None)
    story << "case_reopened" << "escalated"
    assert story.case.live
    assert story.case.level == "supervisor"


def test_a_fact_that_happened_later_than_now_happened_now():
    story = Story()
    story >> said(QUESTION, at=MONDAY_NINE + timedelta(hours=3))
    assert story.case.opened_at == MONDAY_NINE
