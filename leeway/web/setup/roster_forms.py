"""The frequent changes of a roster as forms: a person, an absence, a swap on a rota."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from leeway.core.roster import Absence, Contact, Override, Person, Roster, calendar_of
from leeway.core.worktime import ALWAYS
from leeway.packs import hours
from leeway.web.account.first_admin import USER_NAME

NOBODY = [("", "–")]


def people_choices(roster: Roster) -> list[tuple[str, str]]:
    return [(one.id, one.name) for one in sorted(roster.people, key=lambda one: one.name) if one.active]


class PersonForm(forms.Form):
    id = forms.CharField(
        label=_("Id"), max_length=60, validators=[USER_NAME], help_text=_("small letters; never changes")
    )
    name = forms.CharField(label=_("Name"), max_length=100)
    email = forms.EmailField(label=_("E-mail"), required=False)
    role = forms.CharField(label=_("What they are"), required=False, max_length=60)
    teams = forms.MultipleChoiceField(label=_("Teams"), required=False, widget=forms.CheckboxSelectMultiple)
    capacity = forms.IntegerField(label=_("Cases at a time"), min_value=0, max_value=10_000)
    skills = forms.CharField(label=_("Skills"), required=False, help_text=_("separated by commas"))
    languages = forms.CharField(
        label=_("Languages"), required=False, help_text=_("codes such as en, pt, separated by commas")
    )
    calendar = forms.ChoiceField(label=_("Hours"), required=False, help_text=_("without any: their team's"))
    manager = forms.ChoiceField(label=_("Manager"), required=False)
    contacts = forms.CharField(
        label=_("Reached by"),
        required=False,
        help_text=_("a channel and the address on it, one a line: sms: +351 555 0104"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    active = forms.BooleanField(label=_("Works here"), required=False, initial=True)

    def __init__(self, roster: Roster, person: Person | None, data: QueryDict | None = None) -> None:
        super().__init__(data, initial=_as_initial(person) if person else {"capacity": 5, "active": True})
        self.roster, self.person = roster, person
        choices = {
            "teams": [(team.id, team.name) for team in roster.teams],
            "calendar": NOBODY
            + [(one.name, one.name.replace("_", " ")) for one in (*roster.calendars, ALWAYS)],
            "manager": NOBODY
            + [pair for pair in people_choices(roster) if not person or pair[0] != person.id],
        }
        for name, options in choices.items():
            self.fields[name].choices = options  # type: ignore[attr-defined]
        if person:
            del self.fields["id"]

    def clean_id(self) -> str:
        found = str(self.cleaned_data["id"])
        if any(one.id == found for one in self.roster.people):
            raise forms.ValidationError(_("Somebody has this id already."))
        return found

    def clean_contacts(self) -> tuple[Contact, ...]:
        found = []
        for line in filter(str.strip, self.cleaned_data["contacts"].splitlines()):
            channel, colon, address = line.partition(":")
            if not colon or not address.strip():
                raise forms.ValidationError(
                    _("Write a channel, a colon and the address: %(line)s"), params={"line": line}
                )
            found.append(Contact(channel.strip(), address.strip()))
        return tuple(found)

    def changed(self) -> Person:
        said = self.cleaned_data
        return Person(
            id=self.person.id if self.person else said["id"],
            name=said["name"],
            email=said["email"],
            role=said["role"],
            level=self.person.level if self.person else "",
            teams=tuple(said["teams"]),
            capacity=said["capacity"],
            skills=_listed(said["skills"]),
            languages=_listed(said["languages"]),
            calendar=said["calendar"],
            manager=said["manager"],
            contacts=said["contacts"],
            active=said["active"],
        )


def _as_initial(person: Person) -> dict[str, Any]:
    return {
        "name": person.name,
        "email": person.email,
        "role": person.role,
        "teams": list(person.teams),
        "capacity": person.capacity,
        "skills": ", ".join(person.skills),
        "languages": ", ".join(person.languages),
        "calendar": person.calendar,
        "manager": person.manager,
        "contacts": "\n".join(f"{one.channel}: {one.address}" for one in person.contacts),
        "active": person.active,
    }


def _listed(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))


def _day(label: Any, *, required: bool) -> forms.DateField:  # noqa: ANN401 - a lazy string
    return forms.DateField(label=label, required=required, widget=forms.DateInput(attrs={"type": "date"}))


class AbsenceForm(forms.Form):
    """``for_others``: whether this person may report somebody else's."""

    person = forms.ChoiceField(label=_("Who is away"))
    start = _day(_("From"), required=True)
    end = _day(_("Until, that day included"), required=False)
    substitute = forms.ChoiceField(label=_("Who stands in"), required=False)
    reason = forms.CharField(
        label=_("Why"), required=False, max_length=120, help_text=_("holiday, illness; colleagues see it")
    )

    def __init__(self, roster: Roster, me: str, data: QueryDict | None = None, *, for_others: bool) -> None:
        super().__init__(data, initial={"person": me})
        self.roster = roster
        everybody = people_choices(roster)
        mine = [pair for pair in everybody if pair[0] == me]
        self.fields["person"].choices = everybody if for_others else mine  # type: ignore[attr-defined]
        self.fields["substitute"].choices = NOBODY + everybody  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("start") and said.get("end") and said["end"] < said["start"]:
            self.add_error("end", _("It ends before it begins."))
        if said.get("substitute") and said.get("substitute") == said.get("person"):
            self.add_error("substitute", _("Nobody stands in for themselves."))
        return said

    def absence(self) -> Absence:
        """Whole days of the person's own calendar."""
        said = self.cleaned_data
        zone = calendar_of(self.roster, said["person"]).zone
        end = hours.moment(_iso(said["end"]), zone, through_the_day=True) if said["end"] else None
        return Absence(
            said["person"], hours.moment(_iso(said["start"]), zone), end, said["reason"], said["substitute"]
        )


def _iso(day: date) -> str:
    return day.isoformat()


class SwapForm(forms.Form):
    rota = forms.ChoiceField(label=_("Rota"))
    person = forms.ChoiceField(label=_("Who takes it"))
    start = forms.DateTimeField(label=_("From"))
    end = forms.DateTimeField(label=_("Until"))

    def __init__(self, roster: Roster, *args: Any) -> None:
        super().__init__(*args)
        self.fields["rota"].choices = [(one.id, one.name) for one in roster.rotas]  # type: ignore[attr-defined]
        self.fields["person"].choices = people_choices(roster)  # type: ignore[attr-defined]
        for name in ("start", "end"):
            self.fields[name].widget = forms.DateTimeInput(
                attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"
            )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("start") and said.get("end") and said["end"] <= said["start"]:
            self.add_error("end", _("It ends before it begins."))
        return said

    def override(self) -> Override:
        start, end = (_utc(self.cleaned_data[name]) for name in ("start", "end"))
        return Override(start, end, self.cleaned_data["person"])


def _utc(at: datetime) -> datetime:
    from datetime import UTC  # noqa: PLC0415 - beside its one use

    return at.astimezone(UTC)
