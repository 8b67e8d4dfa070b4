"""Clocks: running deadlines of a case, as values. Start, pause, resume, warn, breach; nothing here looks at a watch.

A clock keeps how much of its span is left, never a counter that somebody has to keep right: a pause writes down the
rest, a resume counts that rest from now. Working time is counted in the open hours of the calendar given.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from leeway.core.policy import ClockKind, Span, Warn
from leeway.core.worktime import Calendar, NeverOpen, add, elapsed

PAUSED_BY_WAITING: dict[ClockKind, bool] = {
    # A customer who is asked something cannot be kept waiting by us, so our answer clocks stand still ...
    "first_response": True,
    "next_response": True,
    "update": True,
    "level": True,
    "step": True,
    # ... but what we owe regardless of them goes on.
    "accept": False,
    "resolution": False,
    "promise": False,
    "approval": False,
    "follow_up": False,
    "consult": False,
    "rest": False,
    "regulator": False,
}
"""Whether a clock of this kind stands still while a case is paused."""


class Clock(msgspec.Struct, frozen=True, omit_defaults=True):
    """One deadline. ``name`` is unique in its case (``update``, ``promise:3``, ``step:supervisor:1``).

    ``length`` is the whole span; ``due`` the instant it runs out while it runs; ``left`` the seconds that remained
    when it was paused. ``episode`` ties a delayed action to what it waited for: fired in another episode it is void.
    ``warn_at`` are the instants of the warnings still to come, with the index of the policy's warning.
    """

    name: str
    kind: ClockKind
    started_at: datetime
    length: Span
    due: datetime | None
    calendar: str = ""
    left: int = 0
    warn_at: tuple[tuple[datetime, int], ...] = ()
    warned: tuple[int, ...] = ()
    warnings: tuple[Warn, ...] = ()
    breached_at: datetime | None = None
    episode: str = ""
    about: str = ""
    rounds: int = 0

    @property
    def running(self) -> bool:
        return self.due is not None and self.breached_at is None

    @property
    def paused(self) -> bool:
        return self.due is None

    @property
    def wakes_at(self) -> datetime | None:
        """The next instant at which this clock wants to be looked at; None while it sleeps."""
        if not self.running:
            return None
        return min((at for at, _ in self.warn_at), default=self.due)


def due_after(span: Span, start: datetime, calendar: Calendar) -> datetime:
    """The instant ``span`` runs out when it starts at ``start``.

    A calendar that never opens again (a mistake the checker finds) counts as always open: a deadline that comes too
    early is better than a case nobody can touch any more.
    """
    return _after(span.seconds, start, calendar if span.working else None)


def _after(seconds: int, start: datetime, calendar: Calendar | None) -> datetime:
    """So many seconds later, of the calendar's open hours if there is one."""
    length = timedelta(seconds=seconds)
    if calendar is None:
        return start + length
    try:
        return add(calendar, start, length)
    except NeverOpen:
        return start + length


def used(span: Span, start: datetime, end: datetime, calendar: Calendar) -> timedelta:
    """How much of ``span`` passed between two instants, in the span's own kind of time."""
    return elapsed(calendar, start, end) if span.working else end - start


def _warning_instants(
    warnings: tuple[Warn, ...],
    length: Span,
    seconds_left: int,
    now: datetime,
    calendar: Calendar,
    *,
    warned: tuple[int, ...] = (),
) -> tuple[tuple[datetime, int], ...]:
    """The instants of the warnings still to come, when so much of the clock is left at ``now``. One that should have
    come before the clock started is not sent late.
    """
    instants = []
    for index, warning in enumerate(warnings):
        percent_before = length.seconds * (100 - warning.percent) // 100
        before = percent_before if warning.before is None else warning.before.seconds
        wait = seconds_left - before
        if wait > 0 and index not in warned:
            instants.append((_after(wait, now, calendar if length.working else None), index))
    return tuple(sorted(instants))


def start(
    name: str,
    kind: ClockKind,
    length: Span,
    now: datetime,
    calendar: Calendar,
    *,
    warnings: tuple[Warn, ...] = (),
    episode: str = "",
    about: str = "",
    due: datetime | None = None,
    rounds: int = 0,
) -> Clock:
    """A clock that starts now. ``due`` overrides the computed end (a promise has its own)."""
    end = due or due_after(length, now, calendar)
    seconds = length.seconds if due is None else max(0, int((due - now).total_seconds()))
    span = length if due is None else Span(seconds)
    return Clock(
        name=name,
        kind=kind,
        started_at=now,
        length=span,
        due=end,
        calendar=calendar.name,
        warn_at=_warning_instants(warnings, span, seconds, now, calendar) if warnings else (),
        warnings=warnings,
        episode=episode,
        about=about,
        rounds=rounds,
    )


def start_paused(clock: Clock) -> Clock:
    """The clock of a case that was created already paused: its whole span is left."""
    return msgspec.structs.replace(clock, due=None, left=clock.length.seconds, warn_at=())


def pause(clock: Clock, now: datetime, calendar: Calendar) -> Clock:
    """Stand still, keeping what is left. A clock that already ran out or is paused stays as it is."""
    if not clock.running or clock.due is None:
        return clock
    since = max(now, clock.started_at)  # a pause we hear of late cannot have begun before the clock did
    left = used(clock.length, since, clock.due, calendar) if clock.due > since else timedelta()
    seconds = min(int(left.total_seconds()), clock.length.seconds)
    return msgspec.structs.replace(clock, due=None, left=seconds, warn_at=())


def resume(clock: Clock, now: datetime, calendar: Calendar) -> Clock:
    """Go on with what was left, counted from now."""
    if not clock.paused:
        return clock
    due = due_after(Span(clock.left, clock.length.working), now, calendar)
    warn_at = _warning_instants(clock.warnings, clock.length, clock.left, now, calendar, warned=clock.warned)
    return msgspec.structs.replace(clock, due=due, left=0, warn_at=warn_at)


def warned(clock: Clock, index: int) -> Clock:
    """The warning has been given."""
    rest = tuple(item for item in clock.warn_at if item[1] != index)
    return msgspec.structs.replace(clock, warn_at=rest, warned=(*clock.warned, index))


def breached(clock: Clock, at: datetime) -> Clock:
    """It ran out. It stays in the case, so that a page can show since when, and wakes nobody again."""
    return msgspec.structs.replace(clock, breached_at=at, warn_at=())


def wake_at(clocks: dict[str, Clock]) -> datetime | None:
    """The one instant the store has to index: the earliest any clock of the case wants to be looked at."""
    return min((at for clock in clocks.values() if (at := clock.wakes_at) is not None), default=None)
