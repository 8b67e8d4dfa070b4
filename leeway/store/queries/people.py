"""Accounts as the settings show them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User

from leeway.store.accounts import ONE_TIME
from leeway.store.models import PersonLoad


@dataclass(frozen=True, slots=True)
class Account:
    username: str
    email: str
    roles: tuple[str, ...]
    active: bool
    one_time: bool
    second_factor: bool
    last_login: datetime | None


def accounts(roles: Collection[str]) -> list[Account]:
    """Everybody who may sign in, by user name, in three queries."""
    from allauth.mfa.models import Authenticator  # noqa: PLC0415 - models exist only once Django is set up

    secured = set(Authenticator.objects.exclude(type="recovery_codes").values_list("user_id", flat=True))
    users = User.objects.prefetch_related("groups").order_by("username")
    return [_account(user, roles, secured) for user in users]


def _account(user: User, roles: Collection[str], secured: Collection[int]) -> Account:
    groups = {group.name for group in user.groups.all()}
    held = groups | ({"admin"} if user.is_superuser else set())
    return Account(
        username=user.username,
        email=user.email,
        roles=tuple(role for role in roles if role in held),
        active=user.is_active,
        one_time=ONE_TIME in groups,
        second_factor=user.pk in secured,
        last_login=user.last_login,
    )


def account(username: str) -> User | None:
    return User.objects.filter(username=username).first()


def loads() -> dict[str, int]:
    """How many running cases everybody owns."""
    return dict(PersonLoad.objects.values_list("person", "open_cases"))
