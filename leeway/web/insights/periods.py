"""Which stretch of time a page is about, and how it is cut into weeks or months of the house's own zone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from django.utils.formats import date_format

PERIODS = {"7d": 7, "30d": 30, "90d": 90, "365d": 365}
USUAL = "30d"
MOST_DAYS = 731


@dataclass(frozen=True, slots=True)
class Period:
    """``bounds`` cut it; the first is its start, the last its end. ``before`` is the stretch of equal length before."""

    name: str
    start: datetime
    end: datetime
    by: str
    bounds: tuple[datetime, ...]
    zone: ZoneInfo

    @property
    def before(self) -> tuple[datetime, datetime]:
        return self.start - (self.end - self.start), self.start

    @property
    def first_day(self) -> date:
        return self.start.astimezone(self.zone).date()

    @property
    def last_day(self) -> date:
        return (self.end - timedelta(seconds=1)).astimezone(self.zone).date()

    @property
    def labels(self) -> list[str]:
        form = "M Y" if self.by == "month" else "j M"
        return [
            date_format(start.astimezone(self.zone).date(), form) for start, _end in pairwise(self.bounds)
        ]


def period(query: Mapping[str, str], now: datetime, zone: ZoneInfo) -> Period:
    """The period of an address: one by name, or ``from`` and ``to`` (both days included). The rest of today belongs to
    it: what falls due tonight is part of the day.
    """
    today = now.astimezone(zone).date()
    first, last = _day(query.get("from", "")), _day(query.get("to", ""))
    name = query.get("period", USUAL)
    if first is not None and last is not None and first <= last and (last - first).days < MOST_DAYS:
        name = ""
    else:
        name = name if name in PERIODS else USUAL
        first, last = today - timedelta(days=PERIODS[name] - 1), today
    by = query.get("by", "")
    if by not in ("day", "week", "month"):
        days = (last - first).days + 1
        by = "day" if days <= 14 else "week" if days <= 120 else "month"
    cuts = _cuts(first, last, by)
    bounds = tuple(_midnight(day, zone) for day in cuts)
    return Period(name, bounds[0], bounds[-1], by, bounds, zone)


def _cuts(first: date, last: date, by: str) -> list[date]:
    """The first day, every Monday or first of a month after it, and the day after the last."""
    days = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
    begins = [day for day in days if by == "day" or (day.weekday() == 0 if by == "week" else day.day == 1)]
    return [first, *begins, last + timedelta(days=1)]


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
