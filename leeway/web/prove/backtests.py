"""See last quarter's difference: start a backtest of a draft, watch it run, read and keep what it found."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from leeway.backtesting import Candidate
from leeway.core.policy import Policy
from leeway.store.queries import documents
from leeway.web import house
from leeway.web.doors import only
from leeway.web.matrix import editing
from leeway.web.prove import report as shown
from leeway.web.prove import runs
from leeway.web.templatetags.leeway_ui import person_name

LONGEST_NUMBER = 9


@only("may_publish")
def page(request: HttpRequest) -> HttpResponse:
    """Earlier runs, and what can be tried: a version that was published, or a draft in the editor."""
    policy = house.world().policy
    here = {
        "place": "matrix",
        "policy": policy,
        "versions": documents.versions("policy"),
        "runs": runs.every(),
        "on": runs.now_running(),
    }
    return render(request, "leeway/prove/backtests.html", here)


@require_POST
@only("may_publish")
def start(request: HttpRequest) -> HttpResponse:
    """``text`` is a draft of the matrix, ``version`` one that was published."""
    candidate = _candidate(request)
    if candidate is None:
        messages.error(request, _("This draft cannot be tried yet: the editor says what is wrong in it."))
        return redirect("backtests")
    since, until = _day(request.POST.get("since", "")), _day(request.POST.get("until", ""))
    try:
        run = runs.start(candidate, by=request.viewer.person, since=since, until=until)  # type: ignore[attr-defined]
    except runs.Busy:
        messages.error(request, _("Another backtest is running. Wait for it, or look at what it has found."))
        return redirect("backtests")
    return redirect("backtest", run.name)


def _candidate(request: HttpRequest) -> Candidate | None:
    text = request.POST.get("text", "")[: editing.LONGEST].replace("\r\n", "\n")
    if text:
        checked = editing.check_matrix(text, house.world().roster)
        if checked.document is None:
            return None
        return Candidate(checked.document, _("a draft of %(name)s") % {"name": checked.document.name})
    number = request.POST.get("version", "")
    found = documents.policy(int(number)) if number.isdecimal() and len(number) <= LONGEST_NUMBER else None
    return _published(found) if found is not None else None


def _published(policy: Policy) -> Candidate:
    label = _("%(name)s, version %(n)d") % {"name": policy.name, "n": policy.version}
    return Candidate(policy, label)


def _day(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        return None


@only("may_publish")
def one(request: HttpRequest, name: str) -> HttpResponse:
    """A run: how far it is, or what it found."""
    run, kept = runs.running(name), runs.kept(name)
    if run is None and kept is None:
        raise Http404(name)
    here: dict[str, Any] = {"place": "matrix", "run": run, "kept": kept}
    if kept is not None:
        here |= shown.shown(kept.report, person_name)
    part = "leeway/prove/progress.html" if getattr(request, "htmx", False) else "leeway/prove/backtest.html"
    response = render(request, part, here)
    if kept is not None and getattr(request, "htmx", False):
        response["HX-Redirect"] = reverse("backtest", args=[name])
    return response


@only("may_publish")
def file(request: HttpRequest, name: str, form: str) -> HttpResponse:
    """The report to take along: JSON, or one HTML file."""
    del request
    kept = runs.kept(name)
    if kept is None:
        raise Http404(name)
    if form == "json":
        response = HttpResponse(msgspec.json.encode(kept.report), content_type="application/json")
    else:
        response = HttpResponse(
            shown.as_file(kept.report, person_name), content_type="application/octet-stream"
        )
    response["Content-Disposition"] = f'attachment; filename="backtest-{name}.{form}"'
    return response
