"""Fills a house with many cases in a short time: real ones, copied row by row inside the database.

A process of its own, so that the memory it takes is not counted as the measured one's.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

FILE = Path(os.environ["LEEWAY_HOME"]) / "leeway.db"


def fill(count: int, *, whole: bool) -> None:
    """``fill_here`` in a process of its own."""
    words = [str(count), *(["whole"] if whole else [])]
    subprocess.run([sys.executable, "-m", "bench.parts.filling", *words], check=True)


def fill_here(count: int, *, whole: bool) -> None:
    """Until there are ``count`` cases, each with its own number, customer and times. ``whole`` copies their documents
    too; without, a case weighs as little as what reads only its columns can do with.
    """
    connection = sqlite3.connect(FILE, isolation_level=None)
    connection.execute("pragma synchronous=off")  # thrown away after the measuring
    connection.execute("pragma cache_size=-200000")
    columns = [name for _, name, *_ in connection.execute("pragma table_info(leeway_case)")]
    indexes = connection.execute(
        "select name, sql from sqlite_master where tbl_name = 'leeway_case' and type = 'index' and sql is not null"
    ).fetchall()
    connection.execute("begin immediate")
    for name, _ in indexes:  # built again at once: faster than a million times a little
        connection.execute(f'drop index "{name}"')
    (have, last) = connection.execute("select count(*), max(id) from leeway_case").fetchone()
    now = datetime.now(UTC).replace(tzinfo=None)
    told = {
        "id": "? + n.value",
        "customer": "'customer-' || n.value",
        "last_message_at": _spread(now - timedelta(days=20), 20),
        "wake_at": _spread(now + timedelta(days=1), 300),
        "next_due": _spread(now + timedelta(days=1), 300),
        **({} if whole else {"state": "'{}'"}),
    }
    values = ", ".join(told.get(column, f'c."{column}"') for column in columns)
    connection.execute("create temp table model (place integer primary key, id integer)")
    connection.execute("insert into model select row_number() over (order by id) - 1, id from leeway_case")
    connection.execute(
        f"with recursive n(value) as (select 1 union all select value + 1 from n where value < ?) "  # noqa: S608
        f"insert into leeway_case ({', '.join(columns)}) select {values} from n "
        "join model on model.place = n.value % ? join leeway_case c on c.id = model.id",
        (count - have, last, have),
    )
    for _, sql in indexes:
        connection.execute(sql)
    connection.execute("commit")
    connection.execute("analyze")
    connection.close()


def _spread(start: datetime, days: int) -> str:
    """Instants over so many days, in no order, written as the store writes them."""
    seconds = days * 86_400
    return (
        f"strftime('%Y-%m-%d %H:%M:%S', '{start:%Y-%m-%d %H:%M:%S}', "
        f"'+' || ((n.value * 7919 * 104729) % {seconds}) || ' seconds')"
    )


if __name__ == "__main__":
    fill_here(int(sys.argv[1]), whole="whole" in sys.argv)
