"""News between processes: what another one committed, heard through PostgreSQL.

On SQLite nothing rings: other processes look by themselves, every few seconds.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from leeway.store.address import Postgres
from leeway.store.writer.news import CHANNEL, Written, heard

log = logging.getLogger(__name__)

LISTEN_SECONDS = 1.0
CONNECT_AGAIN_SECONDS = 2.0


class Bell:
    """Hears other processes' commits and passes them on, in a thread of its own."""

    def __init__(self, where: Postgres, heard: Callable[[Written], None]) -> None:
        self._where = where
        self._heard = heard
        self._closing = threading.Event()

    def run(self) -> None:
        import psycopg  # noqa: PLC0415 - costs memory where the database is SQLite

        while not self._closing.is_set():
            try:
                self._listen()
            except psycopg.Error as error:
                log.warning("no news from other processes, connecting again: %s", error)
                self._closing.wait(CONNECT_AGAIN_SECONDS)

    def _listen(self) -> None:
        import psycopg  # noqa: PLC0415
        from psycopg.conninfo import make_conninfo  # noqa: PLC0415

        told = make_conninfo(application_name="leeway bell", **self._where.arguments())
        with psycopg.connect(told, autocommit=True) as connection:
            connection.execute(f"listen {CHANNEL}")
            while not self._closing.is_set():
                for note in connection.notifies(timeout=LISTEN_SECONDS):
                    self._pass_on(note.payload)

    def _pass_on(self, payload: str) -> None:
        written = heard(payload)
        if written is not None:
            self._heard(written)

    def stop(self) -> None:
        self._closing.set()
