"""The floor under every store: SQLite itself, on the same disk, with the same durability, and nothing around it."""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path

from bench.part import Measures, answer

_file = Path(os.environ["LEEWAY_HOME"]) / "raw.db"
_connection = sqlite3.connect(_file, isolation_level=None)
for pragma in ("journal_mode=wal", "synchronous=full"):
    _connection.execute(f"pragma {pragma}")
_connection.execute("create table if not exists message (id integer primary key, body text not null)")

INSERT = "insert into message (body) values (?)"


def measure(*, count: int, group: int, size: int) -> Measures:
    """``count`` rows of ``size`` bytes, ``group`` in each transaction."""
    row = ("x" * size,)
    begun, cpu = time.perf_counter(), time.process_time()
    for _ in range(count // group):
        _connection.execute("begin immediate")
        _connection.executemany(INSERT, [row] * group)
        _connection.execute("commit")
    return {
        "n": count // group * group,
        "seconds": time.perf_counter() - begun,
        "cpu_ms": 1000 * (time.process_time() - cpu),
    }


if __name__ == "__main__":
    answer(measure)
