"""Languages Leeway can read. Each is one file in this folder, named after the language: ``en.yaml``.

    languages.available()        ("en", "es")
    languages.load("en").cues    the compiled cue pack
    languages.drafts("en")       what it says about agents' drafts (``drafts/en.yaml``), None where it says nothing
    languages.guess(text)        which of them a message is written in, by its most ordinary words

A file that can't be used is refused with ``Problems``: file, line, column, what was found, what was expected.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import msgspec

from leeway.core.cues.pack import CuePack
from leeway.core.cues.tokens import TOKEN, fold
from leeway.core.drafts.pack import DraftPack, compile_drafts
from leeway.core.drafts.tone import PoliteTone
from leeway.core.reading.phrases import Phrases, compile_phrases
from leeway.languages.draft_file import parse_drafts
from leeway.languages.pack_file import LanguagePack, parse

__all__ = ["LanguagePack", "UnknownLanguage", "available", "drafts", "guess", "load", "load_file", "parse"]

HERE = Path(__file__).parent
USUAL = "en"
GUESS_LIMIT = 2_000
"""Characters looked at to guess the language."""

_CODE = re.compile(r"[a-z]{2,3}(?:_[a-z]{2,4})?")


class UnknownLanguage(LookupError):
    """There is no pack for this language."""

    def __init__(self, code: str) -> None:
        super().__init__(
            f"no language pack {code!r}; there are {', '.join(available())}. "
            "A language is one file: docs/how-to/add-a-language.md"
        )
        self.code = code


@cache
def available() -> tuple[str, ...]:
    """The languages there are files for, sorted."""
    return tuple(sorted(file.stem for file in HERE.glob("*.yaml") if _CODE.fullmatch(file.stem)))


@cache
def load(code: str = USUAL) -> LanguagePack:
    """One language, read and compiled once per process. Raises ``UnknownLanguage`` or ``Problems``."""
    if code not in available():
        raise UnknownLanguage(code)
    return load_file(HERE / f"{code}.yaml")


def load_file(path: Path) -> LanguagePack:
    """A language from a file anywhere: a pack of one's own, or one that is just being written."""
    return parse(path.read_bytes(), path.name)


@cache
def drafts(code: str = USUAL) -> DraftPack | None:
    """What a language says about drafts, compiled once per process. Raises ``Problems`` for a file with mistakes."""
    if not _drafts_file(code).exists():
        return None
    language = load(code)
    return drafts_with(code, compile_phrases(language.phrases), language.cues)


def drafts_with(code: str, phrases: Phrases, cues: CuePack) -> DraftPack | None:
    """The same, for whoever has the language's phrases and cues ready."""
    file = _drafts_file(code)
    if not file.exists():
        return None
    return compile_drafts(
        parse_drafts(file.read_bytes(), file.name, phrases), phrases, cues, _polite_tone(code)
    )


def _drafts_file(code: str) -> Path:
    return HERE / "drafts" / f"{code}.yaml"


def _polite_tone(code: str) -> PoliteTone:
    """The learned weights of a language's tone score; without a file every text sounds alike."""
    file = HERE / "drafts" / f"tone-{code}.json"
    return msgspec.json.decode(file.read_bytes(), type=PoliteTone) if file.exists() else PoliteTone()


def guess(text: str) -> str:
    """The language whose ordinary words ("the", "is", "que", "por") the text holds most of; English on a tie."""
    words = TOKEN.findall(fold(text[:GUESS_LIMIT]))
    counts = {code: sum(map(load(code).common_words.__contains__, words)) for code in available()}
    return max(counts, key=lambda code: (counts[code], code == USUAL), default=USUAL)
