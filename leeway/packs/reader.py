"""A strict cursor over a YAML file that knows where everything stands and reports every mistake in one go.

Scalars are handed out as the text that was written: ``no``, ``on``, ``12:30`` and ``010`` are what the author
typed, never a boolean, a sexagesimal number or an octal one. Whoever asks says what they expect:
``node.whole_number()``, ``node.word(LEVELS)``.

A method that does not find what it expects notes a ``Problem`` and returns a harmless neutral value, so that
reading goes on and the author sees all mistakes at once. Values are only to be trusted after
``node.finish()``, which raises ``Problems`` when there was any. A file that is no YAML at all is refused by
``read`` itself.

    page = read(text, "roster.yaml")
    fields = page.mapping(("team", "size"), required=("team",))
    team, size = fields["team"].name(), fields["size"].whole_number(low=1)
    page.finish()
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Literal, TypeVar

import msgspec
import yaml

Converted = TypeVar("Converted")
Severity = Literal["error", "warning"]

MOST_CHARACTERS = 1_000_000
DEEPEST = 20
LONGEST_QUOTE = 60

# The C parser is some ten times faster; both give the same events and marks.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
_YES = ("yes", "true")
_NO = ("no", "false")
_MOST_DIGITS = 15


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """One mistake in a file: where, what stands there, what should. ``line`` and ``column`` count from 1.

    ``path`` says the same in the file's own words (``rules[2].when.tier``). A ``warning`` does not stop the
    file from being used.
    """

    file: str
    line: int
    column: int
    path: str
    found: str
    expected: str
    hint: str = ""
    severity: Severity = "error"

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}:"
        kind = " warning:" if self.severity == "warning" else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{place}{kind} found {self.found}, expected {self.expected}{hint}"


class Problems(Exception):
    """The file can't be used as it stands; ``problems`` holds every reason, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(problems, key=_place))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class Node:
    """One place in the file: a mapping, a list or a text. The module's docstring says how to ask it."""

    __slots__ = ("_items", "_notes", "_pairs", "_text", "_width", "column", "file", "line", "path")

    def __init__(
        self,
        *,
        file: str,
        line: int,
        column: int,
        notes: list[Problem],
        text: str | None = None,
        items: list[Node] | None = None,
        pairs: list[tuple[Node, Node]] | None = None,
        width: int = -1,
    ) -> None:
        self.file, self.line, self.column, self.path = file, line, column, ""
        self._text, self._items, self._pairs = text, items, pairs
        self._notes = notes
        self._width = width

    # What is here?

    @property
    def is_mapping(self) -> bool:
        return self._pairs is not None

    @property
    def is_sequence(self) -> bool:
        return self._items is not None

    @property
    def is_text(self) -> bool:
        return self._text is not None

    @property
    def is_missing(self) -> bool:
        """A place the file does not have. It reads as empty and notes nothing, as that has been noted."""
        return self._text is None and self._items is None and self._pairs is None

    @property
    def raw(self) -> str:
        """The text as written, without a check; empty for a mapping or a list."""
        return self._text or ""

    def lines(self) -> list[tuple[Node, Node]]:
        """Key and value of each line of a mapping as they stand, without a check; empty for anything else."""
        return list(self._pairs or ())

    def items(self) -> list[Node]:
        """The items of a list as they stand, without a check; empty for anything else."""
        return list(self._items or ())

    def describe(self) -> str:
        """What stands here, in a few words for a message."""
        if self.is_mapping:
            return "a mapping"
        if self.is_sequence:
            return "a list"
        return quoted(self.raw) if self.raw.strip() else "nothing"

    # Notes

    def note(
        self, expected: str, *, found: str = "", hint: str = "", at: int = 0, warning: bool = False
    ) -> None:
        """Note a problem at this place; ``at`` is the offset inside its text where the trouble starts."""
        if self.is_missing:
            return
        self._notes.append(
            Problem(
                file=self.file,
                line=self.line,
                column=self.column + self._shift(at),
                path=self.path,
                found=found or self.describe(),
                expected=expected,
                hint=hint,
                severity="warning" if warning else "error",
            )
        )

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything noted so far in the whole file, in its order, warnings included."""
        return tuple(sorted(self._notes, key=_place))

    def finish(self) -> None:
        """Raise ``Problems`` if anything but a warning was noted anywhere in this file."""
        errors = [problem for problem in self._notes if problem.severity == "error"]
        if errors:
            raise Problems(errors)

    # Mappings and lists

    def mapping(self, known: Iterable[str], required: Iterable[str] = ()) -> Fields:
        """The fields of a mapping with a fixed vocabulary: unknown, doubled and missing keys are noted."""
        if not self._is("a mapping", self.is_mapping):
            return Fields({}, self._absent())
        vocabulary = tuple(known)
        fields = {}
        for key, value in self._unique_entries():
            if key.raw in vocabulary:
                fields[key.raw] = value
            else:
                key.note(
                    f"one of {', '.join(vocabulary)}",
                    found=f"the key {key.describe()}",
                    hint=did_you_mean(key.raw, vocabulary),
                )
        for name in required:
            if name not in fields:
                self.note(f"the key {quoted(name)}", found=f"a mapping without {quoted(name)}")
        return Fields(fields, self._absent())

    def entries(self) -> list[tuple[Node, Node]]:
        """Key and value of each line of a mapping whose keys are the author's own; doubled keys are noted."""
        return list(self._unique_entries()) if self._is("a mapping", self.is_mapping) else []

    def pair(self) -> tuple[Node, Node]:
        """Key and value of a mapping of exactly one line, as in a list of ``- name: ...``."""
        pairs = self.lines()
        if len(pairs) == 1:
            return pairs[0]
        found = f"a mapping with {len(pairs)} keys" if self.is_mapping else ""
        self.note('one "name: value" per list item', found=found)
        return self._absent(), self._absent()

    def pairs(self) -> list[tuple[Node, Node]]:
        """The ``- name: value`` items of a list; a doubled name is noted."""
        found = [item.pair() for item in self.sequence()]
        return list(self._without_doubles((key, value) for key, value in found if not key.is_missing))

    def sequence(self) -> list[Node]:
        """The items of a list."""
        self._is("a list", self.is_sequence)
        return self.items()

    def one_or_many(self) -> list[Node]:
        """The items of a list, or the single value that stands instead of a list of one."""
        if self.is_text and self.raw:
            return [self]
        self._is("a value or a list", self.is_sequence)
        return self.items()

    # Values

    def text(self, *, longest: int = 10_000) -> str:
        """Any text that is not empty."""
        if not self._is("a text", self.is_text and bool(self.raw.strip())):
            return ""
        if len(self.raw) > longest:
            self.note(f"at most {longest} characters", found=f"{len(self.raw)} characters")
            return ""
        return self.raw

    def name(self) -> str:
        """A name in the file's own style: small letters, digits and underscores."""
        return self.converted(_as_name, "a name of small letters, digits and _ that starts with a letter", "")

    def word(self, one_of: Iterable[str], *, called: str = "") -> str:
        """One of a fixed list of words. ``called`` says what they are when the list alone does not."""
        choices = tuple(one_of)
        if self.raw in choices:
            return self.raw
        listed = ", ".join(choices) or "there are none"
        expected = f"{called}: {listed}" if called else f"one of {listed}"
        self.note(expected, hint=did_you_mean(self.raw, choices))
        return ""

    def names(self) -> tuple[str, ...]:
        """One name or a list of names."""
        return tuple(item.name() for item in self.one_or_many())

    def words(self, one_of: Iterable[str], *, called: str = "") -> tuple[str, ...]:
        """One or several of a fixed list of words, each at most once."""
        choices = tuple(one_of)
        found: list[str] = []
        for item in self.one_or_many():
            word = item.word(choices, called=called)
            if word and word in found:
                item.note("each of them once", found=f"{quoted(word)} for the second time")
            found.append(word)
        return tuple(found)

    def whole_number(self, *, low: int | None = None, high: int | None = None) -> int:
        return int(self._number(_WHOLE, "a whole number", low, high))

    def number(self, *, low: float | None = None, high: float | None = None) -> float:
        return float(self._number(_DECIMAL, "a number", low, high))

    def yes_no(self) -> bool:
        """``yes`` or ``no`` (``true`` and ``false`` are understood)."""
        if self.raw not in _YES + _NO:
            self.note("yes or no", hint=did_you_mean(self.raw.lower(), _YES + _NO))
        return self.raw in _YES

    def converted(self, convert: Callable[[str], Converted], expected: str, default: Converted) -> Converted:
        """What ``convert`` makes of the text; its ``ValueError`` becomes a problem, its text the hint."""
        if not self._is(expected, self.is_text and bool(self.raw)):
            return default
        try:
            return convert(self.raw)
        except ValueError as trouble:
            self.note(expected, hint=str(trouble))
            return default

    # Inside

    def _number(self, shape: re.Pattern[str], called: str, low: float | None, high: float | None) -> str:
        expected = called + _between(low, high)
        if not shape.fullmatch(self.raw) or len(self.raw) > _MOST_DIGITS:
            hint = f"write {self.raw.lstrip('0')}" if re.fullmatch(r"0+[1-9][0-9]*", self.raw) else ""
            self.note(expected, hint=hint)
            return "0"
        if (low is not None and float(self.raw) < low) or (high is not None and float(self.raw) > high):
            self.note(expected)
            return "0"
        return self.raw

    def _is(self, expected: str, holds: bool) -> bool:  # noqa: FBT001 - reads as a sentence at each call
        if not holds:
            self.note(expected)
        return holds

    def _unique_entries(self) -> Iterator[tuple[Node, Node]]:
        return self._without_doubles(self.lines())

    def _without_doubles(self, pairs: Iterable[tuple[Node, Node]]) -> Iterator[tuple[Node, Node]]:
        lines: dict[str, int] = {}
        for key, value in pairs:
            if not key.is_text or not key.raw:
                key.note("a key of plain text")
            elif key.raw in lines:
                first = f"first in line {lines[key.raw]}"
                key.note("each key once", found=f"{quoted(key.raw)} again", hint=first)
            else:
                lines[key.raw] = key.line
                yield key, value

    def _absent(self) -> Node:
        return Node(file=self.file, line=self.line, column=self.column, notes=self._notes)

    def _shift(self, at: int) -> int:
        """Columns to the right of the start; 0 where folding or escapes make the offset unreliable."""
        if not at or self._width == len(self.raw):
            return at
        return at + 1 if self._width == len(self.raw) + 2 else 0


class Fields:
    """The fields of one mapping. A field that is not there reads as a missing node: quiet and empty."""

    __slots__ = ("_absent", "_fields")

    def __init__(self, fields: dict[str, Node], absent: Node) -> None:
        self._fields, self._absent = fields, absent

    def __getitem__(self, name: str) -> Node:
        return self._fields.get(name, self._absent)

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)


def read(text: str | bytes, name: str) -> Node:
    """The file's root. Raises ``Problems`` when it is no YAML, or uses what has no place in such a file."""
    return _Builder(name).build(_checked(_decoded(text, name), name))


def quoted(text: str) -> str:
    """The text in quotes, shortened and on one line, as messages show it."""
    line = " ".join(text.split())
    return f'"{line}"' if len(line) <= LONGEST_QUOTE else f'"{line[: LONGEST_QUOTE - 1]}…"'


def did_you_mean(word: str, choices: Sequence[str]) -> str:
    """A hint naming the closest of the choices, or nothing when none is close."""
    close = difflib.get_close_matches(word, choices, n=1, cutoff=0.6)
    return f"did you mean {quoted(close[0])}?" if close and word else ""


def _place(problem: Problem) -> tuple[str, int, int]:
    return problem.file, problem.line, problem.column


def _as_name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise ValueError
    return text


def _between(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f" from {low:g} to {high:g}"
    if low is not None:
        return f" of {low:g} or more"
    return f" of at most {high:g}" if high is not None else ""


def _refusal(name: str, before: str, found: str, expected: str, hint: str = "") -> Problems:
    """A refusal of the whole file, placed right behind the text ``before``."""
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return Problems((Problem(name, line, column, "", found, expected, hint),))


def _decoded(text: str | bytes, name: str) -> str:
    if len(text) > MOST_CHARACTERS:
        raise _refusal(name, "", f"{len(text)} characters", f"a file of at most {MOST_CHARACTERS}")
    if isinstance(text, str):
        return text.removeprefix("\ufeff")
    try:
        return text.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as trouble:
        before = text[: trouble.start].decode()
        found = f"the byte 0x{text[trouble.start]:02x}"
        raise _refusal(name, before, found, "text in UTF-8", "save the file as UTF-8") from None


_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_TAB = re.compile(r"^[ ]*\t[ \t]*(?=[^\s#])", re.MULTILINE)


def _checked(text: str, name: str) -> str:
    if control := _FORBIDDEN.search(text):
        found = f"the control character U+{ord(control[0]):04X}"
        raise _refusal(name, text[: control.start()], found, "plain text")
    if tab := _TAB.search(text):
        before = text[: tab.start() + tab[0].index("\t")]
        raise _refusal(name, before, "a tab", "spaces", "YAML indents with spaces only")
    if not text.strip():
        raise _refusal(name, "", "an empty file", "a mapping")
    return text


class _Builder:
    """Turns parser events into nodes, refusing what a file written by hand never needs."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._notes: list[Problem] = []

    def build(self, text: str) -> Node:
        try:
            root = self._root(text)
        except yaml.MarkedYAMLError as trouble:
            raise self._no_yaml(trouble) from None
        except yaml.YAMLError as trouble:
            found = f"text that is not YAML: {' '.join(str(trouble).split())}"
            raise _refusal(self._name, "", found, "YAML") from None
        if root is None:
            raise _refusal(self._name, "", "only comments", "a mapping")
        _give_paths(root)
        return root

    def _root(self, text: str) -> Node | None:
        events: Iterator[yaml.Event] = iter(yaml.parse(text, Loader=_LOADER))
        root, documents = None, 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self._refused(event, 'a second document ("---")', "one document in a file")
            elif isinstance(event, yaml.NodeEvent):
                root = self._node(event, events, 1)
        return None if root is not None and root.is_text and not root.raw else root

    def _node(self, event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> Node:
        self._refuse_cleverness(event, depth)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        children = []
        for child in events:
            if isinstance(child, yaml.CollectionEndEvent):
                break
            children.append(self._node(child, events, depth + 1))
        if isinstance(event, yaml.SequenceStartEvent):
            return self._placed(event, items=children)
        return self._placed(event, pairs=list(zip(children[::2], children[1::2], strict=True)))

    def _scalar(self, event: yaml.ScalarEvent) -> Node:
        line, column = _start(event)
        end = event.end_mark
        width = end.column + 1 - column if end is not None and end.line + 1 == line else -1
        return self._placed(event, text=event.value, width=width)

    def _placed(self, event: yaml.Event, **content: Any) -> Node:
        line, column = _start(event)
        return Node(file=self._name, line=line, column=column, notes=self._notes, **content)

    def _refuse_cleverness(self, event: yaml.Event, depth: int) -> None:
        """Aliases can blow a small file up to gigabytes, tags can ask for objects; a matrix needs neither."""
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
        if isinstance(event, yaml.AliasEvent):
            raise self._refused(event, f"the alias *{anchor}", "the value written out")
        if anchor is not None:
            raise self._refused(event, f"the anchor &{anchor}", "the value written out")
        if tag is not None:
            raise self._refused(event, f"the tag {tag}", "a plain value")
        if depth > DEEPEST:
            raise self._refused(event, f"more than {DEEPEST} levels of nesting", "a flatter file")

    def _refused(self, event: yaml.Event, found: str, expected: str) -> Problems:
        return Problems((Problem(self._name, *_start(event), "", found, expected),))

    def _no_yaml(self, trouble: yaml.MarkedYAMLError) -> Problems:
        mark = trouble.problem_mark or trouble.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        said = ", ".join(part for part in (trouble.context, trouble.problem) if part)
        found, hint = f"text that is not YAML: {said}", "a text with : # [ ] { } or a leading > needs quotes"
        return Problems((Problem(self._name, line, column, "", found, "YAML", hint),))


def _start(event: yaml.Event) -> tuple[int, int]:
    """Line and column where an event begins, from 1. Parsers always set the mark, the type does not tell."""
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)


def _give_paths(node: Node) -> None:
    for key, value in node.lines():
        key.path = value.path = f"{node.path}.{key.raw}" if node.path else key.raw
        _give_paths(value)
    for index, item in enumerate(node.items()):
        item.path = f"{node.path}[{index}]"
        _give_paths(item)
