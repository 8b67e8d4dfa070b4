"""What a group of facts has changed so far, on paper: nothing of it is in the store yet.

Every fact gets a draft of its own, laid over the group's. When it fails its draft is dropped, and the
group's is as it was; when it succeeds the group takes it in. Facts of one case in one group see each other
this way.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace as with_

from leeway.core import customer as customers
from leeway.core import ledger
from leeway.core.authority import Spent, Window
from leeway.core.case import Case
from leeway.core.customer import Customer
from leeway.core.facts import CustomerRef
from leeway.desk.ports import Books, Changes, Entry, Key, Recorded
from leeway.desk.refusals import UnknownCase


class Draft:
    def __init__(self, books: Books, below: Draft | None = None) -> None:
        self.books = books
        self.below = below
        self.changes = Changes()
        self.entered: dict[Key, Entry] = {}
        self._loads: dict[str, int] | None = None
        self._of_customer: dict[str, dict[int, None]] = {}

    def above(self) -> Draft:
        """A draft over this one, for one fact."""
        return Draft(self.books, self)

    def take_in(self, above: Draft) -> None:
        """The fact succeeded: what it changed is now part of this draft."""
        mine, theirs = self.changes, above.changes
        mine.entries += theirs.entries
        mine.cases.update(theirs.cases)
        mine.customers.update(theirs.customers)
        mine.interactions.update(theirs.interactions)
        mine.merged.update(theirs.merged)
        mine.ledger += theirs.ledger
        for customer, numbers in above._of_customer.items():
            self._of_customer.setdefault(customer, {}).update(numbers)
        if theirs.loads:
            _add(mine.loads, theirs.loads)
            if self._loads is not None:
                _add(self._loads, theirs.loads)
        self.entered.update(above.entered)

    # --- reading: this draft, the one below, the books

    def recorded(self, key: Key) -> Entry | Recorded | None:
        entry = self.entered.get(key)
        if entry is not None:
            return entry
        return self.below.recorded(key) if self.below else self.books.recorded(key)

    def case_of(self, interaction: Key) -> int | None:
        number = self.changes.interactions.get(interaction)
        if number is not None:
            return number
        return self.below.case_of(interaction) if self.below else self.books.case_of(interaction)

    def case(self, number: int) -> Case:
        """The case as this draft has it. Raises ``UnknownCase``."""
        case = self.changes.cases.get(number)
        if case is not None:
            return case
        if self.below:
            return self.below.case(number)
        case = self.books.case(number)
        if case is None:
            raise UnknownCase(number)
        return case

    def current(self, number: int) -> Case:
        """The case itself, or the one it went on in after a merge."""
        case = self.case(number)
        while case.merged_into is not None:
            case = self.case(case.merged_into)
        return case

    def customer(self, customer: str) -> Customer | None:
        known = self.changes.customers.get(customer)
        if known is not None:
            return known
        return self.below.customer(customer) if self.below else self.books.customer(customer)

    def loads(self) -> dict[str, int]:
        """How many live cases each person owns, this draft's decisions included. To look at, not to change."""
        if self._loads is None:
            under = self.below.loads() if self.below else self.books.loads()
            if self.below and not self.changes.loads:
                return under
            self._loads = dict(under)
            _add(self._loads, self.changes.loads)
        return self._loads

    def spent(self, windows: Sequence[Window], now: datetime) -> tuple[Spent, ...]:
        """What the ledger says of these windows, this draft's own lines included."""
        entries = {entry.key: entry for entry in self.books.ledger(self._with_merged(windows), now)}
        found = ledger.written(entries, self.ledger_news())
        into = self.merged_so_far()
        here = (with_(entry, case=into.get(entry.case, entry.case)) for entry in found.values())
        return ledger.answers(windows, here, now)

    def ledger_news(self) -> list[ledger.Entry | ledger.Ended]:
        """What this group has written into the ledger so far."""
        return (self.below.ledger_news() if self.below else []) + self.changes.ledger

    def merged_so_far(self) -> dict[int, int]:
        """Which case went on in which within this group."""
        return {**(self.below.merged_so_far() if self.below else {}), **self.changes.merged}

    def _with_merged(self, windows: Sequence[Window]) -> list[Window]:
        """A case that took in another within this group counts what that one was given."""
        leaving = {str(taking): str(left) for left, taking in self.merged_so_far().items()}
        also = [
            with_(window, who=leaving[window.who])
            for window in windows
            if window.scope == "case" and window.who in leaving
        ]
        return [*windows, *also]

    def cases_in_draft(self, customer: str) -> list[int]:
        """Cases of this customer that this group has opened or changed."""
        below = self.below.cases_in_draft(customer) if self.below else []
        return below + [
            number
            for number in self._of_customer.get(customer, ())
            if self.changes.cases[number].customer == customer
        ]

    # --- changing

    def open_case(self) -> Case:
        """A case that nothing has happened in yet."""
        case = Case(id=self.books.new_case())
        self._keep(case)
        return case

    def enter(self, entry: Entry, before: Case, after: Case) -> None:
        """A fact was decided: it is in the log, the case is now ``after``."""
        self.changes.entries.append(entry)
        self.entered[(entry.fact.source, entry.fact.id)] = entry
        self._keep(after)
        self.changes.ledger += ledger.lines(after.id, after.customer, entry.events)
        was, is_now = _who_is_loaded(before), _who_is_loaded(after)
        if was != is_now:
            self._count(was, -1)
            self._count(is_now, +1)

    def _keep(self, case: Case) -> None:
        self.changes.cases[case.id] = case
        self._of_customer.setdefault(case.customer, {})[case.id] = None

    def _count(self, person: str, difference: int) -> None:
        if person:
            _add(self.changes.loads, {person: difference})
            self._loads = None

    def introduce(self, ref: CustomerRef) -> Customer:
        """What we know of the customer after the source told us ``ref``."""
        before = self.customer(ref.id)
        known = customers.introduced(before, ref)
        if known is not before:
            self.changes.customers[known.id] = known
        return known

    def belongs(self, interaction: Key, case: int) -> None:
        """The conversation is part of this case from now on."""
        self.changes.interactions[interaction] = case


def _add(loads: dict[str, int], differences: dict[str, int]) -> None:
    for name, change in differences.items():
        loads[name] = loads.get(name, 0) + change


def _who_is_loaded(case: Case) -> str:
    """The person who has this case to do; nobody when it is over."""
    return case.owner if case.live else ""
