"""The log: every fact that came, every event decided. Rows are added, never changed."""

# mypy: disable-error-code="var-annotated"
from __future__ import annotations

from django.db import models

from leeway.store.models.fields import instant, json_text, of_case, words


class FactRow(models.Model):
    """One fact as it came, and what was known when it was decided.

    ``id`` is the order of the whole house: a row with a smaller number was committed earlier. ``seq`` is
    the order within the case. ``at`` is the time it is taken to have happened, ``recorded_at`` when we
    heard of it; ``skewed`` when the source's clock ran ahead and ``at`` was set to our time (``body`` keeps
    theirs). ``digest`` chains this fact and its events to everything that happened in the case before.
    """

    case = of_case()
    case_id: int
    seq = models.IntegerField()
    source = words()
    source_id = words()
    kind = words()
    at = instant()
    recorded_at = instant()
    skewed = models.BooleanField(default=False)
    policy_version = models.IntegerField(default=0)
    body = json_text()
    known = json_text()
    digest = words()

    class Meta:
        db_table = "leeway_fact"
        constraints = [
            models.UniqueConstraint(fields=["source", "source_id"], name="leeway_fact_once"),
            models.UniqueConstraint(fields=["case", "seq"], name="leeway_fact_order"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.source}:{self.source_id}"


class EventRow(models.Model):
    """One event. ``seq`` is the version of the case it made; ``at`` when it became true."""

    case = of_case()
    case_id: int
    seq = models.IntegerField()
    fact = models.ForeignKey(
        FactRow,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="events",
    )
    kind = words()
    at = instant()
    body = json_text()

    class Meta:
        db_table = "leeway_event"
        constraints = [models.UniqueConstraint(fields=["case", "seq"], name="leeway_event_order")]
        indexes = [models.Index(fields=["kind", "at"], name="leeway_event_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.case_id}/{self.seq}"
