"""``leeway user``: accounts for the console."""

from __future__ import annotations

from typing import Any

import click

from leeway.cli.house import database

ROLES = ("agent", "supervisor", "manager", "operations", "quality", "admin")


@click.group()
def user() -> None:
    """Accounts for the console."""


@user.command()
@click.argument("person")
@click.option(
    "--role", "roles", multiple=True, type=click.Choice(ROLES), help="What they may do; may be given again."
)
@click.option("--email", default="", help="Their address; without it the roster's.")
def create(person: str, roles: tuple[str, ...], email: str) -> None:
    """Make an account for PERSON of the roster. The password is made here and printed once."""
    from leeway.publishing import UnknownPerson
    from leeway.store import documents

    with database() as driver:
        found = next((one for one in documents.published(driver).roster.people if one.id == person), None)
    if found is None:
        raise UnknownPerson(person, "person")
    accounts = _accounts()
    chosen = roles or ((found.role,) if found.role in ROLES else ("agent",))
    once = accounts.make(person, roles=chosen, email=email or found.email)
    click.echo(f"{found.name} may log in as {person} ({', '.join(chosen)}). One-time password:", err=True)
    click.echo(once)


@user.command()
@click.argument("person")
def password(person: str) -> None:
    """Make a new one-time password for an account and print it, once."""
    from leeway.core.refusals import Refusal

    with database():
        accounts = _accounts()
    account = accounts.get_user_model().objects.filter(username=person).first()
    if account is None:
        raise Refusal(f"{person!r} has no account.")
    click.echo(accounts.reset(account))


def _accounts() -> Any:
    """Django's accounts, ready to use."""
    from leeway.store.django_ready import django_ready

    django_ready()
    from leeway.store import accounts

    return accounts
