"""Money in words: minor units and a currency, as a person reads it."""

from __future__ import annotations

SIGNS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥"}
NO_MINOR_UNITS = frozenset({"JPY", "KRW", "VND", "CLP", "ISK", "HUF"})


def in_words(amount: int | None, currency: str) -> str:
    """``in_words(20600, "EUR") == "€206.00"``; without a known sign the code follows the number."""
    if amount is None:
        return ""
    number = f"{amount:,}" if currency in NO_MINOR_UNITS else f"{amount / 100:,.2f}"
    sign = SIGNS.get(currency)
    return f"{sign}{number}" if sign else f"{number} {currency}".strip()
