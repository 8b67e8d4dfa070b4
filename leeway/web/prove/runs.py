"""Backtests of the console: one at a time in a thread of its own, the results kept in the data folder.

The thread lives in the process that was asked; another process sees the kept result when it is done.
"""

from __future__ import annotations

import logging
import re
import threading
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import msgspec

from leeway.backtesting import Candidate, NothingRecorded, backtest
from leeway.prove.backtest.report import Report
from leeway.store.home import home
from leeway.web import house

log = logging.getLogger(__name__)

KEPT = 20
"""Results in the folder; the oldest go."""

_NAME = re.compile(r"[0-9a-f]{12}")


class Kept(msgspec.Struct, frozen=True):
    """A finished run as it is kept."""

    name: str
    at: datetime
    by: str
    report: Report


@dataclass
class Run:
    """A run that is on, or has failed. ``done`` of ``pieces`` are finished."""

    name: str
    label: str
    by: str
    at: datetime
    done: int = 0
    pieces: int = 0
    trouble: str = ""
    finished: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)


_runs: dict[str, Run] = {}
_lock = threading.Lock()


class Busy(Exception):
    """Another run is on."""


def start(candidate: Candidate, *, by: str, since: datetime | None, until: datetime | None) -> Run:
    """Starts a run. Raises ``Busy``."""
    with _lock:
        if any(not run.finished for run in _runs.values()):
            raise Busy
        run = Run(uuid.uuid4().hex[:12], candidate.label, by, house.now())
        _runs[run.name] = run
    thread = threading.Thread(target=_work, args=(run, candidate, since, until), name="backtest", daemon=True)
    thread.start()
    return run


def _work(run: Run, candidate: Candidate, since: datetime | None, until: datetime | None) -> None:
    def told(done: int, pieces: int) -> None:
        run.done, run.pieces = done, pieces

    try:
        report = backtest(house.house().address, candidate, since=since, until=until, told=told)
        _keep(Kept(run.name, run.at, run.by, report))
    except NothingRecorded as nothing:
        run.trouble = str(nothing)
    except Exception as error:  # the thread's edge: the page says that it failed, the log says why
        log.exception("the backtest %s failed", run.name)
        run.trouble = str(error)
    finally:
        run.finished = True


def _folder() -> Path:
    folder = home() / "backtests"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _keep(kept: Kept) -> None:
    folder = _folder()
    draft = folder / f"{kept.name}.draft"
    draft.write_bytes(msgspec.json.encode(kept))
    draft.replace(folder / f"{kept.name}.json")
    for old in _files()[KEPT:]:
        old.unlink(missing_ok=True)


def _files() -> list[Path]:
    """The newest first."""
    return sorted(_folder().glob("*.json"), key=lambda file: (file.stat().st_mtime, file.name), reverse=True)


def running(name: str) -> Run | None:
    return _runs.get(name)


def now_running() -> Run | None:
    return next((run for run in _runs.values() if not run.finished), None)


def kept(name: str) -> Kept | None:
    """A finished run by its name."""
    if _NAME.fullmatch(name) is None:
        return None
    file = _folder() / f"{name}.json"
    return _read(file) if file.exists() else None


def every() -> list[Kept]:
    return [found for file in _files() if (found := _read(file)) is not None]


def _read(file: Path) -> Kept | None:
    """None for one that another version of the program wrote."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=Kept)
    except (OSError, msgspec.DecodeError):
        return None
