"""Text made safe to read: capped, cleaned, card numbers masked, folded for comparison. Lengths never change.

Because every step here keeps the length, an offset into the cleaned or folded text is an offset into the message
as it was received, and a page can underline it.
"""

from __future__ import annotations

import re
import unicodedata

MAX_READ = 20_000
"""Characters of a message that are read. Nobody tells their matter after that; somebody pasted a log."""

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_SURROGATES = re.compile("[\ud800-\udfff\x00]")
# 13 to 19 digits, possibly in groups: the shape of a payment card number.
_CARD_SHAPE = re.compile(r"[0-9](?:[ -]?[0-9]){12,18}")
_DIGIT = re.compile(r"[0-9]")
_FOUR_GROUPS = re.compile(r"[0-9]{4}[ -][0-9]{4}[ -][0-9]{4}[ -][0-9]{4}(?!\d)")
_CARD_DIGITS = (16, 15, 19, 14, 13, 18, 17)
_MASK = "\u2022"
_APOSTROPHES = "\u2019\u2018\u02bc\u00b4\u0060\u2032"
_SPACES = "\u00a0\u202f\u2007\u2009"


def _plain_letters() -> dict[int, str]:
    """Accented Latin letters to their base letter: customers type "manana" and "mañana" alike."""
    table = {}
    for code in range(0xC0, 0x250):
        base = unicodedata.normalize("NFD", chr(code))[0]
        if base.isascii() and base.isalpha():
            table[code] = base.lower()
    table.update({ord(mark): "'" for mark in _APOSTROPHES})
    table.update({ord(space): " " for space in _SPACES})
    return table


_PLAIN = _plain_letters()


def clean(text: str) -> str:
    """The part of the message that is read, safe to store: no NUL, no lone surrogate, no full card number."""
    text = text[:MAX_READ]
    if "\x00" in text or not text.isascii():
        # PostgreSQL refuses NUL and JSON refuses half a surrogate pair; one character stands in for one character.
        text = _SURROGATES.sub("\ufffd", text)
    return mask_cards(text)


def fold(text: str) -> str:
    """Lower case, straight apostrophes, no accents; exactly as long as the text it was given."""
    lowered = text.lower()
    if text.isascii():
        return lowered.replace("`", "'")
    if len(lowered) != len(text):
        # A few capitals (Turkish dotted I) grow when lowered; they keep their place as they are.
        lowered = "".join(low if len(low := char.lower()) == 1 else char for char in text)
    return lowered.translate(_PLAIN)


def words_of(folded: str) -> list[str]:
    """The words of folded text, in order. ``don't`` is one word."""
    return _WORD.findall(folded)


def places_of(folded: str) -> dict[str, list[int]]:
    """Where each word of folded text begins. ``router's`` stands there as ``router`` too."""
    places: dict[str, list[int]] = {}
    apostrophes = "'" in folded
    for match in _WORD.finditer(folded):
        word = match[0]
        if word in places:
            places[word].append(match.start())
        else:
            places[word] = [match.start()]
        if apostrophes and "'" in word:
            places.setdefault(word.partition("'")[0], []).append(match.start())
    return places


def mask_cards(text: str) -> str:
    """The text with the digits of payment card numbers, all but the last four, replaced by dots of equal length."""
    if not _DIGIT.search(text):
        return text
    return _CARD_SHAPE.sub(_mask_if_card, text)


def _mask_if_card(match: re.Match[str]) -> str:
    shown = match.group()
    if _inside_a_word(match):
        return shown
    length = _card_length(shown)
    return _DIGIT.sub(_MASK, shown[: length - 4]) + shown[length - 4 :] if length else shown


def _card_length(shown: str) -> int:
    """How many characters of these digit groups are a card number; an expiry date may follow it. 0 for none."""
    if _FOUR_GROUPS.match(shown):
        return 19
    ends = [digit.end() for digit in _DIGIT.finditer(shown)]
    for count in _CARD_DIGITS:
        if count > len(ends) or shown[ends[count - 1] :][:1].isdigit():
            continue
        if passes_luhn(shown[: ends[count - 1]]):
            return ends[count - 1]
    return 0


def _inside_a_word(match: re.Match[str]) -> bool:
    text, start, end = match.string, match.start(), match.end()
    before = start > 0 and text[start - 1].isalnum()
    after = end < len(text) and text[end].isalnum()
    return before or after


def passes_luhn(shown: str) -> bool:
    """The check digit that every payment card number carries."""
    digits = [int(digit) for digit in _DIGIT.findall(shown)]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
