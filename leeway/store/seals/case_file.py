"""A case as a file with its proof: everything written about it, and its way up to the root over the whole log.

Whoever receives it checks it with ``leeway verify`` (or any program that can hash: the format is ADR 11), without the
house, and without seeing anything of any other case.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from leeway import __version__
from leeway.core.refusals import Refusal
from leeway.store.rebuild import blanked_of
from leeway.store.seals.checking import Head
from leeway.store.seals.sealing import COLUMNS, Leaf, Seal, latest, leaf_of, leaves
from leeway.store.seals.tree import paths
from leeway.store.writer.driver import Driver

FORMAT, FORMAT_VERSION = "leeway-case-file", 1


class Line(msgspec.Struct, frozen=True):
    """One message of the transcript."""

    at: datetime
    who: str
    text: str


class ProvenFact(msgspec.Struct, frozen=True, omit_defaults=True):
    """One fact. ``fact``, ``known`` and ``events`` are the bodies byte for byte as they were hashed; ``blanked`` holds
    digests of parts that were erased since. ``place`` and ``path`` lead from the leaf to the head's root; a fact
    younger than the last seal has none.
    """

    leaf: Leaf
    fact: str
    known: str
    events: tuple[str, ...]
    blanked: dict[str, str] = {}
    place: int | None = None
    path: tuple[str, ...] = ()


class CaseFile(msgspec.Struct, frozen=True):
    format: str
    version: int
    leeway: str
    case: int
    made_at: datetime
    head: Head | None
    transcript: tuple[Line, ...]
    facts: tuple[ProvenFact, ...]


def transcript(facts: tuple[ProvenFact, ...]) -> tuple[Line, ...]:
    """What was said, as it follows from the facts."""
    return tuple(line for one in facts if (line := _said(one)) is not None)


def _said(one: ProvenFact) -> Line | None:
    plain = msgspec.json.decode(one.fact)
    if plain.get("fact") != "message":
        return None
    who = plain.get("by") or plain.get("author", "")
    note = " (note)" if plain.get("internal") else ""
    return Line(one.leaf.at, f"{who}{note}", plain.get("text", ""))


def case_file(driver: Driver, case: int, now: datetime) -> CaseFile:
    """The file. Raises ``Refusal`` when there is no such case. Reads the digests of the whole log once."""
    seal = latest(driver)
    rows = driver.select(
        f"select {COLUMNS}, body, known from leeway_fact where case_id = ? order by seq",  # noqa: S608 - ours
        (case,),
    )
    if not rows:
        raise Refusal(f"There is no case {case}.", code="no_case")
    events: dict[int, list[str]] = {}
    for fact, body in driver.select(
        "select fact_id, body from leeway_event where case_id = ? order by seq", (case,)
    ):
        events.setdefault(fact, []).append(body)
    found = [(leaf_of(row[:8]), str(row[8]), str(row[9])) for row in rows]
    ways = _ways(driver, seal, {leaf.fact for leaf, _, _ in found}) if seal else {}
    blanked = blanked_of(driver, case)
    facts = []
    for leaf, fact, known in found:
        place, path = ways.get(leaf.fact, (None, ()))
        gone = {part: digest.hex() for part, digest in blanked.get(leaf.fact, {}).items()}
        facts.append(ProvenFact(leaf, fact, known, tuple(events.get(leaf.fact, ())), gone, place, path))
    told = tuple(facts)
    head = Head.of(seal) if seal else None
    return CaseFile(FORMAT, FORMAT_VERSION, __version__, case, now, head, transcript(told), told)


def _ways(driver: Driver, seal: Seal, wanted: set[int]) -> dict[int, tuple[int, tuple[str, ...]]]:
    """The place of each fact in the log, and its way to the root."""
    hashes: list[bytes] = []
    places: dict[int, int] = {}
    for one in leaves(driver, upto=seal.last):
        if one.fact in wanted:
            places[one.fact] = len(hashes)
        hashes.append(one.hash())
    found = paths(hashes, places.values())
    return {fact: (place, tuple(step.hex() for step in found[place])) for fact, place in places.items()}
