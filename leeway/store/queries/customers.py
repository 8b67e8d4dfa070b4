"""Customers, one by one."""

from __future__ import annotations

import msgspec

from leeway.core.customer import Customer
from leeway.store.models import CustomerRow

_read = msgspec.json.Decoder(Customer)


def customer(number: str) -> Customer | None:
    doc = CustomerRow.objects.filter(pk=number).values_list("doc", flat=True).first()
    return None if doc is None else _read.decode(doc)
