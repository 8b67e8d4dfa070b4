"""Figures in words, and pictures of them: plain SVG with classes, each beside a table that says the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from leeway.store.queries.measures import Measure, Unit
from leeway.store.queries.measuring import Figure
from leeway.web.times import in_short

WIDTH, HEIGHT, FLOOR, TOP = 700, 190, 160, 22
MOST_LABELS = 12


def said(value: float | None, unit: Unit) -> str:
    """A value as a person reads it."""
    if value is None:
        return "–"
    match unit:
        case "share":
            return f"{value * 100:.1f}%"
        case "time":
            return str(in_short(value))
        case "money":
            return f"{value:,.2f}"
        case "per 100" | "mean":
            return f"{value:.1f}"
        case _:
            return f"{value:.2f}"


def change(now: Figure, before: Figure, measure: Measure) -> tuple[str, str]:
    """How far from the period before, in words, and whether that is ``calm`` (better), ``gale`` (worse) or nothing."""
    if now.value is None or before.value is None:
        return "", ""
    difference = now.value - before.value
    arrow = "↓" if difference < 0 else "↑" if difference > 0 else "→"
    words = _("%(arrow)s from %(value)s") % {"arrow": arrow, "value": said(before.value, measure.unit)}
    if not difference or not measure.better:
        return words, ""
    return words, "calm" if (difference > 0) == (measure.better == "high") else "gale"


def counted(figure: Figure, measure: Measure) -> str:
    """What a value was made from."""
    if measure.unit == "share" and not measure.per_agent_day:
        return f"{figure.part:,.0f} ÷ {figure.whole:,.0f}"
    if measure.unit == "money":
        return _("%(sum)s in %(n)s offers") % {"sum": f"{figure.part:,.2f}", "n": f"{figure.n:,}"}
    parts = [_("%(n)s counted") % {"n": f"{figure.n:,}"}]
    if figure.p90 is not None:
        parts.append(_("p90 %(time)s") % {"time": in_short(figure.p90)})
    if figure.working is not None:
        parts.append(_("%(time)s in open hours") % {"time": in_short(figure.working)})
    return " · ".join(parts)


def bar_chart(labels: Sequence[str], figures: Sequence[Figure], measure: Measure) -> SafeString:
    """Bars over time, the last one marked; gaps where nothing was counted."""
    top = max((one.value for one in figures if one.value is not None), default=0) or 1
    step = (WIDTH - 20) / max(1, len(figures))
    width = min(40.0, step * 0.7)
    every = -(-len(labels) // MOST_LABELS)
    bars: list[tuple[Any, ...]] = []
    names: list[tuple[Any, ...]] = []
    for i, (label, one) in enumerate(zip(labels, figures, strict=True)):
        x = 10 + i * step + (step - width) / 2
        if one.value is not None:
            height = max(1.5, one.value / top * (FLOOR - TOP))
            kind = "bar now" if i == len(figures) - 1 else "bar"
            title = f"{label}: {said(one.value, measure.unit)} ({counted(one, measure)})"
            bars.append((f"{x:.1f}", f"{FLOOR - height:.1f}", f"{width:.1f}", f"{height:.1f}", kind, title))
        if i % every == 0:
            names.append((f"{x:.1f}", FLOOR + 16, label))
    last = next((one for one in reversed(figures) if one.value is not None), None)
    label = _("%(title)s over time, from %(first)s to %(last)s; latest %(value)s") % {
        "title": _(measure.title),
        "first": labels[0] if labels else "",
        "last": labels[-1] if labels else "",
        "value": said(last.value if last else None, measure.unit),
    }
    return format_html(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">'
        '<line class="axis" x1="8" x2="{}" y1="{}" y2="{}"/><text x="8" y="12">{}</text>{}{}</svg>',
        WIDTH,
        HEIGHT,
        label,
        WIDTH - 8,
        FLOOR,
        FLOOR,
        said(top, measure.unit),
        format_html_join(
            "", '<rect x="{}" y="{}" width="{}" height="{}" rx="3" class="{}"><title>{}</title></rect>', bars
        ),
        format_html_join("", '<text x="{}" y="{}">{}</text>', names),
    )


def share_bar(share: float, part: float | None = None) -> SafeString:
    """A bar of a hundred, if need be with a darker piece of it; the words stand beside it."""
    width, dark = (round(max(0.0, min(1.0, value)) * 100, 1) for value in (share, part or 0))
    return format_html(
        '<svg class="meter split {}" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="rest" width="{}" height="6"/><rect class="dark" width="{}" height="6"/></svg>',
        "" if part is None else "reasons",
        width,
        dark,
    )
