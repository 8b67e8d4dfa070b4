"""Keys for the API as the settings show them: everything but the secret, which nobody has."""

from __future__ import annotations

from leeway.store.models import Token


def tokens() -> list[Token]:
    """The running ones first, the newest on top."""
    return sorted(Token.objects.order_by("-pk")[:200], key=lambda token: token.revoked_at is not None)
