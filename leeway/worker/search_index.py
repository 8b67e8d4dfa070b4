"""Keeps the search index close behind the log, so that a person who searches does not do the catching up."""

from __future__ import annotations

import logging
import threading

from leeway.store.django_ready import django_ready

log = logging.getLogger(__name__)

LOOK_EVERY_SECONDS = 3.0
AT_ONCE = 100
"""Facts read in one short transaction: the writer waits for it, and so does every caller of that moment."""

PAUSE_SECONDS = 0.02
"""Between two of them, when there is more."""


class SearchIndex:
    """A service of its own thread. It reads through Django, whose connection it closes when it ends."""

    def __init__(self) -> None:
        self._ended = threading.Event()

    def run(self) -> None:

        if not self._ended.wait(LOOK_EVERY_SECONDS):
            django_ready()
            self._follow()

    def _follow(self) -> None:
        from django.db import DatabaseError, connection  # noqa: PLC0415

        from leeway.store import search  # noqa: PLC0415

        while not self._ended.is_set():
            try:
                more = search.catch_up(AT_ONCE) == AT_ONCE
            except DatabaseError as trouble:
                log.warning("The search index could not follow the log: %s. Trying again.", trouble)
                connection.close()
                more = False
            self._ended.wait(PAUSE_SECONDS if more else LOOK_EVERY_SECONDS)
        connection.close()

    def stop(self) -> None:
        self._ended.set()
