"""Where the links handed to customers are kept."""

from __future__ import annotations

from datetime import datetime

from leeway.desk.customer_link import Link
from leeway.store.models import CustomerLink


class StoredLinks:
    """``leeway.desk.customer_link.Links`` in the database."""

    def add(self, case: int, digest: str, *, at: datetime, by: str, expires_at: datetime) -> Link:
        row = CustomerLink.objects.create(
            case_id=case, sha256=digest, created_at=at, created_by=by, expires_at=expires_at
        )
        return _link(row)

    def find(self, digest: str) -> Link | None:
        row = CustomerLink.objects.filter(sha256=digest).first()
        return None if row is None else _link(row)

    def revoke(self, case: int, *, at: datetime) -> int:
        return CustomerLink.objects.filter(case=case, revoked_at=None, expires_at__gt=at).update(
            revoked_at=at
        )


def working_links(case: int, now: datetime) -> list[Link]:
    """The links to a case that work now, the latest first."""
    rows = CustomerLink.objects.filter(case=case, expires_at__gt=now, revoked_at=None).order_by(
        "-expires_at", "-id"
    )
    return [_link(row) for row in rows[:10]]


def _link(row: CustomerLink) -> Link:
    return Link(row.pk, row.case_id, row.created_at, row.created_by, row.expires_at, row.revoked_at)
