"""Working time turned into the worst real time of a year, exactly.

``add`` gives the end of a span for one start. Here the question is the other way round: from which start does it take
longest? The end of a span, as a function of its start, runs along with it or stands still (while the calendar is
closed), and jumps only where an opening ends. So what it takes is longest right after one of finitely many *corners*:
the openings' ends and beginnings, and the starts whose span ends there. Chains of spans have the corners of each link,
pulled back through the links before. Only corners, and the second after each, are looked at, and none is left out.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from leeway.core.policy import Span
from leeway.core.worktime import Calendar, open_intervals

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FAR = timedelta(days=400)
"""How far after the last start a chain may still run; beyond that it counts as real time, as in ``core.clocks``."""


def seconds_of(at: datetime) -> int:
    return int((at - _EPOCH).total_seconds())


def instant(seconds: int) -> datetime:
    return _EPOCH + timedelta(seconds=seconds)


class Hours:
    """The openings of one calendar as whole seconds, ready for bisection."""

    def __init__(self, calendar: Calendar, start: datetime, end: datetime) -> None:
        openings = open_intervals(calendar, start - timedelta(days=1), end + FAR)
        self.opens = [seconds_of(one.start) for one in openings]
        self.closes = [seconds_of(one.end) for one in openings]
        self.before: list[int] = []
        total = 0
        for opens, closes in zip(self.opens, self.closes, strict=True):
            self.before.append(total)
            total += closes - opens
        self.total = total

    def worked(self, at: int) -> int:
        """Open seconds before this instant."""
        place = bisect_right(self.opens, at) - 1
        return 0 if place < 0 else self.before[place] + min(at, self.closes[place]) - self.opens[place]

    def earliest(self, worked: int) -> int:
        """The first instant by which so much has been worked."""
        place = bisect_left(self.before, worked) - 1
        return self.opens[max(place, 0)] + worked - self.before[max(place, 0)]

    def latest(self, worked: int) -> int:
        """The last instant at which no more than this has been worked."""
        place = bisect_right(self.before, worked) - 1
        return self.opens[place] + worked - self.before[place]


class Link:
    """One span of a chain."""

    def __init__(self, length: int, hours: Hours | None) -> None:
        self.length, self.hours = length, hours if hours is not None and hours.opens else None

    def end(self, start: int) -> int:
        hours = self.hours
        if hours is None or not self.length:
            return start + self.length
        wanted = hours.worked(start) + self.length
        return hours.earliest(wanted) if wanted <= hours.total else start + self.length

    def start(self, end: int) -> int | None:
        """The last start that ends no later than this."""
        hours = self.hours
        if hours is None or not self.length:
            return end - self.length
        wanted = hours.worked(end) - self.length
        return hours.latest(wanted) if wanted >= 0 else None

    def corners(self, low: int, high: int) -> list[int]:
        """Where the end of this link stops running along with its start, or begins to."""
        if self.hours is None:
            return []
        edges = [at for at in (*self.hours.opens, *self.hours.closes) if low <= at <= high]
        pulled = (self.start(at) for at in edges)
        return [at for at in (*edges, *(one for one in pulled if one is not None)) if low <= at <= high]


class Chain:
    """Spans one after the other: each begins where the one before ended."""

    def __init__(self, links: Sequence[Link]) -> None:
        self.links = tuple(links)

    def end(self, start: int) -> int:
        for link in self.links:
            start = link.end(start)
        return start

    def corners(self, low: int, high: int) -> set[int]:
        found: set[int] = {low}
        far = self.end(high)
        for place, link in enumerate(self.links):
            for corner in link.corners(low, far):
                at: int | None = corner
                for before in reversed(self.links[:place]):
                    at = before.start(at) if at is not None else None
                if at is not None and low <= at < high:
                    found.add(at)
        return found


class Worktimes:
    """Links and chains over the calendars of one roster and one year."""

    def __init__(self, start: datetime, end: datetime) -> None:
        self.start, self.end = start, end
        self.low, self.high = seconds_of(start), seconds_of(end)
        self._hours: dict[Calendar, Hours] = {}

    def hours(self, calendar: Calendar) -> Hours:
        if calendar not in self._hours:
            self._hours[calendar] = Hours(calendar, self.start, self.end)
        return self._hours[calendar]

    def link(self, span: Span, calendar: Calendar, times: int = 1) -> Link:
        return Link(span.seconds * times, self.hours(calendar) if span.working else None)

    def longest(self, chain: Chain) -> tuple[int, datetime]:
        """The longest a chain takes in real seconds, and the start from which it does."""
        at = max(self._starts((chain,)), key=lambda start: (chain.end(start) - start, -start))
        return chain.end(at) - at, instant(_next_minute(at))

    def latest_after(self, one: Chain, other: Chain) -> tuple[int, datetime]:
        """By how much ``one`` ends after ``other`` at most (negative: always before), and from which start."""
        starts = self._starts((one, other))
        at = max(starts, key=lambda start: (one.end(start) - other.end(start), -start))
        minute = _next_minute(at)
        if one.end(minute) > other.end(minute):  # as bad within the minute: nobody begins a case at 14:00:01
            at = minute
        return one.end(at) - other.end(at), instant(at)

    def least_after(self, one: Chain, other: Chain) -> tuple[int, datetime]:
        """By how much ``one`` ends after ``other`` at least."""
        most, at = self.latest_after(other, one)
        return -most, at

    def _starts(self, chains: Iterable[Chain]) -> list[int]:
        """Every corner and its neighbours by a second: a jump is seen right behind the corner."""
        corners = set().union(*(chain.corners(self.low, self.high) for chain in chains))
        near = {corner + step for corner in (*corners, self.high) for step in (-1, 0, 1)}
        return sorted(at for at in near if self.low <= at < self.high)


def _next_minute(at: int) -> int:
    return -(-at // 60) * 60
