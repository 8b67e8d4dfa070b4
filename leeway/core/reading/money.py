"""Amounts of money in text: "€206", "$45.50", "1.200,00 €", "20 euros"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import msgspec

from leeway.core.reading.prepared import Prepared

# A sign says less than it seems: `$`, `¥` and `kr` belong to several countries. The first is what it means unless
# the house's own currency is one of the others.
_SIGNS: dict[str, tuple[str, ...]] = {
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
_CODES = (
    "eur usd gbp chf jpy cny inr aud cad nzd sek nok dkk pln czk huf ron bgn try zar brl mxn ars clp cop sgd hkd krw"
).split()
_NO_MINOR_UNIT = frozenset({"JPY", "KRW", "CLP"})

_NUMBER = r"(?:[0-9]{1,3}(?:[ .,'][0-9]{3}){1,4}(?:[.,][0-9]{1,2})?|[0-9]{1,10}(?:[.,][0-9]{1,2})?)(?![0-9])"
_SIGN = "|".join(sorted(map(re.escape, _SIGNS), key=len, reverse=True))
_SIGN_SEEN = re.compile("[€£$¥₹₺₩]")


class Amount(msgspec.Struct, frozen=True):
    """A sum of money in minor units of its currency, and where it stands in the text."""

    minor: int
    currency: str
    start: int
    end: int


def find_amounts(message: Prepared, *, currency: str = "") -> tuple[Amount, ...]:
    """Every sum of money in the message, in order.

    ``currency`` is the house's own, used to tell which dollar or crown a bare sign means.
    """
    if not message.has_digit:
        return ()
    words = message.phrases.words.currencies
    if not (_SIGN_SEEN.search(message.fold) or _currency_word_in(message)):
        return ()
    return tuple(_read(message, _pattern(tuple(words)), words, currency))


def _currency_word_in(message: Prepared) -> bool:
    known = message.phrases.words.currencies
    return any(word in known or word[-3:] in _CODES or word.endswith(("kr", "zł")) for word in message.words)


@lru_cache(maxsize=32)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """The pattern for one language's currency words, compiled once per language."""
    unit = "|".join(sorted(map(re.escape, [*words, *_CODES]), key=len, reverse=True))
    return re.compile(
        rf"(?P<sign>{_SIGN}|\b(?:{'|'.join(_CODES)}))\s?(?P<after>{_NUMBER})"
        rf"|(?<![\w.,-])(?P<before>{_NUMBER})\s?(?P<unit>{_SIGN}|(?:{unit})\b)"
    )


def _read(message: Prepared, pattern: re.Pattern[str], words: dict[str, str], house: str) -> Iterator[Amount]:
    for match in pattern.finditer(message.fold):
        code = _currency(match["sign"] or match["unit"], words, house)
        minor = _minor_units(match["after"] or match["before"], code)
        yield Amount(minor, code, match.start(), match.end())


def _currency(shown: str, words: dict[str, str], house: str) -> str:
    if shown in _SIGNS:
        meant = _SIGNS[shown]
        return house if house in meant else meant[0]
    return words.get(shown, shown.upper())


def _minor_units(shown: str, currency: str) -> int:
    """ "1.200,00", "1,200.00", "1 200" and "12,5" all read as people mean them."""
    whole, cents = shown, ""
    last = max(shown.rfind("."), shown.rfind(","))
    if last >= 0 and len(shown) - last - 1 <= 2:
        whole, cents = shown[:last], shown[last + 1 :]
    units = int(re.sub(r"[^0-9]", "", whole))
    if currency in _NO_MINOR_UNIT:
        return units
    return units * 100 + int(cents.ljust(2, "0") or 0)
