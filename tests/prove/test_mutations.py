"""Defects put into sound houses: every one is found, and every example of every hole is true.

The generator makes more than 500 of them. One of every second operator is proved with every run; all of them with
``LEEWAY_ALL_MUTANTS=1`` (some minutes). Half of the parameters, chosen by a hash of the name, was not looked at while
the prover was built; ``docs/adr/0012-proof-by-boxes.md`` says what that is worth.
"""

from __future__ import annotations

import hashlib
import os
from functools import cache

import pytest

from bench.matrices import house
from leeway.prove.check import prove
from tests.prove.confirming import is_true
from tests.prove.houses import START, sample_roster, shipped
from tests.prove.mutations import OPERATORS, Mutant, mutants

SEEDS = 4
HOUSES = [
    ("shop", shipped("shop"), sample_roster()),
    ("software", shipped("software", "us_cfpb"), sample_roster()),
    ("made_up", *house(40, 10, 18, 3)),
]


@cache
def every_mutant() -> list[Mutant]:
    return mutants(HOUSES, SEEDS)


def is_held_out(mutant: Mutant) -> bool:
    return int(hashlib.sha256(mutant.name.encode()).hexdigest(), 16) % 2 == 1


def chosen() -> list[Mutant]:
    """All of them if asked for, else one of every second operator, the houses taking turns."""
    if os.environ.get("LEEWAY_ALL_MUTANTS"):
        return every_mutant()
    picked = []
    for number, operator in enumerate(sorted(OPERATORS)[::2]):
        own = [mutant for mutant in every_mutant() if mutant.operator == operator]
        picked.append(own[number * 5 % len(own)])
    return picked


def test_there_are_enough_of_them():
    assert len(every_mutant()) >= 300
    assert len({mutant.operator for mutant in every_mutant()}) == len(OPERATORS) >= 20
    held_out = sum(is_held_out(mutant) for mutant in every_mutant())
    assert 0.4 < held_out / len(every_mutant()) < 0.6


@pytest.mark.parametrize(("name", "policy", "roster"), HOUSES, ids=[name for name, *_ in HOUSES])
def test_the_sound_houses_have_no_hole(name, policy, roster):
    assert prove(policy, roster, start=START).findings == ()


@pytest.mark.parametrize("mutant", chosen(), ids=lambda mutant: mutant.name)
def test_a_defect_is_found_with_a_true_example(mutant):
    proof = prove(mutant.policy, mutant.roster, start=START)
    assert {hole.kind for hole in proof.findings} & mutant.expected, proof.findings
    false = [
        (hole.kind, hole.example.words)
        for hole in proof.findings
        if not is_true(mutant.policy, mutant.roster, hole)
    ]
    assert false == []
