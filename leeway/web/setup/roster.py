"""The roster in the console: read by everybody, changed by forms and as text; each change is a new version."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec.structs import replace

from leeway import publishing
from leeway.core.people import name_of, person
from leeway.core.roster import Absence, Override, Person, Roster, Rota, availability, on_call
from leeway.desk.absence import Reported, name_of_absence, report_absence
from leeway.packs import hours
from leeway.packs.reader import Problems
from leeway.packs.roster_file import dump_roster
from leeway.store.in_hand import cases_of
from leeway.store.queries import documents
from leeway.store.queries import people as accounts
from leeway.web import house
from leeway.web.doors import only
from leeway.web.matrix import differences, editing
from leeway.web.setup.roster_forms import AbsenceForm, PersonForm, SwapForm

TRIES = 3
"""A form changes one thing of the newest roster; when somebody publishes at the same moment it is done again."""

DUTIES_SHOWN = 5


# Changing


def change(request: HttpRequest, note: str, make: Callable[[Roster], Roster]) -> int:
    """Publishes what ``make`` makes of the roster in force. Raises ``Problems`` when that could not be a roster."""
    for attempt in range(TRIES):
        roster = house.world().roster
        text = dump_roster(
            make(roster)
        )  # the strict reader has the last word, and looks up new years' holidays
        changed = publishing.read_roster(text, editing.ROSTER_FILE, now=house.now()).document
        try:
            return editing.publish(changed, "", seen=roster.version, by=_by(request), note=note)
        except editing.Overtaken:
            if attempt == TRIES - 1:
                raise
    raise AssertionError("the loop above returns or raises")


def _by(request: HttpRequest) -> str:
    return str(request.viewer.person)  # type: ignore[attr-defined]


def _may(request: HttpRequest, allowed: str) -> bool:
    return bool(getattr(request.viewer, allowed))  # type: ignore[attr-defined]


# People and teams


@only("roles")
def people(request: HttpRequest) -> HttpResponse:
    roster, now, loads = house.world().roster, house.now(), accounts.loads()
    lines = [(one, loads.get(one.id, 0), availability(roster, one.id, now)) for one in roster.people]
    return render(
        request, "leeway/setup/people.html", {"place": "settings", "lines": lines, "roster": roster}
    )


@only("may_run_roster")
def person_page(request: HttpRequest, name: str = "") -> HttpResponse:
    roster = house.world().roster
    found = person(roster, name) if name else None
    if name and found is None:
        raise Http404(name)
    form = PersonForm(roster, found, request.POST or None)
    if request.method == "POST" and form.is_valid():
        who = form.changed()
        try:
            change(request, _("%(name)s changed") % {"name": who.name}, lambda old: _with_person(old, who))
        except Problems as wrong:
            form.add_error(None, "; ".join(f"{one.path}: {one.expected}" for one in wrong.problems))
        else:
            messages.success(request, _("%(name)s is changed in the roster.") % {"name": who.name})
            return redirect("settings-people")
    here = {"place": "settings", "form": form, "person": found}
    return render(request, "leeway/setup/person.html", here, status=422 if form.errors else 200)


def _with_person(roster: Roster, who: Person) -> Roster:
    if any(one.id == who.id for one in roster.people):
        return replace(roster, people=tuple(who if one.id == who.id else one for one in roster.people))
    return replace(roster, people=(*roster.people, who))


@only("roles")
def teams(request: HttpRequest) -> HttpResponse:
    roster = house.world().roster
    lines = [(team, [roster.person(name) for name in roster.members(team.id)]) for team in roster.teams]
    return render(request, "leeway/setup/teams.html", {"place": "settings", "lines": lines})


@only("roles")
def calendars(request: HttpRequest) -> HttpResponse:
    roster, today = house.world().roster, house.now().date()
    lines = [
        {
            "calendar": one,
            "week": hours.week_in_words(one.week),
            "closures": [closure for closure in one.closures if closure.date >= today][:8],
            "teams": [team.name for team in roster.teams if team.calendar == one.name],
        }
        for one in roster.calendars
    ]
    return render(request, "leeway/setup/calendars.html", {"place": "settings", "lines": lines})


# Rotas


@only("roles")
def rotas(request: HttpRequest) -> HttpResponse:
    roster = house.world().roster
    form = SwapForm(roster, request.POST if request.POST.get("act") == "swap" else None)
    if request.method == "POST":
        if not _may(request, "may_run_roster"):
            raise PermissionDenied("may_run_roster")
        if request.POST.get("act") == "remove":
            return _swap_removed(request)
        if form.is_valid():
            return _swapped(request, form.cleaned_data["rota"], form.override())
    lines = [
        {
            "rota": one,
            "duties": list(_duties(roster, one, house.now())),
            "overrides": _coming(one),
            "turns": _turns(one),
        }
        for one in roster.rotas
    ]
    here = {"place": "settings", "lines": lines, "form": form}
    return render(request, "leeway/setup/rotas.html", here, status=422 if form.errors else 200)


def _duties(roster: Roster, rota: Rota, at: datetime) -> Iterator[tuple[datetime, datetime | None, str]]:
    """Who has it now and after that."""
    for _duty in range(DUTIES_SHOWN):
        duty = on_call(roster, rota.id, at)
        yield at, duty.until, duty.person
        if duty.until is None:
            return
        at = duty.until


def _coming(rota: Rota) -> list[tuple[int, Override]]:
    return [(place, one) for place, one in enumerate(rota.overrides) if one.end > house.now()]


def _turns(rota: Rota) -> str:
    if rota.turns is None:
        return _("fixed shifts")
    days, rest = divmod(rota.turns.hours, 24)
    length = (
        _("%(n)d h") % {"n": rota.turns.hours}
        if rest
        else {1: _("a day"), 7: _("a week")}.get(days, _("%(n)d days") % {"n": days})
    )
    return _("in turns of %(length)s") % {"length": length}


def _swapped(request: HttpRequest, rota: str, override: Override) -> HttpResponse:
    def with_it(roster: Roster) -> Roster:
        return _with_rota(roster, rota, lambda one: (*one.overrides, override))

    who = name_of(house.world().roster, override.person)
    change(request, _("%(who)s takes a duty on %(rota)s") % {"who": who, "rota": rota}, with_it)
    messages.success(request, _("%(who)s takes it.") % {"who": who})
    return redirect("settings-rotas")


def _swap_removed(request: HttpRequest) -> HttpResponse:
    rota, start, who = (request.POST.get(name, "") for name in ("rota", "start", "person"))

    def without_it(roster: Roster) -> Roster:
        return _with_rota(
            roster,
            rota,
            lambda one: tuple(o for o in one.overrides if (o.start.isoformat(), o.person) != (start, who)),
        )

    change(request, _("A swap on %(rota)s is taken back") % {"rota": rota}, without_it)
    messages.success(request, _("The swap is taken back."))
    return redirect("settings-rotas")


def _with_rota(roster: Roster, name: str, overrides: Callable[[Rota], tuple[Override, ...]]) -> Roster:
    return replace(
        roster,
        rotas=tuple(
            replace(one, overrides=overrides(one)) if one.id == name else one for one in roster.rotas
        ),
    )


# Absences


@only("roles")
def absences(request: HttpRequest) -> HttpResponse:
    """Everybody reports their own; leads and operations report for others too."""
    roster, me, now = house.world().roster, _by(request), house.now()
    for_others = _may(request, "may_run_roster")
    form = AbsenceForm(
        roster, me, request.POST if request.POST.get("act") == "report" else None, for_others=for_others
    )
    if request.POST.get("act") == "cancel":
        return _cancelled(request, for_others=for_others)
    if request.method == "POST" and form.is_valid():
        away = form.absence()
        messages.success(request, _in_words(_reported(request, away), away))
        return redirect("settings-absences")
    coming = [(name_of_absence(one), one) for one in roster.absences if one.end is None or one.end > now]
    here = {
        "place": "settings",
        "form": form,
        "coming": sorted(coming, key=lambda pair: pair[1].start),
        "now": now,
        "for_others": for_others,
        "known": person(roster, me) is not None,
    }
    return render(request, "leeway/setup/absences.html", here, status=422 if form.errors else 200)


def _reported(request: HttpRequest, away: Absence) -> Reported:
    note = _("%(who)s is away") % {"who": name_of(house.world().roster, away.person)}
    here = house.house()
    driver = here.driver()
    try:
        return report_absence(
            away=away,
            now=house.now(),
            publish=lambda one: change(
                request, note, lambda old: replace(old, absences=(*old.absences, one))
            ),
            in_hand=lambda who: cases_of(driver, who),
            hand_in=here.writer.call,
        )
    finally:
        driver.close()


def _in_words(done: Reported, away: Absence) -> str:
    who = {"who": name_of(house.world().roster, away.person)}
    if done.passed_on:
        return _("%(who)s is away; %(n)d cases go to somebody who is there.") % {
            **who,
            "n": len(done.passed_on),
        }
    if done.later:
        return _(
            "Noted. When it begins, what %(who)s has in hand goes to somebody else: %(n)d cases today."
        ) % {
            **who,
            "n": done.later,
        }
    return _("Noted: %(who)s is away.") % who


def _cancelled(request: HttpRequest, *, for_others: bool) -> HttpResponse:
    name = request.POST.get("absence", "")
    mine = name.partition(":")[0] == _by(request)
    if not (for_others or mine):
        raise PermissionDenied("may_run_roster")

    def without_it(roster: Roster) -> Roster:
        return replace(roster, absences=tuple(one for one in roster.absences if name_of_absence(one) != name))

    change(request, _("An absence is taken back"), without_it)
    messages.success(request, _("The absence is taken back. What was passed on stays where it is."))
    return redirect("settings-absences")


# As text


@only("may_publish")
def edit(request: HttpRequest) -> HttpResponse:
    roster = house.world().roster
    if request.method != "POST":
        return _editor(request, roster, text=editing.roster_text(roster), seen=roster.version, note="")
    text = request.POST.get("text", "")[: editing.LONGEST].replace("\r\n", "\n")
    note, seen = request.POST.get("note", "").strip(), request.POST.get("seen", "")
    checked = editing.check_roster(text)
    said: dict[str, Any] = {"text": text, "note": note, "seen": seen, "checked": checked}
    if checked.document is None:
        return _editor(request, roster, **said, status=422)
    said |= {"compared": True, "lines": differences.lines(dump_roster(roster), dump_roster(checked.document))}
    if request.POST.get("act") != "publish":
        return _editor(request, roster, **said)
    if not note:
        return _editor(
            request,
            roster,
            **said,
            wrong=_("Say in a sentence why: the note stands in the history."),
            status=422,
        )
    try:
        number = editing.publish(checked.document, text, seen=int(seen or 0), by=_by(request), note=note)
    except editing.Overtaken as late:
        newest = house.world().roster
        said |= {
            "seen": newest.version,
            "wrong": late.sentence,
            "lines": differences.lines(dump_roster(newest), dump_roster(checked.document)),
        }
        return _editor(request, newest, **said, status=409)
    messages.success(request, _("Roster version %(number)d is in force.") % {"number": number})
    return redirect("settings-people")


def _editor(request: HttpRequest, roster: Roster, *, status: int = 200, **said: Any) -> HttpResponse:
    here = {
        "place": "settings",
        "roster": roster,
        "back": reverse("settings-people"),
        "history": documents.versions("roster", most=10),
        **said,
    }
    return render(request, "leeway/setup/roster.html", here, status=status)
