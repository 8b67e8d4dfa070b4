"""Measures that need the story of a case, event by event: times between two of them, and what came before what.

Each reads only the cases that have something to count in the period, and only the kinds of events it is about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

import msgspec

from leeway.core.case import Case
from leeway.store.models import CaseRow, EscalationRow
from leeway.store.queries.measuring import Ask, Record, instant, rows


class Body(msgspec.Struct):
    """What of an event the folds look at."""

    level: str = ""
    to: str = ""
    person: str = ""
    author: str = ""
    by: str = ""
    slot: str = ""
    state: str = ""
    number: int = 0
    internal: bool = False
    moved: bool = False
    asked_again: tuple[str, ...] = ()
    packet_missing: tuple[str, ...] = ()


_read = msgspec.json.Decoder(Body)
_read_case = msgspec.json.Decoder(Case)


class Step(NamedTuple):
    case: int
    seq: int
    kind: str
    at: datetime
    body: Body


Story = list[Step]


def stories(ask: Ask, kinds: Iterable[str], about: Iterable[str]) -> Iterator[Story]:
    """The events of ``kinds`` of every case that has one of ``about`` in the period, case by case, in order."""
    wanted = ", ".join(f"'{kind}'" for kind in kinds)
    found = ", ".join(f"'{kind}'" for kind in about)
    query = (
        f"select case_id, seq, kind, at, body from leeway_event where kind in ({wanted}) "  # noqa: S608 - our own words
        "and case_id in (select i.case_id from leeway_event i "
        f"where i.kind in ({found}) and i.at >= %(start)s and i.at < %(end)s) order by case_id, seq"
    )
    steps = (
        Step(case, seq, kind, instant(at), _read.decode(body))
        for case, seq, kind, at, body in rows(query, ask)
    )
    for _case, story in groupby(steps, key=attrgetter("case")):
        yield list(story)


def within(ask: Ask, at: datetime) -> bool:
    return ask.start <= at < ask.end


# --- times ------------------------------------------------------------------------------------------------------------


def time_to_escalate(ask: Ask) -> Iterator[Record]:
    """From the opening to the request, of escalations that took place."""
    found = EscalationRow.objects.filter(
        requested_at__gte=ask.start, requested_at__lt=ask.end, escalated_at__isnull=False
    ).values_list("case", "case__opened_at", "requested_at", "level", "reason")
    for case, opened, requested, level, reason in found:
        yield Record(case, requested, level=level, reason=reason, at=opened, end=requested)


def time_to_accept(ask: Ask) -> Iterator[Record]:
    """From a case's arrival at a level to the first acceptance there."""
    for story in stories(ask, ("escalated", "owner_accepted", "escalation_ended"), ("owner_accepted",)):
        arrived: Step | None = None
        for step in story:
            if step.kind == "escalated":
                arrived = step
            elif step.kind == "escalation_ended":
                arrived = None
            elif arrived is not None:
                if within(ask, step.at):
                    yield Record(step.case, step.at, level=arrived.body.level, at=arrived.at, end=step.at)
                arrived = None


LEAVES = ("escalated", "case_deescalated", "case_resolved")


def time_at_level(ask: Ask) -> Iterator[Record]:
    """From arriving at a level (for the first one: from the opening) to leaving it, up, down or resolved."""
    kinds = ("case_opened", "case_reopened", *LEAVES)
    for story in stories(ask, kinds, LEAVES):
        level, since = "", None
        for step in story:
            if since is not None and step.kind in LEAVES and within(ask, step.at):
                yield Record(step.case, step.at, level=level, at=since, end=step.at)
            level = step.body.level or step.body.to or level
            since = None if step.kind == "case_resolved" else step.at


def first_resolution(ask: Ask) -> Iterator[Record]:
    """From the opening to the first resolution."""
    for story in stories(ask, ("case_opened", "case_resolved"), ("case_resolved",)):
        opened = next((step.at for step in story if step.kind == "case_opened"), None)
        first = next((step.at for step in story if step.kind == "case_resolved"), None)
        if opened is not None and first is not None and within(ask, first):
            yield Record(story[0].case, first, at=opened, end=first)


def full_resolution(ask: Ask) -> Iterator[Record]:
    """From the opening to the last resolution, of cases that are not open again: a reopening is not hidden."""
    for story in stories(ask, ("case_opened", "case_resolved", "case_reopened"), ("case_resolved",)):
        opened, last = story[0], story[-1]
        if opened.kind == "case_opened" and last.kind == "case_resolved" and within(ask, last.at):
            yield Record(last.case, last.at, at=opened.at, end=last.at)


def lead_times(ask: Ask) -> Iterator[Record]:
    """From the first alert to the escalation, of cases alerted in the period that did escalate."""
    for case, alert, escalated, _turns in _true_alerts(ask):
        yield Record(case, alert, at=alert, end=escalated)


def lead_turns(ask: Ask) -> Iterator[Record]:
    """The same counted in messages between the two."""
    for case, alert, _escalated, turns in _true_alerts(ask):
        yield Record(case, alert, part=turns, whole=1)


def _true_alerts(ask: Ask) -> Iterator[tuple[int, datetime, datetime, int]]:
    for story in stories(ask, ("alert_raised", "escalated", "message_read"), ("alert_raised",)):
        alert = next((step for step in story if step.kind == "alert_raised"), None)
        if alert is None or not within(ask, alert.at):
            continue
        later = [step for step in story if step.seq > alert.seq]
        up = next((step for step in later if step.kind == "escalated"), None)
        if up is not None:
            between = [step for step in later if step.kind == "message_read" and step.seq < up.seq]
            turns = sum(not step.body.internal for step in between)
            yield alert.case, alert.at, up.at, turns


# --- shares -----------------------------------------------------------------------------------------------------------


def closed_within_limit(ask: Ask) -> Iterator[Record]:
    """Escalations whose limit has passed, or that closed: at the earlier of the two."""
    most = max(
        (policy.close_within.length for policy in (*ask.policies.values(), ask.policy)), default=timedelta()
    )
    found = EscalationRow.objects.filter(escalated_at__isnull=False, escalated_at__lt=ask.end).exclude(
        closed_at__lt=ask.start
    )
    found = found.filter(escalated_at__gte=ask.start - most)
    for row in found.values_list("case", "escalated_at", "closed_at", "policy_version", "level", "reason"):
        case, escalated, closed, version, level, reason = row
        limit = escalated + ask.limits_of(version).close_within.length
        decided = limit if closed is None else min(limit, closed)
        if within(ask, decided) and decided <= ask.now:
            yield Record(
                case, decided, part=float(closed is not None and closed <= limit), level=level, reason=reason
            )


def broken_promises_told(ask: Ask) -> Iterator[Record]:
    """Broken promises after which somebody spoke: ours first (told), or the customer (had to ask)."""
    for story in stories(ask, ("promise_settled", "message_read", "update_recorded"), ("promise_settled",)):
        for i, step in enumerate(story):
            if step.kind != "promise_settled" or step.body.state != "broken" or not within(ask, step.at):
                continue
            spoke = next((later for later in story[i + 1 :] if _public(later)), None)
            if spoke is not None:
                yield Record(step.case, step.at, part=float(spoke.body.author != "customer"))


def _public(step: Step) -> bool:
    if step.kind == "update_recorded":
        return True
    return (
        step.kind == "message_read" and not step.body.internal and step.body.author in ("customer", "agent")
    )


def calmed(ask: Ask) -> Iterator[Record]:
    """Cases alerted in the period that are over: unescalated, and the customer not sadder than at the start."""
    first = rows(
        "select case_id, min(at) from leeway_event where kind = 'alert_raised' and at >= %(start)s and at < %(end)s "
        "group by case_id",
        ask,
    )
    alerted = {int(case): instant(at) for case, at in first}
    escalated = set(
        EscalationRow.objects.filter(case__in=list(alerted), escalated_at__isnull=False).values_list(
            "case", flat=True
        )
    )
    over = CaseRow.objects.filter(pk__in=list(alerted), status__in=("resolved", "closed"))
    for number, state in over.values_list("pk", "state").iterator():
        case = _read_case.decode(state)
        at_the_end = case.journey[-1].sentiment if case.journey else 0.0
        better = at_the_end >= (case.original_sentiment or 0.0)
        yield Record(number, alerted[number], part=float(number not in escalated and better))


def handoff_completeness(ask: Ask) -> Iterator[Record]:
    """Of the facts the policy requires, those the packet held when somebody accepted an escalated case."""
    versions: dict[int, int] = {}
    for story in stories(ask, ("escalated", "slot_recorded", "owner_accepted"), ("owner_accepted",)):
        missing: set[str] | None = None
        for step in story:
            if step.kind == "escalated":
                missing = set(step.body.packet_missing)
            elif step.kind == "slot_recorded" and missing is not None:
                missing.discard(step.body.slot)
            elif step.kind == "owner_accepted" and missing is not None:
                if within(ask, step.at):
                    version = versions.setdefault(step.case, _version(step.case))
                    required = len(ask.limits_of(version).required_slots)
                    yield Record(step.case, step.at, part=required - len(missing), whole=required)
                missing = None


def _version(case: int) -> int:
    return CaseRow.objects.filter(pk=case).values_list("policy_version", flat=True).first() or 0


def asked_again(ask: Ask) -> Iterator[Record]:
    """Hand-offs (somebody else accepted), and whether the receiver asked for a fact the customer had told already."""
    kinds = ("owner_assigned", "owner_accepted", "message_read")
    for story in stories(ask, kinds, ("owner_accepted",)):
        owner, handed_over, again = "", None, False
        for step in story:
            if step.kind == "message_read":
                again = again or (step.body.author == "agent" and bool(step.body.asked_again))
                continue
            if step.kind == "owner_accepted" and owner and step.body.person != owner:
                yield from _handoff(ask, handed_over, again=again)
                handed_over, again = step, False
            owner = step.body.person
        yield from _handoff(ask, handed_over, again=again)


def _handoff(ask: Ask, step: Step | None, *, again: bool) -> Iterator[Record]:
    if step is not None and within(ask, step.at):
        yield Record(step.case, step.at, part=float(again), level=step.body.level)


Fold = Callable[[Ask], Iterator[Record]]
