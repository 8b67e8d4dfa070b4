"""The people the visitor may be, and the key they may use. Nothing of this exists outside a demo's own data folder."""

from __future__ import annotations

import os
from datetime import datetime

from leeway.core.roster import Roster
from leeway.store import tokens
from leeway.store.writer.driver import Driver

PASSWORD = "calm-seas-ahead"  # noqa: S105 - printed at every start of the demo, and good for nothing else

VISITOR = frozenset({"priya", "sam"})
"""Who the visitor most likely logs in as: their cases wait for them, nobody else acts in their name."""

ROLES: dict[str, str] = {
    "tom": "agent",
    "sam": "agent",
    "lena": "agent",
    "mateo": "agent",
    "june": "agent",
    "priya": "supervisor",
    "omar": "supervisor",
    "noor": "supervisor",
    "kofi": "supervisor",
    "marta": "manager",
    "ingrid": "manager",
    "clara": "manager",
    "ops": "operations",
    "quinn": "quality",
    "admin": "admin",
}
TOKEN_NAME = "demo visitor"  # noqa: S105 - the name of a key, not the key
SCOPES = tuple(scope for scope in tokens.SCOPES if scope != "admin")


def make_accounts(roster: Roster) -> None:
    """An account for everybody of the cast, with the demo's password. Those that exist are left as they are."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leeway.store.settings")
    from leeway.web.asgi import django  # noqa: PLC0415 - Django is slow to import, and the server imports it too

    django()
    from django.contrib.auth import get_user_model  # noqa: PLC0415
    from django.contrib.auth.hashers import make_password  # noqa: PLC0415
    from django.contrib.auth.models import Group  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    accounts = get_user_model()
    there = set(accounts.objects.values_list("username", flat=True))
    hashed = make_password(PASSWORD)  # once: hashing is slow on purpose, and this one is no secret
    for name, role in ROLES.items():
        if name in there:
            continue
        person = roster.person(name)
        first, _, last = person.name.partition(" ")
        account = accounts(
            username=name,
            email=person.email,
            first_name=first,
            last_name=last,
            password=hashed,
            is_staff=role == "admin",
            is_superuser=role == "admin",
        )
        account.save()
        account.groups.add(Group.objects.get_or_create(name=role)[0])
    connection.close()


def make_token(driver: Driver, now: datetime) -> str:
    """A key for trying the API, good for everything but administration."""
    return tokens.issue(driver, TOKEN_NAME, SCOPES, by="demo", at=now)
