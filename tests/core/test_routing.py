"""Routing: one accountable owner, and the reasons; never somebody who is not there, full or out of reach."""

import random
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leeway.core.absences import with_absence
from leeway.core.roster import (
    Absence,
    Available,
    Contact,
    Person,
    Roster,
    Rota,
    Team,
    Turns,
    availability,
)
from leeway.core.routing import Choice, Considered, Need, Nobody, choose
from leeway.core.worktime import Calendar

TUESDAY = datetime(2026, 1, 13, 10, tzinfo=UTC)
SATURDAY = datetime(2026, 1, 17, 10, tzinfo=UTC)
MONDAY_NINE = datetime(2026, 1, 19, 9, tzinfo=UTC)
OFFICE = Calendar(name="office", zone="UTC", week=(((540, 1080),),) * 5 + ((),) * 2)
FRONTLINE = Need(targets=("team:frontline",))


def person(name, **changes):
    known = {"id": name, "name": name.title(), "capacity": 4, "email": f"{name}@example.org"}
    return Person(**(known | {"teams": ("frontline",), "calendar": "office"} | changes))


def house(*people, **changes):
    everybody = people or (person("june"), person("tom"), person("priya", teams=("supervisors",)))
    teams = (Team("frontline", "Front line"), Team("supervisors", "Supervisors"))
    return Roster(
        **({"name": "h", "version": 1, "people": everybody, "teams": teams, "calendars": (OFFICE,)} | changes)
    )


def chosen(roster, need, at=TUESDAY, **load):
    found = choose(roster, need, at=at, load=load)
    return found.person if isinstance(found, Choice) else None


def verdicts(found):
    return {considered.person: considered.verdict for considered in found.considered}


# Who gets it


def test_least_load_for_the_capacity_wins():
    roster = house(person("june", capacity=2), person("tom", capacity=10))
    assert chosen(roster, FRONTLINE, june=1, tom=4) == "tom"


def test_equal_shares_go_to_the_smaller_load_then_to_the_first_id():
    roster = house(person("june", capacity=2), person("ana", capacity=4), person("bo", capacity=2))
    assert chosen(roster, FRONTLINE, june=1, ana=2, bo=1) == "bo"


def test_an_earlier_owner_gets_it_back_before_load_counts():
    need = msgspec.structs.replace(FRONTLINE, prefer=("tom", "june"))
    found = choose(house(), need, at=TUESDAY, load={"tom": 3})
    assert isinstance(found, Choice)
    assert (found.person, found.why) == ("tom", "had this case before; has 3 of 4 cases")


def test_an_earlier_owner_who_is_full_does_not():
    need = msgspec.structs.replace(FRONTLINE, prefer=("tom",))
    found = choose(house(), need, at=TUESDAY, load={"tom": 4})
    assert isinstance(found, Choice)
    assert found.considered == (
        Considered("june", "chosen", "has 0 of 4 cases"),
        Considered("tom", "over_capacity", "full: has 4 of 4 cases"),
    )


def test_an_earlier_owner_who_is_away_is_replaced_by_whoever_stands_in():
    roster = with_absence(house(), Absence("tom", TUESDAY - timedelta(days=1), substitute="priya"))
    need = msgspec.structs.replace(FRONTLINE, prefer=("tom",))
    found = choose(roster, need, at=TUESDAY, load={})
    assert isinstance(found, Choice)
    assert (found.person, found.why) == ("priya", "stands in for Tom; has 0 of 4 cases")
    assert verdicts(found) == {"june": "could_have", "tom": "absent", "priya": "chosen"}


def test_a_substitute_from_elsewhere_helps_out_only_when_no_member_is_there():
    roster = with_absence(house(), Absence("tom", TUESDAY - timedelta(days=1), substitute="priya"))
    assert chosen(roster, FRONTLINE, june=3) == "june"
    assert chosen(roster, FRONTLINE, june=4) == "priya"


def test_a_member_who_also_stands_in_for_somebody_is_still_a_member():
    roster = house(person("june"), person("tom"), person("ana"))
    roster = with_absence(roster, Absence("june", TUESDAY - timedelta(days=1), substitute="tom"))
    assert chosen(roster, FRONTLINE, ana=1) == "tom"


def test_an_earlier_owner_from_another_team_is_not_dragged_along():
    found = choose(house(), msgspec.structs.replace(FRONTLINE, prefer=("priya",)), at=TUESDAY, load={})
    assert isinstance(found, Choice)
    assert found.person == "june"
    assert verdicts(found)["priya"] == "elsewhere"


def test_all_skills_are_needed_and_one_language_is_enough():
    roster = house(
        person("june", skills=("billing",), languages=("en",)),
        person("tom", skills=("billing", "fraud"), languages=("en",)),
        person("ana", skills=("billing", "fraud"), languages=("pt",)),
    )
    found = choose(
        roster,
        Need(targets=("team:frontline",), skills=("billing", "fraud"), languages=("pt", "es")),
        at=TUESDAY,
        load={},
    )
    assert isinstance(found, Choice)
    assert (found.person, found.why) == ("ana", "knows billing and fraud; speaks pt; has 0 of 4 cases")
    assert [considered.why for considered in found.considered] == [
        "does not know fraud",
        "does not speak pt or es",
        found.why,
    ]


def test_earlier_targets_come_first_and_later_ones_help():
    need = Need(targets=("team:frontline", "team:supervisors"))
    assert chosen(house(), need, june=3, tom=3) == "june"
    assert chosen(house(), need, june=4, tom=4) == "priya"


def test_who_cannot_be_reached_is_not_relied_upon():
    """grafana/oncall#1326: an L2 without any notification method sent it to the directors."""
    roster = house(person("june", email=""), person("tom", contacts=(Contact("sms", "+351 555"),)))
    assert chosen(roster, FRONTLINE) == "tom"
    assert chosen(roster, msgspec.structs.replace(FRONTLINE, channels=("chat", "sms"))) == "tom"
    assert chosen(roster, msgspec.structs.replace(FRONTLINE, channels=("chat",))) is None


# On call

DUTY = Rota("duty", "Duty", "UTC", Turns(("tom", "june"), 24, datetime(2026, 1, 17)))  # noqa: DTZ001


def test_who_is_on_call_is_taken_outside_their_hours():
    found = choose(house(rotas=(DUTY,)), Need(targets=("team:frontline", "rota:duty")), at=SATURDAY, load={})
    assert isinstance(found, Choice)
    assert (found.person, found.target, found.why) == ("tom", "rota:duty", "on call (duty); has 0 of 4 cases")


def test_who_is_on_call_but_away_is_replaced():
    roster = with_absence(house(rotas=(DUTY,)), Absence("tom", SATURDAY, substitute="priya"))
    assert chosen(roster, Need(targets=("rota:duty",)), SATURDAY) == "priya"


def test_the_next_on_call_can_be_asked_too():
    assert chosen(house(rotas=(DUTY,)), Need(targets=("next:duty",)), SATURDAY) == "june"


# Nobody


def test_nobody_there_says_when_somebody_will_be():
    found = choose(house(), FRONTLINE, at=SATURDAY, load={})
    assert found == Nobody(
        (
            Considered("june", "outside_hours", "outside working hours, back 2026-01-19 09:00 UTC"),
            Considered("tom", "outside_hours", "outside working hours, back 2026-01-19 09:00 UTC"),
        ),
        MONDAY_NINE,
    )


def test_only_those_who_would_suit_are_waited_for():
    roster = house(person("june", skills=("billing",)), person("tom"))
    roster = with_absence(roster, Absence("june", SATURDAY, SATURDAY + timedelta(days=7)))
    found = choose(roster, Need(targets=("team:frontline",), skills=("billing",)), at=SATURDAY, load={})
    assert isinstance(found, Nobody)
    assert found.next_open == datetime(2026, 1, 26, 9, tzinfo=UTC)


def test_nobody_is_waited_for_who_is_there_but_full():
    found = choose(house(), FRONTLINE, at=TUESDAY, load={"tom": 4, "june": 9})
    assert isinstance(found, Nobody)
    assert (verdicts(found), found.next_open) == ({"june": "over_capacity", "tom": "over_capacity"}, None)


def test_the_next_duty_of_somebody_suitable_is_waited_for():
    roster = house(person("june", skills=("fraud",)), person("tom"), rotas=(DUTY,))
    found = choose(roster, Need(targets=("rota:duty",), skills=("fraud",)), at=SATURDAY, load={})
    assert isinstance(found, Nobody)
    assert found.next_open == datetime(2026, 1, 18, tzinfo=UTC)


def test_a_duty_that_ends_before_they_are_back_is_not_waited_for():
    roster = house(person("june"), person("tom"), rotas=(DUTY,))
    roster = with_absence(roster, Absence("tom", SATURDAY, SATURDAY + timedelta(hours=20)))
    roster = with_absence(roster, Absence("june", SATURDAY, SATURDAY + timedelta(hours=30)))
    found = choose(roster, Need(targets=("rota:duty",)), at=SATURDAY, load={})
    assert isinstance(found, Nobody)
    assert found.next_open == SATURDAY + timedelta(hours=30)


def test_a_target_of_an_older_policy_is_passed_over_and_said_so():
    need = Need(targets=("team:backoffice", "rota:old", "manager_of:tom"))
    found = choose(house(), need, at=TUESDAY, load={})
    assert isinstance(found, Nobody)
    assert verdicts(found) == {
        "team:backoffice": "no_such_target",
        "rota:old": "no_such_target",
        "manager_of:tom": "nobody_on_it",
    }


@pytest.mark.parametrize("need", [FRONTLINE, msgspec.structs.replace(FRONTLINE, targets=())])
def test_an_empty_house_has_nobody(need):
    found = choose(house(person("priya", teams=("supervisors",))), need, at=TUESDAY, load={})
    assert isinstance(found, Nobody)
    assert found.next_open is None


def test_an_answer_survives_json():
    for at in (TUESDAY, SATURDAY):
        found = choose(house(), FRONTLINE, at=at, load={"tom": 1})
        assert msgspec.json.decode(msgspec.json.encode(found), type=Choice | Nobody) == found


# Properties, over random houses

NAMES = ["ana", "bo", "cleo", "dan", "eve"]
TEAMS = ["frontline", "supervisors"]
people = st.tuples(
    *(
        st.builds(
            person,
            st.just(name),
            capacity=st.integers(0, 3),
            active=st.sampled_from([True, True, True, False]),
            email=st.sampled_from([f"{name}@example.org", ""]),
            teams=st.lists(st.sampled_from(TEAMS), unique=True).map(tuple),
            skills=st.lists(st.sampled_from(["billing", "fraud"]), unique=True).map(tuple),
            languages=st.lists(st.sampled_from(["en", "pt"]), unique=True).map(tuple),
            calendar=st.sampled_from(["office", "always"]),
        )
        for name in NAMES
    )
)
absences = st.lists(
    st.builds(
        lambda name, start, days, substitute: Absence(
            name, start, start + timedelta(days=days) if days else None, substitute=substitute
        ),
        st.sampled_from(NAMES),
        st.sampled_from([TUESDAY - timedelta(days=2), SATURDAY]),
        st.integers(0, 6),
        st.sampled_from(["", *NAMES]),
    ),
    max_size=3,
).map(tuple)
houses = st.builds(
    lambda people, absences: house(*people, absences=absences, rotas=(ROTA,)), people, absences
)
ROTA = Rota("duty", "Duty", "UTC", Turns(("ana", "eve"), 12, datetime(2026, 1, 17)))  # noqa: DTZ001
some_names = st.lists(st.sampled_from(NAMES), unique=True, max_size=2).map(tuple)
needs = st.builds(
    Need,
    targets=st.lists(
        st.sampled_from(["team:frontline", "team:supervisors", "rota:duty", "person:bo"]),
        min_size=1,
        unique=True,
    ).map(tuple),
    skills=st.sampled_from([(), ("billing",)]),
    languages=st.sampled_from([(), ("pt",), ("en", "pt")]),
    exclude=some_names,
    prefer=some_names,
    needs_hours=st.booleans(),
)
loads = st.dictionaries(st.sampled_from(NAMES), st.integers(0, 3))
moments = st.sampled_from([TUESDAY, SATURDAY, SATURDAY + timedelta(hours=10)])


def taken_off_hours(need, found):
    return not need.needs_hours or found.target.startswith("rota:")


@given(houses, needs, loads, moments)
def test_whoever_is_chosen_is_there_able_reachable_and_not_full(roster, need, load, at):
    found = choose(roster, need, at=at, load=load)
    if isinstance(found, Choice):
        someone = roster.person(found.person)
        hours = not taken_off_hours(need, found)
        here = availability(roster, found.person, at, load=load.get(found.person, 0), needs_hours=hours)
        assert isinstance(here, Available)
        assert found.person not in need.exclude
        assert set(need.skills) <= set(someone.skills)
        assert not need.languages or set(need.languages) & set(someone.languages)


@given(houses, needs, loads, moments)
def test_exactly_one_is_chosen_or_nobody_could_have_been(roster, need, load, at):
    found = choose(roster, need, at=at, load=load)
    given_verdicts = [considered.verdict for considered in found.considered]
    if isinstance(found, Choice):
        assert given_verdicts.count("chosen") == 1
    else:
        assert not {"chosen", "could_have"} & set(given_verdicts)
    assert len({considered.person for considered in found.considered}) == len(found.considered)


@given(houses, needs, loads, moments, st.randoms(use_true_random=False))
def test_the_order_in_which_things_are_listed_does_not_matter(roster, need, load, at, shuffle: random.Random):
    shuffled_load = list(load.items())
    shuffled_people = list(roster.people)
    shuffle.shuffle(shuffled_load)
    shuffle.shuffle(shuffled_people)
    shuffled = msgspec.structs.replace(roster, people=tuple(shuffled_people))
    here, there = (
        choose(roster, need, at=at, load=load),
        choose(shuffled, need, at=at, load=dict(shuffled_load)),
    )
    assert getattr(here, "person", None) == getattr(there, "person", None)
    assert verdicts(here) == verdicts(there)


@given(houses, needs, loads, moments)
def test_one_more_case_goes_elsewhere_only_to_somebody_with_no_greater_share(roster, need, load, at):
    before = choose(roster, need, at=at, load=load)
    if not isinstance(before, Choice):
        return
    more = load | {before.person: load.get(before.person, 0) + 1}
    after = choose(roster, need, at=at, load=more)
    was_full = more[before.person] >= roster.person(before.person).capacity
    if isinstance(after, Nobody):
        assert was_full
    elif after.person != before.person and not was_full:
        share = {
            name: Fraction(more.get(name, 0), roster.person(name).capacity)
            for name in (before.person, after.person)
        }
        assert share[after.person] <= share[before.person]


@given(houses, needs, moments)
def test_at_the_time_that_nobody_promises_somebody_is_there(roster, need, at):
    found = choose(roster, need, at=at, load={})
    if isinstance(found, Nobody) and found.next_open is not None:
        assert found.next_open > at
        assert isinstance(choose(roster, need, at=found.next_open, load={}), Choice)
