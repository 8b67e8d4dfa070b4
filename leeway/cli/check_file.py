"""``leeway check-file``: what is wrong in a file, line by line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leeway.cli.say import json_option, print_json

if TYPE_CHECKING:
    from leeway.packs.reader import Problem

FINE, WRONG, UNREADABLE = 0, 1, 2


@click.command("check-file")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@json_option
def check_file(files: tuple[Path, ...], as_json: bool) -> None:
    """Say what is wrong in matrix, roster and language files (or in a pack's folder): file:line:column.

    Exit code 0 when all is well, 1 when something is wrong, 2 when a file cannot be read at all.
    """
    problems: list[Problem] = []
    unreadable: list[tuple[Path, str]] = []
    for file in files:
        try:
            problems += problems_of(file)
        except (OSError, UnicodeDecodeError) as error:
            unreadable.append((file, getattr(error, "strerror", None) or str(error)))
    if as_json:
        rows = [{"file": str(file), "error": why} for file, why in unreadable]
        print_json({"problems": problems, "unreadable": rows})
    else:
        for problem in problems:
            click.echo(str(problem))
        for file, why in unreadable:
            click.echo(f"Error: {file}: {why}.", err=True)
    errors = any(problem.severity == "error" for problem in problems)
    sys.exit(UNREADABLE if unreadable else WRONG if errors else FINE)


def problems_of(path: Path) -> list[Problem]:
    """Everything wrong with this file, warnings included. Which kind it is shows in its own first words."""
    from leeway.packs.matrix_file import check_file as check_matrix
    from leeway.packs.reader import Problems

    if path.is_dir():
        return check_matrix(path)
    text = path.read_bytes()
    try:
        match kind_of(text, path.name):
            case "language":
                from leeway.languages import parse

                parse(text, path.name)
            case "roster":
                _check_roster(text, path.name)
            case _:
                return check_matrix(path)
    except Problems as found:
        return list(found.problems)
    return []


def kind_of(text: bytes, name: str) -> str:
    """``matrix``, ``roster`` or ``language``, by the key the file is named with."""
    from leeway.packs.reader import read

    keys = {key.raw for key, _ in read(text, name).lines()}
    if "language" in keys and "matrix" not in keys:
        return "language"
    return "roster" if "roster" in keys or "people" in keys else "matrix"


def _check_roster(text: bytes, name: str) -> None:
    from leeway.packs.roster_file import load_roster
    from leeway.store.instants import utc_now

    year = utc_now().year
    load_roster(text, name=name, years=range(year, year + 3))
