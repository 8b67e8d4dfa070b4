"""The candidate: what is put in the place of the policy, roster and languages of the time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from msgspec.structs import replace

from leeway.core.policy import Policy, Rule
from leeway.core.roster import Roster
from leeway.core.world import Known, Language, World
from leeway.desk.past import PastWorlds

NOT_DECIDED_BY = frozenset({"name", "version", "description", "left_to_agent", "values"})
"""Fields of a policy that no decision looks at."""


@dataclass
class CandidateWorlds:
    """The worlds of the past with the candidate in them. It stands under the number each policy had, so that what it
    decides can be compared with the log byte for byte; ``roster`` and ``languages`` None: those of the time.
    """

    past: PastWorlds
    policy: Policy
    roster: Roster | None = None
    languages: Mapping[str, Language] | None = None
    _made: dict[tuple[int, int], World] = field(default_factory=dict)

    def at(self, known: Known) -> World:
        key = (known.policy, known.roster)
        world = self._made.get(key)
        if world is None:
            was = self.past.at(known)
            world = self._made[key] = World(
                policy=self._numbered(was.policy.version),
                roster=replace(self.roster, version=was.roster.version) if self.roster else was.roster,
                languages=self.languages or was.languages,
                pinned={number: self._numbered(number) for number in was.pinned},
                guess_language=was.guess_language,
            )
        return world

    def _numbered(self, version: int) -> Policy:
        return replace(self.policy, version=version)


def differing_fields(one: Policy, other: Policy) -> frozenset[str]:
    """The fields in which two policies can decide differently."""
    return frozenset(
        name
        for name in Policy.__struct_fields__
        if name not in NOT_DECIDED_BY and _plain(getattr(one, name)) != _plain(getattr(other, name))
    )


def _plain(value: object) -> Any:  # noqa: ANN401 - any part of a policy
    """Without the lines in the file, which decide nothing."""
    if isinstance(value, tuple):
        return tuple(map(_plain, value))
    if isinstance(value, msgspec.Struct):
        fields = {name: _plain(getattr(value, name)) for name in value.__struct_fields__}
        return type(value)(**({**fields, "line": 0} if "line" in fields else fields))
    return value


def differing_rules(one: Policy, other: Policy) -> tuple[tuple[Rule, ...], tuple[Rule, ...]]:
    """The rules of each that are not, unchanged and in the same order, in the other as well.

    As long as none of these holds, both tables find the same rule: they go through the same ones in the same order.
    """
    mine, theirs = [_plain(rule) for rule in one.rules], [_plain(rule) for rule in other.rules]
    common = _longest_common(mine, theirs)
    kept_mine, kept_theirs = {i for i, _ in common}, {j for _, j in common}
    return (
        tuple(rule for i, rule in enumerate(one.rules) if i not in kept_mine),
        tuple(rule for j, rule in enumerate(other.rules) if j not in kept_theirs),
    )


def _longest_common(one: list[Rule], other: list[Rule]) -> list[tuple[int, int]]:
    """Places of a longest common subsequence."""
    longest = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for i in reversed(range(len(one))):
        for j in reversed(range(len(other))):
            same = one[i] == other[j]
            longest[i][j] = longest[i + 1][j + 1] + 1 if same else max(longest[i + 1][j], longest[i][j + 1])
    found, i, j = [], 0, 0
    while i < len(one) and j < len(other):
        if one[i] == other[j]:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif longest[i + 1][j] >= longest[i][j + 1]:
            i += 1
        else:
            j += 1
    return found


def in_words(one: Policy, other: Policy) -> Iterator[str]:
    """What the candidate changes, part by part: ``rule “storm ahead”: changed``, ``levels``."""
    before, after = ({rule.name: _plain(rule) for rule in policy.rules} for policy in (one, other))
    for name in [*after, *(name for name in before if name not in after)]:
        if name not in before:
            yield f"rule “{name}”: new"
        elif name not in after:
            yield f"rule “{name}”: gone"
        elif before[name] != after[name]:
            yield f"rule “{name}”: changed"
    if [name for name in before if name in after] != [name for name in after if name in before]:
        yield "rules: in another order"
    for name in sorted(differing_fields(one, other) - {"rules"}):
        yield name.replace("_", " ")
