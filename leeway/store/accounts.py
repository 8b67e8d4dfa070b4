"""Accounts of the console: Django's own users, their roles as its groups, and one-time passwords.

A user name is the person's id in the roster. What a role may do is said in ``leeway.web.access``; here it is a name.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction

from leeway.core.refusals import Refusal

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, Group, User

ONE_TIME = "one-time password"
"""The group of those whose password was made by an admin: they choose their own before anything else."""

READABLE = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters and digits that nobody mistakes for one another when a password is read out."""


class NameTaken(Refusal):
    def __init__(self, name: str) -> None:
        super().__init__(f"There is an account named {name!r} already.", field="username", code="name_taken")


class LastAdmin(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "This is the last account that may set things up: make another admin first.",
            field="roles",
            code="last_admin",
        )


def anybody() -> bool:
    """Whether the house has any account yet."""
    return get_user_model().objects.exists()


def make(username: str, *, roles: Iterable[str], email: str = "", password: str = "") -> str:
    """A new account; gives the one-time password, empty when its ``password`` was chosen by its owner.

    Raises ``NameTaken``.
    """
    once = "" if password else one_time_password()
    try:
        with transaction.atomic():
            user = get_user_model().objects.create_user(username, email, password or once)
            _put_into(user, roles, once=bool(once))
    except IntegrityError:
        raise NameTaken(username) from None
    return once


def reset(user: User) -> str:
    """A new one-time password; whoever is signed in with the old one is signed out."""
    once = one_time_password()
    with transaction.atomic():
        user.set_password(once)
        user.save(update_fields=["password"])
        user.groups.add(_group(ONE_TIME))
    return once


def give_roles(user: User, roles: Iterable[str], *, admin: str = "admin") -> None:
    """These roles and no others. Raises ``LastAdmin``."""
    wanted = set(roles)
    with transaction.atomic():
        _put_into(user, wanted, once=must_choose_password(user))
        _somebody_stays(admin)


def switch(user: User, *, active: bool, admin: str = "admin") -> None:
    """Lets somebody in again, or ends their access and every session. Raises ``LastAdmin``."""
    with transaction.atomic():
        user.is_active = active
        user.save(update_fields=["is_active"])
        _somebody_stays(admin)


def must_choose_password(user: AbstractBaseUser) -> bool:
    return bool(user.groups.filter(name=ONE_TIME).exists())  # type: ignore[attr-defined]


def chose_password(user: AbstractBaseUser) -> None:
    user.groups.remove(_group(ONE_TIME))  # type: ignore[attr-defined]


def one_time_password() -> str:
    """Four groups of four: nearly 80 random bits that can be read out on the telephone."""
    return "-".join("".join(secrets.choice(READABLE) for _ in range(4)) for _ in range(4))


def _put_into(user: User, roles: Iterable[str], *, once: bool) -> None:
    names = {*roles, *((ONE_TIME,) if once else ())}
    user.groups.set([_group(name) for name in sorted(names)])


def _group(name: str) -> Group:
    from django.contrib.auth import models  # noqa: PLC0415 - they exist only once Django is set up

    return models.Group.objects.get_or_create(name=name)[0]


def _somebody_stays(admin: str) -> None:
    users = get_user_model().objects.filter(is_active=True)
    if not (users.filter(groups__name=admin).exists() or users.filter(is_superuser=True).exists()):
        raise LastAdmin
