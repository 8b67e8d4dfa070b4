"""Where Erlang C holds, the simulation agrees with it: 20 queues, the same code that staffs a house."""

from __future__ import annotations

from itertools import product
from math import log
from random import Random
from statistics import fmean

import pytest

from leeway.prove.staff import erlang
from leeway.prove.staff.simulation import HOUR, Job, simulate

HANDLING = 600.0
CUSTOMERS = {0.3: 3_000, 0.5: 5_000, 0.65: 8_000, 0.75: 13_000}
"""The fuller a queue, the longer it remembers chance."""

CONFIGURATIONS = list(product((1, 2, 4, 7, 12), CUSTOMERS))


def ranks(count: int, rng: Random) -> list[float]:
    """The middles of ``count`` equal slices of the unit interval, shuffled: lengths drawn by them have the shape and
    mean of their distribution exactly, which takes most of the chance out of a finite run.
    """
    middles = [(slice_ + 0.5) / count for slice_ in range(count)]
    rng.shuffle(middles)
    return middles


def exponential(mean: float, rank: float) -> float:
    return -mean * log(1 - rank)


def jobs(gap: float, gaps: list[float], efforts: list[float]) -> list[Job]:
    at, made = 0.0, []
    for one, other in zip(gaps, efforts, strict=True):
        at += exponential(gap, one)
        made.append(Job(at, exponential(HANDLING, other)))
    return made


def share_in_time(people: int, made: list[Job], within: float) -> float:
    plan = [people] * (int(made[-1].at // HOUR) + 2)
    done = simulate(made, plan, until=made[-1].at * 1.5)[len(made) // 20 :]
    return sum(one.began - one.at <= within for one in done) / len(done)


@pytest.mark.parametrize(("people", "share"), CONFIGURATIONS)
def test_the_simulation_keeps_to_erlang_c_within_two_percent(people: int, share: float):
    """Each run has a twin in which every long gap is short and every short one long: chance cancels out."""
    load, within, count = people * share, HANDLING / 2, CUSTOMERS[share]
    rng = Random(f"{people}:{share}")
    gaps, efforts = ranks(count, rng), ranks(count, rng)
    twins = (gaps, efforts), ([1 - rank for rank in gaps], [1 - rank for rank in efforts])
    found = fmean(share_in_time(people, jobs(HANDLING / load, *twin), within) for twin in twins)
    assert found == pytest.approx(erlang.attainment(load, people, HANDLING, within), rel=0.02)


def test_known_values_of_erlang_c():
    """Textbook: 10 erlangs on 12 people, one in 2.2 waits; without load nobody does."""
    assert erlang.busy_probability(10, 12) == pytest.approx(0.4494, abs=1e-4)
    assert erlang.busy_probability(0, 3) == 0
    assert erlang.busy_probability(5, 5) == 1
    assert erlang.needed(0, 600, 60, 0.9) == 0
    people = erlang.needed(10, 600, 60, 0.9)
    assert erlang.attainment(10, people, 600, 60) >= 0.9 > erlang.attainment(10, people - 1, 600, 60)
