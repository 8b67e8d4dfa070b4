"""Playbooks as files: the shipped ones, one a language, and those of a house in its matrix. Read strictly."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import cast

from leeway.core.guidance.choose import BLANK
from leeway.core.guidance.signs import OTHER_LISTS, OUR_WORD_LISTS, SIGNS, WORD_LISTS
from leeway.core.guidance.slots import SLOTS
from leeway.core.guidance.strain import SHAPES
from leeway.core.guidance.wording import STRAIN_LIST, Wording
from leeway.core.playbooks import MOVES, Evidence, Guidance, Move, Play, Playbook, Question, WordingFile
from leeway.core.policy import Relief
from leeway.core.reading.phrases import PhraseError
from leeway.packs.parts import read_calendar_span
from leeway.packs.reader import Node, Problems, read
from leeway.packs.units import span_in_words
from leeway.packs.vocabulary import REASONS
from leeway.packs.yaml_text import Written

HERE = Path(__file__).parent / "shipped" / "playbooks"

FILE_KEYS: dict[str, str] = {
    "wording": "the language, as in the name of its language file",
    "words": "lists of phrases that tell a sign, or what can be said back",
    "mirror": "how the customer's words become ours; without it they are quoted",
    "nouns": "how things are called in a sentence",
    "questions": "what is worth asking, until it is told",
    "strain": "pieces of evidence that something is wrong, with what each weighs",
    "playbooks": "the playbooks",
}
PLAY_KEYS: dict[str, str] = {
    "move": "what to do",
    "when": "signs that are all seen",
    "unless": "signs of which none is seen",
    "weight": "1 to 100; the weightiest is shown first",
    "why": "the reason shown, the first whose blanks can be filled",
    "say": "the text, the first whose blanks can be filled",
    "adds": "what other signs add to the weight, or take from it, where they are seen (-100 to 100)",
}
GUIDANCE_KEYS: dict[str, str] = {
    "most": "suggestions shown at once, 0 to 3 (3)",
    "without": "shipped playbooks or plays (`playbook.play`) that are not used",
    "playbooks": "playbooks of the house; one with a shipped name stands in its place",
}
RELIEF_KEYS: dict[str, str] = {
    "heated": "so many heated conversations; 0 looks at nobody (3)",
    "within": "in this time (2 h)",
}
BOOK_KEYS = ("reason", "plays")
ANY_REASON = "any"
MOST_SHOWN = 3
SEEN: dict[str, str] = {
    "seen": "the words that show the first sign of `when` that has words",
    "seen_sentence": "the whole sentence they stand in",
}


@cache
def shipped(language: str) -> Wording:
    """The shipped playbooks of a language; English where there are none in it."""
    path = HERE / f"{language}.yaml"
    return load(path if path.exists() else HERE / "en.yaml")


def available() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in HERE.glob("*.yaml")))


def load(path: Path) -> Wording:
    """The playbooks of a file. Raises ``Problems`` with every mistake, ``OSError`` when it can't be read."""
    return parse(path.read_bytes(), path.name)


def parse(text: str | bytes, name: str) -> Wording:
    root = read(text, name)
    fields = root.mapping(FILE_KEYS, required=("wording", "playbooks"))
    data = WordingFile(
        language=fields["wording"].name(),
        words={
            key.word((*WORD_LISTS, *OUR_WORD_LISTS, *OTHER_LISTS), called="a list"): _texts(value)
            for key, value in fields["words"].entries()
        },
        mirror={key.text(): value.text() for key, value in fields["mirror"].entries()},
        nouns={
            table.name(): {key.name(): value.text() for key, value in nouns.entries()}
            for table, nouns in fields["nouns"].entries()
        },
        questions=tuple(_question(key, value) for key, value in fields["questions"].pairs()),
        strain={key.name(): _evidence(key, value) for key, value in fields["strain"].entries()},
        playbooks=read_playbooks(fields["playbooks"]),
    )
    root.finish()
    try:
        wording = Wording(data)
        for listed in data.words:
            wording.listed(listed)
        for piece in data.strain:
            wording.listed(STRAIN_LIST + piece)
    except PhraseError as trouble:
        fields["words"].note("phrases that can be understood", found=str(trouble))
        raise Problems(root.problems) from trouble
    return wording


def read_guidance(node: Node) -> Guidance:
    """The section ``guidance`` of a matrix."""
    fields = node.mapping(GUIDANCE_KEYS)
    return Guidance(
        most=fields["most"].whole_number(low=0, high=MOST_SHOWN) if "most" in fields else MOST_SHOWN,
        without=tuple(_known(item) for item in fields["without"].one_or_many()),
        playbooks=read_playbooks(fields["playbooks"]),
    )


def read_relief(node: Node) -> Relief:
    """The section ``relief``: so many heated conversations within a time."""
    fields, default = node.mapping(RELIEF_KEYS), Relief()
    within = read_calendar_span(fields["within"]) if "within" in fields else default.within
    heated = fields["heated"].whole_number(low=0, high=100) if "heated" in fields else default.heated
    return Relief(heated, within)


def relief_written(relief: Relief) -> dict[str, Written]:
    if relief == Relief():
        return {}
    return {"heated": str(relief.heated), "within": span_in_words(relief.within)}


def guidance_written(guidance: Guidance) -> dict[str, Written]:
    """What the house changes, as it stands in a matrix; nothing when it changes nothing."""
    written: dict[str, Written] = {}
    if guidance.most != MOST_SHOWN:
        written["most"] = str(guidance.most)
    if guidance.without:
        written["without"] = list(guidance.without)
    if guidance.playbooks:
        written["playbooks"] = [{book.name: _book_written(book)} for book in guidance.playbooks]
    return written


def _book_written(book: Playbook) -> Written:
    return {"reason": book.reason, "plays": [{play.name: _play_written(play)} for play in book.plays]}


def _play_written(play: Play) -> Written:
    written: dict[str, Written] = {"move": play.move, "when": list(play.when)}
    if play.unless:
        written["unless"] = list(play.unless)
    if play.adds:
        written["adds"] = {sign: str(amount) for sign, amount in play.adds.items()}
    return {**written, "weight": str(play.weight), "why": list(play.why), "say": list(play.say)}


def _known(node: Node) -> str:
    names = tuple(names_of(shipped(code).playbooks) for code in available())
    return node.word(tuple(name for some in names for name in some), called="a shipped playbook or play")


def names_of(playbooks: Iterable[Playbook]) -> tuple[str, ...]:
    """Every playbook, and every play as ``playbook.play``."""
    return tuple(
        name
        for book in playbooks
        for name in (book.name, *(f"{book.name}.{play.name}" for play in book.plays))
    )


def read_playbooks(node: Node) -> tuple[Playbook, ...]:
    return tuple(_playbook(key, value) for key, value in node.pairs())


def _playbook(key: Node, value: Node) -> Playbook:
    fields = value.mapping(BOOK_KEYS, required=BOOK_KEYS)
    plays = tuple(_play(name, play) for name, play in fields["plays"].pairs())
    return Playbook(key.name(), fields["reason"].word((*REASONS, ANY_REASON), called="a reason"), plays)


def _play(key: Node, value: Node) -> Play:
    fields = value.mapping(PLAY_KEYS, required=("move", "when", "weight", "why", "say"))
    return Play(
        name=key.name(),
        move=cast("Move", fields["move"].word(MOVES, called="a move")),
        when=fields["when"].words(SIGNS, called="a sign"),
        unless=fields["unless"].words(SIGNS, called="a sign") if "unless" in fields else (),
        weight=fields["weight"].whole_number(low=1, high=100),
        why=_spoken(fields["why"]),
        say=_spoken(fields["say"]),
        adds={
            sign.word(SIGNS, called="a sign"): value.whole_number(low=-100, high=100)
            for sign, value in fields["adds"].entries()
        },
    )


def _spoken(node: Node) -> tuple[str, ...]:
    """Texts whose blanks are all known."""
    for item in node.one_or_many():
        for blank in BLANK.finditer(item.raw):
            if blank[1] not in SLOTS and blank[1] not in SEEN:
                item.note(
                    f"one of the blanks {', '.join((*SLOTS, *SEEN))}",
                    found=f"{{{blank[1]}}}",
                    at=blank.start(),
                )
    return _texts(node)


def _texts(node: Node) -> tuple[str, ...]:
    return tuple(item.text(longest=2_000) for item in node.one_or_many())


def _evidence(key: Node, value: Node) -> Evidence:
    fields = value.mapping(("weighs", "words"), required=("weighs",))
    if "words" not in fields:
        key.word(tuple(SHAPES), called="a shape, or phrases in `words`")
    return Evidence(fields["weighs"].number(low=-10, high=10), _texts(fields["words"]))


def _question(key: Node, value: Node) -> Question:
    fields = value.mapping(("ask", "about", "unless_told"), required=("ask",))
    return Question(
        name=key.name(),
        ask=fields["ask"].text(longest=300),
        about=_texts(fields["about"]),
        unless_told=_texts(fields["unless_told"]),
    )
