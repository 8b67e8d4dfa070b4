"""Whether a text that somebody else worded says only what we know: names, numbers, amounts, dates, promises.

A language model may put a sentence better; it may not add to it. ``problems`` compares what it wrote with the text we
made ourselves and with what the case knows, and one problem is enough to use our own text. It is strict on purpose: a
good wording that is refused costs nothing, an invented refund costs a lot.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Literal, NamedTuple

import msgspec

from leeway.core.knowledge import STOP, terms_of
from leeway.core.reading.currencies import CODES, SIGNS
from leeway.core.reading.tokens import fold

ProblemKind = Literal[
    "empty", "too_long", "too_short", "markup", "language", "name", "number", "amount", "date", "promise", "lost",
    "meaning", "secret",
]  # fmt: skip

LONGEST = 1_500
LONGER_AT_MOST = 1.8
ROOM = 80
SHORTEST_SHARE = 0.3
KEPT_SHARE = 0.45
"""Of the words of our own text so many must still be there."""

NEW_SHARE = 0.6
"""And of its own words at most so many may be in neither our text nor the case."""


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """``base`` is the text we made. ``facts`` is what the case knows in our own words; nothing a customer wrote belongs
    there as such, or an instruction in their message would count as known. ``names`` may be used anywhere.
    ``keep``: the new text is to say the same, so what the base names may not be lost.
    """

    base: str
    facts: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    language: str = ""
    keep: bool = True


class Problem(NamedTuple):
    """What is wrong, and the words it is seen in."""

    kind: ProblemKind
    what: str


GuessLanguage = Callable[[str], str]


def problems(
    text: str, evidence: Evidence, guess_language: GuessLanguage | None = None
) -> tuple[Problem, ...]:
    """Everything in the text that keeps us from using it; empty when it may be used."""
    shape = tuple(_shape(text, evidence))
    if shape:
        return shape
    return (
        *_language(text, evidence, guess_language),
        *_invented(text, evidence),
        *_lost(text, evidence),
        *_meaning(text, evidence),
    )


# Its shape

_MARKUP = re.compile(
    r"https?:|www\.|<[^>]{0,80}>|\]\(|```|^\s*[#>|*-]\s|\*\*|__|\{|\}|\\[a-z]|&[a-z]{2,8};"
    r"|\b[\w.+-]+@[\w-]+\.\w|\.(?:com|net|org|io|ru|cn)\b",
    re.MULTILINE | re.IGNORECASE,
)
_SYSTEM = re.compile(
    r"\b(?:as an ai|language model|system prompt|(?:ignore|disregard) (?:all|any|the|previous)"
    r"|instructions?|assistant:|user:|system:)",
    re.IGNORECASE,
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufffd]")


def _shape(text: str, evidence: Evidence) -> Iterable[Problem]:
    said, base = text.strip(), evidence.base.strip()
    if not said:
        yield Problem("empty", "")
        return
    if len(said) > LONGEST or len(said) > LONGER_AT_MOST * len(base) + ROOM:
        yield Problem("too_long", f"{len(said)} characters")
    if evidence.keep and len(said) < SHORTEST_SHARE * len(base):
        yield Problem("too_short", f"{len(said)} characters")
    for pattern in (_MARKUP, _SYSTEM, _CONTROL):
        found = pattern.search(said)
        if found is not None and found[0].strip().casefold() not in base.casefold():
            yield Problem("markup", found[0].strip() or "a control character")


def _language(text: str, evidence: Evidence, guess: GuessLanguage | None) -> Iterable[Problem]:
    if guess is None or not evidence.language:
        return
    seen, expected = guess(text), guess(evidence.base) or evidence.language
    if seen and seen != expected:
        yield Problem("language", seen)


# What it names

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_SENTENCE = re.compile(r"[^.!?:;\n]+[.!?:;\n]*")
_NUMBER = re.compile(r"(?<![\w])#?[a-z]{0,4}-?\d[\d.,:/’' -]*\d(?:st|nd|rd|th)?|\d")
_SIGN = "|".join(re.escape(sign) for sign in sorted(SIGNS, key=len, reverse=True))
_UNIT = "|".join(
    [
        *sorted(CODES),
        "euros?",
        "dollars?",
        "pounds?",
        "cents?",
        "libras?",
        "dolares",
        "percent",
        "per cent",
        "por ciento",
    ]
)
_AMOUNT = re.compile(
    rf"(?:(?P<sign>{_SIGN})\s?(?P<a>\d[\d.,’' ]*\d|\d)|(?P<b>\d[\d.,’' ]*\d|\d)\s?(?P<unit>{_SIGN}|%|(?:{_UNIT})\b))"
)
_TIME = re.compile(
    r"\b(?P<h>[01]?\d|2[0-3])(?:[:.h](?P<m>[0-5]\d))?\s?(?P<half>[ap]\.?m\b\.?)|\b(?P<h2>[01]?\d"
    r"|2[0-3])[:h](?P<m2>[0-5]\d)\b"
)
_ISO = re.compile(r"\b(?P<y>20\d\d)-(?P<m>[01]\d)-(?P<d>[0-3]\d)\b")
_NUMERIC_DATE = re.compile(r"\b(?P<d>[0-3]?\d)[/.](?P<m>[01]?\d)(?:[/.](?P<y>(?:20)?\d\d))?\b(?![%\d])")

MONTHS = {
    name: month
    for month, names in enumerate(
        (
            "january jan enero januar", "february feb febrero februar", "march mar marzo marz", "april apr abril",
            "may mayo mai", "june jun junio juni", "july jul julio juli", "august aug agosto",
            "september sep sept septiembre", "october oct octubre oktober", "november nov noviembre",
            "december dec diciembre dezember",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_DAY_MONTH = re.compile(
    rf"\b(?P<d>[0-3]?\d)(?:st|nd|rd|th|\.)?\s(?:of\s|de\s)?(?P<m>{_MONTH})\b"
    rf"|\b(?P<m2>{_MONTH})\.?\s(?P<d2>[0-3]?\d)(?:st|nd|rd|th)?\b(?!\d)"
)
DAYS = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday lunes martes miercoles jueves viernes "
    "sabado domingo montag "
    "dienstag mittwoch donnerstag freitag samstag sonntag today tomorrow tonight yesterday hoy manana "
    "ayer heute morgen "
    "gestern weekend noon midnight".split()
)
NUMBER_WORDS = {
    word: value
    for value, words in {
        0: "zero cero", 1: "uno", 2: "two dos twice", 3: "three tres thrice", 4: "four cuatro", 5: "five cinco",
        6: "six seis",
        7: "seven siete", 8: "eight ocho", 9: "nine nueve", 10: "ten diez", 11: "eleven", 12: "twelve doce dozen",
        13: "thirteen", 14: "fourteen catorce", 15: "fifteen quince", 20: "twenty veinte", 24: "twentyfour",
        30: "thirty treinta", 40: "forty", 48: "fortyeight", 50: "fifty cincuenta", 60: "sixty", 70: "seventy",
        80: "eighty", 90: "ninety", 100: "hundred cien", 1000: "thousand mil",
    }.items()
    for word in words.split()
}  # fmt: skip

NAMES_OF_NOBODY = frozenset(
    "i i'm i'll i've i'd mr mrs ms dr sir madam hello hi dear thank thanks sorry yes no please we you he "
    "she it they the a an "
    "our your my this that these those there here what when where which who how why if as at by for from "
    "in of on to with "
    "and but or so then now let may can could would will shall should do does did is are was were have "
    "has had be been "
    "first next also once after before until since while because although though unfortunately understood certainly "
    "sure absolutely rest give take tell ask look check see know make sure just not nothing anything "
    "everything something "
    "usted estimado estimada hola gracias lo siento si no el la los las un una nosotros yo su sus mi "
    "este esta eso para "
    "por en con de del al y o pero que como cuando donde entiendo claro lamento permitame ahora despues antes".split()
)

_PROMISES = re.compile(
    r"\b(?:(?:i|we|he|she|they|it|you)(?:'ll| will| shall| am going to| are going to|'re going to|'m going to)"
    r"|(?:i|we) (?:promise|guarantee|assure|commit|undertake|confirm)|guaranteed?|certainly will|will "
    r"(?:be|get|have|receive|refund|"
    r"send|call|give|pay|replace|credit|cancel)|you(?:'ll| will) (?:get|have|receive|hear)|(?:approved"
    r"|entitled|waived|compensat\w*)"
    r"|(?:te|le|les|os) \w+(?:re|remos|ra|ran)\b|garantiz\w+|prometo|prometemos|aseguro|voy a|vamos a)"
)
_DENIAL = re.compile(r"\b(?:not|no|never|cannot|nor|without|\w+n't|unable|nunca|jamas|sin|tampoco)\b")


class Said(NamedTuple):
    """What a text names, made comparable."""

    numbers: frozenset[str]
    amounts: frozenset[str]
    dates: frozenset[str]
    words: frozenset[str]


@lru_cache(maxsize=256)
def said(text: str) -> Said:
    """Numbers, amounts, dates and times as they can be compared: "5 March" and "2026-03-05" are one day."""
    folded = fold(text)
    dates, rest = _dates(folded)
    amounts = frozenset(_amounts(rest))
    numbers = frozenset(_numbers(rest))
    return Said(numbers, amounts, dates, frozenset(word.replace("’", "'") for word in _WORD.findall(folded)))


def _dates(folded: str) -> tuple[frozenset[str], str]:
    """The days and times a text names, and the text without them."""
    found: set[str] = {word for word in _WORD.findall(folded) if word in DAYS}

    def day(match: re.Match[str]) -> str:
        groups = match.groupdict()
        month = groups.get("m") or groups.get("m2") or ""
        number = int(groups.get("d") or groups.get("d2") or 0)
        value = MONTHS.get(month) or (int(month) if month.isdigit() else 0)
        if not (1 <= value <= 12 and 1 <= number <= 31):
            return match[0]
        found.add(f"{value:02}-{number:02}")
        return " "

    def clock(match: re.Match[str]) -> str:
        groups = match.groupdict()
        hour = int(groups["h"] or groups["h2"])
        half = (groups["half"] or "")[:1]
        hour = hour % 12 + 12 if half == "p" else hour % 12 if half == "a" else hour
        found.add(f"{hour:02}:{int(groups['m'] or groups['m2'] or 0):02}")
        return " "

    for pattern in (_ISO, _DAY_MONTH):
        folded = pattern.sub(day, folded)
    folded = _TIME.sub(clock, folded)
    folded = _NUMERIC_DATE.sub(day, folded)
    found.update(
        f"month {MONTHS[word]}"
        for word in _WORD.findall(folded)
        if word in MONTHS and word not in {"may", "mar"}
    )
    return frozenset(found), folded


def _amounts(folded: str) -> Iterable[str]:
    for match in _AMOUNT.finditer(folded):
        unit = match["sign"] or match["unit"]
        yield f"{_value(match['a'] or match['b'])} {_currency(unit)}"


def _currency(unit: str) -> str:
    if unit in SIGNS:
        return SIGNS[unit][0]
    names = {"euro": "EUR", "dollar": "USD", "dolares": "USD", "pound": "GBP", "libra": "GBP", "cent": "cent"}
    if unit in {"%", "percent", "per cent", "por ciento"}:
        return "%"
    return names.get(unit.rstrip("s"), names.get(unit, unit.upper()))


def _numbers(folded: str) -> Iterable[str]:
    for match in _NUMBER.finditer(folded):
        yield _value(match[0])
    for word in _WORD.findall(folded):
        if word in NUMBER_WORDS:
            yield str(NUMBER_WORDS[word])


def _value(shown: str) -> str:
    """``1.200,50``, ``1,200.50`` and ``1200.5`` are one number; ``88-2041`` stays a reference."""
    plain = shown.strip(" .,:/-'’#")
    plain = re.sub(r"(?<=\d)(?:st|nd|rd|th)$", "", plain)
    if re.fullmatch(r"\d{1,3}(?:[ .,'’]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?", plain):
        whole, cents = plain, ""
        last = max(plain.rfind("."), plain.rfind(","))
        if last >= 0 and len(plain) - last - 1 <= 2:
            whole, cents = plain[:last], plain[last + 1 :].ljust(2, "0")
        digits = re.sub(r"\D", "", whole).lstrip("0") or "0"
        return digits if not cents.strip("0") else f"{digits}.{cents}"
    return re.sub(r"[^a-z0-9]", "", plain)


# What is invented, what is lost, what is turned around


def _invented(text: str, evidence: Evidence) -> Iterable[Problem]:
    ours = said(evidence.base)
    known = [said(fact) for fact in evidence.facts]
    theirs = said(text)
    numbers = ours.numbers.union(*(fact.numbers for fact in known), {_value(word) for word in evidence.names})
    dates = ours.dates.union(*(fact.dates for fact in known))
    # Money is promised by our own text or not at all: that the case knows a sum does not make it ours to name.
    yield from (Problem("amount", item) for item in sorted(theirs.amounts - ours.amounts))
    yield from (Problem("number", item) for item in sorted(theirs.numbers - numbers - {"1"}))
    yield from (Problem("date", item) for item in sorted(theirs.dates - dates))
    yield from (Problem("name", name) for name in _strange_names(text, evidence))
    yield from (Problem("promise", promise) for promise in _new_promises(text, evidence.base))


def _strange_names(text: str, evidence: Evidence) -> Iterable[str]:
    """Capitalised words nobody knows. A sentence begins with a capital: there any everyday word may stand."""
    known = {word for part in (evidence.base, *evidence.facts, *evidence.names) for word in said(part).words}
    for sentence in _SENTENCE.findall(text):
        for place, match in enumerate(_WORD.finditer(sentence)):
            word = match[0].replace("’", "'")
            if not word[0].isupper():
                continue
            folded = fold(word)
            if folded in known or folded.removesuffix("'s") in known or folded in NAMES_OF_NOBODY:
                continue
            if place == 0 and (folded in STOP or _everyday(folded)):
                continue
            if folded in DAYS or folded in MONTHS:
                continue  # judged as dates
            yield word


def _everyday(word: str) -> bool:
    """A verb or adverb a sentence may begin with, by its ending; a name seldom looks like that."""
    return word.endswith(("ing", "ly")) and len(word) > 5


def _new_promises(text: str, base: str) -> Iterable[str]:
    """Sentences that promise what no promise of our own text holds."""
    ours = [set(terms_of(sentence)) for sentence in _promising(base)]
    for sentence in _promising(text):
        words = set(terms_of(sentence))
        if not any(len(words & own) >= KEPT_SHARE * len(words) for own in ours):
            yield sentence.strip()


def _promising(text: str) -> list[str]:
    return [
        sentence for sentence in _SENTENCE.findall(text) if _PROMISES.search(fold(sentence).replace("’", "'"))
    ]


def _lost(text: str, evidence: Evidence) -> Iterable[Problem]:
    if not evidence.keep:
        return
    ours, theirs = said(evidence.base), said(text)
    for kind in ("amounts", "dates", "numbers"):
        for item in sorted(getattr(ours, kind) - getattr(theirs, kind)):
            if kind != "numbers" or not item.isdigit() or int(item) > 1:
                yield Problem("lost", item)


def _meaning(text: str, evidence: Evidence) -> Iterable[Problem]:
    ours = set(terms_of(evidence.base))
    theirs = set(terms_of(text))
    known = ours.union(*(terms_of(fact) for fact in evidence.facts))
    if evidence.keep:
        if ours and len(ours & theirs) < KEPT_SHARE * len(ours):
            yield Problem("meaning", "says something else")
        if bool(_DENIAL.search(fold(text))) != bool(_DENIAL.search(fold(evidence.base))):
            yield Problem("meaning", "denies what was not denied, or the other way")
        if evidence.base.count("?") == 0 and text.count("?") > 1:
            yield Problem("meaning", "asks what was not asked")
    if theirs and len(theirs - known) > NEW_SHARE * len(theirs):
        yield Problem("meaning", "is mostly about something else")
