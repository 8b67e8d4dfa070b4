"""What the desk needs from a store, said in the desk's own words. Facts, cases, customers; no tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from leeway.core.authority import Window
from leeway.core.case import Case
from leeway.core.customer import Customer
from leeway.core.events import AnyEvent
from leeway.core.facts import Fact
from leeway.core.ledger import Ended
from leeway.core.ledger import Entry as LedgerEntry
from leeway.core.world import Known

Key = tuple[str, str]
"""A source and the id it gave: of a fact, or of a conversation."""


@dataclass(frozen=True, slots=True)
class Item:
    """A fact handed in. ``quiet`` for imported history: decided as of the fact's own time, and nobody is
    told.
    """

    fact: Fact
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Recorded:
    """Where a fact stands in the log: its number in the house, its case, the kinds of events it led to."""

    fact: int
    case: int
    events: tuple[str, ...] = ()


@dataclass(slots=True)
class Entry:
    """One decided fact, ready to be written. ``version`` is the case's before its events.

    ``fact`` is as it came; ``at`` the time it was decided with, which differs when ``skewed`` (ADR 10).
    ``number`` is its place in the log, given when it is written.
    """

    case: int
    fact: Fact
    at: datetime
    skewed: bool
    known: Known
    policy_version: int
    version: int
    events: tuple[AnyEvent, ...]
    number: int = 0


@dataclass(slots=True)
class Changes:
    """Everything a group of facts changes, in the order in which it was decided.

    ``loads`` are differences in the number of live cases each person owns; ``merged`` says which case went
    on in which; ``ledger`` is what was given, taken back, held and freed.
    """

    entries: list[Entry] = field(default_factory=list)
    cases: dict[int, Case] = field(default_factory=dict)
    customers: dict[str, Customer] = field(default_factory=dict)
    interactions: dict[Key, int] = field(default_factory=dict)
    merged: dict[int, int] = field(default_factory=dict)
    loads: dict[str, int] = field(default_factory=dict)
    ledger: list[LedgerEntry | Ended] = field(default_factory=list)


class Books(Protocol):
    """One open transaction over the store. Whatever is read here stays true until it is committed.

    Trouble of the database itself is raised as ``StoreTrouble`` by every method.
    """

    def look_up(self, items: Sequence[Item]) -> None:
        """Reads what these facts will need in few queries; the other methods then answer from memory."""

    def recorded(self, key: Key) -> Recorded | None:
        """Where this fact is in the log, if it came before."""

    def case_of(self, interaction: Key) -> int | None:
        """The case this conversation belongs to."""

    def case(self, number: int) -> Case | None:
        """The case as it is now, kept from changing under us."""

    def customer(self, customer: str) -> Customer | None:
        """The customer as we know them now."""

    def cases_of_customer(self, customer: str, since: datetime, limit: int) -> Sequence[int]:
        """The customer's cases with a message since then, the latest first."""

    def loads(self) -> dict[str, int]:
        """How many live cases each person of ours owns. To look at, not to change."""

    def ledger(self, windows: Sequence[Window], now: datetime) -> Sequence[LedgerEntry]:
        """The lines of the ledger that count in these windows. Nobody else changes them until the commit."""

    def new_case(self) -> int:
        """A number no case had before."""

    def write(self, changes: Changes) -> None:
        """Puts everything down and gives every entry its ``number``."""


class StoreTrouble(Exception):
    """The database could not do it. ``passing`` when the same may work in a moment (a lock, a lost connection);
    ``same_key`` when a row with that key is there already, usually because another process was faster.
    """

    def __init__(self, sentence: str, *, passing: bool, same_key: bool = False) -> None:
        super().__init__(sentence)
        self.passing = passing
        self.same_key = same_key


class Closed(Exception):
    """The process is going down; nothing more is taken."""


class Busy(Exception):
    """More is waiting than we hold; come back after ``retry_after`` seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"More facts are waiting than Leeway holds. Try again in {retry_after} s.")
        self.retry_after = retry_after
