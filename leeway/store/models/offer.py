"""The ledger of what was given, and the approvals that wait: written in the transaction of each decision."""

# mypy: disable-error-code="var-annotated"
from __future__ import annotations

from django.db import models

from leeway.store.models.fields import instant, maybe_instant, of_case, words


class OfferRow(models.Model):
    """A line of the ledger (``leeway.core.ledger.Entry``): given, or held for an approval not used yet.

    ``counts_in`` is the case it counts in now, which changes when the case goes on in another. ``counted``,
    ``suggested`` and ``disputed`` are minor units of the policy's currency, ``amount`` of ``currency``.
    """

    key = models.TextField(primary_key=True)
    case = of_case()
    case_id: int
    counts_in = models.BigIntegerField()
    customer = words()
    person = words()
    given_by = words()
    instrument = words()
    counted = models.BigIntegerField()
    amount = models.BigIntegerField()
    currency = words()
    held = models.BooleanField(default=False)
    due = models.BooleanField(default=False)
    at = instant()
    ended_at = maybe_instant()
    suggested = models.BigIntegerField(default=0)
    disputed = models.BigIntegerField(default=0)
    fault = words()
    reason = words()
    tier = words()
    language = words()
    channel = words()
    region = words()
    product = words()

    class Meta:
        db_table = "leeway_offer"
        indexes = [
            models.Index(fields=["counts_in"], name="leeway_offer_case"),
            models.Index(fields=["customer", "at"], name="leeway_offer_customer"),
            models.Index(fields=["person", "at"], name="leeway_offer_person"),
            models.Index(fields=["at"], name="leeway_offer_at"),
        ]

    def __str__(self) -> str:
        return f"offer {self.key}"


class ApprovalRow(models.Model):
    """An approval of a case (``leeway.core.case.Approval``). ``decide_by`` is when its clock runs out."""

    case = of_case()
    case_id: int
    number = models.IntegerField()
    state = words()
    instrument = words()
    amount = models.BigIntegerField()
    currency = words()
    due = models.BooleanField(default=False)
    asked_by = words()
    asked_of = words()
    level = words()
    customer = words()
    why = words()
    asked_at = instant()
    decide_by = maybe_instant()
    granted = models.BigIntegerField(default=0)
    decided_by = words()
    decided_at = maybe_instant()

    class Meta:
        db_table = "leeway_approval"
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="leeway_approval_number")]
        indexes = [
            models.Index(fields=["state", "asked_at", "id"], name="leeway_approval_state"),
            models.Index(fields=["asked_of", "state"], name="leeway_approval_of"),
        ]

    def __str__(self) -> str:
        return f"approval {self.case_id}/{self.number}"
