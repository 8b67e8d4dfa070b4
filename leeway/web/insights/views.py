"""Insights: what keeps going wrong, in figures that say their formula and lead to the cases behind them."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseForbidden, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leeway.core.people import calendar_of_target
from leeway.core.world import World
from leeway.store.queries.measures import BY_NAME, HEADLINE, MEASURES, NOT_YET, Measure
from leeway.store.queries.measuring import Ask, Dimension, Figure
from leeway.web import house
from leeway.web.access import Viewer
from leeway.web.csv_safe import cell
from leeway.web.insights import show
from leeway.web.insights.kept import kept
from leeway.web.insights.periods import PERIODS, Period, period

COHORT = ("team", "level", "reason", "product", "channel")
ADDRESS = ("period", "from", "to", "by", *COHORT)
CASES_SHOWN = 200
DIMENSIONS: dict[str, Any] = {
    "team": gettext_lazy("Team"),
    "level": gettext_lazy("Level"),
    "reason": gettext_lazy("Reason"),
    "product": gettext_lazy("Product"),
    "channel": gettext_lazy("Channel"),
    "clock": gettext_lazy("Kind of clock"),
}


@dataclass(frozen=True)
class Asked:
    """What an address asks for."""

    ask: Ask
    before: Ask
    period: Period
    world: World
    given: dict[str, str]

    @property
    def key(self) -> tuple[Any, ...]:
        cohort = tuple(getattr(self.ask, name) for name in COHORT)
        versions = (self.world.policy.version, self.world.roster.version)
        return (self.ask.start, self.ask.end, self.period.by, cohort, versions)

    @property
    def query(self) -> str:
        return urlencode(self.given)

    def with_(self, **changes: str) -> str:
        changed = {**self.given, **changes}
        return "?" + urlencode({name: changed[name] for name in ADDRESS if changed.get(name)})


def asked(query: Mapping[str, str]) -> Asked:
    world, now = house.world(), house.now()
    policy = world.policy
    given = {name: query[name][:200] for name in ADDRESS if query.get(name)}
    stretch = period(given, now, ZoneInfo(policy.zone))
    named = next((one for one in world.roster.calendars if one.name == policy.clocks.calendar), None)
    ask = Ask(
        start=stretch.start,
        end=stretch.end,
        now=now,
        policies=world.pinned,
        policy=policy,
        calendar=named or calendar_of_target(world.roster, policy.levels[0].target),
        teams={person.id: person.teams[0] for person in world.roster.people if person.teams},
        bounds=stretch.bounds,
        **{name: given.get(name, "") for name in COHORT},
    )
    start, end = stretch.before
    return Asked(ask, replace(ask, start=start, end=end, bounds=(start, end)), stretch, world, given)


def figure(found: Asked, measure: Measure, *, before: bool = False) -> Figure:
    ask = found.before if before else found.ask
    return kept((measure.name, "figure", before, *found.key), lambda: measure.figure(ask, found.world.roster))


def groups(found: Asked, measure: Measure, by: Dimension) -> dict[str, Figure]:
    return kept((measure.name, by, *found.key), lambda: measure.groups(found.ask, by))


def series(found: Asked, measure: Measure) -> list[Figure]:
    return kept((measure.name, "series", *found.key), lambda: measure.series(found.ask))


# --- pages ------------------------------------------------------------------------------------------------------------


def _may(request: HttpRequest) -> HttpResponse | None:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return None if viewer.may_see_insights else HttpResponseForbidden(_("Your role may not do this."))


@login_required
def page(request: HttpRequest) -> HttpResponse:
    """Headline figures, the escalation rate over time, why they escalate, and every measure in one table."""
    if (refused := _may(request)) is not None:
        return refused
    found = asked(request.GET.dict())
    rate = BY_NAME["escalation_rate"]
    over_time = series(found, rate)
    context = {
        **_frame(found),
        "tiles": [_line(found, BY_NAME[name]) for name in HEADLINE],
        "lines": [_line(found, measure) for measure in MEASURES],
        "rate": rate,
        "chart": show.bar_chart(found.period.labels, over_time, rate),
        "chart_rows": _over_time(found, over_time, rate),
        "reasons": _reasons(found),
        "not_yet": NOT_YET,
    }
    return render(request, "leeway/insights/page.html", context)


@login_required
def one(request: HttpRequest, name: str) -> HttpResponse:
    """One measure: over time, split every way that means something, with the cases behind it."""
    if (refused := _may(request)) is not None:
        return refused
    measure = _measure(name)
    found = asked(request.GET.dict())
    over_time = series(found, measure) if not measure.per_agent_day else []
    context = {
        **_frame(found),
        "line": _line(found, measure),
        "measure": measure,
        "chart": show.bar_chart(found.period.labels, over_time, measure) if over_time else "",
        "chart_rows": _over_time(found, over_time, measure),
        "splits": [(DIMENSIONS[by], by, _split(found, measure, by)) for by in measure.by],
        "cases": measure.cases(found.ask, CASES_SHOWN),
        "cases_shown": CASES_SHOWN,
    }
    return render(request, "leeway/insights/one.html", context)


def _measure(name: str) -> Measure:
    if name not in BY_NAME:
        raise Http404(_("There is no such measure."))
    return BY_NAME[name]


def _frame(found: Asked) -> dict[str, Any]:
    policy, roster = found.world.policy, found.world.roster
    chosen = [
        (name, found.given[name], found.with_(**{name: ""})) for name in COHORT if found.given.get(name)
    ]
    return {
        "place": "insights",
        "found": found,
        "period": found.period,
        "periods": [(name, found.with_(period=name, **{"from": "", "to": ""})) for name in PERIODS],
        "cuts": [(name, found.with_(by=name)) for name in ("day", "week", "month")],
        "chosen": chosen,
        "teams": [(team.id, team.name) for team in roster.teams],
        "levels": [(level.name, level.label or level.name) for level in (*policy.levels, *policy.desks)],
        "query": found.query,
    }


def _line(found: Asked, measure: Measure) -> dict[str, Any]:
    now = figure(found, measure)
    words, weather = show.change(now, figure(found, measure, before=True), measure)
    return {
        "measure": measure,
        "value": show.said(now.value, measure.unit),
        "counted": show.counted(now, measure),
        "change": words,
        "weather": weather,
        "n": now.n,
    }


def _over_time(found: Asked, figures: list[Figure], measure: Measure) -> list[tuple[str, str, str]]:
    labels = found.period.labels
    return [
        (label, show.said(one.value, measure.unit), show.counted(one, measure))
        for label, one in zip(labels, figures, strict=False)
    ]


def _split(found: Asked, measure: Measure, by: Dimension) -> list[dict[str, Any]]:
    """The groups of a split, those with most in them first, each with a bar against the largest value."""
    rows = sorted(groups(found, measure, by).items(), key=lambda item: (-item[1].n, item[0]))[:40]
    top = max((one.value or 0 for _name, one in rows), default=0) or 1
    return [
        {
            "name": name or _("none"),
            "value": show.said(one.value, measure.unit),
            "counted": show.counted(one, measure),
            "bar": show.share_bar((one.value or 0) / top),
            "href": found.with_(**{by: name}) if name and by in COHORT else "",
        }
        for name, one in rows
    ]


def _reasons(found: Asked) -> list[dict[str, Any]]:
    """Why they escalate: each reason's share of the escalated cases, and how much of it was avoidable."""
    rates = groups(found, BY_NAME["escalation_rate"], "reason")
    avoidable = groups(found, BY_NAME["avoidable_escalation_rate"], "reason")
    total = sum(one.part for one in rates.values())
    ordered = sorted(rates.items(), key=lambda item: -item[1].part)
    rows = []
    for name, one in ordered if total else []:
        part, of_it = one.part / total, avoidable.get(name)
        dark = (of_it.value or 0) if of_it else 0
        rows.append(
            {
                "name": name,
                "share": show.said(part, "share"),
                "n": int(one.part),
                "avoidable": show.said(of_it.value if of_it else None, "share"),
                "bar": show.share_bar(part, part * dark),
                "href": found.with_(reason=name),
            }
        )
    return rows


# --- exports ----------------------------------------------------------------------------------------------------------

EXPORTED = (
    "measure",
    "split",
    "group",
    "value",
    "unit",
    "counted",
    "part",
    "whole",
    "p90",
    "working",
    "formula",
)


@login_required
def export(request: HttpRequest, form: str) -> HttpResponse:
    """Every measure with its splits, as CSV or JSON: the figures of the page, unrounded."""
    if (refused := _may(request)) is not None:
        return refused
    found = asked(request.GET.dict())
    rows = [row for measure in MEASURES for row in _exported(found, measure)]
    span = (found.period.first_day.isoformat(), found.period.last_day.isoformat())
    if form == "json":
        named = [dict(zip(EXPORTED, row, strict=True)) for row in rows]
        return JsonResponse({"from": span[0], "to": span[1], "cohort": _cohort(found), "figures": named})
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(EXPORTED)
    writer.writerows([cell(value) for value in row] for row in rows)
    response = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="insights-{span[0]}-{span[1]}.csv"'
    return response


def _cohort(found: Asked) -> dict[str, str]:
    return {name: found.given[name] for name in COHORT if name in found.given}


def _exported(found: Asked, measure: Measure) -> list[tuple[Any, ...]]:
    rows = [("", "", figure(found, measure))]
    for by in measure.by:
        rows += [(by, name, one) for name, one in sorted(groups(found, measure, by).items())]
    if not measure.per_agent_day:
        starts = [_day(bound, found.period.zone) for bound in found.period.bounds]
        rows += [
            (found.period.by, start, one) for start, one in zip(starts, series(found, measure), strict=False)
        ]
    unit = "seconds" if measure.spans else measure.unit
    return [
        (
            measure.name,
            by,
            name,
            one.value,
            unit,
            one.n,
            one.part,
            one.whole,
            one.p90,
            one.working,
            measure.formula,
        )
        for by, name, one in rows
    ]


def _day(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).date().isoformat()
