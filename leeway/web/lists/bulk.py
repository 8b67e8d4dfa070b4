"""One decision for many cases: one fact a case through the door, and an honest count of what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from leeway.core import facts as f
from leeway.core.refusals import Refusal
from leeway.store.queries import cases
from leeway.web import house
from leeway.web.access import Viewer
from leeway.web.lists.filters import Options

MOST = 200


@dataclass(frozen=True, slots=True)
class Action:
    """``fields`` maps the form's fields to the fact's; all of them are needed."""

    fact: type
    label: Any
    fields: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, Any] = field(default_factory=dict)


ACTIONS: dict[str, Action] = {
    "hand-over": Action(f.HandedOver, gettext_lazy("Hand over to …"), {"to": "to"}),
    "assign": Action(f.HandedOver, gettext_lazy("Let the matrix choose who"), fixed={"to": ""}),
    "pause": Action(
        f.Paused, gettext_lazy("Pause: waiting for the customer"), fixed={"cause": "waiting_for_customer"}
    ),
    "pause-outside": Action(
        f.Paused,
        gettext_lazy("Pause: waiting for somebody outside"),
        fixed={"cause": "waiting_for_third_party"},
    ),
    "resolve": Action(f.Resolved, gettext_lazy("Resolve, with the reason …"), {"reason": "how"}),
}


def choices() -> SafeString:
    """The actions as lines of a ``<select>``."""
    return Options((name, str(action.label)) for name, action in ACTIONS.items()).html()


@dataclass
class Outcome:
    """What came of it: cases done, cases in which there was nothing to change, refusals with their sentences."""

    done: list[int] = field(default_factory=list)
    unchanged: list[int] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)


@login_required
@require_POST
def do(request: HttpRequest) -> HttpResponse:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    if not viewer.may_lead:
        return HttpResponseForbidden(_("Your role may not do this."))
    back = request.POST.get("back", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = reverse("conversations")
    numbers = [int(number) for number in request.POST.getlist("case") if number.isdecimal()][:MOST]
    action = ACTIONS.get(request.POST.get("action", ""))
    wrong = _wrong(action, numbers, request.POST)
    outcome = Outcome()
    if action is not None and not wrong:
        outcome = _all(viewer, action, numbers, request.POST)
    context = {
        "place": "conversations",
        "outcome": outcome,
        "wrong": wrong,
        "back": back,
        "action": action.label if action else "",
    }
    return render(request, "leeway/lists/done.html", context, status=422 if wrong else 200)


def _wrong(action: Action | None, numbers: list[int], form: Mapping[str, str]) -> str:
    if not numbers:
        return _("No line was selected. Tick the lines first, or press x on a line.")
    if action is None:
        return _("Choose what to do with the lines you selected.")
    if any(not form.get(name, "").strip() for name in action.fields):
        return _("This needs one more field: the person to hand over to, or the reason.")
    return ""


def _all(viewer: Viewer, action: Action, numbers: list[int], form: Mapping[str, str]) -> Outcome:
    fields = {**action.fixed, **{to: form[name].strip() for name, to in action.fields.items()}}
    found = cases.cases(numbers)
    outcome = Outcome()
    for number in dict.fromkeys(numbers):
        case = found.get(number)
        if case is None or not viewer.may_act_on(case):
            outcome.refused.append((number, _("There is no such case.")))
            continue
        try:
            done = house.press(
                action.fact,
                by=viewer.person,
                case=number,
                key=f"{form.get('key', '')[:40]}:{number}",
                **fields,
            )
        except Refusal as refusal:
            outcome.refused.append((number, refusal.sentence))
        except msgspec.ValidationError as unreadable:
            outcome.refused.append((number, str(unreadable)))
        else:
            (outcome.unchanged if set(done.events) <= {"set_aside"} else outcome.done).append(number)
    return outcome
