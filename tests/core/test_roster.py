"""The roster: who is there, who stands in for them, who is on call, and how to reach them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leeway.core.absences import with_absence, without_absence
from leeway.core.roster import (
    Absence,
    Available,
    Contact,
    OnCall,
    Override,
    Person,
    Roster,
    Rota,
    Shift,
    Substitution,
    Team,
    Turns,
    Unavailable,
    UnknownName,
    availability,
    calendar_for,
    calendar_of,
    on_call,
    people_in,
    reachable,
    shift_end,
    substitute_for,
)
from leeway.core.worktime import ALWAYS, Calendar, Closure


def lisbon(month, day, hour=0, minute=0):
    return datetime(2026, month, day, hour, minute, tzinfo=ZoneInfo("Europe/Lisbon")).astimezone(UTC)


OFFICE = Calendar(
    name="office",
    zone="Europe/Lisbon",
    week=(((540, 780), (840, 1080)),) * 5 + ((),) * 2,
    closures=(Closure(date(2026, 4, 3), name="Sexta-feira Santa"),),
)
TUESDAY = lisbon(1, 13, 10)
SATURDAY = lisbon(1, 17, 10)


def person(name, **changes):
    known = {"id": name, "name": name.title(), "capacity": 5, "email": f"{name}@example.org"}
    return Person(**(known | {"teams": ("frontline",)} | changes))


def house(*people, **changes):
    known = {
        "name": "house",
        "version": 1,
        "people": people or (person("tom", manager="priya"), person("june"), person("priya", teams=())),
        "teams": (Team("frontline", "Front line", calendar="office", lead="june"),),
        "calendars": (OFFICE,),
    }
    return Roster(**(known | changes))


# Availability


def test_somebody_at_work_is_available_until_the_opening_ends():
    assert availability(house(), "tom", TUESDAY) == Available(lisbon(1, 13, 13))


def test_outside_hours_says_when_they_are_back():
    assert availability(house(), "tom", SATURDAY) == Unavailable("outside_hours", lisbon(1, 19, 9))


def test_somebody_on_call_is_asked_whatever_their_hours():
    assert availability(house(), "tom", SATURDAY, needs_hours=False) == Available(None)


def test_an_absence_ends_when_the_hours_begin_again():
    away = with_absence(house(), Absence("tom", lisbon(1, 12), lisbon(1, 17, 12), "holiday"))
    assert availability(away, "tom", TUESDAY) == Unavailable("absent", lisbon(1, 19, 9))


def test_absences_back_to_back_are_one_time_away():
    away = with_absence(house(), Absence("tom", lisbon(1, 12), lisbon(1, 14, 10)))
    away = with_absence(away, Absence("tom", lisbon(1, 14, 9), lisbon(1, 15, 10)))
    assert availability(away, "tom", TUESDAY) == Unavailable("absent", lisbon(1, 15, 10))


def test_an_absence_until_further_notice_has_no_end_in_sight():
    away = with_absence(house(), Absence("tom", lisbon(1, 12)))
    assert availability(away, "tom", TUESDAY) == Unavailable("absent", None)


def test_a_coming_absence_ends_the_availability():
    leaving = with_absence(house(), Absence("tom", lisbon(1, 13, 11), lisbon(1, 14)))
    assert availability(leaving, "tom", TUESDAY) == Available(lisbon(1, 13, 11))


@pytest.mark.parametrize(
    ("changes", "asked", "expected"),
    [
        ({"active": False}, {}, Unavailable("inactive", None)),
        ({"capacity": 2}, {"load": 2}, Unavailable("over_capacity", None)),
        ({"capacity": 0}, {"load": 0}, Unavailable("over_capacity", None)),
        ({"email": ""}, {}, Unavailable("unreachable", None)),
        ({}, {"channels": ("sms", "chat")}, Unavailable("unreachable", None)),
        (
            {"contacts": (Contact("sms", "+351 555"),)},
            {"channels": ("sms", "chat")},
            Available(lisbon(1, 13, 13)),
        ),
    ],
    ids=["left", "full", "owns no cases", "no way at all", "not by these channels", "one channel will do"],
)
def test_what_else_stands_in_the_way(changes, asked, expected):
    assert availability(house(person("tom", **changes)), "tom", TUESDAY, **asked) == expected


def test_an_address_left_empty_reaches_nobody():
    assert not reachable(person("tom", email="", contacts=(Contact("sms", ""),)))
    assert reachable(person("tom"), ("email",))


def test_hours_are_ones_own_then_the_teams_then_always():
    own = msgspec.structs.replace(OFFICE, name="mornings")
    roster = house(
        person("tom", calendar="mornings"), person("june"), person("ana", teams=()), calendars=(OFFICE, own)
    )
    assert [calendar_of(roster, name).name for name in ("tom", "june", "ana")] == [
        "mornings",
        "office",
        "always",
    ]


# Shift ends


def test_lunch_does_not_end_a_shift():
    asked = [lisbon(1, 13, 12), lisbon(1, 13, 13, 30), lisbon(1, 13, 17)]
    assert [shift_end(house(), "tom", at) for at in asked] == [lisbon(1, 13, 18)] * 3


def test_who_is_not_there_has_ended_their_shift():
    asked = [lisbon(1, 13, 8), lisbon(1, 13, 18), SATURDAY]
    assert [shift_end(house(), "tom", at) for at in asked] == asked


def test_a_shift_ends_with_an_absence_and_round_the_clock_never():
    leaving = with_absence(house(), Absence("tom", lisbon(1, 13, 15), lisbon(1, 14)))
    assert shift_end(leaving, "tom", TUESDAY) == lisbon(1, 13, 15)
    assert shift_end(leaving, "tom", lisbon(1, 13, 16)) == lisbon(1, 13, 16)
    assert shift_end(leaving, "priya", TUESDAY) is None


# Substitutes


def test_a_substitute_who_is_away_has_a_substitute():
    away = with_absence(house(), Absence("tom", lisbon(1, 12), lisbon(1, 17), substitute="june"))
    assert substitute_for(away, "tom", TUESDAY) == Substitution("june", ("tom", "june"))
    away = with_absence(away, Absence("june", lisbon(1, 13), lisbon(1, 14), substitute="priya"))
    assert substitute_for(away, "tom", TUESDAY) == Substitution("priya", ("tom", "june", "priya"))


def test_who_is_there_needs_no_substitute():
    assert substitute_for(house(), "tom", TUESDAY) == Substitution("tom", ("tom",))


def test_substitutes_in_a_circle_are_found_out():
    away = with_absence(house(), Absence("tom", lisbon(1, 12), substitute="june"))
    away = with_absence(away, Absence("june", lisbon(1, 12), substitute="tom"))
    assert substitute_for(away, "tom", TUESDAY) == Substitution("", ("tom", "june", "tom"), "circle")


def test_without_a_substitute_nobody_stands_in():
    away = with_absence(house(), Absence("tom", lisbon(1, 12)))
    assert substitute_for(away, "tom", TUESDAY) == Substitution("", ("tom",), "nobody_named")


def test_a_substitute_who_left_the_house_does_not_stand_in():
    away = house(person("tom"), person("june", active=False))
    away = with_absence(away, Absence("tom", lisbon(1, 12), substitute="june"))
    assert substitute_for(away, "tom", TUESDAY) == Substitution("", ("tom", "june"), "left")


def test_of_two_absences_the_one_with_a_substitute_counts():
    away = with_absence(house(), Absence("tom", lisbon(1, 12)))
    away = with_absence(away, Absence("tom", lisbon(1, 13), substitute="june"))
    assert substitute_for(away, "tom", TUESDAY).person == "june"


def test_an_absence_gives_a_new_roster_and_can_be_taken_back():
    roster, absence = house(), Absence("tom", lisbon(1, 12))
    away = with_absence(roster, absence)
    assert availability(roster, "tom", TUESDAY) == Available(lisbon(1, 13, 13))
    assert with_absence(away, absence) is away
    assert without_absence(away, absence) == roster
    assert without_absence(roster, absence) is roster


def test_an_absence_of_nobody_and_one_that_takes_no_time_are_refused():
    with pytest.raises(UnknownName, match="no person 'tomm': did you mean 'tom'"):
        with_absence(house(), Absence("tomm", lisbon(1, 12)))
    with pytest.raises(ValueError, match=r"ends .* before it begins"):
        Absence("tom", lisbon(1, 12), lisbon(1, 12))


# On call

MONDAY_NINE = datetime(2026, 1, 5, 9)  # noqa: DTZ001 - turns start at a wall time
WEEKLY = Rota("duty", "Duty", "Europe/Lisbon", Turns(("tom", "june"), 7 * 24, MONDAY_NINE))


def rotating(rota, **changes):
    return house(rotas=(msgspec.structs.replace(rota, **changes),))


def test_people_take_turns():
    roster = rotating(WEEKLY)
    assert on_call(roster, "duty", TUESDAY) == OnCall("june", lisbon(1, 19, 9), "tom")
    assert on_call(roster, "duty", lisbon(1, 19, 9)) == OnCall("tom", lisbon(1, 26, 9), "june")


def test_before_the_first_turn_nobody_is_on_call():
    assert on_call(rotating(WEEKLY), "duty", lisbon(1, 5, 8)) == OnCall("", lisbon(1, 5, 9), "tom")


def test_hand_over_stays_at_nine_in_summer_and_in_winter():
    """B2: a rota counted in hours instead of wall time moves with daylight saving."""
    roster = rotating(WEEKLY)
    assert [on_call(roster, "duty", lisbon(month, 1)).until.hour for month in (2, 7, 11)] == [9, 8, 9]


def test_an_override_wins_and_ends():
    override = Override(lisbon(1, 13, 9), lisbon(1, 14, 9), "priya")
    roster = rotating(WEEKLY, overrides=(override,))
    assert on_call(roster, "duty", TUESDAY) == OnCall("priya", lisbon(1, 14, 9), "june")
    assert on_call(roster, "duty", lisbon(1, 13, 8)) == OnCall("june", lisbon(1, 13, 9), "priya")


def test_who_is_on_call_alone_has_no_end_in_sight():
    alone = Turns(("tom",), 24, MONDAY_NINE)
    assert on_call(rotating(WEEKLY, turns=alone), "duty", TUESDAY) == OnCall("tom", None)


def test_the_same_person_twice_in_a_row_is_one_duty():
    turns = Turns(("tom", "tom", "june"), 24, MONDAY_NINE)
    assert on_call(rotating(WEEKLY, turns=turns), "duty", lisbon(1, 5, 10)) == OnCall(
        "tom", lisbon(1, 7, 9), "june"
    )


def test_a_calendar_limits_the_duty():
    roster = rotating(WEEKLY, calendar="office")
    assert on_call(roster, "duty", lisbon(1, 13, 17)) == OnCall("june", lisbon(1, 13, 18), "tom")
    assert on_call(roster, "duty", SATURDAY) == OnCall("", lisbon(1, 19, 9), "tom")


def test_fixed_shifts():
    evening, weekend = ((1080, 1320),), ((0, 1440),)
    shifts = (Shift("tom", (evening,) * 5 + ((), ())), Shift("june", ((),) * 5 + (weekend,) * 2))
    roster = rotating(WEEKLY, turns=None, shifts=shifts)
    assert on_call(roster, "duty", lisbon(1, 13, 19)) == OnCall("tom", lisbon(1, 13, 22), "june")
    assert on_call(roster, "duty", TUESDAY) == OnCall("", lisbon(1, 13, 18), "tom")
    assert on_call(roster, "duty", SATURDAY) == OnCall("june", lisbon(1, 19), "tom")


def test_a_turn_that_begins_in_the_repeated_hour_begins_once():
    hourly = Turns(("tom", "june"), 1, datetime(2026, 10, 25, 0, 30))  # noqa: DTZ001
    roster = rotating(WEEKLY, turns=hourly)
    shown = {
        "00:40": datetime(2026, 10, 24, 23, 40, tzinfo=UTC),
        "01:40": datetime(2026, 10, 25, 0, 40, tzinfo=UTC),
        "01:10 again": datetime(2026, 10, 25, 1, 10, tzinfo=UTC),
        "02:40": datetime(2026, 10, 25, 2, 40, tzinfo=UTC),
    }
    assert {clock: on_call(roster, "duty", at).person for clock, at in shown.items()} == {
        "00:40": "tom",
        "01:40": "june",
        "01:10 again": "june",
        "02:40": "tom",
    }


@pytest.mark.parametrize(
    "meaningless",
    [
        lambda: Rota("duty", "Duty", "UTC"),
        lambda: msgspec.structs.replace(WEEKLY, shifts=(Shift("tom", ((),) * 7),)),
        lambda: msgspec.structs.replace(WEEKLY, zone="Lisbon"),
        lambda: Turns((), 24, MONDAY_NINE),
        lambda: Turns(("tom",), 0, MONDAY_NINE),
        lambda: Turns(("tom",), 24, TUESDAY),
    ],
    ids=["neither", "both", "no zone", "no people", "no length", "an instant to start at"],
)
def test_a_rota_that_means_nothing_is_refused(meaningless):
    with pytest.raises(ValueError, match=r"either|zone|turns need"):
        meaningless()


rotas = st.builds(
    lambda zone, hours, people, starts: Rota("duty", "Duty", zone, Turns(tuple(people), hours, starts)),
    zone=st.sampled_from(["Europe/Lisbon", "America/Havana", "Australia/Lord_Howe", "Asia/Kathmandu"]),
    hours=st.sampled_from([1, 7, 12, 24, 168]),
    people=st.lists(st.sampled_from(["tom", "june", "priya"]), min_size=1, max_size=4),
    starts=st.datetimes(datetime(2026, 1, 1), datetime(2026, 3, 1)),  # noqa: DTZ001
)
instants = st.datetimes(datetime(2026, 3, 1), datetime(2026, 11, 5), timezones=st.just(UTC))  # noqa: DTZ001


@given(rotas, instants)
def test_the_duty_lasts_exactly_as_long_as_it_says(rota, at):
    roster = house(rotas=(rota,))
    duty = on_call(roster, "duty", at)
    if duty.until is None:
        assert len(set(rota.turns.people)) == 1
    else:
        just_before, then = duty.until - timedelta(microseconds=1), duty.until
        assert at < then
        assert on_call(roster, "duty", just_before).person == duty.person
        assert on_call(roster, "duty", then).person == duty.next


# Targets


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("team:frontline", ("tom", "june")),
        ("rota:duty", ("june",)),
        ("next:duty", ("tom",)),
        ("person:tom", ("tom",)),
        ("manager_of:tom", ("priya",)),
        ("manager_of:priya", ()),
        ("lead_of:frontline", ("june",)),
    ],
)
def test_a_target_stands_for_people(target, expected):
    assert people_in(rotating(WEEKLY), target, TUESDAY) == expected


@pytest.mark.parametrize(
    ("target", "complaint"),
    [
        ("team:frontlin", "no team 'frontlin': did you mean 'frontline'"),
        ("rota:night", "no rota 'night'"),
        ("manager_of:nobody", "no person 'nobody'"),
        ("squad:frontline", "no kind of target 'squad:frontline'"),
    ],
)
def test_a_target_that_names_nothing_says_so(target, complaint):
    with pytest.raises(UnknownName, match=complaint):
        people_in(rotating(WEEKLY), target, TUESDAY)


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("team:frontline", "office"),
        ("rota:duty", "always"),
        ("person:tom", "office"),
        ("manager_of:tom", "always"),
        ("lead_of:frontline", "office"),
    ],
)
def test_working_time_runs_in_the_hours_of_whoever_works(target, expected):
    assert calendar_for(rotating(WEEKLY), target, TUESDAY).name == expected


def test_every_roster_knows_the_calendar_always():
    assert house().calendar("always") is ALWAYS


def test_a_roster_survives_json():
    roster = rotating(WEEKLY, overrides=(Override(lisbon(1, 13), lisbon(1, 14), "priya"),))
    roster = with_absence(roster, Absence("tom", lisbon(1, 12), lisbon(1, 17), "holiday", "june"))
    back = msgspec.json.decode(msgspec.json.encode(roster), type=Roster)
    assert back == roster
    assert availability(back, "tom", TUESDAY) == availability(roster, "tom", TUESDAY)
