"""The customer's own way to their case: a link that only they have, that runs out, and that can be taken back.

The secret in it is random and leaves this module once, for the customer; kept is its hash. Whoever holds the link sees
what the customer may see and nothing else, so that it needs no password.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Protocol

LASTS = timedelta(days=30)
"""As long as a case takes at most, unless the policy says otherwise; after it the page is simply not there."""

SECRET_BYTES = 32
LONGEST_SECRET = 64


@dataclass(frozen=True, slots=True)
class Link:
    """A link as it is kept."""

    id: int
    case: int
    created_at: datetime
    created_by: str
    expires_at: datetime
    revoked_at: datetime | None = None

    def works(self, now: datetime) -> bool:
        return self.revoked_at is None and now < self.expires_at


class Adds(Protocol):
    """Where new links are kept."""

    def add(self, case: int, digest: str, *, at: datetime, by: str, expires_at: datetime) -> Link: ...


class Links(Adds, Protocol):
    """Where links are kept, found and taken back."""

    def find(self, digest: str) -> Link | None: ...

    def revoke(self, case: int, *, at: datetime) -> int:
        """Takes back every link to this case that still works; gives how many there were."""


@dataclass(frozen=True, slots=True)
class NewLink:
    """A link just made; ``secret`` is not known to anybody afterwards."""

    link: Link
    secret: str


def create(links: Adds, case: int, *, by: str, now: datetime, lasts: timedelta = LASTS) -> NewLink:
    """A new link to this case. Earlier ones go on working: the customer may have kept one of them."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    link = links.add(case, digest_of(secret), at=now, by=by, expires_at=now + lasts)
    return NewLink(link, secret)


def open_link(links: Links, secret: str, *, now: datetime) -> Link | None:
    """The link this secret belongs to. None for one that is unknown, has run out or was taken back, all alike."""
    if len(secret) > LONGEST_SECRET:
        return None
    link = links.find(digest_of(secret))
    return link if link is not None and link.works(now) else None


def digest_of(secret: str) -> str:
    """256 random bits need no slow hash."""
    return sha256(secret.encode()).hexdigest()
