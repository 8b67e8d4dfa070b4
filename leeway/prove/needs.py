"""Which cases need somebody, and whether the matrix answers each of them.

A matrix is not wrong because it does little; it has a hole when a case that *needs somebody* stays where it is. What
needs somebody is written down here, once: the reasons of the fixed list, each as the least a case must show. A house
that knowingly leaves one of them to the agent says so (``left_to_agent`` in the matrix), and the proof says so too.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from leeway.core.matrix import first_match
from leeway.core.policy import Condition, Is, OneOf, Policy, Rule, Within
from leeway.core.situation import Situation
from leeway.prove.boxes import Box, Context, both, left_over
from leeway.prove.findings import Finding, Findings
from leeway.prove.ground import Ground

DAY = 86_400


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of case that needs somebody. ``moves``: advice is not enough, somebody above has to have it.

    ``first``: it must never wait behind what usually happens, so no rule above may send it lower. ``somewhere``: it is
    for the house to say which of these cases count; one rule that looks at it is enough.
    """

    name: str
    says: str
    when: tuple[Condition, ...]
    moves: bool = True
    first: bool = False
    somewhere: bool = False


def _cue(kind: str) -> Condition:
    return Condition("cue", OneOf((kind,)))


def _at_least(column: str, low: float) -> Condition:
    return Condition(column, Within(low=low))


NEEDS: tuple[Need, ...] = (
    Need(
        name="legal_threat", says="the customer speaks of a lawyer", when=(_cue("legal_threat"),), first=True
    ),
    Need(
        name="regulator_threat",
        says="the customer speaks of an authority",
        when=(_cue("regulator_threat"),),
        first=True,
    ),
    Need(name="vulnerable", says="the customer may be vulnerable", when=(_cue("vulnerable"),), first=True),
    Need(
        name="asks_for_supervisor", says="the customer asks to go higher", when=(_cue("asks_for_supervisor"),)
    ),
    Need(
        name="public_threat",
        says="the customer will make it public",
        when=(_cue("public_threat"),),
        moves=False,
    ),
    Need(
        name="churn_threat",
        says="a customer wants to leave",
        when=(_cue("churn_threat"),),
        moves=False,
        somewhere=True,
    ),
    Need(
        name="broken_promise",
        says="a promise of ours is broken",
        when=(Condition("promise", OneOf(("broken",))),),
    ),
    Need(
        name="third_contact",
        says="it is the third contact about the same matter",
        when=(_at_least("contacts_30d", 3), Condition("same_matter", Is(True))),
    ),
    Need(
        name="over_the_limit",
        says="what the customer asks for is above the limit",
        when=(Condition("offer_needed", Within(above_authority=True)),),
    ),
    Need(name="declined", says="the customer has declined three solutions", when=(_at_least("refused", 3),)),
    Need(
        name="told_again",
        says="the customer has told it to four of our people",
        when=(_at_least("people_explained_to", 4), _at_least("times_explained", 4)),
    ),
    Need(name="reopened", says="it was solved twice and came back", when=(_at_least("reopened", 2),)),
    Need(
        name="long_wait",
        says="the customer has waited three days and written three times",
        when=(_at_least("waiting", 3 * DAY), _at_least("age", 3 * DAY), _at_least("unanswered", 3)),
    ),
    Need(
        name="storm",
        says="the conversation is about to escalate, and two solutions did not help",
        when=(
            _at_least("risk", 0.95),
            Condition("trend", OneOf(("declining",))),
            Condition("feeling", OneOf(("angry",))),
            Condition("patience", Within(high=10)),
            _at_least("attempts", 2),
        ),
        moves=False,
    ),
)
"""The thresholds are the least at which nobody in the field would say "leave it". A house that acts earlier is fine."""

NAMES = tuple(need.name for need in NEEDS)
NOT_ESCALATED = Condition("escalated", Is(False))


def needs_of(policy: Policy) -> Iterator[Need]:
    """The needs this matrix has to answer: the fixed ones, and every event it declares."""
    left = frozenset(getattr(policy, "left_to_agent", ()))
    for need in NEEDS:
        if need.name not in left and (need.name != "over_the_limit" or policy.authority):
            yield need
    for event in getattr(policy, "values", {}).get("event", ()):
        if f"event:{event}" not in left and event not in left:
            yield Need(
                name=f"event:{event}",
                says=f"the event {event} happens",
                when=(Condition("event", OneOf((event,))),),
                moves=False,
                somewhere=True,
            )


def conditions(policy: Policy) -> list[Condition]:
    return [NOT_ESCALATED, *(condition for need in needs_of(policy) for condition in need.when)]


def check(ground: Ground) -> Findings:
    for need in needs_of(ground.policy):
        found = _looked_at_nowhere(ground, need) if need.somewhere else _unanswered(ground, need)
        if found is not None:
            yield found


def _looked_at_nowhere(ground: Ground, need: Need) -> Finding | None:
    [asked] = need.when
    wanted: set[str] = set(getattr(asked.test, "values", ()))
    for rule in ground.policy.rules:
        for condition in rule.when:
            test = condition.test
            if condition.column != asked.column or not isinstance(test, OneOf) or test.negated:
                continue
            if wanted & set(test.values):
                return None
    context = ground.contexts(ground.entry)[0]
    case = ground.space.situation(ground.space.boxes(need.when, context)[0], context)
    return _finding(ground, need, case, None)


def _unanswered(ground: Ground, need: Need) -> Finding | None:
    """The smallest case of this need that nobody answers, or that goes to the wrong place."""
    for context in ground.contexts(ground.entry):
        for box in ground.space.boxes((*need.when, NOT_ESCALATED), context):
            bare = ground.space.situation(box, context)
            least = _rank_of_answer(ground, bare) if need.first else -1
            wrong = _wrong_part(ground, need, box, context, least)
            if wrong is not None:
                found = ground.space.situation(wrong, context)
                return _smallest_wrong(ground, need, bare, box, least=least, wrong=found)
    return None


def _rank_of_answer(ground: Ground, bare: Situation) -> int:
    match = first_match(ground.policy, bare)
    return ground.policy.level(match.rule.go).rank if match else -1


def _answers(ground: Ground, need: Need, rule: Rule, least: int) -> bool:
    """Whether this rule is an answer to the need: it moves the case if it must, and not lower than it goes alone.

    A desk is expertise, not rank: going to one is never lower.
    """
    if need.moves and rule.consult:
        return False
    goal = ground.policy.level(rule.go)
    return goal.kind == "functional" or goal.rank >= least


def _wrong_part(ground: Ground, need: Need, box: Box, context: Context, least: int) -> Box | None:
    """A part of the need that no rule decides, or one that is no answer. Exact."""
    space, rules = ground.space, ground.policy.rules
    nobody = left_over(box, space.covers(rules, context), space)
    if nobody is not None:
        return nobody
    for place, rule in enumerate(rules):
        if _answers(ground, need, rule, least):
            continue
        above = space.covers(rules[:place], context)
        for mine in space.covers((rule,), context):
            shared = both(box, mine)
            part = left_over(shared, above, space) if shared is not None else None
            if part is not None:
                return part
    return None


def _smallest_wrong(
    ground: Ground, need: Need, bare: Situation, box: Box, *, least: int, wrong: Situation
) -> Finding:
    """Among the cases near the bare need the first that is wrong; else the one that was found, made smaller."""
    near = ground.space.neighbours(bare, box, most=1)
    case = next((one for one in near if _is_wrong(ground, need, one, least)), None)
    if case is None:
        case = _made_smaller(ground, need, bare, wrong, least)
    match = first_match(ground.policy, case)
    return _finding(ground, need, case, match.rule if match else None)


def _is_wrong(ground: Ground, need: Need, case: Situation, least: int) -> bool:
    match = first_match(ground.policy, case)
    return match is None or not _answers(ground, need, match.rule, least)


def _made_smaller(ground: Ground, need: Need, bare: Situation, case: Situation, least: int) -> Situation:
    """Every column is set back to the bare need's as long as the case stays wrong."""
    for name in case.__struct_fields__:
        calmer = msgspec.structs.replace(case, **{name: getattr(bare, name)})
        if calmer != case and _is_wrong(ground, need, calmer, least):
            case = calmer
    return case


def _finding(ground: Ground, need: Need, case: Situation, rule: Rule | None) -> Finding:
    if rule is None:
        return Finding(
            kind="uncovered",
            rule=need.name,
            where=ground.places.matrix("rules"),
            explanation=f"No rule answers when {need.says}: the case stays where it is until its time is up.",
            example=ground.case_example(case, more="; no rule decides"),
        )
    bare = first_match(ground.policy, _alone(ground, need))
    wanted = (
        f", though “{bare.rule.name}” would send it to {bare.rule.go}"
        if bare and bare.rule is not rule
        else ""
    )
    does = f"only asks {rule.go} for advice" if rule.consult else f"sends it to {rule.go}"
    return Finding(
        kind="overtaken",
        rule=rule.name,
        where=ground.places.matrix("rules", rule.name),
        explanation=f"When {need.says}, “{rule.name}” can come first and {does}{wanted}.",
        example=ground.case_example(case, more=f"; “{rule.name}” decides"),
    )


def _alone(ground: Ground, need: Need) -> Situation:
    context = ground.contexts(ground.entry)[0]
    boxes = ground.space.boxes(need.when, context)
    return ground.space.situation(boxes[0], context) if boxes else Situation(level=ground.entry)
