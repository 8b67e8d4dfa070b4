# mypy: disable-error-code="var-annotated"
from __future__ import annotations

from django.db import models

from leeway.store.models.fields import instant


class RunMark(models.Model):
    """What a background run last reported about itself (the sweep, the deliverer, the watchdog)."""

    name = models.TextField(primary_key=True)
    at = instant()
    body = models.JSONField(default=dict)

    class Meta:
        db_table = "leeway_run_mark"

    def __str__(self) -> str:
        return f"{self.name} at {self.at}"
