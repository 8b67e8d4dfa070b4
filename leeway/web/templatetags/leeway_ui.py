"""Small things every page shows the same way: time left, levels, faces, journeys. Plain functions, tested as such."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from django import template
from django.contrib.messages.storage.base import Message
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import localize
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from leeway.core.case import Attempt
from leeway.core.money import in_words
from leeway.core.people import name_of
from leeway.core.policy import Level
from leeway.core.risk import cue_in_words
from leeway.web import event_words as history
from leeway.web import house
from leeway.web.times import in_short, times, weather_of
from leeway.web.vocabulary import CLOCKS, STEPS, WANTS, WHYS

register = template.Library()

MOST_STILL = 200

RISK_STORM, RISK_GALE, RISK_BREEZE = 0.85, 0.6, 0.35


register.filter(in_short)


@register.filter
def weather_of_time(due: datetime | None) -> str:
    """calm, breeze, gale or storm, by the time left; the words beside it say the same."""
    return "calm" if due is None else weather_of((due - times().now).total_seconds())


@register.filter
def weather_of_risk(risk: float) -> str:
    scale = ((RISK_STORM, "storm"), (RISK_GALE, "gale"), (RISK_BREEZE, "breeze"))
    return next((name for least, name in scale if risk >= least), "calm")


@register.filter
def percent(share: float | None) -> str:
    return "–" if share is None else _("%(n)d%%") % {"n": round(share * 100)}


@register.filter
def whole_number(count: float) -> int:
    return round(count)


@register.filter
def points(change: float) -> str:
    """How a share moved, in percentage points: ``↓ 0.6 points on the week before``."""
    if change == 0:
        return _("as in the week before")
    arrow = "↓" if change < 0 else "↑"
    size = localize(abs(change))
    return _("%(arrow)s %(n)s points on the week before") % {"arrow": arrow, "n": size}


@register.simple_tag
def time_left(due: datetime | None, started: datetime | None = None) -> SafeString:
    """A clock: a ring that empties, the time left in words, the instant on hover."""
    return times().left(due, started)


@register.filter
def full_time(at: datetime | None) -> str:
    """An instant in full, with its zone: what a hover shows."""
    return times().full(at)


@register.filter
def when(at: datetime | None) -> SafeString:
    """An instant as people say it: ``14:20``, ``yesterday 14:20``, ``3 Nov 14:20``; in full on hover."""
    return times().when(at)


@register.filter
def for_field(at: datetime | None) -> str:
    """An instant as a ``datetime-local`` field wants it, in the reader's zone."""
    return f"{timezone.localtime(at):%Y-%m-%dT%H:%M}" if at else ""


@register.filter
def ago(at: datetime | None) -> str:
    return in_short((times().now - at).total_seconds()) if at else ""


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
    """``regulator_or_legal`` as a person says it; words of ``leeway.web.vocabulary`` in the reader's language."""
    said = str(word).replace("_", " ")
    return _(said) if said else ""


@register.filter
def clock_words(kind: str) -> str:
    """What runs out: ``update due``."""
    return str(CLOCKS.get(kind, plain(kind)))


@register.filter
def step_words(name: str) -> str:
    """A step before going up, as something still to do: ``a second way``."""
    return str(STEPS.get(name) or plain(name))


@register.filter
def want_words(kind: str) -> str:
    """What a customer wants, as it follows their name: ``wants a refund``."""
    return str(WANTS.get(kind) or _("wants: %(what)s") % {"what": plain(kind)})


@register.filter
def why_words(reason: str) -> str:
    """A reason for a risk: the sign in the reader's language, the customer's words as they are."""
    sign, quoted, words = reason.partition(": “")
    if quoted:
        return f"{_(sign)}{quoted}{words}"
    for pattern, said in WHYS:
        if found := pattern.fullmatch(reason):
            return str(said) % found.groups()
    return _(reason)


@register.filter
def level_words(level: Level) -> str:
    """A level as the house calls it; its own label is nobody's to translate."""
    return level.label or plain(level.name).capitalize()


@register.filter
def cue_words(kind: str) -> str:
    return _(cue_in_words(kind))  # type: ignore[arg-type]


@register.filter
def money(amount: int | None, currency: str = "EUR") -> str:
    return in_words(amount, currency)


@register.filter
def signed_percent(share: float) -> str:
    """``+12%``: a difference of shares."""
    return f"{share:+.0%}"


@register.filter
def plain_sum(amount: int) -> str:
    """Minor units as a form's field takes them: ``12.50``, whatever the language of the page."""
    return f"{amount // 100}.{amount % 100:02}"


@register.filter
def sum_beside(attempt: Attempt) -> str:
    """The sum of an offer, unless its own words name one: ``a voucher of €14`` needs no ``€14.00`` beside it."""
    return "" if any(sign.isdigit() for sign in attempt.offer) else money(attempt.amount, attempt.currency)


def mood_height(sentiment: float, height: float, edge: float = 2) -> float:
    """Where a sentiment stands in a picture so high: 1 at the top, -1 at the bottom.

    The middle is drawn larger than the ends: people are seldom as angry as can be, and a change there is what one looks
    for.
    """
    bounded = max(-1.0, min(1.0, sentiment))
    drawn = bounded * (2 - abs(bounded))
    return (1 - drawn) / 2 * (height - 2 * edge) + edge


@register.simple_tag
def sparkline(values: Sequence[float], weather: str = "calm", label: str = "") -> SafeString:
    """A journey at a glance: sentiment from -1 to 1, drawn; what it says stands in the label."""
    width, height = 92, 24
    if not values:
        return format_html('<span class="faint">{}</span>', "–")
    if len(values) == 1:
        values = (values[0], values[0])  # one message: a level line
    step = width / (len(values) - 1)
    points = " ".join(f"{i * step:.1f},{mood_height(value, height):.1f}" for i, value in enumerate(values))
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


class Still(template.Node):
    """What was rendered, by language and by what it depends on."""

    def __init__(
        self, nodes: template.NodeList, depends_on: Sequence[template.base.FilterExpression]
    ) -> None:
        self.nodelist = nodes
        self._depends_on = depends_on
        self._made: dict[tuple[str | None, ...], SafeString] = {}

    def render(self, context: template.Context) -> SafeString:
        key = (get_language(), *(str(one.resolve(context)) for one in self._depends_on))
        if key not in self._made:
            if len(self._made) >= MOST_STILL:
                self._made.clear()
            self._made[key] = self.nodelist.render(context)
        return self._made[key]


@register.tag
def still(parser: template.base.Parser, token: template.base.Token) -> Still:
    """``{% still place count %} … {% endstill %}``: made once for each language and each value of what it depends on.

    For what stands the same on every page. Whatever changes in it must be named; a token against forged forms, or
    anything of one person only, has no place in it.
    """
    depends_on = [parser.compile_filter(one) for one in token.split_contents()[1:]]
    nodes = parser.parse(("endstill",))
    parser.delete_first_token()
    return Still(nodes, depends_on)


@register.filter
def minutes_from_now(count: int) -> datetime:
    return house.now() + timedelta(minutes=count)


@register.filter
def undo_url(message: Message) -> str:
    """Where a press of "Undo" goes: messages carry ``undo:<verb>:<case>`` among their tags when they have one."""
    for tag in (message.extra_tags or "").split():
        name, _colon, rest = tag.partition(":")
        verb, _colon, number = rest.partition(":")
        if name == "undo" and number.isdecimal():
            return reverse("do", args=[int(number), verb])
    return ""


@register.simple_tag(takes_context=True)
def press(context: template.Context, seen: int | None = None, back: str | None = None) -> SafeString:
    """What every button of a case sends along: the token against forged forms, a number of its own (pressed twice, it
    counts once), where to go back to, and the version of the case the person is looking at.
    """
    return format_html(
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}"><input type="hidden" name="key" value="{}">'
        '<input type="hidden" name="back" value="{}">{}',
        context.get("csrf_token", ""),
        uuid.uuid4().hex,
        context.get("back", "") if back is None else back,
        format_html('<input type="hidden" name="seen" value="{}">', seen) if seen is not None else "",
    )


LEVEL_WEATHER = ("calm", "gale", "storm", "storm")


@register.simple_tag
def level_chip(name: str) -> SafeString:
    """``L2 Supervisor``: a level by its rank and its name."""
    policy = house.world().policy
    ranks = {level.name: level for level in (*policy.levels, *policy.desks)}
    level = ranks.get(name)
    if level is None:
        return format_html('<span class="chip">{}</span>', plain(name))
    weather = LEVEL_WEATHER[min(level.rank, 3)]
    return format_html('<span class="chip {}">L{} {}</span>', weather, level.rank + 1, level_words(level))


@register.filter
def event_words(event: object) -> str:
    """One event in a line, for people; the whole of it is in the API's log."""
    return history.in_words(event, person_name)


@register.filter
def fact_words(fact: object) -> str:
    """What happened, in a word or two."""
    return history.fact_in_words(fact)
