"""What the console keeps beside the cases: people's own filters, and links handed to customers."""

# mypy: disable-error-code="var-annotated"
from __future__ import annotations

from django.db import models

from leeway.store.models.fields import instant, maybe_instant, of_case, words


class SavedFilter(models.Model):
    """A list as one person likes to see it. ``place`` names the list, ``query`` is what follows the ``?``."""

    person = words()
    place = words()
    name = words()
    query = words()
    created_at = instant()

    class Meta:
        db_table = "leeway_saved_filter"
        constraints = [
            models.UniqueConstraint(fields=["person", "place", "name"], name="leeway_saved_filter_once")
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.place} of {self.person})"


class CustomerLink(models.Model):
    """A customer's way to the page of their own case. Only the SHA-256 of the secret in it is kept."""

    case = of_case()
    case_id: int
    sha256 = models.TextField(unique=True)
    created_at = instant()
    created_by = words()
    expires_at = instant()
    revoked_at = maybe_instant()

    class Meta:
        db_table = "leeway_customer_link"
        indexes = [models.Index(fields=["case", "expires_at"], name="leeway_customer_link_case")]

    def __str__(self) -> str:
        return f"link to case {self.case_id} until {self.expires_at}"
