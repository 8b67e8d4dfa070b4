"""Up and down the ladder: which level is above which, and the level a person named."""

from __future__ import annotations

from leeway.core.decide.turn import Turn
from leeway.core.policy import Level
from leeway.core.refusals import Refusal


def all_levels(turn: Turn) -> tuple[Level, ...]:
    """The rungs, then the desks beside them."""
    return (*turn.policy.levels, *turn.policy.desks)


def wanted(turn: Turn, name: str) -> Level:
    """The level a person named. Raises ``Refusal`` with the names there are."""
    levels = {level.name: level for level in all_levels(turn)}
    if name not in levels:
        raise Refusal(f"There is no level called {name!r}; choose one of {', '.join(levels)}.", field="to")
    return levels[name]


def next_above(turn: Turn, level: Level) -> Level | None:
    """The rung a level climbs to; a desk climbs to the rung it names, else to the first rung above its own height."""
    if level.climbs_to:
        return turn.policy.level(level.climbs_to)
    return next((rung for rung in turn.policy.levels if rung.rank > level.rank), None)


def is_above(turn: Turn, level: Level, current: str) -> bool:
    """Higher in rank, or the desk beside that rung. An unknown present level stands below everything."""
    here = next((one for one in all_levels(turn) if one.name == current), None)
    return here is None or _height(level) > _height(here)


def _height(level: Level) -> tuple[int, bool]:
    return (level.rank, level.kind == "functional")
