"""The whole run: pieces out, parts back in order, kept so that an interrupted run goes on where it stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import msgspec

from leeway.prove.backtest.report import Part, settled
from leeway.prove.executor import Executor

Task = tuple[bytes, int, int]
"""A job as bytes, and the first and the last case of a stretch."""

_read_part = msgspec.json.Decoder(Part).decode
Told = Callable[[int, int], None]


@dataclass(frozen=True)
class Keep:
    """A folder of finished parts. ``state`` says what a stretch of the log looks like now; a part made from another
    state, or by another job, has another name.
    """

    folder: Path
    state: Callable[[int, int], str]

    def file(self, task: Task) -> Path:
        job, first, last = task
        key = sha256(job + f"|{first}|{last}|{self.state(first, last)}".encode()).hexdigest()
        return self.folder / f"{key[:40]}.json"


def run(
    work: Callable[[Task], bytes],
    tasks: Sequence[Task],
    executor: Executor,
    *,
    keep: Keep | None = None,
    told: Told = lambda _done, _all: None,
) -> Part:
    """Adds up the parts of all tasks, in their order. ``told`` hears how many pieces of how many are done."""
    whole = Part()
    for number, data in enumerate(_parts(work, tasks, executor, keep), 1):
        whole.take_in(_read_part(data))
        told(number, len(tasks))
    return settled(whole)


def _parts(
    work: Callable[[Task], bytes], tasks: Sequence[Task], executor: Executor, keep: Keep | None
) -> Iterator[bytes]:
    if keep is None:
        yield from executor.map(work, tasks)
        return
    keep.folder.mkdir(parents=True, exist_ok=True)
    files = [keep.file(task) for task in tasks]
    missing = [(task, file) for task, file in zip(tasks, files, strict=True) if not file.exists()]
    made = executor.map(work, [task for task, _ in missing])
    waiting = {file for _, file in missing}
    for file in files:
        if file in waiting:
            data = next(made)
            draft = file.with_suffix(".draft")
            draft.write_bytes(data)
            draft.replace(file)  # whole or not at all
        yield file.read_bytes()
