"""``leeway import``: conversations, customers, and whole exports."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leeway.cli.articles import articles, solutions
from leeway.cli.house import database
from leeway.cli.say import console, counted, json_option, print_json, table

if TYPE_CHECKING:
    from leeway.store.importing.reading import RefusedLine
    from leeway.store.importing.run import Outcome, Plan, Progress

REFUSED_ON_SCREEN = 10

_LENGTH = re.compile(r"([0-9]{1,5})(d|h|min)")
_UNITS = {"d": timedelta(days=1), "h": timedelta(hours=1), "min": timedelta(minutes=1)}


class Length(click.ParamType):
    """A length of time: ``3d``, ``12h``, ``90min``."""

    name = "length"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        if isinstance(value, timedelta):
            return value
        found = _LENGTH.fullmatch(str(value))
        if found is None:
            self.fail(f"{value!r} is no length of time such as 3d, 12h or 90min.", param, ctx)
        return int(found[1]) * _UNITS[found[2]]


@click.group("import")
def import_() -> None:
    """Read conversations, customers, articles, or a folder written by `leeway export`."""


import_.add_command(articles)
import_.add_command(solutions)


@import_.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", default="import", show_default=True, help="What the conversations came from.")
@click.option("--restart", is_flag=True, help="Read the whole file, whatever earlier runs have done.")
@click.option(
    "--live-within",
    type=Length(),
    default="3d",
    show_default=True,
    help="A conversation whose last message is older is history; a younger one stays live.",
)
@json_option
def conversations(file: Path, source: str, restart: bool, live_within: timedelta, as_json: bool) -> None:
    """Read conversations from JSON Lines (one a line) or CSV (one message a row).

    They go through the same decisions as live messages, as of their own time; nobody is told. Running it again
    changes nothing, and an interrupted run goes on where it stopped.
    """
    from leeway.store.importing.run import Plan

    if not re.fullmatch(r"[a-z0-9_.:-]{1,60}", source):
        raise click.BadParameter("small letters, digits and _ . : - only, at most 60.", param_hint="--source")
    plan = Plan(file, file.name, source, live_within, restart)
    with refused_lines(file) as refusals:
        outcome = _run(plan, refusals, quiet=as_json)
    if as_json:
        print_json(closing_report(outcome, refusals.path if refusals.count else None))
    else:
        _show(outcome, refusals)
    if refusals.count and not (outcome.tally.messages or outcome.before):
        _nothing_taken_in(refusals)


def _nothing_taken_in(refusals: Refusals) -> None:
    """Exit code 1: a script that goes on as if there were something would be wrong."""
    raise click.ClickException(
        f"Nothing was taken in: every line was refused ({refusals.count:,}). {refusals.path} says why, line by line."
    )


@import_.command("export")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@json_option
def export_(folder: Path, as_json: bool) -> None:
    """Take a folder written by `leeway export` into an empty house."""
    from leeway.store.importing.restoring import restore
    from leeway.store.instants import utc_now

    with database() as driver:
        manifest = restore(driver, folder, now=utc_now())
    if as_json:
        print_json(manifest)
    else:
        rows = sorted(manifest.files.items())
        console().print(table("", ("Taken in", "lines"), rows, numbers=1))


@import_.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
def customers(file: Path, as_json: bool) -> None:
    """Read what you know of your customers, from CSV or JSON Lines. Empty fields leave ours as they are."""
    from leeway.store.importing.customers import import_customers
    from leeway.store.instants import utc_now

    with refused_lines(file) as refusals, database() as driver:
        report = import_customers(driver, file, refused=refusals, now=utc_now())
    if as_json:
        print_json({**report, "refused_file": str(refusals.path) if refusals.count else None})
    else:
        console().print(table("", ("Customers", ""), list(report.items()), numbers=1))
        _show_refused(console(), refusals, {})
    if refusals.count and not any(number for name, number in report.items() if name != "refused"):
        _nothing_taken_in(refusals)


def _run(plan: Plan, refusals: Refusals, *, quiet: bool) -> Outcome:
    from leeway.store.importing.reading import has_conversations

    if has_conversations(plan.path) == "csv":
        with tempfile.TemporaryDirectory(prefix="leeway-import-") as folder:
            return _run_table(plan, Path(folder) / "lines.jsonl", refusals, quiet=quiet)
    return _run_lines(plan, refusals, quiet=quiet)


def _run_table(plan: Plan, lines: Path, refusals: Refusals, *, quiet: bool) -> Outcome:
    from dataclasses import replace

    from leeway.store.importing.table import NotATable, to_lines

    try:
        began, refused, unknown = to_lines(plan.path, plan.name, lines)
    except NotATable as error:
        raise click.UsageError(str(error)) from error
    for line in refused:
        refusals(line)
    refusals.rows = began
    outcome = _run_lines(replace(plan, path=lines), refusals, quiet=quiet)
    outcome.tally.refused += len(refused)
    outcome.tally.fields_not_read.update(dict.fromkeys(unknown, outcome.tally.messages))
    return outcome


def _run_lines(plan: Plan, refusals: Refusals, *, quiet: bool) -> Outcome:
    from leeway.store.importing.run import Importer
    from leeway.store.instants import utc_now
    from leeway.wiring import PublishedWorlds

    with database() as driver, _bar(plan.name, quiet=quiet) as told:
        worlds = PublishedWorlds()
        importer = Importer(
            plan, driver=driver, worlds=worlds, clock=utc_now, refused=refusals, progress=told
        )
        return importer.run()


# --- what could not be taken


class Refusals:
    """Keeps every refused line in a file, and the first few for the screen. ``rows`` translates the lines of a
    table's JSON form back to its rows.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self.first: list[RefusedLine] = []
        self.rows: list[int] = []
        self._out: Any = None

    def __call__(self, line: RefusedLine) -> None:
        from dataclasses import replace

        import msgspec

        if self.rows and line.line:
            line = replace(line, line=self.rows[line.line - 1])
        self.count += 1
        if len(self.first) < REFUSED_ON_SCREEN:
            self.first.append(line)
        if self._out is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._out = self.path.open("wb")
        self._out.write(msgspec.json.encode(line) + b"\n")

    def close(self) -> None:
        if self._out is not None:
            self._out.close()


@contextmanager
def refused_lines(file: Path) -> Iterator[Refusals]:
    from leeway.store.home import home

    refusals = Refusals(home() / "imports" / f"{file.stem}.refused.jsonl")
    try:
        yield refusals
    finally:
        refusals.close()


# --- while it runs


@contextmanager
def _bar(name: str, *, quiet: bool) -> Iterator[Callable[[Progress], None]]:
    """A progress bar on a terminal; silence elsewhere."""
    screen = console(stderr=True)
    if quiet or not screen.is_terminal:
        yield lambda _: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    shape = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bar(*shape, console=screen, transient=True) as bar:
        task = bar.add_task(name, total=None)
        yield lambda seen: bar.update(task, total=seen.messages, completed=seen.done)


# --- when it is over


def closing_report(outcome: Outcome, refused_file: Path | None) -> dict[str, Any]:
    import msgspec

    rate = outcome.messages_now / outcome.seconds if outcome.seconds else 0.0
    return {
        **msgspec.to_builtins(outcome.tally),
        "imported_before": outcome.before,
        "seconds": round(outcome.seconds, 2),
        "messages_per_second": round(rate, 1),
        "refused_file": str(refused_file) if refused_file else None,
    }


def _show(outcome: Outcome, refusals: Refusals) -> None:
    screen, tally = console(), outcome.tally
    if outcome.before:
        screen.print("This file was imported before; nothing was left to do. (--restart reads it again.)")
    screen.print(table("", ("Imported", ""), _totals(outcome), numbers=1))
    for title, counts in (
        ("Cues", tally.cues),
        ("Escalations by rule", tally.escalations_by_rule),
        ("Escalations by level", tally.escalations_by_level),
        ("Escalations by person asked", tally.escalations_by_owner),
    ):
        if counts:
            screen.print(table("", (title, ""), counted(counts), numbers=1))
    if tally.clocks:
        screen.print(_clocks(tally.clocks))
    _show_refused(screen, refusals, tally.fields_not_read)


def _totals(outcome: Outcome) -> list[tuple[str, Any]]:
    tally = outcome.tally
    packets = f"{tally.packets_complete:,} of {tally.packets_total:,}"
    return [
        ("conversations", tally.conversations),
        ("messages", tally.messages),
        ("messages that were there already", tally.already_there),
        ("cases", tally.cases),
        ("conversations that joined a case", tally.cases_joined),
        ("escalations", tally.escalations),
        ("climbs to the next level", tally.climbed),
        ("packets complete when they went", packets),
        ("alerts", tally.alerts),
        ("times customers explained their matter", tally.times_explained),
        ("things asked again", tally.asked_again),
        ("refused", tally.refused),
        ("seconds", f"{outcome.seconds:.1f}"),
        ("messages a second", f"{outcome.messages_now / max(outcome.seconds, 1e-9):,.0f}"),
    ]


def _clocks(clocks: dict[str, dict[str, int]]) -> Any:
    outcomes = ("started", "met", "late", "ran_out", "cancelled", "void")
    rows = [(kind, *(clocks[kind].get(outcome, 0) for outcome in outcomes)) for kind in sorted(clocks)]
    names = ("Clocks", *(name.replace("_", " ") for name in outcomes))
    return table("", names, rows, numbers=len(outcomes))


def _show_refused(screen: Any, refusals: Refusals, not_read: dict[str, int]) -> None:
    if not_read:
        screen.print(f"Fields that were not read: {', '.join(sorted(not_read))}", markup=False)
    if refusals.count:
        rows = [(line.line, line.field, line.message, line.expected) for line in refusals.first]
        screen.print(table("", ("Refused: line", "field", "what is wrong", "expected"), rows))
        screen.print(f"All {refusals.count:,} are in {refusals.path}", markup=False)
