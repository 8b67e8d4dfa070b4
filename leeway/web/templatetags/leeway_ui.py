"""Small things every page shows the same way: time left, levels, faces, journeys. Plain functions, tested as such."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from leeway.core.money import in_words
from leeway.core.people import name_of
from leeway.core.risk import cue_in_words
from leeway.web import house

register = template.Library()

MINUTE, HOUR, DAY = 60, 3600, 86_400
LONG_DAYS = 60
GALE_BELOW, BREEZE_BELOW = 45 * MINUTE, 4 * HOUR
RISK_STORM, RISK_GALE, RISK_BREEZE = 0.85, 0.6, 0.35


@register.filter
def in_short(seconds: float) -> str:
    """A length of time a glance can take in: ``6 min``, ``2 h 10``, ``1 d 4 h``."""
    seconds = int(abs(seconds))
    if seconds < HOUR:
        return _("%(n)d min") % {"n": seconds // MINUTE}
    if seconds < DAY:
        hours, minutes = seconds // HOUR, seconds % HOUR // MINUTE
        return _("%(h)d h %(m)02d") % {"h": hours, "m": minutes} if minutes else _("%(h)d h") % {"h": hours}
    days, hours = seconds // DAY, seconds % DAY // HOUR
    if days >= LONG_DAYS:
        years = days // 365
        return _("%(y)d years") % {"y": years} if years > 1 else _("%(m)d months") % {"m": days // 30}
    return _("%(d)d d %(h)d h") % {"d": days, "h": hours} if hours else _("%(d)d d") % {"d": days}


@register.filter
def weather_of_time(due: datetime | None) -> str:
    """calm, breeze, gale or storm, by the time left; the words beside it say the same."""
    if due is None:
        return "calm"
    left = (due - house.now()).total_seconds()
    if left <= 10 * MINUTE:
        return "storm"
    return "gale" if left < GALE_BELOW else "breeze" if left < BREEZE_BELOW else "calm"


@register.filter
def weather_of_risk(risk: float) -> str:
    scale = ((RISK_STORM, "storm"), (RISK_GALE, "gale"), (RISK_BREEZE, "breeze"))
    return next((name for least, name in scale if risk >= least), "calm")


@register.filter
def percent(share: float | None) -> str:
    return "–" if share is None else f"{round(share * 100)} %"


@register.simple_tag
def time_left(due: datetime | None, started: datetime | None = None) -> SafeString:
    """A clock: a ring that empties, the time left in words, the instant on hover."""
    if due is None:
        return format_html('<span class="dim">{}</span>', _("paused"))
    left = (due - house.now()).total_seconds()
    weather = weather_of_time(due)
    words = in_short(left) if left >= 0 else _("%(time)s late") % {"time": in_short(left)}
    whole = (due - started).total_seconds() if started else 8 * HOUR
    share = max(0.0, min(1.0, left / whole)) if whole > 0 else 0.0
    return format_html(
        '<span class="clock num {}-text" title="{}"><svg class="ring {}" width="20" height="20" viewBox="0 0 20 20" '
        'aria-hidden="true"><circle class="track" cx="10" cy="10" r="8" stroke-width="3"/><circle class="arc" cx="10" '
        'cy="10" r="8" stroke-width="3" stroke-dasharray="{} 51" transform="rotate(-90 10 10)"/></svg>'
        '<time datetime="{}">{}</time></span>',
        weather,
        full_time(due),
        weather,
        round(share * 50.3, 1),
        due.isoformat(),
        words,
    )


@register.filter
def full_time(at: datetime | None) -> str:
    """An instant in full, with its zone: what a hover shows."""
    if at is None:
        return ""
    here = timezone.localtime(at)
    return f"{here:%Y-%m-%d %H:%M} {here.tzname()}"


@register.filter
def when(at: datetime | None) -> SafeString | str:
    """An instant as people say it: ``14:20``, ``yesterday 14:20``, ``3 Nov 14:20``; in full on hover."""
    if at is None:
        return ""
    here, today = timezone.localtime(at), timezone.localtime(house.now()).date()
    days = (here.date() - today).days
    clock = f"{here:%H:%M}"
    named = {0: clock, -1: _("yesterday %(at)s") % {"at": clock}, 1: _("tomorrow %(at)s") % {"at": clock}}
    year = f" {here:%Y}" if here.year != today.year else ""
    said = named.get(days, f"{here.day} {here:%b}{year} {clock}")
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), full_time(at), said)


@register.filter
def ago(at: datetime | None) -> str:
    return in_short((house.now() - at).total_seconds()) if at else ""


@register.filter
def initials(name: str) -> str:
    words = [word for word in name.replace(".", " ").split() if word]
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper() or "?"


@register.filter
def person_name(who: str) -> str:
    """A person of ours by their id, as colleagues call them."""
    return name_of(house.world().roster, who) if who else ""


@register.filter
def short_name(who: str) -> str:
    """Only the first name in full: ``Priya R.``."""
    words = person_name(who).split()
    return f"{words[0]} {words[-1][0]}." if len(words) > 1 else (words[0] if words else "")


@register.simple_tag
def face(name: str, size: str = "") -> SafeString:
    return format_html('<span class="face {}" aria-hidden="true">{}</span>', size, initials(name))


@register.filter
def plain(word: str) -> str:
    """``regulator_or_legal`` as a person says it."""
    return str(word).replace("_", " ")


@register.filter
def cue_words(kind: str) -> str:
    return cue_in_words(kind)  # type: ignore[arg-type]


@register.filter
def money(amount: int | None, currency: str = "EUR") -> str:
    return in_words(amount, currency)


@register.simple_tag
def sparkline(values: Sequence[float], weather: str = "calm", label: str = "") -> SafeString:
    """A journey at a glance: sentiment from -1 to 1, drawn; what it says stands in the label."""
    width, height = 92, 24
    if len(values) < 2:
        return format_html('<span class="faint">{}</span>', _("too short to tell"))
    step = width / (len(values) - 1)
    points = " ".join(
        f"{i * step:.1f},{(1 - value) / 2 * (height - 4) + 2:.1f}" for i, value in enumerate(values)
    )
    return format_html(
        '<svg class="spark {}" width="92" height="24" viewBox="0 0 92 24" role="img" aria-label="{}">'
        '<polyline points="{}"/></svg>',
        weather,
        label or _("emotional journey"),
        points,
    )


@register.simple_tag
def meter(share: float, label: str) -> SafeString:
    """How much of something is used, as a bar of a hundred."""
    width = round(max(0.0, min(1.0, share)) * 100)
    return format_html(
        '<svg class="meter" viewBox="0 0 100 6" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<rect width="{}" height="6"/></svg>',
        label,
        width,
    )


@register.simple_tag(takes_context=True)
def here(context: template.Context, *names: str) -> SafeString:
    """Marks the place in the menu that this page belongs to."""
    return mark_safe('aria-current="page"') if context.get("place") in names else SafeString("")


@register.filter
def minutes_from_now(count: int) -> datetime:
    return house.now() + timedelta(minutes=count)


LEVEL_WEATHER = ("calm", "gale", "storm", "storm")


@register.simple_tag
def level_chip(name: str) -> SafeString:
    """``L2 Supervisor``: a level by its rank and its name."""
    policy = house.world().policy
    ranks = {level.name: level for level in (*policy.levels, *policy.desks)}
    level = ranks.get(name)
    if level is None:
        return format_html('<span class="chip">{}</span>', plain(name))
    label = level.label or plain(name).capitalize()
    weather = LEVEL_WEATHER[min(level.rank, 3)]
    return format_html('<span class="chip {}">L{} {}</span>', weather, level.rank + 1, label)


EVENT_WORDS: dict[str, str] = {
    "case_opened": "case opened at {level}",
    "interaction_joined": "contact by {channel}",
    "rule_decided": "rule “{rule}” sends it to {go}",
    "escalated": "now at {level}: {why}",
    "escalation_turned_down": "escalation declined: {reason}",
    "escalation_ended": "escalation ended: {outcome}",
    "case_deescalated": "handed back down to {to}: {reason}",
    "owner_assigned": "{person} owns it: {why}",
    "owner_asked": "{person} is asked to take it: {why}",
    "owner_accepted": "{person} accepted",
    "accept_expired": "{person} did not answer in time",
    "handoff_turned_down": "{person} declined: {reason}",
    "asked_back": "{person} asks back: {question}",
    "nobody_there": "nobody available at {level}: {plan}",
    "clock_stopped": "clock {name}: {outcome}",
    "clock_warned": "warning: {name}",
    "clock_breached": "clock {name} ran out",
    "promise_settled": "promise {number} is {state}",
    "risk_judged": "risk {risk}",
    "case_resolved": "resolved: {how}",
    "case_reopened": "opened again: {reason}",
    "case_closed": "closed: {why}",
    "case_paused": "paused: {cause}",
    "policy_pinned": "policy version {version}: {why}",
    "set_aside": "nothing changed: {why}",
    "slot_recorded": "packet: {slot}",
    "step_recorded": "step done: {step}",
    "update_recorded": "the customer has news",
    "rating_recorded": "rated {score} of 5",
}


@register.filter
def event_words(event: object) -> str:
    """One event in a line, for people; the whole of it is in the API's log."""
    kind = str(type(event).__struct_config__.tag)  # type: ignore[attr-defined]
    notice = getattr(event, "notice", None)
    if kind == "notice_issued" and notice is not None:
        return f"told {', '.join(person_name(who) for who in notice.to)}: {notice.subject}"
    if kind == "customer_informed":
        return f"told the customer: {event.message.text}"  # type: ignore[attr-defined]
    if kind in ("clock_started", "clock_paused", "clock_resumed"):
        clock = event.clock  # type: ignore[attr-defined]
        until = full_time(clock.due) if clock.due else "standing still"
        return f"{kind.replace('_', ' ')}: {clock.name}, {until}"
    if kind == "message_read":
        cues = ", ".join(cue_in_words(cue.kind) for cue in event.cues)  # type: ignore[attr-defined]
        return f"message read: {cues}" if cues else "message read"
    words = EVENT_WORDS.get(kind)
    if words is None:
        return kind.replace("_", " ")
    fields = {name: str(getattr(event, name)) for name in event.__struct_fields__}  # type: ignore[attr-defined]
    fields["person"] = person_name(fields.get("person", ""))
    return words.format_map(fields)
