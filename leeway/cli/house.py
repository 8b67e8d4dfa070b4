"""Opening the database for a command: tables brought up to date, by one process at a time."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leeway.store.writer.driver import Driver
    from leeway.wiring import House

MIGRATION_LOCK = 0x1EE3A8
"""PostgreSQL's advisory lock while tables change; the number only has to be ours."""


def ready_database() -> Driver:
    """A connection to a database whose tables are up to date and which has a first policy and roster."""
    from leeway.store.address import Postgres, address
    from leeway.store.home import home
    from leeway.store.instants import utc_now
    from leeway.store.upkeep import bring_up_to_date
    from leeway.store.writer.driver import open_driver
    from leeway.wiring import first_documents

    folder = home()
    where = address(folder)
    driver = open_driver(where)
    with (folder / "migrate.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # of this machine; given back with the file
        if isinstance(where, Postgres):  # and of the others that share the server
            driver.select("select pg_advisory_lock(?)", (MIGRATION_LOCK,))
        try:
            bring_up_to_date(driver)
            first_documents(driver, utc_now())
        finally:
            if isinstance(where, Postgres):
                driver.rollback()
                driver.select("select pg_advisory_unlock(?)", (MIGRATION_LOCK,))
    return driver


@contextmanager
def database() -> Iterator[Driver]:
    driver = ready_database()
    try:
        yield driver
    finally:
        driver.rollback()
        driver.close()


@contextmanager
def house() -> Iterator[House]:
    """The open house, with its writer; what is queued is written out at the end."""
    from leeway.wiring import collect_garbage_rarely, open_house

    ready_database().close()
    opened = open_house()
    collect_garbage_rarely()
    try:
        yield opened
    finally:
        opened.close()
