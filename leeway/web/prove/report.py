"""A backtest's report as pages and files show it: the same tables and pictures in both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from leeway.core.events import AnyEvent
from leeway.packs.units import money_in_words
from leeway.prove.backtest.report import CHANGES, Decided, Report, Side
from leeway.web import event_words
from leeway.web.matrix import words as matrix
from leeway.web.prove import charts
from leeway.web.vocabulary import CLOCKS

Called = Callable[[str], str]

PEOPLE_SHOWN = 12
CASES_SHOWN = 25


def change_words() -> dict[str, str]:
    return {
        "never": _("would not have escalated"),
        "new": _("would have escalated"),
        "earlier": _("would have escalated earlier"),
        "later": _("would have escalated later"),
        "elsewhere": _("would have gone elsewhere"),
    }


def shown(report: Report, called: Called = str) -> dict[str, Any]:
    """The context of ``leeway/prove/report.html``; ``called`` says a person's id as a name."""
    found, words = report.found, change_words()
    was, would = found.recorded, found.candidate
    levels = _both(was.levels, would.levels)
    people = [(called(who), one, other) for who, one, other in _both(was.people, would.people)[:PEOPLE_SHOWN]]
    return {
        "report": report,
        "changes": [(words[name], found.changes.get(name, 0)) for name in CHANGES],
        "totals": list(_totals(was, would)),
        "levels": levels,
        "levels_chart": charts.pairs(_("cases arriving at each level"), _plain(levels)),
        "people": people,
        "people_chart": charts.pairs(_("cases asked of each person"), people),
        "clocks": [(str(CLOCKS.get(kind, kind)), *counts) for kind, *counts in _clocks(was, would)],
        "hours": [
            (
                level.replace("_", " "),
                charts.week(
                    _("arrivals at %(level)s as it was") % {"level": level}, was.hours.get(level, [0] * 168)
                ),
                charts.week(
                    _("arrivals at %(level)s as it would have been") % {"level": level},
                    would.hours.get(level, [0] * 168),
                ),
                list(_busiest(was.hours.get(level, [0] * 168), would.hours.get(level, [0] * 168))),
            )
            for level in sorted({*was.hours, *would.hours})
            if was.hours.get(level) != would.hours.get(level)
        ],
        "cases": [_case(one, words, called) for one in found.changed[:CASES_SHOWN]],
        "more_cases": max(0, found.diverged - CASES_SHOWN),
    }


def _totals(was: Side, would: Side) -> Iterator[tuple[str, str, str]]:
    for name, one, other in (
        (_("cases that escalated"), was.escalated, would.escalated),
        (_("times a case went up"), was.escalations, would.escalations),
        (_("alerts"), was.alerts, would.alerts),
        (_("notices to people"), was.notices, would.notices),
        (_("clocks met"), sum(was.met.values()), sum(would.met.values())),
        (_("clocks lost"), sum(was.late.values()), sum(would.late.values())),
    ):
        yield name, f"{one:,}", f"{other:,}"
    for currency in sorted({*was.given, *would.given}):
        one, other = was.given.get(currency, 0), would.given.get(currency, 0)
        yield _("value given"), money_in_words(one, currency), money_in_words(other, currency)


def _both(was: dict[str, int], would: dict[str, int]) -> list[tuple[str, int, int]]:
    names = sorted({*was, *would}, key=lambda name: (-max(was.get(name, 0), would.get(name, 0)), name))
    return [(name, was.get(name, 0), would.get(name, 0)) for name in names]


def _plain(rows: list[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    return [(name.replace("_", " "), was, would) for name, was, would in rows]


def _clocks(was: Side, would: Side) -> Iterator[tuple[str, int, int, int, int]]:
    for kind in sorted({*was.met, *was.late, *would.met, *would.late}):
        yield (
            kind,
            was.met.get(kind, 0),
            was.late.get(kind, 0),
            would.met.get(kind, 0),
            would.late.get(kind, 0),
        )


def _busiest(was: list[int], would: list[int]) -> Iterator[tuple[str, int, int]]:
    """The hours that change most."""
    changed = sorted(range(168), key=lambda hour: (-abs(was[hour] - would[hour]), hour))[:8]
    for hour in changed:
        if was[hour] != would[hour]:
            yield f"{charts.DAYS[hour // 24]} {hour % 24:02}:00", was[hour], would[hour]


def _case(one: Any, words: dict[str, str], called: Called) -> dict[str, Any]:  # noqa: ANN401 - a Changed
    return {
        "changed": one,
        "what": ", ".join(words[name] for name in one.what) or _("written down otherwise, same way"),
        "was": _side(one.divergence.was, called),
        "would": _side(one.divergence.would, called),
    }


def _side(side: Decided, called: Called) -> list[str]:
    said = [event_words.in_words(msgspec.convert(event, type=AnyEvent), called) for event in side.events]
    lines = [line for line in said if line][:6]
    if side.rule:
        seen = ", ".join(f"{matrix.column_in_words(name)} {value}" for name, value in side.seen)
        lines.insert(0, _("rule “%(rule)s” saw: %(seen)s") % {"rule": side.rule, "seen": seen or "–"})
    return lines or [_("nothing that leads anywhere")]


def as_file(report: Report, called: Called = str) -> str:
    """One HTML file that needs nothing else. Django has to be set up."""
    from django.template.loader import render_to_string  # noqa: PLC0415 - templates need Django ready

    return render_to_string("leeway/prove/report_file.html", shown(report, called))
