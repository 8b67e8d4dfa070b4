"""Staffing: what the log says of a level's past, how many people follow from it, and what a what-if changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leeway.core.policy import Level as PolicyLevel
from leeway.core.policy import Policy, Span
from leeway.core.roster import Absence, Person, Roster, Team
from leeway.core.worktime import Calendar, add, elapsed
from leeway.desk.past import Story, Written
from leeway.prove.staff.arrivals import pattern, rates
from leeway.prove.staff.hours import HOURS_A_WEEK, Horizon, OpenTime, hour_of_week
from leeway.prove.staff.staffing import Ask, Staffing, staff
from leeway.prove.staff.visits import Visit, visits
from leeway.prove.staff.what_if import MoreCases, MorePeople, NotUnderstood, understood

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
OFFICE = Calendar(name="office", zone="UTC", week=(((540, 1020),),) * 5 + ((), ()))


def event(name: str, at: datetime, **fields: object) -> str:
    from msgspec import json

    return json.encode({"event": name, "at": at, **fields}).decode()


def told(case: int, *facts: tuple[str, ...]) -> Story:
    rows = (
        Written(number, case, "x", MONDAY, False, "", "", events) for number, events in enumerate(facts, 1)
    )
    return Story(case, tuple(rows))


def at(hours: float) -> datetime:
    return MONDAY + timedelta(hours=hours)


# --- what the log says ------------------------------------------------------------------------------------------------


def test_a_case_stays_at_each_level_from_coming_to_going() -> None:
    story = told(
        7,
        (event("case_opened", at(9), level="agent"),),
        (event("message_read", at(9.5), author="agent"),),
        (event("escalated", at(10), level="supervisor"),),
        (event("owner_accepted", at(10.2), level="supervisor"),),
        (event("case_resolved", at(12)),),
    )
    assert list(visits([story])) == [
        Visit(7, "agent", at(9), at(9.5), at(10)),
        Visit(7, "supervisor", at(10), at(10.2), at(12)),
    ]


def test_time_that_stood_still_is_told_apart() -> None:
    story = told(
        1,
        (event("case_opened", at(9), level="agent"), event("owner_accepted", at(9))),
        (event("case_paused", at(10)),),
        (event("case_resumed", at(14)),),
        (event("case_resolved", at(15)),),
    )
    (stay,) = visits([story])
    assert stay.paused == timedelta(hours=4)


def test_who_climbed_because_time_ran_out_did_not_come_of_itself() -> None:
    story = told(
        1,
        (event("case_opened", at(9), level="agent"),),
        (event("clock_breached", at(17), kind="level"), event("escalated", at(17), level="supervisor")),
    )
    agent, supervisor = visits([story])
    assert supervisor.ran_out
    assert not agent.ran_out
    seen = pattern(
        [agent, supervisor], "supervisor", since=MONDAY, until=at(168), zone="UTC", calendar=OFFICE
    )
    assert sum(week.total for week in seen.weeks) == 0


def test_a_reopened_case_comes_back_where_it_was() -> None:
    story = told(
        1,
        (event("case_opened", at(9), level="agent"),),
        (event("case_resolved", at(10)),),
        (event("case_reopened", at(20)),),
    )
    first, again = visits([story])
    assert (first.level, again.level, again.came, again.left) == ("agent", "agent", at(20), None)


def test_rates_add_up_to_what_came() -> None:
    """Leaning on weekday and time of day moves cases between hours; it does not invent any."""
    stays = [Visit(n, "agent", at(24 * (n % 5) + 9 + n % 7), None, None) for n in range(200)]
    seen = pattern(stays, "agent", since=MONDAY, until=at(4 * 168), zone="UTC", calendar=OFFICE)
    assert sum(rates(seen.weeks)) == pytest.approx(200 / 4)
    assert rates(seen.weeks)[3 * 24 + 3] == 0.0


# --- hours ------------------------------------------------------------------------------------------------------------


@given(st.integers(0, 5 * 7 * 24 * 3600), st.integers(0, 40 * 3600))
@settings(max_examples=60)
def test_open_time_in_seconds_is_what_working_time_says(start: int, length: int) -> None:
    horizon = Horizon(MONDAY, 6, "Europe/Lisbon")  # the clocks change at the end of March
    calendar = Calendar(name="shop", zone="Europe/Lisbon", week=(((540, 780), (840, 1140)),) * 6 + ((),))
    quick = OpenTime(calendar, horizon, timedelta(days=30))
    begin = horizon.instant(start)
    exact = add(calendar, begin, timedelta(seconds=length))
    assert quick.after(start, length) == pytest.approx((exact - MONDAY).total_seconds(), abs=0.01)
    assert quick.until(start) == pytest.approx(elapsed(calendar, MONDAY, begin).total_seconds(), abs=0.01)


def test_hours_of_the_week_follow_the_clock_on_the_wall() -> None:
    assert hour_of_week(datetime(2026, 3, 3, 14, 30)) == 24 + 14  # noqa: DTZ001 - a wall time
    horizon = Horizon(datetime(2026, 3, 22, 23, tzinfo=UTC), 2, "Europe/Berlin")  # Monday there
    assert horizon.of_week[0] == 0
    assert horizon.of_week[-1] == 0  # the week of the change has 167 hours


# --- people -----------------------------------------------------------------------------------------------------------


A_DAY = Span(8 * 3600, working=True)


def policy(resolve: Span = A_DAY) -> Policy:
    accept = Span(900, working=True)
    levels = (
        PolicyLevel("agent", "team:front", accept, resolve, Span(3600), climbs_to="boss", label="Agent"),
        PolicyLevel("boss", "team:bosses", accept, Span(10 * 24 * 3600), Span(3600), label="Boss"),
    )
    return Policy("test", 1, Span(30 * 24 * 3600), levels)


def roster(agents: int = 3, capacity: int = 1, absences: tuple[Absence, ...] = ()) -> Roster:
    people = [
        Person(id=f"a{n}", name=f"A{n}", capacity=capacity, email="a@x.example", teams=("front",))
        for n in range(agents)
    ]
    boss = Person(id="boss", name="Boss", capacity=20, email="b@x.example", teams=("bosses",))
    teams = (Team("front", "Front", calendar="office"), Team("bosses", "Bosses", calendar="office"))
    return Roster("test", 1, (*people, boss), teams, (OFFICE,), (), absences)


def past(per_hour: float, minutes: float, weeks: int = 6) -> list[Visit]:
    """Weeks of cases in office hours, each in hand for about so many minutes."""
    chance = Random(5)
    stays: list[Visit] = []
    for day in range(weeks * 7):
        for hour in range(9, 17) if day % 7 < 5 else ():
            count = sum(chance.random() < per_hour / 8 for _ in range(8))
            for _ in range(count):
                came = at(day * 24 + hour + chance.random() * 0.9)
                taken = came + timedelta(minutes=1)
                stays.append(
                    Visit(len(stays), "agent", came, taken, add(OFFICE, taken, timedelta(minutes=minutes)))
                )
    return stays


def asked(stays: list[Visit], **more: object) -> Staffing:
    people = more.pop("roster", None) or roster()
    rules = more.pop("policy", None) or policy()
    ask = Ask(since=MONDAY, until=MONDAY + timedelta(weeks=6), weeks=2, **more)
    return staff(rules, people, stays, ask)


def test_nobody_is_needed_while_the_level_is_shut_and_somebody_whenever_it_is_open() -> None:
    level = asked(past(2, 20)).levels[0]
    assert level.needed is not None
    for hour, people in enumerate(level.needed.week):
        is_open = hour // 24 < 5 and 9 <= hour % 24 < 17
        assert (people > 0) == is_open


def test_twice_the_work_needs_more_people() -> None:
    little, much = (asked(past(rate, 40)).levels[0].needed for rate in (1, 3))
    assert little is not None
    assert much is not None
    assert much.hours > 1.5 * little.hours


def test_who_carries_several_at_once_is_needed_less() -> None:
    one = asked(past(2, 60)).levels[0].needed
    four = asked(past(2, 60), at_once={"agent": 4}).levels[0].needed
    assert one is not None
    assert four is not None
    assert four.hours < one.hours / 2


def test_the_people_needed_keep_the_clocks() -> None:
    """Put as many on the roster as were found needed at most, and the share asked for is kept."""
    stays = past(3, 45)
    found = asked(stays).levels[0]
    assert found.needed is not None
    as_needed = asked(stays, roster=roster(agents=max(found.needed.week))).levels[0].today
    assert as_needed is not None
    assert as_needed.accept is not None
    assert as_needed.accept.value >= 0.9


def test_a_higher_share_never_needs_fewer() -> None:
    stays = past(3, 45)
    needed = [asked(stays, attainment=share).levels[0].needed for share in (0.7, 0.9, 0.97)]
    hours = [people.hours for people in needed if people is not None]
    assert hours == sorted(hours)
    assert len(hours) == 3


def test_a_busy_week_needs_at_least_what_a_quiet_one_does() -> None:
    level = asked(past(3, 45)).levels[0]
    assert level.needed_quiet is not None
    assert level.needed_busy is not None
    assert level.needed_quiet.hours <= level.needed_busy.hours


def test_absences_are_felt() -> None:
    away = tuple(Absence(f"a{n}", MONDAY + timedelta(weeks=6), MONDAY + timedelta(weeks=30)) for n in (0, 1))
    all_there, one_left = (
        asked(past(3, 45), roster=who).levels[0] for who in (roster(), roster(absences=away))
    )
    assert all_there.today is not None
    assert one_left.today is not None
    assert all_there.there_hours == 3 * one_left.there_hours
    assert all_there.today.accept is not None
    assert one_left.today.accept is not None
    assert all_there.today.accept.value > one_left.today.accept.value + 0.1


def test_what_runs_out_of_time_is_met_again_above() -> None:
    handled_above = [Visit(n, "boss", at(10 + n), at(10.1 + n), at(11 + n)) for n in range(6)]
    found = asked(
        [*past(3, 45), *handled_above],
        roster=roster(agents=1),
        policy=policy(resolve=Span(3600, working=True)),
    )
    assert found.levels[0].today is not None
    assert found.levels[0].today.climbed > 0


def test_the_same_seed_says_the_same() -> None:
    stays = past(1, 15)
    assert asked(stays) == asked(stays)
    assert asked(stays) != asked(stays, seed=2)


def test_too_little_past_is_said_not_guessed() -> None:
    agent, boss = asked([Visit(1, "agent", at(10), at(10.1), at(11))]).levels
    assert agent.needed is None
    assert agent.missing.startswith("only 1 handled")
    assert boss.missing == "no case came to this level in the period"


def test_minutes_in_hand_can_be_given_instead() -> None:
    stays = [Visit(n, "agent", at(10 + 24 * (n % 5)), None, None) for n in range(20)]
    level = asked(stays, handling={"agent": 30.0}).levels[0]
    assert level.handling is not None
    assert level.handling.given
    assert level.needed is not None


# --- what-ifs ---------------------------------------------------------------------------------------------------------


def test_what_ifs_are_read_in_words() -> None:
    levels = ["agent", "boss"]
    assert understood("One more at agent on Monday", levels) == MorePeople(
        "one more at agent on monday", "agent", 1, (0,), range(24)
    )
    assert understood("2 fewer people at boss on weekends from 9:00 to 13:00", levels) == MorePeople(
        "2 fewer people at boss on weekends from 9:00 to 13:00", "boss", -2, (5, 6), range(9, 13)
    )
    assert understood("arrivals +30 % at agent from 2026-12-01 to 2026-12-24", levels) == MoreCases(
        "arrivals +30 % at agent from 2026-12-01 to 2026-12-24",
        "agent",
        1.3,
        date(2026, 12, 1),
        date(2026, 12, 24),
    )
    assert understood("arrivals x1.5", levels) == MoreCases("arrivals x1.5", "", 1.5, None, None)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("more people please", "is no what-if"),
        ("one more at kitchen", "there is no level 'kitchen'; there are agent, boss"),
        ("one more at agent on someday", "'someday' is no day"),
        ("one more at agent from 14:00 to 9:00", "forward"),
        ("arrivals +5 % from 2026-02-30 to 2026-03-01", "day is out of range"),
        ("arrivals +5 % from 2026-03-02 to 2026-03-01", "ends before it begins"),
    ],
)
def test_what_can_not_be_read_is_refused_with_a_way_out(text: str, says: str) -> None:
    with pytest.raises(NotUnderstood, match=says):
        understood(text, ["agent", "boss"])


def test_one_more_on_mondays_helps_and_more_cases_hurt() -> None:
    what_ifs = [
        understood(words, ["agent", "boss"]) for words in ("two more at agent", "arrivals x2 at agent")
    ]
    found = asked(past(3, 45), what_ifs=what_ifs)
    more_people, more_cases = (what_if.levels[0] for what_if in found.what_ifs)
    assert more_people.before.accept is not None
    assert more_people.after.accept is not None
    assert more_cases.after.accept is not None
    assert more_people.after.accept.value > more_people.before.accept.value
    assert more_cases.after.accept.value < more_people.before.accept.value


def test_a_campaign_is_only_in_its_weeks() -> None:
    horizon = Horizon(MONDAY, 2, "UTC")
    what_if = understood("arrivals x3 from 2026-03-04 to 2026-03-04", ["agent"])
    assert isinstance(what_if, MoreCases)
    factors = what_if.factors("agent", horizon)
    assert [hour for hour, factor in enumerate(factors) if factor == 3.0] == list(range(48, 72))
    assert len(factors) == 2 * HOURS_A_WEEK
