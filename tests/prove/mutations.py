"""Defects put into sound matrices and rosters, one at a time, by a generator that always makes the same ones.

An operator takes a random source, a policy and a roster and gives both back with one defect of its kind, or None where
the house has nothing to break so. Beside it stand the kinds of findings of which at least one has to come.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from msgspec.structs import replace

from leeway.core.authority import most_of_level
from leeway.core.matrix import first_match
from leeway.core.policy import (
    Condition,
    Level,
    NobodyThere,
    OneOf,
    Policy,
    RegulatorClock,
    Rule,
    Span,
    Warn,
    Within,
)
from leeway.core.roster import Absence, Person, Roster, Rota, Shift, Turns
from leeway.core.situation import Situation
from leeway.core.worktime import Calendar, Closure

HOUR, DAY = 3600, 86_400
Broken = tuple[Policy, Roster] | None
Operator = Callable[[random.Random, Policy, Roster], Broken]

OPERATORS: dict[str, tuple[Operator, frozenset[str]]] = {}


class Mutant(NamedTuple):
    name: str
    operator: str
    policy: Policy
    roster: Roster
    expected: frozenset[str]


def operator(*kinds: str) -> Callable[[Operator], Operator]:
    def keep(function: Operator) -> Operator:
        OPERATORS[function.__name__] = function, frozenset(kinds)
        return function

    return keep


def mutants(houses: Iterable[tuple[str, Policy, Roster]], seeds: int) -> list[Mutant]:
    """Every operator on every house, ``seeds`` times with other choices; the same defect counts once."""
    found: list[Mutant] = []
    for house, policy, roster in houses:
        for name, (function, kinds) in OPERATORS.items():
            known: set[str] = set()
            for seed in range(seeds):
                broken = function(random.Random(f"{house} {name} {seed}"), policy, roster)
                if broken is not None and (told := repr(broken)) not in known:
                    known.add(told)
                    found.append(Mutant(f"{house}-{name}-{seed}", name, *broken, kinds))
    return found


# --- helpers


def _levels(policy: Policy, change: Callable[[Level], Level | None]) -> Policy:
    """Each level changed, or left as it is where ``change`` gives None."""
    return replace(
        policy,
        levels=tuple(change(level) or level for level in policy.levels),
        desks=tuple(change(level) or level for level in policy.desks),
    )


def _only(name: str, **changes: object) -> Callable[[Level], Level | None]:
    return lambda level: replace(level, **changes) if level.name == name else None


def _people(roster: Roster, who: Iterable[str], **changes: object) -> Roster:
    chosen = set(who)
    return replace(
        roster, people=tuple(replace(one, **changes) if one.id in chosen else one for one in roster.people)
    )


def _rota(roster: Roster, name: str, **changes: object) -> Roster:
    return replace(
        roster, rotas=tuple(replace(one, **changes) if one.id == name else one for one in roster.rotas)
    )


def _without_plan(policy: Policy, level: str) -> Policy:
    return replace(policy, nobody_there=tuple(plan for plan in policy.nobody_there if plan.level != level))


def _planned(policy: Policy, level: str, plan: NobodyThere) -> Policy:
    return replace(policy, nobody_there=(*_without_plan(policy, level).nobody_there, plan))


def _any_level(rng: random.Random, policy: Policy) -> Level:
    return rng.choice((*policy.levels, *policy.desks))


def _below_the_top(rng: random.Random, policy: Policy) -> Level:
    return rng.choice((*policy.levels[:-1], *policy.desks))


def _team_of(level: Level) -> str:
    return level.target.partition(":")[2]


def _by_rota(policy: Policy) -> list[NobodyThere]:
    return [plan for plan in policy.nobody_there if plan.hand_to.startswith("rota:")]


def _rules(policy: Policy, rules: Iterable[Rule]) -> Policy:
    return replace(policy, rules=tuple(rules))


def _from(rng: random.Random, weeks: int = 40) -> datetime:
    """A Monday morning of the coming year."""
    return datetime(2026, 12, 7, 6, tzinfo=UTC) + timedelta(weeks=rng.randrange(weeks))


CALM = {"level": "agent"}
BARE = {
    "legal_threat": Situation(cue=("legal_threat",), **CALM),
    "regulator_threat": Situation(cue=("regulator_threat",), **CALM),
    "vulnerable": Situation(cue=("vulnerable",), **CALM),
    "asks": Situation(cue=("asks_for_supervisor",), **CALM),
    "public": Situation(cue=("public_threat",), **CALM),
    "broken": Situation(promise=("broken",), **CALM),
    "third": Situation(contacts_30d=3, same_matter=True, **CALM),
    "declined": Situation(refused=3, **CALM),
    "told": Situation(people_explained_to=4, times_explained=4, **CALM),
    "again": Situation(reopened=2, **CALM),
    "waited": Situation(waiting=3 * DAY, age=3 * DAY, unanswered=3, **CALM),
    "storm": Situation(risk=0.99, trend="declining", feeling="angry", patience=0, attempts=3, **CALM),
}


# --- rules


@operator("uncovered")
def rule_removed(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    """The rule that answers a case that needs somebody, and any that would step in for it."""
    bare = BARE[rng.choice(sorted(BARE))]
    while match := first_match(policy, bare):
        policy = _rules(policy, (rule for rule in policy.rules if rule.name != match.rule.name))
    return policy, roster


@operator("uncovered")
def event_forgotten(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    """An event the house sends, and no rule looks at it."""
    known = policy.values.get("event", ("parcel_lost",))
    event = rng.choice(known)

    def asks(rule: Rule) -> bool:
        return any(one.column == "event" and event in getattr(one.test, "values", ()) for one in rule.when)

    rules = (rule for rule in policy.rules if not asks(rule))
    return replace(policy, rules=tuple(rules), values={**policy.values, "event": known}), roster


@operator("uncovered")
def rule_narrowed(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    """A rule that must answer everybody answers one channel, region or language only."""
    bare = BARE[rng.choice(("legal_threat", "vulnerable", "asks", "third", "declined"))]
    match = first_match(policy, bare)
    if match is None:
        return None
    column, word = rng.choice((("channel", "email"), ("language", "pt"), ("brand", "mine")))
    narrow = replace(match.rule, when=(*match.rule.when, Condition(column, OneOf((word,)))))
    return _rules(policy, (narrow if rule is match.rule else rule for rule in policy.rules)), roster


@operator("uncovered")
def threshold_raised(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    """So high that the third contact, the third refusal, the second return is nobody's."""
    column = rng.choice(("contacts_30d", "refused", "reopened", "people_explained_to"))
    raised = tuple(
        replace(
            rule,
            when=tuple(
                replace(one, test=Within(low=rng.choice((8, 30)))) if one.column == column else one
                for one in rule.when
            ),
        )
        if not rule.name.startswith("made up")
        else rule
        for rule in policy.rules
    )
    return None if raised == policy.rules else (_rules(policy, raised), roster)


@operator("dead_rule", "late_rule", "contradiction")
def broader_rule_above(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    """A rule that asks for less stands above one that asks for more."""
    longer = [rule for rule in policy.rules if len(rule.when) > 1]
    hidden = rng.choice(longer)
    kept = rng.sample(hidden.when, len(hidden.when) - 1)
    broader = replace(
        hidden, name="broader", when=tuple(kept), go=rng.choice((hidden.go, "supervisor", "manager"))
    )
    place = rng.randint(0, policy.rules.index(hidden))
    return _rules(policy, (*policy.rules[:place], broader, *policy.rules[place:])), roster


@operator("dead_rule", "late_rule", "contradiction")
def order_swapped(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    """Two rules in the wrong order, so that the particular one never decides."""

    def implied(narrow: Rule, wide: Rule) -> bool:
        return wide.when != () and set(map(repr, wide.when)) <= set(map(repr, narrow.when))

    pairs = [
        (i, j)
        for i, narrow in enumerate(policy.rules)
        for j, wide in enumerate(policy.rules)
        if i < j and implied(narrow, wide)
    ]
    if not pairs:
        return None
    i, j = rng.choice(pairs)
    rules = list(policy.rules)
    rules.insert(i, rules.pop(j))
    return _rules(policy, rules), roster


@operator("dead_rule", "late_rule", "contradiction")
def hidden_by_two_together(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    """Neither of two rules hides the third; both together do."""
    column, cut = rng.choice((("contacts_30d", 2), ("waiting", 7200), ("attempts", 1), ("tenure_years", 3)))
    base = rng.choice((Condition("cue", OneOf(("urgency",))), Condition("feeling", OneOf(("anxious",)))))
    first = Rule("below the cut", (base, Condition(column, Within(high=cut))), "supervisor", "frustration")
    second = Rule(
        "above the cut",
        (base, Condition(column, Within(low=cut, low_open=True))),
        "supervisor",
        "frustration",
    )
    third = Rule("nothing left", (base,), "supervisor", "frustration")
    return _rules(policy, (*policy.rules, first, second, third)), roster


@operator("contradiction", "dead_rule")
def same_cases_elsewhere(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    """Two rules ask for the very same and disagree."""
    one = rng.choice(policy.rules)
    other = next(level.name for level in (*policy.desks, *policy.levels[1:]) if level.name != one.go)
    return _rules(
        policy, (*policy.rules, replace(one, name="the same again", go=other, consult=False))
    ), roster


@operator("impossible_condition")
def test_nothing_passes(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    wrong = rng.choice(
        (
            Condition("risk", Within(low=1, low_open=True)),
            Condition("patience", Within(high=0, high_open=True)),
            Condition("contacts_30d", Within(high=0)),
            Condition("rating", Within(low=6)),
            Condition("trend", OneOf(("improving", "same", "declining"), negated=True)),
            Condition("requested_by", OneOf(("customer",))),
            Condition("attempts", Within(low=2, high=3, low_open=True, high_open=True)),
        )
    )
    place = rng.randint(0, len(policy.rules))
    rule = Rule("never", (wrong,), "supervisor", "frustration")
    return _rules(policy, (*policy.rules[:place], rule, *policy.rules[place:])), roster


@operator("impossible_condition")
def unknown_word(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    """A cue nothing can read, a tier nobody has."""
    tiers = policy.values.get("tier", ())
    wrong = rng.choice(
        [Condition("cue", OneOf((word,))) for word in ("voice_raised", "talk_over", "long_silence")]
        + ([Condition("tier", OneOf((tiers[-1] + "s",)))] if tiers else [])
    )
    return _rules(policy, (*policy.rules, Rule("unheard", (wrong,), "supervisor", "frustration"))), roster


@operator("leads_nowhere")
def leads_to_the_bottom(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    when = (Condition("cue", OneOf((rng.choice(("thanks", "satisfied", "urgency")),))),)
    return _rules(policy, (*policy.rules, Rule("stays", when, policy.levels[0].name, "frustration"))), roster


@operator("overtaken")
def advice_before_a_move(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    """A consult above what must move."""
    sign = rng.choice(("anger", "frustration", "urgency", "profanity"))
    asks = Rule("ask first", (Condition("cue", OneOf((sign,))),), "supervisor", "frustration", consult=True)
    return _rules(policy, (asks, *policy.rules)), roster


@operator("overtaken")
def law_overtaken(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    """What usually happens stands above the law, and goes lower."""
    usual = rng.choice(
        (
            Rule("usual", (Condition("cue", OneOf(("anger", "shouting"))),), "supervisor", "frustration"),
            Rule("usual", (Condition("unanswered", Within(low=2)),), "supervisor", "time_limit"),
            Rule("usual", (Condition("refused", Within(low=1)),), "supervisor", "no_resolution"),
        )
    )
    return _rules(policy, (usual, *policy.rules)), roster


# --- nobody there


@operator("nobody_there")
def plan_removed(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    return _without_plan(policy, _any_level(rng, policy).name), roster


@operator("nobody_there")
def plan_hands_to_itself(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    level = _any_level(rng, policy)
    return _planned(policy, level.name, NobodyThere(level.name, hand_to=level.target)), roster


@operator("nobody_there")
def plans_in_a_circle(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    one, other = rng.sample((*policy.levels, *policy.desks), 2)
    policy = _planned(policy, one.name, NobodyThere(one.name, hand_to=other.target))
    return _planned(policy, other.name, NobodyThere(other.name, hand_to=one.target)), roster


@operator("nobody_there", "no_such_target")
def plan_names_nobody(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    level = _any_level(rng, policy)
    return _planned(policy, level.name, NobodyThere(level.name, hand_to="rota:gone")), roster


@operator("nobody_there")
def gap_in_the_rota(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    """Somebody is on call all week but for some hours of one day."""
    plan = rng.choice(_by_rota(policy))
    people = _people_on(roster, plan.hand_to)
    day, start = rng.randrange(7), rng.choice((0, 60, 120, 22 * 60, 23 * 60))
    gap = rng.choice((15, 60, 60 * 4))
    parts = tuple(part for part in ((0, start), (min(start + gap, 1440), 1440)) if part[0] < part[1])
    week = tuple(parts if number == day else ((0, 1440),) for number in range(7))
    name = plan.hand_to.partition(":")[2]
    return policy, _rota(roster, name, turns=None, shifts=(Shift(people[0], week),), overrides=())


@operator("nobody_there")
def rota_of_another_zone(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    """Nights that fit the office in winter, and miss it by an hour for two weeks each spring and autumn."""
    plan = rng.choice(_by_rota(policy))
    people = _people_on(roster, plan.hand_to)
    zone, shift = rng.choice((("America/New_York", -300), ("America/Sao_Paulo", -180), ("Asia/Tokyo", 540)))
    level = next(level for level in (*policy.levels, *policy.desks) if level.name == plan.level)
    hours = {one.calendar for one in roster.people if _team_of(level) in one.teams and one.calendar}
    if hours:
        return None  # their hours overlap differently; the plain case is meant
    week = _complement(roster, level, shift)
    if week is None:
        return None
    name = plan.hand_to.partition(":")[2]
    return policy, _rota(roster, name, zone=zone, turns=None, shifts=(Shift(people[0], week),), overrides=())


def _complement(roster: Roster, level: Level, shift: int) -> tuple | None:
    """All minutes of the week in which the level's team is closed in winter, on a clock ``shift`` minutes off UTC."""
    team = next(team for team in roster.teams if team.id == _team_of(level))
    calendar = next((one for one in roster.calendars if one.name == team.calendar), None)
    if calendar is None or calendar.zone != "Europe/Lisbon":
        return None
    closed = [True] * (7 * 1440)
    for day, parts in enumerate(calendar.week):
        for start, end in parts:
            for minute in range(day * 1440 + start, day * 1440 + end):
                closed[(minute + shift) % (7 * 1440)] = False
    week = []
    for day in range(7):
        found: list[tuple[int, int]] = []
        begun = None
        for minute in range(1441):
            now = minute < 1440 and closed[day * 1440 + minute]
            if now and begun is None:
                begun = minute
            elif not now and begun is not None:
                found.append((begun, minute))
                begun = None
        week.append(tuple(found))
    return tuple(week)


@operator("nobody_there")
def rota_begins_later(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    plan = rng.choice(_by_rota(policy))
    name = plan.hand_to.partition(":")[2]
    people = _people_on(roster, plan.hand_to)
    starts = datetime.fromisoformat(f"2027-0{rng.randint(1, 9)}-05T09:00")
    return policy, _rota(roster, name, turns=Turns(people, 168, starts), shifts=(), overrides=())


@operator("nobody_there")
def rota_closed_on_holidays(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    """The night desk keeps holidays, too."""
    plan = rng.choice(_by_rota(policy))
    day = rng.choice((date(2026, 12, 25), date(2027, 1, 1), date(2027, 5, 1)))
    always = (((0, 1440),),) * 7
    calendar = Calendar("but_holidays", "Europe/Lisbon", always, (Closure(day, (), "holiday"),))
    changed = replace(roster, calendars=(*roster.calendars, calendar))
    return policy, _rota(changed, plan.hand_to.partition(":")[2], calendar="but_holidays", overrides=())


@operator("nobody_there")
def daylight_saving_night(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    """On call by absolute times that leave out the hour that the clock shows twice."""
    plan = rng.choice(_by_rota(policy))
    people = _people_on(roster, plan.hand_to)
    autumn = datetime(
        2027, 10, 31, 0, 0, tzinfo=UTC
    )  # 01:00 summer time in Lisbon, and 01:00 again an hour later
    gap = timedelta(minutes=rng.choice((15, 30, 60)))
    away = tuple(Absence(who, autumn, autumn + gap) for who in people)
    return policy, replace(roster, absences=(*roster.absences, *away))


@operator("nobody_there")
def on_call_and_absent(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    """Everybody of the rota is away in the same week, and nobody stands in."""
    plan = rng.choice(_by_rota(policy))
    start = _from(rng)
    away = tuple(
        Absence(who, start, start + timedelta(days=6, hours=20)) for who in _people_on(roster, plan.hand_to)
    )
    return policy, replace(roster, absences=(*roster.absences, *away))


@operator("wait_too_long", "nobody_there")
def everybody_away(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    """A whole team is on holiday while the plan is to wait."""
    level = _any_level(rng, policy)
    start = _from(rng, 30)
    weeks = 8
    members = roster.members(_team_of(level))
    others = tuple(one for one in roster.absences if one.person not in members)
    away = tuple(Absence(who, start, start + timedelta(weeks=weeks)) for who in members)
    plan = NobodyThere(level.name, wait=True)
    return _planned(policy, level.name, plan), replace(roster, absences=(*others, *away))


def _people_on(roster: Roster, target: str) -> tuple[str, ...]:
    rota = next(one for one in roster.rotas if one.id == target.partition(":")[2])
    return rota.turns.people if rota.turns else tuple(shift.person for shift in rota.shifts)


# --- people


@operator("never_staffed")
def team_may_own_nothing(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    """Everybody of a team has capacity 0, though the plan would hide it."""
    members = roster.members(_team_of(_any_level(rng, policy)))
    return policy, _people(roster, members, capacity=0)


@operator("nobody_there")
def capacity_zero(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    plan = rng.choice(_by_rota(policy))
    return policy, _people(roster, [rng.choice(_people_on(roster, plan.hand_to))], capacity=0)


@operator("unreachable_person")
def nothing_reaches_them(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    who = rng.choice([one.id for one in roster.people if one.active])
    return policy, _people(roster, [who], email="", contacts=())


@operator("empty_team", "nobody_there")
def team_empty(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    level = _any_level(rng, policy)
    team = _team_of(level)
    return policy, replace(
        roster,
        people=tuple(replace(one, teams=tuple(t for t in one.teams if t != team)) for one in roster.people),
    )


@operator("empty_team", "nobody_there")
def team_has_left(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    return policy, _people(roster, roster.members(_team_of(_any_level(rng, policy))), active=False)


@operator("never_staffed")
def skill_nobody_has(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    level = _any_level(rng, policy)
    return _levels(policy, _only(level.name, skills=("juggling",))), roster


@operator("substitutes_circle")
def substitutes_in_a_circle(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    count = rng.choice((2, 3))
    who = rng.sample([one.id for one in roster.people if one.active], count)
    start = _from(rng)
    others = tuple(one for one in roster.absences if one.person not in who)
    circle = tuple(
        Absence(one, start + timedelta(hours=n), start + timedelta(days=5), "", who[(n + 1) % count])
        for n, one in enumerate(who)
    )
    return policy, replace(roster, absences=(*others, *circle))


@operator("substitute_missing")
def substitute_away_too(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    one, other = rng.sample([one.id for one in roster.people if one.active], 2)
    start = _from(rng)
    others = tuple(away for away in roster.absences if away.person not in (one, other))
    pair = (
        Absence(one, start, start + timedelta(days=7), "", other),
        Absence(other, start + timedelta(days=rng.randint(0, 4)), start + timedelta(days=6)),
    )
    return policy, replace(roster, absences=(*others, *pair))


@operator(
    "substitute_missing", "empty_team", "left_on_rota", "lead_has_left", "nobody_there", "told_to_nobody"
)
def substitute_has_left(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    one, other = rng.sample([one.id for one in roster.people if one.active], 2)
    start = _from(rng)
    others = tuple(away for away in roster.absences if away.person not in (one, other))
    gone = _people(roster, [other], active=False)
    return policy, replace(
        gone, absences=(*others, Absence(one, start, start + timedelta(days=3), "", other))
    )


@operator("managers_circle")
def managers_in_a_circle(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    one, other = rng.sample([one.id for one in roster.people if one.active], 2)
    return policy, _people(_people(roster, [one], manager=other), [other], manager=one)


@operator("in_no_team")
def in_no_team(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    new = Person(id="new_one", name="New One", capacity=rng.randint(1, 9), email="new@example.org")
    return policy, replace(roster, people=(*roster.people, new))


@operator("never_open")
def calendar_never_opens(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    chosen = rng.choice(roster.calendars)
    shut = replace(chosen, week=((),) * 7, closures=())
    calendars = tuple(shut if one is chosen else one for one in roster.calendars)
    return policy, replace(roster, calendars=calendars)


@operator("told_to_nobody", "given_to_nobody", "nobody_there")
def tells_nobody(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    """A rule tells a rota that is empty at night."""
    who = rng.choice([one.id for one in roster.people if one.active])
    week = tuple(((540, 1080),) if day < 5 else () for day in range(7))
    rota = Rota("day_only", "Day only", "Europe/Lisbon", shifts=(Shift(who, week),))
    rule = rng.choice(policy.rules)
    told = replace(rule, tell=(*rule.tell, "rota:day_only"))
    rules = tuple(told if one is rule else one for one in policy.rules)
    return _rules(policy, rules), replace(roster, rotas=(*roster.rotas, rota))


@operator("lead_has_left", "empty_team", "left_on_rota", "nobody_there")
def lead_has_left(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    team = rng.choice([team for team in roster.teams if team.lead])
    return policy, _people(roster, [team.lead], active=False)


# --- ways and waits


@operator("climbs_into_nothing")
def climbs_into_nothing(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    return _levels(policy, _only(_below_the_top(rng, policy).name, climbs_to="directors")), roster


@operator("climbs_in_a_circle")
def climbs_down(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    level = rng.choice(policy.levels[1:])
    return _levels(policy, _only(level.name, climbs_to=policy.levels[level.rank - 1].name)), roster


@operator("accept_after_resolve")
def accept_too_long(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    level = _any_level(rng, policy)
    longer = rng.choice(
        (
            Span(level.resolve.seconds + rng.choice((60, HOUR)), level.resolve.working),
            Span(policy.close_within.seconds + DAY),
        )
    )
    return _levels(policy, _only(level.name, accept=longer)), roster


@operator("accept_after_resolve")
def too_many_silent_accepts(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    level = _any_level(rng, policy)
    times = level.resolve.seconds // max(level.accept.seconds, 1) * 4 + 3
    return _levels(policy, _only(level.name, climb_after_silent_accepts=times)), roster


@operator("update_after_resolve")
def update_too_slow(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    level = _any_level(rng, policy)
    slower = rng.choice((Span(level.resolve.seconds + HOUR, level.resolve.working), Span(40 * DAY)))
    return _levels(policy, _only(level.name, update=slower)), roster


@operator("chain_too_long")
def closes_too_early(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    return replace(policy, close_within=Span(rng.choice((3, 7, 10, 14)) * DAY)), roster


@operator("chain_too_long")
def level_takes_too_long(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    level = _any_level(rng, policy)
    longer = rng.choice((Span(policy.close_within.seconds), Span(40 * 8 * HOUR, working=True)))
    if level.name == policy.levels[0].name:
        return None
    return _levels(policy, _only(level.name, resolve=longer)), roster


@operator("regulator_too_late")
def regulator_is_faster(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    length = rng.choice((Span(5 * DAY), Span(12 * DAY), Span(5 * 8 * HOUR, working=True)))
    clock = RegulatorClock("final", "house", length, stops_on=rng.choice(("final_response", "resolved")))
    return replace(policy, regulators=(*policy.regulators, clock)), roster


@operator("step_too_late")
def step_too_late(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    groups = [group for group in policy.steps if group.level != policy.levels[-1].name]
    group = rng.choice(groups)
    level = policy.level(group.level)
    after = Span(level.resolve.seconds + rng.choice((60, DAY)), level.resolve.working)
    late = replace(rng.choice(group.steps), after=after, every=None)
    steps = tuple(replace(one, steps=(*one.steps, late)) if one is group else one for one in policy.steps)
    return replace(policy, steps=steps), roster


@operator("approval_too_slow")
def approval_too_slow(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    slow = rng.choice((Span(3 * DAY), Span(30 * DAY), Span(4 * 8 * HOUR, working=True)))
    return replace(policy, clocks=replace(policy.clocks, approval=slow)), roster


@operator("consult_too_slow")
def consult_too_slow(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    slow = Span(rng.choice((3, 9, 30)) * DAY)
    return replace(policy, clocks=replace(policy.clocks, consult=slow)), roster


@operator("answer_after_resolve")
def answer_too_slow(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    slow = Span(rng.choice((3, 6, 20)) * 8 * HOUR, working=True)
    name = rng.choice(("first_response", "next_response"))
    return replace(policy, clocks=replace(policy.clocks, **{name: slow})), roster


@operator("warning_too_early")
def warning_never_given(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    early = Warn(before=Span(rng.choice((60, 90, 365)) * DAY))
    level = _any_level(rng, policy)
    return _levels(policy, _only(level.name, warn=(*level.warn, early))), roster


# --- authority


@operator("authority_shrinks")
def authority_shrinks(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    higher = rng.choice(policy.levels[1:])
    chosen = rng.choice(
        [limit for limit in policy.authority if limit.level == higher.name and not limit.tiers]
    )
    below = [
        limit.amount
        for limit in policy.authority
        if limit.instrument == chosen.instrument and policy.levels[higher.rank - 1].name == limit.level
    ]
    if not below:
        return None
    smaller = replace(chosen, amount=min(below) - rng.choice((1, 100)))
    return replace(
        policy, authority=tuple(smaller if one is chosen else one for one in policy.authority)
    ), roster


@operator("authority_shrinks", "over_limit_leads_to_no_more")
def nobody_above_may_grant(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    instrument = rng.choice(
        sorted({limit.instrument for limit in policy.authority if limit.level == "agent"})
    )
    kept = tuple(one for one in policy.authority if one.level == "agent" or one.instrument != instrument)
    return replace(policy, authority=kept), roster


@operator("impossible_limit")
def limit_of_nothing(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    chosen = rng.choice(policy.authority)
    nothing = replace(chosen, amount=0)
    return replace(
        policy, authority=tuple(nothing if one is chosen else one for one in policy.authority)
    ), roster


@operator("over_limit_leads_to_no_more")
def over_the_limit_sideways(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    """Whoever gets what is above the limit may give no more."""
    rule = next(
        (
            one
            for one in policy.rules
            if any(getattr(test.test, "above_authority", False) for test in one.when)
        ),
        None,
    )
    if rule is None:
        return None
    goal = policy.level(rule.go)
    mine = {limit.instrument for limit in policy.authority if limit.level == policy.levels[0].name}
    first = {one: most_of_level(policy, policy.levels[0].name, one) for one in mine}
    instrument = rng.choice(sorted(first))
    equal = tuple(
        replace(one, amount=first[instrument])
        if one.level == goal.name and one.instrument == instrument
        else one
        for one in policy.authority
    )
    return replace(policy, authority=equal), roster


@operator("four_eyes")
def two_eyes(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    """Whoever works the cases is the only one above as well."""
    team = _team_of(policy.levels[0])
    someone = rng.choice([one for one in roster.people if team in one.teams])
    me = f"person:{someone.id}"
    policy = _levels(policy, lambda level: replace(level, target=me) if level.rank else None)
    plans = tuple(replace(plan, hand_to=me, wait=False) for plan in policy.nobody_there)
    return replace(policy, nobody_there=plans), roster


# --- texts


@operator("blank_unfilled")
def blank_nobody_fills(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    name, blank = rng.choice(
        (
            ("escalated", "promise"),
            ("update", "next_open"),
            ("resolved", "reason"),
            ("follow_up", "by"),
            ("handed_over", "final_due"),
            ("out_of_hours", "promise"),
            ("escalated", "next_open"),
        )
    )
    texts = {**policy.customer_messages, name: policy.customer_messages[name] + f" {{{blank}}}"}
    return replace(policy, customer_messages=texts), roster


@operator("message_missing")
def message_missing(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    name = rng.choice(("handed_over", "resolved", "follow_up", "update", "escalated"))
    texts = {key: text for key, text in policy.customer_messages.items() if key != name}
    return replace(policy, customer_messages=texts), roster


@operator("no_next_open", "nobody_there", "empty_team")
def a_time_that_never_comes(rng: random.Random, policy: Policy, roster: Roster) -> Broken:
    """The customer is told when somebody is there again, and nobody ever is."""
    chosen = [plan for plan in policy.nobody_there if plan.tell_customer]
    plan = rng.choice(chosen)
    level = policy.level(plan.level)
    return policy, _people(roster, roster.members(_team_of(level)), capacity=0)
