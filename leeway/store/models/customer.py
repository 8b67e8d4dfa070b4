# mypy: disable-error-code="var-annotated"
from __future__ import annotations

from django.db import models

from leeway.store.models.fields import instant, json_text, words


class CustomerRow(models.Model):
    """A customer (``leeway.core.customer.Customer`` in ``doc``), and the words people search them by."""

    id = models.TextField(primary_key=True)
    doc = json_text()
    name = words()
    email = words()
    account = words()
    updated_at = instant()

    class Meta:
        db_table = "leeway_customer"
        indexes = [
            models.Index(fields=["name"], name="leeway_customer_name"),
            models.Index(fields=["email"], name="leeway_customer_email"),
            models.Index(fields=["account"], name="leeway_customer_account"),
        ]

    def __str__(self) -> str:
        return self.name or self.pk
