"""Leeway's writer without a network before it: groups of facts handed to the one door."""

from __future__ import annotations

import time
from itertools import islice
from typing import Any

from msgspec import convert

from bench.messages import Turn, fact, interleaved
from bench.part import Measures, answer
from leeway.core.facts import Fact
from leeway.desk.handle import Done
from leeway.desk.ports import Item
from leeway.wiring import collect_garbage_rarely, open_house

_house = open_house()
collect_garbage_rarely()  # as every process that stays
_turns = interleaved(1_000_000, 60)
_numbers = iter(range(1_000_000_000))


def measure(*, count: int, group: int) -> Measures:
    """``count`` messages, ``group`` in each transaction."""
    groups = [
        [Item(convert(_told(turn), type=Fact)) for turn in islice(_turns, group)]
        for _ in range(count // group)
    ]
    begun, cpu = time.perf_counter(), time.process_time()
    for items in groups:
        answers = _house.writer.call(items)
        assert all(isinstance(one, Done) for one in answers), answers
    return {
        "n": count // group * group,
        "seconds": time.perf_counter() - begun,
        "cpu_ms": 1000 * (time.process_time() - cpu),
    }


def _told(turn: Turn) -> dict[str, Any]:
    return fact(turn, key=f"w{next(_numbers)}", at=_house.clock(), by=f"agent{turn.conversation % 40}")


if __name__ == "__main__":
    answer(measure)
    _house.close()
