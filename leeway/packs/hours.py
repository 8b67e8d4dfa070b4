"""Opening hours, closed days and moments as people write them, read and written.

``mon-fri: 09:00-13:00, 14:00-18:00`` and ``sat: 22:00-06:00`` are weekly hours, ``2026-12-24 from 13:00``
is a closed day, ``2026-08-17 09:00`` a moment in the zone of whoever it is about. Every reader takes the
text and raises ``ValueError`` with a hint for the author; what is written reads back as exactly the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import available_timezones

from leeway.core.worktime import (
    DAYS_A_WEEK,
    MINUTES_A_DAY,
    BadCalendar,
    Closure,
    Day,
    Minutes,
    at_local,
    check_zone,
    wall_time,
)
from leeway.packs.reader import Node, did_you_mean

ROUND_THE_CLOCK = "24/7"
CLOSED = "closed"
HOURS_IN = {"hour": 1, "day": 24, "week": 7 * 24}
SOME_HOURS = 'hours such as "09:00-13:00, 14:00-18:00"'
SOME_WEEKDAYS = 'weekdays such as "mon-fri" or "sat, sun"'
A_CLOSED_DAY = 'a date such as "2026-12-24", "2026-12-24 from 13:00" or "2026-12-24 to 2026-12-31"'
A_MOMENT = 'a moment such as "2026-08-17" or "2026-08-17 09:00"'
A_ZONE = 'a time zone such as "Europe/Lisbon"'

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST_CLOSED_DAYS = 366
CLOSED_ALL_DAY: Day = ()
_NO_WEEKDAYS: tuple[int, ...] = ()

_TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00"
_HOURS = re.compile(rf"({_TIME})-({_TIME})")
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOSED = re.compile(
    rf"(?P<first>{_DATE})(?: to (?P<last>{_DATE}))?"
    rf"(?: from (?P<begin>{_TIME})| until (?P<end>{_TIME})| open (?P<open>[^()]+?))?"
    r"(?: \((?P<name>.+)\))?"
)
_LOCAL_MOMENT = re.compile(rf"({_DATE})(?: ({_TIME}))?")


# Weekly hours


def week(node: Node) -> tuple[Day, ...]:
    """The hours of seven days, from ``mon-fri: 09:00-17:00`` lines or ``24/7``; other days are closed."""
    if node.raw == ROUND_THE_CLOCK:
        return (((0, MINUTES_A_DAY),),) * DAYS_A_WEEK
    if node.is_text:
        if node.raw != CLOSED:
            node.note(f'weekdays with their hours, or "{ROUND_THE_CLOCK}", or "{CLOSED}"')
        return ((),) * DAYS_A_WEEK
    days: dict[int, Day] = {}
    for key, value in node.entries():
        hours = value.converted(intervals, SOME_HOURS, CLOSED_ALL_DAY)
        for weekday in key.converted(weekdays, SOME_WEEKDAYS, _NO_WEEKDAYS):
            if weekday in days:
                key.note("each weekday once", found=f"{WEEKDAYS[weekday]} for the second time")
            days[weekday] = hours
    return tuple(days.get(weekday, ()) for weekday in range(DAYS_A_WEEK))


def week_in_words(hours: tuple[Day, ...]) -> dict[str, str]:
    """Neighbouring days with the same hours on one line; closed days are left out."""
    days = groupby(enumerate(hours), lambda pair: pair[1])
    runs = ((day, [weekday for weekday, _ in group]) for day, group in days)
    return {_run_in_words(run): intervals_in_words(day) for day, run in runs if day}


def weekdays(text: str) -> tuple[int, ...]:
    """``mon-fri`` or ``mon, wed`` or ``fri-mon``; Monday is 0."""
    found: list[int] = []
    for part in _parts(text):
        first, dash, last = part.partition("-")
        start = _weekday(first.strip())
        found += _around(start, _weekday(last.strip())) if dash else [start]
    return tuple(found)


def intervals(text: str) -> Day:
    """``09:00-13:00, 14:00-18:00``. An end that is not after its beginning lies on the next day."""
    return tuple(_interval(part) for part in _parts(text))


def intervals_in_words(hours: Day) -> str:
    return ", ".join(f"{_clock(start)}-{_clock(end)}" for start, end in hours)


# Closed days


def closed(text: str, hours: tuple[Day, ...]) -> tuple[Closure, ...]:
    """One line of the list of closed days. ``from`` and ``until`` leave a part of the weekly ``hours`` open.

    ``2026-12-24``, ``2026-12-24 to 2026-12-31``, ``2026-12-24 from 13:00``, ``2026-12-24 until 12:00``,
    ``2026-12-08 open 09:00-13:00``; each with a name in brackets if you like.
    """
    found = _CLOSED.fullmatch(text)
    if not found:
        raise ValueError("a date, then nothing, to, from, until or open")
    first = _date(found["first"])
    last = _date(found["last"]) if found["last"] else first
    if not 0 <= (last - first).days < MOST_CLOSED_DAYS:
        raise ValueError(f"the last day comes after the first, at most {MOST_CLOSED_DAYS} days in a row")
    begin = _minutes(found["begin"]) if found["begin"] else 0
    end = _minutes(found["end"]) if found["end"] else 0
    if found["end"] and not end:
        raise ValueError("until 00:00 closes nothing")
    special = intervals(found["open"]) if found["open"] else None
    days = (first + timedelta(days=count) for count in range((last - first).days + 1))
    name = found["name"] or ""
    return tuple(
        Closure(day, _cut(hours[day.weekday()], begin, end) if special is None else special, name)
        for day in days
    )


def closed_in_words(closure: Closure) -> str:
    hours = f" open {intervals_in_words(closure.open)}" if closure.open else ""
    name = f" ({closure.name})" if closure.name else ""
    return f"{closure.date}{hours}{name}"


# Moments


def zone(text: str) -> str:
    """The name of a zone in the IANA database."""
    try:
        check_zone(text)
    except BadCalendar:
        raise ValueError(did_you_mean(text, sorted(available_timezones()))) from None
    return text


def moment(text: str, zone_name: str, *, through_the_day: bool = False) -> datetime:
    """A wall time in a zone as an instant, or an instant written with its ``Z``.

    A bare date is its first moment; with ``through_the_day`` the first moment of the next, so that a last
    day counts.
    """
    if text.endswith("Z"):
        return datetime.fromisoformat(text).astimezone(UTC)
    found = _LOCAL_MOMENT.fullmatch(text)
    if not found:
        raise ValueError("a date, or a date and a time of day")
    minutes = _minutes(found[2]) if found[2] else MINUTES_A_DAY * through_the_day
    return at_local(zone_name, wall(found[1], minutes))


def moment_in_words(at: datetime, zone_name: str, *, through_the_day: bool = False) -> str:
    """As short as reads back exactly; the second of two equal wall times has to be written with ``Z``."""
    shown = wall_time(zone_name, at)
    day = shown.date() - timedelta(days=through_the_day)
    for words in (f"{day}", f"{shown:%Y-%m-%d %H:%M}"):
        if moment(words, zone_name, through_the_day=through_the_day) == at:
            return words
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def wall(day: str, minutes: int) -> datetime:
    """A wall time, which has no zone."""
    return datetime.combine(_date(day), time()) + timedelta(minutes=minutes)


# Inside


def _parts(text: str) -> Iterator[str]:
    return (part.strip() for part in text.split(","))


def _interval(text: str) -> Minutes:
    found = _HOURS.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is not a time of day, a dash and a time of day, as in 09:00-17:30")
    start, end = _minutes(found[1]), _minutes(found[2])
    if start == MINUTES_A_DAY:
        raise ValueError("a day begins at 00:00")
    return start, end if end > start else end + MINUTES_A_DAY


def _minutes(text: str) -> int:
    hours, _, minutes = text.partition(":")
    return int(hours) * 60 + int(minutes)


def _clock(minutes: int) -> str:
    shown = minutes if minutes == MINUTES_A_DAY else minutes % MINUTES_A_DAY
    return f"{shown // 60:02}:{shown % 60:02}"


def _weekday(text: str) -> int:
    if text not in WEEKDAYS:
        raise ValueError(did_you_mean(text, WEEKDAYS) or f"weekdays are {', '.join(WEEKDAYS)}")
    return WEEKDAYS.index(text)


def _around(first: int, last: int) -> list[int]:
    return [(first + count) % DAYS_A_WEEK for count in range((last - first) % DAYS_A_WEEK + 1)]


def _run_in_words(run: list[int]) -> str:
    return WEEKDAYS[run[0]] if len(run) == 1 else f"{WEEKDAYS[run[0]]}-{WEEKDAYS[run[-1]]}"


def _cut(hours: Iterable[Minutes], begin: int, end: int) -> Day:
    """What is left open on a day that is closed from ``begin`` on, or until ``end``; without both nothing."""
    low, high = (end, 2 * MINUTES_A_DAY) if end else (0, begin)
    parts = ((max(start, low), min(stop, high)) for start, stop in hours)
    return tuple((start, stop) for start, stop in parts if start < stop)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"there is no {text} in the calendar") from None
