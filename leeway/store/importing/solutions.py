"""Earlier solved cases as knowledge: what the matter was and what helped, without whom it was about.

Only cases with a good ending: resolved and not opened again, and the customer said it is solved, gave a good rating, or
at least let the follow-up pass without coming back. What is said of a customer is masked before it is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

import msgspec

from leeway.core.case import Case
from leeway.core.redact import mask
from leeway.store import knowledge
from leeway.store.knowledge import Text
from leeway.store.models import CaseRow

SOURCE = "cases"
SHORTEST = 25
GOOD_RATING = 4

_read = msgspec.json.Decoder(Case).decode


def take_in_solutions(*, now: datetime, since: datetime | None = None) -> dict[str, int]:
    """Every good ending since then becomes an article, or stays the one it is. Gives how many of each."""
    report = {"new": 0, "changed": 0, "same": 0, "edited here": 0}
    rows = CaseRow.objects.filter(status__in=("resolved", "closed"))
    if since is not None:
        rows = rows.filter(last_message_at__gte=since)
    for told in _good_endings(rows.order_by("pk").values_list("state", flat=True).iterator(chunk_size=500)):
        report[knowledge.take_in(told, at=now)] += 1
    return report


def _good_endings(states: Iterator[str]) -> Iterator[Text]:
    for state in states:
        case = _read(state)
        if ended_well(case):
            yield solution(case)


def ended_well(case: Case) -> bool:
    """Whether others may learn from how it was solved."""
    if case.status not in ("resolved", "closed") or case.reopened or len(case.resolution) < SHORTEST:
        return False
    if case.rating is not None:
        return case.rating >= GOOD_RATING
    if case.follow_up_solved is not None:
        return case.follow_up_solved
    return case.status == "closed" and case.feeling not in ("angry", "frustrated", "disappointed")


def solution(case: Case) -> Text:
    """The article: the matter, what was tried, what helped."""
    about = case.summary.text if case.summary else case.subject or "An earlier case"
    tried = [f"- {item.offer}: {item.answer}" for item in case.attempts if item.answer]
    parts = [
        about,
        *(["What was tried:\n\n" + "\n".join(tried)] if tried else []),
        f"What helped: {case.resolution}",
    ]
    names = [part for part in case.customer_name.split() if len(part) > 2]
    text = _without("\n\n".join(parts), names)
    return Text(
        title=_without(about, names)[:120],
        text=text,
        kind="solution",
        product=case.product,
        region=case.region,
        language=case.language,
        source=SOURCE,
        external=f"C-{case.id}",
        case=case.id,
    )


def _without(text: str, names: list[str]) -> str:
    for name in names:
        text = re.sub(rf"\b{re.escape(name)}\b", "the customer", text, flags=re.IGNORECASE)
    return mask(text)
