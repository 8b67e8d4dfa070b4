"""The proof that the log is the truth: every row is rebuilt from it and compared with what is stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from leeway.core.case import Case
from leeway.core.events import AnyEvent
from leeway.core.evolve import evolve_all
from leeway.core.ledger import CHANGES_IT
from leeway.store import ledger
from leeway.store.writer.chain import first_link, link_digests, payload, payloads
from leeway.store.writer.driver import Driver

_read_case = msgspec.json.Decoder(Case).decode
_read_event = msgspec.json.Decoder(AnyEvent).decode


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A case as its log tells it. ``broken_at`` is the first fact whose digest does not fit, 0 when all do. ``given``
    are the events the ledger of offers follows from.
    """

    case: Case
    facts: int
    digest: str
    broken_at: int = 0
    given: tuple[AnyEvent, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """A case whose row and log disagree, in one sentence."""

    case: int
    says: str


def stored(driver: Driver, number: int) -> Case:
    """The case as its row has it. ``KeyError`` when there is none."""
    rows = driver.select("select state from leeway_case where id = ?", (number,))
    if not rows:
        raise KeyError(number)
    return _read_case(rows[0][0])


def rebuild(driver: Driver, number: int) -> Rebuilt:
    """Reads the case's log from its beginning: events into a state, facts and events into digests."""
    bodies: dict[int, list[str]] = {}
    for fact, body in driver.select(
        "select fact_id, body from leeway_event where case_id = ? order by seq", (number,)
    ):
        bodies.setdefault(fact, []).append(body)
    events = [_read_event(body) for of_fact in bodies.values() for body in of_fact]
    case = evolve_all(Case(id=number), events)
    rows = driver.select(
        "select id, body, known, digest from leeway_fact where case_id = ? order by seq", (number,)
    )
    blanked = blanked_of(driver, number)
    digest, broken_at = "", 0
    for fact, body, known, kept in rows:
        digest = relinked(digest, kept, (body, known), bodies.get(fact, ()), blanked.get(fact, {}))
        if digest != kept and not broken_at:
            broken_at = fact
    given = tuple(event for event in events if isinstance(event, CHANGES_IT))
    return Rebuilt(case, len(rows), digest, broken_at, given)


def relinked(
    before: str, kept: str, bodies: tuple[str, str], events: Sequence[str], blanked: Mapping[str, bytes]
) -> str:
    """The digest of a fact made again; ``kept`` when that is right for the time it was written. ``bodies`` are those of
    the fact and of what was known.
    """
    fact, known = bodies
    digest = link_digests(
        before,
        blanked.get("fact") or payload(fact),
        blanked.get("known") or payload(known),
        blanked.get("events") or payloads(events),
    )
    if digest != kept and first_link(before, fact, known, events) == kept:
        return kept  # written before payloads had digests of their own
    return digest


def blanked_of(driver: Driver, number: int) -> dict[int, dict[str, bytes]]:
    """The digests that stand for erased texts of this case, by fact and part of it."""
    found: dict[int, dict[str, bytes]] = {}
    for fact, part, digest in driver.select(
        "select fact_id, part, digest from leeway_blanked where fact_id in "
        "(select id from leeway_fact where case_id = ?)",
        (number,),
    ):
        found.setdefault(fact, {})[part] = bytes.fromhex(digest)
    return found


def compare(driver: Driver, number: int) -> Difference | None:
    """What is wrong with this case's row, if anything."""
    rows = driver.select("select version, facts, digest, state from leeway_case where id = ?", (number,))
    version, facts, digest, state = rows[0]
    rebuilt = rebuild(driver, number)
    if rebuilt.broken_at:
        return Difference(number, f"The log was changed at or before fact {rebuilt.broken_at}.")
    if (facts, digest) != (rebuilt.facts, rebuilt.digest):
        return Difference(
            number, f"The row counts {facts} facts, the log has {rebuilt.facts}, or their end differs."
        )
    if version != rebuilt.case.version or _read_case(state) != rebuilt.case:
        return Difference(number, "The state in the row is not what the events lead to.")
    says = ledger.difference(driver, rebuilt.case, rebuilt.given)
    return Difference(number, says) if says else None


def differences(driver: Driver, *, after: int = 0, at_once: int = 500) -> Iterator[Difference]:
    """Everything wrong with any case, in the order of their numbers."""
    while True:
        numbers = [
            number
            for (number,) in driver.select(
                "select id from leeway_case where id > ? order by id limit ?", (after, at_once)
            )
        ]
        if not numbers:
            return
        for number in numbers:
            if (found := compare(driver, number)) is not None:
                yield found
        after = numbers[-1]
