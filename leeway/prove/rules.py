"""Rules that can never decide: conditions nothing passes, and rules hidden by those above them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from leeway.core.matrix import first_match, leads_up
from leeway.core.policy import Condition, OneOf, Policy, Rule
from leeway.core.situation import Situation
from leeway.prove import words
from leeway.prove.boxes import Box, both, left_over
from leeway.prove.findings import Example, Finding, Findings
from leeway.prove.ground import Ground


class _Hidden(NamedTuple):
    """A case the rule wants, which never gets to it; ``by`` decides instead."""

    case: Situation
    by: Rule | None


def check(ground: Ground) -> Findings:
    for place, rule in enumerate(ground.policy.rules):
        impossible = tuple(_impossible(ground, rule))
        if impossible:
            yield from impossible
        elif not any(leads_up(ground.policy, rule, level) for level in ground.levels):
            yield _leads_nowhere(ground, rule)
        else:
            yield from _hidden(ground, place, rule)


# Conditions that nothing passes


def _impossible(ground: Ground, rule: Rule) -> Findings:
    for condition in rule.when:
        said = _why_never(ground, condition)
        if said:
            yield Finding(
                kind="impossible_condition",
                rule=rule.name,
                where=ground.places.matrix("rules", rule.name, "when", condition.column),
                explanation=f"The rule “{rule.name}” never fires: {said}",
                example=Example(words=f"every case; no value of {condition.column} passes this test"),
            )


def _why_never(ground: Ground, condition: Condition) -> str:
    name, test = condition.column, condition.test
    if name == "requested_by":
        return "requested_by is empty whenever a rule is looking."
    if name == "cue" and isinstance(test, OneOf) and not test.negated:
        unseen = [word for word in test.values if word not in ground.cues]
        return f"nothing Leeway reads gives the cue {' or '.join(unseen)}." if unseen else ""
    if isinstance(test, OneOf) and not test.negated and (known := ground.policy_values(name)):
        unknown = [word for word in test.values if word not in known]
        return (
            f"{name} is never {' or '.join(unknown)}; the matrix knows {', '.join(known)}." if unknown else ""
        )
    alone = [
        ground.space.boxes((condition,), context)
        for level in ground.levels
        for context in ground.contexts(level)
    ]
    return f"no value of {name} passes its test." if not any(alone) else ""


def _leads_nowhere(ground: Ground, rule: Rule) -> Finding:
    case = _smallest(ground, rule, ground.entry)
    return Finding(
        kind="leads_nowhere",
        rule=rule.name,
        where=ground.places.matrix("rules", rule.name, "go"),
        explanation=f"The rule “{rule.name}” goes to {rule.go}, which is above no level: it never fires.",
        example=ground.case_example(case),
    )


# Hidden by the rules above


def _hidden(ground: Ground, place: int, rule: Rule) -> Findings:
    entry_only = _fires_at_the_start(rule, ground)
    levels = [level for level in ground.levels if leads_up(ground.policy, rule, level)]
    if entry_only:
        if ground.entry not in levels or _lives(ground, place, rule, ground.entry):
            return
        others = [level for level in levels if level != ground.entry]
        if any(_lives(ground, place, rule, level) for level in others):
            yield _finding(ground, place, rule, "late_rule")
            return
    elif any(_lives(ground, place, rule, level) for level in levels):
        return
    yield _finding(ground, place, rule, "dead_rule")


def _fires_at_the_start(rule: Rule, ground: Ground) -> bool:
    """Whether the rule means cases where they begin too: one that names other levels does not."""
    return any(ground.space.boxes(rule.when, context) for context in ground.contexts(ground.entry))


def _lives(ground: Ground, place: int, rule: Rule, level: str) -> bool:
    """Whether some case at this level is decided by this very rule."""
    if not leads_up(ground.policy, rule, level):
        return False
    for context in ground.contexts(level):
        boxes = ground.space.boxes(rule.when, context)
        if any(_decides(ground.policy, rule, ground.space.situation(box, context)) for box in boxes):
            return True
        covers = ground.space.covers(ground.policy.rules[:place], context)
        if any(left_over(box, covers, ground.space) is not None for box in boxes):
            return True
    return False


def _decides(policy: Policy, rule: Rule, situation: Situation) -> bool:
    match = first_match(policy, situation)
    return match is not None and match.rule is rule


def _finding(ground: Ground, place: int, rule: Rule, kind: str) -> Finding:
    case = _smallest(ground, rule, ground.entry)
    by = first_match(ground.policy, case)
    hiding = _hiding(ground, place, rule)
    twin = next((one for one in hiding if _same(one, rule)), None)
    above = " and ".join(f"“{one.name}” (line {one.line})" for one in hiding[:3]) or "those above"
    if twin is not None and (twin.go, twin.consult) != (rule.go, rule.consult):
        kind = "contradiction"
    said = {
        "dead_rule": f"The rule “{rule.name}” can never decide: every case it wants is taken by {above}.",
        "late_rule": f"The rule “{rule.name}” never decides where a case begins ({ground.entry}): {above} takes every "
        f"case first, so it goes to {rule.go} only by way of another level.",
        "contradiction": f"“{rule.name}” asks for the very same cases as {above} and sends them elsewhere "
        f"({rule.go} instead of {twin.go if twin else ''}); it never decides.",
    }[kind]
    decided = f"; “{by.rule.name}” decides and sends it to {by.rule.go}" if by else ""
    return Finding(
        kind=kind,
        rule=rule.name,
        where=ground.places.matrix("rules", rule.name),
        explanation=said,
        example=ground.case_example(case, more=decided),
    )


def _smallest(ground: Ground, rule: Rule, level: str) -> Situation:
    """The most ordinary case the rule wants, at this level if it can be there."""
    for one in (level, *ground.levels):
        for context in ground.contexts(one):
            boxes = ground.space.boxes(rule.when, context)
            if boxes:
                return min(
                    (ground.space.situation(box, context) for box in boxes),
                    key=lambda case: len(words.set_columns(case)),
                )
    return Situation(level=level)


def _hiding(ground: Ground, place: int, rule: Rule) -> list[Rule]:
    """The fewest rules above that hide it: each is left out in turn, as long as the others still do."""
    above = [one for one in ground.policy.rules[:place] if _near(ground, one, rule)]
    for one in list(above):
        fewer = [other for other in above if other is not one]
        if _all_hidden(ground, rule, fewer):
            above = fewer
    return above


def _near(ground: Ground, one: Rule, rule: Rule) -> bool:
    return any(
        both(mine, theirs) is not None
        for context in ground.contexts(ground.entry)
        for mine in ground.space.boxes(rule.when, context)
        for theirs in ground.space.boxes(one.when, context)
    )


def _all_hidden(ground: Ground, rule: Rule, above: Sequence[Rule]) -> bool:
    for context in ground.contexts(ground.entry):
        covers: list[Box] = ground.space.covers(above, context)
        if any(
            left_over(box, covers, ground.space) is not None for box in ground.space.boxes(rule.when, context)
        ):
            return False
    return True


def _same(one: Rule, other: Rule) -> bool:
    return {(c.column, str(c.test)) for c in one.when} == {(c.column, str(c.test)) for c in other.when}
