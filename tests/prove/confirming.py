"""Whether a finding's example is true, asked of the production functions alone: nothing here uses the prover."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from string import Formatter

from leeway.core import clocks
from leeway.core.authority import most_of_level
from leeway.core.cue import CUE_KINDS
from leeway.core.matrix import first_match, leads_up, matches
from leeway.core.people import calendar_of_target, people_of
from leeway.core.policy import Level, Policy, Rule, Span
from leeway.core.roster import Roster, UnknownName, reachable, substitute_for
from leeway.core.routing import Choice, Need, Nobody, choose
from leeway.core.situation import COLUMNS, Situation
from leeway.core.worktime import ALWAYS, Calendar, next_open
from leeway.prove.findings import Finding

House = tuple[Policy, Roster]


def is_true(policy: Policy, roster: Roster, finding: Finding) -> bool:
    """Whether production does with the example what the finding says."""
    return CHECKS[finding.kind](policy, roster, finding)


def _case(policy: Policy, finding: Finding) -> Situation:
    said = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in finding.example.situation.items()
    }
    from leeway.prove.limits import limit_at  # production's ``authority_of``, asked with a name

    level = finding.example.level
    wants, tier = said.get("wants", ""), said.get("tier", "standard")
    limit = limit_at(policy, level, wants, tier, said.get("product", ""))
    return Situation(**{**said, "level": level, "authority": limit})


def _rule(policy: Policy, finding: Finding) -> Rule:
    return next(rule for rule in policy.rules if rule.name == finding.rule)


def _level(policy: Policy, finding: Finding) -> Level:
    return policy.level(finding.example.level or finding.rule)


# --- rules


def _hidden(policy: Policy, roster: Roster, finding: Finding) -> bool:
    rule, case = _rule(policy, finding), _case(policy, finding)
    decides = first_match(policy, case)
    wanted = all(matches(condition, case) for condition in rule.when) and leads_up(policy, rule, case.level)
    return wanted and decides is not None and decides.rule.name != rule.name


def _impossible(policy: Policy, roster: Roster, finding: Finding) -> bool:
    """No value passes one of its tests: tried on many, and on the words the column can hold."""
    rule = _rule(policy, finding)
    return any(not any(matches(one, case) for case in _values(policy, one.column)) for one in rule.when)


def _values(policy: Policy, column: str) -> list[Situation]:
    kind = COLUMNS[column]
    if kind.kind == "words":
        unheard = {"voice_raised", "talk_over", "long_silence", "customer_silent"}
        known = sorted(CUE_KINDS - unheard) if column == "cue" else kind.values
        return [Situation(**{column: (word,)}) for word in known]
    if column == "requested_by":
        return [Situation()]
    if kind.kind == "word":
        return [Situation(**{column: word}) for word in kind.values or policy.values.get(column, ())]
    low, high = int(kind.low or 0), int(kind.high or 100)
    steps = (
        [low + (high - low) * n / 1000 for n in range(1001)] if not kind.whole else list(range(low, high + 1))
    )
    return [Situation(**{column: value}) for value in steps]


def _nowhere(policy: Policy, roster: Roster, finding: Finding) -> bool:
    rule = _rule(policy, finding)
    return not any(leads_up(policy, rule, level.name) for level in (*policy.levels, *policy.desks))


def _uncovered(policy: Policy, roster: Roster, finding: Finding) -> bool:
    return first_match(policy, _case(policy, finding)) is None


def _overtaken(policy: Policy, roster: Roster, finding: Finding) -> bool:
    match = first_match(policy, _case(policy, finding))
    return match is not None and match.rule.name == finding.rule


# --- people


def _nobody(policy: Policy, roster: Roster, finding: Finding) -> bool:
    level, at = _level(policy, finding), finding.example.at
    found = choose(roster, Need(targets=(level.target,), skills=level.skills), at=at, load={})
    plan = policy.plan_for(level.name)
    if isinstance(found, Choice):
        return False
    if plan is None:
        return True
    if plan.wait:
        return found.next_open is None or found.next_open - at > timedelta(days=365)
    return isinstance(choose(roster, Need(targets=(plan.hand_to,)), at=at, load={}), Nobody)


def _waits(policy: Policy, roster: Roster, finding: Finding) -> bool:
    level, at, until = _level(policy, finding), finding.example.at, finding.example.until
    need = Need(targets=(level.target,), skills=level.skills)
    calendar = calendar_of_target(roster, level.target)
    nobody = isinstance(choose(roster, need, at=at, load={}), Nobody)
    nearly = until - timedelta(minutes=1)
    still_nobody = isinstance(choose(roster, need, at=nearly, load={}), Nobody)
    then = isinstance(choose(roster, need, at=until, load={}), Choice)
    too_long = clocks.due_after(level.resolve, at, calendar) <= until
    return nobody and still_nobody and then and too_long


def _no_target(policy: Policy, roster: Roster, finding: Finding) -> bool:
    found = choose(roster, Need(targets=(finding.example.target,)), at=finding.example.at, load={})
    return isinstance(found, Nobody) and found.considered[0].verdict == "no_such_target"


def _told(policy: Policy, roster: Roster, finding: Finding) -> bool:
    at = finding.example.at
    people = people_of(roster, finding.example.target, at)
    gets_case = finding.kind == "given_to_nobody"

    def hears(who: str) -> bool:
        someone = roster.person(who)
        absent = any(one.covers(at) for one in roster.absences_of(who))
        return reachable(someone) and not absent and (someone.capacity > 0 or not gets_case)

    return not any(hears(who) for who in people)


def _substitute(policy: Policy, roster: Roster, finding: Finding) -> bool:
    found = substitute_for(roster, finding.rule, finding.example.at)
    return found.person == "" and (found.why == "circle") == (finding.kind == "substitutes_circle")


def _managers(policy: Policy, roster: Roster, finding: Finding) -> bool:
    who = start = finding.rule
    for _ in roster.people:
        who = roster.person(who).manager
        if who == start:
            return True
    return False


def _unreachable(policy: Policy, roster: Roster, finding: Finding) -> bool:
    return not reachable(roster.person(finding.rule))


def _in_no_team(policy: Policy, roster: Roster, finding: Finding) -> bool:
    return not roster.person(finding.rule).teams


def _empty(policy: Policy, roster: Roster, finding: Finding) -> bool:
    return people_of(roster, f"team:{finding.rule}", finding.example.at) == ()


def _lead(policy: Policy, roster: Roster, finding: Finding) -> bool:
    return people_of(roster, finding.example.target, finding.example.at) == ()


def _never(policy: Policy, roster: Roster, finding: Finding) -> bool:
    return next_open(roster.calendar(finding.rule), finding.example.at) is None


def _four_eyes(policy: Policy, roster: Roster, finding: Finding) -> bool:
    [who], at = finding.example.who, finding.example.at
    works = isinstance(choose(roster, Need(targets=(f"person:{who}",)), at=at, load={}), Choice)
    level = _level(policy, finding)
    above = _way(policy, level)[1:]
    able = [one for one in above if _more(policy, one, level)]
    others = [(one.target, one.skills) for one in able]
    others += [
        (plan.hand_to, one.skills) for one in able if (plan := policy.plan_for(one.name)) and plan.hand_to
    ]
    needs = [Need(targets=(target,), skills=skills, exclude=(who,)) for target, skills in others]
    return works and all(isinstance(choose(roster, need, at=at, load={}), Nobody) for need in needs)


def _more(policy: Policy, one: Level, other: Level) -> bool:
    kinds = {limit.instrument for limit in policy.authority}
    return any(most_of_level(policy, one.name, k) > most_of_level(policy, other.name, k) for k in kinds)


# --- waits


def _due(span: Span, at: datetime, calendar: Calendar, times: int = 1) -> datetime:
    return clocks.due_after(Span(span.seconds * times, span.working), at, calendar)


def _later(one: Callable[[Policy, Level], Span | None]) -> Callable[[Policy, Roster, Finding], bool]:
    """Production's end of this span is after production's end of the level's time."""

    def check(policy: Policy, roster: Roster, finding: Finding) -> bool:
        level, at = _level(policy, finding), finding.example.at
        calendar = calendar_of_target(roster, level.target)
        house = next((c for c in roster.calendars if c.name == policy.clocks.calendar), None)
        house = house or calendar_of_target(roster, policy.levels[0].target)
        own = finding.kind in ("accept_after_resolve", "update_after_resolve")
        times = (level.climb_after_silent_accepts or 1) if finding.kind == "accept_after_resolve" else 1
        return _due(one(policy, level), at, calendar if own else house, times) > _due(
            level.resolve, at, calendar
        )

    return check


def _answer(policy: Policy, level: Level) -> Span:
    given = [span for span in (policy.clocks.first_response, policy.clocks.next_response) if span is not None]
    return max(given, key=lambda one: one.seconds)


def _way(policy: Policy, level: Level) -> list[Level]:
    way = [level]
    while way[-1].climbs_to in {one.name for one in policy.levels} - {one.name for one in way}:
        way.append(policy.level(way[-1].climbs_to))
    return way


def _end_of_way(policy: Policy, roster: Roster, way: list[Level], at: datetime) -> datetime:
    for level in way:
        at = clocks.due_after(level.resolve, at, calendar_of_target(roster, level.target))
    return at


def _chain(policy: Policy, roster: Roster, finding: Finding) -> bool:
    at = finding.example.at
    way = _way(policy, _level(policy, finding))
    return _end_of_way(policy, roster, way, at) > at + policy.close_within.length


def _regulator(policy: Policy, roster: Roster, finding: Finding) -> bool:
    at, first = finding.example.at, policy.levels[0]
    house = calendar_of_target(roster, first.target)
    if finding.example.until is not None:
        due = [
            clocks.due_after(c.length, at, house if c.length.working else ALWAYS) for c in policy.regulators
        ]
        return min(due) < finding.example.until
    ways = [_way(policy, first), *([first, *_way(policy, desk)] for desk in policy.desks)]
    ends = max(_end_of_way(policy, roster, way, at) for way in ways)
    due = [
        clocks.due_after(c.length, at, house if c.length.working else ALWAYS)
        for c in policy.regulators
        if c.must and c.stops_on != "acknowledged"
    ]
    return ends > min(due)


def _step(policy: Policy, roster: Roster, finding: Finding) -> bool:
    level, at = _level(policy, finding), finding.example.at
    calendar = calendar_of_target(roster, level.target)
    climbs = _due(level.resolve, at, calendar)
    return any(_due(step.after, at, calendar) > climbs for step in policy.steps_of(level.name))


def _warning(policy: Policy, roster: Roster, finding: Finding) -> bool:
    """Production gives a clock no instant for such a warning."""
    at = finding.example.at
    levels = [level for level in (*policy.levels, *policy.desks) if level.name == finding.rule]
    for level in levels:
        spans = (level.accept, level.resolve, level.update)
        made = [clocks.start("c", "level", span, at, ALWAYS, warnings=level.warn) for span in spans]
        given = {index for clock in made for _, index in clock.warn_at}
        return len(given) < len(level.warn)
    return False


# --- authority, texts


def _shrinks(policy: Policy, roster: Roster, finding: Finding) -> bool:
    case = _case(policy, finding)
    return most_of_level(policy, finding.rule, case.wants, case.tier, case.product) < case.offer_needed


def _sideways(policy: Policy, roster: Roster, finding: Finding) -> bool:
    case, rule = _case(policy, finding), _rule(policy, finding)
    return most_of_level(policy, rule.go, case.wants, case.tier, case.product) < case.offer_needed


def _nothing(policy: Policy, roster: Roster, finding: Finding) -> bool:
    case = _case(policy, finding)
    return any(
        one.amount <= 0 and not one.any_amount for one in policy.authority if one.instrument == case.wants
    )


def _blank(policy: Policy, roster: Roster, finding: Finding) -> bool:
    """The text has a blank that production's ``_blanks`` leaves empty (or says "soon") in that situation."""
    blanks = {name for _, name, _, _ in Formatter().parse(finding.example.text) if name}
    return bool(blanks & {"promise", "by", "next_open", "reason", "final_due", "link"})


def _no_text(policy: Policy, roster: Roster, finding: Finding) -> bool:
    names = {finding.rule, *(rule.tell_customer for rule in policy.rules if rule.name == finding.rule)}
    return any(not policy.customer_messages.get(name) for name in names)


def _no_time(policy: Policy, roster: Roster, finding: Finding) -> bool:
    level = _level(policy, finding)
    found = choose(roster, Need(targets=(level.target,), skills=level.skills), at=finding.example.at, load={})
    return isinstance(found, Nobody) and found.next_open is None


def _climbs(policy: Policy, roster: Roster, finding: Finding) -> bool:
    level = _level(policy, finding)
    try:
        return policy.level(level.climbs_to).rank <= level.rank
    except KeyError:
        return finding.kind == "climbs_into_nothing"


def _on_rota(policy: Policy, roster: Roster, finding: Finding) -> bool:
    try:
        return people_of(roster, finding.example.target, finding.example.at) == ()
    except UnknownName:
        return True


def _keeps(policy: Policy, roster: Roster, finding: Finding) -> bool:
    """Nobody of that level can be chosen, at this minute or on any of the days after it."""
    level, at = _level(policy, finding), finding.example.at
    need = Need(targets=(level.target,), skills=level.skills)
    days = (at + timedelta(hours=6 * step) for step in range(4 * 60))
    return all(isinstance(choose(roster, need, at=day, load={}), Nobody) for day in days)


CHECKS: dict[str, Callable[[Policy, Roster, Finding], bool]] = {
    "dead_rule": _hidden,
    "late_rule": _hidden,
    "contradiction": _hidden,
    "impossible_condition": _impossible,
    "leads_nowhere": _nowhere,
    "uncovered": _uncovered,
    "overtaken": _overtaken,
    "nobody_there": _nobody,
    "wait_too_long": _waits,
    "no_such_target": _no_target,
    "told_to_nobody": _told,
    "given_to_nobody": _told,
    "substitutes_circle": _substitute,
    "substitute_missing": _substitute,
    "managers_circle": _managers,
    "unreachable_person": _unreachable,
    "in_no_team": _in_no_team,
    "empty_team": _empty,
    "lead_has_left": _lead,
    "left_on_rota": _on_rota,
    "never_open": _never,
    "four_eyes": _four_eyes,
    "accept_after_resolve": _later(lambda policy, level: level.accept),
    "update_after_resolve": _later(lambda policy, level: level.update),
    "approval_too_slow": _later(lambda policy, level: policy.clocks.approval),
    "consult_too_slow": _later(lambda policy, level: policy.clocks.consult),
    "answer_after_resolve": _later(_answer),
    "chain_too_long": _chain,
    "regulator_too_late": _regulator,
    "step_too_late": _step,
    "warning_too_early": _warning,
    "authority_shrinks": _shrinks,
    "over_limit_leads_to_no_more": _sideways,
    "impossible_limit": _nothing,
    "blank_unfilled": _blank,
    "message_missing": _no_text,
    "no_next_open": _no_time,
    "climbs_into_nothing": _climbs,
    "climbs_in_a_circle": _climbs,
    "never_staffed": _keeps,
    "nobody_keeps_it": _keeps,
    "consult_unanswered": _keeps,
}
