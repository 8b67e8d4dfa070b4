"""Which rule decides: semantics by example, and against an evaluator too simple to be wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from leeway.core.matrix import Match, RuleVerdict, Seen, explain, first_match, leads_up, matches
from leeway.core.policy import Condition, Is, Level, OneOf, Policy, Rule, Span, Within
from leeway.core.situation import COLUMNS, Situation


def level(name: str, rank: int, kind: str = "hierarchical") -> Level:
    return Level(name, f"team:{name}", Span(60), Span(3600), Span(600), kind=kind, rank=rank)


def policy(*rules: Rule) -> Policy:
    return Policy(
        name="p",
        version=1,
        close_within=Span(86400),
        levels=(level("agent", 0), level("supervisor", 1), level("manager", 2)),
        desks=(
            level("care", 1, "functional"),
            level("security", 1, "functional"),
            level("board", 2, "functional"),
        ),
        rules=rules,
    )


def rule(name: str, *when: Condition, go: str = "supervisor", consult: bool = False) -> Rule:
    return Rule(name, when, go, "frustration", consult=consult)


def holds(column: str, test, situation: Situation) -> bool:
    return matches(Condition(column, test), situation)


@pytest.mark.parametrize(
    ("column", "test", "situation", "expected"),
    [
        # a set column: any of
        ("cue", OneOf(("anger", "thanks")), Situation(cue=("sarcasm", "anger")), True),
        ("cue", OneOf(("anger",)), Situation(cue=("sarcasm",)), False),
        ("cue", OneOf(("anger",)), Situation(), False),
        ("cue", OneOf(("anger",), negated=True), Situation(cue=("sarcasm",)), True),
        ("cue", OneOf(("anger",), negated=True), Situation(cue=("sarcasm", "anger")), False),
        ("cue", OneOf(("anger",), negated=True), Situation(), True),
        # a word column: one of; an empty word is not known
        ("tier", OneOf(("gold", "platinum")), Situation(tier="gold"), True),
        ("tier", OneOf(("gold",), negated=True), Situation(tier="silver"), True),
        ("tier", OneOf(("gold",), negated=True), Situation(tier="gold"), False),
        ("region", OneOf(("eu",), negated=True), Situation(region=""), False),
        # yes or no
        ("same_matter", Is(True), Situation(same_matter=True), True),
        ("same_matter", Is(False), Situation(same_matter=True), False),
        # numbers and their bounds
        ("contacts_30d", Within(low=3), Situation(contacts_30d=3), True),
        ("contacts_30d", Within(low=3, low_open=True), Situation(contacts_30d=3), False),
        ("contacts_30d", Within(high=3), Situation(contacts_30d=3), True),
        ("contacts_30d", Within(high=3, high_open=True), Situation(contacts_30d=3), False),
        ("risk", Within(low=0.5, high=0.7, low_open=True), Situation(risk=0.5), False),
        ("risk", Within(low=0.5, high=0.7, low_open=True), Situation(risk=0.7), True),
        ("risk", Within(low=0.5, high=0.7), Situation(risk=0.71), False),
        ("attempts", Within(low=2, high=2), Situation(attempts=2), True),
        # what is not known never matches
        ("rating", Within(high=2), Situation(rating=None), False),
        ("rating", Within(high=2), Situation(rating=2), True),
        ("renewal_in", Within(low=-1000), Situation(renewal_in=None), False),
        # the owner's own limit
        ("offer_needed", Within(above_authority=True), Situation(offer_needed=6001, authority=6000), True),
        ("offer_needed", Within(above_authority=True), Situation(offer_needed=6000, authority=6000), False),
        ("offer_needed", Within(above_authority=True), Situation(), False),
    ],
)
def test_what_a_condition_means(column, test, situation, expected):
    assert holds(column, test, situation) is expected


ANGRY = Condition("cue", OneOf(("anger",)))
OFTEN = Condition("contacts_30d", Within(low=3))


def test_the_first_rule_whose_conditions_all_hold_decides_and_shows_what_it_saw():
    table = policy(rule("both", ANGRY, OFTEN), rule("angry", ANGRY), rule("also angry", ANGRY, go="manager"))
    situation = Situation(cue=("anger",), contacts_30d=2)
    assert first_match(table, situation) == Match(table.rules[1], (Seen(ANGRY, ("anger",)),))


def test_no_rule_may_hold():
    assert first_match(policy(rule("angry", ANGRY)), Situation()) is None
    assert first_match(policy(), Situation()) is None


def test_a_rule_without_conditions_always_holds():
    table = policy(rule("always"))
    assert first_match(table, Situation()) == Match(table.rules[0], ())


def test_a_rule_that_does_not_lead_up_lets_the_next_one_decide():
    table = policy(rule("to supervisor", ANGRY), rule("to manager", ANGRY, go="manager"))
    decided = {
        at: match.rule.name if (match := first_match(table, Situation(cue=("anger",), level=at))) else None
        for at in ("", "agent", "supervisor", "care", "manager", "renamed since")
    }
    assert decided == {
        "": "to supervisor",
        "agent": "to supervisor",
        "supervisor": "to manager",
        "care": "to manager",
        "manager": None,
        "renamed since": "to supervisor",
    }


def test_a_rule_that_has_had_its_say_does_not_hide_those_below():
    table = policy(rule("consult", ANGRY, consult=True), rule("go", ANGRY))
    match = first_match(table, Situation(cue=("anger",)), skip={"consult"})
    assert match is not None
    assert match.rule.name == "go"


@pytest.mark.parametrize(
    ("at", "ups"),
    [
        ("", {"agent", "supervisor", "care", "security", "manager", "board"}),
        ("agent", {"supervisor", "care", "security", "manager", "board"}),
        ("supervisor", {"care", "security", "manager", "board"}),
        ("care", {"manager", "board"}),
        ("manager", {"board"}),
        ("board", set()),
    ],
)
def test_a_desk_stands_just_above_the_rung_it_is_beside(at, ups):
    places = ("agent", "supervisor", "care", "security", "manager", "board")
    assert {place for place in places if leads_up(policy(), rule("r", go=place), at)} == ups


def test_following_the_rules_can_not_go_round():
    places = ("agent", "supervisor", "care", "security", "manager", "board")
    up = {(a, b) for a in places for b in places if leads_up(policy(), rule("r", go=b), a)}
    assert not {(a, b) for a, b in up if (b, a) in up or a == b}
    assert {(a, c) for a, b in up for b_, c in up if b == b_} <= up


def test_every_rule_can_be_explained():
    table = policy(
        rule("rated low", Condition("rating", Within(high=2))),
        rule("here already", ANGRY, go="agent"),
        rule("angry often", ANGRY, OFTEN),
        rule("angry", ANGRY),
        rule("angry too", ANGRY),
    )
    verdicts = explain(table, Situation(cue=("anger",), contacts_30d=2, level="agent"))
    assert verdicts == (
        RuleVerdict("rated low", holds=False, leads_up=True, failed=Seen(table.rules[0].when[0], None)),
        RuleVerdict("here already", holds=True, leads_up=False),
        RuleVerdict("angry often", holds=False, leads_up=True, failed=Seen(OFTEN, 2)),
        RuleVerdict("angry", holds=True, leads_up=True, decides=True),
        RuleVerdict("angry too", holds=True, leads_up=True),
    )


def test_an_equal_policy_made_anew_decides_and_explains_the_same():
    for _ in range(2):
        table, situation = policy(rule("angry", ANGRY)), Situation(cue=("anger",))
        match = first_match(table, situation)
        assert match is not None
        assert match.rule is table.rules[0]
        assert [verdict.decides for verdict in explain(table, situation)] == [True]


def test_policies_do_not_answer_for_each_other():
    for count in range(200):  # more than are remembered, all of one name and version
        table = policy(rule(f"rule {count}", ANGRY))
        match = first_match(table, Situation(cue=("anger",)))
        assert match is not None
        assert match.rule.name == f"rule {count}"


# --- against a naive evaluator ----------------------------------------------------------------------------------------

WORDS = {
    "cue": ("anger", "thanks", "urgency"),
    "tier": ("", "gold", "silver"),
    "level": ("", "agent", "supervisor", "care", "manager"),
}


def naive_holds(condition: Condition, situation: Situation) -> bool:
    value, test = getattr(situation, condition.column), condition.test
    if value is None or value == "":
        return False
    match test:
        case Is():
            return value == test.value
        case OneOf():
            held = set(value) if isinstance(value, tuple) else {value}
            return bool(held & set(test.values)) != test.negated
        case Within(above_authority=True):
            return value > situation.authority
        case Within():
            below = test.low is not None and (value < test.low or (test.low_open and value == test.low))
            above = test.high is not None and (value > test.high or (test.high_open and value == test.high))
            return not below and not above


def naive_first(table: Policy, situation: Situation) -> Rule | None:
    order = ["agent", "supervisor", "care security", "manager", "board"]

    def height(name: str) -> int:
        return next((place for place, names in enumerate(order) if name and name in names.split()), -1)

    for candidate in table.rules:
        if height(candidate.go) > height(situation.level) and all(
            naive_holds(condition, situation) for condition in candidate.when
        ):
            return candidate
    return None


small_numbers = st.integers(0, 4)
tests_by_column = {
    "cue": st.builds(OneOf, st.lists(st.sampled_from(WORDS["cue"]), min_size=1).map(tuple), st.booleans()),
    "tier": st.builds(
        OneOf, st.lists(st.sampled_from(WORDS["tier"][1:]), min_size=1).map(tuple), st.booleans()
    ),
    "same_matter": st.builds(Is, st.booleans()),
    "rating": st.builds(
        Within,
        low=st.none() | small_numbers,
        high=st.none() | small_numbers,
        low_open=st.booleans(),
        high_open=st.booleans(),
    ),
    "offer_needed": st.builds(Within, low=st.none() | small_numbers) | st.just(Within(above_authority=True)),
}
conditions = st.one_of([st.builds(Condition, st.just(name), test) for name, test in tests_by_column.items()])
situations = st.builds(
    Situation,
    cue=st.lists(st.sampled_from(WORDS["cue"]), unique=True).map(tuple),
    tier=st.sampled_from(WORDS["tier"]),
    level=st.sampled_from(WORDS["level"]),
    same_matter=st.booleans(),
    rating=st.none() | st.integers(0, 4),
    offer_needed=small_numbers,
    authority=small_numbers,
)
tables = st.lists(
    st.builds(
        Rule,
        st.text("ab", max_size=2),
        st.lists(conditions, max_size=3).map(tuple),
        st.sampled_from(["agent", "supervisor", "care", "security", "manager", "board"]),
        st.just("frustration"),
    ),
    max_size=6,
).map(lambda rules: policy(*(replace(made, line=line) for line, made in enumerate(rules))))


@given(conditions, situations)
def test_a_condition_means_what_the_naive_evaluator_says(condition, situation):
    assert matches(condition, situation) == naive_holds(condition, situation)


@given(tables, situations)
def test_the_rule_that_decides_is_the_naive_evaluators(table, situation):
    match = first_match(table, situation)
    assert (match.rule if match else None) == naive_first(table, situation)


@given(tables, situations)
def test_the_explanation_agrees_with_the_decision(table, situation):
    verdicts = explain(table, situation)
    match = first_match(table, situation)
    assert [verdict.decides for verdict in verdicts] == [
        match is not None and rule is match.rule for rule in table.rules
    ]
    decisive = [place for place, verdict in enumerate(verdicts) if verdict.holds and verdict.leads_up]
    assert [place for place, verdict in enumerate(verdicts) if verdict.decides] == decisive[:1]
    assert all((verdict.failed is None) == verdict.holds for verdict in verdicts)


def test_every_column_of_the_reference_is_a_field_of_the_situation():
    assert set(COLUMNS) <= set(Situation.__struct_fields__)
