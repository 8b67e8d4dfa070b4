"""Reading a file of conversations: JSON Lines line by line, whatever a line holds; bad lines are refused alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import Annotated, BinaryIO

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from leeway.core.facts import CustomerRef
from leeway.store.importing.conversation import Conversation, Message, Wrong, check

LONGEST_LINE = 512 * 1024 * 1024
"""Bytes of one conversation. Beyond this a line is refused rather than read into memory."""

_BOM = b"\xef\xbb\xbf"
_AT = re.compile(r"^(?P<message>.*?)(?: - at `(?P<path>.*)`)?$", re.DOTALL)
_UNKNOWN = re.compile(r"unknown field `(?P<name>[^`]*)`")


class _StrictMessage(Message, frozen=True, forbid_unknown_fields=True):
    pass


class _StrictConversation(Conversation, frozen=True, forbid_unknown_fields=True):
    messages: Annotated[tuple[_StrictMessage, ...], Meta(min_length=1)]


class _LooseCustomer(CustomerRef, frozen=True, forbid_unknown_fields=False):
    pass


class _LooseConversation(Conversation, frozen=True):
    customer: _LooseCustomer


class _Glance(msgspec.Struct):
    """Just enough of a line to know when it begins and whose it is."""

    class _When(msgspec.Struct):
        at: datetime

    class _Who(msgspec.Struct):
        id: str

    customer: _Who
    messages: list[_When]


_strict = msgspec.json.Decoder(_StrictConversation)
_loose = msgspec.json.Decoder(_LooseConversation)
_glance = msgspec.json.Decoder(_Glance)


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """``line`` counts from 1; ``field`` is a path into it."""

    file: str
    line: int
    field: str
    message: str
    expected: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a conversation stands in the file, when it begins and how many messages it has."""

    line: int
    offset: int
    length: int
    begins: datetime
    messages: int


@dataclass(frozen=True, slots=True)
class Index:
    """The whole file at a glance: the conversations of each customer in order of time, the earliest customer
    first; the lines that can't be read at all; a hash of the file.
    """

    customers: list[list[Place]]
    unreadable: list[RefusedLine]
    digest: str

    @property
    def messages(self) -> int:
        return sum(place.messages for places in self.customers for place in places)

    @property
    def conversations(self) -> int:
        return sum(len(places) for places in self.customers)


def index(file: BinaryIO, name: str) -> Index:
    """One pass over the file."""
    digest = blake2b(digest_size=16)
    by_customer: dict[str, list[Place]] = {}
    unreadable: list[RefusedLine] = []
    for number, offset, line in _lines(file, digest):
        if line is None:
            expected = f"at most {LONGEST_LINE:,} bytes"
            unreadable.append(RefusedLine(name, number, "$", "the line is too long", expected))
            continue
        if not line.strip():
            continue
        try:
            seen = _glance.decode(line)
            begins = min(message.at for message in seen.messages)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError, TypeError):
            unreadable.append(_why(line, number, name))
            continue
        place = Place(number, offset, len(line), begins, len(seen.messages))
        by_customer.setdefault(seen.customer.id, []).append(place)
    customers = [sorted(places, key=_begins) for places in by_customer.values()]
    customers.sort(key=lambda places: _begins(places[0]))
    return Index(customers, unreadable, digest.hexdigest())


def _begins(place: Place) -> tuple[float, int]:
    return (place.begins.timestamp(), place.line)


def _lines(file: BinaryIO, digest: blake2b) -> Iterator[tuple[int, int, bytes | None]]:
    """Number, offset and bytes of each line; None for one that is too long to be kept."""
    offset = number = 0
    while piece := file.readline(LONGEST_LINE + 1):
        number += 1
        begins, line = offset, piece
        offset += len(piece)
        digest.update(piece)
        too_long = len(piece) > LONGEST_LINE
        while not piece.endswith(b"\n") and (piece := file.readline(1 << 20)):
            offset += len(piece)
            digest.update(piece)
            too_long = True
        if number == 1 and line.startswith(_BOM):
            begins, line = begins + len(_BOM), line[len(_BOM) :]
        yield number, begins, None if too_long else line


def _why(line: bytes, number: int, name: str) -> RefusedLine:
    """What is wrong with a line that a glance could not read."""
    try:
        conversation = _decoded(line)[0]
    except Wrong as wrong:
        return refusal(name, number, wrong)
    path = "$" if conversation.messages else "$.messages"
    return RefusedLine(name, number, path, "this cannot be read", "a conversation")


def refusal(name: str, number: int, wrong: Wrong) -> RefusedLine:
    return RefusedLine(name, number, wrong.field, wrong.message, wrong.expected)


def read_at(file: BinaryIO, place: Place, now: datetime) -> tuple[Conversation, tuple[str, ...]]:
    """The conversation, and the names of fields in it that the format does not have. Raises ``Wrong``."""
    file.seek(place.offset)
    conversation, unknown = _decoded(file.read(place.length))
    check(conversation, now)
    return conversation, unknown


def _decoded(line: bytes) -> tuple[Conversation, tuple[str, ...]]:
    try:
        return _read(line)
    except msgspec.ValidationError as error:
        raise wrong_in_words(str(error)) from None
    except UnicodeDecodeError as error:
        raise Wrong("$", f"not valid UTF-8 at byte {error.start}", "text in UTF-8") from None
    except msgspec.DecodeError as error:
        raise Wrong("$", f"this is not JSON: {error}", "one JSON object a line") from None
    except RecursionError:
        raise Wrong("$", "this JSON is nested too deeply", "a conversation") from None


def _read(line: bytes) -> tuple[Conversation, tuple[str, ...]]:
    """Strictly first: only a line with fields of its own is read twice, and may break off the second time."""
    try:
        return _strict.decode(line), ()
    except msgspec.ValidationError as error:
        unknown = _UNKNOWN.search(str(error))
        if unknown is None:
            raise
    loose = _loose.decode(line)
    known = {field: getattr(loose.customer, field) for field in CustomerRef.__struct_fields__}
    return replace(loose, customer=CustomerRef(**known)), (unknown["name"],)


def wrong_in_words(sentence: str) -> Wrong:
    """What msgspec says (``Expected `str`, got `int` - at `$.id```) in its parts and in words for people."""
    found = _AT.match(sentence)
    message, path = (found["message"], found["path"] or "$") if found else (sentence, "$")
    for pattern, words in _IN_WORDS:
        if heard := pattern.search(message):
            said, expected, below = (part.format(*heard.groups()) for part in words)
            return Wrong(path + below, said, expected)
    return Wrong(path, message)


_IN_WORDS = [
    (re.compile(pattern), words)
    for pattern, words in (
        (r"missing required field `(.*?)`", ("“{0}” is missing", "a value", ".{0}")),
        (
            r"with a timezone component",
            ("the zone is missing", 'an instant such as "2026-11-01T10:00:00Z"', ""),
        ),
        (r"Invalid RFC3339", ("this is no instant", 'an instant such as "2026-11-01T10:00:00Z"', "")),
        (r"matching regex .*x00\]\*", ("text may not hold the character NUL", "text", "")),
        (r"matching regex", ("there are characters in it that may not be there", "printable characters", "")),
        (r"Invalid enum value '(.*)'", ("“{0}” is none of these", "customer, agent or bot", "")),
        (r"Expected `array` of length >= 1", ("there are no messages", "at least one message", "")),
        (r"Expected `str` of length >= 1", ("this is empty", "at least one character", "")),
        (r"Expected `(.*?)` of length <= (\d+)", ("this is too long", "at most {1} characters", "")),
        (r"Expected `(.*?)`, got `(.*?)`", ("this is of type {1}", "{0}", "")),
        (r"Expected `(.*?)`(.*)", ("this does not fit", "{0}{1}", "")),
    )
]
"""msgspec's sentences, and ours: what is wrong, what is expected, what to add to the path."""


def has_conversations(path: Path) -> str:
    """Which format a file has by its name: ``csv`` or ``jsonl``."""
    return "csv" if path.suffix.lower() in (".csv", ".tsv") else "jsonl"
