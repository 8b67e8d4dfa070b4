"""Whether everybody the matrix tells, gives to or asks for advice is a person who can be reached, at every minute."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from leeway.core.policy import Level, Warn
from leeway.core.roster import reachable
from leeway.core.routing import Need
from leeway.prove import words
from leeway.prove.availability import Spell
from leeway.prove.findings import Finding, Findings, Place
from leeway.prove.ground import Ground

THE_CASES_OWN = ("owner", "asked", "team", "manager_of:owner")
"""Targets that follow from the case: whoever owns it or was asked is somebody routing has chosen."""


class _Told(NamedTuple):
    """A target, the place that names it, and what for."""

    target: str
    where: Place
    rule: str
    what: str
    gets_case: bool = False


def check(ground: Ground) -> Findings:
    seen: set[tuple[str, bool, str]] = set()
    for told in _everybody(ground):
        for finding in _reaches_somebody(ground, told):
            key = (told.target, told.gets_case, finding.kind)
            if key not in seen:
                seen.add(key)
                yield finding
    yield from _managers_alone(ground)
    yield from _advice(ground)


def _everybody(ground: Ground) -> Iterator[_Told]:
    policy, places = ground.policy, ground.places
    for rule in policy.rules:
        for target in rule.tell:
            yield _Told(
                target, places.matrix("rules", rule.name, "tell"), rule.name, f"the rule “{rule.name}” tells"
            )
    for group in policy.steps:
        for number, step in enumerate(group.steps):
            section = places.matrix("steps", group.level, str(number))
            where = Place(section.file, step.line) if step.line else section
            if step.who:
                does = "gives the case to" if step.do == "give_to" else "tells"
                yield _Told(
                    step.who, where, group.level, f"a step of {group.level} {does}", step.do == "give_to"
                )
    for warning, where, name in _warnings(ground):
        for target in warning.tell:
            yield _Told(target, where, name, f"a warning of {name} tells")


def _warnings(ground: Ground) -> Iterator[tuple[Warn, Place, str]]:
    policy, places = ground.policy, ground.places
    for level in ground.every_level:
        for warning in level.warn:
            yield warning, ground.level_place(level, "warnings"), level.name
    for warning in policy.clocks.warn:
        yield warning, places.matrix("clocks", "warnings"), "the clocks"
    for clock in policy.regulators:
        for warning in clock.warn:
            yield warning, places.matrix("regulators", clock.pack, clock.name), clock.name


def _reaches_somebody(ground: Ground, told: _Told) -> Findings:
    if told.target in THE_CASES_OWN:
        return
    if not ground.target_exists(told.target):
        yield _finding(ground, told, ground.start, told.where, "the roster does not have it")
        return
    for spell in ground.year.named(told.target):
        if spell.start >= ground.end:
            return
        found = _first_silence(ground, told, spell)
        if found is not None:
            at, where, why = found
            yield _finding(ground, told, at, where, why)
            return


def _first_silence(ground: Ground, told: _Told, spell: Spell) -> tuple[datetime, Place, str] | None:
    """The first minute of this stretch at which nobody of the target would hear of it."""
    if not spell.answer:
        return ground.minute_in(spell.start, spell.end), *_nobody_named(ground, told)
    able = [who for who in spell.answer if _can_hear(ground, who, gets_case=told.gets_case)]
    if not able:
        who = spell.answer[0]
        return (
            ground.minute_in(spell.start, spell.end),
            ground.places.roster("people", who),
            _unable(ground, who),
        )
    for start, end in _all_absent(ground, able, spell):
        number = next(
            n for n, one in enumerate(ground.roster.absences) if one.person == able[0] and one.covers(start)
        )
        name = ground.roster.person(able[0]).name
        why = f"{name} is absent, and a notice does not go to whoever stands in"
        return ground.minute_in(start, end), ground.places.roster("absences", str(number)), why
    return None


def _nobody_named(ground: Ground, told: _Told) -> tuple[Place, str]:
    kind, _, name = told.target.partition(":")
    if kind == "rota":
        return ground.places.roster("rotas", name), f"nobody is on call in {name} then"
    if kind == "next":
        return ground.places.roster("rotas", name), f"nobody comes next in {name}"
    if kind == "lead_of":
        return ground.places.roster("teams", name), f"the team {name} has no lead"
    if kind == "manager_of":
        return ground.places.roster("people", name), f"{name} has no manager"
    return ground.places.roster("teams", name), f"nobody belongs to {told.target}"


def _can_hear(ground: Ground, who: str, *, gets_case: bool) -> bool:
    someone = ground.roster.person(who)
    return someone.active and reachable(someone) and (someone.capacity > 0 or not gets_case)


def _unable(ground: Ground, who: str) -> str:
    someone = ground.roster.person(who)
    if not someone.active:
        return f"{someone.name} no longer works here"
    return (
        f"{someone.name} cannot be reached by anything"
        if not reachable(someone)
        else (f"{someone.name} may own no case (capacity 0)")
    )


def _all_absent(ground: Ground, people: list[str], spell: Spell) -> Iterator[tuple[datetime, datetime]]:
    """Stretches of a spell in which every one of them is absent."""
    absences = [one for who in people for one in ground.roster.absences_of(who)]
    starts = {spell.start, *(one.start for one in absences if spell.start < one.start < spell.end)}
    for start in sorted(starts):
        ends = []
        for who in people:
            covering = [one for one in ground.roster.absences_of(who) if one.covers(start)]
            if not covering:
                break
            ends.append(max((one.end or spell.end) for one in covering))
        else:
            yield start, min(*ends, spell.end)


def _finding(ground: Ground, told: _Told, at: datetime, where: Place, why: str) -> Finding:
    return Finding(
        kind="given_to_nobody" if told.gets_case else "told_to_nobody",
        rule=told.rule,
        where=where,
        explanation=f"{told.what.capitalize()} {told.target}, but there {why}."
        if not told.what.startswith("the rule")
        else f"The rule {told.what.removeprefix('the rule ')} {told.target}, but there {why}.",
        example=ground.minute(
            at, f"{told.what} {told.target}; {why}", target=told.target, level=_level(ground, told)
        ),
    )


def _level(ground: Ground, told: _Told) -> str:
    return told.rule if told.rule in ground.levels else ground.entry


def _managers_alone(ground: Ground) -> Findings:
    """``tell manager_of owner`` and nobody else: every possible owner has to have a manager."""
    for warning, where, name in _warnings(ground):
        others = [one for one in warning.tell if one != "manager_of:owner"]
        if "manager_of:owner" not in warning.tell or others:
            continue
        levels = [level for level in ground.every_level if level.name == name] or list(ground.every_level)
        for who in (who for level in levels for who in ground.people(level.target, ground.start)):
            boss = ground.roster.person(who).manager
            if not boss or not _can_hear(ground, boss, gets_case=False):
                yield Finding(
                    kind="told_to_nobody",
                    rule=name,
                    where=where,
                    explanation=f"A warning of {name} tells only the owner's manager, and {who} has none to hear it.",
                    example=ground.minute(
                        ground.start, f"{who} owns a case", who=(who,), target=f"manager_of:{who}"
                    ),
                )
                break


# Advice


def _advice(ground: Ground) -> Findings:
    """A consult ends by its clock; to be worth asking, somebody of the level has to be there at some time."""
    for rule in ground.policy.rules:
        if rule.consult:
            level = ground.policy.level(rule.go)
            if not _ever_answers(ground, level):
                yield Finding(
                    kind="consult_unanswered",
                    rule=rule.name,
                    where=ground.places.matrix("rules", rule.name, "go"),
                    explanation=f"“{rule.name}” asks {words.named(level)} for advice, and nobody is ever there.",
                    example=ground.minute(
                        ground.start, f"{level.name} is asked for advice", level=level.name
                    ),
                )


def _ever_answers(ground: Ground, level: Level) -> bool:
    need = Need(targets=(level.target,), skills=level.skills)
    return ground.target_exists(level.target) and any(spell.answer for spell in ground.year.chosen(need))
