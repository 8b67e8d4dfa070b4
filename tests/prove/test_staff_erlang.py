"""The simulation against Erlang's formula, where that holds: even arrivals, exponential handling, always open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from leeway.core.policy import Span
from leeway.core.worktime import ALWAYS
from leeway.prove.staff import erlang
from leeway.prove.staff.desk import Rung, Stay
from leeway.prove.staff.estimate import Batch, mean
from leeway.prove.staff.hours import HOURS_A_WEEK, Horizon, OpenTime
from leeway.prove.staff.needed import counted
from leeway.prove.staff.simulate import Level, simulate

NEVER = Span(10**9)
BATCHES = 40

CONFIGURATIONS = [
    # arrivals an hour, handling in minutes, taken within seconds, share to be kept
    (share_kept, arrivals, handling, within)
    for share_kept in (0.8, 0.95)
    for arrivals, handling, within in (
        (2.0, 20, 600),
        (4.0, 45, 300),
        (6.0, 10, 60),
        (10.0, 30, 120),
        (12.0, 15, 20),
        (20.0, 25, 900),
        (30.0, 8, 30),
        (45.0, 20, 20),
        (60.0, 12, 60),
        (90.0, 30, 20),
    )
]


def simulated(places: int, arrivals: float, handling: float, within: float) -> float:
    """The share taken up in time. The more places, the longer chance has a memory, the more customers it takes."""
    customers = min(30_000, 8_000 + 1_000 * places)
    weeks = max(2, round(customers / arrivals / HOURS_A_WEEK) + 1)
    horizon = Horizon(datetime(2026, 1, 5, tzinfo=UTC), weeks, "UTC")
    rung = Rung("x", "x", Span(round(within)), NEVER, OpenTime(ALWAYS, horizon, timedelta(days=60)))
    seconds = handling * 60

    def exponential(chance: Random) -> float:
        return chance.expovariate(1 / seconds)

    level = Level(rung, (arrivals,) * HOURS_A_WEEK, exponential, (places,) * horizon.hours)
    (desk,) = simulate([level], horizon, f"{places} {arrivals}")
    stays = counted(desk.stays)
    first, size = HOURS_A_WEEK * 3600, (weeks - 1) * HOURS_A_WEEK * 3600 / BATCHES
    batches: list[list[Stay]] = [[] for _ in range(BATCHES)]
    for stay in stays:
        batches[int((stay.came - first) // size)].append(stay)
    counts = [
        Batch(len(batch), sum(stay.accepted_in_time for stay in batch), sum(stay.in_hand for stay in batch))
        for batch in batches
    ]
    found = mean(counts, arrivals / 3600 * size * seconds, lowest=0, highest=1)
    assert found is not None
    return found.value


@pytest.mark.parametrize(("share", "arrivals", "handling", "within"), CONFIGURATIONS)
def test_as_many_are_taken_in_time_as_erlang_says(
    share: float, arrivals: float, handling: float, within: float
) -> None:
    places = erlang.places_needed(arrivals / 3600, handling * 60, within, share)
    formula = erlang.taken_within(places, arrivals / 3600, handling * 60, within)
    assert simulated(places, arrivals, handling, within) == pytest.approx(formula, rel=0.02)


def test_the_formula_itself_says_what_tables_say() -> None:
    """Ten erlangs on twelve places: a wait for 0.4494, as tables of the formula print it; one place is M/M/1."""
    assert erlang.waits(12, 10.0) == pytest.approx(0.4494, abs=1e-4)
    assert erlang.waits(1, 0.5) == pytest.approx(0.5)
    assert erlang.mean_wait(1, 0.5, 1.0) == pytest.approx(1.0)
    assert erlang.waits(3, 3.0) == 1.0
    assert erlang.taken_within(3, 3.0, 1.0, 100.0) == 0.0


def test_one_place_fewer_than_needed_is_too_few() -> None:
    places = erlang.places_needed(10 / 3600, 1800, 120, 0.9)
    assert erlang.taken_within(places, 10 / 3600, 1800, 120) >= 0.9
    assert erlang.taken_within(places - 1, 10 / 3600, 1800, 120) < 0.9
