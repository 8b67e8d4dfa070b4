"""Published matrices and rosters as the pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec

from leeway.core.policy import Policy
from leeway.core.roster import Roster
from leeway.store.documents import Kind
from leeway.store.models import CaseRow, Document

_read_policy = msgspec.json.Decoder(Policy)
_read_roster = msgspec.json.Decoder(Roster)

SHOWN = 30
MOST_COUNTED = 999


@dataclass(frozen=True, slots=True)
class Published:
    """A version without its contents."""

    version: int
    name: str
    note: str
    at: datetime
    by: str


def versions(kind: Kind, *, before: int = 0, most: int = SHOWN) -> list[Published]:
    """The newest first, or those before one."""
    rows = Document.objects.filter(kind=kind)
    if before:
        rows = rows.filter(version__lt=before)
    found = rows.order_by("-version").values_list("version", "name", "note", "published_at", "published_by")
    return [Published(*row) for row in found[:most]]


def policy(version: int) -> Policy | None:
    body = _body("policy", version)
    return None if body is None else _read_policy.decode(body)


def roster(version: int) -> Roster | None:
    body = _body("roster", version)
    return None if body is None else _read_roster.decode(body)


def source(kind: Kind, version: int) -> str:
    """The file as its author wrote it; empty where there is none."""
    return Document.objects.filter(kind=kind, version=version).values_list("source", flat=True).first() or ""


def _body(kind: Kind, version: int) -> str | None:
    return Document.objects.filter(kind=kind, version=version).values_list("body", flat=True).first()


def keeping_older(version: int) -> int:
    """Running escalations that go on under the version they began with; ``MOST_COUNTED`` + 1 means more than that."""
    rows = CaseRow.objects.filter(escalated=True, policy_version__gt=0).exclude(policy_version=version)
    return rows.order_by().values("pk")[: MOST_COUNTED + 1].count()
