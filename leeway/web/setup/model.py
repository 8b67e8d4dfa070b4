"""The language model: switched on by an address, tried before it is kept, switched off by leaving the address empty."""

from __future__ import annotations

import os
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from leeway.connectors.openai_compatible import settings as kept
from leeway.core.refusals import Refusal
from leeway.desk.rewording import ModelTrouble
from leeway.packs.reader import Problems, read
from leeway.store.home import home
from leeway.web.assist import worded
from leeway.web.doors import only
from leeway.web.setup.channels import HIDDEN

FIELDS = kept.FIELDS


@only("may_set_up")
def page(request: HttpRequest) -> HttpResponse:
    """Its settings, how it has done, and a try."""
    context: dict[str, Any] = {"place": "settings", "hidden": HIDDEN, "wrong": ""}
    try:
        told = kept.written(home(), read)
    except Problems as trouble:
        told, context["wrong"] = {}, str(trouble)
    if request.method == "POST":
        sent = _sent(request, told)
        try:
            return _acted(request, sent)
        except (Refusal, ModelTrouble) as trouble:
            context["wrong"] = trouble.sentence if isinstance(trouble, Refusal) else trouble.why
            told = sent
    service = worded.model()
    tally = service.tally if service else None
    context |= {
        "told": {**told, "key": _shown(told.get("key", ""))},
        "tally": tally,
        "resting": service.breaker.until if service else None,
        "from_environment": os.environ.get("LEEWAY_MODEL_URL", ""),
    }
    return render(request, "leeway/setup/model.html", context, status=422 if context["wrong"] else 200)


def _sent(request: HttpRequest, told: dict[str, str]) -> dict[str, str]:
    sent = {name: request.POST.get(name, "").strip()[:500] for name in FIELDS}
    if sent["key"] == HIDDEN:
        sent["key"] = told.get("key", "")
    return {name: value for name, value in sent.items() if value}


def _acted(request: HttpRequest, sent: dict[str, str]) -> HttpResponse:
    if request.POST.get("act") == "test":
        from leeway.connectors.openai_compatible.model import Model  # noqa: PLC0415 - only to try it

        found = kept.checked(sent, os.environ)
        Model(found).complete("Answer with one word.", "TEXT:\nHello.", most_tokens=8)
        messages.success(request, _("It answers. Nothing is kept yet."))
        return redirect("settings-model")
    kept.save(home(), sent, os.environ)
    said = _("The model words our texts from now on.") if sent.get("url") else _("No model any more.")
    messages.success(request, said)
    return redirect("settings-model")


def _shown(key: str) -> str:
    return key if not key or key.startswith(kept.FROM_ENVIRONMENT) else HIDDEN
