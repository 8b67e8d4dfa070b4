"""The ways to reach people: which there are, their settings, and a test that says what happened."""

from __future__ import annotations

import os
import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from leeway import channels
from leeway.channels import configured
from leeway.channels.base import Delivered, Failed, Info, Outgoing
from leeway.core.people import person
from leeway.core.refusals import Refusal
from leeway.core.roster import ways_to_reach
from leeway.packs.reader import Problems, read
from leeway.store.home import home
from leeway.web import house
from leeway.web.doors import only

HIDDEN = "••••••••"
"""What a form shows instead of a secret; sent back unchanged it means: leave it as it is."""


@only("may_set_up")
def page(request: HttpRequest) -> HttpResponse:
    here: dict[str, Any] = {"place": "settings", "kinds": list(channels.kinds())}
    try:
        found = _settings()
    except (Refusal, Problems) as trouble:
        here |= {"wrong": str(trouble), "channels": []}
    else:
        kinds = channels.kinds()
        here["channels"] = [(name, kinds[said.get("kind", name)].INFO, said) for name, said in found.items()]
    return render(request, "leeway/setup/channels.html", here)


@only("may_set_up")
def one(request: HttpRequest, name: str) -> HttpResponse:
    """A channel's settings; ``new-webhook`` is a new one of that kind, named in the form."""
    found = _settings()
    fresh = name.removeprefix("new-") if name.startswith("new-") else ""
    kind = fresh or found.get(name, {}).get("kind", name)
    if kind not in channels.kinds() or not (fresh or name in found):
        raise Http404(name)
    info, old = channels.kinds()[kind].INFO, found.get(name, {})
    form = ChannelForm(info, fresh, request.POST or None, initial=_shown(info, old))
    if request.method == "POST" and (request.POST.get("act") == "remove" or form.is_valid()):
        try:
            if request.POST.get("act") == "remove":
                _removed(request, found, name)
            else:
                _changed(request, found, name, info, form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            return redirect("settings-channels")
    here = {"place": "settings", "form": form, "info": info, "name": "" if fresh else name}
    return render(request, "leeway/setup/channel.html", here, status=422 if form.errors else 200)


@only("may_set_up")
@require_POST
def test(request: HttpRequest, name: str) -> HttpResponse:
    """Sends one message to whoever pressed, and tells what came of it."""
    try:
        ready = configured.build({name: _settings()[name]}, os.environ)[name]
    except KeyError:
        raise Http404(name) from None
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        return redirect("settings-channels")
    result = ready.channel.send(_trial(request, name))
    if isinstance(result, Failed):
        messages.error(request, _("%(name)s: it failed: %(why)s") % {"name": name, "why": result.why})
    elif isinstance(result, Delivered):
        messages.success(request, _("%(name)s: it arrived.") % {"name": name})
    else:
        messages.success(request, _("%(name)s: it was taken by %(by)s.") % {"name": name, "by": result.by})
    return redirect("settings-channels")


def _trial(request: HttpRequest, name: str) -> Outgoing:
    who = str(request.viewer.person)  # type: ignore[attr-defined]
    found = person(house.world().roster, who)
    ways = ways_to_reach(found) if found else {}
    address = ways.get(name, "") or ways.get("email", "") or getattr(request.user, "email", "")
    subject = _("A test from Leeway")
    return Outgoing(
        key=f"test:{uuid.uuid4().hex}",
        to=who,
        subject=subject,
        body=_("This way to you works."),
        address=address,
        kind="test",
    )


def _settings() -> configured.Settings:
    return configured.settings(home(), os.environ, read)


class ChannelForm(forms.Form):
    """Draws itself from what the channel says about its settings."""

    def __init__(self, info: Info, fresh: str, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        if fresh:
            self.fields["channel_name"] = forms.SlugField(label=_("Name"), initial=fresh, max_length=60)
        for field in info.fields:
            self.fields[field.name] = _form_field(field)


def _form_field(field: Any) -> forms.Field:  # noqa: ANN401 - channels.base.Field
    said = {"label": field.label, "required": field.required, "help_text": field.help}
    if field.kind == "choice":
        return forms.ChoiceField(choices=[("", "–"), *((one, one) for one in field.choices)], **said)
    placeholder = {"placeholder": field.example} if field.example else {}
    return forms.CharField(
        max_length=1000, widget=forms.TextInput(attrs={"autocomplete": "off", **placeholder}), **said
    )


def _shown(info: Info, old: dict[str, str]) -> dict[str, str]:
    """What the form starts with: secrets covered unless they only name a variable of the environment."""
    secret = {field.name for field in info.fields if field.kind == "secret"}
    return {
        name: HIDDEN if name in secret and not value.startswith(configured.FROM_ENVIRONMENT) else value
        for name, value in old.items()
    }


def _removed(request: HttpRequest, found: configured.Settings, name: str) -> None:
    configured.save(home(), {key: said for key, said in found.items() if key != name}, os.environ)
    messages.success(request, _("%(name)s is no longer used.") % {"name": name})


def _changed(
    request: HttpRequest, found: configured.Settings, name: str, info: Info, said: dict[str, str]
) -> None:
    target = said.get("channel_name") or name
    old = found.get(name, {})
    values = {field.name: said[field.name] for field in info.fields if said[field.name]}
    values = {key: old.get(key, "") if value == HIDDEN else value for key, value in values.items()}
    configured.save(home(), {**found, target: {"kind": info.kind, **values}}, os.environ)
    messages.success(
        request,
        _(
            "%(name)s is saved. Press Test to see that it works; deliveries use it when the server starts anew."
        )
        % {"name": target},
    )
