"""A cell of the decision table: ``[gold, platinum]``, ``"not [bronze]"``, ``">= 0.7"``, ``"(50..250]"``.

Which of these a column understands follows from its kind in ``core.situation.COLUMNS``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction

from leeway.core.policy import Is, OneOf, Span, Test, Within
from leeway.core.situation import Column
from leeway.packs import units
from leeway.packs.reader import Node, did_you_mean, quoted

_COMPARISON = re.compile(r"(>=|<=|>|<|=)?\s*(.+)", re.DOTALL)
_RANGE = re.compile(r"([\[(])\s*(.+?)\s*\.\.\s*(.+?)\s*([\])])")
_NOT = re.compile(r"not\s+(?:\[([^\[\]]*)\]|(.+))")
_WORD = re.compile(r"[^\s\[\](){}<>=,;\"'][^\[\](){}<>=,;\"']*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,11})(?:\.[0-9]{1,9})?")

EXPECTED = {
    "words": 'words such as a, [a, b] or "not [a, b]"',
    "word": 'words such as a, [a, b] or "not [a, b]"',
    "number": 'a number test such as 3, ">= 3" or "[1..5]"',
    "share": 'a test from 0 to 1 such as ">= 0.7" or "[0.5..0.7)"',
    "duration": 'a time test such as ">= 2 h" or "[1 h..1 day]"',
    "money": 'a money test such as "> 150 EUR" or "> authority"',
    "yes_no": "yes or no",
}


def read_test(node: Node, column: Column, *, currency: str, levels: tuple[str, ...]) -> Test | None:
    """The cell as a test; ``None`` when it does not make sense, which has then been noted."""
    if column.kind == "yes_no":
        return Is(node.yes_no())
    if column.kind in {"words", "word"}:
        return _words(node, column, levels if column.name == "level" else column.values)
    if not node.is_text or not node.raw:
        node.note(EXPECTED[column.kind])
        return None
    try:
        return _number(node.raw, column, currency)
    except ValueError as trouble:
        node.note(EXPECTED[column.kind], hint=str(trouble))
        return None


def cell_in_words(test: Test, column: Column, *, currency: str) -> str:
    """The test as it would be written in a file, without quotes."""
    if isinstance(test, Is):
        return "yes" if test.value else "no"
    if isinstance(test, OneOf):
        return _words_in_words(test)
    return "> authority" if test.above_authority else _bounds_in_words(test, _writer(column, currency))


# Words


def _words(node: Node, column: Column, choices: tuple[str, ...]) -> OneOf | None:
    negated = _NOT.fullmatch(node.raw)
    written = (
        _negated_words(node, negated) if negated else [(place, place.raw) for place in node.one_or_many()]
    )
    if node.is_sequence and not written:
        node.note("at least one word", found="an empty list")
    understood = [_is_word(place, word, column, choices) for place, word in written]
    words = tuple(word for _, word in written)
    if not words or not all(understood):
        return None
    if twice := next((word for word in words if words.count(word) > 1), ""):
        node.note("each of them once", found=f"{quoted(twice)} twice")
        return None
    return OneOf(words, negated is not None)


def _negated_words(node: Node, written: re.Match[str]) -> list[tuple[Node, str]]:
    listed: str = written[2] if written[1] is None else written[1]
    return [(node, word.strip()) for word in listed.split(",")]


def _is_word(node: Node, word: str, column: Column, choices: tuple[str, ...]) -> bool:
    if choices and word not in choices:
        found = quoted(word) if word else ""
        node.note(f"one of {', '.join(choices)}", found=found, hint=did_you_mean(word, choices))
        return False
    if not _WORD.fullmatch(word):
        hint = f"{column.name} holds words, which have no order" if re.match(r"[<>=(\[]", word) else ""
        node.note(EXPECTED[column.kind], found=quoted(word) if word else "", hint=hint)
        return False
    return True


def _words_in_words(test: OneOf) -> str:
    listed = ", ".join(test.values)
    if test.negated:
        return f"not [{listed}]"
    return listed if len(test.values) == 1 else f"[{listed}]"


# Numbers, times, money

Reader = Callable[[str], float]


def _number(text: str, column: Column, currency: str) -> Within:
    if re.fullmatch(r">\s*authority", text):
        if column.kind != "money":
            raise ValueError(f"authority is an amount, {column.name} is not")
        return Within(above_authority=True)
    read = _reader(column, currency)
    if between := _RANGE.fullmatch(text):
        return _range(between, read)
    comparison = _COMPARISON.fullmatch(text)
    operator, value = (comparison[1] or "=", comparison[2]) if comparison else ("=", text)
    if value.strip() == "authority":
        raise ValueError('the only test with authority is "> authority"')
    return _compared(operator, read(value.strip()))


def _compared(operator: str, bound: float) -> Within:
    low = bound if operator in {">", ">=", "="} else None
    high = bound if operator in {"<", "<=", "="} else None
    return Within(low=low, high=high, low_open=operator == ">", high_open=operator == "<")


def _range(written: re.Match[str], read: Reader) -> Within:
    low, high = read(written[2]), read(written[3])
    test = Within(low=low, high=high, low_open=written[1] == "(", high_open=written[4] == ")")
    if low > high or (low == high and (test.low_open or test.high_open)):
        raise ValueError("nothing lies in this range")
    return test


def _reader(column: Column, currency: str) -> Reader:
    """How a bound of this column is read; it checks the column's own limits."""

    def read(text: str) -> float:
        value = _value(text, column, currency)
        if column.low is not None and value < column.low:
            raise ValueError(f"{column.name} is never below {column.low:g}")
        if column.high is not None and value > column.high:
            raise ValueError(f"{column.name} is never above {column.high:g}")
        return value

    return read


def _value(text: str, column: Column, currency: str) -> float:
    if column.kind == "money":
        return units.money(text, currency)
    return _calendar_seconds(text) if column.kind == "duration" else _plain(text, column)


def _plain(text: str, column: Column) -> float:
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"{quoted(text)} is not a number")
    if column.whole and "." in text:
        raise ValueError(f"{column.name} is a whole number")
    return float(text)


def _calendar_seconds(text: str) -> float:
    if text == "0":
        return 0
    length = units.span(text)
    if length.working:
        raise ValueError("here time is real time, without (w)")
    return length.seconds


def _writer(column: Column, currency: str) -> Callable[[float], str]:
    if column.kind == "money":
        return lambda value: units.money_in_words(int(value), currency)
    if column.kind == "duration":
        return lambda value: units.span_in_words(Span(int(value))) or "0"  # nothing at all has no unit
    return _plain_in_words


def _plain_in_words(value: float) -> str:
    """Never in scientific notation: 0.00001 is written out."""
    if value == int(value):
        return str(int(value))
    shortest = repr(value)
    return shortest if "e" not in shortest else f"{float(Fraction(shortest)):.9f}".rstrip("0")


def _bounds_in_words(test: Within, write: Callable[[float], str]) -> str:
    if test.low is not None and test.high is not None:
        if test.low == test.high:
            return write(test.low)
        start, end = "(" if test.low_open else "[", ")" if test.high_open else "]"
        return f"{start}{write(test.low)}..{write(test.high)}{end}"
    if test.low is not None:
        return f"{'>' if test.low_open else '>='} {write(test.low)}"
    return f"{'<' if test.high_open else '<='} {write(test.high or 0)}"
