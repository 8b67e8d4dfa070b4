"""One level simulated: cases come, wait until somebody is free, and are worked on. Event by event, with simpy.

Time is in seconds from the Monday the simulation begins with. ``plan`` says for each hour how many are there; whoever
has begun a case finishes it. Nothing in here draws a random number: arrivals and handling times are handed in, so that
two plans can be compared on the very same cases.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import Any, NamedTuple, cast

import simpy

HOUR = 3600.0
Happening = Generator[simpy.Event, Any, None]


class Job(NamedTuple):
    """One case: when it comes and how long somebody works on it."""

    at: float
    effort: float


class Done(NamedTuple):
    """What became of it. One that nobody took until the end has ``began`` and ``ended`` at the end."""

    at: float
    began: float
    ended: float


def simulate(jobs: Sequence[Job], plan: Sequence[int], *, until: float | None = None) -> list[Done]:
    """Every job in the order of arrival. Beyond the plan's end its last hour goes on until ``until``."""
    env = simpy.Environment()
    queue = simpy.Store(env)
    done: list[Done | None] = [None] * len(jobs)
    env.process(_arrivals(env, queue, jobs))
    for number in range(max(plan, default=0)):
        env.process(_person(env, queue, done, _duty(plan, number)))
    end = until if until is not None else max(len(plan) * HOUR, jobs[-1].at if jobs else 0.0)
    env.run(until=end if end > 0 else None)
    return [one or Done(job.at, end, end) for one, job in zip(done, jobs, strict=True)]


def _arrivals(env: simpy.Environment, queue: simpy.Store, jobs: Sequence[Job]) -> Happening:
    for place, job in enumerate(jobs):
        if job.at > env.now:
            yield env.timeout(job.at - env.now)
        queue.put((place, job))


Duty = Callable[[float], tuple[bool, float]]
"""Whether one is there at a moment, and until when that holds."""


def _duty(plan: Sequence[int], number: int) -> Duty:
    there = [count > number for count in plan]
    changes = [hour for hour in range(1, len(there)) if there[hour] != there[hour - 1]]
    ends = {}
    following = float("inf")
    for hour in reversed(range(len(there))):
        if hour + 1 in changes:
            following = (hour + 1) * HOUR
        ends[hour] = following

    def duty(now: float) -> tuple[bool, float]:
        hour = min(int(now // HOUR), len(there) - 1)
        return there[hour], ends[hour]

    return duty


def _person(env: simpy.Environment, queue: simpy.Store, done: list[Done | None], duty: Duty) -> Happening:
    while True:
        there, until = duty(env.now)
        if not there:
            if until == float("inf"):
                return
            yield env.timeout(until - env.now)
            continue
        taken = queue.get()
        if until == float("inf"):
            yield taken
        else:
            yield taken | env.timeout(until - env.now)
            if not taken.triggered:
                taken.cancel()
                continue
        place, job = cast(tuple[int, Job], taken.value)
        began = env.now
        yield env.timeout(job.effort)
        done[place] = Done(job.at, began, env.now)
