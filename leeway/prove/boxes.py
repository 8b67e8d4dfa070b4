"""Exact arithmetic on the cases a rule matches: every rule is a few boxes in a finite grid.

The constants of a policy cut each column into *atoms*: stretches in which every test of the policy gives the same
answer (``contacts_30d`` with ``>= 3`` has the atoms 1..2, 3, 4 and more). A column that holds a set is one yes/no
dimension for each word. A box says for each dimension which atoms are inside, as the bits of a number; a dimension it
does not name is free. Whether an atom passes a test is asked of the production ``matches``, once per atom.

What the level may decide (``> authority``) is no constant: it follows from the level and from what is wanted. So the
arithmetic is done in a *context*, one for each level and limit, and there it is a number like any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, pairwise, product
from typing import Any, NamedTuple

from msgspec.structs import replace

from leeway.core.matrix import leads_up, matches
from leeway.core.policy import AuthorityLimit, Condition, OneOf, Policy, Rule, Within
from leeway.core.situation import COLUMNS, Column, Situation
from leeway.prove.limits import limit_at

Dim = tuple[str, str]
"""A column, and for a column that holds a set the word."""

Box = dict[Dim, int]

ABSENT, PRESENT = 1, 2
EITHER = ABSENT | PRESENT
CALM = Situation()
NOT_FREE = ("level", "authority", "requested_by")
"""Columns a context fixes. Nobody pressed a button when a rule is looking, so ``requested_by`` is empty."""

SOME_OTHER = "some_other"


class Context(NamedTuple):
    """A case at this level, whose owner may give ``limit``; ``inside`` are the cases for which that is so."""

    level: str
    limit: int = 0
    inside: tuple[tuple[Dim, int], ...] = ()


class Space:
    """The grid of one policy, and what its rules are in it."""

    def __init__(self, policy: Policy, more: Iterable[Condition] = ()) -> None:
        self.policy = policy
        conditions = [*(condition for rule in policy.rules for condition in rule.when), *more]
        self.uses_authority = any(_asks_authority(condition) for condition in conditions)
        self.atoms: dict[str, tuple[Any, ...]] = {}
        self.words: dict[str, tuple[str, ...]] = {}
        for name, column in COLUMNS.items():
            asked = [condition for condition in conditions if condition.column == name]
            if column.kind == "words":
                self.words[name] = tuple(sorted({word for one in asked for word in _named(one)}))
            elif name not in NOT_FREE:
                self.atoms[name] = self._atoms(column, asked)
        self._masks: dict[tuple[Condition, int], int] = {}

    # The grid

    def _atoms(self, column: Column, asked: Sequence[Condition]) -> tuple[Any, ...]:
        if column.kind == "yes_no":
            return (False, True)
        if column.kind == "word":
            return self._word_atoms(column, asked)
        bounds = {bound for one in asked for bound in _bounds(one)}
        if column.name == "offer_needed" and self.uses_authority:
            bounds |= {float(limit.amount) for limit in self.policy.authority} | {0.0}
        return tuple(_number_atoms(column, sorted(bounds)))

    def _word_atoms(self, column: Column, asked: Sequence[Condition]) -> tuple[str, ...]:
        """Every word that is named, one that is not, and nothing known (``unknown matches nothing``)."""
        if column.values:
            return column.values
        named = {word for one in asked for word in _named(one)}
        named |= {word for limit in self.policy.authority for word in _of_limit(limit, column.name)}
        usual = str(getattr(CALM, column.name))
        other = usual if usual and usual not in named else SOME_OTHER
        return tuple(dict.fromkeys((usual, other, *sorted(named), "")))

    def contexts(self, level: str) -> tuple[Context, ...]:
        """Every limit a case at this level can meet; one context when no rule asks for it.

        The limit follows from what is wanted, the tier and the product. Tiers and products no limit names are alike.
        """
        if not self.uses_authority:
            return (Context(level, limit_at(self.policy, level, "")),)
        found = []
        for tiers, products in product(self._alike("tier"), self._alike("product")):
            by_limit: dict[int, list[str]] = {}
            for word in self.atoms["wants"]:
                limit = limit_at(self.policy, level, word, tiers[0], products[0])
                by_limit.setdefault(limit, []).append(word)
            for limit, wants in by_limit.items():
                parts = (("wants", wants), ("tier", tiers), ("product", products))
                inside = tuple(self._part(name, words) for name, words in parts)
                found.append(
                    Context(level, limit, tuple(one for one in inside if one[1] != self.full(one[0])))
                )
        return tuple(found)

    def _alike(self, column: str) -> list[list[str]]:
        """The words of a column in groups that no limit tells apart."""
        named = {word for limit in self.policy.authority for word in getattr(limit, f"{column}s")}
        rest = [word for word in self.atoms[column] if word not in named]
        return [*([rest] if rest else []), *([word] for word in self.atoms[column] if word in named)]

    def _part(self, column: str, words: Sequence[str]) -> tuple[Dim, int]:
        return (column, ""), _mask(word in words for word in self.atoms[column])

    # Conditions and rules as boxes

    def boxes(self, when: Iterable[Condition], context: Context) -> list[Box]:
        """The cases that pass all of these, as boxes no two of which share a case."""
        alternatives: list[list[Box]] = []
        plain: Box = dict(context.inside)
        for condition in when:
            name = condition.column
            if name in NOT_FREE:
                if not matches(condition, Situation(level=context.level, authority=context.limit)):
                    return []
            elif name in self.words:
                alternatives.append(_any_or_none(condition))
            else:
                mask = self._mask_of(condition, context) & plain.get((name, ""), -1)
                if not mask:
                    return []
                plain[name, ""] = mask
        return [box for parts in product(*alternatives) if (box := _all_of((plain, *parts))) is not None]

    def _mask_of(self, condition: Condition, context: Context) -> int:
        key = (condition, context.limit if _asks_authority(condition) else 0)
        if key not in self._masks:
            name = condition.column
            self._masks[key] = _mask(
                matches(condition, Situation(authority=context.limit, **{name: atom}))
                for atom in self.atoms[name]
            )
        return self._masks[key]

    def covers(self, rules: Iterable[Rule], context: Context) -> list[Box]:
        """The boxes of those rules that lead up from the context's level."""
        return [
            box
            for rule in rules
            if leads_up(self.policy, rule, context.level)
            for box in self.boxes(rule.when, context)
        ]

    def full(self, dim: Dim) -> int:
        return EITHER if dim[1] else (1 << len(self.atoms[dim[0]])) - 1

    # Back to cases

    def situation(self, box: Box, context: Context) -> Situation:
        """The most ordinary case in a box: as a calm first contact wherever the box lets it."""
        said: dict[str, Any] = {"level": context.level, "authority": context.limit}
        for name, atoms in self.atoms.items():
            mask = box.get((name, ""), -1)
            said[name] = _most_ordinary(name, [atom for i, atom in enumerate(atoms) if mask >> i & 1])
        for name in self.words:
            there = [word for word in self.words[name] if box.get((name, word), ABSENT) == PRESENT]
            said[name] = tuple(sorted(there))
        return Situation(**said)

    def neighbours(self, situation: Situation, within: Box, most: int) -> Iterator[Situation]:
        """Cases of a box that differ from this one in 0, 1, ... ``most`` columns, the nearest first."""
        changes: list[tuple[str, Any]] = []
        for name, atoms in self.atoms.items():
            mask, now = within.get((name, ""), -1), getattr(situation, name)
            changes += [
                (name, atom) for i, atom in enumerate(atoms) if mask >> i & 1 and atom not in (now, "")
            ]
        for name, words in self.words.items():
            now = getattr(situation, name)
            for word in words:
                if word not in now and within.get((name, word), EITHER) & PRESENT:
                    changes.append((name, tuple(sorted((*now, word)))))
        for count in range(most + 1):
            for chosen in combinations(changes, count):
                names = {name for name, _ in chosen}
                if len(names) == count:
                    yield _with(situation, dict(chosen))


def left_over(box: Box, covers: Sequence[Box], space: Space) -> Box | None:
    """A part of ``box`` that none of the covers touches; None when they cover it wholly. Exact.

    The box is split along one cover at a time: what sticks out of it in the first dimension, then in the second, ...
    are boxes again, and each has to be covered by those that follow.
    """
    near = [cover for cover in covers if _meet(box, cover)]
    if not near:
        return box
    if any(_inside(box, cover, space) for cover in near):
        return None
    cover = min(near, key=lambda one: _sticks_out(box, one, space))  # the fewest pieces first
    rest = [one for one in near if one is not cover]
    inner = dict(box)
    for dim, mask in cover.items():
        mine = inner.get(dim, space.full(dim))
        outside = mine & ~mask
        if outside:
            found = left_over({**inner, dim: outside}, rest, space)
            if found is not None:
                return found
            inner[dim] = mine & mask
    return None


def _sticks_out(box: Box, cover: Box, space: Space) -> int:
    return sum(bool(box.get(dim, space.full(dim)) & ~mask) for dim, mask in cover.items())


def _meet(box: Box, cover: Box) -> bool:
    return all(box.get(dim, mask) & mask for dim, mask in cover.items())


def _inside(box: Box, cover: Box, space: Space) -> bool:
    return all(not box.get(dim, space.full(dim)) & ~mask for dim, mask in cover.items())


def _all_of(parts: Iterable[Box]) -> Box | None:
    """The cases that are in all of these boxes; None when there are none."""
    found: Box = {}
    for part in parts:
        for dim, mask in part.items():
            both = found.get(dim, mask) & mask
            if not both:
                return None
            found[dim] = both
    return found


def both(one: Box, other: Box) -> Box | None:
    return _all_of((one, other))


def _any_or_none(condition: Condition) -> list[Box]:
    """``contains at least one of a, b`` is: a, or b without a. ``none of them`` is one box."""
    name, words = condition.column, _named(condition)
    if getattr(condition.test, "negated", False):
        return [{(name, word): ABSENT for word in words}]
    return [
        {(name, word): PRESENT} | {(name, before): ABSENT for before in words[:place]}
        for place, word in enumerate(words)
    ]


def _number_atoms(column: Column, bounds: Sequence[float]) -> Iterator[Any]:
    """Each bound, and one number out of every gap between two; None where the number may be unknown."""
    usual = getattr(CALM, column.name)
    if usual is None:
        yield None
    low = column.low if column.low is not None else -1e12
    high = column.high if column.high is not None else 1e12
    inside = [bound for bound in bounds if low <= bound <= high]
    edges = [low - 1 if column.whole else low, *inside, high + 1 if column.whole else high]
    if not column.whole:
        inside = sorted({low, *inside, high})
        edges = [low, *inside, high]
    for bound in inside:
        yield int(bound) if column.whole else bound
    for before, after in pairwise(edges):
        between = _between(before, after, usual, whole=column.whole)
        if between is not None:
            yield between


def _between(before: float, after: float, usual: float | None, *, whole: bool) -> float | None:
    """A number strictly between two, the nearest to the usual one; None when there is none."""
    wish = usual if usual is not None else 0
    if whole:
        first, last = int(before) + 1, int(after) - 1
        return None if first > last else max(first, min(last, wish))
    if after <= before:
        return None
    return wish if before < wish < after else (before + after) / 2


def _most_ordinary(name: str, atoms: Sequence[Any]) -> object:
    usual = getattr(CALM, name)
    if usual in atoms or not atoms:
        return usual
    numbers = [atom for atom in atoms if isinstance(atom, int | float) and not isinstance(atom, bool)]
    if numbers:
        return min(numbers, key=lambda number: (abs(number - (usual or 0)), number))
    return next((atom for atom in atoms if atom not in ("", None, SOME_OTHER)), atoms[0])


def _with(situation: Situation, changes: dict[str, Any]) -> Situation:
    return replace(situation, **changes) if changes else situation


def _mask(inside: Iterable[bool]) -> int:
    return sum(1 << place for place, yes in enumerate(inside) if yes)


def _of_limit(limit: AuthorityLimit, column: str) -> tuple[str, ...]:
    """The words of a column that a limit tells apart."""
    return {"wants": (limit.instrument,), "tier": limit.tiers, "product": limit.products}.get(column, ())


def _asks_authority(condition: Condition) -> bool:
    return isinstance(condition.test, Within) and condition.test.above_authority


def _named(condition: Condition) -> tuple[str, ...]:
    return condition.test.values if isinstance(condition.test, OneOf) else ()


def _bounds(condition: Condition) -> list[float]:
    test = condition.test
    if not isinstance(test, Within):
        return []
    return [bound for bound in (test.low, test.high) if bound is not None]
