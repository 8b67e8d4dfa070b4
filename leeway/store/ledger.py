"""The ledger in the database: read and written in the transaction of each decision about an offer.

Whoever reads what is left of somebody's room holds that room until the commit: SQLite has one writer at a time, on
PostgreSQL each case, customer and person has a lock of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

import msgspec

from leeway.core.authority import Scope, Window
from leeway.core.case import Approval, Case
from leeway.core.events import AnyEvent
from leeway.core.ledger import Ended, Entry, lines, written
from leeway.store.instants import read_instant
from leeway.store.writer import tables
from leeway.store.writer.driver import Driver, Row

COLUMN: dict[Scope, str] = {"case": "counts_in", "customer": "customer", "person": "person"}
"""Where a line says whose it is."""

SELECTED = "key, counts_in, customer, person, instrument, counted, at, held"


def locks(windows: Iterable[Window]) -> list[str]:
    """The names of the rooms these windows look into, in the order in which everybody takes them."""
    return sorted({f"room:{window.scope}:{window.who}" for window in windows})


def entries(driver: Driver, windows: Iterable[Window], now: datetime) -> list[Entry]:
    """Every line that counts in any of these windows."""
    found: dict[str, Entry] = {}
    for (scope, who), seconds in sorted(_longest(windows).items()):
        for row in _rows(driver, scope, who, seconds, now):
            found[row[0]] = _entry(row)
    return list(found.values())


def _longest(windows: Iterable[Window]) -> dict[tuple[Scope, str], int]:
    """The longest window of each case, customer and person; 0 is for ever."""
    longest: dict[tuple[Scope, str], int] = {}
    for window in windows:
        whose = (window.scope, window.who)
        before = longest.get(whose)
        ever = before == 0 or not window.seconds
        longest[whose] = 0 if ever else max(before or 0, window.seconds)
    return longest


def _rows(driver: Driver, scope: Scope, who: str, seconds: int, now: datetime) -> list[Row]:
    where = "ended_at is null and due = ?"
    values: list[object] = [False]
    if scope in COLUMN:
        where += f" and {COLUMN[scope]} = ?"
        values.append(int(who) if scope == "case" else who)
    if seconds:
        where += " and at > ?"
        values.append(now - timedelta(seconds=seconds))
    return driver.select(f"select {SELECTED} from leeway_offer where {where}", values)  # noqa: S608 - our own words


def _entry(row: Row) -> Entry:
    key, case, customer, person, instrument, counted, at, held = row
    return Entry(
        key=key,
        case=case,
        customer=customer,
        person=person,
        instrument=instrument,
        counted=counted,
        at=read_instant(at),
        held=bool(held),
    )


# --- writing


def write(driver: Driver, news: Sequence[Entry | Ended]) -> None:
    """Lines into the table, in their order; one that ended in the same group is written with its end."""
    own: dict[str, Entry] = {}
    ended: list[Ended] = []
    for line in news:
        if isinstance(line, Entry) or line.key in own:
            own = written(own, (line,))
        else:
            ended.append(line)
    driver.put(tables.OFFER, [row(entry) for entry in own.values()], when_there="replace")
    for line in ended:
        driver.run("update leeway_offer set ended_at = ? where key = ?", (line.at, line.key))


def merged(driver: Driver, leaving: int, taking: int) -> None:
    """What was given in a case that goes on in another counts there."""
    driver.run("update leeway_offer set counts_in = ? where counts_in = ?", (taking, leaving))


def row(entry: Entry) -> Row:
    """In the order of ``tables.OFFER``."""
    offer = entry.offer
    return (
        entry.key,
        entry.case,
        entry.case,
        entry.customer,
        entry.person,
        offer.by if offer else "",
        entry.instrument,
        entry.counted,
        offer.amount if offer else entry.counted,
        offer.currency if offer else "",
        entry.held,
        entry.due,
        entry.at,
        entry.ended_at,
        offer.suggested if offer else 0,
        offer.disputed if offer else 0,
        offer.fault if offer else "",
        offer.reason if offer else "",
        offer.tier if offer else "",
        offer.language if offer else "",
        offer.channel if offer else "",
        offer.region if offer else "",
        offer.product if offer else "",
    )


def changed_approvals(before: Case, after: Case) -> Iterator[Row]:
    """In the order of ``tables.APPROVAL``."""
    if after.approvals is before.approvals or not after.approvals:
        return
    known = {approval.number: approval for approval in before.approvals}
    for approval in after.approvals:
        if known.get(approval.number) != approval:
            yield _approval_row(after, approval)


def _approval_row(case: Case, approval: Approval) -> Row:
    clock = case.clocks.get(f"approval:{approval.number}")
    return (
        case.id,
        approval.number,
        approval.state,
        approval.instrument,
        approval.amount,
        approval.currency,
        approval.due,
        approval.asked_by,
        approval.asked_of,
        approval.level,
        case.customer,
        approval.why,
        approval.asked_at,
        clock.due if clock else approval.until,
        approval.granted,
        approval.decided_by,
        approval.decided_at,
    )


# --- from the log


def from_log(case: Case, events: Iterable[AnyEvent]) -> dict[str, Entry]:
    """The lines a case's own log makes."""
    return written({}, lines(case.id, case.customer, events))


def restore(driver: Driver, case: Case, events: Iterable[AnyEvent]) -> None:
    """The lines and approvals of a case, made from its log."""
    driver.put(tables.OFFER, [row(entry) for entry in from_log(case, events).values()], when_there="replace")
    driver.put(tables.APPROVAL, list(changed_approvals(Case(id=case.id), case)), when_there="replace")


def follow_merges(driver: Driver) -> None:
    """After a restore: lines of cases that went on in others count where those ended up."""
    read = msgspec.json.Decoder(Case).decode
    into = {
        number: read(state).merged_into
        for number, state in driver.select("select id, state from leeway_case where status = 'merged'")
    }
    for leaving, taking in into.items():
        end = taking
        while end in into:
            end = into[end]
        if end is not None:
            merged(driver, leaving, end)


def difference(driver: Driver, case: Case, events: Iterable[AnyEvent]) -> str:
    """What is wrong with the ledger's lines of this case, in one sentence; empty when nothing is."""
    kept = {
        key: (
            customer,
            person,
            instrument,
            counted,
            bool(held),
            bool(due),
            read_instant(ended) if ended else None,
        )
        for key, customer, person, instrument, counted, held, due, ended in driver.select(
            "select key, customer, person, instrument, counted, held, due, ended_at from leeway_offer "
            "where case_id = ?",
            (case.id,),
        )
    }
    made = {
        key: (
            entry.customer,
            entry.person,
            entry.instrument,
            entry.counted,
            entry.held,
            entry.due,
            entry.ended_at,
        )
        for key, entry in from_log(case, events).items()
    }
    if kept == made:
        return ""
    wrong = sorted(key for key in {*kept, *made} if kept.get(key) != made.get(key))
    return f"The ledger of what was given differs from the log at {', '.join(wrong[:5])}."
