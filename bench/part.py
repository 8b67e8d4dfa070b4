"""A part of the bench: a process of its own that prepares itself, then measures once for every line it is sent.

Being its own process, a part can be Leeway, the raw database or a peer in another environment, and the rounds of all
of them can take turns (A B C A B C ...), so that whatever else the machine is doing meets them alike.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
Measures = dict[str, Any]


class PartFailed(Exception):
    """A part ended before it answered; its last words say why."""


class Part:
    """The bench's end of the line."""

    def __init__(self, name: str, process: subprocess.Popen[str]) -> None:
        self.name = name
        self._process = process

    def measure(self, **how: object) -> Measures:
        assert self._process.stdin
        assert self._process.stdout
        try:
            self._process.stdin.write(json.dumps(how) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise PartFailed(f"{self.name} ended early") from None
        line = self._process.stdout.readline()
        if not line:
            raise PartFailed(f"{self.name} ended early")
        answer: Measures = json.loads(line)
        return answer


@contextmanager
def part(
    module: str,
    *,
    python: str = sys.executable,
    home: Path | None = None,
    env: dict[str, str] | None = None,
) -> Iterator[Part]:
    """Starts ``bench.parts.<module>``; ends it with the block."""
    process = subprocess.Popen(
        [python, "-m", f"bench.parts.{module}"],
        cwd=ROOT,
        env=environment(home, **(env or {})),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Part(module, process)
    finally:
        if process.stdin:
            process.stdin.close()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def environment(home: Path | None, **more: str) -> dict[str, str]:
    """What our processes see: this tree, their own data folder, no database of the person who runs the bench."""
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "LEEWAY_HOME")}
    told = {"PYTHONPATH": str(ROOT), "LEEWAY_LOG": "WARNING", **more}
    return {**kept, **told, **({"LEEWAY_HOME": str(home)} if home else {})}


def answer(measure: Callable[..., Measures]) -> None:
    """The part's end of the line: measures for each line until there are no more."""
    for line in sys.stdin:
        print(json.dumps(measure(**json.loads(line))), flush=True)
