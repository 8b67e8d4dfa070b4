"""What a house knows of its customers, from a table or JSON Lines: one customer a line."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from leeway.core.customer import Customer, introduced
from leeway.core.facts import CustomerRef
from leeway.store.importing.reading import RefusedLine, wrong_in_words
from leeway.store.writer import tables
from leeway.store.writer.driver import Driver
from leeway.store.writer.rows import customer_row

LINES_AT_ONCE = 500
Refuse = Callable[[RefusedLine], None]
Refs = Iterator[CustomerRef]

_read = msgspec.json.Decoder(CustomerRef)
_read_customer = msgspec.json.Decoder(Customer)


def import_customers(driver: Driver, path: Path, *, refused: Refuse, now: datetime) -> dict[str, int]:
    """Writes them down and counts: ``customers`` in the file, ``new``, ``changed`` and ``refused``."""
    counts = dict.fromkeys(("customers", "new", "changed", "refused"), 0)

    def refuse(line: RefusedLine) -> None:
        counts["refused"] += 1
        refused(line)

    table = path.suffix.lower() in (".csv", ".tsv")
    refs = _of_table(path, refuse) if table else _of_lines(path, refuse)
    while some := list(islice(refs, LINES_AT_ONCE)):
        new, changed = _write(driver, {ref.id: ref for ref in some}, now)
        counts["customers"] += len(some)
        counts["new"] += new
        counts["changed"] += changed
    return counts


def _write(driver: Driver, refs: dict[str, CustomerRef], now: datetime) -> tuple[int, int]:
    driver.begin()
    try:
        rows = driver.pick(tables.CUSTOMER, ("id", "doc"), "id", list(refs), lock=True)
        known = {name: _read_customer.decode(doc) for name, doc in rows}
        after = {name: introduced(known.get(name), ref) for name, ref in refs.items()}
        different = {name: one for name, one in after.items() if one != known.get(name)}
        put = [customer_row(one, now) for _, one in sorted(different.items())]
        driver.put(tables.CUSTOMER, put, when_there="replace")
        driver.commit()
    finally:
        driver.rollback()
    new = sum(name not in known for name in different)
    return new, len(different) - new


def _of_lines(path: Path, refuse: Refuse) -> Refs:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                yield _read.decode(line)
            except msgspec.ValidationError as error:
                _refuse(path, number, str(error), refuse)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                refuse(
                    RefusedLine(
                        path.name, number, "$", f"this is not JSON: {error}", "one JSON object a line"
                    )
                )


def _of_table(path: Path, refuse: Refuse) -> Refs:
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as text:
        reader = csv.DictReader(text, dialect=csv.excel_tab if path.suffix.lower() == ".tsv" else csv.excel)
        try:
            for row in reader:
                filled: dict[str, Any] = {column: cell for column, cell in row.items() if column and cell}
                try:
                    yield msgspec.convert(filled, CustomerRef, strict=False)
                except msgspec.ValidationError as error:
                    _refuse(path, reader.line_num, str(error), refuse)
        except csv.Error as error:
            refuse(RefusedLine(path.name, reader.line_num, "$", f"this row cannot be read: {error}", "a row"))


def _refuse(path: Path, number: int, sentence: str, refuse: Refuse) -> None:
    wrong = wrong_in_words(sentence)
    refuse(RefusedLine(path.name, number, wrong.field, wrong.message, wrong.expected))
