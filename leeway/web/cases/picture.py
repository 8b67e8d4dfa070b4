"""Everything the pages of one case show, put together once for both of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from msgspec.structs import replace

from leeway.core import disclosures
from leeway.core.case import Case
from leeway.core.cue import Cue, CueKind
from leeway.core.handoff import SLOTS, Packet, packet
from leeway.core.journey import JourneyPoint, trend
from leeway.core.matrix import leads_up
from leeway.core.policy import Level, Policy, Rule
from leeway.core.risk import cue_in_words
from leeway.store.queries import cases, customers, deliveries, story
from leeway.web import house
from leeway.web.access import Viewer
from leeway.web.offers import room
from leeway.web.templatetags.leeway_ui import mood_height, plain

STORM_CUES = frozenset(
    {"anger", "profanity", "asks_for_supervisor", "legal_threat", "regulator_threat", "public_threat"}
)
CALM_CUES = frozenset({"thanks", "satisfied"})


def picture(case: Case, viewer: Viewer, back: str) -> dict[str, Any]:
    """The context of a case's pages. ``back`` is the page itself: where a press on any part of it returns to."""
    world, now = house.world(), house.now()
    policy = world.policy_for(case.policy_version)
    customer = customers.customer(case.customer)
    made = packet(case, policy, customer, now)
    must_say = disclosures.checklist(policy, case) if policy.disclosures else ()
    return {
        "case": case,
        "policy": policy,
        "customer": customer,
        "packet": made,
        "sections": packet_sections(made, case.steps),
        "slots": [(slot, _(SLOTS.get(slot, slot))) for slot in made.missing],
        "trend": trend(case.journey),
        "chart": journey_chart(case.journey, case.contacts),
        "path": level_path(policy, case),
        "levels_above": [
            level for level in (*policy.levels, *policy.desks) if _above(policy, level, case.level)
        ],
        "levels_below": [level for level in policy.levels if level.rank < policy.level(case.level).rank],
        "before": [(step, case.steps.get(step.name)) for step in policy.before],
        "steps_done": sum(step.name in case.steps for step in policy.before),
        "colleagues": [person for person in world.roster.people if person.active and person.id != case.owner],
        "clocks": running_clocks(case),
        "disclosures": must_say,
        "disclosures_due": bool(case.forbidden)
        or any(line.standing in ("open", "missed") for line in must_say),
        "open_promises": [
            item for item in case.promises if item.state in ("found", "pending", "approaching")
        ],
        "settled_promises": [item for item in case.promises if item.state in ("kept", "broken", "released")][
            -5:
        ],
        "open_consults": [item for item in case.consults if item.answered_at is None],
        "closed_consults": [item for item in case.consults if item.answered_at is not None],
        "room": room.panel(case, customer, policy, viewer),
        "newer_policy": world.policy.version
        if case.policy_version and world.policy.version > case.policy_version
        else 0,
        "others": other_cases(case, viewer),
        "may_act": viewer.may_act_on(case),
        "asked_of_me": case.asked is not None and case.asked.person == viewer.person,
        "back": back,
    }


def transcript(case: Case) -> dict[str, Any]:
    """What was said, the latest of it: ``turns`` are the messages, ``lines`` also what else the customer was told."""
    turns = story.turns(case.id)
    earlier = len(turns) >= story.SHOWN
    told = story.told(case.id, since=turns[0].fact if earlier else 0)
    sent = deliveries.of_replies(story.family(case.id)) if any(turn.message.send for turn in turns) else {}
    said = [spoken(turn, case, sent.get(turn.message.id)) for turn in turns]
    lines: list[tuple[int, int, Spoken | story.Told]] = [
        *((one.turn.fact, 0, one) for one in said),
        *((one.fact, 1, one) for one in told),
    ]
    ordered = [line for *_place, line in sorted(lines, key=lambda line: line[:2])]
    return {"turns": said, "lines": ordered, "earlier": earlier}


def _above(policy: Policy, level: Level, current: str) -> bool:
    return leads_up(policy, Rule("", (), level.name, "customer_request"), current)


PACKET_SECTIONS = (
    ("wants", gettext_lazy("Wants")),
    ("feeling", gettext_lazy("How they feel")),
    ("told", gettext_lazy("Already told us")),
    ("explained", gettext_lazy("Explained")),
    ("tried", gettext_lazy("What was tried")),
    ("promises_open", gettext_lazy("Promised, open")),
    ("promises_broken", gettext_lazy("Promised, not kept")),
    ("promises_kept", gettext_lazy("Promised, kept")),
    ("offers", gettext_lazy("Offers made")),
    ("authority", gettext_lazy("Room left at this level")),
    ("worth", gettext_lazy("Worth to us")),
    ("why", gettext_lazy("Why it escalated")),
    ("answers", gettext_lazy("Asked back")),
)


FIRST_READ = frozenset({"wants", "feeling", "told", "explained", "tried", "promises_open", "promises_broken"})
"""What whoever takes a case needs before the first sentence; the rest is one press away."""


STEPS = {
    "restate": gettext_lazy("said back what went wrong"),
    "offer": gettext_lazy("offered what we may decide"),
    "alternative": gettext_lazy("offered a second way"),
}
"""The steps of the shipped packs, as what was done; a house's own are said by their names."""


def packet_sections(made: Packet, steps: Collection[str] = ()) -> dict[str, list[tuple[str, Any, Any]]]:
    """The filled sections with their titles, in the order in which one reads them: ``first``, and the ``rest``.

    What was offered has a card of its own beside the packet; of what was tried, the packet shows the ``steps``.
    """
    known = {step.replace("_", " "): step for step in steps}
    tried = tuple(
        replace(line, text=str(STEPS.get(known[line.text], plain(line.text))))
        for line in made.tried
        if line.text in known
    )
    shown = {**{name: getattr(made, name) for name, _title in PACKET_SECTIONS}, "tried": tried, "offers": ()}
    filled = [(name, title, shown[name]) for name, title in PACKET_SECTIONS if shown[name]]
    return {
        "first": [section for section in filled if section[0] in FIRST_READ],
        "rest": [section for section in filled if section[0] not in FIRST_READ],
    }


@dataclass(frozen=True, slots=True)
class Spoken:
    """One message for the page: its text with the cues marked in it."""

    turn: story.Turn
    name: str
    html: SafeString
    delivery: deliveries.Delivery | None = None


def spoken(turn: story.Turn, case: Case, delivery: deliveries.Delivery | None = None) -> Spoken:
    message = turn.message
    name = (
        (case.customer_name or case.customer)
        if message.author == "customer"
        else message.by or message.author
    )
    return Spoken(turn, name, marked(message.text, turn.cues), delivery)


def marked(text: str, cues: tuple[Cue, ...]) -> SafeString:
    """The message with every cue underlined and named; overlapping ones share one mark. All of it escaped."""
    parts: list[SafeString] = []
    at = 0
    for start, end, kinds in _marks(text, cues):
        parts.append(escape(text[at:start]))
        names = ", ".join(dict.fromkeys(_(cue_in_words(kind)) for kind in kinds))
        parts.append(
            format_html(
                '<mark class="{}">{}</mark> <sup>{}</sup>', _weather_of(kinds), text[start:end], names
            )
        )
        at = end
    parts.append(escape(text[at:]))
    return mark_safe("".join(parts))  # noqa: S308 - every part is escaped above


def _marks(text: str, cues: tuple[Cue, ...]) -> list[tuple[int, int, list[CueKind]]]:
    """Where marks stand, in order, none of them over another. A place beyond the text marks nothing."""
    found: list[tuple[int, int, list[CueKind]]] = []
    placed = [cue for cue in cues if 0 <= cue.start < cue.end <= len(text)]
    for cue in sorted(placed, key=lambda cue: (cue.start, -cue.end)):
        if found and cue.start < found[-1][1]:
            start, end, kinds = found[-1]
            found[-1] = (start, max(end, cue.end), [*kinds, cue.kind])
        else:
            found.append((cue.start, cue.end, [cue.kind]))
    return found


def _weather_of(kinds: list[CueKind]) -> str:
    if STORM_CUES.intersection(kinds):
        return "storm"
    return "calm" if CALM_CUES.issuperset(kinds) else "breeze"


CHART_WIDTH, CHART_HEIGHT, CHART_EDGE = 760, 84, 8


def journey_chart(points: tuple[JourneyPoint, ...], contacts: tuple[Any, ...]) -> SafeString:
    """The emotional journey, drawn: sentiment from 1 (top) to -1, a dashed line where a new contact begins."""
    if len(points) < 2:
        return SafeString("")
    step = (CHART_WIDTH - 2 * CHART_EDGE) / (len(points) - 1)
    spots = [
        (CHART_EDGE + place * step, mood_height(point.sentiment, CHART_HEIGHT, CHART_EDGE), point)
        for place, point in enumerate(points)
    ]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y, _point in spots)
    label = _("emotional journey over %(n)d turns: %(first)s at first, %(last)s now") % {
        "n": len(points),
        "first": _(points[0].feeling),
        "last": _(points[-1].feeling),
    }
    return format_html(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">'
        '<line class="axis" x1="0" x2="{}" y1="{}" y2="{}"/>{}<polyline class="journey" points="{}"/>{}</svg>',
        CHART_WIDTH,
        CHART_HEIGHT,
        label,
        CHART_WIDTH,
        CHART_HEIGHT // 2,
        CHART_HEIGHT // 2,
        _contact_lines(spots, contacts),
        line,
        _spots(spots),
    )


Spot = tuple[float, float, JourneyPoint]


def _contact_lines(spots: list[Spot], contacts: tuple[Any, ...]) -> SafeString:
    begins = [
        (x, number)
        for number, at in enumerate(contacts[1:], start=2)
        if (x := next((x for x, _y, point in spots if point.at >= at), None)) is not None
    ]
    return format_html_join(
        "",
        '<line class="contact" x1="{0}" x2="{0}" y1="4" y2="80"/><text x="{1}" y="12">{2}</text>',
        (
            (f"{x:.0f}", f"{min(x + 4, CHART_WIDTH - 70):.0f}", _("contact %(n)d") % {"n": number})
            for x, number in begins
        ),
    )


def _spots(spots: list[Spot]) -> SafeString:
    worst = min(spots, key=lambda spot: spot[2].sentiment)
    return format_html_join(
        "",
        '<circle cx="{}" cy="{}" r="{}" class="{}"><title>{}</title></circle>',
        (
            (f"{x:.1f}", f"{y:.1f}", *((4, "dot") if point is worst[2] else (2.5, "spot")), _said(point))
            for x, y, point in spots
        ),
    )


def _said(point: JourneyPoint) -> str:
    said = _("%(feeling)s, patience %(n)d of 100") % {
        "feeling": _(point.feeling),
        "n": round(point.patience),
    }
    return f"{said}: {point.why}" if point.why else said


def level_path(policy: Policy, case: Case) -> list[tuple[Level, str]]:
    """The rungs with where the case is: done below, now, ahead; a desk stands after the rung it is beside."""
    here = policy.level(case.level) if case.level else policy.levels[0]
    rungs = list(policy.levels)
    if here.kind == "functional":
        rungs.insert(min(here.rank + 1, len(rungs)), here)
    place = rungs.index(here)
    return [(rung, "done" if i < place else "now" if i == place else "") for i, rung in enumerate(rungs)]


def running_clocks(case: Case) -> list[Any]:
    """Deadlines a person cares about, the next to run out first; helpers of our own are left out."""
    shown = [clock for clock in case.clocks.values() if clock.kind not in ("rest", "step")]
    return sorted(shown, key=lambda clock: (clock.due is None, clock.due or clock.started_at))


def other_cases(case: Case, viewer: Viewer) -> list[Case]:
    """The customer's other cases this person may see, the latest first."""
    rows = cases.narrowed(cases.visible_cases(viewer), cases.Wanted(customer=case.customer))
    found = cases.page(rows.exclude(pk=case.id), size=6).rows
    return [cases.read(row) for row in found]
