"""Conversations as a table, one message a row: turned into the JSON Lines form, which is then imported."""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec

from leeway.core.facts import CustomerRef, Id
from leeway.store.importing.conversation import Conversation, Wrong
from leeway.store.importing.reading import RefusedLine, wrong_in_words

OF_MESSAGE = ("message_id", "at", "from", "text", "agent", "internal")
OF_CONVERSATION = ("channel", "subject", "product", "brand", "resolved_at", "resolution", "rating")
OF_CUSTOMER = tuple(f"customer_{name}" for name in CustomerRef.__struct_fields__)
COLUMNS = ("conversation_id", *OF_MESSAGE, *OF_CUSTOMER, *OF_CONVERSATION)
REQUIRED = ("conversation_id", "customer_id", "at", "from", "text")

LONGEST_CELL = 16_000_000


class NotATable(ValueError):
    """The first row does not name the columns we need."""


class _Row(msgspec.Struct):
    """What one row must hold, beside the message."""

    conversation_id: Id
    customer: CustomerRef


def to_lines(path: Path, name: str, out: Path) -> tuple[list[int], list[RefusedLine], tuple[str, ...]]:
    """Writes ``out``, a conversation a line. Gives for each line the row it began in, the rows that could not be
    taken, and the columns that were not read. Raises ``NotATable``.

    Rows of one conversation may stand anywhere; they are gathered in a file, so that a table of any size fits.
    """
    refused: list[RefusedLine] = []
    gathering = out.with_suffix(".gathering")
    try:
        with closing(sqlite3.connect(gathering)) as gathered:
            gathered.execute("pragma journal_mode=off")
            gathered.execute("create table message (conversation text, line integer, body blob)")
            unknown = _gather(path, name, gathered, refused)
            gathered.execute("create index of_conversation on message (conversation, line)")
            began = _write(gathered, out)
    finally:
        gathering.unlink(missing_ok=True)
    return began, refused, unknown


def _gather(
    path: Path, name: str, gathered: sqlite3.Connection, refused: list[RefusedLine]
) -> tuple[str, ...]:
    csv.field_size_limit(LONGEST_CELL)
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as text:
        reader = csv.DictReader(text, dialect=csv.excel_tab if path.suffix.lower() == ".tsv" else csv.excel)
        columns = tuple(reader.fieldnames or ())
        missing = [column for column in REQUIRED if column not in columns]
        if missing:
            raise NotATable(f"{name}: the first row must name the columns; {', '.join(missing)} missing.")
        for line, row in _rows(reader, name, refused):
            try:
                conversation, body = _message(row)
            except Wrong as wrong:
                refused.append(RefusedLine(name, line, wrong.field, wrong.message, wrong.expected))
                continue
            gathered.execute("insert into message values (?, ?, ?)", (conversation, line, body))
    return tuple(column for column in columns if column not in COLUMNS)


def _rows(
    reader: csv.DictReader[str], name: str, refused: list[RefusedLine]
) -> Iterator[tuple[int, dict[str, str]]]:
    while True:
        begins = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            refused.append(RefusedLine(name, begins, "$", f"this row cannot be read: {error}", "a row"))
            continue
        yield begins, row


def _message(row: dict[str, Any]) -> tuple[str, bytes]:
    """The conversation of a row, and the row as JSON of its parts. Raises ``Wrong``."""
    if None in row or None in row.values():
        raise Wrong("$", "this row has another number of cells than the first", "a cell for every column")
    for column, cell in row.items():
        if not cell.isascii() and any("\ud800" <= character <= "\udfff" for character in cell):
            raise Wrong(f"$.{column}", "not valid UTF-8", "text in UTF-8")
    message = _filled(row, OF_MESSAGE)
    if "message_id" in message:
        message["id"] = message.pop("message_id")
    customer = {key.removeprefix("customer_"): cell for key, cell in _filled(row, OF_CUSTOMER).items()}
    identified = {"conversation_id": row["conversation_id"], "customer": customer}
    about = _filled(row, OF_CONVERSATION)
    try:
        named = msgspec.convert(identified, _Row, strict=False)
        whole = {"id": named.conversation_id, "customer": named.customer, "messages": [message], **about}
        settled = msgspec.convert(whole, Conversation, strict=False, from_attributes=True)
    except msgspec.ValidationError as error:
        wrong = wrong_in_words(str(error))
        field = wrong.field.replace("$.customer.", "$.customer_").replace("$.messages[0].", "$.")
        raise Wrong("$.message_id" if field == "$.id" else field, wrong.message, wrong.expected) from None
    return settled.id, msgspec.json.encode(settled)


def _filled(row: dict[str, str], columns: tuple[str, ...]) -> dict[str, str]:
    """The cells that say something. A text may be empty; every other empty cell says nothing."""
    return {column: row[column] for column in columns if row.get(column) or column == "text"}


_decoder = msgspec.json.Decoder(Conversation)


def _write(gathered: sqlite3.Connection, out: Path) -> list[int]:
    """A conversation a line, the messages in the order of their rows; later rows fill what earlier ones left open."""
    began: list[int] = []
    with out.open("wb") as lines:
        conversation, messages, about = "", 0, b""
        for name, line, body in gathered.execute(
            "select conversation, line, body from message order by conversation, line"
        ):
            if name != conversation or not began:
                if began:
                    lines.write(about + b"}\n")
                conversation, messages = name, 0
                began.append(line)
            row = _decoder.decode(body)
            (message,) = row.messages
            head = msgspec.json.encode(msgspec.structs.replace(row, messages=()))
            if messages == 0:
                lines.write(b'{"messages":[')
                merged = msgspec.json.decode(head)
            else:
                lines.write(b",")
                _fill(merged, msgspec.json.decode(head))
            lines.write(msgspec.json.encode(message))
            messages += 1
            merged.pop("messages", None)
            about = b"]," + msgspec.json.encode(merged)[1:-1]
        if began:
            lines.write(about + b"}\n")
    return began


def _fill(merged: dict[str, Any], more: dict[str, Any]) -> None:
    for key, value in more.items():
        if isinstance(value, dict) and isinstance(merged.get(key), dict):
            _fill(merged[key], value)
        elif value not in ("", None, []):
            merged.setdefault(key, value)
