"""Better words from a model, if the house has one: begun while the page is drawn, fetched by the page when they are
there. Without a model nothing here does anything.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from leeway.core.case import Case
from leeway.core.people import person
from leeway.core.reading.words import REFERENCE_KINDS
from leeway.desk.rewording import Kind, Rewording, Task, Worded
from leeway.store.queries import story
from leeway.web import house
from leeway.web.cases.views import case_for

STOP_ASKING = 286
"""What tells htmx to ask no more."""

HEARD = 2


def model() -> Rewording | None:
    """The house's model; None when it has none, or one that cannot be set up (the settings page says why)."""
    from leeway import wiring  # noqa: PLC0415 - a page without a panel never asks

    return wiring.rewording()


def begin(case: Case, kind: Kind, base: str, turns: Iterable[story.Turn]) -> str:
    """Has a text of ours worded in the background; the key under which it will be, or nothing without a model."""
    service = model()
    return service.later(_task(case, kind, base, turns)) if service and base else ""


def known(key: str) -> Worded | None:
    """The wording, if it has come and passed."""
    service = model()
    outcome = service.outcome(key) if service and key else None
    return outcome.worded if outcome else None


def _task(case: Case, kind: Kind, base: str, turns: Iterable[story.Turn]) -> Task:
    heard = [
        turn.message.text for turn in turns if turn.message.author == "customer" and not turn.message.internal
    ]
    return Task(
        kind=kind,
        base=base,
        language=case.language or "en",
        facts=_facts(case),
        names=_names(case),
        heard=tuple(heard[-HEARD:]),
    )


def _facts(case: Case) -> tuple[str, ...]:
    """What the case knows for sure, in our own words: nothing a customer wrote as such."""
    promises = (f"{item.what} {item.due:%Y-%m-%d %H:%M}" if item.due else item.what for item in case.promises)
    told = (item.told.value for item in case.told if item.told.kind in REFERENCE_KINDS)
    return (case.product, *promises, *told)


def _names(case: Case) -> tuple[str, ...]:
    roster = house.world().roster
    ours = [found.name for who in (case.owner, *case.helpers) if (found := person(roster, who)) is not None]
    return tuple(name for name in (case.customer_name, case.product, case.brand, *ours) if name)


@login_required
def fetch(request: HttpRequest, number: int, key: str) -> HttpResponse:
    """The wording in its frame when it has passed; nothing yet (204); or nothing at all, and ask no more (286)."""
    case_for(request, number)
    service = model()
    if service is None:
        return _nothing_more()
    if service.waits(key):
        return HttpResponse(status=204)
    worded = known(key)
    if worded is None:
        return _nothing_more()
    return render(request, "leeway/assist/worded.html", {"worded": worded}, status=STOP_ASKING)


def _nothing_more() -> HttpResponse:
    return HttpResponse(status=STOP_ASKING, headers={"HX-Reswap": "none"})
