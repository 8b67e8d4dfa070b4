"""The lists of the console: conversations, escalations, promises, and what waits for somebody's decision.

Each page is two steps: the numbers on it from one index alone, then those rows. With 200,000 open cases the first step
reads some fifty entries of an index; a filter that nearly nothing passes walks it, without ever touching a case.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import msgspec
from django.db.models import F, Q, QuerySet, TextField, Value
from django.db.models.functions import Coalesce

from leeway.core.case import Case, Consult
from leeway.store import search
from leeway.store.models import CaseRow, CustomerRow, EscalationRow, EventRow, PromiseRow
from leeway.store.queries.cases import Looking, read
from leeway.store.queries.cases import cases as cases_by_number
from leeway.store.queries.paging import Cut, Sorting, cut

PAGE = 30
# Conditions word for word as their indexes have them: SQLite does not recognise a partial index behind bound
# parameters, and a bare boolean column is no equality to it.
NOT_OVER = "not (leeway_case.status in ('resolved', 'closed', 'merged'))"
ESCALATED = "leeway_case.escalated = true"
OPEN_PROMISE = "not (leeway_promise.state in ('kept', 'broken', 'released'))"

STATUSES = ("live", "open", "paused", "resolved", "closed")
RISKS = {"storm": 0.85, "gale": 0.6, "breeze": 0.35}
"""The names of the weather scale, with the least risk of each."""

RECENT = Sorting("last_message_at", down=True)
DUE = Sorting("next_due", loose=True)
CONSULTS_LOOKED_AT = 300
"""Questions to the next level end within the hour; the latest ones hold every open one."""

PromiseView = Literal["due", "broken", "kept"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What a list is narrowed to; empty means any. ``people`` are the owners wanted; ``asked_too`` counts whoever is
    asked to take a case as one of them. ``q`` is a case number or words.
    """

    status: str = "live"
    level: str = ""
    channel: str = ""
    customer: str = ""
    people: frozenset[str] = frozenset()
    risk: str = ""
    q: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A case on a list."""

    case: Case
    tier: str = ""


# --- cases ------------------------------------------------------------------------------------------------------------


def conversations(
    viewer: Looking, wanted: Filter, *, after: str = "", before: str = "", size: int = PAGE
) -> Cut[Line]:
    """Cases by their latest message, the latest first. Raises ``BadCursor``."""
    return _lines(cut(_found(viewer, wanted), RECENT, after=after, before=before, size=size))


def escalations(
    viewer: Looking, wanted: Filter, *, after: str = "", before: str = "", size: int = PAGE
) -> Cut[Line]:
    """Escalated cases by the time left; those without a running clock at the end. Raises ``BadCursor``."""
    rows = _narrowed(_seen(_where(ESCALATED), viewer), wanted)
    return _lines(cut(rows, DUE, after=after, before=before, size=size))


def _where(condition: str) -> QuerySet[CaseRow]:
    return CaseRow.objects.extra(where=[condition])  # noqa: S610 - a text of ours


def _found(viewer: Looking, wanted: Filter) -> QuerySet[CaseRow]:
    if wanted.status == "live" and wanted.q.strip():  # who searches wants the case, over or not
        rows = CaseRow.objects.exclude(status="merged")
    elif wanted.status == "live":
        rows = _where(NOT_OVER)
    else:
        rows = CaseRow.objects.filter(status=wanted.status)
    return _narrowed(_seen(rows, viewer), wanted)


def _seen(rows: QuerySet[CaseRow], viewer: Looking) -> QuerySet[CaseRow]:
    return rows if viewer.sees_everything else _of(rows, viewer.colleagues)


def _of(rows: QuerySet[CaseRow], people: Collection[str]) -> QuerySet[CaseRow]:
    """Whose case it is, or who is asked to take it.

    One person's few cases are looked up by the owner. For many people the list's own index is walked instead (the
    ``coalesce`` keeps the database from collecting and sorting everything they own).
    """
    names = sorted(people)
    if len(names) == 1:
        asked = CaseRow.objects.filter(asked__gt="", asked=names[0]).values("pk")
        return rows.filter(Q(owner=names[0]) | Q(pk__in=asked))
    nothing = Value("", output_field=TextField())
    walked = rows.alias(of=Coalesce(F("owner"), nothing), to=Coalesce(F("asked"), nothing))
    return walked.filter(Q(of__in=names) | Q(to__in=names))


def _narrowed(rows: QuerySet[CaseRow], wanted: Filter) -> QuerySet[CaseRow]:
    exact = {"level": wanted.level, "channel": wanted.channel, "customer": wanted.customer}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if wanted.people:
        rows = _of(rows, wanted.people)
    if wanted.risk in RISKS:
        rows = rows.filter(risk__gte=RISKS[wanted.risk])
    return rows.filter(pk__in=numbers_with(wanted.q)) if wanted.q.strip() else rows


def numbers_with(words: str) -> list[int]:
    """Cases by their number (``12``, ``C-12``) or by words somebody wrote, the customer's name among them."""
    words = words.strip()
    digits = words.upper().removeprefix("C-")
    number = [int(digits)] if digits.isdecimal() and len(digits) <= 15 else []
    search.catch_up()
    return list(dict.fromkeys([*number, *search.cases_with(words)]))


def _lines(places: Cut[Any]) -> Cut[Line]:
    numbers = [number for _, number in places.rows]
    found = cases_by_number(numbers)
    cases = [found[number] for number in numbers if number in found]
    tiers = _tiers({case.customer for case in cases})
    return Cut([Line(case, tiers.get(case.customer, "")) for case in cases], places.before, places.after)


class _Tier(msgspec.Struct):
    tier: str = ""


_read_tier = msgspec.json.Decoder(_Tier)


def _tiers(customers: Collection[str]) -> dict[str, str]:
    docs = CustomerRow.objects.filter(pk__in=customers).values_list("pk", "doc")
    return {number: _read_tier.decode(doc).tier for number, doc in docs}


def every(viewer: Looking, wanted: Filter, place: str, *, chunk: int = 200) -> Iterator[Line]:
    """All lines of a list, page after page, for an export."""
    after = ""
    while True:
        page = (escalations if place == "escalations" else conversations)(
            viewer, wanted, after=after, size=chunk
        )
        yield from page.rows
        if not page.after:
            return
        after = page.after


# --- promises ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PromiseLine:
    """A promise on a list, with the case it was made on."""

    case: int
    number: int
    what: str
    by: str
    state: str
    due: datetime | None
    settled_at: datetime | None
    customer_name: str
    owner: str


PROMISE_VIEWS: dict[PromiseView, tuple[str, Sorting]] = {
    "due": (OPEN_PROMISE, Sorting("due", loose=True)),
    "broken": (
        "leeway_promise.state = 'broken' and leeway_promise.due is not null",
        Sorting("due", down=True),
    ),
    "kept": ("leeway_promise.state = 'kept' and leeway_promise.due is not null", Sorting("due", down=True)),
}


def promises(
    viewer: Looking,
    view: PromiseView,
    *,
    people: frozenset[str] = frozenset(),
    after: str = "",
    before: str = "",
    size: int = PAGE,
) -> Cut[PromiseLine]:
    """Promises that are due next, or were broken or kept last. Raises ``BadCursor``."""
    state, sorting = PROMISE_VIEWS[view]
    rows = PromiseRow.objects.extra(where=[state])  # noqa: S610 - a text of ours
    for names in ([] if viewer.sees_everything else [viewer.colleagues]) + ([people] if people else []):
        rows = rows.filter(Q(by__in=names) | Q(case__owner__in=names))
    places = cut(rows, sorting, after=after, before=before, size=size)
    numbers = [number for _, number in places.rows]
    found = PromiseRow.objects.filter(pk__in=numbers).values_list(
        "case",
        "number",
        "what",
        "by",
        "state",
        "due",
        "settled_at",
        "case__customer_name",
        "case__owner",
        "pk",
    )
    by_number = {row[-1]: PromiseLine(*row[:-1]) for row in found}
    return Cut([by_number[number] for number in numbers if number in by_number], places.before, places.after)


# --- what waits for a decision ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody has to decide: take a case, let a request go up or decline it, give advice."""

    kind: Literal["take", "request", "consult"]
    case: Case
    since: datetime
    about: str
    consult: Consult | None = None


def waiting_for(
    viewer: Looking, person: str, levels: Collection[str], *, leads: bool, most: int = PAGE
) -> list[Waiting]:
    """What waits for this person, the longest first: hand-offs they were asked to take, requested escalations (for
    whoever decides them), and questions asked of them or of their levels.
    """
    found = [
        *_asked_of(person, most),
        *_requests(viewer, levels, most, leads=leads),
        *_consults(person, levels),
    ]
    return sorted(found, key=lambda item: item.since)[:most]


def _asked_of(person: str, most: int) -> Iterator[Waiting]:
    for row in CaseRow.objects.filter(asked__gt="", asked=person).only("state")[:most]:
        case = read(row)
        if case.asked is not None:
            yield Waiting("take", case, case.asked.at, case.asked.why)


def _requests(viewer: Looking, levels: Collection[str], most: int, *, leads: bool) -> Iterator[Waiting]:
    rows = EscalationRow.objects.filter(state="requested")
    if not (leads and viewer.sees_everything):
        rows = rows.filter(Q(level__in=levels) | Q(case__owner__in=viewer.colleagues))
    numbers = list(rows.order_by("requested_at", "id").values_list("case", flat=True)[:most])
    for row in CaseRow.objects.filter(pk__in=numbers).only("state"):
        case = read(row)
        if case.escalation is not None and case.escalation.state == "requested":
            yield Waiting("request", case, case.escalation.requested_at, case.escalation.why)


def _consults(person: str, levels: Collection[str]) -> Iterator[Waiting]:
    numbers = EventRow.objects.filter(kind="consult_opened").order_by("-at").values_list("case", flat=True)
    for row in CaseRow.objects.filter(pk__in=set(numbers[:CONSULTS_LOOKED_AT])).only("state"):
        case = read(row)
        for consult in case.consults:
            if consult.answered_at is None and (consult.asked_of == person or consult.level in levels):
                yield Waiting("consult", case, consult.asked_at, consult.question, consult)
