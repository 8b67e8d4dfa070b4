"""From simulated weeks to a figure with its uncertainty.

Weeks differ mostly because more or less work came in by chance, and how much was to be expected is known exactly. So
the part of a week's figure that goes along with its work is taken out (a control variate: Lavenberg and Welch,
Management Science 27, 1981): the same certainty from a fraction of the weeks.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple

NINETY_PERCENT = 1.645
"""Standard errors on either side that hold the true value nine times out of ten."""


class Estimate(NamedTuple):
    """A figure and the range that holds the true one nine times out of ten; ``n`` cases were counted."""

    value: float
    low: float
    high: float
    n: int


class Batch(NamedTuple):
    """A stretch of a simulation: so many cases, so much of what is counted among them, and the work that came in."""

    cases: int
    counted: float
    work: float


def mean(batches: Sequence[Batch], expected_work: float, *, lowest: float, highest: float) -> Estimate | None:
    """What is counted, per case. ``expected_work`` is what a batch brings on average. None when nobody came."""
    cases = sum(batch.cases for batch in batches)
    if not cases:
        return None
    plain = sum(batch.counted for batch in batches) / cases
    per_batch = cases / len(batches)
    rests = [(batch.counted - plain * batch.cases) / per_batch for batch in batches]
    work = [batch.work for batch in batches]
    usual = sum(work) / len(work)
    spread = sum((one - usual) ** 2 for one in work)
    slope = (
        sum(rest * (one - usual) for rest, one in zip(rests, work, strict=True)) / spread if spread else 0.0
    )
    value = plain - slope * (usual - expected_work)
    left = [rest - slope * (one - usual) for rest, one in zip(rests, work, strict=True)]
    free = max(len(batches) - 2, 1)
    error = NINETY_PERCENT * sqrt(sum(one**2 for one in left) / free / len(batches))
    return Estimate(
        _between(value, lowest, highest),
        _between(value - error, lowest, highest),
        _between(value + error, lowest, highest),
        cases,
    )


def _between(value: float, lowest: float, highest: float) -> float:
    return min(max(value, lowest), highest)
