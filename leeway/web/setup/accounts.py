"""Who may sign in, as what. An admin gives a one-time password; its owner chooses their own at the first login."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leeway.core.people import person
from leeway.core.refusals import Refusal
from leeway.store import accounts
from leeway.store.queries import people
from leeway.web import house
from leeway.web.access import ROLES
from leeway.web.account.first_admin import USER_NAME
from leeway.web.doors import only

MEANS = {
    "agent": gettext_lazy("agent: talks to customers; sees their own and their team's cases"),
    "supervisor": gettext_lazy("supervisor: leads agents; sees and decides all cases"),
    "manager": gettext_lazy("manager: as a supervisor, one level up"),
    "operations": gettext_lazy("operations: publishes matrices and rosters; works no cases"),
    "quality": gettext_lazy("quality: reads everything to learn from it"),
    "admin": gettext_lazy("admin: everything, and these settings"),
}
ROLE_CHOICES = [(role, MEANS[role]) for role in ROLES]


class NewAccount(forms.Form):
    username = forms.CharField(
        label=gettext_lazy("Person"),
        help_text=gettext_lazy("their id in the roster"),
        max_length=60,
        validators=[USER_NAME],
        widget=forms.TextInput(attrs={"list": "roster-people", "autocomplete": "off"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        required=False,
        help_text=gettext_lazy("what single sign-on knows them by"),
    )
    roles = forms.MultipleChoiceField(
        label=gettext_lazy("Roles"), choices=ROLE_CHOICES, widget=forms.CheckboxSelectMultiple
    )


class Roles(forms.Form):
    roles = forms.MultipleChoiceField(
        label=gettext_lazy("Roles"), choices=ROLE_CHOICES, widget=forms.CheckboxSelectMultiple
    )


@only("may_set_up")
def page(request: HttpRequest) -> HttpResponse:
    form, once = NewAccount(request.POST or None), ""
    made = ""
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data
        try:
            once = accounts.make(
                wanted["username"], roles=wanted["roles"], email=wanted["email"] or _email(wanted["username"])
            )
        except Refusal as refusal:
            form.add_error("username", refusal.sentence)
        else:
            form, made = NewAccount(), wanted["username"]
    here = {
        "place": "settings",
        "form": form,
        "once": once,
        "made": made,
        "accounts": people.accounts(ROLES),
        "roster": house.world().roster.people,
    }
    return render(request, "leeway/setup/accounts.html", here, status=422 if form.errors else 200)


def _email(username: str) -> str:
    found = person(house.world().roster, username)
    return found.email if found else ""


@only("may_set_up")
def one(request: HttpRequest, username: str) -> HttpResponse:
    user = people.account(username)
    if user is None:
        raise Http404(username)
    held = [group.name for group in user.groups.all()]
    here: dict[str, Any] = {"place": "settings", "account": user, "form": Roles(initial={"roles": held})}
    status = 200
    if request.method == "POST":
        try:
            done = _act(request, user, here)
        except Refusal as refusal:
            here["wrong"], status = refusal.sentence, 409
            user.refresh_from_db()
        else:
            if done:
                messages.success(request, done)
                return redirect("settings-account", username)
    return render(request, "leeway/setup/account.html", here, status=status)


def _act(request: HttpRequest, user: Any, here: dict[str, Any]) -> str:  # noqa: ANN401 - Django's user
    """What was pressed; gives the sentence that says it is done, empty when the page has something to show."""
    match request.POST.get("act"):
        case "roles":
            form = here["form"] = Roles(request.POST)
            if not form.is_valid():
                return ""
            accounts.give_roles(user, form.cleaned_data["roles"])
            return _("The roles are changed.")
        case "reset":
            here["once"] = accounts.reset(user)
            return ""
        case "deactivate":
            accounts.switch(user, active=False)
            return _("This account is shut, and signed out everywhere.")
        case "activate":
            accounts.switch(user, active=True)
            return _("This account is open again.")
    return ""
