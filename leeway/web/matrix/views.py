"""The matrix: readable for everybody, tested by everybody, changed by those who may publish."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from leeway.core.policy import Policy
from leeway.core.roster import Roster
from leeway.packs.matrix_file import dump_policy
from leeway.store.queries import documents
from leeway.web import house
from leeway.web.doors import only
from leeway.web.matrix import differences, editing, picture, proof, tester, words

YAML = "application/yaml; charset=utf-8"


@only("roles")
def page(request: HttpRequest) -> HttpResponse:
    world = house.world()
    policy, roster = world.policy, world.roster
    found = picture.two_weeks(policy, roster)
    history = documents.versions("policy")
    return render(
        request,
        "leeway/matrix/page.html",
        {
            "place": "matrix",
            **picture.everything(policy, roster),
            "grid": picture.grid(policy, found),
            "reach_levels": [words.level_name(policy, row.level.name) for row in found.rows],
            "reach_table": picture.table(found),
            "holes": picture.holes(policy, found),
            "zone": timezone.get_current_timezone_name(),
            "duties": picture.duties(roster),
            "history": history,
            "in_force": next((one for one in history if one.version == policy.version), None),
            "older": documents.keeping_older(policy.version),
            "most_counted": documents.MOST_COUNTED,
            "question": tester.Question(policy),
        },
    )


@only("roles")
def who(request: HttpRequest) -> HttpResponse:
    """Who would get this? An address of its own, so that an answer can be sent to a colleague."""
    world = house.world()
    policy, roster = world.policy, world.roster
    draft = _draft(request, roster)
    policy = draft or policy
    asked = (
        request.POST if "tier" in request.POST else request.GET
    )  # the editor's form has no question of its own
    form = tester.Question(policy, tester.as_asked(asked, timezone.get_current_timezone_name()) or None)
    found = None
    if form.is_bound and form.is_valid():
        zone = timezone.get_current_timezone_name()
        at = tester.minute(form.cleaned_data["at"], zone, house.now())
        found = tester.answer(policy, roster, form.situation(), at)
    here = {
        "place": "matrix",
        "question": form,
        "answer": found,
        "policy": policy,
        "draft": request.POST.get("text", "") if draft else "",
        "level": words.level_name(policy, found.level) if found and found.level else "",
    }
    part = "leeway/matrix/answer.html" if getattr(request, "htmx", False) else "leeway/matrix/who.html"
    return render(request, part, here, status=422 if form.errors else 200)


def _draft(request: HttpRequest, roster: Roster) -> Policy | None:
    """The matrix of the editor, when its holes are asked about; only who may publish has one."""
    text = request.POST.get("text", "")[: editing.LONGEST].replace("\r\n", "\n")
    if not text or not request.viewer.may_publish:  # type: ignore[attr-defined]
        return None
    found: Policy | None = editing.check_matrix(text, roster).document
    return found


@only("may_publish")
def edit(request: HttpRequest) -> HttpResponse:
    world = house.world()
    policy, roster = world.policy, world.roster
    if request.method != "POST":
        text = editing.matrix_text(policy, roster)
        return _editor(request, policy, text=text, seen=policy.version, note="")
    text, note = request.POST.get("text", "")[: editing.LONGEST], request.POST.get("note", "").strip()
    text = text.replace("\r\n", "\n")
    seen = _number(request.POST.get("seen", ""))
    checked = editing.check_matrix(text, roster)
    said: dict[str, Any] = {"text": text, "seen": seen, "note": note, "checked": checked}
    if checked.document is None:
        return _editor(request, policy, **said, status=422)
    reason = request.POST.get("reason", "").strip()
    shown = proof.shown(checked.document, text, roster)
    said |= {**_compared(policy, checked.document), "shown": shown, "reason": reason}
    if request.POST.get("act") != "publish":
        return _editor(request, policy, **said)
    if not (said["rule_changes"] or said["part_changes"] or said["lines"]):
        same = _("Nothing differs from version %(number)d, which is in force: there is nothing to publish.")
        return _editor(request, policy, **said, wrong=same % {"number": policy.version}, status=422)
    if not note:
        return _editor(
            request,
            policy,
            **said,
            wrong=_("Say in a sentence why: the note stands in the history."),
            status=422,
        )
    if shown.holes and not reason:
        return _editor(
            request,
            policy,
            **said,
            wrong=_(
                "It has holes. Mend them, or say why it goes live with them: the reason stands in the history."
            ),
            status=422,
        )
    note = proof.with_reason(note, shown, reason)
    try:
        number = editing.publish(checked.document, text, seen=seen, by=_by(request), note=note)
    except editing.Overtaken as late:
        now = house.world().policy
        said |= {"seen": now.version, "wrong": late.sentence, **_compared(now, checked.document)}
        return _editor(request, now, **said, status=409)
    messages.success(
        request, _("Version %(number)d is in force. Running cases keep theirs.") % {"number": number}
    )
    return redirect("matrix")


def _editor(request: HttpRequest, policy: Policy, *, status: int = 200, **said: Any) -> HttpResponse:
    here = {"place": "matrix", "policy": policy, "key": uuid.uuid4().hex, "back": reverse("matrix"), **said}
    return render(request, "leeway/matrix/edit.html", here, status=status)


def _compared(old: Policy, new: Policy) -> dict[str, Any]:
    """The differences, ready for ``differences.html``."""
    roster = house.world().roster
    changes = [
        (
            one,
            picture.rule_line(old, roster, one.was, one.before) if one.before else None,
            picture.rule_line(new, roster, one.now, one.after) if one.after else None,
        )
        for one in differences.rules(old, new)
    ]
    return {
        "old": old,
        "new": new,
        "rule_changes": changes,
        "part_changes": differences.parts(old, new),
        "lines": differences.lines(dump_policy(old), dump_policy(new)),
        "compared": True,
    }


@only("roles")
def version(request: HttpRequest, number: int) -> HttpResponse:
    """One version, against the one before it or any other (``?with=``)."""
    found = _version(number)
    other = _number(request.GET.get("with", "")) or number - 1
    before = documents.policy(other) if other else None
    record = next(iter(documents.versions("policy", before=number + 1, most=1)), None)
    here: dict[str, Any] = {"place": "matrix", "record": record, "policy": found, "source": _source(found)}
    if before is not None:
        here |= _compared(before, found)
    return render(request, "leeway/matrix/version.html", here)


@only("roles")
def file(request: HttpRequest, number: int) -> HttpResponse:
    """The version as a file, as it was written."""
    del request
    found = _version(number)
    response = HttpResponse(_source(found), content_type=YAML)
    response["Content-Disposition"] = f'attachment; filename="{found.name}-{number}.yaml"'
    return response


def _version(number: int) -> Policy:
    found = documents.policy(number)
    if found is None:
        raise Http404(number)
    return found


def _source(policy: Policy) -> str:
    return documents.source("policy", policy.version) or dump_policy(policy)


def _by(request: HttpRequest) -> str:
    return str(request.viewer.person)  # type: ignore[attr-defined]


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0
