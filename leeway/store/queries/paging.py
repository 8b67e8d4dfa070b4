"""Pages by key: a cursor names the line at the edge of a page, so that page 4,000 costs what page 1 does."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db.models import Q, QuerySet

from leeway.store.queries.cases import BadCursor

Row = TypeVar("Row")
MOST_NUMBER = 2**63 - 1
Place = tuple[datetime | None, int]
"""Where a line stands: the instant a list is sorted by (None: those without one, at the end), and its number."""


@dataclass(frozen=True, slots=True)
class Cut(Generic[Row]):
    """One page. ``before`` and ``after`` are the cursors of the pages around it, empty where there is none."""

    rows: Sequence[Row]
    before: str = ""
    after: str = ""


def cursor(place: Place) -> str:
    at, number = place
    return urlsafe_b64encode(f"{at.isoformat() if at else ''}|{number}".encode()).decode().rstrip("=")


def place(given: str) -> Place:
    """Raises ``BadCursor``."""
    try:
        at, number = urlsafe_b64decode(given + "=" * (-len(given) % 4)).decode().split("|")
        found = (datetime.fromisoformat(at) if at else None, int(number))
    except ValueError as broken:
        raise BadCursor(given) from broken
    if abs(found[1]) > MOST_NUMBER or (found[0] is not None and found[0].tzinfo is None):
        raise BadCursor(given)
    return found


@dataclass(frozen=True, slots=True)
class Sorting:
    """By an instant and the number, both up or both down. ``loose``: some lines have no instant and stand last."""

    by: str
    down: bool = False
    loose: bool = False

    def between(
        self, rows: QuerySet[Any], edge: Place | None, most: int, *, back: bool = False
    ) -> list[Place]:
        """The places of the next lines after an edge (``back``: before it), the nearest first."""
        if not self.loose:
            if edge is not None and edge[0] is None:
                raise BadCursor("")
            return self._with_instant(rows, edge, most, down=self.down != back)
        parts: list[Callable[[Place | None, int], list[Place]]] = [
            lambda where, n: self._with_instant(
                rows.filter(**{f"{self.by}__isnull": False}), where, n, down=back
            ),
            lambda where, n: self._without(rows.filter(**{f"{self.by}__isnull": True}), where, n, down=back),
        ]
        in_second = edge is not None and edge[0] is None
        if back:
            parts.reverse()
            in_second = not in_second
        if edge is not None and in_second:
            return parts[1](edge, most)
        found = parts[0](edge, most)
        return found if len(found) == most else found + parts[1](None, most - len(found))

    def _with_instant(self, rows: QuerySet[Any], edge: Place | None, most: int, *, down: bool) -> list[Place]:
        if edge is not None:
            beyond = "lt" if down else "gt"
            at, number = edge
            # The first bound alone lets the index start there; SQLite does not see it in the "or".
            rows = rows.filter(**{f"{self.by}__{beyond}e": at}).filter(
                Q(**{f"{self.by}__{beyond}": at}) | Q(**{f"pk__{beyond}": number})
            )
        sign = "-" if down else ""
        return list(rows.order_by(f"{sign}{self.by}", f"{sign}pk").values_list(self.by, "pk")[:most])

    @staticmethod
    def _without(rows: QuerySet[Any], edge: Place | None, most: int, *, down: bool) -> list[Place]:
        if edge is not None:
            rows = rows.filter(**{"pk__lt" if down else "pk__gt": edge[1]})
        return [
            (None, number)
            for number in rows.order_by("-pk" if down else "pk").values_list("pk", flat=True)[:most]
        ]


def cut(rows: QuerySet[Any], sorting: Sorting, *, after: str = "", before: str = "", size: int) -> Cut[Place]:
    """The places on one page. Raises ``BadCursor``."""
    if before:
        found = sorting.between(rows, place(before), size + 1, back=True)
        more, found = len(found) > size, found[:size][::-1]
        return Cut(found, cursor(found[0]) if more else "", cursor(found[-1]) if found else "")
    found = sorting.between(rows, place(after) if after else None, size + 1)
    more, found = len(found) > size, found[:size]
    return Cut(found, cursor(found[0]) if after and found else "", cursor(found[-1]) if more else "")
