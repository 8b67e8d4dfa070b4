"""Which rule of the matrix decides: from the top, the first one whose conditions all hold and that leads up.

What is not known never matches: ``None``, and a word column that is empty, match no test, not even a negated
one. A column that holds a set is always known; an empty set is simply empty.

A rule that does not lead up from where the case is never fires (``leads_up``). The order behind it is strict,
so following the rules again and again ends at the top; two rules cannot throw a case to and fro.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from operator import attrgetter

import msgspec

from leeway.core.policy import Condition, Is, OneOf, Policy, Rule, Within
from leeway.core.situation import Situation

Value = str | int | float | bool | tuple[str, ...] | None
Check = Callable[[Situation], bool]


class Seen(msgspec.Struct, frozen=True):
    """A condition and what the case held in its column."""

    condition: Condition
    value: Value


class Match(msgspec.Struct, frozen=True):
    """The rule that decides, with everything it looked at."""

    rule: Rule
    seen: tuple[Seen, ...]


class RuleVerdict(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a rule fired or did not. ``decides`` is set on the one rule that wins.

    ``failed`` is the first condition that did not hold. A rule whose conditions all hold still does not fire
    when it leads nowhere higher (``leads_up`` false) or when a rule above it has already decided.
    """

    rule: str
    holds: bool
    leads_up: bool
    decides: bool = False
    failed: Seen | None = None


def matches(condition: Condition, situation: Situation) -> bool:
    return _check(condition)(situation)


def first_match(policy: Policy, situation: Situation, *, skip: Container[str] = ()) -> Match | None:
    """The rule that decides for a case in this situation, or ``None`` when it stays where it is.

    ``skip`` names rules that have had their say already, so that they do not hide those below them.
    """
    for rule, checks in _table(policy).above(situation.level):
        for check in checks:
            if not check(situation):
                break
        else:
            if rule.name in skip:
                continue
            return Match(rule, tuple(_seen(condition, situation) for condition in rule.when))
    return None


def explain(policy: Policy, situation: Situation) -> tuple[RuleVerdict, ...]:
    """Every rule from the top: whether it holds, and if not the first condition that failed and by what."""
    winner = first_match(policy, situation)
    return tuple(_verdict(policy, rule, situation, winner) for rule in policy.rules)


def leads_up(policy: Policy, rule: Rule, current_level: str) -> bool:
    """Whether the rule's level or desk stands above the present one.

    A rung stands above every lower rung, and above the desks beside those. A desk stands just above the rung
    it is beside, so a case goes from a rung to a desk of its own height, never back. An unknown or empty
    present level stands below everything.
    """
    heights = _heights(policy)
    return heights.get(rule.go, _NOWHERE) > heights.get(current_level, _NOWHERE)


def _verdict(policy: Policy, rule: Rule, situation: Situation, winner: Match | None) -> RuleVerdict:
    failed = next((condition for condition in rule.when if not matches(condition, situation)), None)
    return RuleVerdict(
        rule=rule.name,
        holds=failed is None,
        leads_up=leads_up(policy, rule, situation.level),
        decides=winner is not None and winner.rule is rule,
        failed=_seen(failed, situation) if failed is not None else None,
    )


def _seen(condition: Condition, situation: Situation) -> Seen:
    return Seen(condition, getattr(situation, condition.column))


# Where a level stands: its rank, then rungs below the desks beside them.
_Height = tuple[int, bool]
_NOWHERE: _Height = (-1, False)


def _heights(policy: Policy) -> dict[str, _Height]:
    return {level.name: (level.rank, level.kind == "functional") for level in (*policy.levels, *policy.desks)}


_Line = tuple[Rule, tuple[Check, ...]]


class _Table:
    """The rules of one policy made ready to run, narrowed per level to those that lead up from it."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._lines = tuple((rule, tuple(map(_check, rule.when))) for rule in policy.rules)
        self._above: dict[str, tuple[_Line, ...]] = {}

    def above(self, level: str) -> tuple[_Line, ...]:
        lines = self._above.get(level)
        if lines is None:
            lines = tuple(line for line in self._lines if leads_up(self.policy, line[0], level))
            self._above[level] = lines
        return lines


_MOST_TABLES = 64
_tables: dict[int, _Table] = {}


def _table(policy: Policy) -> _Table:
    """The policy's table, made once. Kept by identity: hashing a policy would cost more than evaluating it.

    A table holds on to its policy, so its identity can't be given to another policy meanwhile.
    """
    table = _tables.get(id(policy))
    if table is None:
        if len(_tables) >= _MOST_TABLES:
            _tables.clear()
        table = _tables[id(policy)] = _Table(policy)
    return table


def _check(condition: Condition) -> Check:
    get = attrgetter(condition.column)
    test = condition.test
    if isinstance(test, OneOf):
        return _one_of(get, frozenset(test.values), negated=test.negated)
    if isinstance(test, Is):
        return lambda situation, wanted=test.value: get(situation) is wanted  # type: ignore[misc]
    return _above_authority(get) if test.above_authority else _within(get, test)


def _one_of(get: Callable[[Situation], Value], wanted: frozenset[str], *, negated: bool) -> Check:
    def check(situation: Situation) -> bool:
        value = get(situation)
        if isinstance(value, tuple):
            return wanted.isdisjoint(value) is negated
        return bool(value) and (value in wanted) is not negated

    return check


def _above_authority(get: Callable[[Situation], int | None]) -> Check:
    def check(situation: Situation) -> bool:
        value = get(situation)
        return value is not None and value > situation.authority

    return check


def _within(get: Callable[[Situation], float | None], test: Within) -> Check:
    low = test.low if test.low is not None else float("-inf")
    high = test.high if test.high is not None else float("inf")

    def check(situation: Situation) -> bool:
        value = get(situation)
        if value is None or not low <= value <= high:
            return False
        return not ((test.low_open and value == low) or (test.high_open and value == high))

    return check
