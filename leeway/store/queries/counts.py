"""How many there are of what, for the menu: cheap whatever the size of the house."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet, Sum

from leeway.store.models import CaseRow, PersonLoad, PromiseRow

MOST_COUNTED = 999
"""Nobody reads a menu for the difference between 1,000 and 1,001."""

OPEN_PROMISES = ("found", "pending", "approaching")


@dataclass(frozen=True, slots=True)
class Counts:
    conversations: str
    escalations: str
    promises: str


def counts() -> Counts:
    # `IN (true)`: SQLite looks a bare `WHERE escalated` up in no index.
    live = PersonLoad.objects.aggregate(cases=Sum("open_cases"))["cases"] or 0
    return Counts(
        conversations=f"{live:,}",
        escalations=capped(CaseRow.objects.filter(escalated__in=[True])),
        promises=capped(PromiseRow.objects.filter(state__in=OPEN_PROMISES)),
    )


def capped(rows: QuerySet[CaseRow] | QuerySet[PromiseRow]) -> str:
    """The number of rows, or ``999+``: the database stops counting there."""
    found = rows.values("pk")[: MOST_COUNTED + 1].count()
    return f"{MOST_COUNTED}+" if found > MOST_COUNTED else str(found)
