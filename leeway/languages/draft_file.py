"""Read what a language says about drafts (``drafts/<language>.yaml``), strictly: every mistake with line and column."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from leeway.core.cue import CUE_KINDS, CueKind
from leeway.core.drafts.finding import FINDING_KINDS, FindingKind
from leeway.core.drafts.pack import (
    DEFAULT_DUE,
    MARKS,
    SAID_KINDS,
    DraftData,
    DraftRule,
    KnownFact,
    SaidKind,
    Text,
)
from leeway.core.reading.phrases import PhraseError, Phrases, compile_apart
from leeway.packs.reader import Fields, Node, read

_TOP = (
    "language",
    "version",
    "lists",
    "marks",
    "trouble",
    "heated",
    "question",
    "kinds",
    "texts",
    "due",
    "acknowledge",
    "acknowledge_other",
    "facts",
    "jargon",
    "known_short",
    "articles",
)
_KIND = ("why", "rules", "rewrite", "but_not")
_RULE = ("say", "rewrite", "but_not", "quote", "stands", "needs")
_QUOTES = ("sentence", "clause", "words")
_TEXTS = (*(kind for kind in FINDING_KINDS if kind not in SAID_KINDS), "over_amount", "closed_then")


def parse_drafts(text: str | bytes, file: str, phrases: Phrases) -> DraftData:
    """The data of a file. Raises ``Problems`` with every mistake in it."""
    page = read(text, file)
    top = page.mapping(_TOP, required=("language", "version", "kinds", "texts"))
    lists = {key.name(): _list(value) for key, value in top["lists"].entries()} if "lists" in top else {}
    check = _Phrases(phrases, lists)
    data = DraftData(
        language=top["language"].name(),
        version=top["version"].whole_number(low=1),
        lists=check.lists,
        marks={key.word(MARKS, called="a mark"): check.lines(value) for key, value in top["marks"].entries()}
        if "marks" in top
        else {},
        trouble=check.lines(top["trouble"]) if "trouble" in top else (),
        heated=check.lines(top["heated"]) if "heated" in top else (),
        question=check.lines(top["question"]) if "question" in top else (),
        kinds={
            cast("FindingKind", key.word(SAID_KINDS, called="a kind that is found by what is said")): _kind(
                value.mapping(_KIND, required=("why", "rules")), check
            )
            for key, value in top["kinds"].entries()
        },
        texts={
            key.word(_TEXTS, called="a finding that is made"): _text(
                value.mapping(("why", "say", "otherwise"))
            )
            for key, value in top["texts"].entries()
        },
        due=top["due"].text() if "due" in top else DEFAULT_DUE,
        acknowledge=_acknowledge(top["acknowledge"]) if "acknowledge" in top else {},
        acknowledge_other=top["acknowledge_other"].text() if "acknowledge_other" in top else "",
        facts=_facts(top["facts"], check) if "facts" in top else {},
        jargon={key.text(): value.text() for key, value in top["jargon"].entries()}
        if "jargon" in top
        else {},
        articles=tuple(_list(top["articles"])) if "articles" in top else (),
        known_short=frozenset(_list(top["known_short"])) if "known_short" in top else frozenset(),
    )
    check.finish()
    page.finish()
    return data


class _Phrases:
    """The phrases of a file, checked together; only a file with a mistake is gone through line by line."""

    def __init__(self, phrases: Phrases, lists: dict[str, list[str]]) -> None:
        self._phrases, self.lists = phrases, lists
        self._seen: list[tuple[Node, str]] = []

    def lines(self, node: Node) -> tuple[str, ...]:
        found = [(item, item.text()) for item in node.one_or_many()]
        self._seen += [(item, phrase) for item, phrase in found if phrase]
        return tuple(phrase for _, phrase in found)

    def finish(self) -> None:
        if self._understood([phrase for _, phrase in self._seen]) is None:
            return
        for node, phrase in self._seen:
            trouble = self._understood([phrase])
            if trouble is not None:
                node.note("a phrase", hint=trouble.problem)

    def _understood(self, lines: list[str]) -> PhraseError | None:
        try:
            compile_apart(self._phrases, self.lists, {"": lines})
        except PhraseError as trouble:
            return trouble
        return None


def _kind(fields: Fields, check: _Phrases) -> SaidKind:
    return SaidKind(
        why=fields["why"].text(),
        rules=tuple(
            _rule(node.mapping(_RULE, required=("say",)), check) for node in fields["rules"].sequence()
        ),
        rewrite=tuple(_list(fields["rewrite"])),
        but_not=check.lines(fields["but_not"]) if "but_not" in fields else (),
    )


def _rule(fields: Fields, check: _Phrases) -> DraftRule:
    return DraftRule(
        say=check.lines(fields["say"]),
        rewrite=tuple(_list(fields["rewrite"])),
        but_not=check.lines(fields["but_not"]) if "but_not" in fields else (),
        quote=fields["quote"].word(_QUOTES) if "quote" in fields else "sentence",  # type: ignore[arg-type]  # checked by word()
        stands="stands" in fields and fields["stands"].yes_no(),
        needs=fields["needs"].word(MARKS) if "needs" in fields else "",
    )


def _text(fields: Fields) -> Text:
    return Text(
        why=fields["why"].text() if "why" in fields else "",
        say=tuple(_list(fields["say"])),
        otherwise=tuple(_list(fields["otherwise"])),
    )


def _acknowledge(node: Node) -> dict[CueKind, str]:
    known = tuple(sorted(CUE_KINDS))
    return {cast("CueKind", key.word(known, called="a cue")): value.text() for key, value in node.entries()}


def _facts(node: Node, check: _Phrases) -> dict[str, KnownFact]:
    found = {}
    for key, value in node.entries():
        fields = value.mapping(("keys", "label", "ask"), required=("ask",))
        label = fields["label"].raw if "label" in fields else ""
        found[key.name()] = KnownFact(tuple(_list(fields["keys"])), label, check.lines(fields["ask"]))
    return found


def _list(node: Node) -> list[str]:
    return [item.text() for item in _items(node)]


def _items(node: Node) -> Iterable[Node]:
    return node.one_or_many() if not node.is_missing else ()
