"""``leeway doctor``: is everything all right, and what to do where it is not."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leeway.cli.say import console, json_option, print_json

if TYPE_CHECKING:
    from leeway.store.doctor import Diagnosis


@click.command()
@click.option("--rebuild", is_flag=True, help="Replay every case from its log, not only the latest 1,000.")
@json_option
def doctor(rebuild: bool, as_json: bool) -> None:
    """Examine tables, log, clocks, outbox, disk and roster. Changes nothing.

    Exit code 0 when all is well, 1 when something is wrong.
    """
    from leeway.store.address import Postgres, address
    from leeway.store.doctor import examine
    from leeway.store.home import home
    from leeway.store.instants import utc_now
    from leeway.store.writer.driver import open_driver

    folder = home()
    where = address(folder)
    if not isinstance(where, Postgres) and not Path(where.path).exists():
        raise click.ClickException(
            f"There is no house in {folder} yet. `leeway serve` makes one, `leeway demo` shows one full of life; "
            "LEEWAY_HOME names another folder."
        )
    driver = open_driver(where)
    try:
        with _bar(quiet=as_json) as told:
            diagnosis = examine(driver, folder, utc_now(), rebuild=rebuild, told=told)
    finally:
        driver.close()
    if as_json:
        print_json(diagnosis)
    else:
        _show(diagnosis)
    sys.exit(0 if diagnosis.healthy else 1)


def _show(diagnosis: Diagnosis) -> None:
    screen = console()
    for finding in diagnosis.findings:
        colour = "red" if finding.severity == "error" else "yellow"
        screen.print(f"[{colour}]{finding.severity}[/] {finding.check}: ", end="")
        screen.print(finding.says, markup=False)
        screen.print(f"  {finding.do}", style="dim", markup=False)
        if finding.cases:
            screen.print(f"  cases: {', '.join(map(str, finding.cases))}", style="dim", markup=False)
    replayed = diagnosis.checks.get("cases replayed", 0)
    if diagnosis.healthy:
        screen.print(f"[green]All is well.[/] {replayed:,} cases equal their replay.")
    if diagnosis.head is not None:
        head = diagnosis.head
        screen.print(
            f"Head of the log: seal {head.seal}, {head.facts:,} facts, {head.root}", style="dim", markup=False
        )


@contextmanager
def _bar(*, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    screen = console(stderr=True)
    if quiet or not screen.is_terminal:
        yield lambda _done, _all: None
        return
    from rich.progress import Progress

    with Progress(console=screen, transient=True) as bar:
        task = bar.add_task("replaying cases", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
