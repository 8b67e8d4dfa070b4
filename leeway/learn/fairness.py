"""Do like cases get like offers? Goodwill compared between groups of customers, like with like.

An offer's *ratio* is what was given over what the adviser suggested, or over the amount in dispute where nothing was
suggested. A group is compared with everybody else only inside *strata*: cases with the same reason, the same fault
and an amount of the same size. The difference of the means is weighted over the strata, with a percentile bootstrap
interval. What is due is left out: it has to be given in full to everybody.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from statistics import fmean
from typing import Literal

import msgspec

from leeway.core.adviser import Given

DIMENSIONS = ("tier", "language", "channel", "region", "product")
LEAST = 5
"""Fewer comparable offers than this on either side say nothing, and nothing is said."""

RESAMPLES = 400
SEED = 20_260_302
"""Always the same: a report that changes when it is looked at again is no report."""

WORTH_A_LOOK = 0.05

Verdict = Literal["same", "more", "less", "too_few"]


class Difference(msgspec.Struct, frozen=True):
    """How one group fares beside like cases of everybody else. ``difference`` is in shares of the ratio: 0.1 is a tenth
    more of what was suggested; ``low`` and ``high`` hold it 95 times in 100. ``n`` and ``others`` are offers compared.
    """

    dimension: str
    group: str
    n: int
    others: int
    mean: float
    mean_others: float
    difference: float
    low: float
    high: float
    verdict: Verdict

    @property
    def says(self) -> str:
        """One sentence a person understands."""
        whom = f"{self.dimension} {self.group or 'unknown'}"
        if self.verdict == "too_few":
            return f"{whom}: too few like cases to say anything ({self.n} against {self.others})"
        width = f"({self.low:+.0%} to {self.high:+.0%}, {self.n} against {self.others} like cases)"
        if self.verdict == "same":
            return f"{whom}: no difference beyond chance {width}"
        return f"{whom}: {abs(self.difference):.0%} {self.verdict} than like cases {width}"


Strata = dict[tuple[str, str, int], list[float]]


def report(offers: Iterable[Given], dimensions: Sequence[str] = DIMENSIONS) -> list[Difference]:
    """Every group of every dimension against everybody else; the widest difference first."""
    compared = [offer for offer in offers if offer.ratio is not None]
    found = []
    for dimension in dimensions:
        names = sorted({getattr(offer, dimension) for offer in compared})
        if len(names) > 1:
            found += [_compare(compared, dimension, name) for name in names]
    order = {"more": 0, "less": 0, "same": 1, "too_few": 2}
    return sorted(found, key=lambda one: (order[one.verdict], -abs(one.difference), one.dimension, one.group))


def _compare(offers: list[Given], dimension: str, group: str) -> Difference:
    ours, theirs = _strata(offers, dimension, group)
    n, others = _count(ours), _count(theirs)
    if min(n, others) < LEAST:
        return Difference(dimension, group, n, others, 0.0, 0.0, 0.0, 0.0, 0.0, "too_few")
    difference = _difference(ours, theirs)
    low, high = _interval(ours, theirs)
    clear = (low > 0 or high < 0) and abs(difference) >= WORTH_A_LOOK
    return Difference(
        dimension=dimension,
        group=group,
        n=n,
        others=others,
        mean=fmean(ratio for ratios in ours.values() for ratio in ratios),
        mean_others=fmean(ratio for ratios in theirs.values() for ratio in ratios),
        difference=difference,
        low=low,
        high=high,
        verdict=("more" if difference > 0 else "less") if clear else "same",
    )


def _strata(offers: list[Given], dimension: str, group: str) -> tuple[Strata, Strata]:
    """The ratios of the group and of everybody else, in the strata that have both."""
    ours: Strata = defaultdict(list)
    theirs: Strata = defaultdict(list)
    for offer in offers:
        side = ours if getattr(offer, dimension) == group else theirs
        side[offer.stratum].append(offer.ratio or 0.0)
    both = sorted(ours.keys() & theirs.keys())
    return {key: ours[key] for key in both}, {key: theirs[key] for key in both}


def _count(strata: Strata) -> int:
    return sum(len(ratios) for ratios in strata.values())


def _difference(ours: Strata, theirs: Strata) -> float:
    """Weighted by how much each stratum can tell: the harmonic size of its two sides."""
    total = weights = 0.0
    for key, mine in ours.items():
        other = theirs[key]
        weight = len(mine) * len(other) / (len(mine) + len(other))
        total += weight * (fmean(mine) - fmean(other))
        weights += weight
    return total / weights if weights else 0.0


def _interval(ours: Strata, theirs: Strata) -> tuple[float, float]:
    chance = random.Random(SEED)  # noqa: S311 - a bootstrap, not a secret
    drawn = sorted(_difference(_drawn(ours, chance), _drawn(theirs, chance)) for _ in range(RESAMPLES))
    return drawn[int(RESAMPLES * 0.025)], drawn[int(RESAMPLES * 0.975) - 1]


def _drawn(strata: Strata, chance: random.Random) -> Strata:
    return {key: chance.choices(ratios, k=len(ratios)) for key, ratios in strata.items()}
