"""Which of the numbers in a text are somebody's card, bank account, phone or identity number.

A number is judged by its shape (check digits, groups) and by the few words around it. Where it is one thing or the
other, a label right before it decides: "order 4417 1234 5678" stays, because somebody needs it in order to help.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

from leeway.core.reading.tokens import passes_luhn
from leeway.core.redact_words import (
    ACCOUNT,
    ACCOUNT_NUMBER,
    AFTER,
    BANK,
    BEFORE,
    DATE,
    DAY_IN_ONE,
    JOINED,
    KEEP,
    MONEY_AFTER,
    MONEY_BEFORE,
    NATIONAL_ID,
    PARCEL,
    PHONE_AFTER,
    PHONE_BEFORE,
    PHONE_NEAR,
    ROUTING,
    SORT_CODE,
    YEARS,
)

Kind = Literal["card", "bank_account", "phone", "email", "secret", "national_id"]


class Found(NamedTuple):
    """Something that must not leave the house, and where it stands."""

    kind: Kind
    start: int
    end: int


_RUN = re.compile(
    r"(?<![a-z0-9_@])(?:\+ ?)?\(?[0-9](?:[0-9]|(?: ?[-/] ?|[. ]|\)[ .-]?|[ .-]?\()(?=[0-9]))*(?![a-z_@])"
)
MOST_GROUPS = 19
"""A card number typed with a blank after every digit has so many groups."""

_GROUP = re.compile(r"[0-9]+")
_IBAN_START = re.compile(r"\b[a-z]{2}[0-9]{2}(?=[ -]?[a-z0-9])")
_SSN = re.compile(r"(?!000|666|9)[0-9]{3}-(?!00)[0-9]{2}-(?!0000)[0-9]{4}\Z")
_NINO = re.compile(r"\b[a-z]{2}( ?)[0-9]{2}\1[0-9]{2}\1[0-9]{2}\1[abcd]\b")
_DNI = re.compile(r"\b(?:[0-9]{8}|[xyz][0-9]{7})-?[a-z]\b")
_PASSPORT = re.compile(
    r"\b(?:passport|pasaporte|reisepass(?:nummer)?)(?: (?:number|no\.?|numero|nr\.?))?(?: (?:is|es|ist))?[:# ]{1,3}"
    r"(?P<id>(?=[a-z]{0,5}[0-9])[a-z0-9]{6,9})\b"
)
_SORT_AND_ACCOUNT = re.compile(r"[0-9]{2}-[0-9]{2}-[0-9]{2} ?[-/ ] ?[0-9]{8}\Z")
_NANP = re.compile(
    r"(?:\+?1[-. ]?)?(?:\([2-9][0-9]{2}\)[ .-]?|[2-9][0-9]{2}[-. ])[0-9]{3}[-. ][0-9]{4}(?![0-9])"
)
_TOLL_FREE = re.compile(r"(?:1[-. ])?8(?:00|33|44|55|66|77|88)[-. ][0-9]{3}[-. ][0-9]{4}(?![0-9])")
_ZERO_FIRST = re.compile(r"\(?0[0-9]{1,5}\)?(?: ?[-/] ?|[. ])?[0-9]{2,8}(?:[- ./][0-9]{2,6}){0,4}(?![0-9])")
_UK_MOBILE = re.compile(r"07[0-9]{9}(?![0-9])")

_IBAN_LENGTHS = dict(
    pair.split(":")
    for pair in (
        "ad:24 ae:23 al:28 at:20 az:28 ba:20 be:16 bg:22 bh:22 br:29 ch:21 cr:22 cy:28 cz:24 de:22 dk:18 do:28 ee:20 "
        "es:24 fi:18 fo:18 fr:27 gb:22 ge:22 gi:23 gl:18 gr:27 gt:28 hr:21 hu:28 ie:22 il:23 is:26 it:27 jo:30 kw:30 "
        "kz:20 lb:28 li:21 lt:20 lu:20 lv:21 mc:27 md:24 me:22 mk:19 mt:31 mu:30 nl:18 no:15 pk:24 pl:28 ps:29 pt:25 "
        "qa:29 ro:24 rs:22 sa:24 se:24 si:19 sk:24 sm:27 tn:24 tr:26 ua:29 va:22 vg:24 xk:20"
    ).split()
)
_DNI_LETTERS = "trwagmyfpdxbnjzsqvhlcke"


class Run(NamedTuple):
    """Digits that belong together by their separators, with what stands around them."""

    text: str
    start: int
    end: int

    @property
    def shown(self) -> str:
        return self.text[self.start : self.end]

    @property
    def before(self) -> str:
        return self.text[max(0, self.start - BEFORE) : self.start]

    @property
    def after(self) -> str:
        return self.text[self.end : self.end + AFTER]


def numbers(folded: str) -> Iterator[Found]:
    """Everything of this kind in folded text, which is as long as the text itself."""
    for match in _RUN.finditer(folded):
        for run in _without_dates(Run(folded, match.start(), match.end())):
            yield from _in_run(run)


def _without_dates(run: Run) -> Iterator[Run]:
    """The stretches between dates: "on 03/05/2024 555-123-4567" is a day and a number."""
    begin = run.start
    for date in DATE.finditer(run.text, run.start, run.end):
        if date.start() > run.start and run.text[date.start() - 1].isdigit():
            continue
        yield Run(run.text, begin, date.start())
        begin = date.end()
    yield Run(run.text, begin, run.end)


def _in_run(run: Run) -> Iterator[Found]:
    shown = run.shown
    start = run.start + len(shown) - len(shown.lstrip(" -/.)"))
    run = Run(run.text, start, run.start + len(shown.rstrip(" -/.(")))
    digits = "".join(_GROUP.findall(run.shown))
    if len(digits) < 6:
        return
    cards = list(_cards(run))
    if cards:
        yield from cards
        return
    for kind, holds in _JUDGES:
        if holds(run, digits):
            yield Found(kind, run.start, run.end)
            return
    yield from _phones(run)


# Cards


def _cards(run: Run) -> Iterator[Found]:
    groups = [(group.start() + run.start, group.end() + run.start) for group in _GROUP.finditer(run.shown)]
    if PARCEL.search(run.before) or not any(_may_begin_card(run.text[start]) for start, _ in groups):
        return
    behind = 0
    for place, (start, _end) in enumerate(groups):
        if start < behind:
            continue
        length = _card_from(run.text, groups[place : place + MOST_GROUPS])
        if length:
            behind = start + length
            yield Found("card", start, behind)


def _may_begin_card(digit: str) -> bool:
    return digit in "23456"


def _card_from(text: str, groups: list[tuple[int, int]]) -> int:
    """How many characters from the first group on are a card number; 0 for none."""
    digits = ""
    first = groups[0][0]
    for start, end in groups:
        digits += text[start:end]
        if len(digits) > 19:
            return 0
        if _is_card(digits):
            return end - first
    return 0


def _is_card(digits: str) -> bool:
    """By the issuer's first digits, their length, and the check digit."""
    count = len(digits)
    if count < 13:
        return False
    match digits[0]:
        case "4":
            fits = count in {13, 16, 19}
        case "5":
            fits = (count == 16 and "51" <= digits[:2] <= "55") or digits[:2] in {"50", "56", "57", "58"}
        case "2":
            fits = count == 16 and "2221" <= digits[:4] <= "2720"
        case "3":
            fits = (
                (count == 15 and digits[:2] in {"34", "37"})
                or (count == 14 and digits[:2] in {"30", "36", "38", "39"})
                or (count == 16 and "3528" <= digits[:4] <= "3589")
            )
        case "6":
            fits = count in {16, 17, 18, 19}
        case _:
            fits = False
    return fits and passes_luhn(digits)


# Banks and identity


def _is_bank_account(run: Run, digits: str) -> bool:
    if _SORT_AND_ACCOUNT.match(run.shown):
        return True
    if SORT_CODE.search(run.before):
        return len(digits) in {6, 8, 14}
    if ROUTING.search(run.before):
        return len(digits) == 18 or (len(digits) == 9 and _is_routing(digits))
    return 6 <= len(digits) <= 20 and _is_labelled_account(run)


def _is_labelled_account(run: Run) -> bool:
    label = ACCOUNT.search(run.before)
    if label is None:
        return False
    named = ACCOUNT_NUMBER.search(label[0]) is not None
    around = run.text[max(0, run.start - 160) : run.end + 160]
    return named or "bank" in label[0] or BANK.search(around) is not None


def _is_routing(digits: str) -> bool:
    weights = (3, 7, 1, 3, 7, 1, 3, 7, 1)
    return sum(weight * int(digit) for weight, digit in zip(weights, digits, strict=True)) % 10 == 0


def _is_national_id(run: Run, digits: str) -> bool:
    if _SSN.match(run.shown):
        return not KEEP.search(run.before)
    return len(digits) in {8, 9, 10, 11, 12} and NATIONAL_ID.search(run.before) is not None


_JUDGES: tuple[tuple[Kind, Callable[[Run, str], bool]], ...] = (
    ("bank_account", _is_bank_account),
    ("national_id", _is_national_id),
)


def ibans(folded: str) -> Iterator[Found]:
    """International bank account numbers, by their country's length and their check digits."""
    for begin in _IBAN_START.finditer(folded):
        wanted = int(_IBAN_LENGTHS.get(folded[begin.start() : begin.start() + 2], "0"))
        end = _end_of(folded, begin.start(), wanted)
        if end and _passes_iban(folded[begin.start() : end]):
            yield Found("bank_account", begin.start(), end)


def _end_of(folded: str, start: int, wanted: int) -> int:
    """Where that many letters and digits end, single blanks and dashes between them allowed; 0 when they are not."""
    at, count = start, 0
    while count < wanted and at < len(folded):
        char = folded[at]
        if char.isascii() and char.isalnum():
            count += 1
        elif char not in " -" or not folded[at - 1].isalnum():
            return 0
        at += 1
    whole = wanted > 0 and count == wanted and not folded[at : at + 1].isalnum()
    return at if whole else 0


def _passes_iban(shown: str) -> bool:
    plain = "".join(char for char in shown if char.isalnum())
    return int("".join(str(int(char, 36)) for char in plain[4:] + plain[:4])) % 97 == 1


def identities(folded: str) -> Iterator[Found]:
    """National numbers with letters in them: British, Spanish, passports."""
    for match in _NINO.finditer(folded):
        before = folded[max(0, match.start() - BEFORE) : match.start()]
        if match[1] or NATIONAL_ID.search(before):
            yield Found("national_id", match.start(), match.end())
    for match in _DNI.finditer(folded):
        before = folded[max(0, match.start() - BEFORE) : match.start()]
        if _is_dni(match[0]) and not KEEP.search(before):
            yield Found("national_id", match.start(), match.end())
    for match in _PASSPORT.finditer(folded):
        yield Found("national_id", match.start("id"), match.end("id"))


def _is_dni(shown: str) -> bool:
    number = shown[:-1].rstrip("-")
    first = {"x": "0", "y": "1", "z": "2"}.get(number[0], number[0])
    return _DNI_LETTERS[int(first + number[1:]) % 23] == shown[-1]


# Phones


def _phones(run: Run) -> Iterator[Found]:
    if MONEY_BEFORE.search(run.before) or MONEY_AFTER.match(run.text, run.end):
        return
    found = _phone_by_shape(run) or _phone_by_words(run)
    if found:
        yield Found("phone", *found)


def _phone_by_shape(run: Run) -> tuple[int, int] | None:
    digits = "".join(_GROUP.findall(run.shown))
    if run.shown.startswith("+"):
        return (run.start, run.end) if 8 <= len(digits) <= 16 else None
    if KEEP.search(run.before):
        return None
    if digits.startswith("00") and 11 <= len(digits) <= 17 and digits[2] != "0" and digits != run.shown:
        return run.start, run.end
    for group in _GROUP.finditer(run.text, run.start, run.end):
        start = group.start() - (run.text[group.start() - 1 : group.start()] == "(")
        for shape in (_NANP, _TOLL_FREE, _UK_MOBILE, _ZERO_FIRST):
            match = shape.match(run.text, start)
            if match and match.end() <= run.end and (shape is not _ZERO_FIRST or _is_grouped(match[0])):
                return start, match.end()
    return None


def _is_grouped(shown: str) -> bool:
    """A national number with its leading zero: nine to twelve digits, in more than one group."""
    groups = _GROUP.findall(shown)
    return len(groups) > 1 and 9 <= sum(map(len, groups)) <= 12


def _phone_by_words(run: Run) -> tuple[int, int] | None:
    digits = "".join(_GROUP.findall(run.shown))
    if not 7 <= len(digits) <= 15 or KEEP.search(run.before):
        return None
    if DAY_IN_ONE.match(run.shown) or YEARS.match(run.shown):
        return None
    if PHONE_AFTER.match(run.after) or _follows_phone_words(run):
        return run.start, run.end
    return None


def _follows_phone_words(run: Run) -> bool:
    if PHONE_BEFORE.search(run.before):
        return True
    return JOINED.search(run.before) is not None and PHONE_NEAR.search(run.before) is not None
