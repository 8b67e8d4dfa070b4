"""Everything a house knows, as NDJSON files that any program can read and ``leeway import export`` takes back.

The log is exported as it stood at the beginning: what is written meanwhile is left for the next time. Bodies are put
out byte for byte, so that the hash chain can be checked by whoever receives them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from leeway import __version__
from leeway.core.redact import mask
from leeway.store import article_lines
from leeway.store.instants import read_instant
from leeway.store.masking import masked_json, pseudonym
from leeway.store.writer.driver import Driver, Row

FORMAT = "leeway-export"
FORMAT_VERSION = 1
MANIFEST = "manifest.json"
ROWS_AT_ONCE = 2_000


class Manifest(msgspec.Struct, frozen=True):
    """``files`` says how many lines each file has; ``only`` what the export was limited to, empty for everything.
    ``masked``: nobody's name, address or number is in it.
    """

    format: str
    version: int
    leeway: str
    exported_at: datetime
    files: dict[str, int]
    only: str = ""
    masked: bool = False


class FactLine(msgspec.Struct, frozen=True):
    id: int
    case: int
    seq: int
    at: datetime
    recorded_at: datetime
    skewed: bool
    policy_version: int
    digest: str
    fact: msgspec.Raw
    known: msgspec.Raw


class EventLine(msgspec.Struct, frozen=True):
    id: int
    case: int
    seq: int
    fact: int
    event: msgspec.Raw


class CaseLine(msgspec.Struct, frozen=True):
    case: msgspec.Raw


class CustomerLine(msgspec.Struct, frozen=True):
    customer: msgspec.Raw
    updated_at: datetime


class InteractionLine(msgspec.Struct, frozen=True):
    source: str
    interaction: str
    case: int


class DocumentLine(msgspec.Struct, frozen=True):
    """A published policy or roster; ``source`` is the file as its author wrote it."""

    version: int
    name: str
    document: msgspec.Raw
    source: str
    note: str
    published_at: datetime
    published_by: str


@dataclass(frozen=True, slots=True)
class Only:
    """What to limit an export to: one customer's cases, or one case. Nothing: everything."""

    customer: str = ""
    case: int = 0

    def cases(self) -> tuple[str, tuple[Any, ...]]:
        """A condition on the column ``case_id``, with its values."""
        if self.case:
            return " and case_id = ?", (self.case,)
        if self.customer:
            return " and case_id in (select id from leeway_case where customer = ?)", (self.customer,)
        return "", ()

    def __str__(self) -> str:
        if self.case:
            return f"case {self.case}"
        return f"customer {self.customer}" if self.customer else ""


def export(driver: Driver, folder: Path, only: Only, *, now: datetime, masked: bool = False) -> Manifest:
    """Writes the files into ``folder``, which is made. Raises ``FileExistsError`` when an export is there already.

    ``masked`` leaves out the roster and the names, addresses and numbers of customers (``leeway.store.masking``).
    """
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / MANIFEST).exists():
        raise FileExistsError(17, "There is an export already", str(folder))
    last = int(driver.select("select coalesce(max(id), 0) from leeway_fact")[0][0])
    pages = _Pages(driver, only, last, masked=masked)
    files: dict[str, Iterator[msgspec.Struct]] = {
        "facts.ndjson": pages.facts(),
        "events.ndjson": pages.events(),
        "cases.ndjson": pages.cases(),
        "customers.ndjson": pages.customers(),
        "interactions.ndjson": pages.interactions(),
        "policies.ndjson": pages.documents("policy"),
        "roster.ndjson": pages.documents("roster"),
    }
    if only == Only():
        files[article_lines.FILE] = article_lines.articles(driver, masked=masked)
    if masked:  # our own people are persons too
        del files["roster.ndjson"]
    lines = {name: _write(folder / name, rows) for name, rows in files.items()}
    manifest = Manifest(FORMAT, FORMAT_VERSION, __version__, now, lines, str(only), masked)
    (folder / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest)) + b"\n")
    return manifest


def _write(path: Path, rows: Iterator[msgspec.Struct]) -> int:
    encoder = msgspec.json.Encoder()
    count = 0
    with path.open("wb") as file:
        for row in rows:
            file.write(encoder.encode(row) + b"\n")
            count += 1
    return count


class _Pages:
    """The tables, page by page in the order of their keys: memory stays flat, and nobody is kept waiting."""

    def __init__(self, driver: Driver, only: Only, last_fact: int, *, masked: bool) -> None:
        self._driver = driver
        self._masked = masked
        named = driver.select("select id, customer_name from leeway_case") if masked else []
        self._names: dict[int, str] = defaultdict(str, named)
        self._only = only
        self._last = last_fact

    def _raw(self, text: str, case: int) -> msgspec.Raw:
        return msgspec.Raw((masked_json(text, about=self._names[case]) if self._masked else text).encode())

    def _customer(self, doc: str) -> msgspec.Raw:
        if not self._masked:
            return msgspec.Raw(doc.encode())
        known = msgspec.json.decode(masked_json(doc))
        known["id"] = pseudonym(msgspec.json.decode(doc)["id"])
        return msgspec.Raw(msgspec.json.encode(known))

    def _by_number(self, columns: str, table: str, where: str, values: Sequence[Any]) -> Iterator[Row]:
        """Rows of a table with a number ``id``, which is their first column."""
        after = 0
        sql = f"select {columns} from {table} where id > ?{where} order by id limit {ROWS_AT_ONCE}"  # noqa: S608
        while rows := self._driver.select(sql, (after, *values)):
            yield from rows
            after = rows[-1][0]

    def facts(self) -> Iterator[FactLine]:
        where, values = self._only.cases()
        columns = "id, case_id, seq, at, recorded_at, skewed, policy_version, digest, body, known"
        for row in self._by_number(columns, "leeway_fact", f" and id <= ?{where}", (self._last, *values)):
            number, case, seq, at, recorded, skewed, policy, digest, body, known = row
            yield FactLine(
                number, case, seq, read_instant(at), read_instant(recorded), bool(skewed), policy, digest,
                self._raw(body, case), self._raw(known, case),
            )  # fmt: skip

    def events(self) -> Iterator[EventLine]:
        where, values = self._only.cases()
        columns = "id, case_id, seq, fact_id, body"
        for row in self._by_number(
            columns, "leeway_event", f" and fact_id <= ?{where}", (self._last, *values)
        ):
            number, case, seq, fact, body = row
            yield EventLine(number, case, seq, fact, self._raw(body, case))

    def cases(self) -> Iterator[CaseLine]:
        where, values = self._only.cases()
        where = where.replace("case_id", "id")
        for number, state in self._by_number("id, state", "leeway_case", where, values):
            yield CaseLine(self._raw(state, number))

    def customers(self) -> Iterator[CustomerLine]:
        where, values = "", self._only.cases()[1]
        if self._only.case:
            where = " and id in (select customer from leeway_case where id = ?)"
        elif self._only.customer:
            where = " and id = ?"
        after = ""
        sql = f"select id, doc, updated_at from leeway_customer where id > ?{where} order by id limit {ROWS_AT_ONCE}"  # noqa: S608
        while rows := self._driver.select(sql, (after, *values)):
            for _, doc, updated_at in rows:
                yield CustomerLine(self._customer(doc), read_instant(updated_at))
            after = rows[-1][0]

    def interactions(self) -> Iterator[InteractionLine]:
        where, values = self._only.cases()
        columns = "id, source, external_id, case_id"
        for _, source, external, case in self._by_number(columns, "leeway_interaction", where, values):
            yield InteractionLine(source, mask(external) if self._masked else external, case)

    def documents(self, kind: str) -> Iterator[DocumentLine]:
        columns = "id, version, name, body, source, note, published_at, published_by"
        for row in self._by_number(columns, "leeway_document", " and kind = ?", (kind,)):
            _, version, name, body, source, note, at, by = row
            yield DocumentLine(version, name, msgspec.Raw(body.encode()), source, note, read_instant(at), by)
