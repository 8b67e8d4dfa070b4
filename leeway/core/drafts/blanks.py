"""Fills the blanks of what to say instead, so that a correct sentence comes out, or nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo

from leeway.core.drafts.pack import DraftData
from leeway.core.money import NO_MINOR_UNITS, SIGNS
from leeway.core.reading.words import WordFile

_BLANK = re.compile(r"\{(\w+)\}")
_ENDS = (".", "!", "?", "\u2026")


def first_filled(templates: Iterable[str], blanks: Mapping[str, str]) -> str:
    """The first template whose every blank is known, filled; empty when there is none."""
    return next((text for template in templates if (text := filled(template, blanks))), "")


def filled(template: str, blanks: Mapping[str, str]) -> str:
    """``{some}`` becomes the words, ``{Some}`` the same with a capital; empty when a blank stays open."""
    text = template
    for name in _BLANK.findall(template):
        words = blanks.get(name.lower(), "").strip()
        if not words:
            return ""
        text = text.replace(f"{{{name}}}", capital(words) if name[0].isupper() else words)
    return text


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def as_sentence(text: str, instead_of: str) -> str:
    """With a full stop where the quote had an end of its own, and with a capital where it began with one."""
    if not text:
        return ""
    if instead_of.rstrip().endswith(_ENDS) and not text.endswith(_ENDS):
        text += "."
    return capital(text) if instead_of[:1].isupper() else text


def due_words(data: DraftData, words: WordFile, at: datetime, zone: tzinfo) -> str:
    """An instant as people say it: "Friday 20 November at 16:00 UTC"."""
    local = at.astimezone(zone)
    return filled(
        data.due,
        {
            "weekday": _name_of(words.weekdays, local.weekday()),
            "day": str(local.day),
            "month": _name_of(words.months, local.month),
            "time": f"{local:%H:%M} {local.tzname() or ''}".strip(),
        },
    )


def _name_of(table: Mapping[str, int], number: int) -> str:
    """The first name the language's file has for it; a language without names gets the number."""
    name = next((name for name, value in table.items() if value == number), str(number))
    return capital(name)


def money_words(minor: int, currency: str) -> str:
    """An amount as one writes it to a customer: whole units without cents."""
    if currency in NO_MINOR_UNITS:
        number = f"{minor:,}"
    else:
        number = f"{minor // 100:,}" if minor % 100 == 0 else f"{minor / 100:,.2f}"
    sign = SIGNS.get(currency)
    return f"{sign}{number}" if sign else f"{number} {currency}".strip()
