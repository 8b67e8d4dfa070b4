"""The customer's own page: say it once, one accountable person, honest times, a way up. Works without JavaScript."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from leeway.core import facts as f
from leeway.core.case import Case
from leeway.core.refusals import Refusal
from leeway.desk.customer_link import Link, open_link
from leeway.store.queries import cases
from leeway.store.queries.links import StoredLinks
from leeway.web import house
from leeway.web.customer.limits import Limit
from leeway.web.customer.sight import sight

SOURCE = "customer_page"
"""The source of facts customers make by pressing something themselves."""

LONGEST_MESSAGE = 8_000
LOOKS = Limit(120, timedelta(minutes=1))
PRESSES = Limit(20, timedelta(minutes=10))
FALSE_LINKS = Limit(30, timedelta(minutes=10))


# The link itself is the permission: there is no cookie another site could make the browser send along. And the page
# tells no other place where it is (no-referrer), which is exactly what Django's check would want to know.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, secret: str) -> HttpResponse:
    now = house.now()
    link = open_link(StoredLinks(), secret, now=now)
    case = _case_of(link)
    if link is None or case is None:
        allowed = FALSE_LINKS.allows(request.META.get("REMOTE_ADDR", ""), now)
        return _sealed(_not_there(request) if allowed else _too_often(request))
    with translation.override(_language(case)):
        limit = PRESSES if request.method == "POST" else LOOKS
        if not limit.allows(secret, now):
            return _sealed(_too_often(request))
        pressed = request.method == "POST"
        answer = _pressed(request, link, case, secret) if pressed else _shown(request, link, case)
        answer["Content-Language"] = translation.get_language() or settings.LANGUAGE_CODE
        return _sealed(answer)


def _case_of(link: Link | None) -> Case | None:
    """The case, where it is now: one that went on inside another is seen there."""
    case = cases.case(link.case) if link is not None else None
    for _step in range(10):
        if case is None or case.merged_into is None:
            return case
        case = cases.case(case.merged_into)
    return None


def _language(case: Case) -> str:
    spoken = {code for code, _name in settings.LANGUAGES}
    usual = house.world().policy.language
    return case.language if case.language in spoken else usual if usual in spoken else settings.LANGUAGE_CODE


def _sealed(response: HttpResponse) -> HttpResponse:
    """Not for search engines, and the address is told to nobody."""
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _not_there(request: HttpRequest) -> HttpResponse:
    """The same for a link that is unknown, has run out or was taken back."""
    return render(request, "leeway/customer/gone.html", status=404)


def _too_often(request: HttpRequest) -> HttpResponse:
    response = render(request, "leeway/customer/too_often.html", status=429)
    response["Retry-After"] = "600"
    return response


def _shown(
    request: HttpRequest, link: Link, case: Case, *, wrong: str = "", sent: str = "", status: int = 200
) -> HttpResponse:
    world, now = house.world(), house.now()
    context = {
        "sight": sight(case, world.policy_for(case.policy_version), world.roster, now, settings.HOUSE_NAME),
        "until": link.expires_at,
        "said": SAID.get(request.GET.get("said", ""), ""),
        "wrong": wrong,
        "sent": sent,
        "key": uuid.uuid4().hex,
    }
    return render(request, "leeway/customer/page.html", context, status=status)


# --- what they can press ----------------------------------------------------------------------------------------------

SAID: dict[str, Any] = {
    "sent": translation.gettext_lazy("We have your message."),
    "solved": translation.gettext_lazy("Good to hear. Thank you for telling us."),
    "unsolved": translation.gettext_lazy("We are sorry. Your case is open again, one step higher."),
    "up": translation.gettext_lazy("It goes one step higher. You will read here who takes it."),
    "up_already": translation.gettext_lazy(
        "It is on its way up already; nothing is lost by waiting a little."
    ),
    "rated": translation.gettext_lazy("Thank you. Your rating is read by people."),
}

Press = Callable[[Case, str, dict[str, str]], tuple[list[tuple[type, dict[str, Any]]], str]]


def _write(case: Case, text: str, form: dict[str, str]) -> tuple[list[tuple[type, dict[str, Any]]], str]:
    del case, form
    return [(f.MessageReceived, {"author": "customer", "text": text, "channel": "customer page"})], "sent"


def _solved(case: Case, text: str, form: dict[str, str]) -> tuple[list[tuple[type, dict[str, Any]]], str]:
    """Their word is enough: the case is resolved by it, and nobody asks again whether it is."""
    del text, form
    by_them = (f.FollowUpAnswered, {"solved": True})
    if case.live:
        return [(f.Resolved, {"how": "the customer says it is solved"}), by_them], "solved"
    return [by_them], "solved"


def _unsolved(case: Case, text: str, form: dict[str, str]) -> tuple[list[tuple[type, dict[str, Any]]], str]:
    del case, form
    return [(f.FollowUpAnswered, {"solved": False, "text": text[:2_000]})], "unsolved"


def _up(case: Case, text: str, form: dict[str, str]) -> tuple[list[tuple[type, dict[str, Any]]], str]:
    """One step. While nobody above has taken it, another press changes nothing."""
    del form
    record = case.escalation
    if record is not None and record.accepted_at is None:
        return [], "up_already"
    words = (
        [(f.MessageReceived, {"author": "customer", "text": text, "channel": "customer page"})]
        if text
        else []
    )
    return [*words, (f.EscalationRequested, {"requested_by": "customer"})], "up"


def _rate(case: Case, text: str, form: dict[str, str]) -> tuple[list[tuple[type, dict[str, Any]]], str]:
    if case.live or case.rating is not None:
        return [], "rated"
    return [(f.Rated, {"score": int(form.get("score", "0")), "text": text[:2_000]})], "rated"


PRESSED: dict[str, Press] = {
    "write": _write,
    "solved": _solved,
    "unsolved": _unsolved,
    "up": _up,
    "rate": _rate,
}


def _pressed(request: HttpRequest, link: Link, case: Case, secret: str) -> HttpResponse:
    form = {name: value for name, value in request.POST.items() if isinstance(value, str)}
    press, text = form.get("press", ""), form.get("text", "").strip()
    wrong = _wrong(press, text, form)
    if wrong:
        return _shown(request, link, case, wrong=wrong, sent=text, status=422)
    facts, said = PRESSED[press](case, text, form)
    try:
        for kind, fields in facts:
            _hand_in(kind, link, case.id, form.get("key", ""), fields)
    except (Refusal, msgspec.ValidationError):  # its sentence is for our own people, and may name them
        sorry = _("That is not possible right now. Write to us here; your message is read.")
        return _shown(request, link, case, wrong=sorry, sent=text, status=409)
    return redirect(f"/c/{secret}?said={said}")


def _wrong(press: str, text: str, form: dict[str, str]) -> str:
    if press not in PRESSED:
        return _("Choose what you would like to do.")
    if press == "write" and not text:
        return _("Write a word or two first.")
    if press == "rate" and form.get("score") not in ("1", "2", "3", "4", "5"):
        return _("Choose a rating from 1 to 5 first.")
    if len(text) > LONGEST_MESSAGE:
        return _("This is longer than we can take at once. Please shorten it.")
    return ""


def _hand_in(kind: type, link: Link, case: int, key: str, fields: dict[str, Any]) -> None:
    """Through the one door. The form's own number makes a double press one press."""
    name = f"{link.id}:{key[:40] or uuid.uuid4().hex}:{kind.__name__}"
    house.house().desk.handle(kind(id=name, source=SOURCE, at=house.now(), case=case, **fields))
