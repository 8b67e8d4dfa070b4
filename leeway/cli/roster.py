"""``leeway roster``: who is there when."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from leeway.cli.house import database
from leeway.cli.policy import _published as published
from leeway.cli.say import json_option, print_json


@click.group()
def roster() -> None:
    """Show and publish the roster, note absences."""


@roster.command()
@json_option
def show(as_json: bool) -> None:
    """Print the roster in force as a roster file."""
    from leeway.packs.roster_file import dump_roster
    from leeway.store import documents

    with database() as driver:
        found = documents.published(driver).roster
    if as_json:
        print_json(found)
    else:
        click.echo(dump_roster(found), nl=False)


@roster.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--note", default="", help="Why, for the history.")
@click.option("--by", default="command line", show_default=True, help="Who publishes it.")
@json_option
def publish(file: Path, note: str, by: str, as_json: bool) -> None:
    """Put a roster file in force."""
    from leeway import publishing
    from leeway.store.instants import utc_now

    now = utc_now()
    with database() as driver:
        read = publishing.read_roster(file.read_bytes(), file.name, now=now)
        version = publishing.publish(driver, read.document, read.source, at=now, note=note, by=by)
    published("roster", version, read.warnings, as_json=as_json)


@roster.group()
def absence() -> None:
    """People who are away."""


@absence.command()
@click.argument("person")
@click.option(
    "--from", "start", required=True, help='When it begins: "2026-12-24" or "2026-12-24T13:00+01:00".'
)
@click.option("--until", default="", help="When it ends, that day included; without it until further notice.")
@click.option("--substitute", default="", help="Who stands in.")
@click.option("--reason", default="", help="For the history.")
@json_option
def add(person: str, start: str, until: str, substitute: str, reason: str, as_json: bool) -> None:
    """Note that PERSON is away. Bare dates are days of the person's own calendar."""
    from leeway import publishing
    from leeway.store import documents
    from leeway.store.instants import utc_now

    with database() as driver:
        now_in_force = documents.published(driver).roster
        zone = publishing.zone_of(now_in_force, person)
        changed = publishing.with_absence(
            now_in_force,
            person,
            _instant(start, zone, end=False),
            _instant(until, zone, end=True) if until else None,
            reason=reason,
            substitute=substitute,
        )
        note = f"{person} is away"
        version = publishing.publish(driver, changed, "", at=utc_now(), note=note, by="command line")
    if as_json:
        print_json({"kind": "roster", "version": version})
    else:
        click.echo(f"Noted; roster version {version} is in force.")


def _instant(text: str, zone: str, *, end: bool) -> datetime:
    """A day (to its end with ``end``) of that zone, or an instant as it stands."""
    try:
        if len(text) == len("2026-12-24"):
            day = date.fromisoformat(text) + timedelta(days=end)
            return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
        at = datetime.fromisoformat(text)
    except ValueError:
        raise click.UsageError(f"{text!r} is no day (2026-12-24) and no instant.") from None
    return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
