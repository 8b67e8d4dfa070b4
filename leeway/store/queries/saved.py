"""People's own filters: a list as they like to see it, under a name of their own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from leeway.store.models import SavedFilter

MOST_SAVED = 20


@dataclass(frozen=True, slots=True)
class Saved:
    id: int
    name: str
    query: str


def saved_filters(person: str, place: str) -> list[Saved]:
    rows = SavedFilter.objects.filter(person=person, place=place).order_by("name")
    return [Saved(*row) for row in rows.values_list("pk", "name", "query")[:MOST_SAVED]]


def save_filter(person: str, place: str, name: str, query: str, at: datetime) -> None:
    """Saved under this name; a second one of the same name takes the place of the first."""
    SavedFilter.objects.update_or_create(
        person=person, place=place, name=name[:60], defaults={"query": query[:500], "created_at": at}
    )


def forget_filter(person: str, number: int) -> bool:
    """False when this person has no such filter."""
    return bool(SavedFilter.objects.filter(person=person, pk=number).delete()[0])
