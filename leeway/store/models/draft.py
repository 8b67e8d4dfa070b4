"""What people thought of the marks in their drafts."""

# mypy: disable-error-code="var-annotated"
from __future__ import annotations

from django.db import models

from leeway.store.models.fields import instant, words


class DraftVote(models.Model):
    """One person's word that a mark did not help. ``phrase`` is empty for a kind that misses something."""

    person = words()
    kind = words()
    phrase = words()
    at = instant()

    class Meta:
        db_table = "leeway_draft_vote"
        constraints = [
            models.UniqueConstraint(fields=["kind", "phrase", "person"], name="leeway_draft_vote_once")
        ]

    def __str__(self) -> str:
        return f"{self.person} on {self.kind}: {self.phrase}"
