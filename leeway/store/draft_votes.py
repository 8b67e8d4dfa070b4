"""Marks in drafts that did not help: remembered for whoever said so, and counted for the house.

A mark somebody found unhelpful is not shown to them again. When ``ENOUGH`` people found the same words unhelpful, the
house mutes them for everybody, until somebody switches them on again, which forgets what was said against them. A kind
that misses something (no phrase) is muted for a person, never for the house: there the matter differs, not the words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max

from leeway.store.models import DraftVote

ENOUGH = 3
"""Different people; one alone, however often, mutes nothing for the others."""

Mark = tuple[str, str]
"""A kind of finding and the words that led to it."""


@dataclass(frozen=True, slots=True)
class Counted:
    """How many people found this mark unhelpful, and when the last of them did."""

    kind: str
    phrase: str
    people: int
    latest: datetime

    @property
    def muted(self) -> bool:
        return bool(self.phrase) and self.people >= ENOUGH


def unhelpful(kind: str, phrase: str, *, person: str, at: datetime) -> None:
    """Remember it; saying it twice says it once."""
    DraftVote.objects.get_or_create(kind=kind, phrase=phrase, person=person, defaults={"at": at})


def switch_on(kind: str, phrase: str) -> int:
    """Show it to everybody again. The number of people whose word is forgotten."""
    return DraftVote.objects.filter(kind=kind, phrase=phrase).delete()[0]


def counted(most: int = 200) -> list[Counted]:
    """Every mark somebody found unhelpful, the one most people did first."""
    rows = DraftVote.objects.values("kind", "phrase").annotate(people=Count("person"), latest=Max("at"))
    return [Counted(**row) for row in rows.order_by("-people", "kind", "phrase")[:most]]


def hidden_from(person: str) -> frozenset[Mark]:
    """The marks this person is not shown: their own, and those the house has muted."""
    own = DraftVote.objects.filter(person=person).values_list("kind", "phrase")
    muted = (
        DraftVote.objects.exclude(phrase="")
        .values_list("kind", "phrase")
        .annotate(people=Count("person"))
        .filter(people__gte=ENOUGH)
    )
    return frozenset(own) | frozenset((kind, phrase) for kind, phrase, _ in muted)
