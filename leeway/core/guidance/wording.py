"""A language's playbooks, ready to use: its phrase lists compiled, its texts as they are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property

import msgspec

from leeway.core.guidance.mirror import Mirror
from leeway.core.playbooks import Guidance, Playbook, WordingFile
from leeway.core.reading.phrases import Phrases, compile_phrases

STRAIN_LIST = "strain_"
"""Before the name of a piece of evidence, where its phrases stand among the lists."""


class Wording:
    """Shared by everybody who speaks the language; treat as immutable."""

    def __init__(self, data: WordingFile) -> None:
        self.data = data
        self.language = data.language
        self.playbooks = data.playbooks
        self.questions = data.questions
        self.strain = data.strain
        self._lists = _lists(data)

    @cached_property
    def mirror(self) -> Mirror:
        return Mirror(self.data.mirror, self.data.words.get("subject_before", ()))

    def listed(self, name: str) -> re.Pattern[str] | None:
        """The pattern of a list of ``words``; None where the language has none of that name."""
        return self._lists.listed(name)

    def noun(self, table: str, kind: str) -> str:
        """How a thing is called in a sentence; empty when the language does not say."""
        return self.data.nouns.get(table, {}).get(kind, "")


def _lists(data: WordingFile) -> Phrases:
    lists = {name: list(phrases) for name, phrases in data.words.items() if phrases}
    lists.update({STRAIN_LIST + name: list(one.words) for name, one in data.strain.items() if one.words})
    file: Mapping[str, object] = {"language": data.language, "stop_words": [], "lists": lists}
    return compile_phrases(file)


def playbooks_of(wording: Wording, house: Guidance) -> tuple[Playbook, ...]:
    """The playbooks in force: the house's in place of shipped ones of the same name, without those it does not want."""
    own = {book.name: book for book in house.playbooks}
    shipped = [own.pop(book.name, book) for book in wording.playbooks]
    kept = [book for book in (*shipped, *own.values()) if book.name not in house.without]
    return tuple(_without(book, house.without) for book in kept)


def _without(book: Playbook, names: tuple[str, ...]) -> Playbook:
    plays = tuple(play for play in book.plays if f"{book.name}.{play.name}" not in names)
    return book if len(plays) == len(book.plays) else msgspec.structs.replace(book, plays=plays)
