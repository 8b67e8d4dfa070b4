"""``leeway backtest``: a candidate against the recorded history."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leeway.cli.house import ready_database
from leeway.cli.say import console, json_option, print_json, table

if TYPE_CHECKING:
    from leeway.backtesting import Candidate
    from leeway.prove.backtest.report import Report
    from leeway.prove.executor import Executor

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command()
@click.option(
    "--candidate",
    "pack",
    type=click.Path(exists=True, path_type=Path),
    help="The matrix to try: a pack's folder or a file. Without it, the one in force.",
)
@click.option("--roster", type=FILE, help="A roster to try with it: people, rotas, calendars.")
@click.option("--language", type=FILE, help="A language file to try with it, such as en.yaml.")
@click.option("--since", type=DAY, help="Only cases opened on this day (UTC) or later.")
@click.option("--until", type=DAY, help="Only cases opened before this day (UTC).")
@click.option("--jobs", type=click.IntRange(0), default=1, help="So many processes; 0: one for each core.")
@click.option("--dask", default="", help="The scheduler of a running Dask cluster, tcp://HOST:PORT.")
@click.option(
    "--resume",
    type=click.Path(file_okay=False, path_type=Path),
    help="A folder for finished pieces: an interrupted run goes on there.",
)
@click.option(
    "--html",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the report as one file for a browser.",
)
@click.option("--slow", is_flag=True, help="Decide every fact again, also where nothing can differ.")
@json_option
def backtest(
    pack: Path | None,
    roster: Path | None,
    language: Path | None,
    since: datetime | None,
    until: datetime | None,
    jobs: int,
    dask: str,
    resume: Path | None,
    html: Path | None,
    slow: bool,
    as_json: bool,
) -> None:
    """What would have been different: which cases, when, to whom, at what load, which clocks won and lost."""
    from leeway.backtesting import NothingRecorded
    from leeway.backtesting import backtest as tested
    from leeway.core.refusals import Refusal
    from leeway.prove.executor import Unavailable
    from leeway.store.address import address
    from leeway.store.home import home

    ready_database().close()
    where = address(home())
    candidate = _candidate(pack, roster, language)
    try:
        executor = _executor(jobs, dask)
    except Unavailable as why:
        raise Refusal(str(why)) from None
    try:
        with _bar(quiet=as_json) as told:
            report = tested(
                where,
                candidate,
                since=_utc(since),
                until=_utc(until),
                executor=executor,
                resume=resume,
                told=told,
                quick=not slow,
            )
    except NothingRecorded as nothing:
        raise Refusal(str(nothing)) from None
    finally:
        executor.close()
    if html is not None:
        html.write_text(_html(report), encoding="utf-8")
    if as_json:
        print_json(report)
    else:
        _show(report, html)


def _utc(day: datetime | None) -> datetime | None:
    return day.replace(tzinfo=UTC) if day else None


def _candidate(pack: Path | None, roster: Path | None, language: Path | None) -> Candidate:
    from leeway.backtesting import Candidate
    from leeway.cli.house import database
    from leeway.packs.matrix_file import load_pack
    from leeway.packs.roster_file import load_roster
    from leeway.store import documents, past

    with database() as driver:
        in_force = documents.published(driver).policy
        horizon = past.last_moment(driver) or datetime.now(UTC)
    years = range(horizon.year - 2, horizon.year + 2)
    people = load_roster(roster.read_text(), name=roster.name, years=years) if roster else None
    words = (language.stem, language.read_text()) if language else None
    label = pack.name if pack else f"{in_force.name}, version {in_force.version}"
    return Candidate(load_pack(pack) if pack else in_force, label, people, words)


def _executor(jobs: int, dask: str) -> Executor:
    from leeway.prove.executor import Dask, Inline, Processes

    if dask:
        return Dask(dask)
    workers = jobs or os.cpu_count() or 1
    return Processes(workers) if workers > 1 else Inline()


def _html(report: Report) -> str:

    from leeway.store.django_ready import django_ready

    django_ready()
    from leeway.web.prove.report import as_file

    return as_file(report)


def _show(report: Report, html: Path | None) -> None:
    screen, found = console(), report.found
    screen.print(f"[bold]{found.cases:,} cases, {found.facts:,} facts[/], candidate ", end="")
    screen.print(f"{report.candidate}: {'; '.join(report.differences) or 'nothing differs'}", markup=False)
    rows = [(name, count) for name, count in found.changes.items()]
    screen.print(table("Cases that would have escalated …", ("how", "cases"), rows, numbers=1))
    was, would = found.recorded, found.candidate
    both = [
        ("cases escalated", was.escalated, would.escalated),
        ("alerts", was.alerts, would.alerts),
        ("notices", was.notices, would.notices),
        ("clocks met", sum(was.met.values()), sum(would.met.values())),
        ("clocks lost", sum(was.late.values()), sum(would.late.values())),
        *(
            (f"to {level}", was.levels.get(level, 0), would.levels.get(level, 0))
            for level in {**was.levels, **would.levels}
        ),
    ]
    screen.print(table("", ("", "was", "would have been"), both, numbers=2))
    if html is not None:
        screen.print(f"The whole report is in {html}", markup=False)
    else:
        screen.print(
            "--html FILE shows each case with both decisions side by side.", style="dim", markup=False
        )


@contextmanager
def _bar(*, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    screen = console(stderr=True)
    if quiet or not screen.is_terminal:
        yield lambda _done, _all: None
        return
    from rich.progress import Progress

    with Progress(console=screen, transient=True) as bar:
        task = bar.add_task("thinking it through again", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
