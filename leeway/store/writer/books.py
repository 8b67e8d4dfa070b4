"""``Books`` over a database: what the desk reads and writes, in few statements for a whole group."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import msgspec

from leeway.core.authority import Window
from leeway.core.case import Case
from leeway.core.customer import Customer
from leeway.core.ledger import Entry as LedgerEntry
from leeway.core.policy import Policy
from leeway.core.world import World
from leeway.desk.ports import Changes, Entry, Item, Key, Recorded
from leeway.desk.which_case import introduction
from leeway.store import ledger
from leeway.store.writer import tables
from leeway.store.writer.chain import link
from leeway.store.writer.driver import Driver, Row
from leeway.store.writer.news import Written
from leeway.store.writer.rows import (
    case_row,
    changed_escalations,
    changed_promises,
    customer_row,
    outbox_rows,
    text,
)

LARGEST_NUMBER = 2**63 - 1
"""A larger one is no case's: the databases cannot even be asked for it."""

read_case = msgspec.json.Decoder(Case).decode
read_customer = msgspec.json.Decoder(Customer).decode


@dataclass(frozen=True, slots=True)
class Kept:
    """A case, how many facts it has, and the end of its hash chain."""

    case: Case
    facts: int
    digest: str


class CaseCache:
    """The cases handled last, decoded. An entry is used only while the row still has its digest, and while no text was
    erased: that leaves digests as they are.
    """

    def __init__(self, most: int = 1_000) -> None:
        self._most = most
        self._kept: OrderedDict[int, Kept] = OrderedDict()
        self._erasures = 0

    def heed(self, erasures: int) -> None:
        """``erasures`` is the number of the last one."""
        if erasures != self._erasures:
            self._kept.clear()
            self._erasures = erasures

    def get(self, number: int) -> Kept | None:
        return self._kept.get(number)

    def keep(self, kept: Iterable[Kept]) -> None:
        for one in kept:
            self._kept[one.case.id] = one
            self._kept.move_to_end(one.case.id)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def forget(self) -> None:
        self._kept.clear()


class SqlBooks:
    """One transaction. ``now`` is the server's clock at its beginning."""

    def __init__(self, driver: Driver, cache: CaseCache, world: World, now: datetime) -> None:
        self._driver = driver
        self._cache = cache
        self._world = world
        self._now = now
        self._kept: dict[int, Kept | None] = {}
        self._customers: dict[str, Customer | None] = {}
        self._recorded: dict[Key, Recorded | None] = {}
        self._interactions: dict[Key, int | None] = {}
        self._loads: dict[str, int] | None = None
        self._after: list[Kept] = []
        self.written = Written()

    # --- reading

    def look_up(self, items: Sequence[Item]) -> None:
        facts = [item.fact for item in items]
        self._look_up_recorded({(fact.source, fact.id) for fact in facts})
        self._look_up_interactions(
            {(fact.source, fact.interaction) for fact in facts if fact.interaction is not None}
        )
        self._look_up_cases(
            {fact.case for fact in facts if fact.case is not None}
            | {number for number in self._interactions.values() if number is not None}
        )
        self._look_up_customers(
            {kept.case.customer for kept in self._kept.values() if kept is not None}
            | {ref.id for ref in map(introduction, facts) if ref is not None}
        )

    def recorded(self, key: Key) -> Recorded | None:
        if key not in self._recorded:
            self._look_up_recorded({key})
        return self._recorded[key]

    def case_of(self, interaction: Key) -> int | None:
        if interaction not in self._interactions:
            self._look_up_interactions({interaction})
        return self._interactions[interaction]

    def case(self, number: int) -> Case | None:
        if number not in self._kept:
            self._look_up_cases({number})
        kept = self._kept[number]
        return kept.case if kept else None

    def customer(self, customer: str) -> Customer | None:
        if customer not in self._customers:
            self._look_up_customers({customer})
        return self._customers[customer]

    def cases_of_customer(self, customer: str, since: datetime, limit: int) -> list[int]:
        rows = self._driver.select(
            "select id from leeway_case where customer = ? and last_message_at >= ? "
            "order by last_message_at desc limit ?",
            (customer, since, limit),
        )
        numbers = [number for (number,) in rows]
        self._look_up_cases(set(numbers) - self._kept.keys())
        return numbers

    def loads(self) -> dict[str, int]:
        if self._loads is None:
            rows = self._driver.select(
                "select person, open_cases from leeway_person_load where open_cases <> 0"
            )
            self._loads = dict(rows)
        return self._loads

    def ledger(self, windows: Sequence[Window], now: datetime) -> list[LedgerEntry]:
        self._driver.hold(ledger.locks(windows))
        return ledger.entries(self._driver, windows, now)

    def new_case(self) -> int:
        number = self._driver.reserve(tables.CASE, 1)[0]
        self._kept[number] = None
        return number

    def _look_up_recorded(self, keys: set[Key]) -> None:
        self._recorded.update(dict.fromkeys(keys))
        columns = ("source", "source_id", "id", "case_id")
        for source, external, number, case in self._driver.pick_pairs(
            tables.FACT, columns, ("source", "source_id"), keys
        ):
            self._recorded[(source, external)] = Recorded(number, case)

    def _look_up_interactions(self, keys: set[Key]) -> None:
        if not keys:
            return
        self._interactions.update(dict.fromkeys(keys))
        columns = ("source", "external_id", "case_id")
        for source, external, case in self._driver.pick_pairs(
            tables.INTERACTION, columns, ("source", "external_id"), keys
        ):
            self._interactions[(source, external)] = case

    def _look_up_cases(self, numbers: set[int]) -> None:
        """Locks the rows; reads the documents of those that are not at hand or have changed since."""
        if not numbers:
            return
        self._kept.update(dict.fromkeys(numbers))
        numbers = {number for number in numbers if number <= LARGEST_NUMBER}
        changed = []
        rows = list(self._driver.pick(tables.CASE, ("id", "digest"), "id", numbers, lock=True))
        self._cache.heed(self._driver.select("select coalesce(max(id), 0) from leeway_blanked")[0][0])
        for number, digest in rows:
            kept = self._cache.get(number)
            if kept is not None and kept.digest == digest:
                self._kept[number] = kept
            else:
                changed.append(number)
        if changed:
            columns = ("id", "facts", "digest", "state")
            for number, facts, digest, state in self._driver.pick(tables.CASE, columns, "id", changed):
                self._kept[number] = Kept(read_case(state), facts, digest)

    def _look_up_customers(self, customers: set[str]) -> None:
        if not customers:
            return
        self._customers.update(dict.fromkeys(customers))
        for customer, doc in self._driver.pick(tables.CUSTOMER, ("id", "doc"), "id", customers, lock=True):
            self._customers[customer] = read_customer(doc)

    # --- writing

    def write(self, changes: Changes) -> None:
        if not changes.entries and not changes.cases:
            return
        self._driver.order_log()
        events = self._write_log(changes.entries)
        self._write_around(changes)
        outbox = self._write_outbox(changes)
        self.written = Written(
            cases=tuple(sorted(changes.cases)),
            facts=changes.entries[-1].number if changes.entries else 0,
            events=events,
            outbox=outbox,
            wake_at=min((at for case in changes.cases.values() if (at := case.wake_at)), default=None),
        )
        self._driver.notify(self.written)

    def _write_log(self, entries: Sequence[Entry]) -> int:
        """Facts, events, and the new ends of the chains. Gives the number of the last event."""
        numbers = self._driver.reserve(tables.FACT, len(entries))
        event_numbers = iter(self._driver.reserve(tables.EVENT, sum(len(entry.events) for entry in entries)))
        facts: list[Row] = []
        events: list[Row] = []
        ends: dict[int, tuple[int, str]] = {}
        for number, entry in zip(numbers, entries, strict=True):
            entry.number = number
            seq, digest = ends.get(entry.case) or self._end(entry.case)
            bodies = [text(event) for event in entry.events]
            fact, known = text(entry.fact), text(entry.known)
            digest = link(digest, fact, known, bodies)
            ends[entry.case] = (seq + 1, digest)
            facts.append(self._fact_row(entry, seq + 1, fact, known, digest))
            for version, (event, body) in enumerate(
                zip(entry.events, bodies, strict=True), entry.version + 1
            ):
                kind = _tag(event)
                events.append((next(event_numbers), entry.case, version, number, kind, event.at, body))
        self._driver.put(tables.FACT, facts)
        self._driver.put(tables.EVENT, events)
        self._ends = ends
        return events[-1][0] if events else 0

    def _end(self, number: int) -> tuple[int, str]:
        kept = self._kept.get(number)
        return (kept.facts, kept.digest) if kept else (0, "")

    def _fact_row(self, entry: Entry, seq: int, body: str, known: str, digest: str) -> Row:
        return (
            entry.number,
            entry.case,
            seq,
            entry.fact.source,
            entry.fact.id,
            _tag(entry.fact),
            entry.at,
            self._now,
            entry.skewed,
            entry.policy_version,
            body,
            known,
            digest,
        )

    def _write_around(self, changes: Changes) -> None:
        """The cases as they are now, and everything that is copied out of them."""
        self._after = [Kept(case, *self._ends[number]) for number, case in sorted(changes.cases.items())]
        befores = [(self._before(kept.case.id), kept.case) for kept in self._after]
        put = self._driver.put
        put(
            tables.CASE,
            [
                case_row(kept.case, kept.facts, kept.digest, self._policy(kept.case), self._now)
                for kept in self._after
            ],
            when_there="replace",
        )
        put(
            tables.ESCALATION,
            [row for before, after in befores for row in changed_escalations(before, after)],
            when_there="replace",
        )
        put(
            tables.PROMISE,
            [row for before, after in befores for row in changed_promises(before, after)],
            when_there="replace",
        )
        put(
            tables.APPROVAL,
            [row for before, after in befores for row in ledger.changed_approvals(before, after)],
            when_there="replace",
        )
        put(
            tables.CUSTOMER,
            [customer_row(customer, self._now) for _, customer in sorted(changes.customers.items())],
            when_there="replace",
        )
        put(tables.LOAD, [load for load in sorted(changes.loads.items()) if load[1]], when_there="add")
        put(tables.INTERACTION, [(*key, case) for key, case in changes.interactions.items()])
        if changes.ledger:
            ledger.write(self._driver, changes.ledger)
        for leaving, taking in changes.merged.items():
            self._driver.run("update leeway_interaction set case_id = ? where case_id = ?", (taking, leaving))
            ledger.merged(self._driver, leaving, taking)

    def _write_outbox(self, changes: Changes) -> bool:
        rows = [
            row
            for entry in changes.entries
            for row in outbox_rows(entry, changes.cases[entry.case], self._now)
        ]
        self._driver.put(tables.OUTBOX, rows, when_there="skip")
        return bool(rows)

    def _before(self, number: int) -> Case:
        kept = self._kept.get(number)
        return kept.case if kept else Case(id=number)

    def _policy(self, case: Case) -> Policy:
        return self._world.policy_for(case.policy_version)

    def committed(self) -> None:
        """The transaction is on the disk: what it wrote may be used without reading it again."""
        self._cache.keep(self._after)


def _tag(struct: msgspec.Struct) -> str:
    return _tag_of(type(struct))


@cache
def _tag_of(kind: type[msgspec.Struct]) -> str:
    return str(kind.__struct_config__.tag)
