"""``leeway policy``: which rules are in force, what a file would change, and putting it in force."""

from __future__ import annotations

import difflib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leeway.cli.house import database
from leeway.cli.say import console, json_option, print_json, table

if TYPE_CHECKING:
    from leeway.core.policy import Policy
    from leeway.store.writer.driver import Driver


@click.group()
def policy() -> None:
    """Show, compare and publish policies. A running case keeps the version it was escalated under."""


@policy.command()
@click.option(
    "--version", "number", type=click.IntRange(1), help="An older version; without it the one in force."
)
@json_option
def show(number: int | None, as_json: bool) -> None:
    """Print a policy as a matrix file."""
    from leeway.packs.matrix_file import dump_policy

    with database() as driver:
        found = _version(driver, number)
    if as_json:
        print_json(found)
    else:
        click.echo(dump_policy(found), nl=False)


@policy.command()
@json_option
def versions(as_json: bool) -> None:
    """Every version that was published."""
    from leeway.store.history import published_versions

    with database() as driver:
        rows = published_versions(driver, "policy")
    if as_json:
        print_json(rows)
        return
    lines = [
        (row.version, row.name, f"{row.published_at:%Y-%m-%d %H:%M}", row.published_by, row.note)
        for row in rows
    ]
    console().print(table("", ("version", "name", "published", "by", "note"), lines))


@policy.command()
@click.argument("pack", type=click.Path(exists=True, path_type=Path))
@click.option("--note", default="", help="Why, for the history.")
@click.option("--by", default="command line", show_default=True, help="Who publishes it.")
@json_option
def publish(pack: Path, note: str, by: str, as_json: bool) -> None:
    """Put a matrix file or a pack's folder in force, for everything decided from now on."""
    from leeway import publishing
    from leeway.store import documents
    from leeway.store.instants import utc_now

    with database() as driver:
        roster = documents.published(driver).roster
        read = publishing.read_pack(pack, roster)
        version = publishing.publish(driver, read.document, read.source, at=utc_now(), note=note, by=by)
    _published("policy", version, read.warnings, as_json=as_json)


@policy.command()
@click.argument("pack", type=click.Path(exists=True, path_type=Path))
@click.option("--version", "number", type=click.IntRange(1), help="Compare with an older version.")
def diff(pack: Path, number: int | None) -> None:
    """What a file would change. Exit code 0 when nothing, 1 when something."""
    from leeway import publishing
    from leeway.packs.matrix_file import dump_policy
    from leeway.store import documents

    with database() as driver:
        now = _version(driver, number)
        new = publishing.read_pack(pack, documents.published(driver).roster).document
    lines = list(
        difflib.unified_diff(
            dump_policy(now).splitlines(),
            dump_policy(new).splitlines(),
            f"version {now.version}",
            str(pack),
            lineterm="",
        )
    )
    changed = [line for line in lines if not line.startswith(("version:", "-version:", "+version:"))]
    for line in changed:
        click.echo(line)
    sys.exit(1 if any(line[0] in "+-" and line[:3] not in ("+++", "---") for line in changed) else 0)


def _version(driver: Driver, number: int | None) -> Policy:
    from leeway.store import documents

    published = documents.published(driver)
    if number is None:
        return published.policy
    if number not in published.policies:
        raise click.UsageError(f"There is no policy version {number}; see `leeway policy versions`.")
    return published.policies[number]


def _published(kind: str, version: int, warnings: tuple, *, as_json: bool) -> None:
    if as_json:
        print_json({"kind": kind, "version": version, "warnings": warnings})
        return
    for warning in warnings:
        click.echo(str(warning), err=True)
    click.echo(f"{kind.capitalize()} version {version} is in force.")
