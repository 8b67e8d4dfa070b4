"""Customers, one by one."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from leeway.core.customer import Customer
from leeway.store.models import CustomerRow

_read = msgspec.json.Decoder(Customer)


def customer(number: str) -> Customer | None:
    doc = CustomerRow.objects.filter(pk=number).values_list("doc", flat=True).first()
    return None if doc is None else _read.decode(doc)


def several(numbers: Collection[str]) -> dict[str, Customer]:
    """Those of these customers that we know, in one question."""
    rows = CustomerRow.objects.filter(pk__in=numbers).values_list("pk", "doc")
    return {number: _read.decode(doc) for number, doc in rows}
