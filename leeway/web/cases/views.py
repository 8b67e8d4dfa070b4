"""Pressing something on a case: one address for every verb, one door behind it."""

from __future__ import annotations

import msgspec
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseForbidden
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from leeway.core.case import Case
from leeway.core.facts import MergedInto, SplitOff
from leeway.core.refusals import Refusal
from leeway.desk.handle import Done
from leeway.store.queries import cases
from leeway.web import house
from leeway.web.access import Viewer
from leeway.web.cases.verbs import VERBS, BadField, Verb, fields_of

MAY_ASK = ("above_authority", "needs_confirmation")
"""Refusals after which one may ask somebody who may, with the same words."""
ASKED = ("key", "instrument", "amount", "currency", "suggested", "why", "due", "because", "proof")


def case_for(request: HttpRequest, number: int) -> Case:
    """The case, if this person may see it; 404 otherwise, so that a stranger does not even learn that it exists."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    case = cases.case(number)
    if case is None or not viewer.may_see(case):
        raise Http404(_("There is no such case."))
    return case


@login_required
@require_POST
def do(request: HttpRequest, number: int, verb: str) -> HttpResponse:
    """Do it, say that it is done, and go back to where the button was."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    case = case_for(request, number)
    found = VERBS.get(verb)
    if found is None:
        raise Http404(_("There is no such button."))
    if not viewer.may_act_on(case) or (found.for_leads and not viewer.may_lead):
        return HttpResponseForbidden(_("Your role may not do this."))
    try:
        done, there = _pressed(request, viewer, number, found)
    except BadField as bad:
        return _refused(request, number, f"{bad.name}: {bad.sentence}")
    except msgspec.ValidationError as bad:
        return _refused(
            request, number, _("Something in the form could not be read: %(what)s") % {"what": bad}
        )
    except Refusal as refusal:
        return _refused(request, number, refusal.sentence, may_ask=refusal.code in MAY_ASK)
    if "set_aside" in done.events:
        messages.info(request, _("Nothing changed: that was done already, or it is not needed any more."))
    elif not done.duplicate:
        undo = f"undo:{found.undo}:{number}" if found.undo else ""
        messages.success(request, str(found.says), extra_tags=undo)
    return redirect(_back(request, there))


def _pressed(request: HttpRequest, viewer: Viewer, number: int, found: Verb) -> tuple[Done, int]:
    """What came of it, and the case one is in afterwards."""
    fields = fields_of(found, request.POST.dict())
    if found.fact is MergedInto:
        case_for(request, fields["into"])  # one may only merge into what one may see
    if found.fact is SplitOff:
        fields["new_case"] = 0
    done = house.press(found.fact, by=viewer.person, case=number, key=request.POST.get("key", ""), **fields)
    return done, int(fields.get("into", done.case))


def _refused(request: HttpRequest, number: int, sentence: str, *, may_ask: bool = False) -> HttpResponse:
    """Nothing happened. What the person wrote comes back to them, with the sentence."""
    context = {
        "place": "conversations",
        "number": number,
        "sentence": sentence,
        "sent": request.POST,
        "asks": [(name, request.POST.get(name, "")) for name in ASKED] if may_ask else (),
        "back": _back(request, number),
    }
    return render(request, "leeway/cases/refused.html", context, status=422)


def _back(request: HttpRequest, number: int) -> str:
    back = request.POST.get("back", "")
    if url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        return back
    return reverse("conversation", args=[number])
