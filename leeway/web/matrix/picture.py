"""The matrix in force as its page shows it: words for everything, and the hours grid as a drawing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from leeway.core.policy import Level, Policy, Rule
from leeway.core.roster import Roster, on_call
from leeway.web import house
from leeway.web.matrix import words
from leeway.web.matrix.reach import DAYS, HOURS, Reachable, Row, Stretch, reachable


@dataclass(frozen=True, slots=True)
class RuleLine:
    place: int
    rule: Rule
    when: list[str]
    tells: list[str]


@dataclass(frozen=True, slots=True)
class LevelLine:
    level: Level
    name: str
    who: str
    accept: str
    resolve: str
    update: str
    plan: str
    climbs_to: str


def everything(policy: Policy, roster: Roster) -> dict[str, Any]:
    """What both the page and a version's page say about a matrix."""
    return {
        "policy": policy,
        "rules": [rule_line(policy, roster, place, rule) for place, rule in enumerate(policy.rules, 1)],
        "levels": [_level_line(policy, roster, level) for level in policy.levels],
        "desks": [_level_line(policy, roster, desk) for desk in policy.desks],
        "steps": [
            (words.level_name(policy, group.level), [words.step(roster, one) for one in group.steps])
            for group in policy.steps
        ],
        "instruments": sorted({limit.instrument for limit in policy.authority}),
        "limits": [
            (words.level_name(policy, level), [by_instrument.get(one, "") for one in _instruments(policy)])
            for level, by_instrument in words.limits(policy)
        ],
        "regulators": [(clock, words.regulator(clock)) for clock in policy.regulators],
        "clocks": list(_clocks(policy)),
    }


def rule_line(policy: Policy, roster: Roster, place: int, rule: Rule) -> RuleLine:
    tells = [words.target(roster, who) for who in (*rule.tell, *rule.tell_outside)]
    return RuleLine(place, rule, words.when(rule.when, policy.currency), tells)


def _level_line(policy: Policy, roster: Roster, level: Level) -> LevelLine:
    plan = policy.plan_for(level.name)
    return LevelLine(
        level=level,
        name=words.level_name(policy, level.name),
        who=words.target(roster, level.target),
        accept=words.span(level.accept),
        resolve=words.span(level.resolve),
        update=words.span(level.update),
        plan=words.plan(policy, roster, plan) if plan else "",
        climbs_to=words.level_name(policy, level.climbs_to) if level.climbs_to else "",
    )


def _instruments(policy: Policy) -> list[str]:
    return sorted({limit.instrument for limit in policy.authority})


def _clocks(policy: Policy) -> Iterator[tuple[str, str]]:
    """The clocks every case runs; those the house does not run are left out."""
    named = {
        "first_response": _("first answer within"),
        "next_response": _("further answers within"),
        "follow_up": _("follow-up after"),
        "approval": _("approvals decided within"),
        "consult": _("consults answered within"),
    }
    for field, said in named.items():
        length = getattr(policy.clocks, field)
        if length is not None:
            yield said, words.span(length)
    yield _("everything closed within"), words.span(policy.close_within)


# Who is on call now


def duties(roster: Roster) -> list[dict[str, Any]]:
    now = house.now()
    return [{"rota": rota, "duty": on_call(roster, rota.id, now)} for rota in roster.rotas]


# The hours grid

LEFT, TOP, CELL, LINE, BAR = 96, 34, 2, 26, 20
DAY = CELL * HOURS


def two_weeks(policy: Policy, roster: Roster) -> Reachable:
    """From today on, on the clock of whoever is looking."""
    zone = timezone.get_current_timezone_name()
    return reachable(policy, roster, timezone.localtime(house.now()).date(), zone)


def grid(policy: Policy, found: Reachable) -> SafeString:
    """The two weeks, drawn: a bar for each stretch, its hours on hover. The table below it says the same."""
    width, height = LEFT + DAY * DAYS, TOP + LINE * len(found.rows)
    days = format_html_join(
        "",
        '<text x="{}" y="12">{}</text>',
        ((_x(n, 0), date_format(d, "D")) for n, d in enumerate(found.days)),
    )
    dates = format_html_join(
        "", '<text x="{}" y="26">{}</text>', ((_x(n, 0), d.day) for n, d in enumerate(found.days))
    )
    rows = format_html_join(
        "", "{}", ((_row(policy, place, row, found),) for place, row in enumerate(found.rows))
    )
    return format_html(
        '<svg class="chart hours" viewBox="0 0 {} {}" width="{}" role="img" aria-label="{}">{}{}{}</svg>',
        width,
        height,
        width,
        _("Who can be reached, hour by hour, in the next two weeks. The table below says the same."),
        days,
        dates,
        rows,
    )


def _x(day: int, hour: int) -> int:
    return LEFT + day * DAY + hour * CELL


def _row(policy: Policy, place: int, row: Row, found: Reachable) -> SafeString:
    y = TOP + place * LINE
    name = words.level_name(policy, row.level.name)
    days = [date_format(day, "D j M") for day in found.days]
    bars = format_html_join(
        "",
        '<rect class="{}" x="{}" y="{}" width="{}" height="{}" rx="2"><title>{}</title></rect>',
        (
            (
                one.reach,
                _x(number, one.start),
                y,
                (one.end - one.start) * CELL - (1 if one.end == HOURS else 0),
                BAR,
                f"{name}, {days[number]} {hours_in_words(one)}: {reach_words(one)}",
            )
            for number, stretches in enumerate(row.days)
            for one in stretches
        ),
    )
    return format_html('<text x="0" y="{}">{}</text>{}', y + 14, name, bars)


def hours_in_words(one: Stretch) -> str:
    return f"{one.start:02d}:00–{one.end:02d}:00"


def reach_words(one: Stretch) -> str:
    match one.reach:
        case "there":
            return _("somebody is there")
        case "plan":
            return _("by plan")
        case "nobody":
            return _("nobody")


def table(found: Reachable) -> list[tuple[str, list[str]]]:
    """A line for each day, a cell for each level."""
    return [
        (date_format(day, "D j M"), [_cell(row.days[number]) for row in found.rows])
        for number, day in enumerate(found.days)
    ]


def _cell(stretches: tuple[Stretch, ...]) -> str:
    if len(stretches) == 1:
        return reach_words(stretches[0])
    return "; ".join(f"{hours_in_words(one)} {reach_words(one)}" for one in stretches)


def holes(policy: Policy, found: Reachable) -> list[tuple[str, int]]:
    return [(words.level_name(policy, row.level.name), row.holes) for row in found.rows if row.holes]
