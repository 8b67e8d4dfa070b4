"""An export taken back into an empty house. The log is what counts: every row is made from it anew, and checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TypeVar, cast

import msgspec

from leeway.core.case import Case
from leeway.core.customer import Customer
from leeway.core.events import AnyEvent
from leeway.core.facts import Fact
from leeway.core.policy import Policy
from leeway.core.refusals import Refusal
from leeway.core.roster import Roster
from leeway.store import article_lines, documents, ledger
from leeway.store.exporting import (
    FORMAT,
    FORMAT_VERSION,
    MANIFEST,
    CustomerLine,
    DocumentLine,
    EventLine,
    FactLine,
    InteractionLine,
    Manifest,
)
from leeway.store.rebuild import rebuild
from leeway.store.writer import tables
from leeway.store.writer.driver import Driver, Row
from leeway.store.writer.rows import case_row, changed_escalations, changed_promises, customer_row
from leeway.store.writer.tables import Table

LINES_AT_ONCE = 2_000
NUMBERED = ("leeway_case", "leeway_fact", "leeway_event", "leeway_interaction", "leeway_document")

Line = TypeVar("Line")
Item = TypeVar("Item")


class NotRestored(Refusal):
    """The export cannot be taken; nothing of it was kept."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, field="folder", code="not_restored")


def restore(driver: Driver, folder: Path, *, now: datetime) -> Manifest:
    """Takes the export in one transaction. Raises ``NotRestored`` and ``OSError``."""
    manifest = _manifest(folder)
    driver.begin()
    try:
        driver.order_log()
        if driver.select("select 1 from leeway_fact limit 1"):
            raise NotRestored("There are cases here already: an export is taken into an empty house only.")
        _documents(driver, folder)
        _log(driver, folder)
        _customers(driver, folder, now)
        _interactions(driver, folder)
        _cases(driver, now)
        if (folder / article_lines.FILE).exists():  # exports of one customer, and older ones, have none
            article_lines.take_back(driver, _lines(folder / article_lines.FILE, article_lines.ArticleLine))
        _go_on_counting(driver)
        driver.commit()
    finally:
        driver.rollback()
    return manifest


def _manifest(folder: Path) -> Manifest:
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except msgspec.DecodeError as error:
        raise NotRestored(f"{folder / MANIFEST} is not the manifest of an export: {error}.") from None
    if manifest.masked:
        raise NotRestored(
            "This export is masked: it is for reading and measuring, a house cannot be made of it."
        )
    if (manifest.format, manifest.version) != (FORMAT, FORMAT_VERSION):
        raise NotRestored(
            f"This is {manifest.format!r} version {manifest.version}; this Leeway reads {FORMAT!r} "
            f"version {FORMAT_VERSION}."
        )
    return manifest


def _lines(path: Path, kind: type[Line]) -> Iterator[Line]:
    decoder = msgspec.json.Decoder(kind)
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                yield decoder.decode(line)
            except msgspec.DecodeError as error:
                raise NotRestored(f"{path}:{number}: {error}.") from None


def _decoded(raw: msgspec.Raw, kind: type[Item], where: str) -> Item:
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.DecodeError as error:
        raise NotRestored(f"{where}: {error}.") from None


def _put(driver: Driver, table: Table, rows: Iterator[Row]) -> None:
    while some := list(islice(rows, LINES_AT_ONCE)):
        driver.put(table, some)


def _text(raw: msgspec.Raw) -> str:
    return bytes(raw).decode()


# --- the parts


def _documents(driver: Driver, folder: Path) -> None:
    """The house's own first policy and roster make way."""
    driver.run("delete from leeway_document")
    kinds: list[tuple[documents.Kind, str, type[Policy | Roster]]] = [
        ("policy", "policies.ndjson", Policy),
        ("roster", "roster.ndjson", Roster),
    ]
    for kind, name, form in kinds:
        for line in _lines(folder / name, DocumentLine):
            _decoded(line.document, form, f"{folder / name}: version {line.version}")
            driver.run(
                "insert into leeway_document "
                "(kind, version, name, body, source, note, published_at, published_by) "
                "values (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    kind,
                    line.version,
                    line.name,
                    _text(line.document),
                    line.source,
                    line.note,
                    line.published_at,
                    line.published_by,
                ),
            )


def _log(driver: Driver, folder: Path) -> None:
    _put(driver, tables.FACT, (_fact_row(line) for line in _lines(folder / "facts.ndjson", FactLine)))
    _put(driver, tables.EVENT, (_event_row(line) for line in _lines(folder / "events.ndjson", EventLine)))


def _fact_row(line: FactLine) -> Row:
    fact: Fact = _decoded(line.fact, cast(type[Fact], Fact), f"fact {line.id}")
    return (
        line.id,
        line.case,
        line.seq,
        fact.source,
        fact.id,
        str(fact.__struct_config__.tag),
        line.at,
        line.recorded_at,
        line.skewed,
        line.policy_version,
        _text(line.fact),
        _text(line.known),
        line.digest,
    )


def _event_row(line: EventLine) -> Row:
    event: AnyEvent = _decoded(line.event, cast(type[AnyEvent], AnyEvent), f"event {line.id}")
    kind = str(event.__struct_config__.tag)
    return (line.id, line.case, line.seq, line.fact, kind, event.at, _text(line.event))


def _customers(driver: Driver, folder: Path, now: datetime) -> None:
    lines = _lines(folder / "customers.ndjson", CustomerLine)
    known = (_decoded(line.customer, Customer, "a customer") for line in lines)
    _put(driver, tables.CUSTOMER, (customer_row(customer, now) for customer in known))


def _interactions(driver: Driver, folder: Path) -> None:
    lines = _lines(folder / "interactions.ndjson", InteractionLine)
    _put(driver, tables.INTERACTION, ((line.source, line.interaction, line.case) for line in lines))


def _cases(driver: Driver, now: datetime) -> None:
    """Rebuilds every case from its log and checks its chain. Raises ``NotRestored`` when the log was changed."""
    policies = documents.published(driver)
    loads: Counter[str] = Counter()
    after = 0
    while found := driver.select(
        "select distinct case_id from leeway_fact where case_id > ? order by case_id limit ?",
        (after, LINES_AT_ONCE),
    ):
        for (number,) in found:
            case = _case(driver, number, lambda version: policies.policies.get(version, policies.policy), now)
            if case.live and case.owner:
                loads[case.owner] += 1
        after = found[-1][0]
    ledger.follow_merges(driver)
    driver.run("delete from leeway_person_load")
    driver.put(tables.LOAD, sorted(loads.items()))


def _case(driver: Driver, number: int, policy_of: Callable[[int], Policy], now: datetime) -> Case:
    rebuilt = rebuild(driver, number)
    if rebuilt.broken_at:
        raise NotRestored(
            f"The log of case {number} is not as it was written: fact {rebuilt.broken_at} does not fit."
        )
    case, nothing = rebuilt.case, Case(id=number)
    row = case_row(case, rebuilt.facts, rebuilt.digest, policy_of(case.policy_version), now)
    driver.put(tables.CASE, [row])
    driver.put(tables.ESCALATION, list(changed_escalations(nothing, case)))
    driver.put(tables.PROMISE, list(changed_promises(nothing, case)))
    ledger.restore(driver, case, rebuilt.given)
    return case


def _go_on_counting(driver: Driver) -> None:
    """New rows are numbered after those that came with their numbers. SQLite sees to it by itself."""
    if not driver.select("select 1 from leeway_fact limit 1") or not _counts_apart(driver):
        return
    for table in NUMBERED:
        driver.select(
            f"select setval(pg_get_serial_sequence('{table}', 'id'), coalesce(max(id), 1)) from {table}"  # noqa: S608
        )


def _counts_apart(driver: Driver) -> bool:
    from leeway.store.writer.sqlite import SqliteDriver  # noqa: PLC0415 - only to tell the two apart

    return not isinstance(driver, SqliteDriver)
