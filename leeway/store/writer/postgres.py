"""The writer's PostgreSQL: rows locked in order, whole groups of rows in one statement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from leeway.desk.ports import StoreTrouble
from leeway.store.address import Postgres
from leeway.store.writer.driver import Row, WhenThere
from leeway.store.writer.news import CHANNEL, Written, told
from leeway.store.writer.sql import if_there, into, names, of
from leeway.store.writer.tables import CASE, Table

SAME_KEY = "23505"
PASSING = {
    SAME_KEY,
    "40001",  # serialization failure
    "40P01",  # deadlock
    "55P03",  # lock not available
    "57P01",  # the server is shutting down
    "57P02",
    "57P03",  # it is starting up
    "53300",  # too many connections
}
CONNECTION_EXCEPTION = "08"

LOG_LOCK = 0x1EE3A7
"""The advisory lock of the log; the number means nothing, it only has to be ours."""

CASE_NUMBERS_AT_ONCE = 20
"""New case numbers fetched in one go. Those unused at a restart are skipped, so the gaps stay small."""


class PostgresDriver:
    def __init__(self, where: Postgres) -> None:
        self._where = where
        self._connection: psycopg.Connection[Row] | None = None
        self._case_numbers: list[int] = []

    def _open(self) -> psycopg.Connection[Row]:
        if self._connection is None or self._connection.closed:
            told = make_conninfo(application_name="leeway writer", **self._where.arguments())
            self._connection = psycopg.connect(told, autocommit=True)
        return self._connection

    def begin(self) -> None:
        with self._trouble():
            self._open().execute("begin")

    def commit(self) -> None:
        with self._trouble():
            self._open().execute("commit")

    def rollback(self) -> None:
        if self._connection is None:
            return
        with suppress(psycopg.Error):
            self._connection.execute("rollback")

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def select(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        with self._trouble():
            return self._open().execute(_spelled(sql), parameters).fetchall()

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        with self._trouble():
            return self._open().execute(_spelled(sql), parameters).rowcount

    def pick(
        self, table: Table, columns: Sequence[str], where: str, among: Iterable[Any], *, lock: bool = False
    ) -> list[Row]:
        sql = (
            f"select {names(columns)} from {table.name} "  # noqa: S608 - names are ours, values are bound
            f'where "{where}" = any(?::{table.columns[where]}[]) order by "{where}"'
        )
        return self.select(f"{sql} for update" if lock else sql, (list(among),))

    def pick_pairs(
        self, table: Table, columns: Sequence[str], where: tuple[str, str], among: Iterable[tuple[str, str]]
    ) -> list[Row]:
        pairs = list(among)
        one, other = where
        sql = (
            f"select {of(table, columns)} from {table.name} "  # noqa: S608
            "join unnest(?::text[], ?::text[]) pair(one, other) "
            f'on "{one}" = pair.one and "{other}" = pair.other'
        )
        return self.select(sql, ([pair[0] for pair in pairs], [pair[1] for pair in pairs]))

    def put(self, table: Table, rows: Sequence[Row], *, when_there: WhenThere = "fail") -> None:
        if rows:
            columns = [list(column) for column in zip(*rows, strict=True)]
            with self._trouble():
                self._open().execute(_insert(table, when_there), columns)

    def reserve(self, table: Table, count: int) -> list[int]:
        if table is not CASE:
            return self._next_numbers(table, count)
        if len(self._case_numbers) < count:
            self._case_numbers += self._next_numbers(table, max(count, CASE_NUMBERS_AT_ONCE))
        numbers, self._case_numbers = self._case_numbers[:count], self._case_numbers[count:]
        return numbers

    def _next_numbers(self, table: Table, count: int) -> list[int]:
        sql = "select nextval(pg_get_serial_sequence(?, 'id')) from generate_series(1, ?)"
        return [number for (number,) in self.select(sql, (table.name, count))]

    def hold(self, names: Sequence[str]) -> None:
        for name in names:  # one by one: a statement over all of them may take them in any order
            self.select("select pg_advisory_xact_lock(hashtextextended(?, ?))", (name, LOG_LOCK))

    def order_log(self) -> None:
        self.select("select pg_advisory_xact_lock(?)", (LOG_LOCK,))

    def notify(self, written: Written) -> None:
        self.select("select pg_notify(?, ?)", (CHANNEL, told(written)))

    @contextmanager
    def _trouble(self) -> Iterator[None]:
        try:
            yield
        except psycopg.Error as error:
            passes, same_key = self._passes(error), error.sqlstate == SAME_KEY
            raise StoreTrouble(str(error), passing=passes, same_key=same_key) from error

    def _passes(self, error: psycopg.Error) -> bool:
        if self._connection is None or self._connection.closed or isinstance(error, psycopg.InterfaceError):
            self._connection = None  # lost: the next transaction connects anew
            return True
        state = error.sqlstate or ""
        return state in PASSING or state.startswith(CONNECTION_EXCEPTION)


def _spelled(sql: str) -> str:
    return sql.replace("?", "%s")


@cache
def _insert(table: Table, when_there: WhenThere) -> str:
    # %b: arrays travel in PostgreSQL's binary form. Escaping them as text takes longer than everything else together.
    arrays = ", ".join(f"%b::{kind}[]" for kind in table.columns.values())
    rows = f"select * from unnest({arrays})"  # noqa: S608 - names are ours, values are bound
    return f"{into(table)} {rows} {if_there(table, when_there)}"
