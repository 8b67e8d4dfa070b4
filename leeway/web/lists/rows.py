"""A case as a line of a list: everything it shows, worked out once, so that the template only writes it down."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leeway.core.case import Case
from leeway.core.people import name_of
from leeway.core.policy import Policy
from leeway.core.roster import Roster
from leeway.store.queries.lists import Line
from leeway.web.templatetags.leeway_ui import (
    LEVEL_WEATHER,
    initials,
    percent,
    plain,
    sparkline,
    weather_of_risk,
)
from leeway.web.times import times

# A line is put together in one go: fifty of them by fifteen tags of the template language cost more than everything
# else on the page (measured: 8 of 27 ms). ``row`` escapes whatever goes into a blank and is not ready-made.
_CUSTOMER = (
    """<td><a class="whole" href="{href}">{customer}</a><small class="dim">C-{number}{about}</small></td>"""
)
_OWNER = """\
<td><span class="row tight nowrap"><span class="face" aria-hidden="true">{face}</span>{owner}</span>{asked}</td>"""
_NEED = """<td>{need}<small class="dim">{note}</small></td>"""

CONVERSATION = f"""\
<tr data-row>{{tick}}{_CUSTOMER}{_NEED}
<td data-label="{{risk_says}}"><span class="chip {{weather}} num">{{risk}}</span>
<small class="dim">{{feeling}}</small></td>
<td>{{level}}<small class="dim">{{status}}</small></td>
{_OWNER}
<td>{{clock}}<small class="dim">{{next_step}}</small></td><td data-label="{{last_says}}">{{last}}</td></tr>
"""

ESCALATION = f"""\
<tr data-row>{{tick}}<td>{{clock}}</td>{_CUSTOMER}{_NEED}
<td>{{level}}</td>
{_OWNER}
<td>{{journey}}<small class="dim">{{feeling}}</small></td>
<td>{{next_step}}<small class="dim">{{status}}</small></td></tr>
"""

TICK = '<td><input type="checkbox" name="case" value="{number}" aria-label="C-{number} {customer}"></td>'


class Scribe:
    """Writes lines for one reader; names, words and times are looked up once."""

    def __init__(self, policy: Policy, roster: Roster) -> None:
        self._roster = roster
        self._times = times()
        self._names: dict[str, str] = {}
        self._plain: dict[str, str] = {}
        self._pages = {place: reverse(place) for place in ("conversations", "escalations")}
        self._levels = {
            level.name: SafeString(
                f'<span class="chip {LEVEL_WEATHER[min(level.rank, 3)]}">L{level.rank + 1} '
                f"{escape(level.label or plain(level.name).capitalize())}</span>"
            )
            for level in (*policy.levels, *policy.desks)
        }
        self._words = {"risk_says": escape(_("risk")), "last_says": escape(_("last message"))}
        self._nobody, self._none, self._asked_words = _("nobody known"), _("none"), _("asked:")

    def name(self, person: str) -> str:
        if person not in self._names:
            self._names[person] = name_of(self._roster, person) if person else ""
        return self._names[person]

    def plain(self, word: str) -> str:
        if word not in self._plain:
            self._plain[word] = plain(word)
        return self._plain[word]

    def level(self, name: str) -> SafeString:
        return self._levels.get(name) or SafeString(f'<span class="chip">{escape(self.plain(name))}</span>')

    def rows(self, lines: Sequence[Line], place: str, *, ticks: bool = True) -> list[SafeString]:
        """``ticks``: each line can be selected."""
        return [self.row(line, place, ticks=ticks) for line in lines]

    def row(self, line: Line, place: str, *, ticks: bool = True) -> SafeString:
        case, clock = line.case, line.case.next_clock
        owner = self.name(case.owner)
        about = " · ".join(filter(None, (line.tier.capitalize(), self.plain(case.channel))))
        says = {
            "customer": case.customer_name or case.customer or self._nobody,
            "about": f" · {about}" if about else "",
            "need": need(case),
            "note": self._note(case),
            "owner": owner,
            "face": initials(owner) if owner else "?",
            "feeling": self.plain(case.feeling),
            "status": "" if case.status == "open" else self.plain(case.status),
            "next_step": self._next_step(case),
        }
        safe = {
            **{name: escape(said) for name, said in says.items()},
            **self._words,
            "number": case.id,
            "href": f"{self._pages[place]}/{case.id}",
            "level": self.level(case.level),
            "asked": self._asked(case),
            "clock": self._times.left(clock.due, clock.started_at) if clock else escape(self._none),
        }
        tick = TICK.format(number=case.id, customer=safe["customer"]) if ticks else ""
        if place == "escalations":
            return SafeString(ESCALATION.format(**safe, tick=tick, journey=self._journey(case)))
        risk = {"weather": weather_of_risk(case.risk), "risk": percent(case.risk)}
        last = self._times.when(case.last_message_at or case.opened_at)
        return SafeString(CONVERSATION.format(**safe, **risk, tick=tick, last=last))

    def _asked(self, case: Case) -> str:
        if case.asked is None:
            return ""
        return (
            f'<small class="dim">{escape(self._asked_words)} {escape(self.name(case.asked.person))}</small>'
        )

    @staticmethod
    def _journey(case: Case) -> SafeString:
        return sparkline(
            [point.sentiment for point in case.journey], weather_of_risk(case.risk), case.feeling
        )

    def _note(self, case: Case) -> str:
        parts = [self.plain(case.escalation.reason)] if case.escalation else []
        if case.explained.times > 1:
            parts.append(_("explained %(n)d times") % {"n": case.explained.times})
        if case.unanswered > 1:
            parts.append(_("%(n)d messages unanswered") % {"n": case.unanswered})
        return " · ".join(parts)

    def _next_step(self, case: Case) -> str:
        record, clock = case.escalation, case.next_clock
        if record is not None and record.state == "requested":
            n = len(record.untried) + len(record.missing)
            return ngettext(
                "%(n)d thing to do before it goes up", "%(n)d things to do before it goes up", n
            ) % {"n": n}
        if case.asked is not None:
            return _("accept the hand-off")
        return self.plain(clock.kind) if clock else ""


def need(case: Case) -> str:
    """The matter in one line: the customer's own words, else the subject."""
    words = case.summary.text if case.summary else case.subject
    words = words[:1].upper() + words[1:]
    return words if len(words) <= 92 else words[:91].rstrip() + "…"


EXPORTED = (
    "case",
    "status",
    "level",
    "owner",
    "customer",
    "customer_name",
    "tier",
    "channel",
    "product",
    "subject",
    "matter",
    "risk",
    "feeling",
    "escalation_reason",
    "escalated_at",
    "opened_at",
    "last_message_at",
    "next_clock",
    "next_due",
)


def exported(line: Line) -> list[Any]:
    """A line of the CSV, in the order of ``EXPORTED``; times in UTC."""
    case, record, clock = line.case, line.case.escalation, line.case.next_clock
    return [
        f"C-{case.id}",
        case.status,
        case.level,
        case.owner,
        case.customer,
        case.customer_name,
        line.tier,
        case.channel,
        case.product,
        case.subject,
        case.summary.text if case.summary else "",
        round(case.risk, 3),
        case.feeling,
        record.reason if record else "",
        _iso(record.escalated_at if record else None),
        _iso(case.opened_at),
        _iso(case.last_message_at),
        clock.kind if clock else "",
        _iso(clock.due if clock else None),
    ]


def _iso(at: datetime | None) -> str:
    return at.isoformat(timespec="seconds") if at else ""
