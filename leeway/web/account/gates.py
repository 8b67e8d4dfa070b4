"""What stands before every page: a house without accounts makes its first, a one-time password is replaced."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from leeway.store import accounts
from leeway.web import house
from leeway.wiring import House

CHOOSE_PASSWORD = "choose_password"  # noqa: S105 - a key of the session

GetResponse = Callable[[HttpRequest], HttpResponse]


def first_admin(get_response: GetResponse) -> GetResponse:
    """While nobody has an account, the ways in lead to the making of the first one."""
    settled: House | None = None

    def handle(request: HttpRequest) -> HttpResponse:
        nonlocal settled
        here = house.house()
        if settled is not here and request.path in ("/", reverse("account_login")):
            if not accounts.anybody():
                return redirect("first-admin")
            settled = here
        return get_response(request)

    return handle


def own_password(get_response: GetResponse) -> GetResponse:
    """Whoever came in with a one-time password chooses their own before anything else."""

    def handle(request: HttpRequest) -> HttpResponse:
        if request.session.get(CHOOSE_PASSWORD) and request.user.is_authenticated:
            if not accounts.must_choose_password(request.user):
                del request.session[CHOOSE_PASSWORD]
            elif not request.path.startswith(("/static/", *_ways_out())):
                from django.contrib import messages  # noqa: PLC0415 - needed once in an account's life

                messages.info(
                    request, _("Choose a password of your own; the one you came in with works once.")
                )
                return redirect("account_change_password")
        return get_response(request)

    return handle


def _ways_out() -> tuple[str, ...]:
    return reverse("account_change_password"), reverse("account_logout"), reverse("account_reauthenticate")
