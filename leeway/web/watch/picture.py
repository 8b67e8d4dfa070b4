"""The picture Watch shows: put together once for everybody who sees the same, however many look."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language

from leeway.core.people import people_of
from leeway.core.policy import Policy
from leeway.core.relief import Run, runs
from leeway.core.roster import UnknownName, on_call
from leeway.packs.units import span_in_words
from leeway.store.queries import watch
from leeway.store.queries.cases import visible_cases
from leeway.store.queries.counts import counts
from leeway.store.queries.measures import BY_NAME
from leeway.store.queries.relief import conversations_since
from leeway.web import house
from leeway.web.access import Viewer
from leeway.web.templatetags.leeway_ui import level_words, plain
from leeway.web.watch.shared import Shared

FRESH_SECONDS = 10
"""So long a picture of the same facts is good: the words of its clocks are minutes."""

RELIEF_SECONDS = 30
"""A run of heated conversations is noticed this much later at most."""

MEASURES_SECONDS = 60
"""The week's figures are about so old at most; in a house of 200,000 cases, where they take a second, two minutes."""

_shared = Shared()
_figures = Shared()


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose Watch, narrowed to what."""

    viewer: Viewer
    mine: bool = False
    level: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """``newest`` is the number of the newest fact in it; the parts are HTML."""

    newest: int
    title: str
    body: str

    @property
    def fragment(self) -> str:
        """What an open page puts in the place of what it shows."""
        return render_to_string("leeway/watch/again.html", {"picture": self})


def asked(viewer: Viewer, level: str, *, mine: bool) -> Asked:
    known = any(one.name == level for one in house.world().policy.levels)
    return Asked(viewer, mine, level if known else "")


def picture(of: Asked, newest: int) -> Picture:
    """``newest`` was looked up before: what comes meanwhile is told again rather than never."""
    key = (newest, _fresh(FRESH_SECONDS), _sees_as(of), of.level, *_reader())

    def make() -> Picture:
        context = _everything(of) | {"newest": newest}
        return Picture(
            newest,
            render_to_string("leeway/watch/title.html", context),
            render_to_string("leeway/watch/live.html", context),
        )

    made: Picture = _shared.get(house.house(), key, make)
    return made


def _fresh(seconds: int) -> int:
    return int(house.now().timestamp()) // seconds


def _sees_as(of: Asked) -> Hashable:
    """Whoever has this in common with somebody sees the very same Watch."""
    viewer = of.viewer
    cases = None if viewer.sees_everything else viewer.colleagues
    return cases, viewer.may_lead, viewer.may_see_insights, of.mine, viewer.person if of.mine else ""


def _reader() -> tuple[str, str]:
    return get_language() or "", timezone.get_current_timezone_name()


def _everything(of: Asked) -> dict[str, Any]:
    viewer, mine, level = of.viewer, of.mine, of.level
    policy = house.world().policy
    rows = visible_cases(viewer)
    escalations = watch.escalations_by_time_left(_narrowed(rows, of))
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
        "relief": _relief(policy, viewer) if viewer.may_lead else (),
        "relief_hours": span_in_words(policy.relief.within),
        "formulas": BY_NAME,
        "on_call": _on_call(policy),
        "mine": mine,
        "level": level,
        "all_levels": policy.levels[1:],
    }


def _relief(policy: Policy, viewer: Viewer) -> list[Run]:
    """Colleagues of this viewer in a run of heated conversations; looked up for the whole house once a minute."""
    now = house.now()
    found: tuple[Run, ...] = _figures.get_for(
        house.house(),
        ("relief", policy.version),
        RELIEF_SECONDS,
        now.timestamp(),
        lambda: runs(conversations_since(now - policy.relief.within.length), policy.relief, now),
    )
    return [run for run in found if viewer.sees_everything or run.person in viewer.colleagues]


def _by_level(policy: Policy) -> list[tuple[str, int]]:
    """How many there are at each level that has any, the lowest first; requested ones under an empty name."""
    found = watch.open_by_level()
    levels = {level.name: level for level in (*policy.levels, *policy.desks)}
    names = sorted(found, key=lambda name: levels[name].rank if name in levels else -1)
    return [(level_words(levels[name]) if name in levels else plain(name), found[name]) for name in names]


def _narrowed(rows: QuerySet[Any], of: Asked) -> QuerySet[Any]:
    if of.mine:
        rows = rows.filter(Q(owner=of.viewer.person) | Q(asked=of.viewer.person))
    return rows.filter(level=of.level) if of.level else rows


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
