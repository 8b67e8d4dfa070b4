# mypy: disable-error-code="var-annotated"
from __future__ import annotations

from django.db import models

from leeway.store.models.fields import instant, maybe_instant, words


class Token(models.Model):
    """A key for the API. Only its SHA-256 is kept; ``prefix`` is its readable beginning, for lists."""

    name = words()
    prefix = words()
    sha256 = models.TextField(unique=True)
    scopes = models.JSONField(default=list)
    created_at = instant()
    created_by = words()
    last_used_at = maybe_instant()
    revoked_at = maybe_instant()

    class Meta:
        db_table = "leeway_token"

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
