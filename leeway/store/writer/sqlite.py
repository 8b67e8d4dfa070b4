"""The writer's SQLite: write-ahead log, immediate transactions, every commit on the disk before it is
acknowledged.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any

from leeway.desk.ports import StoreTrouble
from leeway.store.address import BUSY_TIMEOUT_SECONDS, SQLITE_PRAGMAS, Sqlite
from leeway.store.writer.driver import Row, WhenThere
from leeway.store.writer.news import Written
from leeway.store.writer.sql import if_there, into, names, of
from leeway.store.writer.tables import INSTANT, Table

UTC_OFFSET = "+00:00"
PASSING = ("locked", "busy")


def as_text(at: datetime | None) -> str | None:
    """An instant as Django's SQLite keeps it, so that both read each other's rows."""
    if at is None:
        return None
    text = at.isoformat(" ")
    if text.endswith(UTC_OFFSET):  # nearly always; the long way costs a tenth of the writing
        return text[: -len(UTC_OFFSET)]
    return str(at.astimezone(UTC).replace(tzinfo=None))


class SqliteDriver:
    def __init__(self, where: Sqlite) -> None:
        self._where = where
        self._connection: sqlite3.Connection | None = None
        self._last_numbers: dict[str, int] = {}

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            connection = sqlite3.connect(
                self._where.path,
                uri=self._where.uri,
                timeout=BUSY_TIMEOUT_SECONDS,
                isolation_level=None,  # transactions are begun by us, as immediate ones
                check_same_thread=False,  # opened by the starting thread, used by the writing one
                cached_statements=256,
            )
            for pragma in SQLITE_PRAGMAS:
                connection.execute(pragma)
            self._connection = connection
        return self._connection

    def begin(self) -> None:
        with _trouble():
            self._open().execute("begin immediate")
        self._last_numbers.clear()

    def commit(self) -> None:
        with _trouble():
            self._open().execute("commit")

    def rollback(self) -> None:
        if self._connection is not None and self._connection.in_transaction:
            self._connection.execute("rollback")

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def select(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        with _trouble():
            return self._open().execute(sql, _told(parameters)).fetchall()

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        with _trouble():
            return self._open().execute(sql, _told(parameters)).rowcount

    def pick(
        self, table: Table, columns: Sequence[str], where: str, among: Iterable[Any], *, lock: bool = False
    ) -> list[Row]:
        del lock  # an immediate transaction has the whole database to itself
        sql = (
            f"select {names(columns)} from {table.name} "  # noqa: S608 - names are ours, values are bound
            f'where "{where}" in (select value from json_each(?)) order by "{where}"'
        )
        return self.select(sql, (json.dumps(list(among)),))

    def pick_pairs(
        self, table: Table, columns: Sequence[str], where: tuple[str, str], among: Iterable[tuple[str, str]]
    ) -> list[Row]:
        one, other = where
        sql = (
            f"select {of(table, columns)} from json_each(?) pair cross join {table.name} "  # noqa: S608
            f"on \"{one}\" = json_extract(pair.value, '$[0]') "
            f"and \"{other}\" = json_extract(pair.value, '$[1]')"
        )
        return self.select(sql, (json.dumps(list(among)),))

    def put(self, table: Table, rows: Sequence[Row], *, when_there: WhenThere = "fail") -> None:
        if not rows:
            return
        with _trouble():
            self._open().executemany(_insert(table, when_there), _as_sqlite(table, rows))

    def reserve(self, table: Table, count: int) -> list[int]:
        # Django's AUTOINCREMENT keeps the highest number ever used, so that a deleted case's is not used
        # again.
        last = self._last_numbers.get(table.name)
        if last is None:
            found = self.select("select seq from sqlite_sequence where name = ?", (table.name,))
            last = int(found[0][0]) if found else 0
        self._last_numbers[table.name] = last + count
        return list(range(last + 1, last + count + 1))

    def hold(self, names: Sequence[str]) -> None:
        """Nothing to do: an immediate transaction has the whole database to itself."""

    def order_log(self) -> None:
        """Nothing to do: there is one writing transaction at a time."""

    def notify(self, written: Written) -> None:
        """Nothing to do: other processes on one SQLite file look by themselves."""


@contextmanager
def _trouble() -> Iterator[None]:
    try:
        yield
    except sqlite3.IntegrityError as error:
        raise StoreTrouble(str(error), passing=True, same_key=True) from error
    except sqlite3.OperationalError as error:
        raise StoreTrouble(str(error), passing=any(word in str(error) for word in PASSING)) from error
    except sqlite3.Error as error:
        raise StoreTrouble(str(error), passing=False) from error


def _told(parameters: Sequence[Any]) -> list[Any]:
    return [as_text(value) if isinstance(value, datetime) else value for value in parameters]


def _as_sqlite(table: Table, rows: Sequence[Row]) -> Iterator[list[Any]]:
    instants = _places_of_instants(table)
    for row in rows:
        told = list(row)
        for place in instants:
            if (at := told[place]) is not None:
                text = at.isoformat(" ")  # as ``as_text``, without the call: seven instants a fact
                told[place] = text[: -len(UTC_OFFSET)] if text.endswith(UTC_OFFSET) else as_text(at)
        yield told


@cache
def _places_of_instants(table: Table) -> tuple[int, ...]:
    return tuple(place for place, kind in enumerate(table.columns.values()) if kind == INSTANT)


@cache
def _insert(table: Table, when_there: WhenThere) -> str:
    blanks = ", ".join("?" * len(table.columns))
    return f"{into(table)} values ({blanks}) {if_there(table, when_there)}"
