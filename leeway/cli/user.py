"""``leeway user``: accounts for the console."""

from __future__ import annotations

import os
import secrets
from typing import Any

import click

from leeway.cli.house import database

ROLES = ("agent", "supervisor", "manager", "operations", "quality", "admin")


@click.group()
def user() -> None:
    """Accounts for the console."""


@user.command()
@click.argument("person")
@click.option("--role", "roles", multiple=True, type=click.Choice(ROLES), help="What they may do; may be given again.")
@click.option("--email", default="", help="Their address; without it the roster's.")
def create(person: str, roles: tuple[str, ...], email: str) -> None:
    """Make an account for PERSON of the roster. The password is made here and printed once."""
    from leeway.publishing import UnknownPerson
    from leeway.store import documents

    with database() as driver:
        found = next((one for one in documents.published(driver).roster.people if one.id == person), None)
    if found is None:
        raise UnknownPerson(person, "person")
    model, groups = _django()
    if model.objects.filter(username=person).exists():
        raise click.UsageError(f"{person} has an account already; `leeway user password {person}` makes a new one.")
    password = secrets.token_urlsafe(12)
    made = model.objects.create_user(person, email or found.email, password)
    chosen = roles or ((found.role,) if found.role in ROLES else ("agent",))
    made.groups.set([groups.objects.get_or_create(name=role)[0] for role in chosen])
    made.is_superuser = made.is_staff = "admin" in chosen
    made.save()
    click.echo(f"{found.name} may log in as {person} ({', '.join(chosen)}). Password, shown once:", err=True)
    click.echo(password)


@user.command()
@click.argument("person")
def password(person: str) -> None:
    """Make a new password for an account and print it, once."""
    with database():
        model, _ = _django()
    account = model.objects.filter(username=person).first()
    if account is None:
        raise click.UsageError(f"{person!r} has no account.")
    new = secrets.token_urlsafe(12)
    account.set_password(new)
    account.save()
    click.echo(new)


def _django() -> tuple[Any, Any]:
    """Django's accounts and groups, ready to use."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leeway.store.settings")
    import django

    django.setup()
    from django.contrib.auth import get_user_model
    from django.contrib.auth.models import Group

    return get_user_model(), Group
