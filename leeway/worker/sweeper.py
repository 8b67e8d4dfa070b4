"""The clock of the house: wakes the cases whose time has come, and watches that none is forgotten.

A case says in one indexed instant (``wake_at``) when it wants to be looked at, so a sweep with nothing due
is one look at the beginning of an index, however many cases sleep. Any number of sweepers may run: a tick
is named after the case, its version and the instant, so the second one of the same does nothing.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from leeway.core.facts import ClockTicked
from leeway.desk.handle import Answer, Done
from leeway.desk.ports import Busy, Closed, Item, StoreTrouble
from leeway.store import marks
from leeway.store.instants import read_instant
from leeway.store.writer.driver import Driver
from leeway.store.writer.news import Written

log = logging.getLogger(__name__)

SOURCE = "clock"
AT_ONCE = 200
"""Cases woken in one transaction: small enough that a message which comes meanwhile is not kept waiting."""

ON_TIME = timedelta(seconds=60)
LOOK_AGAIN_SECONDS = 5.0
"""The longest sleep. On SQLite another process may set an earlier wake-up without our hearing of it."""

WAIT_SECONDS = 1.0
WATCH_EVERY = timedelta(minutes=1)
HOLD = timedelta(minutes=1)
"""A case whose tick did nothing is left alone for this long, so that it cannot keep the sweeper spinning."""


@dataclass(frozen=True, slots=True)
class Due:
    case: int
    version: int
    wake_at: datetime


class Sweeper:
    """``hand_in`` takes ticks to the writer and waits for the commit. ``driver`` is this sweeper's own connection."""

    def __init__(
        self,
        driver: Driver,
        hand_in: Callable[[Sequence[Item]], Sequence[Answer]],
        clock: Callable[[], datetime],
    ) -> None:
        self._driver = driver
        self._hand_in = hand_in
        self._clock = clock
        self._news = threading.Event()
        self._closing = False
        self._sleeps_until: datetime | None = None
        self._held: dict[Due, datetime] = {}
        self._steps = 0
        self._on_time = 0
        self._watched_at: datetime | None = None

    # --- one sweep

    def sweep(self) -> int:
        """Wakes every case that is due now; gives how many there were."""
        woken = 0
        while due := self._due():
            woken += len(due)
            self._wake(due)
        return woken

    def _due(self) -> list[Due]:
        now = self._clock()
        self._held = {due: until for due, until in self._held.items() if until > now}
        rows = self._driver.select(
            "select id, version, wake_at from leeway_case where wake_at is not null and wake_at <= ? "
            "order by wake_at limit ?",
            (now, AT_ONCE + len(self._held)),
        )
        found = [Due(case, version, read_instant(wake_at)) for case, version, wake_at in rows]
        return [due for due in found if due not in self._held]

    def _wake(self, due: Sequence[Due]) -> None:
        answers = self._hand_in([Item(tick(one, self._clock())) for one in due])
        now = self._clock()
        for one, answer in zip(due, answers, strict=True):
            if not isinstance(answer, Done):
                log.error("the clock of case %d could not be run: %s", one.case, answer)
            self._steps += 1
            self._on_time += now - one.wake_at <= ON_TIME
            if not isinstance(answer, Done) or answer.fact == 0 or answer.duplicate:
                self._held[one] = now + HOLD

    # --- the watchdog

    def watch(self) -> dict[str, float]:
        """Looks for live cases without an owner or a next step, gives them a tick, and publishes how it went.

        ``ratio`` is the share of steps that ran within a minute of their time since this sweeper started.
        """
        now = self._clock()
        forgotten = self._forgotten()
        if forgotten:
            log.error("live cases without an owner or a next step: %s", [one.case for one in forgotten])
            self._hand_in([Item(tick(one, now)) for one in forgotten])
        late = self._driver.select(
            "select count(*) from "
            "(select 1 from leeway_case where wake_at is not null and wake_at <= ? limit 1000) overdue",
            (now - ON_TIME,),
        )
        report = {
            "steps": self._steps,
            "on_time": self._on_time,
            "ratio": self._on_time / self._steps if self._steps else 1.0,
            "overdue": int(late[0][0]),
            "forgotten": len(forgotten),
        }
        marks.put(self._driver, marks.SWEEP, report, at=now)
        self._watched_at = now
        return report

    def _forgotten(self) -> list[Due]:
        rows = self._driver.select(
            "select id, version from leeway_case where status in ('open', 'paused') "
            "and (owner = '' or wake_at is null) order by id limit ?",
            (AT_ONCE,),
        )
        now = self._clock()
        return [Due(case, version, now) for case, version in rows]

    # --- running

    def run(self) -> None:
        """Sweeps until ``stop``; sleeps until the next case wants to be woken, or somebody sets an earlier time."""
        while not self._closing:
            self._news.clear()
            try:
                self.sweep()
                if self._watched_at is None or self._clock() >= self._watched_at + WATCH_EVERY:
                    self.watch()
                self._news.wait(self._pause())
            except Closed:
                break
            except (StoreTrouble, Busy) as trouble:
                log.warning("the sweep waits: %s", trouble)
                self._news.wait(WAIT_SECONDS)
            except Exception:  # a sweeper that ends leaves every clock of the house standing
                log.exception("the sweep failed and goes on")
                self._news.wait(WAIT_SECONDS)
        self._driver.close()

    def _pause(self) -> float:
        """Seconds until the next wake-up, at most ``LOOK_AGAIN_SECONDS``."""
        rows = self._driver.select(
            "select wake_at from leeway_case where wake_at is not null and wake_at > ? order by wake_at limit 1",
            (self._clock(),),
        )
        now = self._clock()
        self._sleeps_until = read_instant(rows[0][0]) if rows else None
        until_then = (self._sleeps_until - now).total_seconds() if self._sleeps_until else LOOK_AGAIN_SECONDS
        return max(0.0, min(until_then, LOOK_AGAIN_SECONDS))

    def heard(self, written: Written) -> None:
        """Something was committed: wake up when it wants to be woken before we would be."""
        if written.wake_at is not None and (
            self._sleeps_until is None or written.wake_at < self._sleeps_until
        ):
            self._news.set()

    def stop(self) -> None:
        self._closing = True
        self._news.set()


def tick(due: Due, now: datetime) -> ClockTicked:
    """The tick of this case at this version: however many sweepers make it, it is one fact."""
    return ClockTicked(
        id=f"{due.case}:{due.version}:{due.wake_at.isoformat()}", source=SOURCE, at=now, case=due.case
    )
