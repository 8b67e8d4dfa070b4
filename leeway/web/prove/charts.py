"""Pictures of two sides, and of a week: plain SVG, each beside a table that says the same."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

WIDTH, ROW, NAME = 700, 34, 170
HOURS = 24
CELL, LEFT, TOP = 26, 46, 18
DAYS = (
    gettext_lazy("Mon"),
    gettext_lazy("Tue"),
    gettext_lazy("Wed"),
    gettext_lazy("Thu"),
    gettext_lazy("Fri"),
    gettext_lazy("Sat"),
    gettext_lazy("Sun"),
)
SHADES = 5


def pairs(label: str, rows: Sequence[tuple[str, int, int]]) -> SafeString:
    """Two bars for each name: as it was, and as it would have been."""
    top = max((max(was, would) for _name, was, would in rows), default=0) or 1
    drawn = [
        (_pair(name, place * ROW + 6, (was, would), top),) for place, (name, was, would) in enumerate(rows)
    ]
    return format_html(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>',
        WIDTH,
        len(rows) * ROW + 8,
        label,
        format_html_join("", "{}", drawn),
    )


def _pair(name: str, y: int, values: tuple[int, int], top: int) -> SafeString:
    was, would = values
    title = _("%(name)s: was %(was)d, would have been %(would)d") % {"name": name, "was": was, "would": would}
    bars = [
        (NAME, y + 12 * place, f"{(wide := max(1.0, value / top * (WIDTH - NAME - 60))):.1f}", kind,
         f"{NAME + wide + 5:.1f}", y + 12 * place + 9, value)
        for place, (value, kind) in enumerate(((was, "bar"), (would, "bar now")))
    ]  # fmt: skip
    return format_html(
        '<g><title>{}</title><text x="0" y="{}">{}</text>{}</g>',
        title,
        y + 14,
        name,
        format_html_join(
            "",
            '<rect x="{}" y="{}" width="{}" height="10" rx="2" class="{}"/><text x="{}" y="{}">{}</text>',
            bars,
        ),
    )


def week(label: str, values: Sequence[float], top: float = 0) -> SafeString:
    """A heat-map of the 168 hours of a week, Monday first; each cell says its number on hover.

    ``top`` is what the darkest stands for, so that two maps can be compared; 0: the most of these.
    """
    top = top or max(values, default=0) or 1
    cells = []
    for hour, value in enumerate(values):
        day, of_day = divmod(hour, HOURS)
        shade = 0 if value <= 0 else min(SHADES, 1 + int(value / top * (SHADES - 0.001)))
        said = f"{DAYS[day]} {of_day:02}:00: {value:g}"
        cells.append((LEFT + of_day * CELL, TOP + day * CELL, CELL - 2, CELL - 2, shade, said))
    return format_html(
        '<svg class="chart heat" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}</svg>',
        LEFT + HOURS * CELL,
        TOP + 7 * CELL,
        label,
        format_html_join(
            "", '<text x="0" y="{}">{}</text>', ((TOP + d * CELL + 16, DAYS[d]) for d in range(7))
        ),
        format_html_join(
            "", '<text x="{}" y="12">{}</text>', ((LEFT + h * CELL, h) for h in range(0, HOURS, 3))
        ),
        format_html_join(
            "",
            '<rect x="{}" y="{}" width="{}" height="{}" rx="3" class="shade-{}"><title>{}</title></rect>',
            cells,
        ),
    )
