"""The outbox's rows as a deliverer sees them: taken under a lease, given back, settled.

A row that is due has ``next_try_at`` in the past. Taking it moves that instant to the end of the lease, so a row whose
deliverer died is due again by itself, and one index answers every question. ``locked_by`` names the deliverer and,
behind a blank, the key of the message the row was tied into by its first attempt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from leeway.core.events import Urgency
from leeway.desk.ports import StoreTrouble
from leeway.store.instants import read_instant
from leeway.store.writer.driver import Driver

MOST_COUNTED = 1000
TRIES = 3
"""How often what was sent is written down when the database is busy. After that it will be sent again."""


DUE = (
    'select id, key, case_id, kind, about, "to", "by", subject, body, urgency, attempts, created_at, locked_by '
    "from leeway_outbox where next_try_at is not null and next_try_at <= ? "
    "order by case urgency when 'now' then 0 when 'soon' then 1 else 2 end, id limit ?"
)
DUE_AND_FREE = f"{DUE} for update skip locked"


class OutboxItem(msgspec.Struct, frozen=True, kw_only=True):
    """One row. ``tied`` is the key of the message it travelled in before, if it did."""

    id: int
    key: str
    case: int | None
    kind: str
    about: str
    to: str
    by: tuple[str, ...]
    subject: str
    body: str
    urgency: Urgency
    attempts: int
    created_at: datetime
    tied: str


class OutboxRows:
    """``name`` tells this deliverer from all others. ``skip_locked`` where the database knows it (PostgreSQL)."""

    def __init__(self, driver: Driver, name: str, *, skip_locked: bool) -> None:
        if " " in name:
            raise ValueError("a deliverer's name has no blank in it")
        self._driver = driver
        self._name = name
        self._due = DUE_AND_FREE if skip_locked else DUE

    # --- looking

    def next_due(self) -> datetime | None:
        """When the next row wants to be tried; None: nothing waits."""
        rows = self._driver.select(
            "select next_try_at from leeway_outbox where next_try_at is not null order by next_try_at limit 1"
        )
        return read_instant(rows[0][0]) if rows else None

    def oldest_due(self, now: datetime) -> datetime | None:
        """Since when the oldest row waits that nobody has in hand although it is due."""
        rows = self._driver.select(
            "select min(created_at) from leeway_outbox where next_try_at is not null and next_try_at <= ?",
            (now,),
        )
        return read_instant(rows[0][0]) if rows[0][0] else None

    def retrying(self) -> int:
        """How many rows have failed and will be tried again; counted up to ``MOST_COUNTED``."""
        rows = self._driver.select(
            "select count(*) from (select 1 from leeway_outbox "
            "where next_try_at is not null and state = 'failed' limit ?) retrying",
            (MOST_COUNTED,),
        )
        return int(rows[0][0])

    # --- taking

    def take(self, now: datetime, until: datetime, most: int) -> list[OutboxItem]:
        """Take due rows for ourselves until then: the urgent first, then the oldest. Nobody else gets them."""
        driver = self._driver
        driver.begin()
        try:
            items = [_item(row) for row in driver.select(self._due, (now, most))]
            for tied, ids in _by_tie(items).items():
                self._change(
                    ids,
                    "state = 'sending', locked_by = ?, locked_until = ?, next_try_at = ?",
                    (self._lease(tied), until, until),
                )
            driver.commit()
        except BaseException:
            driver.rollback()
            raise
        return items

    def tie(self, messages: Iterable[tuple[str, Sequence[OutboxItem]]]) -> None:
        """Write down which rows travel as which message, before anything is sent: a crash repeats the same ones."""
        fresh = [(key, [item.id for item in items if item.tied != key]) for key, items in messages]
        driver = self._driver
        driver.begin()
        try:
            for key, ids in fresh:
                if ids:
                    self._change(ids, "locked_by = ?", (self._lease(key),), held_as="")
            driver.commit()
        except BaseException:
            driver.rollback()
            raise

    # --- giving back, settling; each only while the lease is ours

    def give_back(self, items: Sequence[OutboxItem], at: datetime) -> None:
        """Not tried: due again at that instant, as if nothing had been."""
        for attempted in (False, True):
            ids = [item.id for item in items if bool(item.attempts) == attempted]
            state = "failed" if attempted else "pending"
            self._settle(ids, None, "state = ?, next_try_at = ?, locked_until = null", (state, at))

    def sent(
        self, items: Sequence[OutboxItem], tied: str, *, state: str, channel: str, at: datetime, said: str
    ) -> bool:
        return self._settle(
            [item.id for item in items],
            tied,
            "state = ?, channel = ?, sent_at = ?, last_error = ?, attempts = attempts + 1, next_try_at = null, "
            "locked_until = null",
            (state, channel, at, said),
        )

    def failed(
        self, items: Sequence[OutboxItem], tied: str | None, *, again_at: datetime | None, why: str
    ) -> bool:
        """``again_at`` None: it is dead, nobody tries again."""
        return self._settle(
            [item.id for item in items],
            tied,
            "state = ?, next_try_at = ?, last_error = ?, attempts = attempts + 1, locked_until = null",
            ("dead" if again_at is None else "failed", again_at, why),
        )

    def suppressed(self, item: OutboxItem, why: str) -> bool:
        return self._settle(
            [item.id],
            None,
            "state = 'suppressed', next_try_at = null, last_error = ?, locked_until = null",
            (why,),
        )

    # --- inside

    def _lease(self, tied: str) -> str:
        return f"{self._name} {tied}" if tied else self._name

    def _settle(self, ids: Sequence[int], tied: str | None, changes: str, values: tuple[Any, ...]) -> bool:
        """False when the lease had run out and somebody else has the rows now. ``tied`` None: however tied."""
        if not ids:
            return True
        held_as = "" if tied is None else self._lease(tied)
        return _insist(lambda: self._change(ids, changes, values, held_as=held_as)) == len(ids)

    def _change(
        self, ids: Sequence[int], changes: str, values: tuple[Any, ...], *, held_as: str | None = None
    ) -> int:
        """Change these rows; with ``held_as`` only those under this lease (empty: under any lease of ours)."""
        places = ", ".join("?" * len(ids))
        mine, lease = "", tuple[str, ...]()
        if held_as is not None:
            mine = " and locked_by = ?" if held_as else " and (locked_by = ? or locked_by like ?)"
            lease = (held_as,) if held_as else (self._name, f"{self._name} %")
        return self._driver.run(
            f"update leeway_outbox set {changes} where id in ({places}){mine}",  # noqa: S608 - values are bound
            (*values, *ids, *lease),
        )


def _item(row: tuple[Any, ...]) -> OutboxItem:
    number, key, case, kind, about, to, by, subject, body, urgency, attempts, created_at, locked_by = row
    return OutboxItem(
        id=number,
        key=key,
        case=case,
        kind=kind,
        about=about,
        to=to,
        by=msgspec.json.decode(by or "[]", type=tuple[str, ...]),
        subject=subject,
        body=body,
        urgency=urgency,
        attempts=attempts,
        created_at=read_instant(created_at),
        tied=locked_by.partition(" ")[2],
    )


def _by_tie(items: Iterable[OutboxItem]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for item in items:
        found.setdefault(item.tied, []).append(item.id)
    return found


def _insist(change: Callable[[], int]) -> int:
    for _ in range(TRIES - 1):
        try:
            return change()
        except StoreTrouble as trouble:
            if not trouble.passing:
                raise
    return change()
