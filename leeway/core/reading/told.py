"""What the customer has already told us, so that nobody asks for it again."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime, tzinfo

import msgspec

from leeway.core.reading.money import find_amounts
from leeway.core.reading.prepared import Hit, Prepared
from leeway.core.reading.when import When, find_times
from leeway.core.reading.words import REFERENCE_KINDS

MOST_TOLD = 40
"""At most so many facts are taken from one message; a pasted list is an attachment, not telling."""

_EMAIL = re.compile(r"[a-z0-9][a-z0-9._%+-]{0,63}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,4}")
_PHONE = re.compile(r"(?<![\w.,-])(?:\+|\(?0)?[0-9][0-9 ()./-]{5,18}[0-9](?![\w-])")
_TEN_DIGITS = re.compile(r"[0-9]{3}\)?[ .-]{1,2}[0-9]{3}[ .-][0-9]{4}\Z")
_BARE_NUMBER = re.compile(r"#?(?=[A-Za-z/_-]{0,12}[0-9])[A-Za-z0-9][A-Za-z0-9/_-]{2,30}")
_BARE_NAME = re.compile(r"[^\W\d_][\w'-]*(?: [^\W\d_][\w'-]*){0,3}")
_CARD_TAIL = re.compile(r"\u2022[\u2022 -]*([0-9]{4})")
_HASH = re.compile(r"(?<![\w#])#([a-z0-9][a-z0-9/_-]{2,30})")
_DIGITS = re.compile(r"[0-9]")
_CLAUSE_MARK = re.compile(r"[,;:()\u2013]|\s-\s")


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing the customer told us.

    ``value`` is normalised for comparison (a date or instant in ISO form when it is certain, else the words; the
    last four digits for a card). ``amount`` is in minor units of ``currency``. ``quote`` is the evidence, from
    ``start`` to ``end`` of the message.
    """

    kind: str
    value: str
    quote: str
    start: int
    end: int
    amount: int | None = None
    currency: str = ""


def find_told(
    message: Prepared, *, at: datetime, zone: tzinfo = UTC, currency: str = "", asked: Collection[str] = ()
) -> tuple[Told, ...]:
    """Everything a customer's message tells, in the order in which it stands there.

    ``at`` is when the message was written, ``zone`` the customer's zone, ``currency`` the house's own, ``asked`` the
    slots our last message asked for: "88-2041" alone is an order number when that was the question.
    """
    found = [*_cards(message), *_named(message), *_amounts(message, currency), *_emails(message)]
    found += _phones(message, found)
    found += _times(message, at, zone, found)
    found += _bare_answers(message, asked, found)
    found.sort(key=lambda told: (told.start, -told.end, told.kind))
    return tuple(_without_repeats(found))[:MOST_TOLD]


def _without_repeats(found: list[Told]) -> Iterator[Told]:
    """Each fact once; of two readings of the same words as the same kind of thing the longer."""
    seen: set[tuple[str, str]] = set()
    ends: dict[str, int] = {}
    for told in found:
        family = "reference" if told.kind in REFERENCE_KINDS else told.kind
        if (told.kind, told.value) in seen or told.start < ends.get(family, -1):
            continue
        seen.add((told.kind, told.value))
        ends[family] = told.end
        yield told


def _told(message: Prepared, kind: str, value: str, start: int, end: int) -> Told:
    return Told(kind, value[:120], message.quote(start, end), start, end)


# -- what the language's own phrases find ----------------------------------------------------------------------------


def _named(message: Prepared) -> Iterator[Told]:
    for hit in message.hits("told"):
        kind, _, value = hit.rule.kind.partition(".")
        if value:
            yield _told(message, kind, value, hit.match.start(), hit.match.end())
            continue
        told = _READERS.get(kind, _plain)(message, hit)
        if told is not None:
            yield told
    if "#" in message.fold:
        for match in _HASH.finditer(message.fold):
            if _DIGITS.search(match[1]):
                yield _told(message, "reference_number", match[1].upper(), match.start(), match.end())


def _plain(message: Prepared, hit: Hit) -> Told | None:
    return _told(message, hit.rule.kind, hit.match.group(), hit.match.start(), hit.match.end())


def _reference(message: Prepared, hit: Hit) -> Told | None:
    shown = hit.match.groupdict()
    if shown.get("code"):
        start, end = hit.match.span("code")
        # A code of letters alone is one only when it is written like one.
        return (
            _told(message, hit.rule.kind, shown["code"].upper(), hit.match.start(), end)
            if (message.text[start:end].isupper())
            else None
        )
    value = (shown.get("ref") or "").lstrip("#").upper()
    announced = message.phrases.listed("number_said")
    said_as_number = "#" in hit.match.group() or (
        announced is not None and announced.search(message.fold, *hit.match.span()) is not None
    )
    digits = len(_DIGITS.findall(value))
    if digits < (1 if said_as_number else 3) or (
        value.isdigit() and len(value) < (2 if said_as_number else 4)
    ):
        # "order 2 pizzas", "case 1": a count, not a name.
        return None
    return _told(message, hit.rule.kind, value, hit.match.start(), hit.match.end())


def _card_words(message: Prepared, hit: Hit) -> Told | None:
    return _told(message, "card", hit.match["last4"], hit.match.start(), hit.match.end())


def _person(message: Prepared, hit: Hit) -> Told | None:
    """The words of a name: while they are written with a capital, or up to two small ones after "my name is"."""
    start, end = hit.match.span("name")
    words = message.text[start:end].split(" ")
    small_may_be = hit.rule.kind == "name" and not words[0][:1].isupper()
    kept: list[str] = []
    for word in words[: 2 if small_may_be else len(words)]:
        if word.lower() in message.phrases.stop_words or not (small_may_be or word[:1].isupper()):
            break
        kept.append(word)
    if not kept:
        return None
    name = " ".join(kept)
    return _told(message, "name", name, start, start + len(name))


def _address(message: Prepared, hit: Hit) -> Told | None:
    between = hit.match["few"].split()
    if any(word in message.phrases.stop_words or word in message.phrases.words.units for word in between):
        return None
    return _told(message, "address", message.quote(*hit.match.span()), *hit.match.span())


def _postcode(message: Prepared, hit: Hit) -> Told | None:
    shown = hit.match.groupdict()
    if shown.get("ukpostcode"):
        start, end = hit.match.span("ukpostcode")
        if not message.text[start:end].isupper():
            return None
        return _told(message, "postcode", shown["ukpostcode"].upper(), start, end)
    start, end = hit.match.span("zip")
    return _told(message, "postcode", shown["zip"].upper(), start, end)


def _product(message: Prepared, hit: Hit) -> Told | None:
    start, end = hit.match.span("product")
    whole = _with_model(message, end)
    return _told(message, "product", message.fold[start:end] + message.text[end:whole], start, whole)


_MODEL = re.compile(r" (?=[A-Z0-9-]*[0-9])[A-Za-z]{0,6}-?[0-9][A-Za-z0-9-]{0,12}(?![\w/:])")


def _with_model(message: Prepared, end: int) -> int:
    """A model number right behind the product belongs to it: "router WX-200"."""
    model = _MODEL.match(message.text, end)
    return model.end() if model else end


def _failing_product(message: Prepared, hit: Hit) -> Told | None:
    start, end = hit.match.span("few")
    words = message.fold[start:end].split()
    said_little = message.phrases.stop_words | message.phrases.weak_words
    if words[0] in said_little or words[-1] in said_little or any(_DIGITS.search(word) for word in words):
        return None
    return _told(message, "product", message.fold[start:end], start, end)


def _tried(message: Prepared, hit: Hit) -> Told | None:
    start, end = hit.match.span()
    for pattern in (_CLAUSE_MARK, message.phrases.listed("own_clause")):
        cut = pattern.search(message.fold, start, end) if pattern is not None else None
        end = cut.start() if cut else end
    quote = message.text[start:end].rstrip()
    return _told(message, "tried_by_customer", quote, start, start + len(quote))


def _mentioned_phone(_message: Prepared, _hit: Hit) -> Told | None:
    """The word alone tells nothing; ``_phones`` reads the digits behind it."""
    return None


_READERS: dict[str, Callable[[Prepared, Hit], Told | None]] = {
    **dict.fromkeys(REFERENCE_KINDS, _reference),
    "card": _card_words,
    "name": _person,
    "name_if_capital": _person,
    "address": _address,
    "postcode": _postcode,
    "product": _product,
    "product_failing": _failing_product,
    "tried_by_customer": _tried,
    "phone": _mentioned_phone,
}


def _bare_answers(message: Prepared, asked: Collection[str], found: list[Told]) -> list[Told]:
    """The whole of a short message as the answer to the one thing of its kind that was asked."""
    start = len(message.text) - len(message.text.lstrip())
    text = message.text.strip().rstrip(".,!")
    if not asked or not text or len(text) > 40:
        return []
    references = sorted(REFERENCE_KINDS & set(asked))
    if len(references) == 1 and _BARE_NUMBER.fullmatch(text) and not found:
        return [_told(message, references[0], text.lstrip("#").upper(), start, start + len(text))]
    if "name" in asked and not found and _is_a_name(message, text):
        return [_told(message, "name", text, start, start + len(text))]
    return []


def _is_a_name(message: Prepared, text: str) -> bool:
    known = message.phrases.stop_words | message.phrases.small_talk | message.phrases.weak_words
    return _BARE_NAME.fullmatch(text) is not None and not any(word.lower() in known for word in text.split())


# -- shapes that are the same in every language ----------------------------------------------------------------------


def _cards(message: Prepared) -> Iterator[Told]:
    if "\u2022" not in message.text:
        return
    for match in _CARD_TAIL.finditer(message.text):
        yield _told(message, "card", match[1], match.start(), match.end())


def _amounts(message: Prepared, currency: str) -> Iterator[Told]:
    for sum_ in find_amounts(message, currency=currency):
        yield Told(
            "amount",
            f"{sum_.minor} {sum_.currency}",
            message.quote(sum_.start, sum_.end),
            sum_.start,
            sum_.end,
            sum_.minor,
            sum_.currency,
        )


def _emails(message: Prepared) -> Iterator[Told]:
    if "@" not in message.fold:
        return
    for match in _EMAIL.finditer(message.fold):
        yield _told(message, "email", match.group(), match.start(), match.end())


def _phones(message: Prepared, found: list[Told]) -> list[Told]:
    if not message.has_digit:
        return []
    return [told for match in _PHONE.finditer(message.fold) if (told := _phone(message, match, found))]


def _phone(message: Prepared, match: re.Match[str], found: list[Told]) -> Told | None:
    """Digits are a telephone number when they begin like one or the words before them say so."""
    digits = "".join(_DIGITS.findall(match.group()))
    if not 7 <= len(digits) <= 15 or any(
        told.start < match.end() and match.start() < told.end for told in found
    ):
        return None
    announced = message.phrases.listed("telephone")
    near = message.fold[max(0, match.start() - 30) : match.start()]
    said = announced is not None and announced.search(near) is not None
    like_one = (match.group().startswith(("+", "0", "(0")) and len(digits) >= 9) or (
        _TEN_DIGITS.match(match.group()) is not None
    )
    if not (said or like_one):
        return None
    plus = "+" if match.group().startswith("+") else ""
    return _told(message, "phone", plus + digits, match.start(), match.end())


def _times(message: Prepared, at: datetime, zone: tzinfo, found: list[Told]) -> list[Told]:
    times = find_times(message, at=at, zone=zone, toward="past")
    # The date behind a card number is its expiry.
    taken = [
        (told.start, told.end + (4 if told.kind == "card" else 0))
        for told in found
        if told.kind != "tried_by_customer"
    ]
    free = (when for when in times if not any(when.start < end and start < when.end for start, end in taken))
    return [told for when in free if (told := _time(message, when, zone))]


def _time(message: Prepared, when: When, zone: tzinfo) -> Told | None:
    if when.vague or when.lasting:
        return None
    start, kind = when.start, "date"
    since = _since_before(message, start)
    if since is not None:
        start, kind = since, "since"
    elif when.ago and not _looks_back(message, when):
        kind = "since"
    elif when.has_time:
        kind = "time"
    return _told(message, kind, _time_value(message, when, zone), start, when.end)


def _looks_back(message: Prepared, when: When) -> bool:
    """ "Three weeks ago" is a date; "for three weeks" says since when."""
    ago = message.phrases.listed("ago")
    return ago is not None and ago.search(message.fold, when.start, when.end) is not None


def _time_value(message: Prepared, when: When, zone: tzinfo) -> str:
    if when.moment is None or not when.certain:
        return message.fold[when.start : when.end]
    local = when.moment.astimezone(zone)
    return local.isoformat(timespec="minutes") if when.has_time else local.date().isoformat()


def _since_before(message: Prepared, start: int) -> int | None:
    """Where "since" begins when it stands right before an offset."""
    words = message.phrases.listed("since")
    if words is None:
        return None
    begin = max(0, start - 16)
    for match in words.finditer(message.fold, begin, start):
        if not message.fold[match.end() : start].strip(" ,:"):
            return match.start()
    return None
