"""What a list is narrowed to, as it stands in its address: short words a person can read and share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from leeway.core.policy import Policy
from leeway.core.roster import Roster
from leeway.store.queries.lists import RISKS, STATUSES, Filter
from leeway.web.access import Viewer

FIELDS = ("q", "status", "whose", "owner", "level", "channel", "risk", "customer")
"""The fields of the address, in the order in which they are written there."""


@dataclass(frozen=True, slots=True)
class Chip:
    """One choice: where it leads, and whether it is the one in force."""

    label: str
    href: str
    on: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """The filter of an address; what nobody offers there is left out rather than refused."""

    given: dict[str, str]

    def __getitem__(self, field: str) -> str:
        return self.given.get(field, "")

    @property
    def query(self) -> str:
        return urlencode([(field, self.given[field]) for field in FIELDS if field in self.given])

    def with_(self, **changes: str) -> str:
        """The address of the same list with something else chosen; an empty value takes a filter away."""
        changed = {**self.given, **changes}
        return "?" + urlencode([(field, changed[field]) for field in FIELDS if changed.get(field)])


def asked(query: Mapping[str, str]) -> Asked:
    given = {field: value[:200] for field in FIELDS if (value := query.get(field, "").strip())}
    if given.get("status") not in STATUSES or given.get("status") == "live":
        given.pop("status", None)
    if given.get("risk") not in RISKS:
        given.pop("risk", None)
    if given.get("whose") not in ("mine", "team"):
        given.pop("whose", None)
    return Asked(given)


def wanted(filter_: Asked, viewer: Viewer) -> Filter:
    people = {"mine": frozenset({viewer.person}), "team": viewer.colleagues}.get(
        filter_["whose"], frozenset()
    )
    return Filter(
        status=filter_["status"] or "live",
        level=filter_["level"],
        channel=filter_["channel"],
        customer=filter_["customer"],
        people=frozenset({filter_["owner"]}) if filter_["owner"] else people,
        risk=filter_["risk"],
        q=filter_["q"],
    )


def whose_chips(filter_: Asked) -> list[Chip]:
    words = (("", _("Everybody's")), ("mine", _("Mine")), ("team", _("My team's")))
    return [
        Chip(label, filter_.with_(whose=name, owner=""), not filter_["owner"] and filter_["whose"] == name)
        for name, label in words
    ]


def status_chips(filter_: Asked) -> list[Chip]:
    words = (
        ("", _("Going on")),
        ("paused", _("Paused")),
        ("resolved", _("Resolved")),
        ("closed", _("Closed")),
    )
    return [Chip(label, filter_.with_(status=name), filter_["status"] == name) for name, label in words]


def in_force(filter_: Asked, names: Mapping[str, Mapping[str, str]]) -> list[Chip]:
    """The filters of the small form that are set, each a chip that takes it away."""
    titles = {
        "owner": _("with"),
        "level": _("level"),
        "channel": _("channel"),
        "risk": _("risk"),
        "customer": _("customer"),
    }
    return [
        Chip(
            f"{title} {names.get(field, {}).get(filter_[field], filter_[field])}",
            filter_.with_(**{field: ""}),
            on=True,
        )
        for field, title in titles.items()
        if filter_[field]
    ]


class Options:
    """The lines of a ``<select>``, written once; a house has hundreds of people, and two selects of them a page."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self.names = dict(pairs)
        self._html = "".join(
            f'<option value="{escape(value)}">{escape(label)}</option>' for value, label in self.names.items()
        )

    def html(self, chosen: str = "") -> SafeString:
        """With one of them chosen, if it is among them."""
        here = f'<option value="{escape(chosen)}"'
        return SafeString(self._html.replace(here, f"{here} selected", 1) if chosen else self._html)


_people: tuple[Roster | None, Options] = (None, Options(()))


def people(roster: Roster) -> Options:
    """Who is active, by name; made anew when another roster is in force."""
    global _people  # noqa: PLW0603 - the options of the one roster in force
    of, options = _people
    if of is not roster:
        active = ((person.id, person.name) for person in roster.people if person.active)
        options = Options(sorted(active, key=lambda item: item[1]))
        _people = roster, options
    return options


def choices(policy: Policy, roster: Roster) -> dict[str, Options]:
    """What the small form offers."""
    levels = [
        (level.name, level.label or level.name.replace("_", " ")) for level in (*policy.levels, *policy.desks)
    ]
    risks = [("breeze", _("35% and more")), ("gale", _("60% and more")), ("storm", _("85% and more"))]
    return {"level": Options(levels), "risk": Options(risks), "owner": people(roster)}
