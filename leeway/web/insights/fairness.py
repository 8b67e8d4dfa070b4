"""The fairness page: whether like cases get like offers, in plain words, with its figures to take along."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseForbidden
from django.shortcuts import render
from django.utils.translation import gettext as _

from leeway.learn.fairness import Difference, report
from leeway.store.queries import offers
from leeway.web import house
from leeway.web.access import Viewer
from leeway.web.csv_safe import csv_response
from leeway.web.insights.kept import kept

DAYS = {"90": 90, "180": 180, "365": 365}
COLUMNS = (
    "dimension",
    "group",
    "n",
    "others",
    "mean",
    "mean_others",
    "difference",
    "low",
    "high",
    "verdict",
    "says",
)


def found(days: int) -> list[Difference]:
    """The report over the last so many days."""
    now = house.now()
    return kept(
        ("fairness", days, now.date()), lambda: report(offers.given_since(now - timedelta(days=days)))
    )


def _days(request: HttpRequest) -> str:
    asked = request.GET.get("days", "")
    return asked if asked in DAYS else "365"


def _may(request: HttpRequest) -> bool:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return viewer.may_see_insights


@login_required
def page(request: HttpRequest) -> HttpResponse:
    if not _may(request):
        return HttpResponseForbidden(_("Your role may not do this."))
    days = _days(request)
    lines = found(DAYS[days])
    context = {
        "place": "insights",
        "lines": lines,
        "days": days,
        "choices": tuple(DAYS),
        "clear": [line for line in lines if line.verdict in ("more", "less")],
    }
    return render(request, "leeway/insights/fairness.html", context)


@login_required
def export(request: HttpRequest) -> HttpResponseBase:
    if not _may(request):
        return HttpResponseForbidden(_("Your role may not do this."))
    lines = found(DAYS[_days(request)])
    rows = ([str(getattr(line, name)) for name in COLUMNS] for line in lines)
    return csv_response("fairness.csv", COLUMNS, rows)
