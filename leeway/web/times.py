"""Instants as one reader reads them: in their zone and language, seen from one moment.

A list says some ninety of them. What they share (the zone, today's date, the words around them) is looked up once a
page: that was a third of what a list cost.
"""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from functools import lru_cache
from html import escape

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from leeway.web import house

MINUTE, HOUR, DAY = 60, 3600, 86_400
LONG_DAYS = 60
GALE_BELOW, BREEZE_BELOW = 45 * MINUTE, 4 * HOUR
MOST_OF_A_RING = 0.93
"""A ring that is not quite closed still reads as a clock."""
RING_LENGTH = 50.3
USUAL_SECONDS = 8 * HOUR
"""The whole of a clock whose beginning is not known."""

# Every blank is a number of ours, an instant, or words that were escaped: nothing a customer wrote.
_CLOCK = (
    '<span class="clock num {weather}-text" title="{full}"><svg class="ring {weather}" width="20" height="20" '
    'viewBox="0 0 20 20" aria-hidden="true"><circle class="track" cx="10" cy="10" r="8" stroke-width="3"/><circle '
    'class="arc" cx="10" cy="10" r="8" stroke-width="3" stroke-dasharray="{arc} 51" transform="rotate(-90 10 10)"/>'
    '</svg><time datetime="{iso}">{words}</time></span>'
)


def in_short(seconds: float) -> str:
    """A length of time a glance can take in: ``6 min``, ``2 h 10``, ``1 d 4 h``."""
    return _in_short(get_language() or "", int(abs(seconds)) // MINUTE)


@lru_cache(maxsize=4096)
def _in_short(language: str, minutes: int) -> str:
    del language  # only so that each language is remembered for itself
    if minutes < HOUR // MINUTE:
        return _("%(n)d min") % {"n": minutes}
    hours, minutes = divmod(minutes, 60)
    if hours < DAY // HOUR:
        return _("%(h)d h %(m)02d") % {"h": hours, "m": minutes} if minutes else _("%(h)d h") % {"h": hours}
    days, hours = divmod(hours, 24)
    if days >= LONG_DAYS:
        years = days // 365
        return _("%(y)d years") % {"y": years} if years > 1 else _("%(m)d months") % {"m": days // 30}
    return _("%(d)d d %(h)d h") % {"d": days, "h": hours} if hours else _("%(d)d d") % {"d": days}


def weather_of(left_seconds: float) -> str:
    """calm, breeze, gale or storm, by the time left; the words beside it say the same."""
    if left_seconds <= 10 * MINUTE:
        return "storm"
    return "gale" if left_seconds < GALE_BELOW else "breeze" if left_seconds < BREEZE_BELOW else "calm"


class Times:
    """How one reader reads instants, from one moment on."""

    def __init__(self, now: datetime, zone: tzinfo) -> None:
        self.now = now
        self._zone = zone
        self._today = now.astimezone(zone).date()
        self._near = {-1: escape(_("yesterday %(at)s")), 0: "%(at)s", 1: escape(_("tomorrow %(at)s"))}
        self._days: dict[date, str] = {}
        self._late = escape(_("%(time)s late"))
        self._paused = SafeString(f'<span class="dim">{escape(_("paused"))}</span>')

    def local(self, at: datetime) -> datetime:
        return at.astimezone(self._zone)

    def full(self, at: datetime | None) -> str:
        """With date and zone: what a hover shows."""
        if at is None:
            return ""
        here = self.local(at)
        return f"{here:%Y-%m-%d %H:%M} {here.tzname()}"

    def when(self, at: datetime | None) -> SafeString:
        """As people say it: ``14:20``, ``yesterday 14:20``, ``3 Nov 14:20``; in full on hover."""
        if at is None:
            return SafeString("")
        said = self._day(self.local(at).date()) % {"at": f"{self.local(at):%H:%M}"}
        return SafeString(f'<time datetime="{at.isoformat()}" title="{self.full(at)}">{said}</time>')

    def _day(self, day: date) -> str:
        if day not in self._days:
            named = self._near.get((day - self._today).days)
            pattern = "j M Y" if day.year != self._today.year else "j M"
            self._days[day] = named or escape(date_format(day, pattern)).replace("%", "%%") + " %(at)s"
        return self._days[day]

    def left(self, due: datetime | None, started: datetime | None = None) -> SafeString:
        """A clock: a ring that empties, the time left in words, the instant on hover."""
        if due is None:
            return self._paused
        left = (due - self.now).total_seconds()
        whole = (due - started).total_seconds() if started else USUAL_SECONDS
        share = max(0.0, min(MOST_OF_A_RING, left / whole)) if whole > 0 else 0.0
        words = escape(in_short(left))
        return SafeString(
            _CLOCK.format(
                weather=weather_of(left),
                full=self.full(due),
                arc=round(share * RING_LENGTH, 1),
                iso=due.isoformat(),
                words=words if left >= 0 else self._late % {"time": words},
            )
        )


def times() -> Times:
    """The reader's, made once a page."""
    zone = timezone.get_current_timezone()
    return house.once_a_look((Times, str(zone), get_language()), lambda: Times(house.now(), zone))
