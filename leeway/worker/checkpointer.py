"""Moves what SQLite's write-ahead log holds into the database file, beside the writer instead of in its way.

A checkpoint waits for the disk twice. Done by the writing thread, as SQLite does by itself, it makes every caller of
that moment wait too; a passive one on a connection of its own blocks nobody. What it leaves, because something was
written or read meanwhile, the next one takes.
"""

from __future__ import annotations

import logging
import threading

from leeway.desk.ports import StoreTrouble
from leeway.store.writer.driver import Driver

log = logging.getLogger(__name__)

EVERY_SECONDS = 1.0


class Checkpointer:
    """A service of its own thread; ``driver`` is its own connection."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self._written = threading.Event()
        self._ended = threading.Event()

    def heard(self, written: object) -> None:
        """A commit in this process; called in the writing thread."""
        del written
        self._written.set()

    def run(self) -> None:
        while not self._ended.wait(EVERY_SECONDS):
            if self._written.is_set():
                self._written.clear()
                self._checkpoint()
        self._driver.close()

    def _checkpoint(self) -> None:
        try:
            self._driver.select("pragma wal_checkpoint(passive)")
        except StoreTrouble as trouble:  # the writing thread's own checkpoint is the safety net
            log.info("no checkpoint this time: %s", trouble)

    def stop(self) -> None:
        self._ended.set()
