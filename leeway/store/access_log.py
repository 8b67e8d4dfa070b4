"""The audit of looks: who opened which case. Written by pages, read by admins."""

from __future__ import annotations

from datetime import datetime

from leeway.store.models import AccessRow


def write_access(case: int, person: str, at: datetime) -> None:
    """Written once a person, case and hour, so that a page that refreshes itself does not fill the table."""
    hour = at.replace(minute=0, second=0, microsecond=0)
    AccessRow.objects.bulk_create(
        [AccessRow(case_id=case, person=person, at=at, hour=hour)], ignore_conflicts=True
    )


def accesses(case: int, most: int = 100) -> list[tuple[str, datetime]]:
    """Who looked at a case, the latest first."""
    return list(AccessRow.objects.filter(case=case).order_by("-at").values_list("person", "at")[:most])
