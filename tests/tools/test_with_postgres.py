"""The PostgreSQL of a test run: really there, and really gone afterwards."""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
import pytest

SHOWS_ITS_SERVER = """
import os, sys, time, psycopg
with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
    version = connection.execute("show server_version_num").fetchone()[0]
print(os.environ["DATABASE_URL"], version, flush=True)
if "wait" in sys.argv:
    time.sleep(60)
sys.exit(7)
"""


@pytest.fixture
def open_folder():
    """A temporary folder which the unprivileged user can enter that PostgreSQL runs as when we are root."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def beside_postgres(repository, open_folder):
    command = [sys.executable, repository / "tools" / "with_postgres.py"]
    command += [sys.executable, "-c", SHOWS_ITS_SERVER]
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    environment["TMPDIR"] = str(open_folder)

    def start(*arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen([*command, *arguments], env=environment, stdout=subprocess.PIPE, text=True)

    return start


def refuses_connections(address: str) -> bool:
    try:
        psycopg.connect(address, connect_timeout=5).close()
    except psycopg.OperationalError:
        return True
    return False


def test_the_command_finds_a_server_and_its_status_is_ours(beside_postgres):
    process = beside_postgres()
    address, version = process.communicate()[0].split()
    assert process.returncode == 7
    assert int(version) >= 150000
    assert address.startswith("postgresql://postgres@127.0.0.1:")
    assert refuses_connections(address)


def test_a_server_ends_when_its_run_is_asked_to_stop(beside_postgres):
    process = beside_postgres("wait")
    address = process.stdout.readline().split()[0]
    process.send_signal(signal.SIGTERM)
    assert process.wait() == 128 + signal.SIGTERM
    assert refuses_connections(address)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent was killed")
def test_a_server_ends_even_when_its_run_is_killed(beside_postgres):
    process = beside_postgres("wait")
    address = process.stdout.readline().split()[0]
    server_and_command = children(process.pid)
    process.kill()
    assert len(server_and_command) == 2
    for child in server_and_command:
        wait_for_end(child)
    assert refuses_connections(address)


def children(parent: int) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


def wait_for_end(pid: int) -> None:
    """Waits for a process that is no child of ours."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    select.select([handle], [], [])
    os.close(handle)
