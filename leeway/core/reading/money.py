"""Amounts of money in text: "€206", "$45.50", "1.200,00 €", "20 euros"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

import msgspec

from leeway.core.reading.currencies import CODES, NO_MINOR_UNIT, SIGNS
from leeway.core.reading.prepared import Prepared

_NUMBER = re.compile(
    r"(?:[0-9]{1,3}(?:[ .,'][0-9]{3}){1,4}(?:[.,][0-9]{1,2})?|[0-9]{1,10}(?:[.,][0-9]{1,2})?)(?![0-9])"
)
_ANY_SIGN = "|".join(re.escape(sign) for sign in sorted(SIGNS, key=len, reverse=True))
_SIGN_SEEN = re.compile("[€£$¥₹₺₩]")
_WORD_BEFORE = "|".join([*sorted(CODES), *(re.escape(sign) for sign in SIGNS if sign[0].isalpha())])
_SIGN_BEFORE = re.compile(rf"(?:(?<![^\W\d_])(?P<word>{_WORD_BEFORE})|(?P<sign>[€£$¥₹₺₩]))\s?\Z")


MOST_AMOUNTS = 60


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
    if not (_SIGN_SEEN.search(message.fold) or _currency_word_in(message)):
        return ()
    words = message.phrases.words.currencies
    units = _unit_pattern(tuple(words))
    return message.once(
        ("amounts", currency), lambda: tuple(islice(_read(message, units, words, currency), MOST_AMOUNTS))
    )


def _currency_word_in(message: Prepared) -> bool:
    """Whether a currency is named, by itself or glued to its number ("45eur")."""
    names = message.phrases.currency_words
    return not names.isdisjoint(message.words) or any(
        word[0].isdigit() and word.lstrip("0123456789") in names for word in message.words
    )


@lru_cache(maxsize=32)
def _unit_pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """What may stand behind a number to make it money, compiled once per language."""
    longest_first = sorted(sorted({*words, *CODES}), key=len, reverse=True)
    unit = "|".join(map(re.escape, longest_first))
    return re.compile(rf"\s?(?P<unit>{_ANY_SIGN}|(?:{unit})\b)")


def _read(message: Prepared, units: re.Pattern[str], words: dict[str, str], house: str) -> Iterator[Amount]:
    folded, behind = message.fold, 0
    for number in _NUMBER.finditer(folded):
        start, end = number.span()
        before = _SIGN_BEFORE.search(folded, max(behind, start - 5), start)
        after = units.match(folded, end) if before is None and not _glued(folded, start) else None
        if before is not None:
            start, shown = before.start(), before["word"] or before["sign"]
        elif after is not None:
            end, shown = after.end(), after["unit"]
        else:
            continue
        code = _currency(shown, words, house)
        yield Amount(_minor_units(number.group(), code), code, start, end)
        behind = end


def _glued(folded: str, start: int) -> bool:
    """Whether digits belong to what stands right before them: "x20 eur", "88-20"."""
    return start > 0 and (folded[start - 1].isalnum() or folded[start - 1] in "_.,-")


def _currency(shown: str, words: dict[str, str], house: str) -> str:
    if shown in SIGNS:
        meant = SIGNS[shown]
        return house if house in meant else meant[0]
    return words.get(shown, shown.upper())


def _minor_units(shown: str, currency: str) -> int:
    """Minor units of a number as people write it: "1.200,00", "1,200.00", "1 200", "12,5"."""
    whole, cents = shown, ""
    last = max(shown.rfind("."), shown.rfind(","))
    if last >= 0 and len(shown) - last - 1 <= 2:
        whole, cents = shown[:last], shown[last + 1 :]
    units = int(re.sub(r"[^0-9]", "", whole))
    if currency in NO_MINOR_UNIT:
        return units
    return units * 100 + int(cents.ljust(2, "0") or 0)
