"""The smallest change: which fewest columns, by how little, would have had to differ for another outcome.

Exact, by search over the matrix itself. Tests only ever ask on which side of a bound a number is, or which words are
there, so each column falls into a few pieces within which no rule can tell two values apart; one value of each piece,
the nearest to what the case held, is all that has to be tried. Whether a changed case then leads where is asked of the
production ``first_match``.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from itertools import combinations, product
from math import inf, nextafter
from typing import Any, NamedTuple

from msgspec.structs import replace

from leeway.core.matrix import Value, first_match, leads_up, matches
from leeway.core.policy import Condition, Is, OneOf, Policy, Rule, Test, Within
from leeway.core.situation import COLUMNS, Column, Situation
from leeway.prove.explain.parts import Change, ColumnChange

MOST_COLUMNS = 4
"""Whoever needs more columns changed is looking at another case."""

GIVEN = frozenset({"level", "authority", "requested_by"})
"""Columns that say where the case is and who asks: another value of these would be another question."""

NEVER_EMPTY = frozenset({"trend", "feeling", "tier"})
MAY_BE_UNKNOWN = frozenset({"renewal_in", "rating"})
SOMETHING_ELSE = "something else"
MOST_WORDS_OFF = 6


class _Step(NamedTuple):
    """One other value for a column. ``cost`` orders values by nearness; ``bound`` is how a person would say it."""

    change: ColumnChange
    cost: float


def smallest_changes(
    policy: Policy, situation: Situation, *, spent: Container[str] = (), most: int = 4
) -> tuple[Change, ...]:
    """The nearest ways to another outcome: first how it would have stayed, then by which other rules it would go.

    At most ``most`` of them; outcomes that need more than ``MOST_COLUMNS`` columns are left out.
    """
    rules = [rule for rule in policy.rules if leads_up(policy, rule, situation.level)]
    now = first_match(policy, situation, skip=spent)
    search = _Search(policy, rules, situation, spent)
    found: list[tuple[tuple[int, float, int], Change]] = []
    goals: list[Rule | None] = [None] if now is not None else []
    goals += [
        rule for rule in rules if rule.name not in spent and (now is None or rule.name != now.rule.name)
    ]
    for place, goal in enumerate(goals):
        best = search.nearest(goal)
        if best is not None:
            steps, cost = best
            change = Change(
                goal.name if goal else "", goal.go if goal else "", tuple(s.change for s in steps)
            )
            found.append(((0 if goal is None else len(steps), cost, place), change))
    return tuple(change for _, change in sorted(found, key=lambda pair: pair[0])[:most])


class _Search:
    def __init__(
        self, policy: Policy, rules: list[Rule], situation: Situation, spent: Container[str]
    ) -> None:
        self._policy = policy
        self._situation = situation
        self._spent = spent
        self._holding = [
            {condition.column for condition in rule.when} - GIVEN
            for rule in rules
            if rule.name not in spent and all(matches(condition, situation) for condition in rule.when)
        ]
        conditions = [condition for rule in rules for condition in rule.when]
        self._columns = sorted({condition.column for condition in conditions} - GIVEN)
        self._steps = {
            name: tuple(_steps(COLUMNS[name], conditions, rules, situation)) for name in self._columns
        }

    def nearest(self, goal: Rule | None) -> tuple[tuple[_Step, ...], float] | None:
        """The cheapest of the smallest changes that lead there; None when none of ``MOST_COLUMNS`` columns does."""
        failing = self._failing(goal)
        if failing & GIVEN or len(failing) > MOST_COLUMNS:
            return None
        for size in range(max(1, len(failing)), MOST_COLUMNS + 1):
            best = min(
                (
                    steps
                    for columns in self._choices(size, goal, failing)
                    for steps in self._try(columns, goal)
                ),
                key=_rank,
                default=None,
            )
            if best is not None:
                return best, sum(step.cost for step in best)
        return None

    def _failing(self, goal: Rule | None) -> frozenset[str]:
        """The columns that must change whatever else does."""
        if goal is None:
            return frozenset()
        return frozenset(c.column for c in goal.when if not matches(c, self._situation))

    def _choices(self, size: int, goal: Rule | None, failing: frozenset[str]) -> Iterator[tuple[str, ...]]:
        """Sets of columns that can possibly do: for staying, one of every rule that holds now is among them."""
        rest = [name for name in self._columns if name not in failing]
        for extra in combinations(rest, size - len(failing)):
            columns = (*sorted(failing), *extra)
            if goal is not None or all(holds & set(columns) for holds in self._holding):
                yield columns

    def _try(self, columns: tuple[str, ...], goal: Rule | None) -> Iterator[tuple[_Step, ...]]:
        for steps in product(*(self._fitting(name, goal) for name in columns)):
            changed = replace(self._situation, **{step.change.column: step.change.to for step in steps})
            match = first_match(self._policy, changed, skip=self._spent)
            if (match.rule.name if match else None) == (goal.name if goal else None):
                yield steps

    def _fitting(self, name: str, goal: Rule | None) -> Iterable[_Step]:
        """The other values of a column that the wanted rule itself allows."""
        mine = [c for c in goal.when if c.column == name] if goal else []
        for step in self._steps[name]:
            changed = replace(self._situation, **{name: step.change.to})
            if all(matches(condition, changed) for condition in mine):
                yield step


def _rank(steps: tuple[_Step, ...]) -> tuple[float, str]:
    return sum(step.cost for step in steps), repr([step.change.to for step in steps])


def _steps(
    column: Column, conditions: list[Condition], rules: list[Rule], situation: Situation
) -> Iterator[_Step]:
    tests = [condition.test for condition in conditions if condition.column == column.name]
    was: Any = getattr(situation, column.name)
    match column.kind:
        case "yes_no":
            yield _Step(ColumnChange(column.name, was, not was, Is(not was)), 1.0)
        case "word":
            yield from _other_words(column, tests, was)
        case "words":
            yield from _other_sets(column, tests, _most_tests(column.name, rules), was)
        case _:
            yield from _other_numbers(column, tests, situation.authority, was)


def _most_tests(column: str, rules: list[Rule]) -> int:
    return max((sum(c.column == column for c in rule.when) for rule in rules), default=1)


def _words_in(tests: list[Test]) -> list[str]:
    return sorted({word for test in tests if isinstance(test, OneOf) for word in test.values})


def _other_words(column: Column, tests: list[Test], was: str) -> Iterator[_Step]:
    named = _words_in(tests)
    other = next((value for value in column.values if value not in named), "")
    unnamed = other or ("" if column.values else SOMETHING_ELSE)
    empty = () if column.name in NEVER_EMPTY else ("",)
    for word in dict.fromkeys((*named, *((unnamed,) if unnamed else ()), *empty)):
        if word != was:
            yield _Step(ColumnChange(column.name, was, word), 1.0)


def _other_sets(column: Column, tests: list[Test], most_added: int, was: tuple[str, ...]) -> Iterator[_Step]:
    """The set without some of the words rules ask about, and with a few more of them."""
    named = _words_in(tests)
    there = [word for word in was if word in named]
    absent = [word for word in named if word not in was]
    for added in (some for n in range(most_added + 1) for some in combinations(absent, n)):
        for gone in (some for n in range(len(there) + 1) for some in combinations(there, n)):
            if added or gone:
                to = tuple(sorted((set(was) - set(gone)) | set(added)))
                yield _Step(ColumnChange(column.name, was, to), float(len(added) + len(gone)))


def _other_numbers(column: Column, tests: list[Test], authority: int, was: float | None) -> Iterator[_Step]:
    bounds = sorted(
        {
            float(bound)
            for test in tests
            if isinstance(test, Within)
            for bound in ((authority,) if test.above_authority else (test.low, test.high))
            if bound is not None
        }
    )
    low, high = (
        column.low if column.low is not None else -inf,
        column.high if column.high is not None else inf,
    )
    seen: set[float] = set()
    for bound in bounds:
        for value, said in _around(bound, whole=column.whole):
            if low <= value <= high and value not in seen and value != was:
                seen.add(value)
                to: Value = int(value) if column.whole else value
                yield _Step(ColumnChange(column.name, was, to, said), _distance(was, value))
    if column.name in MAY_BE_UNKNOWN and was is not None:
        yield _Step(ColumnChange(column.name, was, None), 1.0)


def _around(bound: float, *, whole: bool) -> Iterator[tuple[float, Test]]:
    """The bound itself and its neighbours on both sides, as a person would say them."""
    if whole:
        for value in (bound, bound - 1, bound + 1):
            yield value, Within(low=value, high=value)
        return
    yield bound, Within(low=bound, high=bound)
    yield nextafter(bound, -inf), Within(high=bound, high_open=True)
    yield nextafter(bound, inf), Within(low=bound, low_open=True)


def _distance(was: float | None, to: float) -> float:
    """From 0 to 1: how far two numbers are apart, whatever their unit."""
    if was is None:
        return 1.0
    return abs(to - was) / max(abs(to), abs(was), 1.0)
