# mypy: disable-error-code="var-annotated"
from __future__ import annotations

from django.db import models

from leeway.store.models.fields import instant, json_text, maybe_instant, of_case, words


class CaseRow(models.Model):
    """One case: its whole state as one document (``leeway.core.case.Case``), and the columns lists sort and
    pick by.

    Every column beside ``state``, ``version``, ``facts`` and ``digest`` is copied out of the state and may
    be rebuilt from it at any time. ``next_due`` is the deadline a person looks at, ``wake_at`` the instant
    the sweeper does. ``last_message_at`` is the opening while nobody has written. ``facts`` counts the
    facts of the case, ``version`` its events; ``digest`` is the end of its hash chain.
    """

    version = models.IntegerField(default=0)
    facts = models.IntegerField(default=0)
    digest = words()
    state = json_text()

    customer = words()
    customer_name = words()
    subject = words()
    channel = words()
    status = words()
    owner = words()
    asked = words()
    level = words()
    level_rank = models.SmallIntegerField(default=0)
    escalated = models.BooleanField(default=False)
    risk = models.FloatField(default=0.0)
    policy_version = models.IntegerField(default=0)
    next_due = maybe_instant()
    next_clock = words()
    wake_at = maybe_instant()
    waiting_since = maybe_instant()
    opened_at = instant()
    last_message_at = instant()

    class Meta:
        db_table = "leeway_case"
        indexes = [
            models.Index(
                fields=["wake_at"], condition=models.Q(wake_at__isnull=False), name="leeway_case_wake"
            ),
            # What should never be: kept small by that, so that looking for it costs nothing.
            models.Index(
                fields=["status", "id"],
                condition=models.Q(status__in=["open", "paused"])
                & (models.Q(owner="") | models.Q(wake_at__isnull=True)),
                name="leeway_case_forgotten",
            ),
            models.Index(fields=["status", "-last_message_at", "-id"], name="leeway_case_status"),
            models.Index(fields=["escalated", "next_due", "id"], name="leeway_case_escalated"),
            models.Index(fields=["owner", "status", "-last_message_at", "-id"], name="leeway_case_owner"),
            models.Index(fields=["customer", "-last_message_at"], name="leeway_case_customer"),
            # Lists walk this one in their own order and filter in passing: what they narrow by is in the index itself.
            models.Index(
                fields=["-last_message_at", "-id", "level", "channel", "owner", "asked", "risk", "status"],
                # "not over" rather than "open or paused": the second would make the planner collect and sort by status.
                condition=~models.Q(status__in=("resolved", "closed", "merged")),
                name="leeway_case_live",
            ),
            models.Index(fields=["asked"], condition=models.Q(asked__gt=""), name="leeway_case_asked"),
            models.Index(
                fields=["-risk", "id"],
                condition=models.Q(status="open", escalated=False),
                name="leeway_case_brewing",
            ),
        ]

    def __str__(self) -> str:
        return f"case {self.pk}: {self.subject}"


class InteractionRow(models.Model):
    """Which case a conversation of an outside system belongs to. A merge points it elsewhere."""

    source = words()
    external_id = words()
    case = of_case()
    case_id: int

    class Meta:
        db_table = "leeway_interaction"
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="leeway_interaction_once")
        ]
        indexes = [models.Index(fields=["case"], name="leeway_interaction_case")]

    def __str__(self) -> str:
        return f"{self.source}:{self.external_id}"
