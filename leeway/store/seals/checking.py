"""Is the log still what was sealed? Every root is made again from the facts; the first that differs is named."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from leeway.store.seals.sealing import Seal, leaves, seals
from leeway.store.seals.tree import Peaks
from leeway.store.writer.driver import Driver

NOTARY = "LEEWAY_NOTARY"
"""A file every new head is added to. Put it where whoever can write the database cannot: another machine's share, a
write-once bucket.
"""


class Head(msgspec.Struct, frozen=True):
    """The whole log in one line: to be published where nobody who can change the log can change it."""

    seal: int
    facts: int
    root: str
    sealed_at: datetime

    @classmethod
    def of(cls, seal: Seal) -> Head:
        return cls(seal.number, seal.facts, seal.root, seal.sealed_at)


@dataclass(frozen=True, slots=True)
class Broken:
    """The first seal that does not fit; what was done to the log lies after ``after`` and not after ``upto``."""

    seal: int
    after: int
    upto: int
    says: str


@dataclass(frozen=True, slots=True)
class Checked:
    """``unsealed`` facts are younger than the last seal."""

    seals: int
    facts: int
    unsealed: int
    head: Head | None
    broken: Broken | None = None


def check(driver: Driver, *, told: Callable[[int], None] = lambda _: None) -> Checked:
    """Reads the whole log once and makes every root again."""
    every = list(seals(driver))
    head = Head.of(every[-1]) if every else None
    odd = next(
        (one for one, number in zip(every, range(1, len(every) + 1), strict=True) if one.number != number),
        None,
    )
    if odd is not None:
        says = f"Seal {odd.number} follows where seal {every.index(odd) + 1} should: a seal was taken away."
        return Checked(len(every), 0, 0, head, Broken(odd.number, 0, odd.last, says))
    peaks, after = Peaks(), 0
    waiting = iter(every)
    seal = next(waiting, None)
    for one in leaves(driver):
        while seal is not None and one.fact > seal.last:
            broken = _compare(seal, peaks, after)
            if broken is not None:
                return Checked(len(every), peaks.size, 0, head, broken)
            after, seal = seal.last, next(waiting, None)
        peaks.append(one.hash())
        told(peaks.size)
    while seal is not None:
        broken = _compare(seal, peaks, after)
        if broken is not None:
            return Checked(len(every), peaks.size, 0, head, broken)
        after, seal = seal.last, next(waiting, None)
    return Checked(len(every), peaks.size, peaks.size - (every[-1].facts if every else 0), head)


def _compare(seal: Seal, peaks: Peaks, after: int) -> Broken | None:
    if peaks.size != seal.facts:
        missing = seal.facts - peaks.size
        what = f"{missing} facts are missing" if missing > 0 else f"{-missing} facts were put in"
        return Broken(seal.number, after, seal.last, f"{what} between fact {after} and fact {seal.last}.")
    if peaks.root().hex() != seal.root:
        return Broken(
            seal.number, after, seal.last, f"A fact after {after}, up to {seal.last}, is not what was sealed."
        )
    return None


# --- heads kept outside


def read_heads(file: Path) -> list[Head]:
    """The heads of a notary file, one JSON object a line. Raises ``msgspec.DecodeError`` when a line is none."""
    return [msgspec.json.decode(line, type=Head) for line in file.read_bytes().splitlines() if line.strip()]


def strangers(driver: Driver, heads: Iterable[Head]) -> Iterator[Head]:
    """Heads that this log never had: it was replaced, or they are of another house."""
    known = {seal.number: seal for seal in seals(driver)}
    for head in heads:
        seal = known.get(head.seal)
        if seal is None or (seal.root, seal.facts) != (head.root, head.facts):
            yield head


def note_head(file: Path, seal: Seal) -> None:
    """Adds a head to a notary file."""
    with file.open("ab") as out:
        out.write(msgspec.json.encode(Head.of(seal)) + b"\n")
