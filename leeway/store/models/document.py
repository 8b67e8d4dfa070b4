# mypy: disable-error-code="var-annotated"
from __future__ import annotations

from django.db import models

from leeway.store.models.fields import instant, json_text, words


class Document(models.Model):
    """A published version of the policy or the roster. Never changed, never deleted: cases point at it.

    ``body`` is the JSON of ``leeway.core.policy.Policy`` or ``leeway.core.roster.Roster``; ``source`` the
    file as its author wrote it, comments and all.
    """

    class Kind(models.TextChoices):
        POLICY = "policy"
        ROSTER = "roster"

    kind = models.TextField(choices=Kind.choices)
    version = models.IntegerField()
    name = words()
    body = json_text()
    source = words()
    note = words()
    published_at = instant()
    published_by = words()

    class Meta:
        db_table = "leeway_document"
        constraints = [models.UniqueConstraint(fields=["kind", "version"], name="leeway_document_version")]

    def __str__(self) -> str:
        return f"{self.kind} {self.version}"
