"""Sealing: beside the writer, never in its way. What is new is read in short pieces and put under the tree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import msgspec

from leeway.desk.ports import StoreTrouble
from leeway.store.instants import read_instant
from leeway.store.seals.tree import Peaks, leaf
from leeway.store.writer.driver import Driver, Row

FACTS_AT_ONCE = 5_000
COLUMNS = "id, case_id, seq, at, recorded_at, skewed, policy_version, digest"


class Leaf(msgspec.Struct, frozen=True):
    """What is sealed of a fact: its place in the log and in its case, its times, and the digest over the rest."""

    fact: int
    case: int
    seq: int
    at: datetime
    recorded_at: datetime
    skewed: bool
    policy_version: int
    digest: str

    def hash(self) -> bytes:
        return leaf(msgspec.json.encode(self))


@dataclass(frozen=True, slots=True)
class Seal:
    """A digest of the log up to fact ``last``; ``number`` counts from 1."""

    number: int
    last: int
    facts: int
    root: str
    peaks: tuple[bytes, ...]
    sealed_at: datetime


NOTHING_YET = ""


def leaf_of(row: Row) -> Leaf:
    fact, case, seq, at, recorded, skewed, policy, digest = row
    return Leaf(fact, case, seq, read_instant(at), read_instant(recorded), bool(skewed), policy, digest)


def leaves(driver: Driver, *, after: int = 0, upto: int | None = None) -> Iterator[Leaf]:
    """What is to be sealed of every fact, in the order of the log; page by page."""
    until = "" if upto is None else f" and id <= {int(upto)}"
    sql = f"select {COLUMNS} from leeway_fact where id > ?{until} order by id limit {FACTS_AT_ONCE}"  # noqa: S608 - ours
    while rows := driver.select(sql, (after,)):
        yield from map(leaf_of, rows)
        after = rows[-1][0]


def latest(driver: Driver) -> Seal | None:
    return next(seals(driver, " order by number desc limit 1"), None)


def seals(driver: Driver, how: str = " order by number") -> Iterator[Seal]:
    for number, last, facts, root, peaks, at in driver.select(
        f"select number, last, facts, root, peaks, sealed_at from leeway_seal{how}"  # noqa: S608 - ours
    ):
        told = tuple(bytes.fromhex(peak) for peak in peaks.split())
        yield Seal(number, last, facts, root, told, read_instant(at))


def end_of_log(driver: Driver) -> int:
    """The last fact below which nothing can appear any more, whoever is writing."""
    driver.begin()
    try:
        driver.order_log()  # whoever took a smaller number has committed by now
        return int(driver.select("select coalesce(max(id), 0) from leeway_fact")[0][0])
    finally:
        driver.rollback()


def seal_new(driver: Driver, now: datetime) -> Seal | None:
    """Seals what was written since the last time; None when nothing was, or another process was faster."""
    before = latest(driver)
    driver.rollback()
    upto = end_of_log(driver)
    if before is not None and upto <= before.last:
        return None
    peaks = Peaks(before.facts, before.peaks) if before else Peaks()
    last = before.last if before else 0
    for one in leaves(driver, after=last, upto=upto):
        peaks.append(one.hash())
        last = one.fact
    driver.rollback()
    if peaks.size == (before.facts if before else 0):
        return None
    number = before.number + 1 if before else 1
    sealed = Seal(number, last, peaks.size, peaks.root().hex(), tuple(peaks.peaks), now)
    return sealed if _write(driver, sealed) else None


def _write(driver: Driver, seal: Seal) -> bool:
    driver.begin()
    try:
        driver.run(
            "insert into leeway_seal (number, last, facts, root, peaks, sealed_at) values (?, ?, ?, ?, ?, ?)",
            (
                seal.number,
                seal.last,
                seal.facts,
                seal.root,
                " ".join(p.hex() for p in seal.peaks),
                seal.sealed_at,
            ),
        )
        driver.commit()
    except StoreTrouble as trouble:
        driver.rollback()
        if trouble.same_key:
            return False
        raise
    return True
