"""An explanation in sentences. The command line says them too, in English."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import cast

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leeway.core.cue import CueKind
from leeway.core.matrix import Value
from leeway.core.people import name_of
from leeway.core.policy import Condition, Policy, Within
from leeway.core.risk import cue_in_words
from leeway.core.roster import Roster
from leeway.core.situation import COLUMNS
from leeway.packs.conditions import cell_in_words
from leeway.prove.explain.parts import (
    Change,
    ClockStory,
    ColumnChange,
    Explanation,
    Held,
    Opened,
    RiskSeen,
    Routing,
    RuleSeen,
)
from leeway.web.matrix import words as matrix
from leeway.web.vocabulary import CLOCKS

EMPTY = "–"


def value(column: str, held: Value, currency: str) -> str:
    """What a column held, as a person says it."""
    if held is None:
        return _("not known")
    if isinstance(held, bool):
        return _("yes") if held else _("no")
    if isinstance(held, tuple):
        said = [_(cue_in_words(cast("CueKind", one))) if column == "cue" else one for one in held]
        return ", ".join(one.replace("_", " ") for one in said) or _("none")
    if isinstance(held, str):
        return _(held.replace("_", " ")) if held else _("nothing")
    if COLUMNS[column].kind == "share":
        return _("%(n)d%%") % {"n": round(held * 100)}
    return cell_in_words(Within(low=held, high=held), COLUMNS[column], currency=currency)


def asked(one: Held, currency: str) -> str:
    return matrix.condition_in_words(one.condition, currency)


def why_not(rule: RuleSeen, currency: str) -> str:
    """Why a rule did not decide, in half a sentence; empty for the one that did."""
    failed = next((one for one in rule.conditions if not one.holds), None)
    if rule.decides:
        return ""
    if failed is not None:
        held = value(failed.condition.column, failed.value, currency)
        return _("needs: %(asked)s; it was: %(held)s") % {"asked": asked(failed, currency), "held": held}
    if not rule.leads_up:
        return _("holds, and leads nowhere higher")
    if rule.had_its_say:
        return _("holds, and had its say in this contact already")
    return _("holds too, and stands below the rule that decides")


# --- the smallest change


def change(one: Change, policy: Policy) -> str:
    """One outcome that was near: ``It would have stayed where it is with risk less than 70 % instead of 72 %.``."""
    conditions = _(" and ").join(column_change(column, policy.currency) for column in one.columns)
    if not one.rule:
        return _("It would have stayed where it is with %(changes)s.") % {"changes": conditions}
    return _("Rule “%(rule)s” would have sent it to %(level)s with %(changes)s.") % {
        "rule": one.rule,
        "level": matrix.level_name(policy, one.go),
        "changes": conditions,
    }


def column_change(one: ColumnChange, currency: str) -> str:
    name, was = matrix.column_in_words(one.column), value(one.column, one.was, currency)
    if isinstance(one.was, tuple) and isinstance(one.to, tuple):
        return _and(list(_words_changed(one.column, one.was, one.to)))
    if one.to is None or one.to == "":
        return _("%(column)s unknown instead of %(was)s") % {"column": name, "was": was}
    if isinstance(one.to, bool):
        return _("“%(column)s”: %(to)s instead of %(was)s") % {
            "column": name,
            "to": value(one.column, one.to, currency),
            "was": was,
        }
    if one.bound is not None and COLUMNS[one.column].kind == "share":
        said = matrix.condition_in_words(Condition(one.column, one.bound), currency)
        return _("%(asked)s instead of %(was)s") % {"asked": said, "was": was}
    return _("%(column)s %(to)s instead of %(was)s") % {
        "column": name,
        "to": value(one.column, one.to, currency),
        "was": was,
    }


def _words_changed(column: str, was: tuple[str, ...], to: tuple[str, ...]) -> Iterator[str]:
    for word in was:
        if word not in to:
            yield _("no “%(word)s”") % {"word": value(column, (word,), "")}
    for word in to:
        if word not in was:
            yield _("“%(word)s” as well") % {"word": value(column, (word,), "")}


def _and(parts: list[str]) -> str:
    return _(" and ").join(filter(None, (", ".join(parts[:-1]), parts[-1]))) if parts else ""


# --- people, clocks, risk


def routing(one: Routing, policy: Policy, roster: Roster) -> str:
    level = matrix.level_name(policy, one.level)
    if one.by_routing and one.chosen:
        return _("%(who)s was found for %(level)s: %(why)s.") % {
            "who": name_of(roster, one.chosen),
            "level": level,
            "why": one.why,
        }
    if not one.chosen:
        opens = _("; somebody is there at %(at)s") % {"at": _time(one.next_open)} if one.next_open else ""
        return _("Nobody of %(level)s could take it at that minute%(opens)s.") % {
            "level": level,
            "opens": opens,
        }
    return _("Not chosen by load and skill: %(why)s. Those would have given it to %(who)s.") % {
        "why": one.why or _("named by hand"),
        "who": name_of(roster, one.chosen),
    }


def clock(one: ClockStory, policy: Policy) -> str:
    """Why the clock ran out when it did, and what that leads to."""
    parts = [
        _("The clock “%(clock)s” started %(start)s with %(length)s")
        % {
            "clock": CLOCKS.get(one.kind, one.kind),
            "start": _time(one.started_at),
            "length": matrix.span(one.length),
        }
    ]
    if one.length.working and one.calendar:
        parts.append(_(" of calendar “%(calendar)s”") % {"calendar": one.calendar})
    if one.pauses:
        stood = ngettext(", stood still once", ", stood still %(n)d times", one.pauses)
        parts.append(stood % {"n": one.pauses})
    if one.due is not None:
        parts.append(_(", and ran until %(due)s") % {"due": _time(one.due)})
    if one.noticed_at is not None:
        parts.append(_("; that was noticed %(noticed)s") % {"noticed": _time(one.noticed_at)})
    if one.kind == "level" and one.climbs_to:
        above = matrix.level_name(policy, one.climbs_to)
        parts.append(_(". Unsolved by then, a case climbs to %(level)s") % {"level": above})
    return "".join(parts) + "."


def risk(one: RiskSeen) -> str:
    return _(
        "The risk was %(risk)s; an alert is raised from %(threshold)s on. Below that nobody would have been told."
    ) % {
        "risk": f"{one.risk:.0%}",
        "threshold": f"{one.threshold:.0%}",
    }


def _time(at: datetime) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"


def says(found: Explanation, policy: Policy, roster: Roster) -> list[str]:
    """The explanation in a few sentences, the most telling first."""
    return list(_says(found, policy, roster))


def opened(one: Opened, roster: Roster) -> str:
    """Who or what opened the escalation, and what it waited for."""
    who = name_of(roster, one.by) or _("somebody")
    match one.source:
        case "rule" if one.rule:
            said = _("The escalation was opened by rule “%(rule)s” at %(at)s") % {
                "rule": one.rule,
                "at": _time(one.at),
            }
        case "rule":
            said = _("The escalation was opened by a clock at %(at)s: %(why)s") % {
                "why": one.why,
                "at": _time(one.at),
            }
        case "customer":
            said = _("The customer asked for it at %(at)s; no rule was needed") % {"at": _time(one.at)}
        case _:
            said = _("%(who)s asked for it at %(at)s; no rule was needed") % {"who": who, "at": _time(one.at)}
    if one.override:
        return _("%(said)s. What was owed first was passed over: %(why)s.") % {
            "said": said,
            "why": one.override,
        }
    if one.untried:
        steps = ", ".join(step.replace("_", " ") for step in one.untried)
        return _("%(said)s. It waited for what was still to try: %(steps)s.") % {"said": said, "steps": steps}
    return f"{said}."


def _says(found: Explanation, policy: Policy, roster: Roster) -> Iterator[str]:
    if found.opened is not None:
        yield opened(found.opened, roster)
    deciding = next((rule for rule in found.rules if rule.decides), None)
    if deciding is not None:
        yield _("Rule %(place)d of version %(version)d, “%(rule)s”, decided, because it saw: %(seen)s.") % {
            "place": deciding.place,
            "version": found.policy_version,
            "rule": deciding.name,
            "seen": _seen(deciding, policy.currency) or _("a case like any other"),
        }
    elif found.rules:
        yield _("No rule of version %(version)d decided at that moment.") % {"version": found.policy_version}
    if found.routing is not None:
        yield routing(found.routing, policy, roster)
    if found.clock is not None:
        yield clock(found.clock, policy)
    if found.risk is not None:
        yield risk(found.risk)
    for one in found.changes:
        yield change(one, policy)
    if not found.exact:
        yield _(
            "Made again from what is on record it comes out otherwise: the program or its word lists have changed. "
            "What stands here is a reading of the log, not a proof."
        )


def _seen(rule: RuleSeen, currency: str) -> str:
    held = [(one.condition.column, one.value) for one in rule.conditions]
    return _and([f"{matrix.column_in_words(name)} {value(name, what, currency)}" for name, what in held])
