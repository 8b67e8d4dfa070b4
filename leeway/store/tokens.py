"""Keys for the API: made once, shown once, kept as a hash."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from leeway.store.writer.driver import Driver

SCOPES = (
    "facts:write",
    "cases:read",
    "cases:write",
    "roster:read",
    "roster:write",
    "policy:read",
    "policy:write",
    "admin",
)
READABLE_BEGINNING = 8


@dataclass(frozen=True, slots=True)
class LiveToken:
    id: int
    name: str
    scopes: frozenset[str]

    def may(self, scope: str) -> bool:
        return scope in self.scopes or "admin" in self.scopes


def hashed(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def live(driver: Driver) -> dict[str, LiveToken]:
    """All tokens that are not revoked, by the hash of their secret."""
    rows = driver.select("select sha256, id, name, scopes from leeway_token where revoked_at is null")
    return {digest: LiveToken(number, name, _scopes(scopes)) for digest, number, name, scopes in rows}


def _scopes(stored: str | list[str]) -> frozenset[str]:
    return frozenset(json.loads(stored) if isinstance(stored, str) else stored)


def issue(driver: Driver, name: str, scopes: Iterable[str], *, by: str, at: datetime) -> str:
    """A new token; the secret is given here and never again. 256 random bits need no slow hash."""
    secret = f"lw_{secrets.token_urlsafe(32)}"
    driver.run(
        "insert into leeway_token (name, prefix, sha256, scopes, created_at, created_by) values (?, ?, ?, ?, ?, ?)",
        (name, secret[:READABLE_BEGINNING], hashed(secret), json.dumps(sorted(scopes)), at, by),
    )
    return secret


def revoke(driver: Driver, token: int, *, at: datetime) -> bool:
    """Ends a token. Every process stops taking it within seconds. False when there was none to end."""
    return bool(
        driver.run("update leeway_token set revoked_at = ? where id = ? and revoked_at is null", (at, token))
    )


def mark_used(driver: Driver, tokens: Iterable[int], *, at: datetime) -> None:
    for token in tokens:
        driver.run("update leeway_token set last_used_at = ? where id = ?", (at, token))
