"""Whether a case that arrives at a level finds somebody, at every minute of the year, and how long the worst one waits.

The order is production's (``decide.owners.ask``): somebody of the level; else whom the plan hands to; else, when the
plan says to wait, the first who comes. What production does beyond that (ask the next to be there, climb, anybody at
all) keeps a case alive, but nobody decided it: for the proof it is a hole.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from datetime import datetime
from typing import Literal, NamedTuple

from leeway.core import clocks
from leeway.core.people import calendar_of_target
from leeway.core.policy import Level, NobodyThere
from leeway.core.roster import Unavailable, availability, reachable
from leeway.core.routing import Need
from leeway.prove import words
from leeway.prove.availability import Spell, at_once
from leeway.prove.findings import Finding, Findings, Place, Worst
from leeway.prove.ground import Ground

How = Literal["there", "plan", "wait", "nobody"]


class Reach(NamedTuple):
    """From ``start`` up to ``end`` a case goes to ``person``; with ``wait`` to them when they come, at ``until``."""

    start: datetime
    end: datetime
    how: How
    person: str = ""
    until: datetime | None = None


def check(ground: Ground) -> Findings:
    for level in ground.every_level:
        if not ground.target_exists(level.target):
            yield _no_such_target(ground, level)
            continue
        reached = reach(ground, level)
        yield from _never_staffed(ground, level)
        yield from _nobody(ground, level, reached)
        yield from _waits_too_long(ground, level, reached)
        yield from _keeper(ground, level)


def need_of(level: Level) -> Need:
    return Need(targets=(level.target,), skills=level.skills)


def reach(ground: Ground, level: Level) -> tuple[Reach, ...]:
    """What becomes of a case that arrives at this level, for each stretch of the year."""
    if level.name not in ground.reached:
        ground.reached[level.name] = tuple(_reach(ground, level))
    return ground.reached[level.name]


def _reach(ground: Ground, level: Level) -> Iterator[Reach]:
    plan = ground.policy.plan_for(level.name)
    of_level = ground.year.chosen(need_of(level))
    if plan is not None and plan.hand_to and ground.target_exists(plan.hand_to):
        lines = (of_level, ground.year.chosen(Need(targets=(plan.hand_to,))))
    else:
        lines = (of_level, (Spell(ground.start, ground.year.end, ""),))
    spells = [spell for spell in at_once(*lines) if spell.start < ground.end]
    coming = [spell for spell in of_level if spell.answer]
    for spell in spells:
        somebody, stand_in = spell.answer
        if somebody:
            yield Reach(spell.start, spell.end, "there", somebody)
        elif stand_in:
            yield Reach(spell.start, spell.end, "plan", stand_in)
        else:
            yield _waiting(plan, spell, coming)


def _waiting(plan: NobodyThere | None, spell: Spell, there: list[Spell]) -> Reach:
    place = bisect_left(there, spell.end, key=lambda one: one.start)
    if plan is None or not plan.wait or place == len(there):
        return Reach(spell.start, spell.end, "nobody")
    return Reach(spell.start, spell.end, "wait", there[place].answer, there[place].start)


# Nobody at all


def _no_such_target(ground: Ground, level: Level) -> Finding:
    return Finding(
        kind="no_such_target",
        rule=level.name,
        where=ground.level_place(level),
        explanation=f"{words.named(level)} is {level.target}, which the roster does not have.",
        example=ground.minute(
            ground.start, f"a case arrives at {level.name}", level=level.name, target=level.target
        ),
    )


def _never_staffed(ground: Ground, level: Level) -> Findings:
    """A level whose own people can never take a case, however good the plan for when they are not there."""
    if any(spell.answer for spell in ground.year.chosen(need_of(level))):
        return
    where, why = _lasting_cause(ground, level.target, level.skills) or (
        ground.level_place(level),
        "its people are never there",
    )
    yield Finding(
        kind="never_staffed",
        rule=level.name,
        where=where,
        explanation=f"Nobody of {words.named(level)} can take a case at any minute of the year: {why}.",
        example=ground.minute(
            ground.start, f"a case arrives at {level.name}", level=level.name, target=level.target
        ),
    )


def _nobody(ground: Ground, level: Level, reached: tuple[Reach, ...]) -> Findings:
    """One finding for each reason, with the first minute: a plan that is missing is one mistake, not two hundred."""
    seen: set[tuple[Place, str]] = set()
    for one in reached:
        if one.how != "nobody":
            continue
        at = ground.minute_in(one.start, one.end)
        where, why = _cause(ground, level, at)
        if (where, why.partition(":")[0]) in seen:
            continue
        seen.add((where, why.partition(":")[0]))
        total = sum((other.end - other.start).total_seconds() for other in reached if other.how == "nobody")
        yield Finding(
            kind="nobody_there",
            rule=level.name,
            where=where,
            explanation=f"A case that arrives at {words.named(level)} reaches nobody: {why}. In all "
            f"{words.length(total)} of the year.",
            example=ground.minute(
                at,
                f"a case arrives at {level.name}, and nobody is there",
                level=level.name,
                target=level.target,
            ),
        )
        if len(seen) >= MOST_CAUSES:
            return


MOST_CAUSES = 4


def _cause(ground: Ground, level: Level, at: datetime) -> tuple[Place, str]:
    """What would have to be mended, and why, in words."""
    plan = ground.policy.plan_for(level.name)
    if plan is None:
        lasting = _lasting_cause(ground, level.target, level.skills)
        if lasting is not None:
            return lasting
        away = _who_is_away(ground, level.target, at)
        return ground.level_place(level), f"when nobody of it is there, no plan says what happens ({away})"
    if plan.wait:
        cause = _lasting_cause(ground, level.target, level.skills)
        return cause or (
            ground.places.matrix("nobody_there", level.name),
            f"the plan is to wait, and nobody is in sight ({_who_is_away(ground, level.target, at)})",
        )
    cause = _target_cause(ground, plan.hand_to, at)
    away = _who_is_away(ground, plan.hand_to, at)
    handed = f"the plan hands to {plan.hand_to}, and nobody of it is there either ({away})"
    return cause or (ground.places.matrix("nobody_there", level.name), handed)


def _target_cause(ground: Ground, target: str, at: datetime) -> tuple[Place, str] | None:
    """The cause in the roster: a rota with a gap, or people who can't be asked."""
    kind, _, name = target.partition(":")
    if not ground.target_exists(target):
        return ground.places.matrix("nobody_there"), f"the roster has no {target}"
    people = ground.people(target, at)
    if kind == "rota" and not people:
        return ground.places.roster("rotas", name), f"nobody is on call in {name} at that time"
    if kind == "rota" and people:
        return _person_cause(ground, people[0], at)
    return _lasting_cause(ground, target, ())


def _person_cause(ground: Ground, who: str, at: datetime) -> tuple[Place, str] | None:
    someone = ground.roster.person(who)
    place = ground.places.roster("people", who)
    if not someone.active:
        return place, f"{someone.name} is on call and no longer works here"
    if not reachable(someone):
        return place, f"{someone.name} is on call and cannot be reached by anything"
    if someone.capacity == 0:
        return place, f"{someone.name} is on call and may own no case (capacity 0)"
    for number, absence in enumerate(ground.roster.absences):
        if absence.person == who and absence.covers(at):
            return (
                ground.places.roster("absences", str(number)),
                f"{someone.name} is on call and absent, and nobody stands in",
            )
    return None


def _lasting_cause(ground: Ground, target: str, skills: tuple[str, ...]) -> tuple[Place, str] | None:
    """Why a target has nobody at any time: no members, none who are able."""
    kind, _, name = target.partition(":")
    part = {"team": "teams", "rota": "rotas", "person": "people"}.get(kind, kind)
    people = [ground.roster.person(who) for who in ground.year.people_ever(target)]
    place = ground.places.roster(part, name)
    if not people:
        return place, f"nobody belongs to {target}"
    active = [one for one in people if one.active]
    if not active:
        return place, f"nobody of {target} works here any more"
    skilled = [one for one in active if set(skills) <= set(one.skills)]
    if not skilled:
        return place, f"nobody of {target} knows {' and '.join(skills)}"
    able = [one for one in skilled if one.capacity and reachable(one)]
    if not able:
        first = skilled[0]
        why = "cannot be reached by anything" if first.capacity else "may own no case (capacity 0)"
        return ground.places.roster(
            "people", first.id
        ), f"{first.name} of {target} {why}, and there is nobody else"
    return None


def _who_is_away(ground: Ground, target: str, at: datetime) -> str:
    people = ground.people(target, at)
    found = [(who, availability(ground.roster, who, at)) for who in people[:6]]
    said = [f"{who}: {one.why.replace('_', ' ')}" for who, one in found if isinstance(one, Unavailable)]
    return ", ".join(said) or "nobody stands behind it"


# Somebody, but too late


def _waits_too_long(ground: Ground, level: Level, reached: tuple[Reach, ...]) -> Findings:
    """A wait that uses up the level's own time: the case would climb before anybody there had seen it."""
    calendar = calendar_of_target(ground.roster, level.target)
    worst: tuple[float, Reach] | None = None
    for one in reached:
        if one.how != "wait" or one.until is None:
            continue
        used = clocks.used(level.resolve, one.start, one.until, calendar).total_seconds()
        if used >= level.resolve.seconds and (worst is None or used > worst[0]):
            worst = used, one
    if worst is None:
        return
    at = ground.minute_in(worst[1].start, worst[1].end)
    until = worst[1].until or at
    waits, away = words.length((until - at).total_seconds()), _who_is_away(ground, level.target, at)
    yield Finding(
        kind="wait_too_long",
        rule=level.name,
        where=_away_place(ground, level, at),
        explanation=f"A case that arrives at {words.named(level)} waits {waits} for somebody ({away}), longer than "
        f"the {words.span(level.resolve)} it has there.",
        example=ground.minute(
            at,
            f"a case arrives at {level.name}; the first to be there is {worst[1].person}, "
            f"{words.local(ground.policy, until)}",
            level=level.name,
            target=level.target,
            until=until,
        ),
    )


def _away_place(ground: Ground, level: Level, at: datetime) -> Place:
    """Who is absent then stands first; else the plan that lets it wait."""
    people = set(ground.people(level.target, at))
    for number, absence in enumerate(ground.roster.absences):
        if absence.person in people and absence.covers(at):
            return ground.places.roster("absences", str(number))
    return ground.places.matrix("nobody_there", level.name)


def _keeper(ground: Ground, level: Level) -> Findings:
    """``owner stays manager``: whoever keeps a waiting case has to exist."""
    plan = ground.policy.plan_for(level.name)
    if plan is None or not plan.owner_stays:
        return
    keeper = ground.policy.level(plan.owner_stays)
    if not any(one.answer for one in ground.year.chosen(need_of(keeper))):
        yield Finding(
            kind="nobody_keeps_it",
            rule=level.name,
            where=ground.places.matrix("nobody_there", level.name),
            explanation=f"While a case waits for {words.named(level)}, nobody of {keeper.name} can ever own it.",
            example=ground.minute(
                ground.start, f"a case waits for {level.name}", level=keeper.name, target=keeper.target
            ),
        )


# The worst case


def worst_wait(ground: Ground) -> Worst:
    """The longest time from a case's arrival at a level to the person who is asked, over all levels and minutes."""
    found: tuple[float, Reach, Level] | None = None
    for level in ground.every_level:
        if not ground.target_exists(level.target):
            continue
        for one in reach(ground, level):
            waits = (one.until - one.start).total_seconds() if one.until else 0.0
            if found is None or waits > found[0]:
                found = waits, one, level
    if found is None:
        return Worst("until somebody is asked", 0, ground.start, words.local(ground.policy, ground.start))
    waits, one, level = found
    said = (
        f"arrives at {level.name} and waits for {one.person}" if waits else "somebody is always asked at once"
    )
    return Worst(
        "until somebody is asked",
        int(waits),
        one.start,
        words.local(ground.policy, one.start),
        level.name,
        said,
    )
