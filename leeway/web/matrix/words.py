"""A matrix in plain words: what a rule asks for, what a level's clocks are, what happens when nobody is there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from leeway.core.cue import CueKind
from leeway.core.people import name_of
from leeway.core.policy import Condition, Is, NobodyThere, OneOf, Policy, RegulatorClock, Span, Step, Within
from leeway.core.risk import cue_in_words
from leeway.core.roster import Roster, UnknownName
from leeway.core.situation import COLUMNS, Column
from leeway.packs import authority, units
from leeway.packs.conditions import cell_in_words
from leeway.packs.sentences import step_in_words

SHORT = {
    "contacts_30d": gettext_noop("contacts in 30 days"),
    "same_matter": gettext_noop("about the same matter"),
    "first_contact": gettext_noop("nobody has answered yet"),
    "attempts": gettext_noop("solutions offered"),
    "refused": gettext_noop("solutions declined"),
    "offer_needed": gettext_noop("asks for"),
    "reopened": gettext_noop("times reopened"),
    "reassigned": gettext_noop("changes of owner"),
    "unanswered": gettext_noop("messages without an answer"),
    "waiting": gettext_noop("waiting for"),
    "age": gettext_noop("open for"),
    "renewal_in": gettext_noop("days until renewal"),
    "tenure_years": gettext_noop("years as a customer"),
    "spend": gettext_noop("spent with us"),
    "earlier_escalations": gettext_noop("earlier escalations"),
    "times_explained": gettext_noop("times explained"),
    "people_explained_to": gettext_noop("people it was explained to"),
    "escalated": gettext_noop("already escalated"),
    "requested_by": gettext_noop("asked for by"),
}
"""Columns whose file name is no phrase a person would say; marked for translators."""

TIMES = (gettext_noop("at once"), gettext_noop("hourly"), gettext_noop("daily"), gettext_noop("weekly"))
DONE = (gettext_noop("accepted"), gettext_noop("answered"), gettext_noop("resolved"))


def column_in_words(name: str) -> str:
    return _(SHORT.get(name, name.replace("_", " ")))


def when(conditions: Sequence[Condition], currency: str) -> list[str]:
    """Every condition of a rule as a phrase; all of them have to hold."""
    return [condition_in_words(condition, currency) for condition in conditions] or [_("always")]


def condition_in_words(condition: Condition, currency: str) -> str:
    column, test = COLUMNS[condition.column], condition.test
    if isinstance(test, Is):
        said = column_in_words(column.name)
        return said if test.value else _("not: %(what)s") % {"what": said}
    if isinstance(test, OneOf):
        return _words(column, test)
    return _amount(column, test, currency)


def _words(column: Column, test: OneOf) -> str:
    listed = _either([_value(column, value) for value in test.values])
    if test.negated:
        listed = (_("none of %(them)s") if len(test.values) > 1 else _("not %(them)s")) % {"them": listed}
    return listed if column.name == "cue" else f"{column_in_words(column.name)} {listed}"


def _value(column: Column, value: str) -> str:
    return _(cue_in_words(cast("CueKind", value)) if column.name == "cue" else value.replace("_", " "))


def _either(values: Sequence[str]) -> str:
    if len(values) == 1:
        return values[0]
    return _("%(most)s or %(last)s") % {"most": ", ".join(values[:-1]), "last": values[-1]}


def _amount(column: Column, test: Within, currency: str) -> str:
    name = column_in_words(column.name)
    if test.above_authority:
        return _("asks for more than the owner may give")
    bounds = {"low": _number(column, test.low, currency), "high": _number(column, test.high, currency)}
    if test.low is not None and test.low == test.high:
        said = bounds["low"]
    elif test.low is not None and test.high is not None:
        said = _("from %(low)s to %(high)s") % bounds
    elif test.low is not None:
        said = (_("more than %(low)s") if test.low_open else _("%(low)s or more")) % bounds
    else:
        said = (_("less than %(high)s") if test.high_open else _("at most %(high)s")) % bounds
    return f"{name} {said}"


def _number(column: Column, bound: float | None, currency: str) -> str:
    if bound is None:
        return ""
    if column.kind == "share":
        return _("%(n)d%%") % {"n": round(bound * 100)}
    return cell_in_words(Within(low=bound, high=bound), column, currency=currency)


def span(length: Span) -> str:
    """``4 h``, with a word where only open hours count."""
    said = units.span_in_words(length).removesuffix(" (w)")
    return _("%(time)s of open hours") % {"time": said} if length.working else said


def target(roster: Roster, who: str) -> str:
    """``team:frontline`` as people call it."""
    kind, _colon, name = who.partition(":")
    try:
        match kind:
            case "team":
                return roster.team(name).name
            case "rota":
                return roster.rota(name).name
            case "next":
                return _("next on %(rota)s") % {"rota": roster.rota(name).name}
            case "manager_of":
                return _("the owner's manager")
            case "lead_of":
                return _("lead of %(team)s") % {"team": roster.team(name).name}
    except UnknownName:
        return name.replace("_", " ")
    return name_of(roster, name) if kind == "person" else who.replace("_", " ")


def level_name(policy: Policy, name: str) -> str:
    try:
        level = policy.level(name)
    except KeyError:
        return name.replace("_", " ")
    return level.label or level.name.replace("_", " ").capitalize()


def plan(policy: Policy, roster: Roster, what: NobodyThere) -> str:
    done = (
        _("hand to %(who)s") % {"who": target(roster, what.hand_to)}
        if what.hand_to
        else _("wait until somebody is there")
    )
    stays = (
        _("; %(level)s stays accountable") % {"level": level_name(policy, what.owner_stays)}
        if what.owner_stays
        else ""
    )
    told = _("; the customer is told") if what.tell_customer else ""
    return done + stays + told


def step(roster: Roster, what: Step) -> tuple[str, str]:
    """When, and what is done."""
    when_, deed = step_in_words(what)
    named = target(roster, what.who) if what.who else ""
    by = _(" by %(channels)s") % {"channels": _either(what.by)} if what.by else ""
    unless = _(" if not %(done)s") % {"done": _(what.if_not)} if what.if_not else ""
    match what.do:
        case "tell":
            deed = _("tell %(who)s") % {"who": named}
        case "give_to":
            deed = _("ask %(who)s instead") % {"who": named}
        case "update_customer":
            deed = _("give the customer news")
        case "climb":
            deed = _("climb to the next level")
    return _(when_).replace(" (w)", _(" of open hours")), deed + by + unless


def limits(policy: Policy) -> list[tuple[str, dict[str, str]]]:
    """What each level may decide alone, an instrument a column."""
    table: dict[str, dict[str, str]] = {}
    for limit in policy.authority:
        said = authority.in_words(limit).removesuffix(" per case")
        row = table.setdefault(limit.level or f"{authority.ROLE}{limit.role}", {})
        row[limit.instrument] = "; ".join(filter(None, (row.get(limit.instrument), said)))
    return list(table.items())


def regulator(clock: RegulatorClock) -> str:
    return _("%(time)s, from %(start)s until %(stop)s") % {
        "time": span(clock.length),
        "start": _(clock.starts_on.replace("_", " ")),
        "stop": _(clock.stops_on.replace("_", " ")),
    }
