"""Dates and times in text, as instants where the words are certain.

What the words mean is decided here once, for promises and for what customers tell:

* a day without a time ("tomorrow", "by Friday", "in 3 days") lasts until the end of that day, local time;
* "end of day", "end of the week" mean the end of business (``DAY_ENDS``), Friday for the week;
* "next week" is due by Friday of next week, "this week" by Friday of this one;
* "on Monday" said on a Monday is Monday next week; "by Monday", "this Monday" and "Monday at 15:00" while that is
  still ahead are today;
* "at 2" without am or pm is read between ``7:00`` and ``18:59`` and marked uncertain;
* "in 24 hours", "in 30 minutes" are elapsed time; days and weeks go by the calendar, a month counts 30 days and is
  marked uncertain;
* of a range ("3-5 days") the later end counts;
* "3/11" is certain only when the language (or the numbers themselves) say which of the two is the month;
* working days are counted (``working_days``), not resolved: the caller has the calendar.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Literal, NamedTuple

import msgspec

from leeway.core.reading.prepared import Hit, Prepared
from leeway.core.reading.words import WordFile

DAY_ENDS = time(18, 0)
"""Local time at which "end of day" is over."""

LAST_MINUTE = time(23, 59)

_FARTHEST = timedelta(days=5 * 366)
_NO_DATES = frozenset({"24/7", "50/50", "9/11", "1/2", "1/3", "1/4", "3/4"})
_NEXT_WORD = re.compile(r"[ ]+([\w']+)|(?=[/:.,-][0-9])")
_MINUTES = {"minute": 1, "hour": 60}
_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}
_DAY_KINDS = frozenset(
    {"day", "weekday", "weekday_by", "weekday_next", "weekday_last", "date", "numdate", "isodate"}
)
_CLOCK_KINDS = frozenset({"clock", "hour", "noon", "midnight", "daypart", "daypart_joined"})

Toward = Literal["future", "past"]


class When(msgspec.Struct, frozen=True, omit_defaults=True):
    """A date or time as said. ``moment`` (UTC) is None when the words do not settle it.

    ``has_time`` tells a time of day from a whole day. ``working_days`` counts working days ahead. ``ago`` marks
    words that look back ("3 weeks ago", "for two days"); ``vague`` ones that name no time at all ("shortly").
    ``certain`` is False where a reading was chosen among several.
    """

    start: int
    end: int
    moment: datetime | None = None
    has_time: bool = False
    working_days: int = 0
    ago: bool = False
    vague: bool = False
    certain: bool = True
    lasting: bool = False


class _Atom(NamedTuple):
    start: int
    end: int
    kind: str
    match: re.Match[str]


def find_times(
    message: Prepared, *, at: datetime, zone: tzinfo = UTC, toward: Toward = "future"
) -> tuple[When, ...]:
    """Every date and time in the message, in order, relative to ``at`` (aware) as seen in ``zone``.

    ``toward`` says which way an open date points: promises look ahead, what customers tell looks back.
    """
    if not message.may_hold("times"):
        return ()
    now = at.astimezone(zone)
    reader = _Reader(message.phrases.words, now, toward)
    groups = message.once("times", lambda: _grouped(_atoms(message), message))
    return tuple(
        reader.read(group) for group in groups if group[0].kind != "daypart_joined" or len(group) > 1
    )


def _atoms(message: Prepared) -> list[_Atom]:
    """What was found, left to right; of overlapping findings the longest."""
    found = [
        _Atom(hit.match.start(), hit.match.end(), hit.rule.kind, hit.match)
        for hit in message.hits("times")
        if hit.match.group() not in _NO_DATES and (hit.rule.kind != "hour" or _ends_a_phrase(message, hit))
    ]
    found.sort(key=lambda atom: (atom.start, atom.start - atom.end))
    kept: list[_Atom] = []
    for atom in found:
        if not kept or atom.start >= kept[-1].end:
            kept.append(atom)
        elif atom.end - atom.start > kept[-1].end - kept[-1].start:
            kept[-1] = atom
    return kept


def _ends_a_phrase(message: Prepared, hit: Hit) -> bool:
    """A bare hour is one when no thing is counted by it: "at 2, please", not "at 2 persons"."""
    following = _NEXT_WORD.match(message.fold, hit.match.end())
    return following is None or following[1] in message.phrases.stop_words


def _grouped(atoms: list[_Atom], message: Prepared) -> list[list[_Atom]]:
    """Neighbours that say one time together: "tomorrow" + "at 2pm", "Friday" + "morning"."""
    joiners = message.phrases.listed("time_joiner")
    groups: list[list[_Atom]] = []
    for atom in atoms:
        if (
            groups
            and _belongs(groups[-1], atom)
            and _touching(message.fold, groups[-1][-1].end, atom.start, joiners)
        ):
            groups[-1].append(atom)
        else:
            groups.append([atom])
    return groups


def _belongs(group: list[_Atom], atom: _Atom) -> bool:
    kinds = {member.kind for member in group}
    if atom.kind in _CLOCK_KINDS:
        return atom.kind not in kinds and bool(kinds & (_DAY_KINDS | {"daypart", "daypart_joined"}))
    return atom.kind in _DAY_KINDS and not kinds & _DAY_KINDS and kinds <= _CLOCK_KINDS


def _touching(folded: str, start: int, end: int, joiners: re.Pattern[str] | None) -> bool:
    between = folded[start:end].strip(" ,(")
    return not between or (
        end - start < 20 and joiners is not None and joiners.fullmatch(between) is not None
    )


class _Reader:
    """Resolves groups of time words against one moment."""

    def __init__(self, words: WordFile, now: datetime, toward: Toward) -> None:
        self._words, self._now, self._toward = words, now, toward

    def read(self, group: list[_Atom]) -> When:
        start, end = group[0].start, group[-1].end
        try:
            return self._read(group, start, end)
        except (OverflowError, ValueError):
            # "in 9999 years", "on 31 February": words, not a time.
            return When(start, end, certain=False)

    def _read(self, group: list[_Atom], start: int, end: int) -> When:
        first = group[0]
        if first.kind in _SPANS:
            return _SPANS[first.kind](self, first, start, end)
        day, certain = self._day(group)
        clock, sure = self._clock(group)
        if day is None:
            return When(start, end, certain=False)
        moment = self._at(day, clock or LAST_MINUTE)
        if not any(atom.kind in _DAY_KINDS for atom in group) and self._is_behind(moment):
            moment = self._at(
                day + timedelta(days=1 if self._toward == "future" else -1), clock or LAST_MINUTE
            )
        return When(
            start, end, self._within_reason(moment), has_time=clock is not None, certain=certain and sure
        )

    def _is_behind(self, moment: datetime) -> bool:
        if self._toward == "future":
            return moment <= self._now
        return moment > self._now

    def _at(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, self._now.tzinfo)

    def _within_reason(self, moment: datetime) -> datetime | None:
        return moment.astimezone(UTC) if abs(moment - self._now) <= _FARTHEST else None

    # -- days -------------------------------------------------------------------------------------------------

    def _day(self, group: list[_Atom]) -> tuple[date | None, bool]:
        atom = next((atom for atom in group if atom.kind in _DAY_KINDS), None)
        today = self._now.date()
        if atom is None:
            return today, True
        if atom.kind == "day":
            return today + timedelta(days=self._words.days[atom.match["day"]]), True
        if atom.kind.startswith("weekday"):
            return self._weekday(atom, alone=len(group) == 1, clock=self._clock(group)[0]), True
        if atom.kind == "isodate":
            return date.fromisoformat(atom.match["isodate"]), True
        if atom.kind == "numdate":
            return self._numeric(atom.match["numdate"])
        return self._month_day(atom), True

    def _weekday(self, atom: _Atom, *, alone: bool, clock: time | None) -> date:
        today = self._now.date()
        wanted = self._words.weekdays[atom.match["weekday"]]
        ahead = (wanted - today.weekday()) % 7
        looks_back = self._toward == "past" and atom.kind == "weekday"
        if looks_back or atom.kind == "weekday_last":
            return today - timedelta(days=(-ahead) % 7 or (7 if atom.kind == "weekday_last" else 0))
        if atom.kind == "weekday_next" and ahead == 0:
            return today + timedelta(days=7)
        if ahead == 0 and atom.kind == "weekday":
            # Said on that very day: with a time still ahead it is today, without one it is a week from now.
            later_today = clock is not None and self._at(today, clock) > self._now
            return today if later_today and not alone else today + timedelta(days=7)
        return today + timedelta(days=ahead)

    def _month_day(self, atom: _Atom) -> date:
        found = atom.match.groupdict()
        month, dom = self._words.months[found["month"]], int(found["dom"])
        if found.get("year"):
            return date(int(found["year"]), month, dom)
        return self._nearest(month, dom)

    def _nearest(self, month: int, dom: int) -> date:
        """A date without a year: the next one, or looking back the last one."""
        today = self._now.date()
        this_year = date(today.year, month, dom)
        if self._toward == "future" and this_year < today:
            return date(today.year + 1, month, dom)
        if self._toward == "past" and this_year > today:
            return date(today.year - 1, month, dom)
        return this_year

    def _numeric(self, shown: str) -> tuple[date | None, bool]:
        parts = [int(part) for part in re.split(r"[/.-]", shown)]
        day_first = self._words.date_order != "month_first"
        sure = self._words.date_order != "unknown" or max(parts[:2]) > 12 or parts[0] == parts[1]
        if max(parts[:2]) > 12:
            day_first = parts[0] > 12
        if not sure:
            return None, False
        dom, month = (parts[0], parts[1]) if day_first else (parts[1], parts[0])
        if len(parts) == 3:
            return date(parts[2] + (2000 if parts[2] < 100 else 0), month, dom), True
        return self._nearest(month, dom), True

    # -- times of day -----------------------------------------------------------------------------------------

    def _clock(self, group: list[_Atom]) -> tuple[time | None, bool]:
        kinds = {atom.kind: atom for atom in group}
        part = kinds.get("daypart") or kinds.get("daypart_joined")
        afternoon = part is not None and self._part_of(part) > time(12, 30)
        if "clock" in kinds:
            return _clock_time(kinds["clock"].match["clock"], afternoon=afternoon), True
        if "hour" in kinds:
            hour = int(kinds["hour"].match["hour"])
            if afternoon or hour < 7:
                hour = hour % 12 + 12
            return time(hour), part is not None
        if "noon" in kinds:
            return time(12), True
        if "midnight" in kinds:
            return LAST_MINUTE, True
        if part is not None:
            return self._part_of(part), True
        return next((self._implied(atom) for atom in group if atom.kind == "day"), None), True

    def _implied(self, atom: _Atom) -> time | None:
        """The time in a word like "tonight", which says the day and the part of it."""
        part = self._words.dayparts.get(atom.match["day"])
        return time.fromisoformat(part) if part else None

    def _part_of(self, atom: _Atom) -> time:
        return time.fromisoformat(self._words.dayparts[atom.match["daypart"]])

    # -- spans ------------------------------------------------------------------------------------------------

    def _count(self, match: re.Match[str]) -> int:
        """The number said; of a range the later end."""
        shown = match.groupdict().get("n")
        if not shown:
            return 1
        numbers = self._words.numbers
        counts = [
            int(word) if word.isdigit() else numbers[word]
            for word in re.findall(r"[0-9]+|[^\W\d_]+", shown)
            if word.isdigit() or word in numbers
        ]
        return max(counts, default=1)

    def _unit(self, match: re.Match[str]) -> str:
        return self._words.units[match["unit"]]

    def ahead(self, atom: _Atom, start: int, end: int) -> When:
        count, unit = self._count(atom.match), self._unit(atom.match)
        if unit in _MINUTES:
            moment = self._now.astimezone(UTC) + timedelta(minutes=count * _MINUTES[unit])
            return When(start, end, self._within_reason(moment), has_time=True)
        day = self._now.date() + timedelta(days=count * _DAYS[unit])
        return When(
            start, end, self._within_reason(self._at(day, LAST_MINUTE)), certain=unit in {"day", "week"}
        )

    def back(self, atom: _Atom, start: int, end: int) -> When:
        count, unit = self._count(atom.match), self._unit(atom.match)
        minutes = count * _MINUTES[unit] if unit in _MINUTES else count * _DAYS[unit] * 24 * 60
        moment = self._now.astimezone(UTC) - timedelta(minutes=minutes)
        return When(start, end, self._within_reason(moment), has_time=unit in _MINUTES, ago=True)

    def working(self, atom: _Atom, start: int, end: int) -> When:
        return When(start, end, working_days=min(self._count(atom.match), 365))

    def period(self, atom: _Atom, start: int, end: int) -> When:
        today = self._now.date()
        friday = today + timedelta(days=(4 - today.weekday()) % 7)
        this_friday = friday if today.weekday() <= 4 else today + timedelta(days=6 - today.weekday())
        month_end = _month_end(today)
        moments = {
            "end_of_day": self._at(today, DAY_ENDS),
            "end_of_week": self._at(this_friday, DAY_ENDS),
            "this_week": self._at(this_friday, LAST_MINUTE),
            "next_week": self._at(today + timedelta(days=11 - today.weekday()), LAST_MINUTE),
            "this_month": self._at(month_end, LAST_MINUTE),
            "end_of_month": self._at(month_end, DAY_ENDS),
            "next_month": self._at(_month_end(month_end + timedelta(days=1)), LAST_MINUTE),
        }
        moment = moments[atom.kind]
        if moment <= self._now:
            moment = self._at(today, LAST_MINUTE)
        return When(
            start,
            end,
            moment.astimezone(UTC),
            has_time=atom.kind == "end_of_day",
            certain=atom.kind != "next_month",
        )

    def vague(self, _atom: _Atom, start: int, end: int) -> When:
        return When(start, end, vague=True, certain=False)

    def long_ago(self, _atom: _Atom, start: int, end: int) -> When:
        """A past without a number: "for weeks"."""
        return When(start, end, ago=True, certain=False)

    def lasting(self, _atom: _Atom, start: int, end: int) -> When:
        """A length of time by itself, "three weeks", and no time."""
        return When(start, end, certain=False, lasting=True)


_SPANS = {
    "ahead": _Reader.ahead,
    "back": _Reader.back,
    "working": _Reader.working,
    "vague": _Reader.vague,
    "lasting": _Reader.lasting,
    "long_ago": _Reader.long_ago,
    **dict.fromkeys(
        ("end_of_day", "end_of_week", "this_week", "next_week", "this_month", "end_of_month", "next_month"),
        _Reader.period,
    ),
}


def _month_end(day: date) -> date:
    following = day.replace(day=28) + timedelta(days=4)
    return following - timedelta(days=following.day)


def _clock_time(shown: str, *, afternoon: bool) -> time:
    digits = [int(part) for part in re.findall(r"[0-9]+", shown)]
    hour, minute = digits[0], digits[1] if len(digits) > 1 else 0
    letters = re.sub(r"[^apm]", "", shown)
    if letters.startswith("p") or (afternoon and not letters):
        hour = hour % 12 + 12 if hour <= 12 else hour
    elif letters.startswith("a"):
        hour %= 12
    return time(hour, minute)
