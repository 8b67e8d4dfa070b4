"""A case as a line of a list: everything it shows, worked out once, so that the template only writes it down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
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
    time_left,
    weather_of_risk,
    when,
)

# A line is put together in one go: fifty of them by fifteen tags of the template language cost more than everything
# else on the page (measured: 8 of 27 ms). ``format_html`` escapes every blank.
CONVERSATION = """\
<td><a class="whole" href="{href}">{customer}</a><small class="dim">C-{number}{about}</small></td>
<td>{need}<small class="dim">{note}</small></td>
<td data-label="{risk_says}"><span class="chip {weather} num">{risk}</span><small class="dim">{feeling}</small></td>
<td>{level}<small class="dim">{status}</small></td>
<td><span class="row tight nowrap"><span class="face" aria-hidden="true">{face}</span>{owner}</span>{asked}</td>
<td>{clock}<small class="dim">{next_step}</small></td><td data-label="{last_says}">{last}</td>"""

ESCALATION = """\
<td>{clock}</td>
<td><a class="whole" href="{href}">{customer}</a><small class="dim">C-{number}{about}</small></td>
<td>{need}<small class="dim">{note}</small></td>
<td>{level}</td>
<td><span class="row tight nowrap"><span class="face" aria-hidden="true">{face}</span>{owner}</span>{asked}</td>
<td>{journey}<small class="dim">{feeling}</small></td><td>{next_step}<small class="dim">{status}</small></td>"""


@dataclass(frozen=True, slots=True)
class Row:
    """``name`` says which line it is to somebody who does not see it; ``cells`` are its cells, ready to be shown."""

    number: int
    name: str
    cells: SafeString


class Scribe:
    """Writes lines with the names of one house, looked up once."""

    def __init__(self, policy: Policy, roster: Roster) -> None:
        self._roster = roster
        self._names: dict[str, str] = {}
        self._pages = {place: reverse(place) for place in ("conversations", "escalations")}
        self._levels = {
            level.name: format_html(
                '<span class="chip {}">L{} {}</span>',
                LEVEL_WEATHER[min(level.rank, 3)],
                level.rank + 1,
                level.label or plain(level.name).capitalize(),
            )
            for level in (*policy.levels, *policy.desks)
        }

    def name(self, person: str) -> str:
        if person not in self._names:
            self._names[person] = name_of(self._roster, person) if person else ""
        return self._names[person]

    def level(self, name: str) -> SafeString:
        return self._levels.get(name) or format_html('<span class="chip">{}</span>', plain(name))

    def rows(self, lines: Sequence[Line], place: str) -> list[Row]:
        return [self.row(line, place) for line in lines]

    def row(self, line: Line, place: str) -> Row:
        case, clock = line.case, line.case.next_clock
        owner = self.name(case.owner)
        customer = case.customer_name or case.customer or _("nobody known")
        about = " · ".join(filter(None, (line.tier.capitalize(), case.channel)))
        escalations = place == "escalations"
        cells = format_html(
            ESCALATION if escalations else CONVERSATION,
            number=case.id,
            href=f"{self._pages[place]}/{case.id}",
            customer=customer,
            about=f" · {about}" if about else "",
            need=need(case),
            note=_note(case),
            level=self.level(case.level),
            owner=owner,
            face=initials(owner) if owner else "?",
            asked=self._asked(case),
            risk=percent(case.risk),
            risk_says=_("risk"),
            last_says=_("last message"),
            weather=weather_of_risk(case.risk),
            feeling=case.feeling,
            status="" if case.status == "open" else plain(case.status),
            clock=time_left(clock.due, clock.started_at) if clock else _("none"),
            last="" if escalations else when(case.last_message_at or case.opened_at),
            next_step=_next_step(case),
            journey=self._journey(case) if escalations else "",
        )
        return Row(case.id, customer, cells)

    def _asked(self, case: Case) -> SafeString | str:
        if case.asked is None:
            return ""
        return format_html('<small class="dim">{} {}</small>', _("asked:"), self.name(case.asked.person))

    @staticmethod
    def _journey(case: Case) -> SafeString:
        return sparkline(
            [point.sentiment for point in case.journey], weather_of_risk(case.risk), case.feeling
        )


def need(case: Case) -> str:
    """The matter in one line: the customer's own words, else the subject."""
    words = case.summary.text if case.summary else case.subject
    words = words[:1].upper() + words[1:]
    return words if len(words) <= 92 else words[:91].rstrip() + "…"


def _note(case: Case) -> str:
    parts = [plain(case.escalation.reason)] if case.escalation else []
    if case.explained.times > 1:
        parts.append(_("explained %(n)d times") % {"n": case.explained.times})
    if case.unanswered > 1:
        parts.append(_("%(n)d messages unanswered") % {"n": case.unanswered})
    return " · ".join(parts)


def _next_step(case: Case) -> str:
    record, clock = case.escalation, case.next_clock
    if record is not None and record.state == "requested":
        n = len(record.untried) + len(record.missing)
        return ngettext("%(n)d thing to do before it goes up", "%(n)d things to do before it goes up", n) % {
            "n": n
        }
    if case.asked is not None:
        return _("accept the hand-off")
    return plain(clock.kind) if clock else ""


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
