"""Notices when an absence begins, whoever put it into the roster, and has the person's cases passed on."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime

from leeway.core.roster import Absence
from leeway.desk.absence import HandIn, began, name_of_absence, pass_on
from leeway.desk.ports import StoreTrouble
from leeway.store import marks
from leeway.store.in_hand import cases_of
from leeway.store.writer.driver import Driver
from leeway.wiring import PublishedWorlds

log = logging.getLogger(__name__)

MARK = "absences"
LOOK_EVERY_SECONDS = 20.0


class Leavers:
    """``driver`` is this service's own connection. Which absences were seen to is noted in the database."""

    def __init__(self, driver: Driver, hand_in: HandIn, clock: Callable[[], datetime]) -> None:
        self._driver = driver
        self._hand_in = hand_in
        self._clock = clock
        self._worlds = PublishedWorlds()
        self._ended = threading.Event()

    def look(self) -> int:
        """One look at the roster; gives how many cases were passed on."""
        now = self._clock()
        roster = self._worlds.current(self._driver).roster
        mark = marks.get(self._driver, MARK)
        done = set(mark[1].get("done", ())) if mark else set()
        covering = {name_of_absence(away): away for away in began(roster, now)}
        fresh = [away for name, away in covering.items() if name not in done]
        if not fresh:
            return 0
        passed = sum(len(self._see_to(away, now)) for away in fresh)
        marks.put(self._driver, MARK, {"done": sorted(covering)}, at=now)
        return passed

    def _see_to(self, away: Absence, now: datetime) -> tuple[int, ...]:
        passed = pass_on(away, now=now, in_hand=self._in_hand, hand_in=self._hand_in)
        if passed:
            log.info("%s is away: %d cases go to somebody who is there.", away.person, len(passed))
        return passed

    def _in_hand(self, person: str) -> Sequence[int]:
        return cases_of(self._driver, person)

    def run(self) -> None:
        while not self._ended.wait(LOOK_EVERY_SECONDS):
            try:
                self.look()
            except StoreTrouble as trouble:
                log.warning("Absences could not be looked at: %s. Trying again.", trouble)

    def stop(self) -> None:
        self._ended.set()
