"""The smallest change is the smallest: compared with trying every value there is, on small tables."""

from __future__ import annotations

from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from leeway.core.matrix import first_match
from leeway.core.policy import Condition, Is, OneOf, Policy, Rule, Within
from leeway.core.situation import Situation
from leeway.prove.explain.smallest import smallest_changes
from leeway.testing import house_policy

WHERE = "agent"

GRID: dict[str, tuple[Any, ...]] = {
    "contacts_30d": (1, 2, 3, 4, 5),
    "risk": (0.0, 0.3, 0.5, 0.7, 1.0),
    "tier": ("standard", "gold", "platinum"),
    "same_matter": (False, True),
    "cue": tuple(
        tuple(sorted(one))
        for one in (
            set(),
            {"anger"},
            {"legal_threat"},
            {"anger", "legal_threat"},
            {"thanks"},
            {"thanks", "anger"},
        )
    ),
}
"""Every value a case of these tests can hold; the rules below cannot tell any other value from one of them."""

CONDITIONS = st.one_of(
    st.builds(
        lambda low, high: Condition("contacts_30d", Within(low=low, high=high)),
        st.sampled_from((None, 2, 3)), st.sampled_from((3, 4)),
    ),
    st.builds(
        lambda low, opened: Condition("risk", Within(low=low, low_open=opened)),
        st.sampled_from((0.3, 0.5)),
        st.booleans(),
    ),
    st.builds(lambda words, negated: Condition("tier", OneOf(words, negated=negated)),
              st.sampled_from((("gold",), ("gold", "platinum"))), st.booleans()),
    st.builds(lambda value: Condition("same_matter", Is(value)), st.booleans()),
    st.builds(lambda words, negated: Condition("cue", OneOf(words, negated=negated)),
              st.sampled_from((("anger",), ("legal_threat",), ("anger", "legal_threat"))), st.booleans()),
)  # fmt: skip


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    rules = tuple(
        Rule(f"rule {place}", tuple(draw(st.lists(CONDITIONS, min_size=1, max_size=3))), go, "no_resolution")
        for place, go in enumerate(
            draw(st.lists(st.sampled_from(("supervisor", "manager")), min_size=1, max_size=4))
        )
    )
    return replace(house_policy(), rules=rules)


SITUATIONS = st.builds(
    Situation, level=st.just(WHERE), **{name: st.sampled_from(values) for name, values in GRID.items()}
)


def outcome(policy: Policy, situation: Situation) -> str:
    match = first_match(policy, situation)
    return match.rule.name if match else ""


def fewest_columns(policy: Policy, situation: Situation) -> dict[str, int]:
    """For every outcome that can be reached, how many columns have to differ at least."""
    fewest: dict[str, int] = {}
    for values in product(*GRID.values()):
        changed = replace(situation, **dict(zip(GRID, values, strict=True)))
        differing = sum(getattr(changed, name) != getattr(situation, name) for name in GRID)
        reached = outcome(policy, changed)
        fewest[reached] = min(differing, fewest.get(reached, len(GRID)))
    fewest.pop(outcome(policy, situation), None)
    return fewest


@settings(max_examples=60)
@given(policies(), SITUATIONS)
def test_no_smaller_change_exists(policy: Policy, situation: Situation):
    found = smallest_changes(policy, situation, most=10)
    expected = {name: count for name, count in fewest_columns(policy, situation).items() if count <= 4}
    assert {change.rule: len(change.columns) for change in found} == expected


@settings(max_examples=60)
@given(policies(), SITUATIONS)
def test_a_change_leads_where_it_says(policy: Policy, situation: Situation):
    for change in smallest_changes(policy, situation, most=10):
        changed = replace(situation, **{one.column: one.to for one in change.columns})
        assert outcome(policy, changed) == change.rule
        assert all(getattr(situation, one.column) == one.was for one in change.columns)


def test_the_nearest_value_is_named():
    rule = Rule("often", (Condition("contacts_30d", Within(low=3)),), "supervisor", "repeat_incident")
    policy = replace(house_policy(), rules=(rule,))
    (change,) = smallest_changes(policy, Situation(level=WHERE, contacts_30d=7))
    assert [(one.column, one.to) for one in change.columns] == [("contacts_30d", 2)]
    (change,) = smallest_changes(policy, Situation(level=WHERE, contacts_30d=1))
    assert [(one.column, one.to) for one in change.columns] == [("contacts_30d", 3)]


def test_a_rule_that_had_its_say_is_no_way_to_another_outcome():
    rule = Rule("often", (Condition("contacts_30d", Within(low=3)),), "supervisor", "repeat_incident")
    policy = replace(house_policy(), rules=(rule,))
    assert smallest_changes(policy, Situation(level=WHERE, contacts_30d=7), spent={"often"}) == ()
