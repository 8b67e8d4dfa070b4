"""The log, case by case, for whoever thinks it through again. Pages of it: memory stays flat."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from typing import TypeVar

import msgspec

from leeway.core.policy import Policy
from leeway.core.roster import Roster
from leeway.desk.past import Story, Written
from leeway.store.instants import read_instant
from leeway.store.writer.driver import Driver

Document = TypeVar("Document", Policy, Roster)

CASES_AT_ONCE = 200


def policies(driver: Driver) -> dict[int, Policy]:
    """Every policy that was ever in force, by version."""
    return {policy.version: policy for policy in _documents(driver, "policy", Policy)}


def rosters(driver: Driver) -> dict[int, Roster]:
    """Every roster that was ever in force, by version."""
    return {roster.version: roster for roster in _documents(driver, "roster", Roster)}


def _documents(driver: Driver, kind: str, type_: type[Document]) -> Iterator[Document]:
    for (body,) in driver.select("select body from leeway_document where kind = ? order by version", (kind,)):
        yield msgspec.json.decode(body, type=type_)


def end(driver: Driver) -> datetime | None:
    """When the last fact of the log was written down."""
    rows = driver.select("select recorded_at from leeway_fact order by id desc limit 1")
    return read_instant(rows[0][0]) if rows else None


def stories(driver: Driver, *, first: int = 1, last: int | None = None) -> Iterator[Story]:
    """The cases from ``first`` to ``last`` with everything written about them, in the order of their numbers."""
    after = first - 1
    while numbers := _numbers(driver, after, last):
        yield from between(driver, numbers[0], numbers[-1])
        after = numbers[-1]


def _numbers(driver: Driver, after: int, last: int | None) -> list[int]:
    upto = "" if last is None else " and id <= ?"
    values = (after,) if last is None else (after, last)
    rows = driver.select(
        f"select id from leeway_case where id > ?{upto} order by id limit {CASES_AT_ONCE}",  # noqa: S608 - ours
        values,
    )
    return [number for (number,) in rows]


def between(driver: Driver, first: int, last: int) -> Iterator[Story]:
    """The cases of one stretch of numbers, read in two questions."""
    yield from _stories(driver, "between ? and ?", (first, last))


def some(driver: Driver, cases: Collection[int]) -> Iterator[Story]:
    """These cases, in the order of their numbers."""
    every = sorted(cases)
    for start in range(0, len(every), CASES_AT_ONCE):
        numbers = tuple(every[start : start + CASES_AT_ONCE])
        yield from _stories(driver, f"in ({', '.join('?' * len(numbers))})", numbers)


def _stories(driver: Driver, which: str, numbers: tuple[int, ...]) -> Iterator[Story]:
    bodies: dict[int, list[str]] = {}
    for fact, body in driver.select(
        f"select fact_id, body from leeway_event where case_id {which} order by case_id, seq",  # noqa: S608 - ours
        numbers,
    ):
        bodies.setdefault(fact, []).append(body)
    rows: list[Written] = []
    for case, number, kind, at, skewed, fact, known in driver.select(
        "select case_id, id, kind, at, skewed, body, known from leeway_fact "  # noqa: S608 - ours
        f"where case_id {which} order by case_id, seq",
        numbers,
    ):
        if rows and rows[0].case != case:
            yield Story(rows[0].case, tuple(rows))
            rows = []
        rows.append(
            Written(
                number,
                case,
                kind,
                read_instant(at),
                bool(skewed),
                fact,
                known,
                tuple(bodies.pop(number, ())),
            )
        )
    if rows:
        yield Story(rows[0].case, tuple(rows))


def story(driver: Driver, case: int) -> Story:
    """One case; with nothing written about it when there is no such case."""
    return next(between(driver, case, case), Story(case, ()))


def chunks(driver: Driver, facts_at_once: int) -> Sequence[tuple[int, int]]:
    """Stretches of case numbers with about so many facts each: pieces of work of like size."""
    pieces: list[tuple[int, int]] = []
    first, facts, after = 0, 0, 0
    while rows := driver.select(
        "select id, facts from leeway_case where id > ? order by id limit 10000", (after,)
    ):
        for number, count in rows:
            first = first or number
            facts += count
            if facts >= facts_at_once:
                pieces.append((first, number))
                first, facts = 0, 0
        after = rows[-1][0]
    if first:
        pieces.append((first, after))
    return pieces


# --- less than everything: what can be told without reading a case's story


def lasts(driver: Driver, first: int, last: int) -> list[tuple[int, int, str]]:
    """Number, count of facts and last state of the cases of one stretch."""
    rows = driver.select(
        "select id, facts, state from leeway_case where id between ? and ? order by id", (first, last)
    )
    return [(number, facts, state) for number, facts, state in rows]


def opened_between(
    driver: Driver, first: int, last: int, since: datetime | None, until: datetime | None
) -> frozenset[int] | None:
    """The cases of one stretch that were opened in a period; None for all of them."""
    if since is None and until is None:
        return None
    early, late = since or datetime(1, 1, 1, tzinfo=UTC), until or datetime(9999, 1, 1, tzinfo=UTC)
    rows = driver.select(
        "select id from leeway_case where id between ? and ? and opened_at >= ? and opened_at < ?",
        (first, last, early, late),
    )
    return frozenset(number for (number,) in rows)


def versions_used(driver: Driver, first: int, last: int) -> dict[int, frozenset[int]]:
    """The policies the facts of each case were decided under."""
    found: dict[int, set[int]] = {}
    for case, version in driver.select(
        "select distinct case_id, policy_version from leeway_fact where case_id between ? and ?",
        (first, last),
    ):
        found.setdefault(case, set()).add(version)
    return {case: frozenset(versions) for case, versions in found.items()}


def events_of(driver: Driver, first: int, last: int, kinds: Sequence[str]) -> Iterator[tuple[int, str, str]]:
    """Case, kind and body of events of some kinds, case by case in order."""
    marks = ", ".join("?" * len(kinds))
    rows = driver.select(
        # by case, whatever the planner thinks of the index on kinds: that one would have to be sorted
        f"select case_id, kind, body from leeway_event where case_id between ? and ? and coalesce(kind, '') in ({marks}) "  # noqa: S608, E501
        "order by case_id, seq",
        (first, last, *kinds),
    )
    yield from ((case, kind, body) for case, kind, body in rows)


def rare_events(driver: Driver, kinds: Sequence[str]) -> Iterator[tuple[int, str, str]]:
    """Case, kind and body of all events of some kinds there are few of, case by case in order."""
    marks = ", ".join("?" * len(kinds))
    rows = driver.select(
        f"select case_id, kind, body from leeway_event where kind in ({marks}) order by case_id, seq",  # noqa: S608
        tuple(kinds),
    )
    yield from ((case, kind, body) for case, kind, body in rows)


def last_moment(driver: Driver) -> datetime | None:
    """The latest time anything of the log happened."""
    rows = driver.select("select max(at) from leeway_fact")
    return read_instant(rows[0][0]) if rows and rows[0][0] is not None else None


def digests(driver: Driver, first: int, last: int) -> str:
    """The ends of the chains of a stretch: whoever wants to know whether anything was written there since."""
    rows = driver.select(
        "select id, digest from leeway_case where id between ? and ? order by id", (first, last)
    )
    return " ".join(f"{number}:{digest}" for number, digest in rows)


def case_works(
    driver: Driver, kinds: Sequence[str], since: datetime | None = None
) -> Iterator[tuple[list[str], list[tuple[datetime, str]]]]:
    """For each case the bodies of its events of some kinds, and its facts as time and body, ticks left out."""
    after = 0
    while numbers := _numbers(driver, after, None):
        first, last = numbers[0], numbers[-1]
        events: dict[int, list[str]] = {}
        for case, _, body in events_of(driver, first, last, kinds):
            events.setdefault(case, []).append(body)
        facts: dict[int, list[tuple[datetime, str]]] = {}
        for case, at, body in driver.select(
            "select case_id, at, body from leeway_fact where case_id between ? and ? and kind <> 'clock_ticked' "
            "order by case_id, seq",
            (first, last),
        ):
            facts.setdefault(case, []).append((read_instant(at), body))
        for case in numbers:
            found = facts.get(case, [])
            if found and (since is None or found[0][0] >= since):
                yield events.get(case, []), found
        after = last
