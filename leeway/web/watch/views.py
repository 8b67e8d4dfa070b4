"""Watch: the weather of the house at a glance."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from leeway.core.people import people_of
from leeway.core.roster import UnknownName, on_call
from leeway.store.queries import watch
from leeway.store.queries.cases import visible_cases
from leeway.web import house
from leeway.web.access import Viewer


@login_required
def page(request: HttpRequest) -> HttpResponse:
    return render(request, "leeway/watch/page.html", {"place": "watch", **_everything(request)})


@login_required
def live(request: HttpRequest) -> HttpResponse:
    """The same again, without the frame, when something happened."""
    return render(request, "leeway/watch/live.html", _everything(request))


def _everything(request: HttpRequest) -> dict[str, object]:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    last = watch.newest_fact()  # read first: what comes meanwhile is told again rather than never
    rows = visible_cases(viewer)
    mine = "mine" in request.GET
    level = request.GET.get("level", "")
    escalations = watch.escalations_by_time_left(_narrowed(rows, viewer, mine=mine, level=level))
    storms = watch.brewing(rows)
    start, end = watch.week_before(house.now())
    earlier = watch.escalation_rate(start - (end - start), start)
    rate = watch.escalation_rate(start, end)
    return {
        "live_after": last,
        "escalations": escalations,
        "brewing": storms,
        "levels": watch.open_by_level(),
        "first": next((line.case for line in escalations if line.case.next_clock), None),
        "kept": watch.promises_kept(start, end),
        "rate": rate,
        "rate_change": _points(rate.share, earlier.share),
        "calmed": watch.calmed(start, end),
        "on_call": _on_call(),
        "mine": mine,
        "level": level,
        "all_levels": house.world().policy.levels[1:],
    }


def _narrowed(rows: QuerySet[Any], viewer: Viewer, *, mine: bool, level: str) -> QuerySet[Any]:
    if mine:
        rows = rows.filter(Q(owner=viewer.person) | Q(asked=viewer.person))
    return rows.filter(level=level) if level else rows


def _points(now: float | None, before: float | None) -> float | None:
    return None if now is None or before is None else round((now - before) * 100, 1)


def _on_call() -> list[dict[str, object]]:
    """Who answers for each level now: its rota if it has one, else who of the team is there."""
    world, moment = house.world(), house.now()
    found = []
    for level in world.policy.levels[1:]:
        rota = f"{level.name}_on_call"
        try:
            duty = on_call(world.roster, rota, moment)
        except UnknownName:
            continue
        if duty.person:
            found.append({"level": level, "person": duty.person, "until": duty.until, "next": duty.next})
    return found or [{"level": None, "person": name, "until": None, "next": ""} for name in _leads()]


def _leads() -> tuple[str, ...]:
    world = house.world()
    above = world.policy.levels[1:2]
    return tuple(name for level in above for name in people_of(world.roster, level.target, house.now())[:1])
