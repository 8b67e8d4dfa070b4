"""Tuples and dicts that grow, and forget their oldest entries so that a case stays small."""

from __future__ import annotations

from typing import TypeVar

from leeway.core.case import KEPT, Case

Item = TypeVar("Item")


def kept(items: tuple[Item, ...], new: Item, name: str) -> tuple[Item, ...]:
    return (*items, new)[-KEPT[name] :]


def named(items: dict[str, Item], key: str, value: Item, name: str) -> dict[str, Item]:
    return dict(list({**items, key: value}.items())[-KEPT[name] :])


LASTING = ("rule:", "regulator:", "nobody:", "escalated:", "informed:", "outside:")
"""Keys that may come again and must not be forgotten for room: the rule would decide again, the clock start again, the
customer hear the same twice. All others carry a time or a number that only grows.
"""


def fired(case: Case, key: str) -> tuple[str, ...]:
    """What has had its say, with one more; the oldest notices are forgotten first."""
    keys = (*case.fired, key)
    if len(keys) <= KEPT["fired"]:
        return keys
    oldest = next((item for item in keys if not item.startswith(LASTING)), keys[0])
    return tuple(item for item in keys if item != oldest)
