"""Amounts of money in text: "€206", "$45.50", "1.200,00 €", "20 euros"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import msgspec

from leeway.core.reading.currencies import CODES, NO_MINOR_UNIT, SIGNS
from leeway.core.reading.prepared import Prepared

_NUMBER = r"(?:[0-9]{1,3}(?:[ .,'][0-9]{3}){1,4}(?:[.,][0-9]{1,2})?|[0-9]{1,10}(?:[.,][0-9]{1,2})?)(?![0-9])"
_SIGN = "|".join(
    (r"\b" if sign[0].isalpha() else "") + re.escape(sign) for sign in sorted(SIGNS, key=len, reverse=True)
)
_UNIT_SIGN = "|".join(re.escape(sign) for sign in sorted(SIGNS, key=len, reverse=True))
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
    """Whether a currency is named, by itself or glued to its number ("45eur")."""
    names = message.phrases.currency_words
    return not names.isdisjoint(message.words) or any(
        word[0].isdigit() and word.lstrip("0123456789") in names for word in message.words
    )


@lru_cache(maxsize=32)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """The pattern for one language's currency words, compiled once per language."""
    unit = "|".join(sorted(map(re.escape, {*words, *CODES}), key=len, reverse=True))
    return re.compile(
        rf"(?P<sign>{_SIGN}|\b(?:{'|'.join(sorted(CODES))}))\s?(?P<after>{_NUMBER})"
        rf"|(?<![\w.,-])(?P<before>{_NUMBER})\s?(?P<unit>{_UNIT_SIGN}|(?:{unit})\b)"
    )


def _read(message: Prepared, pattern: re.Pattern[str], words: dict[str, str], house: str) -> Iterator[Amount]:
    for match in pattern.finditer(message.fold):
        code = _currency(match["sign"] or match["unit"], words, house)
        minor = _minor_units(match["after"] or match["before"], code)
        yield Amount(minor, code, match.start(), match.end())


def _currency(shown: str, words: dict[str, str], house: str) -> str:
    if shown in SIGNS:
        meant = SIGNS[shown]
        return house if house in meant else meant[0]
    return words.get(shown, shown.upper())


def _minor_units(shown: str, currency: str) -> int:
    """ "1.200,00", "1,200.00", "1 200" and "12,5" all read as people mean them."""
    whole, cents = shown, ""
    last = max(shown.rfind("."), shown.rfind(","))
    if last >= 0 and len(shown) - last - 1 <= 2:
        whole, cents = shown[:last], shown[last + 1 :]
    units = int(re.sub(r"[^0-9]", "", whole))
    if currency in NO_MINOR_UNIT:
        return units
    return units * 100 + int(cents.ljust(2, "0") or 0)
