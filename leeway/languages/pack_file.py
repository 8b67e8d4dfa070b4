"""Read a language's file strictly: every mistake with its line and column, all of them at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias, cast, get_args

import msgspec

from leeway.core.cue import CueKind
from leeway.core.cues.negation import Negation
from leeway.core.cues.pack import STRENGTHS, WORD_KINDS, CueData, CuePack, Phrase, WhenNegated, compile_pack
from leeway.core.cues.pattern import Choice, PatternError, Sequence, can_be_empty, read_pattern
from leeway.core.cues.tokens import TOKEN, fold
from leeway.core.cues.tone import Tone
from leeway.packs.reader import Fields, Node, read

_TOP = ("language", "name", "version", "common_words", "cues", "phrases")
_CUES = (
    "spellings",
    "numbers",
    "ordinals",
    "ordinal_endings",
    "emphasis",
    "negation",
    "classes",
    "kinds",
    "tone",
)
_NEGATION = ("words", "close_words", "stops", "reach", "harmless")
_KIND = (*STRENGTHS, "but_not", "when_negated")
_TONE = ("bias", "exclamation", "question", "words", "negated")
_WHEN_NEGATED = ("drop", "keep", *(kind for kind in get_args(CueKind) if kind in WORD_KINDS))
_BETWEEN_COMMAS = re.compile(r"[^,]+")


Plain: TypeAlias = str | list["Plain"] | dict[str, "Plain"]
"""Data as it stands in a file: every scalar is the text that was written."""


class LanguagePack(msgspec.Struct, frozen=True):
    """One language. ``phrases`` is handed over as plain data for whoever reads matters and promises."""

    code: str
    name: str
    version: int
    cues: CuePack
    common_words: frozenset[str]
    phrases: Any = None


def parse(text: str | bytes, file: str) -> LanguagePack:
    """The language a file describes. Raises ``Problems`` with every mistake in it."""
    page = read(text, file)
    top = page.mapping(_TOP, required=("language", "version", "common_words", "cues"))
    code, version = top["language"].name(), top["version"].whole_number(low=1)
    data = _cues(top["cues"], code, version)
    pack = LanguagePack(
        code=code,
        name=top["name"].text() if "name" in top else code,
        version=version,
        cues=compile_pack(data),
        common_words=frozenset(_words(top["common_words"])),
        phrases=_plain(top["phrases"]) if "phrases" in top else None,
    )
    page.finish()
    return pack


def _cues(node: Node, code: str, version: int) -> CueData:
    fields = node.mapping(_CUES, required=("negation", "kinds"))
    spellings = dict(_spellings(fields["spellings"]))
    known = _Known(spellings)
    for key, value in fields["classes"].entries():
        known.classes[key.name()] = (Choice(tuple(_patterns(value, known))),)
    negation = fields["negation"].mapping(_NEGATION, required=("words",))
    kinds = [
        (cast(CueKind, key.word(WORD_KINDS, called="a kind of cue")), value.mapping(_KIND))
        for key, value in fields["kinds"].entries()
    ]
    harmless = tuple(
        Phrase(pattern, None, excludes=True) for pattern in _patterns(negation["harmless"], known)
    )
    phrases = tuple(phrase for kind, rules in kinds for phrase in _phrases(kind, rules, known)) + harmless
    return CueData(
        language=code,
        version=version,
        phrases=phrases,
        when_negated={
            kind: _when_negated(rules["when_negated"]) for kind, rules in kinds if "when_negated" in rules
        },
        negation=_negation(negation),
        emphasis=dict(_emphasis(fields["emphasis"])),
        spellings=spellings,
        numbers=_words(fields["numbers"]),
        ordinals=_words(fields["ordinals"]),
        ordinal_endings=_words(fields["ordinal_endings"]),
        tone=_tone(fields["tone"]) if "tone" in fields else Tone(),
    )


class _Known:
    """What a phrase may refer to. A class may use those above it in the file, which keeps circles out."""

    def __init__(self, spellings: dict[str, str]) -> None:
        self.spellings = spellings
        self.classes: dict[str, Sequence] = {}


def _phrases(kind: CueKind, rules: Fields, known: _Known) -> Iterator[Phrase]:
    for word, strength in STRENGTHS.items():
        for pattern in _patterns(rules[word], known):
            yield Phrase(pattern, kind, strength)
    for pattern in _patterns(rules["but_not"], known):
        yield Phrase(pattern, kind, excludes=True)


def _patterns(node: Node, known: _Known) -> Iterator[Sequence]:
    """The phrases of a list; a line of it may hold several, with commas between."""
    for line in node.sequence():
        for part in _BETWEEN_COMMAS.finditer(line.text()):
            phrase = part.group().strip()
            at = part.start() + part.group().find(phrase)
            try:
                pattern = read_pattern(phrase, known.classes, known.spellings)
            except PatternError as trouble:
                line.note("a phrase", hint=str(trouble), at=at + trouble.column)
                continue
            if can_be_empty(pattern):
                line.note("at least one word that must be there", found=f'"{phrase}"', at=at)
                continue
            yield pattern


def _when_negated(node: Node) -> WhenNegated:
    return cast(WhenNegated, node.word(_WHEN_NEGATED))


def _negation(fields: Fields) -> Negation:
    return Negation(
        words=frozenset(_words(fields["words"])),
        close_words=frozenset(_words(fields["close_words"])),
        stops=frozenset(_words(fields["stops"])),
        reach=fields["reach"].whole_number(low=1, high=6) if "reach" in fields else Negation().reach,
    )


def _emphasis(node: Node) -> Iterator[tuple[str, float]]:
    for key, value in node.entries():
        factor = key.converted(float, "a factor such as 1.2 or 0.6", 1.0)
        if not 0.1 <= factor <= 2:
            key.note("a factor from 0.1 to 2")
        for word in _words(value):
            yield word, factor


def _spellings(node: Node) -> Iterator[tuple[str, str]]:
    """Lines of ``right: wrong wrong``. Phrases are read with the same eyes, so they may use either."""
    for key, value in node.entries():
        right = _one_word(key, key.text())
        for wrong in _words(value):
            yield wrong, right


def _tone(node: Node) -> Tone:
    fields = node.mapping(_TONE, required=("bias", "words"))
    words = dict(_weights(fields["words"]))
    for mark, name in (("!", "exclamation"), ("?", "question")):
        if name in fields:
            words[mark] = fields[name].number(low=-10, high=10)
    return Tone(fields["bias"].number(low=-10, high=10), words, dict(_weights(fields["negated"])))


def _weights(node: Node) -> Iterator[tuple[str, float]]:
    """Lines of ``weight: word word word``."""
    for key, value in node.entries():
        weight = key.converted(float, "a weight such as 1.2 or -0.4", 0.0)
        for word in value.text(longest=100_000).split():
            yield word, weight


def _words(node: Node) -> tuple[str, ...]:
    """Single words, folded as they will be met: a list, or one text with the words one after another."""
    texts = [item for line in node.one_or_many() for item in _parts(line)]
    return tuple(_one_word(line, text) for line, text in texts)


def _parts(line: Node) -> Iterable[tuple[Node, str]]:
    return ((line, part) for part in line.text().replace(",", " ").split())


def _one_word(node: Node, text: str) -> str:
    folded = fold(text)
    if folded and TOKEN.findall(folded) != [folded]:
        node.note("single words", found=f'"{text}"')
    return folded


def _plain(node: Node) -> Plain:
    """A part of the file as plain data, texts as they were written."""
    if node.is_mapping:
        return {key.raw: _plain(value) for key, value in node.lines()}
    if node.is_sequence:
        return [_plain(item) for item in node.items()]
    return node.raw
