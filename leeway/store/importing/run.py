"""The import of conversations: whole customers' histories, many side by side, in transactions of some size."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Protocol

import msgspec

from leeway.core.case import Case
from leeway.core.facts import ClockTicked, Fact, MessageReceived
from leeway.core.world import World
from leeway.desk.handle import Answer, Done, Failed, Refused, handle_group
from leeway.desk.ports import Changes, Entry, Item, Key, StoreTrouble
from leeway.store import marks
from leeway.store.importing.conversation import Conversation, Wrong
from leeway.store.importing.reading import Index, Place, RefusedLine, index, read_at, refusal
from leeway.store.importing.tally import Tally
from leeway.store.importing.unfolding import Times, Unfolding, unfold
from leeway.store.writer import tables
from leeway.store.writer.books import CaseCache, SqlBooks, read_case
from leeway.store.writer.driver import Driver

log = logging.getLogger(__name__)

MESSAGES_AT_ONCE = 1_000
"""Messages in one transaction. It ends only where every customer in it has been told to the end, so that nobody is
woken by a history that is half written down.
"""

LONGEST_TRANSACTION = 20_000
"""Facts after which a transaction ends all the same, however long a conversation is: others want to write too."""

SIDE_BY_SIDE = 250
"""Customers decided in one step; their facts share the questions to the database."""

PATIENCE_SECONDS = 60.0


class Worlds(Protocol):
    def current(self, driver: Driver) -> World: ...


@dataclass(frozen=True, slots=True)
class Plan:
    """What to import and how. ``name`` is the file's, for messages; ``source`` the facts' source."""

    path: Path
    name: str
    source: str = "import"
    live_within: timedelta = timedelta(days=3)
    restart: bool = False


@dataclass(slots=True)
class Progress:
    """Told after every transaction: how far we are, out of ``messages`` in the file."""

    messages: int
    done: int = 0


class Mark(msgspec.Struct):
    """How far an import of this file has come: customers told to the end, and what they led to."""

    customers: int = 0
    tally: Tally = msgspec.field(default_factory=Tally)
    finished: bool = False


@dataclass(slots=True)
class Outcome:
    """``before`` when the file had been imported before and nothing was left to do."""

    tally: Tally
    seconds: float
    messages_now: int
    before: bool
    refused: list[RefusedLine] = field(default_factory=list)


class _WatchingBooks(SqlBooks):
    """Books that remember what they wrote."""

    entries: Sequence[Entry] = ()

    def write(self, changes: Changes) -> None:
        super().write(changes)
        self.entries = changes.entries


class Importer:
    """Imports one file over one connection. ``refused`` is called with every line that could not be taken,
    ``progress`` after every transaction.
    """

    def __init__(
        self,
        plan: Plan,
        *,
        driver: Driver,
        worlds: Worlds,
        clock: Callable[[], datetime],
        refused: Callable[[RefusedLine], None],
        progress: Callable[[Progress], None] = lambda _: None,
    ) -> None:
        self._plan = plan
        self._driver = driver
        self._worlds = worlds
        self._clock = clock
        self._refused = refused
        self._told = progress
        self._cache = CaseCache(most=4 * SIDE_BY_SIDE)
        self._since = time.monotonic()

    def run(self) -> Outcome:
        with self._plan.path.open("rb") as file:
            seen = index(file, self._plan.name)
            mark_name = f"import:{self._plan.source}:{seen.digest}"
            mark = self._mark(mark_name)
            progress = Progress(seen.messages)
            if mark.finished:
                return Outcome(mark.tally, self._seconds(), 0, before=True)
            batches = _batches(seen, mark.customers)
            progress.done = sum(p.messages for chain in seen.customers[: mark.customers] for p in chain)
            if mark.customers == 0:
                self._unreadable(seen, mark.tally)
            began = mark.tally.messages
            for batch in batches:
                self._batch(file, batch, mark, mark_name)
                progress.done += sum(place.messages for chain in batch for place in chain)
                self._told(progress)
            mark.finished = True
            self._put(mark_name, mark)
        return Outcome(mark.tally, self._seconds(), mark.tally.messages - began, before=False)

    def _seconds(self) -> float:
        return time.monotonic() - self._since

    def _unreadable(self, seen: Index, tally: Tally) -> None:
        for line in seen.unreadable:
            self._refused(line)
        tally.refused += len(seen.unreadable)

    # --- how far we are

    def _mark(self, name: str) -> Mark:
        found = None if self._plan.restart else marks.get(self._driver, name)
        return Mark() if found is None else msgspec.convert(found[1], Mark)

    def _put(self, name: str, mark: Mark) -> None:
        marks.put(self._driver, name, msgspec.to_builtins(mark), at=self._clock())

    # --- one transaction

    def _batch(self, file: BinaryIO, batch: list[list[Place]], mark: Mark, mark_name: str) -> None:
        """All of these customers' histories. Tried again while the trouble is of the passing kind: what was written
        by a part that was committed already is found and passed over.
        """
        give_up = time.monotonic() + PATIENCE_SECONDS
        while True:
            transaction = _Transaction(self._driver, self._cache, self._worlds, self._clock(), self._plan)
            try:
                transaction.tell(file, batch)
                tally = msgspec.convert(msgspec.to_builtins(mark.tally), Tally)
                tally.add(transaction.tally)
                after = Mark(mark.customers + len(batch), tally)
                self._put(mark_name, after)
                self._driver.commit()
                break
            except StoreTrouble as trouble:
                self._driver.rollback()
                if not trouble.passing or time.monotonic() > give_up:
                    raise
                log.info("trying again: %s", trouble)
                time.sleep(0.2)
            except BaseException:
                self._driver.rollback()
                raise
        for line in transaction.refused:
            self._refused(line)
        mark.customers, mark.tally = after.customers, after.tally


def _batches(seen: Index, done: int) -> Iterator[list[list[Place]]]:
    """Customers with enough messages together to make a good transaction."""
    batch: list[list[Place]] = []
    messages = 0
    for chain in seen.customers[done:]:
        batch.append(chain)
        messages += sum(place.messages for place in chain)
        if messages >= MESSAGES_AT_ONCE or len(batch) >= SIDE_BY_SIDE:
            yield batch
            batch, messages = [], 0
    if batch:
        yield batch


class _Transaction:
    """One transaction under way: its own tally, dropped with it when it fails."""

    def __init__(self, driver: Driver, cache: CaseCache, worlds: Worlds, now: datetime, plan: Plan) -> None:
        self._driver = driver
        self._cache = cache
        self._worlds = worlds
        self._now = now
        self._plan = plan
        self._facts = 0
        self.tally = Tally()
        self.refused: list[RefusedLine] = []
        self._lines: dict[str, int] = {}

    def tell(self, file: BinaryIO, batch: list[list[Place]]) -> None:
        """Decides everything in the batch, side by side. The caller commits."""
        self._begin()
        times = Times(self._now, self._plan.live_within, timedelta(days=self._world.policy.same_matter_days))
        chains = [
            unfold(
                self._conversations(file, places), source=self._plan.source, times=times, there=self._there
            )
            for places in batch
        ]
        heads = [(chain, fact) for chain in chains if (fact := next(chain, None)) is not None]
        while heads:
            heads = self._step(heads)
            if self._facts >= LONGEST_TRANSACTION:
                self._driver.commit()
                self._begin()
        self._facts = 0

    def _begin(self) -> None:
        self._cache.forget()
        self._driver.begin()
        self._world = self._worlds.current(self._driver)
        self._facts = 0

    def _step(self, heads: list[tuple[Unfolding, Fact]]) -> list[tuple[Unfolding, Fact]]:
        """One fact of each customer; gives what comes next."""
        books = _WatchingBooks(self._driver, self._cache, self._world, self._now)
        items = [Item(fact, quiet=True) for _, fact in heads]
        answers = handle_group(items, books=books, world=self._world, now=self._now)
        books.committed()  # to our own cache only: it is forgotten with the transaction
        self._facts += len(items)
        for entry in books.entries:
            self.tally.note(entry)
        coming = []
        for (chain, fact), settled in zip(heads, answers, strict=True):
            try:
                coming.append((chain, chain.send(self._became(fact, settled, books))))
            except StopIteration:
                continue
        return coming

    def _became(self, fact: Fact, settled: Answer, books: SqlBooks) -> Case | None:
        """The case the fact led to, after a merge the one that goes on; None when it was refused."""
        match settled:
            case Done():
                self.tally.messages += isinstance(fact, MessageReceived) and not settled.duplicate
                return self._case(settled.case, books)
            case Refused(refusal=refused):
                self._refuse(fact, refused.sentence, refused.field)
            case Failed(error=error):
                self._refuse(fact, f"a mistake of ours, please report it: {error!r}", "")
        return None

    def _case(self, number: int, books: SqlBooks) -> Case | None:
        while True:
            kept = self._cache.get(number)
            case = kept.case if kept else books.case(number)
            if case is None or case.merged_into is None:
                return case
            number = case.merged_into

    def _refuse(self, fact: Fact, sentence: str, where: str) -> None:
        if isinstance(fact, ClockTicked):
            log.error("the clock of case %s could not be run: %s", fact.case, sentence)
            return
        line = self._lines.get(fact.interaction or "", 0)
        path = f"$.{where}" if where else "$"
        self.refused.append(RefusedLine(self._plan.name, line, path, f"{fact.id}: {sentence}"))
        self.tally.refused += 1

    # --- reading

    def _conversations(self, file: BinaryIO, places: list[Place]) -> Iterator[Conversation]:
        for place in places:
            try:
                conversation, unknown = read_at(file, place, self._now)
            except Wrong as wrong:
                self.refused.append(refusal(self._plan.name, place.line, wrong))
                self.tally.refused += 1
                continue
            self._lines[conversation.id] = place.line
            self.tally.conversations += 1
            for name in unknown:
                self.tally.fields_not_read[name] = self.tally.fields_not_read.get(name, 0) + 1
            yield conversation

    def _there(self, conversation: Conversation, facts: list[Fact]) -> tuple[set[Key], Case | None]:
        keys = [(fact.source, fact.id) for fact in facts]
        rows = self._driver.pick_pairs(tables.FACT, ("source", "source_id"), ("source", "source_id"), keys)
        known = {(source, name) for source, name in rows}
        self.tally.already_there += sum(
            key in known for key, fact in zip(keys, facts, strict=True) if isinstance(fact, MessageReceived)
        )
        return known, self._case_of(conversation) if known else None

    def _case_of(self, conversation: Conversation) -> Case | None:
        """The case of a conversation that was begun by an earlier run."""
        columns = ("external_id", "case_id")
        key = (self._plan.source, conversation.id)
        rows = self._driver.pick_pairs(tables.INTERACTION, columns, ("source", "external_id"), [key])
        while rows:
            number = rows[0][1]
            states = self._driver.pick(tables.CASE, ("id", "state"), "id", [number])
            case = read_case(states[0][1])
            if case.merged_into is None:
                return case
            rows = [("", case.merged_into)]
        return None
