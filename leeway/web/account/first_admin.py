"""The first account of a house: made by whoever can read the server's terminal, and by nobody after that."""

from __future__ import annotations

import logging
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from django import forms
from django.contrib.auth import get_user_model, login
from django.contrib.auth.password_validation import validate_password
from django.core.validators import RegexValidator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from leeway.store import accounts
from leeway.store.home import home
from leeway.web import house

if TYPE_CHECKING:
    from django.contrib.auth.models import User

log = logging.getLogger(__name__)

CODE_FILE = "setup-code"
USER_NAME = RegexValidator(
    r"^[a-z][a-z0-9_]{0,59}$", _("Small letters, digits and _; it begins with a letter.")
)


def setup_code(folder: Path) -> str:
    """The code that whoever runs the server can read; made when there is none. Processes agree on one."""
    file = folder / CODE_FILE
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text().strip()
    with os.fdopen(handle, "w") as text:
        text.write(accounts.one_time_password())
    return file.read_text().strip()


def announce() -> None:
    """Says the code in the terminal when the house has no account yet."""
    if not accounts.anybody():
        code = setup_code(home())
        log.warning("Nobody can sign in yet. Open /setup/first-admin and use this code, once: %s", code)


def used_up(folder: Path) -> bool:
    """Takes the code out of the world; True for the one caller who did it."""
    try:
        (folder / CODE_FILE).unlink()
    except FileNotFoundError:
        return False
    return True


class FirstAdmin(forms.Form):
    code = forms.CharField(
        label=_("Code from the server's terminal"),
        help_text=_("It also stands in the file setup-code of the data folder."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    username = forms.CharField(
        label=_("User name"),
        help_text=_("Your id in the roster, if you work cases yourself."),
        validators=[USER_NAME],
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "username"}),
    )
    email = forms.EmailField(label=_("E-mail"), required=False)
    password = forms.CharField(
        label=_("Password"),
        help_text=_("At least 12 characters. Several words are easier to remember than signs."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
    )

    def clean_code(self) -> str:
        given = self.cleaned_data["code"].strip()
        if not secrets.compare_digest(given.encode(), setup_code(home()).encode()):
            raise forms.ValidationError(
                _("This is not the code. Look at the latest lines of the server's terminal.")
            )
        return str(given)

    def clean(self) -> dict[str, object]:
        found = super().clean() or {}
        password = found.get("password")
        if password:
            user = get_user_model()(username=found.get("username", ""), email=found.get("email", ""))
            try:
                validate_password(str(password), user)
            except forms.ValidationError as weak:
                self.add_error("password", weak)
        return found


def page(request: HttpRequest) -> HttpResponse:
    if accounts.anybody():
        return redirect("account_login")
    form = FirstAdmin(request.POST or None)
    if request.method == "POST" and _too_often(request):
        return render(request, "429.html", status=429)
    if request.method == "POST" and form.is_valid() and used_up(home()):
        user = _made(form.cleaned_data)
        login(request, user, backend="django.contrib.auth.backends.ModelBackend")
        return redirect("watch")
    if request.method == "GET":
        announce()
    return render(
        request, "leeway/account/first_admin.html", {"form": form}, status=422 if form.errors else 200
    )


def _too_often(request: HttpRequest) -> bool:
    from allauth.core import ratelimit  # noqa: PLC0415 - needed once in a house's life

    return not ratelimit.consume(request, action="first_admin")


def _made(wanted: dict[str, str]) -> User:
    accounts.make(wanted["username"], roles=["admin"], email=wanted["email"], password=wanted["password"])
    log.info("The first admin of this house is %s, since %s.", wanted["username"], house.now().isoformat())
    return get_user_model().objects.get(username=wanted["username"])
