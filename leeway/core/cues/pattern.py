"""The little language in which a cue pack writes its phrases.

======================  ==========================================================
``real manager``        these words, next to each other
``[a] manager``         a word, or several, that may be missing
``(speak|talk) to``     one of several; an alternative may have several words
``<manager>``           any member of the class of that name in the same pack
``<number>``            a number in digits or words; ``<ordinal>`` third, 3rd
``<old_age>``           70 to 110, in digits
``...``                 nought to three words of any kind, within the sentence
======================  ==========================================================
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeAlias

import msgspec

from leeway.core.cues.tokens import NUMBER, OLD_AGE, ORDINAL, TOKEN, fold

GAP_WORDS = 3


class PatternError(ValueError):
    """A phrase can't be read. ``column`` counts characters from the start of the phrase."""

    def __init__(self, message: str, column: int) -> None:
        super().__init__(message)
        self.column = column


class Word(msgspec.Struct, frozen=True, tag=True):
    """One symbol: a word, or the number and ordinal slots."""

    symbol: str


class Gap(msgspec.Struct, frozen=True, tag=True):
    """A few words of any kind, or none."""


class Choice(msgspec.Struct, frozen=True, tag=True):
    """One of several sequences. An empty sequence among them makes the choice optional."""

    options: tuple[tuple[Item, ...], ...]


Item: TypeAlias = Word | Gap | Choice
Sequence: TypeAlias = tuple[Item, ...]

_FACE = r":'?-?[()d/\\|](?=\s|$)"
_PIECE = re.compile(rf"\s*(?:(\.\.\.)|<([^<>]*)>|(?={_FACE})(\S+)|([\[\](|)])|([^\s\[\](|)<>]+))")


class _Reader:
    """Recursive descent over the pieces of one phrase."""

    def __init__(self, phrase: str, classes: Mapping[str, Sequence], spellings: Mapping[str, str]) -> None:
        self._phrase = phrase
        self._classes = classes
        self._spellings = spellings
        self._at = 0

    def whole(self) -> Sequence:
        sequence = self._sequence(closing="")
        if not sequence:
            raise PatternError("expected at least one word", 0)
        return sequence

    def _sequence(self, closing: str) -> Sequence:
        items: list[Item] = []
        while piece := self._next(closing):
            gap, name, face, bracket, word = piece.groups()
            if gap:
                items.append(Gap())
            elif name is not None:
                items.extend(self._slot(name))
            elif bracket:
                items.append(self._bracket(bracket))
            else:
                items.extend(self._words(face or word, piece.end() - len(face or word)))
        return tuple(items)

    def _next(self, closing: str) -> re.Match[str] | None:
        """The next piece, or None at the end of this sequence (whose closing mark is left for the caller)."""
        if not self._phrase[self._at :].strip():
            if closing:
                raise PatternError(f"expected {closing!r} before the end", len(self._phrase))
            return None
        piece = _PIECE.match(self._phrase, self._at)
        if piece is None:
            raise PatternError("expected a word, '[', '(', '<name>' or '...'", self._at)
        mark = piece[4]
        if mark and (mark == closing or (mark == "|" and closing)):
            return None
        if mark in ("]", ")", "|"):
            raise PatternError(f"{mark!r} closes nothing here", piece.start(4))
        self._at = piece.end()
        return piece

    def _slot(self, name: str) -> Sequence:
        if f"<{name}>" in (NUMBER, ORDINAL, OLD_AGE):
            return (Word(f"<{name}>"),)
        try:
            return self._classes[name]
        except KeyError:
            raise PatternError(f"no class is called <{name}>", self._at - len(name) - 2) from None

    def _words(self, written: str, column: int) -> Sequence:
        """Usually one word; "so-called" is two. Marks that no message's words hold would match nothing, ever."""
        folded = fold(written)
        parts = TOKEN.findall(folded)
        if "".join(parts) != folded.replace("-", "") and parts != [folded]:
            raise PatternError(f"{written!r} holds a mark that is no part of a word", column)
        if any(part[0] in ".,!?;" for part in parts):
            raise PatternError(f"{written!r} ends a sentence; a phrase stays within one", column)
        return tuple(Word(self._spellings.get(part, part)) for part in parts)

    def _bracket(self, opening: str) -> Item:
        closing = "]" if opening == "[" else ")"
        options = [self._sequence(closing)]
        while self._take_mark() == "|":
            options.append(self._sequence(closing))
        if opening == "[":
            options.append(())
        elif not all(options):
            raise PatternError("expected a word between '(', '|' and ')'", self._at - 1)
        return Choice(tuple(options))

    def _take_mark(self) -> str:
        mark = _PIECE.match(self._phrase, self._at)
        assert mark is not None  # noqa: S101  (_next stopped in front of it)
        self._at = mark.end()
        return mark[4]


def read_pattern(
    phrase: str, classes: Mapping[str, Sequence] | None = None, spellings: Mapping[str, str] | None = None
) -> Sequence:
    """Read one phrase. ``spellings`` says which words are read as another one, here as in messages.

    Raises :class:`PatternError` with the column where it stopped making sense.
    """
    return _Reader(phrase, classes or {}, spellings or {}).whole()


def words_in(sequence: Sequence) -> set[str]:
    """Every symbol a phrase can mention."""
    found: set[str] = set()
    for item in sequence:
        if isinstance(item, Word):
            found.add(item.symbol)
        elif isinstance(item, Choice):
            for option in item.options:
                found |= words_in(option)
    return found


def can_be_empty(sequence: Sequence) -> bool:
    """Whether a phrase would match no words at all (then it would match everywhere)."""
    return all(
        isinstance(item, Gap)
        or (isinstance(item, Choice) and any(can_be_empty(option) for option in item.options))
        for item in sequence
    )
