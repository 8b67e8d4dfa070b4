"""Pattern cues: signs that no single message shows, read from what happened around it."""

from __future__ import annotations

from datetime import datetime, timedelta

from leeway.core.case import Case
from leeway.core.cue import Cue, CueKind
from leeway.core.customer import Customer

LONG_UNANSWERED = 2
"""Customer messages without an answer from which it is a sign: one is normal, two are a question asked twice."""
REASSIGNED_FROM = 2
RENEWAL_WITHIN = timedelta(days=60)
CONTACT_WINDOW = timedelta(days=30)


def contacts_lately(case: Case, now: datetime) -> int:
    """Contacts about this matter in the last 30 days, at least 1."""
    return max(1, sum(now - at <= CONTACT_WINDOW for at in case.contacts))


def earlier_escalations(case: Case, customer: Customer | None) -> int:
    """Escalations of this customer before this case; requests that were declined are none."""
    here = sum(item.escalated_at is not None for item in case.escalations)
    return max(0, customer.escalations - here) if customer else 0


def pattern_cues(case: Case, customer: Customer | None, now: datetime) -> tuple[Cue, ...]:
    """Every pattern that holds now, with the observation in words."""
    found: list[tuple[CueKind, bool, float, str]] = []
    contacts = contacts_lately(case, now)
    found.append(
        ("repeat_contact", contacts >= 2, min(1.0, contacts / 4), f"contact {contacts} about this matter")
    )
    earlier = earlier_escalations(case, customer)
    found.append(
        ("earlier_escalation", earlier > 0, 0.5, f"{earlier} earlier escalation{'s' * (earlier != 1)}")
    )
    broken = sum(item.state == "broken" for item in case.promises)
    found.append(("promise_overdue", broken > 0, min(1.0, 0.6 + broken * 0.2), "a promise was not kept"))
    changes = case.owner_changes
    found.append(("reassigned_again", changes >= REASSIGNED_FROM, 0.5, f"changed hands {changes} times"))
    found.append(("reopened", case.reopened > 0, 0.7, "reopened"))
    waiting = case.unanswered
    found.append(
        (
            "unanswered",
            waiting >= LONG_UNANSWERED,
            min(1.0, waiting / 5),
            f"{waiting} messages without an answer",
        )
    )
    near = (
        customer is not None
        and customer.renewal is not None
        and timedelta() <= customer.renewal - now <= RENEWAL_WITHIN
    )
    found.append(("renewal_near", near, 0.5, "renewal is near"))
    return tuple(Cue(kind, strength, words) for kind, holds, strength, words in found if holds)


def news(case: Case, cues: tuple[Cue, ...]) -> tuple[Cue, ...]:
    """Those that say something the case does not know yet: a new kind, or the same with other words."""
    return tuple(cue for cue in cues if cue.kind not in case.cues or case.cues[cue.kind].quote != cue.quote)
