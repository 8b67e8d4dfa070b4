# mypy: disable-error-code="var-annotated"
from __future__ import annotations

from django.db import models

from leeway.store.models.fields import instant, json_text, maybe_instant, of_case, words


class OutboxRow(models.Model):
    """Something to tell somebody, written in the transaction that decided it, sent after it.

    ``key`` is unique: what was decided twice goes out once. ``to`` is a person's id, a customer's id or a
    webhook's name, by ``kind``; ``by`` a JSON list of channels to try in order. A deliverer that took the
    row has ``locked_by`` and ``locked_until``; past that instant anybody may take it over.
    """

    class Kind(models.TextChoices):
        NOTICE = "notice"
        CUSTOMER_MESSAGE = "customer_message"
        WEBHOOK = "webhook"

    class State(models.TextChoices):
        PENDING = "pending"
        SENDING = "sending"
        SENT = "sent"
        DELIVERED = "delivered"
        FAILED = "failed"
        DEAD = "dead"
        SUPPRESSED = "suppressed"

    key = models.TextField(unique=True)
    case = of_case(null=True)
    case_id: int | None
    kind = models.TextField(choices=Kind.choices)
    about = words()
    to = words()
    by = models.TextField(default="[]")
    subject = words()
    body = json_text()
    urgency = models.TextField(default="soon")
    state = models.TextField(choices=State.choices, default=State.PENDING)
    attempts = models.IntegerField(default=0)
    next_try_at = maybe_instant()
    last_error = words()
    channel = words()
    created_at = instant()
    sent_at = maybe_instant()
    locked_by = words()
    locked_until = maybe_instant()

    class Meta:
        db_table = "leeway_outbox"
        indexes = [
            models.Index(
                fields=["next_try_at"],
                condition=models.Q(next_try_at__isnull=False),
                name="leeway_outbox_due",
            ),
            models.Index(fields=["case", "id"], name="leeway_outbox_case"),
        ]

    def __str__(self) -> str:
        return str(self.key)
