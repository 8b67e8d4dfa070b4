"""What changes from one version of a matrix to another: rule by rule, part by part, and line by line."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from leeway.core.policy import AuthorityLimit, Policy, Rule

Kind = Literal["added", "removed", "changed", "moved"]

PARTS = (
    ("levels", "name"),
    ("desks", "name"),
    ("nobody_there", "level"),
    ("steps", "level"),
    ("before", "name"),
    ("regulators", "name"),
)
SAID_ELSEWHERE = {"name", "version", "rules", "authority", "customer_messages", *(part for part, _ in PARTS)}


@dataclass(frozen=True, slots=True)
class RuleChange:
    """``was`` and ``now`` are the rule's places, from 1; 0 where it is not."""

    kind: Kind
    name: str
    before: Rule | None
    after: Rule | None
    was: int = 0
    now: int = 0


@dataclass(frozen=True, slots=True)
class PartChange:
    """Something else that differs: of which part, by name."""

    part: str
    name: str
    kind: Kind


def rules(old: Policy, new: Policy) -> list[RuleChange]:
    """Rules by name, in the new order, then those that are gone. Where a line stands in the file is no difference."""
    before = {rule.name: (place, _bare(rule)) for place, rule in enumerate(old.rules, 1)}
    after = {rule.name: (place, _bare(rule)) for place, rule in enumerate(new.rules, 1)}
    stayed = _kept_in_order(
        [name for name in before if name in after], [name for name in after if name in before]
    )
    found = []
    for name, (place, rule) in after.items():
        was, earlier = before.get(name, (0, None))
        if earlier is None:
            found.append(RuleChange("added", name, None, rule, 0, place))
        elif earlier != rule:
            found.append(RuleChange("changed", name, earlier, rule, was, place))
        elif name not in stayed:
            found.append(RuleChange("moved", name, earlier, rule, was, place))
    gone = [
        RuleChange("removed", name, rule, None, place)
        for name, (place, rule) in before.items()
        if name not in after
    ]
    return found + gone


def _bare(rule: Rule) -> Rule:
    return msgspec.structs.replace(rule, line=0)


def _kept_in_order(old: list[str], new: list[str]) -> set[str]:
    """The largest set of names that stand in the same order in both."""
    blocks = difflib.SequenceMatcher(a=old, b=new, autojunk=False).get_matching_blocks()
    return {name for block in blocks for name in old[block.a : block.a + block.size]}


def parts(old: Policy, new: Policy) -> list[PartChange]:
    """Everything but the rules."""
    found: list[PartChange] = []
    for part, key in PARTS:
        found += _by_name(part, _named(getattr(old, part), key), _named(getattr(new, part), key))
    found += _by_name("authority", _limits(old), _limits(new))
    found += _by_name("customer_messages", old.customer_messages, new.customer_messages)
    settings = [name for name in Policy.__struct_fields__ if name not in SAID_ELSEWHERE]
    found += [
        PartChange("settings", name, "changed")
        for name in settings
        if getattr(old, name) != getattr(new, name)
    ]
    return found


def _named(things: Iterable[Any], key: str) -> dict[str, Any]:
    return {getattr(thing, key): _without_lines(thing) for thing in things}


def _without_lines(thing: Any) -> Any:  # noqa: ANN401 - any part of a policy
    if hasattr(thing, "steps"):
        return tuple(msgspec.structs.replace(step, line=0) for step in thing.steps)
    return thing


def _limits(policy: Policy) -> dict[str, Any]:
    limits: dict[str, tuple[AuthorityLimit, ...]] = {}
    for limit in policy.authority:
        name = f"{limit.level or limit.role}: {limit.instrument}"
        limits[name] = (*limits.get(name, ()), limit)
    return limits


def _by_name(part: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[PartChange]:
    added = [PartChange(part, name, "added") for name in new if name not in old]
    changed = [PartChange(part, name, "changed") for name in new if name in old and old[name] != new[name]]
    removed = [PartChange(part, name, "removed") for name in old if name not in new]
    return added + changed + removed


Line = tuple[Literal["same", "added", "removed", "skipped"], str]

AROUND = 2


def lines(old: str, new: str) -> list[Line]:
    """The lines that differ, with some around them; unlike ``diff`` the version's own line does not count."""
    found: list[Line] = []
    for line in difflib.unified_diff(_body(old), _body(new), n=AROUND, lineterm=""):
        if line.startswith(("---", "+++")):
            continue
        if line.startswith("@@"):
            found += [("skipped", "…")] if found else []
        else:
            kind = {"+": "added", "-": "removed"}.get(line[0], "same")
            found.append((kind, line[1:]))  # type: ignore[arg-type]
    return found


def _body(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith("version:")]
