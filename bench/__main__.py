"""``./run bench [row ...] [--quick | --full] [--json]``: how fast Leeway is, beside its neighbours, in one run."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench import house
from bench.pages import pages
from bench.part import PartFailed
from bench.rows import ROWS as ROWS_BESIDE
from bench.rows import Bench, Line, Row

WITHOUT_A_HOUSE = {"cues", "guidance", "check"}
ROWS: dict[str, Row] = {**ROWS_BESIDE, "pages": pages}


def main() -> int:
    asked = _arguments()
    folder = Path(tempfile.mkdtemp(prefix="leeway-bench-", dir=asked.folder))
    bench = Bench(folder=folder, quick=asked.quick, full=asked.full)
    if asked.no_peer:
        bench.no_peer = "not asked for"
    failed = False
    lines: dict[str, list[Line]] = {}
    try:
        if set(asked.rows) - WITHOUT_A_HOUSE:
            bench.model = folder / "model"
            bench.token = house.make(bench.model)
        for name in asked.rows:
            begun = time.monotonic()
            try:
                lines[name] = list(ROWS[name](bench))
            except (PartFailed, RuntimeError, OSError) as error:
                failed = True
                lines[name] = [Line(what=name, ours=f"failed: {error}", met=False)]
            print(f"{name}: {time.monotonic() - begun:.0f} s", file=sys.stderr)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if asked.json:
        print(json.dumps(_told(lines, quick=asked.quick), indent=1))
    else:
        _show(lines)
    return int(failed)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="row", help=f"of {', '.join(ROWS)}; all without any")
    parser.add_argument(
        "--quick", action="store_true", help="fewer and smaller rounds: minutes, coarser figures"
    )
    parser.add_argument(
        "--full", action="store_true", help="histories as long as promised: a quarter of an hour to make them"
    )
    parser.add_argument("--json", action="store_true", help="the numbers instead of the table")
    parser.add_argument("--no-peer", action="store_true", help="leave the neighbours from the registry out")
    parser.add_argument("--folder", help="where to put the houses; the disk that is measured")
    asked = parser.parse_args()
    for name in asked.rows:
        if name not in ROWS:
            parser.error(f"there is no row {name!r}; choose from {', '.join(ROWS)}")
    asked.rows = asked.rows or list(ROWS)
    return asked


def _told(lines: dict[str, list[Line]], *, quick: bool) -> dict[str, Any]:
    return {
        "machine": _machine(),
        "quick": quick,
        "rows": {
            name: [
                {"what": line.what.strip(), "ratio": line.ratio, "target": line.target, "met": line.met}
                | {"figures": line.figures, "ours": line.ours, "beside": line.beside}
                for line in found
            ]
            for name, found in lines.items()
        },
    }


def _machine() -> dict[str, object]:
    return {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "load": round(os.getloadavg()[0], 1),
    }


def _show(lines: dict[str, list[Line]]) -> None:
    from rich.console import Console  # noqa: PLC0415 - only the table needs it
    from rich.table import Table  # noqa: PLC0415

    table = Table(title="Leeway, beside its neighbours in the same run", title_justify="left")
    for name in ("", "Leeway", "beside it", "times as good", "target", ""):
        table.add_column(name, justify="right" if name == "times as good" else "left")
    marks = {True: "[green]reached[/]", False: "[red]missed[/]", None: ""}
    for found in lines.values():
        for line in found:
            ratio = (
                ""
                if line.ratio is None
                else f"{line.ratio:,.2f}"
                if line.ratio < 10
                else f"{line.ratio:,.0f}"
            )
            table.add_row(line.what, line.ours, line.beside, ratio, line.target, marks[line.met])
        table.add_section()
    told = _machine()
    table.caption = (
        f"{told['cores']} cores, {told['system']}, Python {told['python']}, load {told['load']} at the end; "
        "medians of rounds that took turns"
    )
    Console(width=None if sys.stdout.isatty() else 150).print(table)


if __name__ == "__main__":
    sys.exit(main())
