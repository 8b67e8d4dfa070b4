"""Erlang C: waiting with so many people, where arrivals are random and steady and everybody works at random lengths.

It is the yardstick the simulation is held to, and where its search begins; a house's own hours are neither steady nor
that random.
"""

from __future__ import annotations

from math import ceil, exp


def busy_probability(load: float, people: int) -> float:
    """Erlang C: the chance that whoever comes has to wait. ``load`` is arrivals times mean handling time; 1 from
    ``people`` upwards, where the queue never ends.
    """
    if load >= people:
        return 1.0
    blocked = 1.0
    for servers in range(1, people + 1):
        blocked = load * blocked / (servers + load * blocked)
    share = load / people
    return blocked / (1 - share * (1 - blocked))


def attainment(load: float, people: int, handling: float, within: float) -> float:
    """The share that waits no longer than ``within``, in the unit of ``handling``."""
    if load >= people:
        return 0.0
    return 1.0 - busy_probability(load, people) * exp(-(people - load) * within / handling)


def needed(load: float, handling: float, within: float, target: float) -> int:
    """The fewest people with whom the share reaches ``target``; 0 without any load."""
    if load <= 0:
        return 0
    people = max(1, ceil(load))
    while attainment(load, people, handling, within) < target:
        people += 1
    return people
