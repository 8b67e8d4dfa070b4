"""Currency signs and codes: the part of money that is the same in every language."""

from __future__ import annotations

# A sign says less than it seems: `$`, `¥` and `kr` belong to several countries. The first is what it means unless
# the house's own currency is one of the others.
SIGNS: dict[str, tuple[str, ...]] = {
    "€": ("EUR",),
    "£": ("GBP",),
    "$": ("USD", "AUD", "CAD", "NZD", "SGD", "HKD", "MXN", "ARS", "CLP", "COP"),
    "us$": ("USD",),
    "a$": ("AUD",),
    "c$": ("CAD",),
    "r$": ("BRL",),
    "¥": ("JPY", "CNY"),
    "₹": ("INR",),
    "₺": ("TRY",),
    "₩": ("KRW",),
    "zł": ("PLN",),
    "kr": ("SEK", "NOK", "DKK"),
}

# TRY, RON and COP are missing on purpose: "I try 3 times", "ask Ron" and "a cop" are no money.
CODES: frozenset[str] = frozenset(
    "eur usd gbp chf jpy cny inr aud cad nzd sek nok dkk pln czk huf bgn zar brl mxn ars clp sgd hkd krw".split()
)

NO_MINOR_UNIT: frozenset[str] = frozenset({"JPY", "KRW", "CLP"})
