"""The neighbour: django-helpdesk, installed from the registry into an environment of its own.

Kept under LEEWAY_BENCH_HOME (default ``~/.cache/leeway-bench``) for the next run. Nothing of it is in this repository.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.part import ROOT, environment

WANTED = ("django-helpdesk==2.6.1", "gunicorn", "vaderSentiment==3.3.2")
HOST = "127.0.0.1"


class NoPeer(Exception):
    """It cannot be installed here; the sentence says why."""


def home() -> Path:
    return Path(os.environ.get("LEEWAY_BENCH_HOME") or Path.home() / ".cache" / "leeway-bench")


def python() -> str:
    """The peer's own interpreter, installed at the first call. Raises ``NoPeer``."""
    folder = home() / "peer"
    interpreter, stamp = folder / "bin" / "python", folder / "installed"
    wanted = "\n".join(WANTED)
    if stamp.exists() and stamp.read_text() == wanted:
        return str(interpreter)
    print("Installing the neighbours (once; it takes a minute or two) ...", file=sys.stderr)
    folder.mkdir(parents=True, exist_ok=True)
    venv.create(folder, with_pip=True)
    command = [str(interpreter), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *WANTED]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        why = (done.stderr.strip().splitlines() or ["pip failed"])[-1]
        raise NoPeer(f"the neighbours could not be installed: {why}")
    stamp.write_text(wanted)
    return str(interpreter)


def peer_environment(folder: Path) -> dict[str, str]:
    return {"DJANGO_SETTINGS_MODULE": "bench.parts.peer_settings", "PEER_HOME": str(folder)}


def make(folder: Path, tickets: int) -> dict[str, str]:
    """A help desk with so many open tickets; gives the cookie and the number of a ticket."""
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [python(), "-m", "bench.parts.peer_house", str(tickets)],
        cwd=ROOT,
        env=environment(None, **peer_environment(folder)),
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    session, ticket = done.stdout.split()[-2:]
    return {"session": session, "ticket": ticket}


@contextmanager
def served(folder: Path, port: int) -> Iterator[int]:
    """Its server, one process with four threads as its documents propose; gives the process id."""
    process = subprocess.Popen(
        [
            *(python(), "-m", "gunicorn", "-b", f"{HOST}:{port}", "-w", "1", "--threads", "4"),
            *("--log-level", "error", "bench.parts.peer_wsgi:application"),
        ],
        cwd=ROOT,
        env=environment(None, **peer_environment(folder)),
    )
    try:
        wait_for_port(port, process)
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def wait_for_port(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError(f"nothing listens on port {port}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
