"""Seals the log behind the writer, a little later, so that sealing costs a fact nothing."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from leeway.desk.ports import StoreTrouble
from leeway.store.seals.checking import NOTARY, note_head
from leeway.store.seals.sealing import Seal, seal_new
from leeway.store.writer.driver import Driver

log = logging.getLogger(__name__)

SEAL_EVERY_SECONDS = 60.0


class Sealer:
    def __init__(
        self, driver: Driver, clock: Callable[[], datetime], *, every: float = SEAL_EVERY_SECONDS
    ) -> None:
        self._driver = driver
        self._clock = clock
        self._every = every
        self._ended = threading.Event()

    def run(self) -> None:
        while not self._ended.wait(self._every):
            self.seal()
        self.seal()  # what came since: a house that was closed in order is sealed to the end
        self._driver.close()

    def seal(self) -> Seal | None:
        try:
            sealed = seal_new(self._driver, self._clock())
            notary = os.environ.get(NOTARY)
            if sealed is not None and notary:
                note_head(Path(notary), sealed)
        except (StoreTrouble, OSError) as trouble:
            log.warning("The log could not be sealed: %s. Trying again.", trouble)
            self._driver.rollback()
            return None
        return sealed

    def stop(self) -> None:
        self._ended.set()
