"""Erlang's delay formula: how long callers wait when they come at random, evenly, to so many places.

It holds where arrivals are Poisson at one steady rate, handling times are exponential and nobody gives up (M/M/c).
A house is seldom so; where it is, the simulation has to agree. A. K. Erlang, "Solution of some problems in the theory
of probabilities of significance in automatic telephone exchanges", 1917.
"""

from __future__ import annotations

from math import exp, inf


def waits(places: int, load: float) -> float:
    """The probability that somebody has to wait. ``load`` is arrivals an hour × handling hours; 1.0 when it is more
    than the places can carry.
    """
    if load >= places:
        return 1.0
    blocked = 1.0
    for place in range(1, places + 1):
        blocked = load * blocked / (place + load * blocked)
    return blocked / (1 - load / places * (1 - blocked))


def taken_within(places: int, arrivals: float, handling: float, within: float) -> float:
    """The share taken up within a time. ``arrivals`` per unit of time, ``handling`` and ``within`` in that unit."""
    load = arrivals * handling
    if load >= places:
        return 0.0
    return 1 - waits(places, load) * exp(-(places - load) * within / handling)


def mean_wait(places: int, arrivals: float, handling: float) -> float:
    """The mean time until somebody is taken up, of all who come; infinite when the load is too much."""
    load = arrivals * handling
    if load >= places:
        return inf
    return waits(places, load) * handling / (places - load)


def places_needed(arrivals: float, handling: float, within: float, share: float) -> int:
    """The fewest places with which ``share`` are taken up within a time."""
    places = int(arrivals * handling) + 1
    while taken_within(places, arrivals, handling, within) < share:
        places += 1
    return places
