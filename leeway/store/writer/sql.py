"""The pieces of SQL both databases spell alike. Names come from our own lists of columns; values are
always bound.
"""

from __future__ import annotations

from collections.abc import Iterable

from leeway.store.writer.driver import WhenThere
from leeway.store.writer.tables import Table


def names(columns: Iterable[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def of(table: Table, columns: Iterable[str]) -> str:
    """Columns of this table, in a statement that joins it with something else."""
    return ", ".join(f'{table.name}."{column}"' for column in columns)


def into(table: Table) -> str:
    return f"insert into {table.name} ({names(table.columns)})"


def if_there(table: Table, when_there: WhenThere) -> str:
    """What happens to a row whose key is there already."""
    others = [column for column in table.columns if column not in table.key]
    match when_there:
        case "fail":
            return ""
        case "skip":
            return f"on conflict ({names(table.key)}) do nothing"
        case "replace":
            changes = (f'"{column}" = excluded."{column}"' for column in others)
        case "add":
            changes = (f'"{column}" = {table.name}."{column}" + excluded."{column}"' for column in others)
    return f"on conflict ({names(table.key)}) do update set {', '.join(changes)}"
