"""Erases the texts of cases that have been over for longer than the house keeps them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from leeway.desk.ports import StoreTrouble
from leeway.store.erasing import erase_old_texts
from leeway.store.retention import kept_days
from leeway.store.writer.driver import Driver

log = logging.getLogger(__name__)

LOOK_EVERY_SECONDS = 3600.0
AT_ONCE = 20
"""Cases between two looks at whether the house is closing; each is a transaction of its own."""


class Retention:
    """``driver`` is this service's own connection."""

    def __init__(self, driver: Driver, clock: Callable[[], datetime]) -> None:
        self._driver = driver
        self._clock = clock
        self._ended = threading.Event()

    def look(self) -> int:
        """Erases what is due now; gives how many cases that were."""
        days = kept_days(self._driver)
        if days is None:
            return 0
        erased = 0
        while not self._ended.is_set():
            found = erase_old_texts(self._driver, timedelta(days=days), at=self._clock(), most=AT_ONCE)
            erased += found
            if found < AT_ONCE:
                break
        if erased:
            log.info("The texts of %d cases were kept for %d days and are erased.", erased, days)
        return erased

    def run(self) -> None:
        while not self._ended.wait(LOOK_EVERY_SECONDS):
            try:
                self.look()
            except StoreTrouble as trouble:
                log.warning("Old texts could not be erased: %s. Trying again later.", trouble)
        self._driver.close()

    def stop(self) -> None:
        self._ended.set()
