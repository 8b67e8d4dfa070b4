"""Houses for tests: a database of its own for each test, on whichever kind of database the run is about.

Made once a run (tables, the shipped shop, the sample roster) and copied for every test, which takes milliseconds.
"""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from leeway.store.address import Address, Sqlite, from_url
from leeway.wiring import House, open_house

MONDAY_MORNING = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
"""When tests begin: a working day of the sample roster, at work."""

_numbers = itertools.count(1)

_MAKE = """
import datetime, sys
from leeway.wiring import open_house
now = datetime.datetime.fromisoformat(sys.argv[1])
open_house(clock=lambda: now).close()
"""


class Watch:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = MONDAY_MORNING

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **length: float) -> datetime:
        self.now += timedelta(**length)
        return self.now


def _server_url() -> str:
    url = os.environ.get("DATABASE_URL", "")
    return url if url.startswith("postgres") else ""


def _url_of(name: str) -> str:
    return f"{_server_url().rpartition('/')[0]}/{name}"


def _on_server(command: str) -> None:
    import psycopg

    with psycopg.connect(_server_url(), autocommit=True) as connection:
        connection.execute(command)


def _make(environment: dict[str, str]) -> None:
    subprocess.run(
        [sys.executable, "-c", _MAKE, MONDAY_MORNING.isoformat()],
        env={**os.environ, **environment},
        check=True,
        cwd=Path(__file__).parent.parent,
    )


@pytest.fixture(scope="session")
def model_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The house that is copied: the path of a SQLite file, or the name of a PostgreSQL database."""
    home = tmp_path_factory.mktemp("model-house")
    if not _server_url():
        _make({"LEEWAY_HOME": str(home)})
        yield str(home / "leeway.db")
        return
    name = f"leeway_model_{os.getpid()}"
    _on_server(f"create database {name}")
    _make({"LEEWAY_HOME": str(home), "DATABASE_URL": _url_of(name)})
    yield name
    _on_server(f"drop database {name} with (force)")


@pytest.fixture
def database_url(model_house: str, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh house, as DATABASE_URL."""
    if not _server_url():
        file = tmp_path / "leeway.db"
        shutil.copy(model_house, file)
        yield f"sqlite:///{file}"
        return
    name = f"leeway_test_{os.getpid()}_{next(_numbers)}"
    _on_server(f"create database {name} template {model_house} strategy file_copy")
    yield _url_of(name)
    _on_server(f"drop database {name} with (force)")


@pytest.fixture
def database(database_url: str) -> Address:
    """The address of a fresh house."""
    return from_url(database_url)


@pytest.fixture
def watch() -> Watch:
    """The clock of this test's houses."""
    return Watch()


@pytest.fixture
def new_house(database: Address, watch: Watch) -> Iterator[Callable[[], House]]:
    """Opens the test's house; called again, another process's view of the same one."""
    houses: list[House] = []

    def another() -> House:
        houses.append(open_house(where=database, clock=watch))
        return houses[-1]

    yield another
    for house in houses:
        house.close()


@pytest.fixture
def house(new_house: Callable[[], House]) -> House:
    """The test's house, open."""
    return new_house()


def on_sqlite(address: Address) -> bool:
    return isinstance(address, Sqlite)
