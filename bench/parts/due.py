"""Cases whose time has come: found, decided, recorded and committed, in batches as the sweeper makes them."""

from __future__ import annotations

import os
import shutil
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec import convert

from bench.messages import conversation, fact
from bench.part import Measures, answer
from leeway.core.facts import Fact
from leeway.desk.handle import Done
from leeway.desk.ports import Item
from leeway.store.address import Sqlite
from leeway.wiring import House, collect_garbage_rarely, open_house
from leeway.worker.sweeper import Sweeper

UNTIL_DUE = timedelta(hours=2)
"""Longer than the shop's time for a first answer, which is one working hour."""


class Watch:
    """Stands at a Monday's morning of the shop until it is moved on."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


_home = Path(os.environ["LEEWAY_HOME"])
_numbers = iter(range(1, 1_000_000_000))


def measure(*, count: int) -> Measures:
    """``count`` customers write to a fresh house, nobody answers, and the time for a first answer runs out."""
    file = _home / f"due-{next(_numbers)}.db"
    shutil.copy(_home / "leeway.db", file)
    watch = Watch()
    house = open_house(where=Sqlite(str(file)), clock=watch)
    collect_garbage_rarely()  # as every process that stays
    try:
        return _measured(house, watch, count)
    finally:
        house.close()


def _measured(house: House, watch: Watch, count: int) -> Measures:
    first = [conversation(next(_numbers))[0] for _ in range(count)]
    facts = [fact(turn, key=f"d{turn.conversation}", at=watch(), by="") for turn in first]
    for start in range(0, count, 500):
        items = [Item(convert(told, type=Fact)) for told in facts[start : start + 500]]
        assert all(isinstance(one, Done) for one in house.writer.call(items))
    watch.now += UNTIL_DUE
    sweeper = Sweeper(house.driver(), house.writer.call, watch)
    begun, cpu = time.perf_counter(), time.process_time()
    woken = sweeper.sweep()
    assert woken >= count
    return {
        "n": woken,
        "seconds": time.perf_counter() - begun,
        "cpu_ms": 1000 * (time.process_time() - cpu),
    }


if __name__ == "__main__":
    answer(measure)
