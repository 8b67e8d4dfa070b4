"""The roster file: reads like a rota on the wall, names every mistake at its place, and reads back what it wrote."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import leeway.packs
from leeway.core.roster import (
    Absence,
    Contact,
    OnCall,
    Override,
    Person,
    Roster,
    Rota,
    Shift,
    Team,
    Turns,
    Unavailable,
    availability,
    on_call,
    people_in,
)
from leeway.core.routing import Choice, Need, choose
from leeway.core.worktime import Calendar, Closure, elapsed
from leeway.packs import holidays_by_country, hours
from leeway.packs.reader import Problems
from leeway.packs.roster_file import dump_roster, load_roster

EXAMPLE = (Path(leeway.packs.__file__).parent / "shipped" / "roster.example.yaml").read_text("utf-8")

SMALL = """\
roster: small
version: 3
calendars:
  office:
    zone: Europe/Lisbon
    hours:
      mon-fri: 09:00-13:00, 14:00-18:00
      sat: 22:00-06:00
    holidays: PT
    closed: [2026-12-24 from 13:00, 2026-12-31, 2026-12-08 open 10:00-12:00 (not for us)]
teams:
  front_line: {calendar: office, lead: tom}
people:
  tom:
    name: Tom Okafor
    email: tom@example.org
    role: agent
    team: front_line
    skills: [billing]
    languages: [en, pt-BR]
    capacity: 5
    manager: june
    reach: {sms: +351 555 0101, chat: "@tom"}
  june: {name: June Lindqvist, capacity: 2, active: no}
rotas:
  duty:
    name: Duty
    zone: Europe/Lisbon
    turns: weekly from 2026-01-05 09:00 [tom, june]
    overrides: [june from 2026-01-06 until 2026-01-07]
  weekend:
    zone: Europe/Lisbon
    calendar: always
    shifts:
      tom: {sat: 09:00-17:00}
absences:
  - {person: tom, from: 2026-08-03, until: 2026-08-16, reason: holiday, substitute: june}
  - {person: june, from: 2026-10-01 14:30}
"""


def load(text, years=(2026,)):
    return load_roster(text, name="roster.yaml", years=years)


def problems(text, years=(2026,)):
    with pytest.raises(Problems) as refusal:
        load(text, years)
    return [str(problem) for problem in refusal.value.problems]


# What the words mean


def test_everything_a_person_can_have():
    assert load(SMALL).person("tom") == Person(
        id="tom",
        name="Tom Okafor",
        email="tom@example.org",
        role="agent",
        teams=("front_line",),
        skills=("billing",),
        languages=("en", "pt-BR"),
        capacity=5,
        manager="june",
        contacts=(Contact("sms", "+351 555 0101"), Contact("chat", "@tom")),
    )
    assert not load(SMALL).person("june").active


def test_hours_closed_days_and_half_days():
    office = load(SMALL, years=()).calendar("office")
    working_day = ((540, 780), (840, 1080))
    assert office == Calendar(
        name="office",
        zone="Europe/Lisbon",
        week=(*[working_day] * 5, ((1320, 1800),), ()),
        closures=(
            Closure(date(2026, 12, 8), ((600, 720),), "not for us"),
            Closure(date(2026, 12, 24), ((540, 780),)),
            Closure(date(2026, 12, 31)),
        ),
        holidays="PT",
    )


def test_public_holidays_of_the_years_asked_for_are_written_into_the_calendar():
    office = load(SMALL, years=(2026, 2027)).calendar("office")
    dates = {closure.date for closure in office.closures}
    assert {date(2026, 4, 25), date(2027, 4, 25), date(2026, 12, 31)} <= dates
    assert {day.year for day in dates} == {2026, 2027}
    assert office.holiday_years == (2026, 2027)


def test_what_the_house_says_about_a_date_wins_over_what_the_country_says():
    immaculate_conception = date(2026, 12, 8)
    [closure] = [
        closure
        for closure in load(SMALL).calendar("office").closures
        if closure.date == immaculate_conception
    ]
    assert closure.open == ((600, 720),)


def test_a_range_of_days_and_a_late_opening():
    text = SMALL.replace("2026-12-31,", "2026-12-28 to 2026-12-31, 2027-01-04 until 12:00,")
    closures = {closure.date: closure.open for closure in load(text, ()).calendar("office").closures}
    assert [closures[date(2026, 12, day)] for day in (28, 29, 30, 31)] == [()] * 4
    assert closures[date(2027, 1, 4)] == ((720, 780), (840, 1080))


@pytest.mark.parametrize(
    ("written", "first_day"), [("24/7", ((0, 1440),)), ("closed", ()), ("{mon: 08:00-08:00}", ((480, 1920),))]
)
def test_other_ways_to_write_hours(written, first_day):
    text = f"roster: r\nversion: 1\ncalendars: {{c: {{zone: UTC, hours: {written}}}}}\n"
    text += "people: {a: {name: A, capacity: 1}}"
    assert load(text).calendar("c").week[0] == first_day


def test_a_bare_last_day_is_included_and_times_are_those_of_the_persons_hours():
    holiday, ill = load(SMALL).absences
    assert (holiday.start, holiday.end) == (
        datetime(2026, 8, 2, 23, tzinfo=UTC),
        datetime(2026, 8, 16, 23, tzinfo=UTC),
    )
    # June has no hours of her own, so her times are UTC
    assert ill == Absence("june", datetime(2026, 10, 1, 14, 30, tzinfo=UTC))


def test_rotas_with_turns_overrides_and_shifts():
    roster = load(SMALL)
    assert on_call(roster, "duty", datetime(2026, 1, 7, 12, tzinfo=UTC)).person == "june"
    assert on_call(roster, "duty", datetime(2026, 1, 8, 12, tzinfo=UTC)).person == "tom"
    assert on_call(roster, "weekend", datetime(2026, 1, 10, 12, tzinfo=UTC)).person == "tom"


@pytest.mark.parametrize(
    ("often", "length"),
    [("weekly", 168), ("daily", 24), ("every 12 hours", 12), ("every 2 weeks", 336), ("every 1 day", 24)],
)
def test_how_often_turns_change(often, length):
    assert load(SMALL.replace("turns: weekly", f"turns: {often}")).rota("duty").turns.hours == length


def test_a_name_is_made_of_the_id_when_there_is_none():
    assert load(SMALL).team("front_line").name == "Front line"


# Mistakes, each at its place, all at once


def test_all_mistakes_are_reported_in_one_go():
    text = (
        SMALL.replace("zone: Europe/Lisbon\n    hours", "zone: Europe/Lisboa\n    hours")
        .replace("mon-fri:", "mon-fry:")
        .replace("holidays: PT", "holidays: DE-BX")
        .replace("manager: june", "manager: jun")
        .replace("[tom, june]", "[tom, toni]")
        .replace("substitute: june", "substitut: june")
    )
    an_id = "expected the id of a person of this roster"
    a_place = 'expected a country such as "PT", or with its region "DE-BY"'
    keys = "expected one of person, from, until, reason, substitute"
    assert [problem.removeprefix("roster.yaml:") for problem in problems(text)] == [
        '5:11: found "Europe/Lisboa", expected a time zone such as "Europe/Lisbon" (did you mean "Europe/Lisbon"?)',
        '7:7: found "mon-fry", expected weekdays such as "mon-fri" or "sat, sun" (did you mean "fri"?)',
        f'9:15: found "DE-BX", {a_place} (no region of DE BX is known)',
        f'22:14: found "jun", {an_id} (did you mean "june"?)',
        f'29:47: found "toni", {an_id}',
        f'37:73: found the key "substitut", {keys} (did you mean "substitute"?)',
    ]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("version: 3", "version: three", '2:10: found "three", expected a whole number of 0 or more'),
        ("roster: small\n", "", 'expected the key "roster"'),
        ("09:00-13:00", "9:00-13:00", 'found "9:00-13:00, 14:00-18:00", expected hours such as'),
        ("09:00-13:00", "25:00-26:00", "is not a time of day, a dash and a time of day"),
        ("09:00-13:00", "24:00-13:00", "a day begins at 00:00"),
        ("sat: 22:00", "fri: 22:00", "found fri for the second time, expected each weekday once"),
        (
            "hours:\n      mon-fri: 09:00-13:00, 14:00-18:00\n      sat: 22:00-06:00",
            "hours: sometimes",
            '"24/7"',
        ),
        ("  office:\n    zone", "  always:\n    zone", "always is 24/7 in every roster"),
        ("2026-12-31", "2026-12-32", "there is no 2026-12-32 in the calendar"),
        ("2026-12-31", "2026-12-24", "found 2026-12-24 for the second time, expected each date once"),
        ("2026-12-31", "2026-12-31 to 2026-12-28", "the last day comes after the first"),
        ("2026-12-31", "2026-12-31 until 00:00", "until 00:00 closes nothing"),
        ("2026-12-31", "2026-12-31 at noon", "a date, then nothing, to, from, until or open"),
        ("holidays: PT", "holidays: DE-BX", "no region of DE BX is known"),
        ("holidays: PT", "holidays: Portugal", "the ISO code of the country in capitals"),
        ("    holidays: PT\n", "    half_days: 09:00-12:00\n", "expected the key holidays beside it"),
        ("calendar: office,", "calendar: offices,", 'did you mean "office"?'),
        ("lead: tom", "lead: tim", 'found "tim", expected the id of a person of this roster'),
        ("team: front_line", "team: front_lines", 'did you mean "front_line"?'),
        ("team: front_line", "team: [front_line, front_line]", 'found "front_line" for the second time'),
        ("manager: june", "manager: tom", "nobody is their own manager"),
        ("tom@example.org", "tom", "expected an e-mail address"),
        ("[en, pt-BR]", "[en, Portuguese]", 'found "Portuguese", expected a language code'),
        ("capacity: 5", "capacity: many", 'found "many", expected a whole number from 0 to 10000'),
        ("    capacity: 5\n", "", 'expected the key "capacity"'),
        ("active: no", "active: nope", "expected yes or no"),
        ("weekly from 2026-01-05", "weekly since 2026-01-05", "expected turns such as"),
        ("from 2026-01-05 09:00", "from 2026-02-30 09:00", '29:24: found "2026-02-30 09:00"'),
        ("from 2026-01-05 09:00", "from 2026-01-05 24:00", "a time of day such as 09:00"),
        ("[tom, june]", "[]", "found an empty list, expected people who take turns"),
        ("    turns: weekly from 2026-01-05 09:00 [tom, june]\n", "", "found neither turns nor shifts"),
        (
            "    shifts:\n      tom: {sat: 09:00-17:00}\n",
            "    shifts: {}\n",
            "found no shifts, expected who is on call when",
        ),
        (
            "    calendar: always\n",
            "    turns: daily from 2026-01-05 09:00 [tom]\n",
            "found both, expected either",
        ),
        ("june from 2026-01-06", "jane from 2026-01-06", 'found "jane", expected the id of a person'),
        ("until 2026-01-07]", "until 2026-01-05]", "expected an end after the beginning"),
        ("until 2026-01-07]", "until soon]", 'found "soon", expected a moment such as'),
        ("june from 2026-01-06 until 2026-01-07", "june on Monday", "expected an override such as"),
        ("until: 2026-08-16", "until: 2026-08-01", "expected an end after the beginning"),
        ("substitute: june", "substitute: tom", "who is absent cannot stand in"),
        ("from: 2026-08-03", "from: next week", 'found "next week", expected a moment such as'),
        ("  - {person: june, from: 2026-10-01 14:30}", "  - {person: june}", 'expected the key "from"'),
    ],
)
def test_a_mistake_says_what_is_expected(old, new, complaint):
    assert old in SMALL
    text = SMALL.replace(old, new, 1)
    found = problems(text)
    assert any(complaint in problem for problem in found), found


def test_a_roster_without_people_is_refused():
    assert problems("roster: r\nversion: 1\npeople: {}\n") == [
        "roster.yaml:3:9: found a mapping, expected at least one person"
    ]


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_damaged_file_is_refused_in_order_or_read_but_never_a_crash(data):
    lines = EXAMPLE.splitlines(keepends=True)
    line = data.draw(st.integers(0, len(lines) - 1))
    damage = data.draw(st.sampled_from(["", "x", "- ", "[", "1", ":", "2026-99-99", "{}"]))
    place = data.draw(st.integers(0, len(lines[line]) - 1))
    lines[line] = lines[line][:place] + damage + lines[line][place + data.draw(st.integers(0, 3)) :]
    try:
        load("".join(lines), years=())
    except Problems as refusal:
        places = [(problem.line, problem.column) for problem in refusal.problems]
        assert places == sorted(places) != []


# There and back


@pytest.mark.parametrize("text", [SMALL, EXAMPLE], ids=["small", "example"])
@pytest.mark.parametrize("years", [(), (2026,), (2026, 2027)])
def test_what_is_written_reads_back_as_the_same_roster(text, years):
    roster = load(text, years)
    written = dump_roster(roster)
    assert load(written, years) == roster
    assert dump_roster(load(written, years)) == written


def test_written_holidays_are_not_looked_up_again_but_new_years_are():
    written = dump_roster(load(SMALL, (2026,))).replace(
        "2026-04-25 (Freedom Day)", "2026-04-25 (Dia da Liberdade)"
    )
    later = load(written, (2026, 2027)).calendar("office")
    names = {closure.date: closure.name for closure in later.closures}
    assert (names[date(2026, 4, 25)], names[date(2027, 4, 25)]) == ("Dia da Liberdade", "Freedom Day")
    assert later.holiday_years == (2026, 2027)


ids = st.sampled_from(["ana", "bo", "no", "null", "on"])
texts = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=12).filter(
    str.strip
)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda at: at.replace(second=0, microsecond=0) if at.second % 2 else at
)
openings = st.integers(0, 1439).flatmap(
    lambda start: st.tuples(st.just(start), st.integers(start + 1, start + 1440))
)
day_hours = st.lists(openings, max_size=2).map(tuple)
weeks = st.tuples(*[st.one_of(st.just(((540, 1020),)), day_hours)] * 7)
zones = st.sampled_from(["Europe/Lisbon", "America/Havana", "Australia/Lord_Howe"])
calendars = st.builds(
    Calendar,
    name=st.just("hours"),
    zone=zones,
    week=weeks,
    closures=st.dictionaries(
        st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.tuples(day_hours, st.just("") | texts)
    ).map(lambda found: tuple(Closure(day, *rest) for day, rest in sorted(found.items()))),
)


@st.composite
def periods(draw):
    start = draw(moments)
    return start, start + timedelta(
        minutes=draw(st.integers(1, 90_000)), seconds=draw(st.sampled_from([0, 0, 1]))
    )


@st.composite
def rosters(draw):
    names = draw(st.lists(ids, min_size=1, unique=True))
    some = st.sampled_from(names)
    people = tuple(
        Person(
            id=name,
            name=draw(texts),
            capacity=draw(st.integers(0, 9)),
            email=draw(st.sampled_from(["", "a@example.org"])),
            role=draw(st.just("") | texts),
            teams=draw(st.sampled_from([(), ("yes",)])),
            languages=draw(st.sampled_from([(), ("no", "pt-BR")])),
            calendar=draw(st.sampled_from(["", "hours", "always"])),
            contacts=draw(st.just(()) | st.tuples(st.builds(Contact, st.just("sms"), texts))),
            active=draw(st.booleans()),
        )
        for name in names
    )
    turns = st.builds(
        Turns,
        st.lists(some, min_size=1, max_size=3).map(tuple),
        st.sampled_from([1, 7, 24, 36, 48, 168, 504]),
        moments.map(lambda at: at.replace(tzinfo=None, second=0, microsecond=0)),
    )
    shifts = st.lists(st.builds(Shift, some, weeks), min_size=1, unique_by=lambda shift: shift.person).map(
        tuple
    )
    kind = draw(st.booleans())
    overrides = st.lists(
        st.builds(lambda period, name: Override(period[0], period[1], name), periods(), some), max_size=2
    ).map(tuple)
    rota = Rota(
        id="duty",
        name=draw(texts),
        zone=draw(zones),
        turns=draw(turns) if kind else None,
        shifts=() if kind else draw(shifts),
        overrides=draw(overrides),
        calendar=draw(st.sampled_from(["", "hours"])),
    )
    absences = st.lists(
        st.builds(
            lambda name, period, ends, why: Absence(name, period[0], period[1] if ends else None, why),
            some,
            periods(),
            st.booleans(),
            st.just("") | texts,
        ),
        max_size=2,
    )
    return Roster(
        name="drawn",
        version=draw(st.integers(0, 99)),
        people=people,
        teams=(Team("yes", draw(texts), lead=draw(some)),),
        calendars=(draw(calendars),),
        rotas=(rota,),
        absences=tuple(draw(absences)),
    )


@settings(max_examples=60, deadline=None)
@given(rosters())
def test_any_roster_reads_back_as_it_was(roster):
    assert load(dump_roster(roster)) == roster


# Holidays by country


def test_a_region_has_holidays_of_its_own():
    epiphany = date(2026, 1, 6)
    bavaria = holidays_by_country.closures("DE", "BY", [2026])
    assert Closure(epiphany, name="Epiphany") in bavaria
    assert epiphany not in {closure.date for closure in holidays_by_country.closures("DE", "", [2026])}


def test_official_half_days_are_days_like_any_other_unless_hours_are_given():
    christmas_eve = date(2026, 12, 24)
    mornings = ((540, 720),)
    without = holidays_by_country.closures("IS", "", [2026])
    given_hours = holidays_by_country.closures("IS", "", [2026], mornings)
    assert christmas_eve not in {closure.date for closure in without}
    assert {closure.date: closure.open for closure in given_hours}[christmas_eve] == mornings


def test_an_unknown_country_is_refused_with_a_hint():
    with pytest.raises(holidays_by_country.UnknownPlace, match="did you mean"):
        holidays_by_country.closures("PRTT", "", [2026])


def test_no_years_no_holidays():
    assert holidays_by_country.closures("PT", "", []) == ()


# Moments


def test_a_time_shown_twice_is_written_so_that_it_reads_back():
    first, second = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert hours.moment_in_words(first, "Europe/Lisbon") == "2026-10-25 01:30"
    assert hours.moment_in_words(second, "Europe/Lisbon") == "2026-10-25T01:30:00Z"
    assert hours.moment("2026-10-25T01:30:00Z", "Europe/Lisbon") == second


# The house that is shipped


def example():
    return load(EXAMPLE, years=(2026, 2027))


def test_the_shipped_house_has_somebody_for_every_team_at_noon_of_a_working_day():
    noon = datetime(2026, 11, 24, 11, tzinfo=UTC)
    chosen = {
        team.id: choose(example(), Need(targets=(f"team:{team.id}",)), at=noon, load={})
        for team in example().teams
    }
    assert {team: type(found) for team, found in chosen.items()} == dict.fromkeys(chosen, Choice)


def test_the_shipped_house_always_has_a_duty_manager_who_can_be_reached():
    christmas_night = datetime(2026, 12, 25, 3, tzinfo=UTC)
    roster = example()
    for hour in range(0, 21 * 24, 6):
        at = christmas_night + timedelta(hours=hour)
        assert isinstance(
            choose(roster, Need(targets=("rota:duty_manager",), channels=("sms",)), at=at, load={}), Choice
        )


def test_the_shipped_house_keeps_portuguese_holidays_and_a_short_christmas_eve():
    roster = example()
    office = roster.calendar("lisbon_office")
    week = datetime(2026, 12, 21, tzinfo=UTC), datetime(2026, 12, 28, tzinfo=UTC)
    assert elapsed(office, *week) == timedelta(hours=8 * 3 + 4)
    assert availability(roster, "tom", datetime(2026, 12, 24, 14, tzinfo=UTC)) == Unavailable(
        "outside_hours", datetime(2026, 12, 28, 9, tzinfo=UTC)
    )


def test_the_shipped_night_desk_has_somebody_at_every_hour_of_a_holiday_month():
    roster = example()
    night = datetime(2026, 11, 24, 22, tzinfo=UTC)
    assert on_call(roster, "night_desk", night) == OnCall(
        "omar", datetime(2026, 11, 30, 9, tzinfo=UTC), "noor"
    )
    hours = [night + timedelta(hours=hour) for hour in range(24 * 40)]
    assert [hour for hour in hours if not people_in(roster, "rota:night_desk", hour)] == []


def test_the_shipped_house_survives_json():
    assert msgspec.json.decode(msgspec.json.encode(example()), type=Roster) == example()
