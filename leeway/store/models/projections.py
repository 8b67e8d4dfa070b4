"""Rows copied out of the cases' states in the same transaction, so that lists and measures need no case
opened.
"""

# mypy: disable-error-code="var-annotated"
from __future__ import annotations

from django.db import models

from leeway.store.models.fields import instant, maybe_instant, of_case, words


class EscalationRow(models.Model):
    """An escalation of a case (``leeway.core.case.Escalation``), with the case's customer and owner."""

    case = of_case()
    case_id: int
    number = models.IntegerField()
    state = words()
    kind = words()
    reason = words()
    request_source = words()
    requested_by = words()
    rule = words()
    level = words()
    from_level = words()
    owner = words()
    customer = words()
    policy_version = models.IntegerField(default=0)
    requested_at = instant()
    escalated_at = maybe_instant()
    accepted_at = maybe_instant()
    closed_at = maybe_instant()
    outcome = words()
    within_authority = words()

    class Meta:
        db_table = "leeway_escalation"
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="leeway_escalation_number")]
        indexes = [
            models.Index(fields=["state", "requested_at", "id"], name="leeway_escalation_state"),
            models.Index(fields=["requested_at"], name="leeway_escalation_requested"),
        ]

    def __str__(self) -> str:
        return f"escalation {self.case_id}/{self.number}"


class PromiseRow(models.Model):
    """A promise of a case (``leeway.core.case.Promise``)."""

    case = of_case()
    case_id: int
    number = models.IntegerField()
    what = words()
    by = words()
    state = words()
    made_at = instant()
    due = maybe_instant()
    settled_at = maybe_instant()

    class Meta:
        db_table = "leeway_promise"
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="leeway_promise_number")]
        indexes = [
            models.Index(fields=["state", "due", "id"], name="leeway_promise_state"),
            models.Index(
                fields=["due", "id", "by", "state"],
                condition=~models.Q(state__in=("kept", "broken", "released")),
                name="leeway_promise_open",
            ),
        ]

    def __str__(self) -> str:
        return f"promise {self.case_id}/{self.number}"


class PersonLoad(models.Model):
    """How many live cases a person of ours owns now."""

    person = models.TextField(primary_key=True)
    open_cases = models.IntegerField(default=0)

    class Meta:
        db_table = "leeway_person_load"

    def __str__(self) -> str:
        return f"{self.person}: {self.open_cases}"
