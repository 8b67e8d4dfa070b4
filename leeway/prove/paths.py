"""Ways that go on for ever or lead nowhere: levels that climb in a circle, people who stand in for each other."""

from __future__ import annotations

from datetime import datetime

from leeway.core.policy import Level, Policy
from leeway.core.roster import substitute_for
from leeway.prove import words
from leeway.prove.findings import Finding, Findings
from leeway.prove.ground import Ground


def above(policy: Policy, level: Level) -> Level | None:
    """The rung a level climbs to, as ``decide.levels.next_above`` finds it; None at the top or when it is not there."""
    if level.climbs_to:
        return next((one for one in (*policy.levels, *policy.desks) if one.name == level.climbs_to), None)
    return next((rung for rung in policy.levels if rung.rank > level.rank), None)


def path_up(policy: Policy, level: Level) -> tuple[Level, ...]:
    """This level and everything above it that a case climbs through; a circle is walked once."""
    path = [level]
    while (following := above(policy, path[-1])) is not None and following not in path:
        path.append(following)
    return tuple(path)


def check(ground: Ground) -> Findings:
    for level in ground.every_level:
        yield from _climbs(ground, level)
    yield from _substitutes(ground)
    yield from _managers(ground)


def _climbs(ground: Ground, level: Level) -> Findings:
    where = ground.level_place(level, "climbs_to")
    following = above(ground.policy, level)
    arrives = ground.minute(ground.start, f"a case at {level.name} runs out of time", level=level.name)
    if level.climbs_to and following is None:
        yield Finding(
            kind="climbs_into_nothing",
            rule=level.name,
            where=where,
            explanation=f"{words.named(level)} climbs to {level.climbs_to}, which is no level of this matrix.",
            example=arrives,
        )
    elif following is not None and following.rank <= level.rank:
        yield Finding(
            kind="climbs_in_a_circle",
            rule=level.name,
            where=where,
            explanation=f"{words.named(level)} climbs to {following.name}, which is not above it.",
            example=arrives,
        )


# Standing in


def _substitutes(ground: Ground) -> Findings:
    """Each chain of stand-ins, at every instant at which it begins to be in use or changes."""
    seen: set[tuple[str, ...]] = set()
    for number, absence in enumerate(ground.roster.absences):
        if not absence.substitute or (absence.end is not None and absence.end <= ground.start):
            continue
        for at in _changes(ground, number):
            found = substitute_for(ground.roster, absence.person, at)
            key = (found.why, *sorted(set(found.chain)))
            if found.person or len(found.chain) < 2 or key in seen:
                continue
            seen.add(key)
            chain = " → ".join(ground.roster.person(who).name for who in found.chain)
            yield Finding(
                kind="substitutes_circle" if found.why == "circle" else "substitute_missing",
                rule=absence.person,
                where=ground.places.roster("absences", str(number)),
                explanation=f"Nobody stands in for {ground.roster.person(absence.person).name}: {chain} "
                f"{_WHY[found.why]}.",
                example=ground.minute(at, f"a case is meant for {absence.person}", who=found.chain),
            )


_WHY = {
    "circle": "goes round in a circle",
    "nobody_named": "ends with somebody who is away and names nobody",
    "left": "ends with somebody who no longer works here",
}


def _changes(ground: Ground, number: int) -> list[datetime]:
    """Instants within this absence at which anybody's absence begins, its own start first."""
    absence = ground.roster.absences[number]
    starts = {max(absence.start, ground.start)}
    starts |= {other.start for other in ground.roster.absences if absence.covers(other.start)}
    return sorted(at for at in starts if ground.start <= at < ground.end)


# Managers


def _managers(ground: Ground) -> Findings:
    seen: set[frozenset[str]] = set()
    for person in ground.roster.people:
        chain = [person.id]
        while (boss := ground.roster.person(chain[-1]).manager) and boss not in chain:
            chain.append(boss)
        circle = frozenset(chain[chain.index(boss) :]) if boss else frozenset[str]()
        if circle and circle not in seen and person.id in circle:
            seen.add(circle)
            yield Finding(
                kind="managers_circle",
                rule=person.id,
                where=ground.places.roster("people", person.id, "manager"),
                explanation=f"{' → '.join((*chain, boss))}: they are each other's managers, so nobody above hears of a "
                "deadline they both missed.",
                example=ground.minute(ground.start, f"a deadline of {person.id} is missed", who=tuple(chain)),
            )
