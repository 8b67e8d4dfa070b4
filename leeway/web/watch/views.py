"""Watch: the weather of the house at a glance."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language

from leeway.core.people import people_of
from leeway.core.policy import Policy
from leeway.core.roster import UnknownName, on_call
from leeway.store.queries import watch
from leeway.store.queries.cases import visible_cases
from leeway.store.queries.counts import counts
from leeway.store.queries.measures import BY_NAME
from leeway.web import house
from leeway.web.access import Viewer
from leeway.web.templatetags.leeway_ui import level_words, plain
from leeway.web.watch.shared import Shared

FRESH_SECONDS = 10
"""So long a picture of the same facts is good: the words of its clocks are minutes."""

MEASURES_SECONDS = 60
"""The week's figures are about so old at most; in a house of 200,000 cases, where they take a second, two minutes."""

_shared = Shared()
_figures = Shared()


@login_required
def page(request: HttpRequest) -> HttpResponse:
    last, picture = _picture(request)
    return render(request, "leeway/watch/page.html", {"place": "watch", "live_after": last, **picture})


@login_required
def live(request: HttpRequest) -> HttpResponse:
    """The same again, without the frame, when something happened."""
    return render(request, "leeway/watch/again.html", _picture(request)[1])


def _picture(request: HttpRequest) -> tuple[int, dict[str, str]]:
    """The number of the newest fact in it, and its two parts as HTML."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    last = watch.newest_fact()  # read first: what comes meanwhile is told again rather than never
    level = request.GET.get("level", "") if _is_level(request.GET.get("level", "")) else ""
    mine = "mine" in request.GET
    key = (last, _fresh(FRESH_SECONDS), _sees_as(viewer, mine=mine), mine, level, *_reader())

    def make() -> dict[str, str]:
        context = _everything(viewer, mine=mine, level=level)
        return {
            "title": render_to_string("leeway/watch/title.html", context),
            "body": render_to_string("leeway/watch/live.html", context),
        }

    return last, _shared.get(house.house(), key, make)


def _fresh(seconds: int) -> int:
    return int(house.now().timestamp()) // seconds


def _sees_as(viewer: Viewer, *, mine: bool) -> Hashable:
    """Whoever has this in common with somebody sees the very same Watch."""
    cases = None if viewer.sees_everything else viewer.colleagues
    return cases, viewer.may_lead, viewer.may_see_insights, viewer.person if mine else ""


def _reader() -> tuple[str, str]:
    return get_language() or "", timezone.get_current_timezone_name()


def _is_level(name: str) -> bool:
    return any(level.name == name for level in house.world().policy.levels)


def _everything(viewer: Viewer, *, mine: bool, level: str) -> dict[str, Any]:
    policy = house.world().policy
    rows = visible_cases(viewer)
    escalations = watch.escalations_by_time_left(_narrowed(rows, viewer, mine=mine, level=level))
    storms, brews = watch.weather(rows)
    return {
        "viewer": viewer,
        "counts": counts(),
        "escalations": escalations,
        "brewing": watch.brewing(rows),
        "storms": storms,
        "brews": brews,
        "more": not mine and not level and storms > len(escalations),
        "levels": _by_level(policy),
        "first": next((line.case for line in escalations if line.case.next_clock), None),
        "week": _figures.get_for(
            house.house(),
            "week",
            MEASURES_SECONDS,
            house.now().timestamp(),
            lambda: watch.measures(house.now(), policy),
        ),
        "formulas": BY_NAME,
        "on_call": _on_call(policy),
        "mine": mine,
        "level": level,
        "all_levels": policy.levels[1:],
    }


def _by_level(policy: Policy) -> list[tuple[str, int]]:
    """How many there are at each level that has any, the lowest first; requested ones under an empty name."""
    found = watch.open_by_level()
    levels = {level.name: level for level in (*policy.levels, *policy.desks)}
    names = sorted(found, key=lambda name: levels[name].rank if name in levels else -1)
    return [(level_words(levels[name]) if name in levels else plain(name), found[name]) for name in names]


def _narrowed(rows: QuerySet[Any], viewer: Viewer, *, mine: bool, level: str) -> QuerySet[Any]:
    if mine:
        rows = rows.filter(Q(owner=viewer.person) | Q(asked=viewer.person))
    return rows.filter(level=level) if level else rows


def _on_call(policy: Policy) -> list[dict[str, object]]:
    """Who answers for each level now: its rota if it has one, else who of the team is there."""
    roster, moment = house.world().roster, house.now()
    found = []
    for level in policy.levels[1:]:
        try:
            duty = on_call(roster, f"{level.name}_on_call", moment)
        except UnknownName:
            continue
        if duty.person:
            found.append({"level": level, "person": duty.person, "until": duty.until, "next": duty.next})
    return found or [
        {"level": None, "person": name, "until": None, "next": ""}
        for level in policy.levels[1:2]
        for name in people_of(roster, level.target, moment)[:1]
    ]
