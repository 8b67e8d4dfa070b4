"""A long history: the demo's weeks, told again by other customers until there are so many facts.

``python -m bench.parts.history FACTS`` furnishes ``LEEWAY_HOME``. The copies are rows of the log as the writer made
them, under numbers of their own; the words in them name those numbers, so that every decision can be made again
exactly.
"""

from __future__ import annotations

import re
import sqlite3
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from leeway.store.home import home

Row = tuple[Any, ...]

NOW = datetime(2026, 3, 4, 11, 0, tzinfo=UTC)
CASES = 350


def play() -> None:
    """Six weeks of the demo's house, decided by the product itself."""
    from leeway.demo.house import furnish_and_play  # noqa: PLC0415 - the demo is large
    from leeway.wiring import open_house  # noqa: PLC0415

    house = open_house(clock=lambda: NOW)
    driver = house.driver()
    furnish_and_play(house, driver, NOW, cases=CASES)
    driver.close()
    house.close()


def copy_until(facts: int) -> int:
    """Copies the whole history until there are so many facts; gives how many there are."""
    base = sqlite3.connect(home() / "leeway.db")
    base.execute("pragma journal_mode = off")
    base.execute("pragma synchronous = off")
    cases = base.execute("select * from leeway_case").fetchall()
    log = base.execute("select * from leeway_fact order by id").fetchall()
    events = base.execute("select * from leeway_event order by id").fetchall()
    columns = {
        table: [row[1] for row in base.execute(f"pragma table_info({table})")]
        for table in ("leeway_case", "leeway_fact", "leeway_event")
    }
    step = max(row[0] for row in cases) + 1
    facts_step, events_step = max(row[0] for row in log) + 1, max(row[0] for row in events) + 1
    for copy in range(1, -(-facts // len(log))):
        shift = Shift(copy * step, copy * facts_step, copy * events_step, copy)
        _insert(base, "leeway_case", (shift.case(row, columns["leeway_case"]) for row in cases))
        _insert(base, "leeway_fact", (shift.fact(row, columns["leeway_fact"]) for row in log))
        _insert(base, "leeway_event", (shift.event(row, columns["leeway_event"]) for row in events))
        base.commit()
    (count,) = base.execute("select count(*) from leeway_fact").fetchone()
    base.close()
    return int(count)


def _insert(base: sqlite3.Connection, table: str, made: Iterator[Row]) -> None:
    rows = list(made)
    base.executemany(f"insert into {table} values ({','.join('?' * len(rows[0]))})", rows)  # noqa: S608 - ours


class Shift:
    """Numbers of one copy. Words name a case as ``C-12``, ``case 12``, or as a number beside ``case`` and its like."""

    NAMED = re.compile(r'(C-|[Cc]ase |"(?:case|other|into|new_case)":|merge:|(?<=:)(?=\d+:story))(\d+)')

    def __init__(self, cases: int, facts: int, events: int, copy: int) -> None:
        self.cases, self.facts, self.events, self.copy = cases, facts, events, copy

    def _renamed(self, text: str, number: int) -> str:
        """Only names of the row's own case are sure to be names."""
        own, other = str(number), str(number + self.cases)
        return self.NAMED.sub(lambda found: found[1] + (other if found[2] == own else found[2]), text)

    def case(self, row: Row, columns: list[str]) -> Row:
        found = dict(zip(columns, row, strict=True))
        found["state"] = self._renamed(found["state"], found["id"]).replace(
            f'{{"id":{found["id"]},', f'{{"id":{found["id"] + self.cases},', 1
        )
        found["id"] += self.cases
        return tuple(found.values())

    def fact(self, row: Row, columns: list[str]) -> Row:
        found = dict(zip(columns, row, strict=True))
        found["body"] = self._renamed(found["body"], found["case_id"])
        found["source_id"] = f"{found['source_id']}~{self.copy}"
        found["id"] += self.facts
        found["case_id"] += self.cases
        return tuple(found.values())

    def event(self, row: Row, columns: list[str]) -> Row:
        found = dict(zip(columns, row, strict=True))
        found["body"] = self._renamed(found["body"], found["case_id"])
        found["id"] += self.events
        found["case_id"] += self.cases
        found["fact_id"] += self.facts
        return tuple(found.values())


if __name__ == "__main__":
    play()
    print(copy_until(int(sys.argv[1])))
