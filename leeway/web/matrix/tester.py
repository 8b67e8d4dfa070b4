"""Who would get this? A made-up case, the rule that decides it, and who would be asked at that minute."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from leeway.core.cue import CUE_KINDS, FEELINGS
from leeway.core.matrix import RuleVerdict, explain, first_match, matches
from leeway.core.policy import Policy, Rule
from leeway.core.risk import cue_in_words
from leeway.core.roster import Roster
from leeway.core.routing import Choice, Need, Nobody, choose
from leeway.core.situation import COLUMNS, Situation
from leeway.packs import units
from leeway.web.matrix import words

NEAR = 3
"""So many rules that nearly matched are shown."""


class Question(forms.Form):
    """A case in the columns people think in. What is left empty is as with a calm first contact."""

    cue = forms.MultipleChoiceField(
        label=_("Signs in the conversation"),
        choices=[(kind, _(cue_in_words(kind))) for kind in sorted(CUE_KINDS, key=cue_in_words)],  # type: ignore[arg-type]
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 5}),
    )
    tier = forms.CharField(label=_("Tier"), required=False, max_length=60)
    channel = forms.CharField(label=_("Channel"), required=False, max_length=60)
    language = forms.CharField(label=_("Language"), required=False, max_length=20)
    region = forms.CharField(label=_("Region"), required=False, max_length=60)
    contacts_30d = forms.IntegerField(
        label=_("Contacts in 30 days"), required=False, min_value=1, max_value=999
    )
    same_matter = forms.BooleanField(label=_("about the same matter"), required=False)
    promise = forms.ChoiceField(
        label=pgettext_lazy("column of the matrix", "Promise"),
        choices=[("", "–"), *((state, _(state)) for state in COLUMNS["promise"].values)],
        required=False,
    )
    attempts = forms.IntegerField(label=_("Solutions offered"), required=False, min_value=0, max_value=99)
    refused = forms.IntegerField(label=_("Solutions declined"), required=False, min_value=0, max_value=99)
    risk = forms.IntegerField(label=_("Risk, in percent"), required=False, min_value=0, max_value=100)
    trend = forms.ChoiceField(
        label=_("Heading"),
        choices=[(one, _(one)) for one in ("same", "improving", "declining")],
        required=False,
    )
    feeling = forms.ChoiceField(
        label=_("Feeling"), choices=[(one, _(one)) for one in ("neutral", *FEELINGS)], required=False
    )
    asks_for = forms.CharField(
        label=_("Asks for"),
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"placeholder": "120 EUR"}),
    )
    level = forms.ChoiceField(label=_("Is at"), required=False)
    event = forms.CharField(label=_("Event"), required=False, max_length=60)
    product = forms.CharField(label=_("Product"), required=False, max_length=60)
    brand = forms.CharField(label=_("Brand"), required=False, max_length=60)
    wants = forms.CharField(label=_("Wants"), required=False, max_length=30)
    reopened = forms.IntegerField(label=_("Times reopened"), required=False, min_value=0, max_value=99)
    unanswered = forms.IntegerField(
        label=_("Messages unanswered"), required=False, min_value=0, max_value=999
    )
    people_explained_to = forms.IntegerField(
        label=_("People it was explained to"), required=False, min_value=0, max_value=99
    )
    waiting = forms.IntegerField(label=_("Waiting, in seconds"), required=False, min_value=0)
    renewal_in = forms.IntegerField(label=_("Days to the renewal"), required=False)
    patience = forms.IntegerField(label=_("Patience"), required=False, min_value=0, max_value=100)
    at = forms.DateTimeField(
        label=_("When"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M"],
    )

    def __init__(self, policy: Policy, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.policy = policy
        every = (*policy.levels, *policy.desks)
        levels = [(one.name, words.level_name(policy, one.name)) for one in every]
        self.fields["level"].choices = levels  # type: ignore[attr-defined]

    OFTEN = ("tier", "channel", "contacts_30d", "asks_for", "at")
    APART = ("cue", "same_matter")

    def often(self) -> list[forms.BoundField]:
        return [self[name] for name in self.OFTEN]

    def seldom(self) -> list[forms.BoundField]:
        return [field for field in self if field.name not in (*self.OFTEN, *self.APART)]

    def more_said(self) -> bool:
        """Whether one of the seldom fields differs from its usual answer."""
        usual = {"trend": "same", "feeling": "neutral", "level": self.policy.levels[0].name}
        return any(field.value() not in (None, "", usual.get(field.name)) for field in self.seldom())

    def clean_asks_for(self) -> int:
        text = self.cleaned_data["asks_for"].strip()
        try:
            return units.money(text, self.policy.currency) if text else 0
        except ValueError as trouble:
            raise forms.ValidationError(str(trouble)) from None

    def situation(self) -> Situation:
        said = self.cleaned_data
        level = said["level"] or self.policy.levels[0].name
        return Situation(
            cue=tuple(sorted(said["cue"])),
            tier=said["tier"] or "standard",
            channel=said["channel"],
            language=said["language"],
            region=said["region"],
            contacts_30d=said["contacts_30d"] or 1,
            same_matter=said["same_matter"],
            promise=(said["promise"],) if said["promise"] else (),
            attempts=said["attempts"] or 0,
            refused=said["refused"] or 0,
            risk=(said["risk"] or 0) / 100,
            trend=said["trend"] or "same",
            feeling=said["feeling"] or "neutral",
            offer_needed=said["asks_for"],
            authority=_authority(self.policy, level),
            level=level,
            event=(said["event"],) if said["event"] else (),
            product=said["product"],
            brand=said["brand"],
            wants=said["wants"],
            reopened=said["reopened"] or 0,
            unanswered=said["unanswered"] or 0,
            people_explained_to=said["people_explained_to"] or 0,
            waiting=said["waiting"] or 0,
            age=said["waiting"] or 0,
            renewal_in=said["renewal_in"],
            patience=100 if said["patience"] is None else said["patience"],
        )


def _authority(policy: Policy, level: str) -> int:
    """The most this level may refund: what a wish in money is compared with."""
    return max(
        (one.amount for one in policy.authority if one.level == level and one.instrument == "refund"),
        default=0,
    )


def as_asked(query: QueryDict, zone: str) -> QueryDict:
    """The question of an address. A proof's example has its minute in UTC; the form wants the reader's clock."""
    if not (minute := query.get("minute")):
        return query
    asked = query.copy()
    try:
        at = datetime.fromisoformat(minute).astimezone(ZoneInfo(zone))
    except ValueError:
        return query
    asked["at"] = f"{at:%Y-%m-%dT%H:%M}"
    return asked


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A rule above or below that would have decided but for this."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Answer:
    """``rule`` None: the case stays at its level. ``found`` is who would be asked, ``by_plan`` when nobody is there."""

    at: datetime
    rule: Rule | None
    place: int = 0
    level: str = ""
    found: Choice | Nobody | None = None
    by_plan: Choice | None = None
    plan: str = ""
    near: tuple[NearMiss, ...] = ()


def answer(policy: Policy, roster: Roster, situation: Situation, at: datetime) -> Answer:
    near = tuple(islice(_near_misses(policy, situation), NEAR))
    match = first_match(policy, situation)
    rule = match.rule if match else None
    level = policy.level(rule.go if rule else situation.level)
    languages = (situation.language,) if situation.language else ()
    found = choose(
        roster, Need(targets=(level.target,), skills=level.skills, languages=languages), at=at, load={}
    )
    by_plan, plan = _planned(policy, roster, level.name, at) if isinstance(found, Nobody) else (None, "")
    place = [one.name for one in policy.rules].index(rule.name) + 1 if rule else 0
    return Answer(at, rule, place, level.name, found, by_plan, plan, near)


def _planned(policy: Policy, roster: Roster, level: str, at: datetime) -> tuple[Choice | None, str]:
    plan = policy.plan_for(level)
    if plan is None:
        return None, ""
    stand_in = choose(roster, Need(targets=(plan.hand_to,)), at=at, load={}) if plan.hand_to else None
    return (stand_in if isinstance(stand_in, Choice) else None), words.plan(policy, roster, plan)


def _near_misses(policy: Policy, situation: Situation) -> Iterator[NearMiss]:
    """Rules that failed by one condition of several, or hold and have no say."""
    for rule, verdict in zip(policy.rules, explain(policy, situation), strict=True):
        failed = [condition for condition in rule.when if not matches(condition, situation)]
        if verdict.holds and not verdict.decides:
            yield NearMiss(rule.name, _why_no_say(verdict))
        elif len(failed) == 1 and len(rule.when) > 1:
            asked = words.condition_in_words(failed[0], policy.currency)
            yield NearMiss(rule.name, str(_("would need: %(asked)s")) % {"asked": asked})


def _why_no_say(verdict: RuleVerdict) -> str:
    if not verdict.leads_up:
        return str(_("holds, and leads nowhere higher"))
    return str(_("holds too, and stands below the rule that decides"))


def minute(naive_or_aware: datetime | None, zone: str, now: datetime) -> datetime:
    """The minute that was asked about, in UTC; now when none was."""
    if naive_or_aware is None:
        return now
    at = naive_or_aware if naive_or_aware.tzinfo else naive_or_aware.replace(tzinfo=ZoneInfo(zone))
    return at.astimezone(UTC)
