"""Made-up houses of any size without a hole: many rules over many columns, many people, rotas, holidays, absences.

The same seed makes the same house. Used by the bench, and by the prover's own tests, which then break it on purpose.
"""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

from leeway.core.policy import (
    AuthorityLimit,
    CaseClocks,
    Condition,
    Is,
    Level,
    LevelSteps,
    NobodyThere,
    OneOf,
    Policy,
    Rule,
    Span,
    Step,
    Test,
    Warn,
    Within,
)
from leeway.core.roster import Absence, Contact, Person, Roster, Rota, Team, Turns
from leeway.core.worktime import Calendar, Closure

MINUTE, HOUR, DAY = 60, 3600, 86_400
WORKDAY = 8 * HOUR
OFFICE = ((540, 780), (840, 1080))
START = datetime(2026, 11, 22, tzinfo=UTC)
_WALL = datetime.fromisoformat("2026-01-05T08:00")
"""A wall time, hence without zone: turns follow the clock on the wall."""

NUMBERS = (
    "contacts_30d",
    "attempts",
    "reassigned",
    "unanswered",
    "tenure_years",
    "earlier_escalations",
    "times_explained",
)
WORDS = {
    "tier": ("standard", "silver", "gold", "platinum"),
    "region": ("north", "south", "east", "west"),
    "product": ("phone", "laptop", "router", "cable", "service"),
    "channel": ("chat", "email", "phone"),
    "language": ("en", "de", "pt"),
}


def house(rules: int = 200, columns: int = 12, people: int = 50, seed: int = 7) -> tuple[Policy, Roster]:
    """A policy of that many rules over that many columns, and a roster of that many people, that fit each other."""
    rng = random.Random(seed)
    return _policy(rng, rules, columns), _roster(rng, people)


# --- the policy


def _policy(rng: random.Random, count: int, columns: int) -> Policy:
    return Policy(
        name="made_up",
        version=1,
        close_within=Span(45 * DAY),
        levels=(
            _level("agent", 0, "supervisor", Span(8 * HOUR, True), Span(4 * HOUR, True)),
            _level("supervisor", 1, "manager", Span(8 * HOUR, True), Span(4 * HOUR, True)),
            _level("manager", 2, "mediator", Span(3 * WORKDAY, True), Span(WORKDAY, True)),
            _level("mediator", 3, "", Span(10 * DAY), Span(3 * DAY)),
        ),
        desks=(_desk("care"), _desk("technical")),
        rules=(*_must(), *_made_up_rules(rng, count - len(_must()), columns)),
        nobody_there=tuple(
            NobodyThere(level, hand_to=f"rota:{rota}", tell_customer="out_of_hours")
            for rota, levels in {
                "duty": ("agent", "supervisor", "care", "technical", "mediator"),
                "second": ("manager",),
            }.items()
            for level in levels
        ),
        steps=(
            LevelSteps(
                "supervisor", (Step("tell", Span(0), "team:supervisor"), Step("tell", Span(600), "rota:duty"))
            ),
            LevelSteps(
                "manager",
                (Step("tell", Span(0), "rota:duty"), Step("update_customer", Span(DAY), every=Span(DAY))),
            ),
        ),
        clocks=CaseClocks(
            first_response=Span(HOUR, True),
            next_response=Span(4 * HOUR, True),
            follow_up=Span(2 * DAY),
            approval=Span(30 * MINUTE),
            consult=Span(10 * MINUTE),
        ),
        authority=tuple(
            AuthorityLimit(level, instrument, amount, "EUR")
            for instrument in ("refund", "credit", "discount")
            for level, amount in (
                ("agent", 5_000),
                ("supervisor", 30_000),
                ("care", 30_000),
                ("technical", 30_000),
                ("manager", 200_000),
                ("mediator", 1_000_000),
            )
        ),
        customer_messages={
            "escalated": "{owner} has it now. News by {update_due}.",
            "handed_over": "{owner} has it now.",
            "update": "Still at it. News by {update_due}.",
            "out_of_hours": "Somebody is here again {next_open}.",
            "resolved": "We think it is solved.",
            "follow_up": "Is it?",
        },
        values={"tier": WORDS["tier"], "region": WORDS["region"], "product": WORDS["product"]},
        zone="Europe/Lisbon",
    )


def _level(name: str, rank: int, climbs_to: str, resolve: Span, update: Span) -> Level:
    warn = (Warn(percent=75), Warn(before=Span(HOUR), tell=("owner", "rota:duty")))
    return Level(
        name,
        f"team:{name}",
        Span(15 * MINUTE),
        resolve,
        update,
        rank=rank,
        climbs_to=climbs_to,
        warn=warn,
        climb_after_silent_accepts=2,
    )


def _desk(name: str) -> Level:
    level = _level(name, 1, "manager", Span(2 * WORKDAY, True), Span(4 * HOUR, True))
    return Level(
        **{field: getattr(level, field) for field in level.__struct_fields__} | {"kind": "functional"}
    )


def _when(**tests: Test) -> tuple[Condition, ...]:
    return tuple(Condition(column, test) for column, test in tests.items())


def _must() -> tuple[Rule, ...]:
    """Answers to every case that needs somebody."""
    least = Within
    return (
        Rule("law", _when(cue=OneOf(("legal_threat", "regulator_threat"))), "manager", "regulator_or_legal"),
        Rule("vulnerable", _when(cue=OneOf(("vulnerable",))), "care", "vulnerable_customer"),
        Rule("public", _when(cue=OneOf(("public_threat",))), "manager", "unmet_expectation"),
        Rule("asks", _when(cue=OneOf(("asks_for_supervisor",))), "supervisor", "customer_request"),
        Rule("leaves", _when(cue=OneOf(("churn_threat",))), "supervisor", "unmet_expectation"),
        Rule("broken", _when(promise=OneOf(("broken",))), "supervisor", "broken_promise"),
        Rule(
            "third", _when(contacts_30d=least(low=3), same_matter=Is(True)), "supervisor", "repeat_incident"
        ),
        Rule(
            "limit", _when(offer_needed=Within(above_authority=True)), "supervisor", "insufficient_authority"
        ),
        Rule("declined", _when(refused=least(low=3)), "supervisor", "no_resolution"),
        Rule("told", _when(people_explained_to=least(low=3)), "supervisor", "poor_communication"),
        Rule("again", _when(reopened=least(low=2)), "supervisor", "no_resolution"),
        Rule("waited", _when(waiting=least(low=DAY), unanswered=least(low=2)), "supervisor", "time_limit"),
        Rule("storm", _when(risk=least(low=0.8), trend=OneOf(("declining",))), "supervisor", "frustration"),
    )


def _made_up_rules(rng: random.Random, count: int, columns: int) -> tuple[Rule, ...]:
    """Rules that are about something of their own each, so that none hides another."""
    found: list[Rule] = []
    seen: set[tuple[object, ...]] = set()
    all_columns = [*WORDS, *NUMBERS][:columns]
    while len(found) < count:
        chosen = rng.sample(all_columns, rng.randint(2, 4))
        when = tuple(Condition(column, _test(rng, column)) for column in sorted(chosen))
        event = Condition("event", OneOf((f"event_{len(found):03d}",)))
        key = tuple((one.column, str(one.test)) for one in when)
        if key not in seen:
            seen.add(key)
            go = rng.choice(("supervisor", "care", "technical", "manager"))
            found.append(Rule(f"made up {len(found)}", (*when, event), go, "missing_information_or_skill"))
    return tuple(found)


def _test(rng: random.Random, column: str) -> Test:
    if column in WORDS:
        words = tuple(rng.sample(WORDS[column], rng.randint(1, 2)))
        return OneOf(words, negated=rng.random() < 0.2)
    low = rng.randint(1, 4)
    return Within(low=low) if rng.random() < 0.7 else Within(low=low, high=low + rng.randint(0, 3))


# --- the roster


def _roster(rng: random.Random, count: int) -> Roster:
    teams = ("agent", "supervisor", "manager", "mediator", "care", "technical")
    calendars = (_calendar("lisbon", "Europe/Lisbon"), _calendar("berlin", "Europe/Berlin"), _late())
    people = tuple(_person(number, teams, rng) for number in range(count))
    duty = tuple(one.id for one in people if one.teams[0] in ("supervisor", "care", "technical"))[:8]
    second = tuple(one.id for one in people if one.teams[0] in ("manager", "mediator"))[:8]
    return Roster(
        name="made_up",
        version=1,
        people=people,
        teams=tuple(Team(team, team.title(), calendar="lisbon", lead=_first(people, team)) for team in teams),
        calendars=calendars,
        rotas=(
            Rota("duty", "Duty", "Europe/Lisbon", turns=Turns(duty, 12, _WALL)),
            Rota("second", "Second", "Europe/Lisbon", turns=Turns(second, 24, _WALL)),
        ),
        absences=tuple(
            Absence(one.id, START + timedelta(days=7 * n), START + timedelta(days=7 * n + 5), "holiday")
            for n, one in enumerate(people)
            if one.id not in (*duty, *second) and n % 3 == 0
        ),
    )


def _first(people: tuple[Person, ...], team: str) -> str:
    return next(one.id for one in people if team in one.teams)


def _person(number: int, teams: tuple[str, ...], rng: random.Random) -> Person:
    team = teams[number % len(teams)]
    name = f"p{number:03d}"
    return Person(
        id=name,
        name=f"Person {number}",
        capacity=rng.randint(4, 10),
        email=f"{name}@example.org",
        teams=(team,),
        languages=("en",),
        calendar=rng.choice(("lisbon", "berlin", "late")),
        manager="p002" if number != 2 else "",
        contacts=(Contact("chat", f"@{name}"),),
    )


def _calendar(name: str, zone: str) -> Calendar:
    days = [
        date(year, month, day)
        for year in (2026, 2027, 2028)
        for month, day in ((1, 1), (5, 1), (12, 25), (12, 26))
    ]
    return Calendar(name, zone, (OFFICE,) * 5 + ((), ()), tuple(Closure(day, (), "holiday") for day in days))


def _late() -> Calendar:
    return Calendar("late", "Europe/Lisbon", (((720, 1260),),) * 5 + (((600, 960),), ()))
