# mypy: disable-error-code="var-annotated"
from __future__ import annotations

from django.db import models

from leeway.store.models.fields import instant, of_case, words


class AccessRow(models.Model):
    """Who looked at which case, and when; once a person, case and hour."""

    case = of_case()
    case_id: int
    person = words()
    at = instant()
    hour = instant()

    class Meta:
        db_table = "leeway_access"
        constraints = [models.UniqueConstraint(fields=["case", "person", "hour"], name="leeway_access_once")]

    def __str__(self) -> str:
        return f"{self.person} saw case {self.case_id} at {self.at}"
