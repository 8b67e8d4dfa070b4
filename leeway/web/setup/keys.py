"""Keys for the API: made here, shown once, ended here."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from leeway.store import tokens
from leeway.store.queries import tokens as kept
from leeway.web import house
from leeway.web.doors import only

SCOPES = {
    "facts:write": gettext_lazy("hand in what happens: messages, events, answers"),
    "cases:read": gettext_lazy("read cases, escalations, packets, clocks"),
    "cases:write": gettext_lazy("act on cases: accept, hand over, resolve"),
    "roster:read": gettext_lazy("read the roster"),
    "roster:write": gettext_lazy("publish rosters, report absences"),
    "policy:read": gettext_lazy("read matrices"),
    "policy:write": gettext_lazy("publish matrices"),
    "admin": gettext_lazy("everything"),
}


def _described(scope: str) -> str:
    return f"{scope}: {SCOPES[scope]}" if scope in SCOPES else scope


class NewToken(forms.Form):
    name = forms.CharField(label=gettext_lazy("What it is for"), max_length=80)
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What it may do"),
        choices=lambda: [(scope, _described(scope)) for scope in tokens.SCOPES],  # in the reader's language
        widget=forms.CheckboxSelectMultiple,
    )


@only("may_set_up")
def page(request: HttpRequest) -> HttpResponse:
    form = NewToken(request.POST or None)
    secret = ""
    if request.method == "POST" and form.is_valid():
        secret = _issued(form.cleaned_data["name"], form.cleaned_data["scopes"], _by(request))
        form = NewToken()
    here = {"place": "settings", "form": form, "secret": secret, "tokens": kept.tokens()}
    return render(request, "leeway/setup/tokens.html", here, status=422 if form.errors else 200)


@only("may_set_up")
@require_POST
def revoke(request: HttpRequest, number: int) -> HttpResponse:
    driver = house.house().driver()
    try:
        ended = tokens.revoke(driver, number, at=house.now())
    finally:
        driver.close()
    said = (
        _("The token is revoked; every process stops taking it within seconds.")
        if ended
        else _("It was revoked already.")
    )
    messages.info(request, said)
    return redirect("settings-tokens")


def _issued(name: str, scopes: list[str], by: str) -> str:
    driver = house.house().driver()
    try:
        return tokens.issue(driver, name, scopes, by=by, at=house.now())
    finally:
        driver.close()


def _by(request: HttpRequest) -> str:
    return str(request.viewer.person)  # type: ignore[attr-defined]
