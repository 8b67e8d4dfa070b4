"""Which rule of the matrix decides: from the top, the first one whose conditions all hold and that leads up.

What is not known never matches: ``None``, and a word column that is empty, match no test, not even a negated
one. A column that holds a set is always known; an empty set is simply empty.

A rule that does not lead up from where the case is never fires (``leads_up``). The order behind it is strict,
so following the rules again and again ends at the top; two rules cannot throw a case to and fro.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

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
    place = _deciding(policy, situation, skip)
    if place is None:
        return None
    rule = policy.rules[place]
    return Match(rule, tuple(_seen(condition, situation) for condition in rule.when))


def explain(policy: Policy, situation: Situation) -> tuple[RuleVerdict, ...]:
    """Every rule from the top: whether it holds, and if not the first condition that failed and by what."""
    deciding = _deciding(policy, situation, ())
    return tuple(
        _verdict(policy, rule, situation, decides=place == deciding)
        for place, rule in enumerate(policy.rules)
    )


def leads_up(policy: Policy, rule: Rule, current_level: str) -> bool:
    """Whether the rule's level or desk stands above the present one.

    A rung stands above every lower rung, and above the desks beside those. A desk stands just above the rung
    it is beside, so a case goes from a rung to a desk of its own height, never back. An unknown or empty
    present level stands below everything.
    """
    heights = _heights(policy)
    return heights.get(rule.go, _NOWHERE) > heights.get(current_level, _NOWHERE)


def _deciding(policy: Policy, situation: Situation, skip: Container[str]) -> int | None:
    """The place of the deciding rule in the policy."""
    for place, checks in _table(policy).lines(situation.level):
        for check in checks:
            if not check(situation):
                break
        else:
            if policy.rules[place].name not in skip:
                return place
    return None


def _verdict(policy: Policy, rule: Rule, situation: Situation, *, decides: bool) -> RuleVerdict:
    failed = next((condition for condition in rule.when if not matches(condition, situation)), None)
    return RuleVerdict(
        rule=rule.name,
        holds=failed is None,
        leads_up=leads_up(policy, rule, situation.level),
        decides=decides,
        failed=_seen(failed, situation) if failed is not None else None,
    )


def _seen(condition: Condition, situation: Situation) -> Seen:
    return Seen(condition, getattr(situation, condition.column))


# Where a level stands: its rank, then rungs below the desks beside them.
_Height = tuple[int, bool]
_NOWHERE: _Height = (-1, False)


def _heights(policy: Policy) -> dict[str, _Height]:
    return {level.name: (level.rank, level.kind == "functional") for level in (*policy.levels, *policy.desks)}


_Line = tuple[int, tuple[Check, ...]]


class _Table(NamedTuple):
    """The rules of one policy made ready to run: for each level those that lead up from it."""

    above: dict[str, tuple[_Line, ...]]
    from_nowhere: tuple[_Line, ...]

    def lines(self, level: str) -> tuple[_Line, ...]:
        return self.above.get(level, self.from_nowhere)


@lru_cache(maxsize=64)
def _table(policy: Policy) -> _Table:
    lines = tuple((place, tuple(map(_check, rule.when))) for place, rule in enumerate(policy.rules))
    heights = _heights(policy)
    above = {
        level: tuple(line for line in lines if heights.get(policy.rules[line[0]].go, _NOWHERE) > height)
        for level, height in {**heights, "": _NOWHERE}.items()
    }
    return _Table(above, above[""])


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
