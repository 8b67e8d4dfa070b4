"""How many there are of what, for the menu: cheap whatever the size of the house."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import connection

from leeway.core.events import ConsultClosed, ConsultOpened
from leeway.store.models import EventRow
from leeway.store.queries.cases import Looking

MOST_COUNTED = 999
"""Nobody reads a menu for the difference between 1,000 and 1,001."""

CONSULTS_SINCE = timedelta(days=2)
"""Questions to the next level end within the hour."""

# One question for all of it, in the words of its indexes: a menu is on every page, and what a question costs is mostly
# the asking. `in (true)`: SQLite looks a bare `where escalated` up in no index.
_COUNTS = f"""
select (select coalesce(sum(open_cases), 0) from leeway_person_load),
  (select count(*) from (select 1 from leeway_case where escalated in (true) limit {MOST_COUNTED + 1}) x),
  (select count(*) from (select 1 from leeway_promise where state in ('found', 'pending', 'approaching')
    limit {MOST_COUNTED + 1}) x)"""  # noqa: S608 - our own words and one number of ours
_WAITING = f"""
select (select count(*) from leeway_case where asked > '' and asked = %s),
  (select count(*) from leeway_approval where asked_of > '' and asked_of = %s and state = 'asked'),
  (select count(*) from (select 1 from leeway_escalation e join leeway_case c on c.id = e.case_id
    where e.state = 'requested' and (%s or e.level in %s or c.owner in %s) limit {MOST_COUNTED + 1}) x),
  (select count(*) from (select 1 from leeway_event where kind = 'consult_opened' and at > %s limit 1) x)"""  # noqa: S608

_read_consult: msgspec.json.Decoder[Any] = msgspec.json.Decoder(ConsultOpened | ConsultClosed)


@dataclass(frozen=True, slots=True)
class Counts:
    conversations: str
    escalations: str
    promises: str


def counts() -> Counts:
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS)
        live, escalations, promises = cursor.fetchone()
    return Counts(f"{live:,}", capped(escalations), capped(promises))


def waiting(viewer: Looking, person: str, levels: Collection[str], *, leads: bool, now: datetime) -> int:
    """How many decisions wait for this person: as many as ``lists.waiting_for`` has lines, and their approvals."""
    decides_all = leads and viewer.sees_everything
    with connection.cursor() as cursor:
        sql, listed = _with_lists(*(((), ()) if decides_all else (levels, viewer.colleagues)))
        cursor.execute(sql, [person, person, decides_all, *listed, now - CONSULTS_SINCE])
        asked, approvals, requested, consulted = cursor.fetchone()
    return int(asked) + int(approvals) + int(requested) + (_consults(person, levels, now) if consulted else 0)


def _with_lists(*lists: Collection[str]) -> tuple[str, list[str]]:
    """A blank for each name: the two databases agree on no other way to hand in a list."""
    parts, values = _WAITING.split(" in %s"), []
    sql = parts[0]
    for names, part in zip(lists, parts[1:], strict=True):
        given = sorted(names) or [""]
        sql += f" in ({', '.join(['%s'] * len(given))}){part}"
        values += given
    return sql, values


def _consults(person: str, levels: Collection[str], now: datetime) -> int:
    kinds = ["consult_opened", "consult_closed"]
    events = EventRow.objects.filter(kind__in=kinds, at__gt=now - CONSULTS_SINCE)
    mine: set[tuple[int, int]] = set()
    for case, body in events.order_by("id").values_list("case", "body").iterator():
        event = _read_consult.decode(body)
        if isinstance(event, ConsultClosed):
            mine.discard((case, event.number))
        elif event.consult.asked_of == person or event.consult.level in levels:
            mine.add((case, event.consult.number))
    return len(mine)


def capped(found: int) -> str:
    """The number, or ``999+``: the database stops counting there."""
    return f"{MOST_COUNTED}+" if found > MOST_COUNTED else str(found)
