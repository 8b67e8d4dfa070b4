"""Pattern cues: signs that no single message shows, read from what happened around it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from leeway.core.case import Case
from leeway.core.cue import Cue
from leeway.core.customer import Customer

LONG_UNANSWERED = 2
"""Customer messages without an answer from which it is a sign: one is normal, two are a question asked twice."""
REASSIGNED_FROM = 2
RENEWAL_WITHIN = timedelta(days=60)
CONTACT_WINDOW = timedelta(days=30)


def contacts_lately(case: Case, now: datetime) -> int:
    """Contacts about this matter in the last 30 days, at least 1."""
    since = now - CONTACT_WINDOW
    return max(1, sum([at >= since for at in case.contacts]))


def earlier_escalations(case: Case, customer: Customer | None) -> int:
    """Escalations of this customer before this case; requests that were declined are none."""
    if customer is None or not customer.escalations:
        return 0
    here = sum(item.escalated_at is not None for item in case.escalations)
    return max(0, customer.escalations - here)


def promise_overdue(case: Case) -> Cue:
    broken = sum(item.state == "broken" for item in case.promises)
    return Cue("promise_overdue", min(1.0, 0.6 + broken * 0.2), "a promise was not kept")


def answer_overdue(case: Case) -> Cue:
    """Nobody answered in time; a sign even when it is about one message."""
    waiting = max(case.unanswered, 1)
    words = f"{waiting} message{'s' * (waiting != 1)} without an answer in time"
    return Cue("unanswered", min(1.0, 0.4 + waiting / 5), words)


def pattern_cues(case: Case, customer: Customer | None, now: datetime) -> tuple[Cue, ...]:
    """Every pattern that holds now, with the observation in words."""
    return tuple(_patterns(case, customer, now))


def _patterns(case: Case, customer: Customer | None, now: datetime) -> Iterator[Cue]:
    contacts, changes = contacts_lately(case, now), case.owner_changes
    earlier, waiting = earlier_escalations(case, customer), case.unanswered
    renewal = customer.renewal if customer else None
    if contacts >= 2:
        yield Cue("repeat_contact", min(1.0, contacts / 4), f"contact {contacts} about this matter")
    if earlier > 0:
        yield Cue("earlier_escalation", 0.5, f"{earlier} earlier escalation{'s' * (earlier != 1)}")
    if any(item.state == "broken" for item in case.promises):
        yield promise_overdue(case)
    if changes >= REASSIGNED_FROM:
        yield Cue("reassigned_again", 0.5, f"changed hands {changes} times")
    if case.reopened > 0:
        yield Cue("reopened", 0.7, "reopened")
    if waiting >= LONG_UNANSWERED:
        yield Cue("unanswered", min(1.0, waiting / 5), f"{waiting} messages without an answer")
    if renewal is not None and timedelta() <= renewal - now <= RENEWAL_WITHIN:
        yield Cue("renewal_near", 0.5, "renewal is near")


STRONGER = 0.15
"""A pattern the case knows is news again when it has become this much stronger, not with every message."""


def news(case: Case, cues: tuple[Cue, ...]) -> tuple[Cue, ...]:
    """Those that say something the case does not know yet: a new kind, or one that has become clearly stronger."""
    return tuple(
        cue
        for cue in cues
        if (known := case.cues.get(cue.kind)) is None or cue.strength >= known.strongest + STRONGER
    )
