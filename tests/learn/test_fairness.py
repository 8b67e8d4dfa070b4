"""Like cases get like offers: what is unfair is found, what only looks so is not."""

from __future__ import annotations

import random

from leeway.core.adviser import Given
from leeway.learn.fairness import report

REFUND, CREDIT = ("refund", "ours", 3), ("credit", "shared", 1)


def offers(tier: str, stratum, around: float, count: int, seed: int, *, language: str = "en") -> list[Given]:
    chance = random.Random(seed)
    return [
        Given(
            counted=round(1_000 * chance.uniform(around - 0.2, around + 0.2)),
            suggested=1_000,
            disputed=0,
            stratum=stratum,
            tier=tier,
            language=language,
        )
        for _ in range(count)
    ]


def found(given: list[Given], tier: str):
    return next(one for one in report(given) if (one.dimension, one.group) == ("tier", tier))


def test_a_group_that_gets_more_for_like_cases_is_found():
    gold = found(offers("gold", REFUND, 1.3, 60, 1) + offers("standard", REFUND, 1.0, 200, 2), "gold")
    assert gold.verdict == "more"
    assert 0.25 < gold.difference < 0.35
    assert gold.low < gold.difference < gold.high
    assert gold.says.startswith("tier gold: 3")
    assert "60 against 200 like cases" in gold.says


def test_a_group_that_only_has_other_cases_is_not():
    """Gold customers have the grave cases; inside each kind of case everybody is treated alike."""
    given = [
        *offers("gold", REFUND, 1.5, 80, 1),
        *offers("standard", REFUND, 1.5, 20, 2),
        *offers("gold", CREDIT, 0.5, 20, 3),
        *offers("standard", CREDIT, 0.5, 80, 4),
    ]
    gold = found(given, "gold")
    assert gold.mean - gold.mean_others > 0.4
    assert gold.verdict == "same"


def test_too_few_say_nothing():
    gold = found(offers("gold", REFUND, 9.0, 4, 1) + offers("standard", REFUND, 1.0, 50, 2), "gold")
    assert gold.verdict == "too_few"
    assert "too few" in gold.says


def test_a_small_difference_is_called_by_chance_about_once_in_twenty():
    called = 0
    for seed in range(60):
        given = offers("gold", REFUND, 1.0, 30, seed) + offers("standard", REFUND, 1.0, 60, seed + 1_000)
        called += found(given, "gold").verdict != "same"
    assert called <= 8


def test_the_same_offers_give_the_same_report():
    given = offers("gold", REFUND, 1.1, 30, 1) + offers("standard", REFUND, 1.0, 30, 2, language="es")
    assert report(given) == report(list(reversed(list(reversed(given)))))
    assert {one.dimension for one in report(given)} == {"tier", "language"}


def test_without_a_suggestion_the_amount_in_dispute_is_the_measure():
    assert Given(counted=50, suggested=0, disputed=100, stratum=REFUND).ratio == 0.5
    assert Given(counted=50, suggested=0, disputed=0, stratum=REFUND).ratio is None
