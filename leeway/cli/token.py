"""``leeway token``: keys for the API."""

from __future__ import annotations

import getpass

import click

from leeway.cli.house import database
from leeway.cli.say import console, json_option, print_json, table


@click.group()
def token() -> None:
    """Make, list and revoke keys for the API. Only their hashes are kept."""


@token.command()
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, required=True, help="What it may do; may be given again.")
def create(name: str, scopes: tuple[str, ...]) -> None:
    """Make a token and print it: once, and nothing else on stdout."""
    from leeway.store.instants import utc_now
    from leeway.store.tokens import SCOPES, issue

    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown:
        raise click.BadParameter(f"{unknown[0]!r} is none of {', '.join(SCOPES)}.", param_hint="--scope")
    if not name.strip() or not name.isprintable():
        raise click.BadParameter("give it a name people can read.", param_hint="NAME")
    with database() as driver:
        click.echo(issue(driver, name, set(scopes), by=_who(), at=utc_now()))


@token.command("list")
@json_option
def list_(as_json: bool) -> None:
    """Every token, the revoked ones too."""
    with database() as driver:
        found = [_row(row) for row in driver.select(
            "select id, name, prefix, scopes, created_at, last_used_at, revoked_at from leeway_token order by id"
        )]  # fmt: skip
    if as_json:
        print_json(found)
        return
    names = ("id", "name", "begins", "scopes", "made", "last used", "revoked")
    console().print(table("", names, [[_short(value) for value in row.values()] for row in found]))


@token.command()
@click.argument("number", type=click.IntRange(1))
def revoke(number: int) -> None:
    """End a token. Every process stops taking it within seconds."""
    from leeway.store import tokens
    from leeway.store.instants import utc_now

    with database() as driver:
        if not tokens.revoke(driver, number, at=utc_now()):
            raise click.UsageError(
                f"There is no token {number} that could be revoked; see `leeway token list`."
            )
    click.echo(f"Token {number} is revoked.")


def _who() -> str:
    try:
        return f"{getpass.getuser()} (command line)"
    except (KeyError, OSError):  # a user id without a name, as in some containers
        return "command line"


def _row(row: tuple) -> dict[str, object]:
    import json

    from leeway.store.instants import read_instant

    number, name, prefix, scopes, *times = row
    made, used, revoked = (None if at is None else read_instant(at) for at in times)
    listed = json.loads(scopes) if isinstance(scopes, str) else scopes
    return {
        "id": number,
        "name": name,
        "prefix": prefix,
        "scopes": listed,
        "created_at": made,
        "last_used_at": used,
        "revoked_at": revoked,
    }


def _short(value: object) -> object:
    from datetime import datetime

    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return ", ".join(value) if isinstance(value, list) else value
