"""What it costs to prove a made-up house of this size for a year, on one core, each time anew."""

from __future__ import annotations

import time

from bench.matrices import START, house
from bench.part import Measures, answer
from leeway.prove.check import prove


def measure(*, rules: int, columns: int, people: int) -> Measures:
    policy, roster = house(rules, columns, people)
    begun = time.process_time()
    proof = prove(policy, roster, start=START)
    return {"n": rules, "cpu_ms": 1000 * (time.process_time() - begun), "holes": len(proof.findings)}


if __name__ == "__main__":
    answer(measure)
