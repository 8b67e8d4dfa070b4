"""What the writer asks of a database. Two drivers answer: SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal, Protocol

from leeway.store.address import Address, Sqlite
from leeway.store.writer.news import Written
from leeway.store.writer.tables import Table

Row = tuple[Any, ...]
WhenThere = Literal["fail", "skip", "replace", "add"]
"""What to do with a row whose key is there already. ``add`` adds the numbers of the other columns to it."""


class Driver(Protocol):
    """One connection, used by one thread. Trouble is raised as ``StoreTrouble``; instants are given as UTC
    datetimes.

    After trouble that may pass, ``rollback`` has been tried and the next ``begin`` connects anew if need be.
    """

    def begin(self) -> None:
        """Starts a transaction that may write."""

    def commit(self) -> None: ...

    def rollback(self) -> None:
        """Drops the open transaction, if there is one. Never raises."""

    def close(self) -> None: ...

    def select(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Reads; parameters are written ``?``."""

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Changes rows; gives how many. Parameters are written ``?``."""

    def pick(
        self, table: Table, columns: Sequence[str], where: str, among: Iterable[Any], *, lock: bool = False
    ) -> list[Row]:
        """The rows whose column ``where`` is one of these; with ``lock`` in key order, and nobody else may
        change them.
        """

    def pick_pairs(
        self, table: Table, columns: Sequence[str], where: tuple[str, str], among: Iterable[tuple[str, str]]
    ) -> list[Row]:
        """The rows whose two text columns are one of these pairs."""

    def put(self, table: Table, rows: Sequence[Row], *, when_there: WhenThere = "fail") -> None:
        """Inserts rows that have a value for every column of the table."""

    def reserve(self, table: Table, count: int) -> list[int]:
        """Numbers for new rows, ascending."""

    def hold(self, names: Sequence[str]) -> None:
        """Nobody else holds any of these names until the commit; taken in the order given."""

    def order_log(self) -> None:
        """From here to the commit nobody else writes the log, so that its numbers are in the order of
        commits.
        """

    def notify(self, written: Written) -> None:
        """Tells other processes at the commit, where the database can."""


def open_driver(where: Address) -> Driver:
    """The driver of this database; only the one in use is imported."""
    if isinstance(where, Sqlite):
        from leeway.store.writer.sqlite import SqliteDriver  # noqa: PLC0415 - psycopg costs memory, sqlite time

        return SqliteDriver(where)
    from leeway.store.writer.postgres import PostgresDriver  # noqa: PLC0415

    return PostgresDriver(where)
