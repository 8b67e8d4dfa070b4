"""The versions of policies and rosters that were published."""

from __future__ import annotations

from datetime import datetime

import msgspec

from leeway.store.documents import Kind
from leeway.store.instants import read_instant
from leeway.store.writer.driver import Driver


class Version(msgspec.Struct, frozen=True):
    version: int
    name: str
    note: str
    published_at: datetime
    published_by: str


def published_versions(driver: Driver, kind: Kind) -> list[Version]:
    """The newest first."""
    rows = driver.select(
        "select version, name, note, published_at, published_by from leeway_document where kind = ? "
        "order by version desc",
        (kind,),
    )
    return [Version(version, name, note, read_instant(at), by) for version, name, note, at, by in rows]


def source_of(driver: Driver, kind: Kind, version: int) -> str:
    """The file as its author wrote it; empty when there is none. ``LookupError`` for a version there is not."""
    rows = driver.select("select source from leeway_document where kind = ? and version = ?", (kind, version))
    if not rows:
        raise LookupError(version)
    return str(rows[0][0])
