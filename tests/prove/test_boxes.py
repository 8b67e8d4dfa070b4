"""The box arithmetic says the same as trying every case, on matrices small enough to try them all."""

from __future__ import annotations

from functools import cache
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from leeway.core.matrix import first_match, leads_up, matches
from leeway.core.policy import AuthorityLimit, Condition, Is, Level, OneOf, Policy, Rule, Span, Within
from leeway.core.roster import Person, Roster, Team
from leeway.core.situation import Situation
from leeway.prove import needs, rules
from leeway.prove.ground import Ground
from leeway.prove.limits import limit_at
from tests.prove.houses import START

WORDS = ("anger", "legal_threat")
TIERS = ("", "standard", "gold", "other")
COUNTS = (0, 1, 2, 3)
RENEWALS = (None, -1, 0, 1, 2)
SUMS = (0, 50, 51, 100, 101)
LEVELS = ("agent", "supervisor", "desk")
ROSTER = Roster(
    "r", 1, (Person(id="a", name="A", capacity=1, email="a@x.y", teams=("t",)),), (Team("t", "T"),)
)


def _level(name: str, rank: int, **more: object) -> Level:
    return Level(name, "team:t", Span(60), Span(3600), Span(600), rank=rank, **more)


def _policy(found: list[Rule]) -> Policy:
    named = tuple(
        Rule(f"rule {n}", one.when, one.go, one.because, one.consult, line=n) for n, one in enumerate(found)
    )
    return Policy(
        "small",
        1,
        Span(86_400),
        (_level("agent", 0, climbs_to="supervisor"), _level("supervisor", 1)),
        named,
        desks=(_level("desk", 0, kind="functional"),),
        authority=(
            AuthorityLimit("agent", "refund", 50, "EUR"),
            AuthorityLimit("agent", "credit", 100, "EUR"),
            AuthorityLimit("agent", "refund", 100, "EUR", tiers=("gold",)),
        ),
    )


def one_of(column: str, words: tuple[str, ...]) -> st.SearchStrategy[Condition]:
    some = st.lists(st.sampled_from(words), min_size=1, max_size=2, unique=True)
    return st.builds(
        lambda chosen, negated: Condition(column, OneOf(tuple(chosen), negated)), some, st.booleans()
    )


def within(column: str, *bounds: int) -> st.SearchStrategy[Condition]:
    bound = st.none() | st.sampled_from(bounds)
    return st.builds(
        lambda a, b, c, d: Condition(column, Within(a, b, c, d)), bound, bound, st.booleans(), st.booleans()
    )


CONDITIONS = (
    one_of("cue", WORDS),
    one_of("tier", ("standard", "gold")),
    within("attempts", 0, 1, 2),
    within("renewal_in", 0, 1),
    within("offer_needed", 50, 100) | st.just(Condition("offer_needed", Within(above_authority=True))),
    one_of("wants", ("refund", "credit")),
    st.booleans().map(lambda value: Condition("escalated", Is(value))),
    one_of("level", ("agent", "desk")),
)
WHEN = st.lists(st.sampled_from(range(len(CONDITIONS))), min_size=0, max_size=3, unique=True).flatmap(
    lambda chosen: st.tuples(*(CONDITIONS[place] for place in chosen))
)
RULES = st.lists(
    st.builds(
        lambda when, go, consult: Rule("r", when, go, "frustration", consult),
        WHEN,
        st.sampled_from(("supervisor", "desk", "agent")),
        st.booleans(),
    ),
    min_size=1,
    max_size=5,
)


LIMITED = _policy([])
"""Its limits are those of every policy here."""


@cache
def every_case(level: str) -> list[Situation]:
    cues = [
        tuple(w for w, there in zip(WORDS, some, strict=True) if there) for some in product((0, 1), repeat=2)
    ]
    return [
        Situation(
            level=level,
            cue=cue,
            tier=tier,
            attempts=count,
            renewal_in=renewal,
            offer_needed=amount,
            wants=wants,
            escalated=escalated,
            authority=limit_at(LIMITED, level, wants, tier),
        )
        for cue, tier, count, renewal, amount, wants, escalated in product(
            cues, TIERS, COUNTS, RENEWALS, SUMS, ("", "refund", "credit", "x"), (False, True)
        )
    ]


def _ever_decides(policy: Policy, rule: Rule, level: str) -> bool:
    if not leads_up(policy, rule, level):
        return False
    for case in every_case(level):
        if all(matches(one, case) for one in rule.when):
            decides = first_match(policy, case)
            if decides is not None and decides.rule is rule:
                return True
    return False


@settings(max_examples=8, deadline=None)
@given(RULES)
def test_a_rule_decides_some_case_exactly_when_the_boxes_say_so(found):
    policy = _policy(found)
    ground = Ground(policy, ROSTER, start=START)
    for place, rule in enumerate(policy.rules):
        for level in LEVELS:
            assert rules._lives(ground, place, rule, level) == _ever_decides(policy, rule, level), (
                rule,
                level,
            )


NEED = needs.Need(name="law", says="x", when=(Condition("cue", OneOf(("legal_threat",))),), first=True)


@settings(max_examples=8, deadline=None)
@given(RULES)
def test_a_need_is_unanswered_exactly_when_some_case_of_it_is(found):
    policy = _policy(found)
    ground = Ground(policy, ROSTER, start=START)
    hole = needs._unanswered(ground, NEED)
    bare = first_match(
        policy, Situation(level="agent", cue=("legal_threat",), authority=limit_at(policy, "agent", ""))
    )
    least = policy.level(bare.rule.go).rank if bare else -1
    wrong = [
        case
        for case in every_case("agent")
        if "legal_threat" in case.cue and not case.escalated and needs._is_wrong(ground, NEED, case, least)
    ]
    assert (hole is not None) == bool(wrong), (hole, wrong[:1])


@settings(max_examples=8, deadline=None)
@given(WHEN, WHEN)
def test_boxes_hold_the_cases_that_pass_and_no_others(first, second):
    policy = _policy([Rule("r", (*first, *second), "supervisor", "frustration")])
    if len({one.column for one in policy.rules[0].when}) < len(policy.rules[0].when):
        return  # a file cannot name a column twice
    ground = Ground(policy, ROSTER, start=START)
    inside = sum(
        bool(ground.space.boxes(policy.rules[0].when, context)) for context in ground.contexts("agent")
    )
    passes = any(all(matches(one, case) for one in policy.rules[0].when) for case in every_case("agent"))
    assert bool(inside) == passes
