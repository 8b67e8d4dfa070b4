"""Clocks."""

from __future__ import annotations

from msgspec.structs import replace

from leeway.core import events as e
from leeway.core.case import Case
from leeway.core.clocks import breached, warned
from leeway.core.evolve.kept import fired


def clock_started(case: Case, event: e.ClockStarted | e.ClockPaused | e.ClockResumed) -> Case:
    clock = event.clock
    known = clock.kind != "regulator" or clock.name in case.fired
    return replace(
        case,
        clocks={**case.clocks, clock.name: clock},
        fired=case.fired if known else fired(case, clock.name),
    )


def clock_stopped(case: Case, event: e.ClockStopped) -> Case:
    return replace(case, clocks={name: clock for name, clock in case.clocks.items() if name != event.name})


def clock_warned(case: Case, event: e.ClockWarned) -> Case:
    clock = case.clocks.get(event.name)
    return (
        case
        if clock is None
        else replace(case, clocks={**case.clocks, event.name: warned(clock, event.index)})
    )


def clock_breached(case: Case, event: e.ClockBreached) -> Case:
    clock = case.clocks.get(event.name)
    return (
        case
        if clock is None
        else replace(case, clocks={**case.clocks, event.name: breached(clock, event.at)})
    )
