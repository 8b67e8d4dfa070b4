"""Cut a message into words without losing the place where each word stands."""

from __future__ import annotations

import re
import unicodedata

READ_LIMIT = 20_000
"""Only the first 20,000 characters of a message are read; nobody's feelings wait until page eight."""

SENTENCE_END = "."
PAUSE = ","
NUMBER = "<number>"
ORDINAL = "<ordinal>"
OLD_AGE = "<old_age>"
UNKNOWN = ""
"""The symbols a word can become besides a word of the pack; ``UNKNOWN`` is every word the pack never names."""

_SENTENCE_MARKS = ".!?;\n\u2026"

TOKEN = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff]"  # scripts that write without spaces: every character is a word
    r"|(?:https?://|www\.)\S+"  # an address is one token, or its ":/" would pass for a sad face
    r"|\d+(?:[.,:]\d+)*[^\W\d_]*"  # 3, 3.50, 14:30, 3rd
    r"|[^\W_]+(?:['*\u0300-\u036f]+[^\W_]+)*[*\u0300-\u036f]*"  # don't, f***ing, cafe + combining accent
    r"|:'?-?[()d/\\|]"  # faces, as they are once folded
    r"|[\u2600-\u27bf\U0001f300-\U0001faff]"
    r"|[.!?;\n\u2026]+"
    r"|,"
)

_OLD_AGES = frozenset(map(str, range(70, 111)))
"""In "my mother is 84" the number is the whole message; that it is one is for the phrase around it to say."""

_ELONGATED = re.compile(r"([^\W\d_])\1\1+")
_MARKS = re.compile(r"[\u0300-\u036f]+")
_STARS = re.compile(r"\*+")


def _fold_table() -> dict[int, str]:
    """One character for one character, so that offsets into the folded text hold in the original.

    Accents go because customers leave them out; ñ stays because it makes another word.
    """
    table = {ord("\u2019"): "'", ord("\u2018"): "'", ord("\u02bc"): "'", ord("\u00b4"): "'", ord("`"): "'"}
    for code in range(0xC0, 0x250):
        letter = chr(code)
        base = unicodedata.normalize("NFD", letter)[0]
        if base.isascii() and letter not in "ñÑ":
            table[code] = base
    return table


_FOLD = _fold_table()


def fold(text: str) -> str:
    """The text in lower case, without accents and curly quotes, of exactly the same length.

    'İ' is the one character that grows when lowered; the table has turned it into a plain i before that.
    """
    return text.lower().translate(_FOLD) if text.isascii() else text.translate(_FOLD).lower()


_ODD = re.compile(r"([^\W\d_])\1\1|[*\u0300-\u036f]")


def simpler_spellings(word: str) -> tuple[str, ...]:
    """Ways to read a word the pack does not know: "soooo" as "soo" and "so", "f***" as "f*"."""
    bare = _STARS.sub("*", _MARKS.sub("", word))
    return (
        bare,
        bare.rstrip("*"),
        _ELONGATED.sub(r"\1\1", bare),
        _ELONGATED.sub(r"\1", bare),
    )


def is_elongated(folded: str) -> bool:
    """Whether a letter is drawn out for effect, as in "pleeease"."""
    return _ELONGATED.search(folded) is not None


class Vocabulary:
    """Which symbol each word of a language stands for. Built once with its pack; never changed afterwards."""

    def __init__(self, symbols: dict[str, str], ordinal_endings: tuple[str, ...]) -> None:
        self._symbols = dict(symbols)
        self._ordinal_endings = ordinal_endings
        for mark in (".", "!", "?", "...", "!!", "!!!", "??", "\n", ";"):
            self._symbols[mark] = SENTENCE_END
        self._symbols[","] = PAUSE

    def symbols_of(self, words: list[str]) -> list[str]:
        """One symbol for every word."""
        known = self._symbols
        return [known[word] if word in known else self._guess(word) for word in words]

    def _guess(self, word: str) -> str:
        first = word[0]
        if first in _SENTENCE_MARKS:
            return SENTENCE_END
        if first.isdigit():
            return self._number(word)
        if len(word) > 40 or not _ODD.search(word):  # nobody's word, or nothing to simplify
            return UNKNOWN
        for spelling in simpler_spellings(word):
            if spelling in self._symbols:
                return self._symbols[spelling]
        return UNKNOWN

    def _number(self, word: str) -> str:
        tail = word.lstrip("0123456789.,:")
        if not tail or tail == "k":
            return OLD_AGE if word in _OLD_AGES else NUMBER
        return ORDINAL if tail in self._ordinal_endings else UNKNOWN
