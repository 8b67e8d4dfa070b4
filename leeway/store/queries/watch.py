"""What the Watch page shows: escalations by time left, conversations that brew, the day's measures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from django.db.models import F, Max, QuerySet

from leeway.core.case import Case
from leeway.core.customer import Customer
from leeway.store.models import CaseRow, CustomerRow, EscalationRow, EventRow, FactRow, PromiseRow

_read_case = msgspec.json.Decoder(Case)
_read_customer = msgspec.json.Decoder(Customer)

SHOWN = 25
BREWING_SHOWN = 8
WORTH_WATCHING = 0.3


@dataclass(frozen=True, slots=True)
class Line:
    """A case as a line of a list: the case itself, and who the customer is to us."""

    case: Case
    customer: Customer | None

    @property
    def sentiments(self) -> list[float]:
        return [point.sentiment for point in self.case.journey]

    @property
    def packet_missing(self) -> int:
        record = self.case.escalation
        return len(record.missing) if record else 0


def case_of(row: CaseRow) -> Case:
    return _read_case.decode(row.state)


def lines(rows: Collection[CaseRow]) -> list[Line]:
    """Cases with their customers, in two queries however many there are."""
    cases = [case_of(row) for row in rows]
    docs = CustomerRow.objects.filter(pk__in={case.customer for case in cases}).values_list("pk", "doc")
    customers = {number: _read_customer.decode(doc) for number, doc in docs}
    return [Line(case, customers.get(case.customer)) for case in cases]


def escalations_by_time_left(rows: QuerySet[CaseRow], most: int = SHOWN) -> list[Line]:
    """Open escalations, the one whose clock runs out first on top; those without a running clock last."""
    return lines(list(rows.filter(escalated=True).order_by(F("next_due").asc(nulls_last=True), "id")[:most]))


def brewing(rows: QuerySet[CaseRow], most: int = BREWING_SHOWN) -> list[Line]:
    """Conversations nobody has escalated that are most likely to be."""
    found = rows.filter(status="open", escalated=False, risk__gte=WORTH_WATCHING).order_by("-risk", "id")
    return lines(list(found[:most]))


def open_by_level() -> list[tuple[str, int]]:
    levels = Counter(
        CaseRow.objects.filter(escalated=True).order_by().values_list("level", flat=True)[:5_000]
    )
    return sorted(levels.items())


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole, so that a page can say both."""

    part: int
    whole: int

    @property
    def share(self) -> float | None:
        return self.part / self.whole if self.whole else None


def escalation_rate(start: datetime, end: datetime) -> Share:
    """Cases opened in the period with at least one escalation ÷ cases opened."""
    opened = CaseRow.objects.filter(opened_at__gte=start, opened_at__lt=end)
    escalated = EscalationRow.objects.filter(case__in=opened.values("pk"), escalated_at__isnull=False)
    return Share(escalated.values("case").distinct().count(), opened.count())


def promises_kept(start: datetime, end: datetime) -> Share:
    """Promises kept by their time ÷ (promises due − released)."""
    due = PromiseRow.objects.filter(state__in=("kept", "broken"), due__gte=start, due__lt=end)
    return Share(due.filter(state="kept").count(), due.count())


def calmed(start: datetime, end: datetime) -> Share:
    """Cases with an alert in the period that have not escalated ÷ cases with an alert."""
    alerted = (
        EventRow.objects.filter(kind="alert_raised", at__gte=start, at__lt=end).values("case").distinct()
    )
    cases = [number for (number,) in alerted.values_list("case")[:10_000]]
    escalated = (
        EscalationRow.objects.filter(case__in=cases, escalated_at__isnull=False)
        .values("case")
        .distinct()
        .count()
    )
    return Share(len(cases) - escalated, len(cases))


def newest_fact() -> int:
    """Where the live stream goes on from for a page made now."""
    return FactRow.objects.aggregate(last=Max("id"))["last"] or 0


def week_before(now: datetime) -> tuple[datetime, datetime]:
    return now - timedelta(days=7), now
