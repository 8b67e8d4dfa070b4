"""Cases, times and lengths in words, as they stand in a finding."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from leeway.core.policy import Level, Policy, Span
from leeway.core.situation import COLUMNS, Situation

_CALM = Situation()
_UNITS = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))
MOST_UNITS = 2


def length(seconds: float) -> str:
    """``4 d 15 h``, ``50 min``: the two largest units that say anything."""
    left, parts = int(seconds), []
    for unit, name in _UNITS:
        count, left = divmod(left, unit)
        if count:
            parts.append(f"{count} {name}")
    return " ".join(parts[:MOST_UNITS]) or "0 s"


def span(written: Span) -> str:
    return f"{length(written.seconds)}{' of working time' if written.working else ''}"


def local(policy: Policy, at: datetime) -> str:
    """The minute on the clock of the house, with its zone."""
    there = at.astimezone(ZoneInfo(policy.zone))
    return f"{there:%a %Y-%m-%d %H:%M %Z}"


def both_clocks(policy: Policy, at: datetime) -> str:
    return f"{local(policy, at)} ({at:%Y-%m-%d %H:%M} UTC)"


def named(level: Level) -> str:
    return (
        f"{level.label} ({level.name})" if level.label and level.label.lower() != level.name else level.name
    )


def set_columns(situation: Situation) -> dict[str, Any]:
    """The columns that differ from a calm first contact, without those the matrix looks up itself."""
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name in situation.__struct_fields__
        if name != "authority" and (value := getattr(situation, name)) != getattr(_CALM, name)
    }


def case(situation: Situation, currency: str) -> str:
    """The case in a sentence: ``cue legal_threat, tier gold, at agent``."""
    said = {name: value for name, value in set_columns(situation).items() if name != "level"}
    parts = [_column(name, value, currency) for name, value in said.items()]
    at = f"at {situation.level}" if situation.level else ""
    return ", ".join(filter(None, (*(parts or ["a calm first contact"]), at)))


def _column(name: str, value: object, currency: str) -> str:
    called = name.replace("_", " ")
    if isinstance(value, list):
        return f"{called} {' and '.join(value)}"
    if isinstance(value, bool):
        return called if value else f"not {called}"
    kind = COLUMNS[name].kind if name in COLUMNS else ""
    if kind == "money" and isinstance(value, int):
        return f"{called} {value / 100:.2f} {currency}"
    if kind == "duration" and isinstance(value, int):
        return f"{called} {length(value)}"
    return f"{called} {value if value not in ('', None) else 'unknown'}"
