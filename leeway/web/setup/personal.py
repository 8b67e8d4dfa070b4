"""What is known of customers, how long their words are kept, and how somebody is forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from leeway.core.facts import CustomerRef
from leeway.core.refusals import Refusal
from leeway.store.erasing import Held, erase_customer, held
from leeway.store.retention import FEWEST_DAYS, MOST_DAYS, keep_for, kept_days
from leeway.store.writer.driver import Driver
from leeway.web import house
from leeway.web.doors import only

FIELDS = {
    "id": gettext_lazy("the number your systems know them by"),
    "name": gettext_lazy("what they are called"),
    "email": gettext_lazy("where answers go"),
    "phone": gettext_lazy("where they can be called"),
    "account": gettext_lazy("the company or contract they belong to"),
    "tier": gettext_lazy("their value tier; rules may ask for it"),
    "region": gettext_lazy("where they live; decides which regulator's clocks run"),
    "language": gettext_lazy("what they write in"),
    "since": gettext_lazy("since when they are a customer"),
    "spend": gettext_lazy("what they spent with you in total"),
    "purchases": gettext_lazy("how often they bought from you"),
    "renewal": gettext_lazy("when their contract comes up for renewal"),
    "preferred_channel": gettext_lazy("how they like to hear from you"),
}


@contextmanager
def _driver() -> Iterator[Driver]:
    driver = house.house().driver()
    try:
        yield driver
    finally:
        driver.close()


@only("may_set_up")
def page(request: HttpRequest) -> HttpResponse:
    """The fields, the retention, and whoever was looked for (``?find=``)."""
    asked = request.GET.get("find", "").strip()
    with _driver() as driver:
        found, wrong = _look(driver, asked)
        days = kept_days(driver)
    return _shown(request, asked=asked, found=found, wrong=wrong, days=days)


def _look(driver: Driver, asked: str) -> tuple[Held | None, str]:
    if not asked:
        return None, ""
    try:
        return held(driver, asked), ""
    except Refusal as refusal:
        return None, refusal.sentence


def _shown(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {
        "place": "settings",
        "fields": [(name, FIELDS.get(name, "")) for name in CustomerRef.__struct_fields__],
        "fewest": FEWEST_DAYS,
        "most": MOST_DAYS,
        **more,
    }
    return render(request, "leeway/setup/customers.html", context, status=status)


@only("may_set_up")
@require_POST
def erase(request: HttpRequest) -> HttpResponse:
    """Only with the number typed once more: it cannot be taken back."""
    number = request.POST.get("customer", "")
    with _driver() as driver:
        days = kept_days(driver)
        found, wrong = _look(driver, number)
        if not wrong and request.POST.get("again", "").strip() != number:
            wrong = _("Type the customer's number once more, so that nobody is erased by mistake.")
        if not wrong:
            try:
                found = erase_customer(driver, number, by=_by(request), at=house.now())
            except Refusal as refusal:
                wrong = refusal.sentence
    if wrong:
        return _shown(request, status=422, asked=number, found=found, wrong=wrong, days=days)
    cases = len(found.cases) if found else 0
    said = ngettext(
        "Erased: the customer and the texts of %(n)d case.",
        "Erased: the customer and the texts of %(n)d cases.",
        cases,
    )
    messages.success(request, said % {"n": cases})
    return redirect("settings-customers")


@only("may_set_up")
@require_POST
def retention(request: HttpRequest) -> HttpResponse:
    given = request.POST.get("days", "").strip()
    with _driver() as driver:
        if given and not (given.isdecimal() and FEWEST_DAYS <= int(given[:9]) <= MOST_DAYS):
            wrong = _("A number of days from %(fewest)d to %(most)d, or nothing to keep texts for ever.")
            messages.error(request, wrong % {"fewest": FEWEST_DAYS, "most": MOST_DAYS})
            return redirect("settings-customers")
        keep_for(driver, int(given) if given else None, by=_by(request), at=house.now())
    messages.success(request, _("Saved."))
    return redirect("settings-customers")


def _by(request: HttpRequest) -> str:
    return str(request.viewer.person)  # type: ignore[attr-defined]
