"""Times and amounts as people write them (``4 h (w)``, ``30 days``, ``60 EUR``), read and written.

Every reader here takes the text and raises ``ValueError`` with a hint for the author.
"""

from __future__ import annotations

import re
from decimal import Decimal

from leeway.core.money import NO_MINOR_UNITS
from leeway.core.policy import Span

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600
WORKING_DAY = 8 * HOUR
"""Seconds in a working day, unless the file says ``working_day: 7.5 h``."""

WORKING_DAYS_A_WEEK = 5
LONGEST = 10 * 366 * DAY
A_LENGTH_OF_TIME = 'a length of time such as "15 min", "4 h (w)" or "30 days"'
UNITS = "s, min, h, day, days, week, weeks"

_SECONDS = {"s": 1, "min": MINUTE, "h": HOUR, "day": DAY, "days": DAY, "week": 7 * DAY, "weeks": 7 * DAY}
_NUMBER = r"(?:0|[1-9][0-9]{0,11})(?:\.[0-9]{1,4})?"
_PART = re.compile(rf"({_NUMBER}) ?([A-Za-z]+)")
SPAN = rf"{_NUMBER} ?[A-Za-z]+(?: {_NUMBER} ?[A-Za-z]+)*(?: ?\(w\))?"
MONEY = rf"{_NUMBER} [A-Z]{{3}}"


def span(text: str, *, working_day: int = WORKING_DAY) -> Span:
    """``1 h 30 min``, ``4 h (w)``, ``1 day (w)``. ``(w)`` counts open hours; a day then is a working day."""
    if not re.fullmatch(SPAN, text):
        raise ValueError(_span_hint(text))
    working = text.endswith("(w)")
    parts: list[tuple[str, str]] = _PART.findall(text.removesuffix("(w)"))
    seconds = sum(_seconds(Decimal(number), unit, working, working_day) for number, unit in parts)
    if seconds != int(seconds):
        raise ValueError("whole seconds only")
    if not 0 < seconds <= LONGEST:
        raise ValueError("longer than nothing and at most ten years")
    return Span(int(seconds), working)


def span_in_words(length: Span) -> str:
    """The shortest exact way to write it. Working time stays in hours, whatever a working day is."""
    units = (("h", HOUR), ("min", MINUTE), ("s", 1))
    parts, left = [], length.seconds
    for unit, size in units if length.working else (("days", DAY), *units):
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {'day' if unit == 'days' and count == 1 else unit}")
    return " ".join(parts) + (" (w)" if length.working else "")


def money(text: str, currency: str) -> int:
    """An amount in minor units. The currency is always written, and always the policy's own."""
    if not re.fullmatch(MONEY, text):
        raise ValueError(f"write the amount with its currency, as in 60 {currency}")
    amount, _, written_currency = text.partition(" ")
    if written_currency != currency:
        raise ValueError(f"this policy counts in {currency}")
    minor = Decimal(amount).scaleb(decimals(currency))
    if minor != int(minor):
        raise ValueError(f"{currency} has {decimals(currency)} decimal places")
    return int(minor)


def money_in_words(minor: int, currency: str) -> str:
    amount = Decimal(minor).scaleb(-decimals(currency))
    return f"{amount:f} {currency}" if amount != int(amount) else f"{int(amount)} {currency}"


def decimals(currency: str) -> int:
    """How many decimal places the currency's smallest unit has."""
    return 0 if currency in NO_MINOR_UNITS else 2


def _seconds(number: Decimal, unit: str, working: bool, working_day: int) -> Decimal:  # noqa: FBT001
    if unit not in _SECONDS:
        raise ValueError(f"the units are {UNITS}")
    if working and unit.startswith("day"):
        return number * working_day
    if working and unit.startswith("week"):
        return number * working_day * WORKING_DAYS_A_WEEK
    return number * _SECONDS[unit]


def _span_hint(text: str) -> str:
    if re.fullmatch(r"[0-9.]+", text):
        return "the unit is missing"
    if re.fullmatch(r"[0-9]+:[0-9]+(:[0-9]+)?", text):
        return "write the unit, as in 1 h 30 min"
    return f"the units are {UNITS}"
