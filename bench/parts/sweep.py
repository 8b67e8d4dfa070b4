"""The clock's sweep over a house in which nothing is due: its price must not know how many clocks are running."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from typing import NoReturn

from msgspec import convert

from bench.machine import pss_mb
from bench.messages import fact, interleaved
from bench.part import Measures, answer
from bench.parts.filling import fill
from leeway.core.facts import Fact
from leeway.desk.ports import Item
from leeway.store.address import address
from leeway.store.home import home
from leeway.store.instants import utc_now
from leeway.store.writer.driver import open_driver
from leeway.wiring import open_house
from leeway.worker.sweeper import Sweeper

SEEDS = 40


def _prepare() -> None:
    """Some real cases, then copies of them."""
    house = open_house()
    turns = interleaved(1, SEEDS)
    house.writer.call(
        [
            Item(convert(fact(next(turns), key=f"s{number}", at=house.clock(), by=""), type=Fact))
            for number in range(SEEDS)
        ]
    )
    house.close()
    fill(int(os.environ["CASES"]), whole=False)


def _nothing_due(items: Sequence[Item]) -> NoReturn:
    raise AssertionError(f"{len(items)} cases were due")


_prepare()
_driver = open_driver(address(home()))
_sweeper = Sweeper(_driver, _nothing_due, utc_now)


def measure(*, sweeps: int) -> Measures:
    open_clocks = _driver.select("select count(*) from leeway_case where wake_at is not null")[0][0]
    _sweeper.sweep()
    before, begun = pss_mb(os.getpid()), time.process_time()
    for _ in range(sweeps):
        _sweeper.sweep()
    cpu = 1000 * (time.process_time() - begun)
    after = pss_mb(os.getpid())
    return {"clocks": open_clocks, "cpu_ms": cpu / sweeps, "mb_before": before, "mb_after": after}


if __name__ == "__main__":
    answer(measure)
