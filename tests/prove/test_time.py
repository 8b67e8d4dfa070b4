"""Spells and corners say the same as asking at every minute, on rosters and calendars of any shape."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from leeway.core import clocks
from leeway.core.policy import Span
from leeway.core.roster import Absence, Override, Person, Roster, Rota, Shift, Team, Turns, people_in
from leeway.core.routing import Choice, Need, choose
from leeway.core.worktime import Calendar, Closure
from leeway.prove.availability import Year
from leeway.prove.spans import Chain, Worktimes

SPRING = datetime(2027, 3, 27, 12, tzinfo=UTC)
AUTUMN = datetime(2027, 10, 30, 12, tzinfo=UTC)
ZONES = ("Europe/Lisbon", "Europe/Berlin", "America/New_York", "Pacific/Chatham")
HALF_HOURS = st.integers(0, 47).map(lambda number: number * 30)


@st.composite
def days(draw):
    edges = sorted(draw(st.lists(HALF_HOURS, min_size=0, max_size=4, unique=True)))
    return tuple(zip(edges[::2], edges[1::2], strict=False))


@st.composite
def calendars(draw, name="c"):
    closed = draw(st.booleans())
    closures = (Closure(date(2027, 3, 28)), Closure(date(2027, 10, 31), ((540, 720),))) if closed else ()
    return Calendar(name, draw(st.sampled_from(ZONES)), tuple(draw(days()) for _ in range(7)), closures)


@st.composite
def rosters(draw, start):
    moments = st.integers(-600, 3000).map(lambda minutes: start + timedelta(minutes=minutes))
    names = ("ana", "ben", "cleo")
    absences = []
    for _ in range(draw(st.integers(0, 4))):
        begins = draw(moments)
        length = draw(st.none() | st.integers(1, 2000))
        ends = None if length is None else begins + timedelta(minutes=length)
        who = draw(st.sampled_from(names))
        absences.append(Absence(who, begins, ends, "", draw(st.sampled_from(("", *(set(names) - {who}))))))
    kind = draw(st.sampled_from(("turns", "shifts")))
    overrides = []
    for _ in range(draw(st.integers(0, 2))):
        begins = draw(moments)
        length = timedelta(minutes=draw(st.integers(1, 900)))
        overrides.append(Override(begins, begins + length, draw(st.sampled_from(names))))
    turns = Turns(
        tuple(draw(st.permutations(names))[:2]),
        draw(st.integers(1, 9)),
        datetime.fromisoformat(f"2027-03-28T0{draw(st.integers(0, 5))}:30"),
    )
    shifts = tuple(Shift(name, tuple(draw(days()) for _ in range(7))) for name in names[:2])
    rota = Rota(
        "duty",
        "Duty",
        draw(st.sampled_from(ZONES)),
        turns=turns if kind == "turns" else None,
        shifts=shifts if kind == "shifts" else (),
        overrides=tuple(overrides),
        calendar=draw(st.sampled_from(("", "one"))),
    )
    people = tuple(
        Person(
            id=name,
            name=name.title(),
            capacity=draw(st.sampled_from((0, 3, 3))),
            email=draw(st.sampled_from(("", "a@b.c", "a@b.c"))),
            teams=("team",) if name != "cleo" else (),
            calendar=draw(st.sampled_from(("one", "two", ""))),
            active=draw(st.sampled_from((True, True, False))),
        )
        for name in names
    )
    calendars_ = (draw(calendars("one")), draw(calendars("two")))
    return Roster("r", 1, people, (Team("team", "Team", "one"),), calendars_, (rota,), tuple(absences))


@settings(max_examples=6, deadline=None)
@given(st.data(), st.sampled_from((SPRING, AUTUMN)))
def test_whoever_is_chosen_is_chosen_at_every_minute_of_the_spell(data, start):
    roster = data.draw(rosters(start))
    year = Year(roster, start, start + timedelta(hours=24))
    for target in ("team:team", "rota:duty", "person:ana"):
        need = Need(targets=(target,))
        spells = year.chosen(need)
        assert spells[0].start == start
        assert spells[-1].end == year.end
        assert all(one.end == other.start for one, other in pairwise(spells))
        for spell in spells:
            at = spell.start
            while at < spell.end:
                found = choose(roster, need, at=at, load={}, explain=False)
                assert (found.person if isinstance(found, Choice) else "") == spell.answer, (target, at)
                at += timedelta(minutes=13)


@settings(max_examples=6, deadline=None)
@given(st.data(), st.sampled_from((SPRING, AUTUMN)))
def test_whoever_a_target_names_is_named_at_every_minute_of_the_spell(data, start):
    roster = data.draw(rosters(start))
    year = Year(roster, start, start + timedelta(hours=24))
    for target in ("rota:duty", "next:duty", "team:team"):
        for spell in year.named(target):
            at = spell.start
            while at < spell.end:
                now = people_in(roster, target, at)
                if target != "next:duty":  # who comes next may change before the next hand-over is seen
                    assert now == spell.answer, (target, at)
                at += timedelta(minutes=17)


SPANS = st.builds(Span, st.integers(1, 200).map(lambda number: number * 900), st.booleans())


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(SPANS, calendars()), min_size=1, max_size=3), st.sampled_from((SPRING, AUTUMN)))
def test_the_longest_is_as_long_as_the_longest_of_every_minute(links, start):
    end = start + timedelta(days=1)
    times = Worktimes(start, end)
    chain = Chain([times.link(span, calendar) for span, calendar in links])

    def takes(at: datetime) -> timedelta:
        due = at
        for span, calendar in links:
            due = clocks.due_after(span, due, calendar)
        return due - at

    longest, at = times.longest(chain)
    every_minute = max(takes(start + timedelta(minutes=minute)) for minute in range(24 * 60))
    assert timedelta() <= timedelta(seconds=longest) - every_minute <= timedelta(minutes=1)
    if at < end:
        assert timedelta(seconds=longest) - takes(at) <= timedelta(minutes=1)


@settings(max_examples=15, deadline=None)
@given(SPANS, SPANS, calendars(), st.sampled_from((SPRING, AUTUMN)))
def test_one_is_later_than_another_by_at_most_what_every_minute_shows(one, other, calendar, start):
    times = Worktimes(start, start + timedelta(days=1))
    first, second = Chain((times.link(one, calendar),)), Chain((times.link(other, calendar),))
    late, _ = times.latest_after(first, second)
    minutes = (start + timedelta(minutes=minute) for minute in range(24 * 60))
    worst = max(clocks.due_after(one, at, calendar) - clocks.due_after(other, at, calendar) for at in minutes)
    assert timedelta() <= timedelta(seconds=late) - worst <= timedelta(minutes=1)
