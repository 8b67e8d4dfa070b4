"""Lists of escalations, promises, notices and log entries, paged by key."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet

from leeway.store.models import CaseRow, EscalationRow, EventRow, FactRow, OutboxRow, PromiseRow
from leeway.store.queries.cases import BadCursor

Row = TypeVar("Row", bound=Model)
MOST_PAGE = 200


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """``next`` is the cursor of the following page, empty at the end."""

    rows: Sequence[Row]
    next: str = ""


def escalations(
    *, state: str = "", level: str = "", owner: str = "", customer: str = "", after: str = "", size: int = 50
) -> Page[EscalationRow]:
    """The latest requested first. ``state`` may be ``open``: requested or escalated."""
    rows = EscalationRow.objects.filter(**_given(level=level, owner=owner, customer=customer))
    if state:
        rows = rows.filter(state__in=("requested", "escalated") if state == "open" else (state,))
    return _page(rows, "requested_at", after, size, newest=True)


def promises(*, state: str = "", by: str = "", after: str = "", size: int = 50) -> Page[PromiseRow]:
    """The earliest due first; those without a time are not on this list. ``state`` may be ``open``."""
    rows = PromiseRow.objects.filter(due__isnull=False, **_given(by=by))
    if state:
        rows = rows.filter(state__in=("found", "pending", "approaching") if state == "open" else (state,))
    return _page(rows, "due", after, size, newest=False)


def due_cases(*, until: datetime, owner: str = "", after: str = "", size: int = 50) -> Page[CaseRow]:
    """Cases whose next deadline is before ``until``, the earliest first."""
    rows = CaseRow.objects.defer("state").filter(next_due__lte=until, **_given(owner=owner))
    return _page(rows, "next_due", after, size, newest=False)


def outbox(*, state: str = "", case: int = 0, after: str = "", size: int = 50) -> Page[OutboxRow]:
    """The latest first."""
    rows = OutboxRow.objects.filter(**_given(state=state))
    if case:
        rows = rows.filter(case=case)
    return _page(rows, "created_at", after, size, newest=True)


def _given(**conditions: str) -> dict[str, str]:
    return {name: value for name, value in conditions.items() if value}


def _page(rows: QuerySet[Row], by: str, after: str, size: int, *, newest: bool) -> Page[Row]:
    """A page in the order of an instant and the number. Raises ``BadCursor``."""
    size = max(1, min(size, MOST_PAGE))
    beyond, sign = ("lt", "-") if newest else ("gt", "")
    if after:
        at, number = _place(after)
        rows = rows.filter(Q(**{f"{by}__{beyond}": at}) | Q(**{by: at, f"pk__{beyond}": number}))
    found = list(rows.order_by(f"{sign}{by}", f"{sign}pk")[: size + 1])
    if len(found) <= size:
        return Page(found)
    last = found[size - 1]
    return Page(found[:size], _cursor(getattr(last, by), last.pk))


def _cursor(at: datetime, number: int) -> str:
    return urlsafe_b64encode(f"{at.isoformat()}|{number}".encode()).decode().rstrip("=")


def _place(cursor: str) -> tuple[datetime, int]:
    try:
        at, number = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().split("|")
        place = (datetime.fromisoformat(at), int(number))
    except ValueError as broken:
        raise BadCursor(cursor) from broken
    if place[0].tzinfo is None or abs(place[1]) > 2**63 - 1:
        raise BadCursor(cursor)
    return place


@dataclass(frozen=True, slots=True)
class Logged:
    """A fact as it is kept, with the bodies of its events."""

    fact: FactRow
    events: tuple[str, ...]


def log(case: int, *, after: int = 0, size: int = 100) -> list[Logged]:
    """A case's facts after that place in the case, in order, with their events."""
    size = max(1, min(size, MOST_PAGE))
    facts = list(FactRow.objects.filter(case=case, seq__gt=after).order_by("seq")[:size])
    if not facts:
        return []
    events: dict[int, list[str]] = {}
    found: Any = EventRow.objects.filter(case=case, fact__in=[fact.pk for fact in facts]).order_by("seq")
    for number, body in found.values_list("fact_id", "body"):
        events.setdefault(number, []).append(body)
    return [Logged(fact, tuple(events.get(fact.pk, ()))) for fact in facts]


def case_there(number: int) -> bool:
    return CaseRow.objects.filter(pk=number).exists()


def state_of(number: int) -> str | None:
    """The case as it is kept, as JSON."""
    state: str | None = CaseRow.objects.filter(pk=number).values_list("state", flat=True).first()
    return state
