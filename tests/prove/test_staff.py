"""Staffing: the house's own cases, drawn again by a seed; clocks kept by the people asked for; what if."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import msgspec
import pytest

from leeway.core.policy import Policy
from leeway.core.roster import Roster
from leeway.prove.staff.demand import WEEK_HOURS, Demand
from leeway.prove.staff.history import Work
from leeway.prove.staff.needs import WEEKS, Clock, LevelModel, OpenHours
from leeway.prove.staff.simulation import HOUR, Done, Job, simulate
from leeway.prove.staff.staffing import CannotRead, NothingToLearn, read_what_if, staffing
from leeway.store import past
from leeway.testing import MONDAY_NINE, house, house_policy
from tests.web.console import Console, console, django_house

__all__ = ["console", "django_house"]

LEVELS = ("agent", "supervisor")


def busy(cases_a_day: int, *, weeks: int = 5, minutes: float = 20) -> Work:
    """So many cases on every working day from nine to six, each with so much work."""
    work = Work(first=MONDAY_NINE - timedelta(weeks=weeks), last=MONDAY_NINE)
    at = [
        MONDAY_NINE - timedelta(weeks=week) + timedelta(days=day, minutes=540 * number / cases_a_day)
        for week in range(1, weeks + 1)
        for day in range(5)
        for number in range(cases_a_day)
    ]
    work.arrivals["agent"] = sorted(at)
    work.efforts["agent"] = [minutes * 60 * share for share in (0.5, 0.8, 1.0, 1.2, 1.5)]
    return work


def asked(work: Work, *what_ifs: str, policy: Policy | None = None, roster: Roster | None = None):
    found = read_what_if(what_ifs, LEVELS)
    answer = staffing(
        policy or house_policy(), roster or house(), work, now=MONDAY_NINE, replications=6, what_if=found
    )
    return next(one for one in answer.levels if one.level == "agent")


# --- the simulation


def test_one_person_takes_one_case_after_the_other():
    done = simulate([Job(0, 600), Job(60, 600), Job(5000, 60)], [1, 1, 1])
    assert done == [Done(0, 0, 600), Done(60, 600, 1200), Done(5000, 5000, 5060)]


def test_two_people_take_two_cases_at_once():
    assert simulate([Job(0, 600), Job(60, 600)], [2]) == [Done(0, 0, 600), Done(60, 60, 660)]


def test_nobody_begins_after_their_hours_and_everybody_finishes_what_they_began():
    done = simulate([Job(3000, 1200), Job(3300, 60)], [1, 0, 1])
    assert done == [Done(3000, 3000, 4200), Done(3300, 2 * HOUR, 2 * HOUR + 60)]


def test_what_nobody_takes_waits_to_the_end():
    assert simulate([Job(0, 60)], [0, 0]) == [Done(0, 2 * HOUR, 2 * HOUR)]


# --- drawing


def test_the_same_seed_draws_the_same_cases_and_weeks_keep_their_shape():
    work = busy(20)
    zone = ZoneInfo("Europe/Lisbon")
    demand = Demand.of(work.arrivals["agent"], [600.0], zone, work.first, work.last)
    assert demand.draw(4, Random(3)) == demand.draw(4, Random(3))
    assert sum(demand.rates()) == pytest.approx(100)
    weekend = [job for job in demand.draw(4, Random(3)) if job.at % (WEEK_HOURS * HOUR) > 5.1 * 24 * HOUR]
    assert weekend == []


def test_open_hours_count_only_what_is_open():
    opening = OpenHours([1.0 if 9 <= hour % 24 < 17 else 0.0 for hour in range(WEEK_HOURS)])
    assert opening.between(16 * HOUR, 34 * HOUR) == 2 * HOUR
    assert opening.between(0, 7 * 24 * HOUR) == 7 * 8 * HOUR
    assert opening.opens_at(18 * HOUR) == 33 * HOUR
    assert opening.opens_at(10.5 * HOUR) == 10.5 * HOUR


# --- the answer


def test_the_people_asked_for_keep_the_clocks_and_one_less_everywhere_does_not():
    work = busy(12)
    found = asked(work)
    assert found.reached
    assert min(found.accept_then.low, found.resolve_then.low) >= 0.9
    zone = ZoneInfo("Europe/Lisbon")
    demand = Demand.of(work.arrivals["agent"], work.efforts["agent"], zone, work.first, work.last)
    opening = OpenHours([float(count > 0) for count in found.needed])
    level = house_policy().level("agent")
    clock = Clock(level.accept.seconds, level.accept.working, level.resolve.seconds, level.resolve.working)
    model = LevelModel(demand, clock, opening, seed=7, replications=10)
    fewer = [count - (count > 1) for count in found.needed] * WEEKS
    accept, _ = model.attained(model.run(fewer))
    assert accept.low < 0.9


def test_more_cases_need_more_people():
    few, many = asked(busy(6)), asked(busy(20))
    assert sum(many.needed) > sum(few.needed)
    assert max(few.needed) < max(many.needed)


def test_nobody_is_asked_for_when_the_level_is_closed():
    found = asked(busy(8))
    for hour, count in enumerate(found.needed):
        if not 8 <= hour % 24 <= 18 or hour >= 5 * 24:
            assert count == 0, hour


def test_one_more_on_mondays_is_there_on_mondays_only():
    before, after = asked(busy(8)), asked(busy(8), "one more on monday at agent")
    changed = {hour // 24 for hour in range(WEEK_HOURS) if before.present[hour] != after.present[hour]}
    assert changed == {0}
    assert after.accept_now.mean >= before.accept_now.mean


def test_a_campaign_brings_more_cases_in_its_days():
    calm = asked(busy(8))
    rush = asked(busy(8), "campaign x2.5 from 2026-03-09 to 2026-04-06")
    assert sum(rush.needed) > sum(calm.needed)
    assert rush.accept_now.mean <= calm.accept_now.mean


def test_the_same_question_has_the_same_answer():
    assert msgspec.json.encode(asked(busy(4))) == msgspec.json.encode(asked(busy(4)))


@pytest.mark.parametrize(
    "text", ["more people", "one more on noday at agent", "one more at the moon", "x2 from then"]
)
def test_a_what_if_that_makes_no_sense_is_refused(text: str):
    with pytest.raises(CannotRead):
        read_what_if((text,), LEVELS)


def test_a_house_without_history_says_so():
    with pytest.raises(NothingToLearn):
        staffing(house_policy(), house(), Work(), now=datetime.fromisoformat("2026-03-02T09:00:00+00:00"))


# --- what the log says


def test_work_is_learnt_from_the_log(console: Console):
    case = console.writes("Where is my parcel?")
    console.pass_time(minutes=5)
    console.answers(case, "I will look into it.")
    work, driver = Work(), console.house.driver()
    for events, facts in past.case_works(driver, ("case_opened", "escalated")):
        work.add(events, facts)
    driver.close()
    assert {level: len(times) for level, times in work.arrivals.items()} == {console.case(case).level: 1}
    assert work.efforts == {console.case(case).level: [300.0]}


# --- the page


def test_the_page_shows_needs_as_pictures_and_tables(console: Console):
    for number in range(6):
        console.writes("Where is my parcel?", chat=f"chat-{number}", customer=f"c{number}")
        console.pass_time(minutes=20)
        console.answers(number + 1, "I will look into it.")
    client = console.as_("priya")
    address = "/insights/staffing?attainment=0.8"
    for _ in range(900):
        text = client.get(address).content.decode()
        if "staff-waiting" not in text:
            break
        time.sleep(0.1)
    assert "shade-" in text
    assert "How this is reckoned" in text
    assert client.get("/insights/staffing?what_if=nonsense").status_code == 200


def test_agents_and_strangers_see_no_staffing(console: Console):
    assert console.as_("sam").get("/insights/staffing").status_code == 403
    assert console.as_("").get("/insights/staffing").status_code == 302
