"""Working time: which instants count, how many passed, and when so many will have passed.

One sentence defines everything here: **an instant is open when the clock on the wall shows an open time.**
So nobody works in the hour that daylight saving skips, the hour it repeats counts twice, and a 24/7 calendar
is exactly real time. Openings are worked out as intervals of UTC instants; lengths are differences of
instants, never of wall times (subtracting two zone-aware datetimes of one zone gives wall time, which is how
chains slip by an hour).

An opening belongs to the day on which it begins: a Saturday shift 22:00-06:00 reaches into Sunday even when
Sunday is closed, and does not take place when Saturday is closed. Overlapping and touching openings are one.

Every function takes timezone-aware instants (a naive one is a ``ValueError``) and returns UTC.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

MINUTES_A_DAY = 24 * 60
DAYS_A_WEEK = 7
NEVER_OPEN_AFTER = timedelta(days=2 * 365)
"""A calendar that stays shut this long is taken to be shut for ever."""

Minutes = tuple[int, int]
"""Minutes after local midnight: ``(540, 780)`` is 09:00-13:00, ``(1320, 1800)`` 22:00-06:00."""

Day = tuple[Minutes, ...]


class NeverOpen(Exception):
    """Working time was to be added on a calendar that has no opening within the next two years."""

    def __init__(self, calendar: str, after: datetime) -> None:
        self.calendar = calendar
        self.after = after
        super().__init__(
            f"calendar {calendar!r} has no opening in the two years after {after:%Y-%m-%d}: give it hours"
        )


class BadCalendar(ValueError):
    """A calendar that means nothing: an unknown zone, hours outside the day, one date closed twice."""


def check_zone(zone: str) -> None:
    """Raise ``BadCalendar`` unless this is a zone such as ``Europe/Lisbon``."""
    try:
        ZoneInfo(zone)
    except (
        OSError,
        ValueError,
        KeyError,
    ) as unknown:  # three ways in which zoneinfo says "never heard of it"
        raise BadCalendar(
            f"{zone!r} is no time zone of the IANA database, such as 'Europe/Lisbon'"
        ) from unknown


def _check_minutes(name: str, minutes: Day) -> None:
    for start, end in minutes:
        if not 0 <= start < end <= start + MINUTES_A_DAY or start >= MINUTES_A_DAY:
            raise BadCalendar(
                f"calendar {name!r}: an opening begins within the day and lasts up to 24 hours, "
                f"not from minute {start} to minute {end}"
            )


class Closure(msgspec.Struct, frozen=True, omit_defaults=True):
    """A date on which the weekly hours do not hold. ``open`` are that day's hours; empty: closed all day."""

    date: date
    open: Day = ()
    name: str = ""


class Calendar(msgspec.Struct, frozen=True, cache_hash=True, omit_defaults=True):
    """Weekly hours in one IANA zone, and the dates that differ. ``week[0]`` is Monday.

    Public holidays are written out in ``closures`` when a roster is published, so that a replay years later
    does not depend on what a library then thinks of them. ``holidays`` remembers where they came from
    (``"DE-BY"``) and ``holiday_years`` for which years: outside of those years nobody has looked.
    """

    name: str
    zone: str
    week: tuple[Day, ...]
    closures: tuple[Closure, ...] = ()
    holidays: str = ""
    holiday_years: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what has no meaning, so that nothing later has to check."""
        if len(self.week) != DAYS_A_WEEK:
            raise BadCalendar(f"calendar {self.name!r}: a week has 7 days, this one has {len(self.week)}")
        check_zone(self.zone)
        for minutes in (*self.week, *(closure.open for closure in self.closures)):
            _check_minutes(self.name, minutes)
        dates = [closure.date for closure in self.closures]
        if len(dates) != len(set(dates)):
            twice = next(day for day in dates if dates.count(day) > 1)
            raise BadCalendar(f"calendar {self.name!r}: {twice} is listed twice among its closures")


class Interval(NamedTuple):
    """The time from ``start`` up to, not including, ``end``; both UTC."""

    start: datetime
    end: datetime


ALWAYS = Calendar(name="always", zone="UTC", week=(((0, MINUTES_A_DAY),),) * DAYS_A_WEEK)
"""24/7. Working time on it equals real time to the microsecond."""


def open_intervals(calendar: Calendar, start: datetime, end: datetime) -> tuple[Interval, ...]:
    """Every opening between two instants, cut to them, in order; no two of them touch."""
    start, end = _utc(start), _utc(end)
    found: list[Interval] = []
    for number in range(_block_number(start), _block_number(end) + 1):
        block = _block(calendar, number)
        found += (
            Interval(max(start, opens), min(end, closes))
            for opens, closes in zip(block.opens, block.closes, strict=True)
            if max(start, opens) < min(end, closes)
        )
    return tuple(_merged(found))


def elapsed(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """The working time between two instants; negative when ``end`` comes first: parts always add up."""
    start, end = _utc(start), _utc(end)
    if end < start:
        return -elapsed(calendar, end, start)
    first, last = _block_number(start), _block_number(end)
    between = sum((_block(calendar, number).total for number in range(first, last)), timedelta())
    return between + _open_before(_block(calendar, last), end) - _open_before(_block(calendar, first), start)


def add(calendar: Calendar, start: datetime, duration: timedelta) -> datetime:
    """The earliest instant by which ``duration`` of working time has passed since ``start``.

    Earliest: an hour that ends with the working day is due at closing time, not at the next opening.
    Raises ``NeverOpen`` when the calendar has no opening within two years, ``ValueError`` for a negative
    duration.
    """
    if duration < timedelta():
        raise ValueError(f"a deadline lies ahead: cannot add {duration} of working time")
    start = _utc(start)
    if not duration:
        return start
    block = _block(calendar, _block_number(start))
    missing = duration + _open_before(block, start)
    last_seen_open = start
    while missing > block.total:
        missing -= block.total
        if block.total:
            last_seen_open = block.end
        elif block.end - last_seen_open > NEVER_OPEN_AFTER:
            raise NeverOpen(calendar.name, start)
        block = _block(calendar, block.number + 1)
    place = bisect_left(block.before, missing) - 1
    return block.opens[place] + (missing - block.before[place])


def is_open(calendar: Calendar, at: datetime) -> bool:
    """Whether the calendar is open at this instant. The instant of closing is closed."""
    at = _utc(at)
    block = _block(calendar, _block_number(at))
    place = bisect_right(block.opens, at) - 1
    return place >= 0 and at < block.closes[place]


def next_open(calendar: Calendar, at: datetime) -> datetime | None:
    """The first open instant from ``at`` on (``at`` itself when open); None: none within two years."""
    at = _utc(at)
    for block in _blocks_from(calendar, at):
        place = bisect_right(block.closes, at)
        if place < len(block.opens):
            return max(block.opens[place], at)
    return None


def next_close(calendar: Calendar, at: datetime) -> datetime | None:
    """When the running opening ends, or the next one if closed; None: it does not end within two years."""
    at = _utc(at)
    running: datetime | None = None
    for block in _blocks_from(calendar, at):
        place = bisect_right(block.closes, at)
        goes_on = place < len(block.opens) and (running is None or block.opens[place] == running)
        if running is not None and not goes_on:
            return running
        if goes_on and block.closes[place] < block.end:
            return block.closes[place]
        if goes_on:  # it touches the end of the block: the next block knows whether it goes on
            running = block.end
    return None


def none_in_sight_until(at: datetime) -> datetime:
    """How long it stays true that ``next_open`` or ``next_close`` found nothing from ``at`` on: they look block by
    block.
    """
    return _EPOCH + (_block_number(_utc(at)) + 1) * _BLOCK


def close_of_day(calendar: Calendar, start: datetime, days: int) -> datetime:
    """The closing time of the n-th working day after that of ``start``: "by close of the third business day".

    Raises ``NeverOpen`` and ``ValueError`` as ``add`` does; ``days`` counts from 1.
    """
    if days < 1:
        raise ValueError(f"working days are counted from 1, not {days}")
    day = _working_day_after(calendar, wall_time(calendar.zone, start).date(), days)
    return _openings_of(calendar, day)[-1].end


def wall_time(zone: str, at: datetime) -> datetime:
    """What the clock on the wall of this zone shows at that instant (a datetime without zone)."""
    return _utc(at).astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)


def at_local(zone: str, wall: datetime) -> datetime:
    """The first instant at which the clock on the wall shows ``wall`` or later.

    So a time that the clock skips is the instant of the change, and of a time that it shows twice the first.
    """
    wall = wall.replace(tzinfo=None, fold=0)
    guess = wall.replace(tzinfo=UTC)
    for number in range(_block_number(guess) - 1, _block_number(guess) + 2):
        for stretch in _stretches(zone, number):
            instant = max(guess - stretch.offset, stretch.start)
            if instant < stretch.end:
                return instant
    raise AssertionError(f"no offset of any zone is longer than a block ({zone}, {wall})")


# Openings are worked out once per calendar and block of 32 days, then found by bisection. Blocks are cut at
# fixed UTC instants, so they share no instant and leave none out, and lengths simply add up.

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BLOCK = timedelta(days=32)
_A_DAY = timedelta(days=1)
_BLOCKS_UNTIL_NEVER = NEVER_OPEN_AFTER // _BLOCK + 2


class _Block(NamedTuple):
    number: int
    end: datetime
    opens: tuple[datetime, ...]
    closes: tuple[datetime, ...]
    before: tuple[timedelta, ...]  # open time of this block before each opening
    total: timedelta


class _Stretch(NamedTuple):
    """A time during which a zone keeps one offset from UTC."""

    start: datetime
    end: datetime
    offset: timedelta


def _block_number(at: datetime) -> int:
    return (at - _EPOCH) // _BLOCK


def _blocks_from(calendar: Calendar, at: datetime) -> Iterator[_Block]:
    first = _block_number(at)
    return (_block(calendar, number) for number in range(first, first + _BLOCKS_UNTIL_NEVER))


@lru_cache(maxsize=8192)
def _block(calendar: Calendar, number: int) -> _Block:
    windows = _merged(sorted(_windows(calendar, number)))
    before, total = [], timedelta()
    for window in windows:
        before.append(total)
        total += window.end - window.start
    return _Block(
        number=number,
        end=_EPOCH + (number + 1) * _BLOCK,
        opens=tuple(window.start for window in windows),
        closes=tuple(window.end for window in windows),
        before=tuple(before),
        total=total,
    )


def _windows(calendar: Calendar, number: int) -> Iterator[Interval]:
    """Each opening that touches the block, cut to the stretches in which the wall clock runs evenly."""
    for stretch in _stretches(calendar.zone, number):
        first = (stretch.start + stretch.offset).date() - _A_DAY  # last night's opening may reach into today
        last = (stretch.end + stretch.offset).date()
        for day in _dates(first, last):
            midnight = datetime.combine(day, time(), UTC) - stretch.offset
            for opens, closes in _minutes_on(calendar, day):
                start = max(midnight + timedelta(minutes=opens), stretch.start)
                end = min(midnight + timedelta(minutes=closes), stretch.end)
                if start < end:
                    yield Interval(start, end)


@lru_cache(maxsize=8192)
def _stretches(zone: str, number: int) -> tuple[_Stretch, ...]:
    """The block, cut wherever the zone changes its offset (no zone ever did so twice within a day)."""
    start, end = _EPOCH + number * _BLOCK, _EPOCH + (number + 1) * _BLOCK
    samples = [start + index * _A_DAY for index in range(_BLOCK // _A_DAY + 1)]
    tz = ZoneInfo(zone)
    changes = [
        _change_between(tz, early, late)
        for early, late in pairwise(samples)
        if _offset(tz, early) != _offset(tz, late)
    ]
    cuts = [start, *(change for change in changes if change < end), end]
    return tuple(_Stretch(early, late, _offset(tz, early)) for early, late in pairwise(cuts))


def _change_between(tz: ZoneInfo, early: datetime, late: datetime) -> datetime:
    """The second at which the offset changes, by halving."""
    old = _offset(tz, early)
    while late - early > timedelta(seconds=1):
        middle = early + timedelta(seconds=(late - early) // timedelta(seconds=2))
        early, late = (middle, late) if _offset(tz, middle) == old else (early, middle)
    return late


def _offset(tz: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(tz).utcoffset() or timedelta()


def _open_before(block: _Block, at: datetime) -> timedelta:
    place = bisect_right(block.opens, at) - 1
    if place < 0:
        return timedelta()
    return block.before[place] + (min(at, block.closes[place]) - block.opens[place])


def _merged(intervals: Iterable[Interval]) -> list[Interval]:
    """Intervals sorted by start, with those that overlap or touch made one."""
    merged: list[Interval] = []
    for interval in intervals:
        if merged and interval.start <= merged[-1].end:
            merged[-1] = Interval(merged[-1].start, max(merged[-1].end, interval.end))
        else:
            merged.append(interval)
    return merged


def _minutes_on(calendar: Calendar, day: date) -> Day:
    closure = _closures_by_date(calendar).get(day)
    return calendar.week[day.weekday()] if closure is None else closure.open


@lru_cache(maxsize=1024)
def _closures_by_date(calendar: Calendar) -> dict[date, Closure]:
    return {closure.date: closure for closure in calendar.closures}


def _dates(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=count) for count in range((last - first).days + 1))


def _working_day_after(calendar: Calendar, day: date, count: int) -> date:
    """The n-th date after ``day`` on which an opening begins."""
    last_working = day
    while count > 0:
        day += _A_DAY
        if _openings_of(calendar, day):
            count, last_working = count - 1, day
        elif day - last_working > NEVER_OPEN_AFTER:
            raise NeverOpen(calendar.name, datetime.combine(last_working, time(), UTC))
    return day


def _openings_of(calendar: Calendar, day: date) -> list[Interval]:
    """The openings that begin on a local date. Empty also where the clock skips all of them."""
    midnight = datetime.combine(day, time())
    spans = (
        Interval(
            at_local(calendar.zone, midnight + timedelta(minutes=opens)),
            at_local(calendar.zone, midnight + timedelta(minutes=closes)),
        )
        for opens, closes in _minutes_on(calendar, day)
    )
    return _merged(sorted(span for span in spans if span.start < span.end))


def _utc(at: datetime) -> datetime:
    if at.tzinfo is UTC:
        return at
    if at.utcoffset() is None:  # astimezone() would silently take this machine's own zone
        raise ValueError(f"{at.isoformat()} has no time zone: instants are timezone-aware")
    return at.astimezone(UTC)
