"""What happens when nobody is there is part of the matrix: somebody real has the case at every minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec.structs import replace

from leeway.core import events as e
from leeway.core import facts as f
from leeway.core.policy import NobodyThere
from leeway.core.roster import Absence
from leeway.core.worktime import Closure
from leeway.testing import (
    MONDAY_NINE,
    OFFICE,
    Story,
    accepts,
    answered,
    does,
    escalates,
    hours,
    house,
    house_policy,
    minutes,
    person,
    said,
    until,
)

NIGHT = MONDAY_NINE + timedelta(hours=13)
SATURDAY = MONDAY_NINE + timedelta(days=5)
QUESTION = "Hello, my order 88-2041 has not arrived."
LAWYER = "My lawyer will hear of this."


def away(*names: str):
    absences = tuple(Absence(name, MONDAY_NINE - timedelta(days=1)) for name in names)
    return replace(house(), absences=absences)


def goes_to_the_supervisor(story: Story) -> Story:
    return story >> said(QUESTION) >> escalates(override="cannot wait")


def test_at_night_it_goes_to_whom_the_matrix_names_and_the_customer_hears_when_we_open():
    story = goes_to_the_supervisor(Story(at=NIGHT))
    assert story.case.asked.person == "nina"
    assert story.all(e.NobodyThere)[-1].plan == "hand to rota:night_desk"
    assert story.customer_heard("nobody_there") == [
        "Nobody is here right now. You will hear from us tomorrow 09:00."
    ]


def test_on_a_saturday_the_customer_hears_monday():
    story = goes_to_the_supervisor(Story(at=SATURDAY))
    assert story.case.asked.person == "nina"
    assert story.customer_heard("nobody_there") == [
        "Nobody is here right now. You will hear from us Mon 9 Mar 09:00."
    ]


def test_on_a_holiday_it_is_like_a_sunday():
    holiday = replace(OFFICE, closures=(Closure(date(2026, 3, 2), name="Feast of the Three Clerks"),))
    story = goes_to_the_supervisor(Story(roster=replace(house(), calendars=(holiday,))))
    assert story.case.asked.person == "nina"


def test_all_of_a_level_absent_is_nobody_there_in_broad_daylight():
    story = goes_to_the_supervisor(Story(roster=away("sam", "tom")))
    assert story.case.asked.person == "nina"
    considered = story.all(e.NobodyThere)[-1].considered
    assert considered[:2] == ("sam: absent", "tom: absent")


def test_a_substitute_stands_in_before_the_plan_does():
    absences = (
        Absence("sam", MONDAY_NINE - timedelta(days=1), substitute="ben"),
        Absence("tom", MONDAY_NINE - timedelta(days=1)),
    )
    story = goes_to_the_supervisor(Story(roster=replace(house(), absences=absences)))
    assert story.case.asked.person == "ben"
    assert story.all(e.NobodyThere) == []


def test_full_desks_are_nobody_there_too():
    story = goes_to_the_supervisor(Story(load={"sam": 50, "tom": 50}))
    assert story.case.asked.person == "nina"
    assert story.all(e.NobodyThere)[-1].considered[:2] == ("sam: over_capacity", "tom: over_capacity")


def test_who_has_room_is_asked_before_who_has_less():
    story = goes_to_the_supervisor(Story(load={"sam": 20, "tom": 2}))
    assert story.case.asked.person == "tom"


def test_where_the_plan_is_to_wait_the_owner_keeps_it_and_somebody_is_asked_at_opening_time():
    story = Story(at=NIGHT)
    story >> said(LAWYER)
    assert story.case.level == "manager"
    assert not story.case.asked
    assert story.case.owner
    assert story.told("asked") == []
    story >> until(MONDAY_NINE + timedelta(days=1)) << "owner_asked"
    assert story.case.asked.person == "mira"


def test_the_plan_can_name_whose_it_is_while_it_waits():
    policy = house_policy()
    plans = (*policy.nobody_there, NobodyThere("mediator", wait=True, owner_stays="manager"))
    late_managers = tuple(
        replace(one, calendar="always") if one.id == "mira" else one for one in house().people
    )
    story = Story(replace(policy, nobody_there=plans), replace(house(), people=late_managers), at=NIGHT)
    story >> said(QUESTION) >> escalates(to="mediator", override="agreed with the customer")
    assert story.case.level == "mediator"
    assert story.case.owner == "mira"
    assert story.case.escalation.accepted_at is None
    story >> until(MONDAY_NINE + timedelta(days=1)) << "owner_asked"
    assert story.case.asked.person == "otto"


def test_without_a_plan_it_is_asked_of_who_will_be_there_first():
    story = goes_to_the_supervisor(Story(replace(house_policy(), nobody_there=()), at=NIGHT))
    assert story.case.asked.person == "sam"
    assert story.case.clocks["accept"].started_at == MONDAY_NINE + timedelta(days=1)


@pytest.mark.parametrize(
    ("left", "level", "asked"),
    [(("sam", "tom", "nina"), "supervisor", "mira"), (("sam", "tom", "nina", "mira"), "mediator", "otto")],
    ids=["all but its lead", "and its lead"],
)
def test_a_level_that_lost_all_its_people_is_its_leads_or_passed_over(left, level, asked):
    people = tuple(replace(one, active=one.id not in left) for one in house().people)
    plans = tuple(plan for plan in house_policy().nobody_there if plan.level == "supervisor")
    policy = replace(house_policy(), nobody_there=plans)
    story = goes_to_the_supervisor(Story(policy, replace(house(), people=people)))
    assert story.case.level == level
    assert story.case.asked.person == asked


def test_a_first_message_at_night_has_an_owner_all_the_same():
    story = Story(at=NIGHT)
    story >> said(QUESTION) << "nobody_there" << "owner_assigned"
    assert story.case.owner == "ana"
    assert story.case.clocks["first_response"].due == MONDAY_NINE + timedelta(days=1, hours=1)


def test_an_owner_at_any_price():
    """A house where nobody at all can be reached: the policy's default owner is accountable."""
    story = Story(roster=away("ana", "ben", "sam", "tom", "mira", "otto", "nina"))
    story >> said(QUESTION)
    assert story.case.owner == "sam"


def test_the_agent_who_is_talking_owns_it_whatever_the_hour():
    story = Story(at=SATURDAY)
    story >> answered("Hello Dana, about your order:", by="ben")
    assert story.case.owner == "ben"


def test_when_the_owner_goes_home_what_runs_out_before_tomorrow_is_handed_on():
    """The night desk takes over what is due in real time; working time stands still anyway."""
    policy = house_policy()
    urgent = replace(policy.levels[1], resolve=replace(policy.levels[1].resolve, working=False))
    story = Story(
        replace(policy, levels=(policy.levels[0], urgent, *policy.levels[2:])),
        at=datetime(2026, 3, 2, 16, tzinfo=UTC),
    )
    goes_to_the_supervisor(story) >> accepts() >> answered()
    assert story.case.owner == "sam"
    story >> until(datetime(2026, 3, 2, 18, 0, tzinfo=UTC))
    assert story.case.asked.person == "nina"
    assert story.case.asked.why == "sam's shift has ended; stands in by the matrix"


def test_an_owner_whose_clocks_can_wait_keeps_the_case_over_night():
    story = (
        goes_to_the_supervisor(Story(at=MONDAY_NINE + timedelta(hours=7)))
        >> accepts()
        >> answered()
        >> hours(10)
    )
    assert story.case.owner == "sam"
    assert not story.case.asked


def test_an_owner_who_falls_ill_is_replaced_by_somebody_of_the_same_level():
    story = goes_to_the_supervisor(Story()) >> accepts()
    story >> does(f.OwnerUnavailable, person="sam", why="ill") << "owner_asked"
    assert story.case.asked.person == "tom"
    assert story.case.owner == "sam"  # until tom says yes
    story >> accepts()
    assert story.case.owner == "tom"


def test_who_was_asked_and_cannot_be_reached_is_skipped_at_once():
    story = goes_to_the_supervisor(Story())
    story >> does(f.NoticeUndeliverable, notice="asked:sam:1", person="sam", why="mailbox full")
    story << "nobody_reachable" << "owner_asked"
    assert story.case.asked.person == "tom"


def test_an_owner_no_notice_reaches_is_a_matter_for_their_manager():
    story = goes_to_the_supervisor(Story()) >> accepts()
    story >> does(f.NoticeUndeliverable, notice="late:update:1", person="sam", why="mailbox full")
    assert [notice.to for notice in story.told("unreachable")] == [("mira",)]


def test_people_of_the_customers_language_come_first_and_others_before_nobody():
    pia = replace(person("pia", "supervisors", manager="mira"), languages=("es",))
    roster = replace(house(), people=(*house().people, pia))
    spanish = Story(roster=roster)
    spanish.customer = replace(spanish.customer, language="es")
    goes_to_the_supervisor(spanish)
    assert spanish.case.asked.person == "pia"
    nobody_speaks_it = Story()
    nobody_speaks_it.customer = replace(nobody_speaks_it.customer, language="es")
    goes_to_the_supervisor(nobody_speaks_it)
    assert nobody_speaks_it.case.asked.person == "sam"


def test_the_step_of_a_level_reaches_its_lead_when_nobody_accepted():
    story = goes_to_the_supervisor(Story()) >> minutes(10)
    assert [(notice.to, notice.by) for notice in story.told("step")] == [(("mira",), ("email",))]
