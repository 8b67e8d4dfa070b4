"""Lists of cases: filtered, searched, and paged by key, so that page 4,000 costs what page 1 does."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

import msgspec
from django.db.models import Q, QuerySet

from leeway.core.case import Case
from leeway.store.models import CaseRow, CustomerRow

_read_case = msgspec.json.Decoder(Case)

Order = Literal["recent", "due"]
PAGE = 50
MOST_PAGE = 200
CUSTOMERS_SEARCHED = 200
"""A search for a name looks at the cases of so many customers at most; a longer word finds fewer."""

_NUMBER = re.compile(r"(?:C-?)?(\d{1,15})", re.IGNORECASE)


class Looking(Protocol):
    """Somebody who may see all cases, or those of some people."""

    @property
    def sees_everything(self) -> bool: ...
    @property
    def colleagues(self) -> frozenset[str]: ...


class BadCursor(ValueError):
    """The cursor was not made by this list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a list is narrowed to; empty means any. ``q`` finds a case number, a customer, or words of the subject."""

    status: str = ""
    owner: str = ""
    level: str = ""
    channel: str = ""
    customer: str = ""
    escalated: bool | None = None
    risk_at_least: float = 0.0
    q: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list. ``next`` is the cursor of the following one, empty at the end."""

    rows: Sequence[CaseRow]
    next: str = ""


def visible_cases(viewer: Looking) -> QuerySet[CaseRow]:
    """Every case this person has in their lists: all, or what their people own or are asked to take.

    A case their team had before stays readable by its number (``Viewer.may_see``), and is on its owner's list.
    """
    rows = CaseRow.objects.all()
    if viewer.sees_everything:
        return rows
    people = sorted(viewer.colleagues)
    return rows.filter(Q(owner__in=people) | Q(asked__in=people))


def narrowed(rows: QuerySet[CaseRow], wanted: Wanted) -> QuerySet[CaseRow]:
    exact = {"status": wanted.status, "owner": wanted.owner, "level": wanted.level, "channel": wanted.channel}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if not wanted.status:
        rows = rows.exclude(status="merged")
    if wanted.customer:
        rows = rows.filter(customer=wanted.customer)
    if wanted.escalated is not None:
        rows = rows.filter(escalated=wanted.escalated)
    if wanted.risk_at_least:
        rows = rows.filter(risk__gte=wanted.risk_at_least)
    return rows.filter(_found_by(wanted.q.strip())) if wanted.q.strip() else rows


def _found_by(words: str) -> Q:
    number = _NUMBER.fullmatch(words)
    found = Q(pk=int(number[1])) if number else Q()
    named = CustomerRow.objects.filter(
        Q(name__icontains=words) | Q(email__istartswith=words) | Q(account__istartswith=words) | Q(pk=words)
    ).values_list("pk", flat=True)[:CUSTOMERS_SEARCHED]
    return found | Q(customer__in=list(named)) | Q(subject__icontains=words)


def page(rows: QuerySet[CaseRow], *, order: Order = "recent", after: str = "", size: int = PAGE) -> Page:
    """A page after a cursor. Raises ``BadCursor``."""
    size = max(1, min(size, MOST_PAGE))
    rows = _by_due(rows, after) if order == "due" else _by_recency(rows, after)
    found = list(rows[: size + 1])
    more = len(found) > size
    found = found[:size]
    return Page(found, _cursor(found[-1], order) if more else "")


def _by_recency(rows: QuerySet[CaseRow], after: str) -> QuerySet[CaseRow]:
    if after:
        at, number = _place(after, "recent")
        if at is None:
            raise BadCursor(after)
        rows = rows.filter(Q(last_message_at__lt=at) | Q(last_message_at=at, pk__lt=number))
    return rows.order_by("-last_message_at", "-id")


def _by_due(rows: QuerySet[CaseRow], after: str) -> QuerySet[CaseRow]:
    """The earliest deadline first; cases without one are not on this list."""
    rows = rows.filter(next_due__isnull=False)
    if after:
        at, number = _place(after, "due")
        if at is None:
            raise BadCursor(after)
        rows = rows.filter(Q(next_due__gt=at) | Q(next_due=at, pk__gt=number))
    return rows.order_by("next_due", "id")


def _cursor(row: CaseRow, order: Order) -> str:
    at: datetime | None = row.next_due if order == "due" else row.last_message_at
    words = f"{order}|{at.isoformat() if at else ''}|{row.pk}"
    return urlsafe_b64encode(words.encode()).decode().rstrip("=")


def _place(cursor: str, order: Order) -> tuple[datetime | None, int]:
    try:
        made_for, at, number = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().split("|")
        place = (datetime.fromisoformat(at) if at else None, int(number))
    except ValueError as broken:
        raise BadCursor(cursor) from broken
    if made_for != order:
        raise BadCursor(cursor)
    return place


def case(number: int) -> Case | None:
    """The case as it stands, or None."""
    row = CaseRow.objects.filter(pk=number).only("state").first()
    return None if row is None else _read_case.decode(row.state)


def cases(numbers: Collection[int]) -> dict[int, Case]:
    states = CaseRow.objects.filter(pk__in=numbers).values_list("pk", "state")
    return {number: _read_case.decode(state) for number, state in states}


def read(row: CaseRow) -> Case:
    return _read_case.decode(row.state)
