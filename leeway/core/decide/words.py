"""What notices and customer messages say. Short, calm, and with the figures a person needs."""

from __future__ import annotations

import string
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from leeway.core.clocks import due_after
from leeway.core.handoff import Line, Packet, packet
from leeway.core.own_page import LINK
from leeway.core.people import name_of
from leeway.core.policy import Reason

if TYPE_CHECKING:
    from leeway.core.decide.turn import Turn

REASONS: dict[Reason, str] = {
    "insufficient_authority": "needs more authority than the agent has",
    "missing_information_or_skill": "needs knowledge the agent does not have",
    "frustration": "the customer does not feel heard",
    "no_resolution": "no solution was found",
    "poor_communication": "we did not communicate well",
    "unmet_expectation": "the customer expected something else",
    "repeat_incident": "it happened again",
    "broken_promise": "a promise was not kept",
    "customer_request": "the customer asks for it",
    "time_limit": "it took too long",
    "regulator_or_legal": "a regulator or lawyer is involved",
    "vulnerable_customer": "the customer may be vulnerable",
}


def local(turn: Turn, at: datetime | None) -> str:
    """An instant in the house's zone, as a person says it; with the day unless it is today."""
    if at is None:
        return "soon"
    zone = ZoneInfo(turn.policy.zone)
    there, today = at.astimezone(zone), turn.now.astimezone(zone).date()
    if there.date() == today:
        return f"{there:%H:%M}"
    if there.date() == today + timedelta(days=1):
        return f"tomorrow {there:%H:%M}"
    return f"{there:%a} {there.day} {there:%b %H:%M}"


class _Blanks(dict[str, str]):
    """A blank nobody filled stays empty rather than failing: the customer must never see braces."""

    def __missing__(self, key: str) -> str:
        return ""


def customer_text(
    turn: Turn, key_or_text: str, *, next_open: datetime | None = None, reason: str = ""
) -> str:
    """A customer message of the policy by its key (or the text itself) with its blanks filled."""
    template = turn.policy.customer_messages.get(key_or_text, key_or_text if " " in key_or_text else "")
    return string.Formatter().vformat(template, (), _blanks(turn, next_open, reason)) if template else ""


def _blanks(turn: Turn, next_open: datetime | None, reason: str) -> _Blanks:
    case = turn.case
    owner = name_of(turn.world.roster, case.asked.person if case.asked else case.owner)
    resolution = case.clocks.get("resolution")
    escalation = case.escalation
    upcoming = case.next_clock
    promise = next(
        (item for item in reversed(case.promises) if item.state in ("pending", "approaching")), None
    )
    return _Blanks(
        owner=owner,
        owner_first_name=owner.split(" ")[0],
        customer=case.customer_name,
        customer_first_name=case.customer_name.split(" ")[0],
        case=f"C-{case.id}",
        update_due=local(turn, update_due(turn)),
        next_open=local(turn, next_open),
        next_step=upcoming.kind.replace("_", " ") if upcoming else "",
        reason=reason or (REASONS[escalation.reason] if escalation else ""),
        level=turn.level.label or turn.level.name,
        promise=promise.what if promise else "",
        by=local(turn, promise.due) if promise and promise.due else "",
        final_due=local(turn, resolution.due if resolution else None),
        link=LINK,
    )


def update_due(turn: Turn) -> datetime:
    """When the customer hears from us next: the running update clock, else what the level allows from now."""
    clock = turn.case.clocks.get("update")
    if clock is not None and clock.due is not None:
        return clock.due
    return due_after(turn.level.update, turn.now, turn.calendar_of(turn.level))


def asked_subject(turn: Turn) -> str:
    escalation = turn.case.escalation
    why = f": {REASONS[escalation.reason]}" if escalation else ""
    return f"Case C-{turn.case.id} needs you{why}"


def packet_in_short(turn: Turn) -> str:
    """The packet as a plain text of a dozen lines: enough to decide whether to take it, from a phone."""
    return packet_text(packet(turn.case, turn.policy, turn.known.customer, turn.now))


def packet_text(made: Packet) -> str:
    sections = (
        ("", made.matter),
        ("Wants", made.wants),
        ("How they feel", made.feeling),
        ("Already told us", made.told),
        ("Explained", made.explained),
        ("Tried", made.tried),
        ("Promised", (*made.promises_open, *made.promises_broken)),
        ("Worth to us", made.worth),
        ("Why", made.why),
    )
    lines = [f"{made.customer}"]
    lines += [f"{title + ': ' if title else ''}{_joined(entries)}" for title, entries in sections if entries]
    if made.missing:
        lines.append(f"Still missing: {', '.join(made.missing)}")
    return "\n".join(lines)


def _joined(entries: tuple[Line, ...]) -> str:
    return "; ".join(f"{entry.text} ({entry.note})" if entry.note else entry.text for entry in entries)
