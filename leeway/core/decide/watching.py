"""Rules that wait for time (``waiting: ">= 1 day"``): look at them again when the first of them may come true.

Without this such a rule would see a silent case only when somebody happens to write in it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from leeway.core.case import Case
from leeway.core.decide.turn import Turn
from leeway.core.matrix import leads_up
from leeway.core.policy import Policy, Span, Within
from leeway.core.worktime import ALWAYS

CLOCK = "rules"

GROWS_SINCE: dict[str, Callable[[Case], datetime | None]] = {
    "waiting": lambda case: case.waiting_since,
    "age": lambda case: case.opened_at,
}
"""Columns that grow while nothing happens, and since when."""


class _Wait(NamedTuple):
    """A condition that comes true so long after what its column counts from."""

    column: str
    length: timedelta


def watch(turn: Turn) -> None:
    """Keep one clock for the next moment at which a rule that leads up from here may begin to hold."""
    due = _next_moment(turn) if turn.case.live else None
    clock = turn.clock(CLOCK)
    if due is None:
        turn.stop_clock(CLOCK, "void")
    elif clock is None or clock.due != due:
        turn.start_clock(CLOCK, "rest", Span(0), ALWAYS, due=due)


def _next_moment(turn: Turn) -> datetime | None:
    waits = _waits(turn.policy, turn.case.level)
    moments = [
        since + wait.length for wait in waits if (since := GROWS_SINCE[wait.column](turn.case)) is not None
    ]
    now = turn.now
    return min((moment for moment in moments if moment > now), default=None) if moments else None


@lru_cache(maxsize=1024)
def _waits(policy: Policy, level: str) -> tuple[_Wait, ...]:
    """Of the rules that lead up from this level."""
    return tuple(
        _Wait(condition.column, timedelta(seconds=int(condition.test.low) + condition.test.low_open))
        for rule in policy.rules
        if leads_up(policy, rule, level)
        for condition in rule.when
        if condition.column in GROWS_SINCE
        and isinstance(condition.test, Within)
        and condition.test.low is not None
    )
