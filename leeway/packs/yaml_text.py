"""Nested texts, lists and mappings as YAML a person would have written: block style, short things on one line.

Every value is a text. Whatever could be read as something else is quoted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

Written = str | Sequence["Written"] | Mapping[str, "Written"]

WIDTH = 100

_FLOW_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.()%/+@-]*(?: [A-Za-z0-9_.()%/+@-]+)*")
_BLOCK_UNSAFE = re.compile(r": |:$| #|  | $")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}


def document(sections: Iterable[tuple[str, Written]]) -> str:
    """Sections in their order; those of several lines stand apart."""
    blocks = ["\n".join(_block(key, value, "", flow=False)) for key, value in sections]
    text = ""
    for block in blocks:
        text += "\n" if text and "\n" in block else ""
        text += block + "\n"
    return text


def _block(key: str, value: Written, indent: str, *, flow: bool = True) -> list[str]:
    name = f"{indent}{_scalar(key)}:"
    if isinstance(value, str):
        return [f"{name} {_scalar(value)}"]
    line = f"{name} {_flow(value)}"
    if not value or (_is_flat(value) and (flow or not isinstance(value, Mapping)) and len(line) <= WIDTH):
        return [line]
    return [name, *_lines(value, indent + "  ")]


def _lines(value: Written, indent: str) -> list[str]:
    if isinstance(value, Mapping):
        return [line for key, part in value.items() for line in _block(key, part, indent)]
    return [line for item in value for line in _item(item, indent)]


def _item(value: Written, indent: str) -> list[str]:
    if isinstance(value, str):
        return [f"{indent}- {_scalar(value)}"]
    lines = _lines(value, indent + "  ")
    return [f"{indent}- {lines[0].lstrip()}", *lines[1:]]


def _is_flat(value: Written) -> bool:
    """Texts, or a mapping to texts and lists of texts: short enough to be read in one line."""
    if isinstance(value, Mapping):
        return all(isinstance(part, str) or _is_texts(part) for part in value.values())
    return _is_texts(value)


def _is_texts(value: Written) -> bool:
    return not isinstance(value, Mapping) and all(isinstance(item, str) for item in value)


def _flow(value: Written) -> str:
    if isinstance(value, str):
        return value if _FLOW_SAFE.fullmatch(value) else _quoted(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_flow(key)}: {_flow(part)}" for key, part in value.items()) + "}"
    return "[" + ", ".join(map(_flow, value)) + "]"


def _scalar(text: str) -> str:
    """A text in block style, bare when no reader could take it for anything else."""
    begins_plainly = re.match(r"[^\W_]", text) is not None
    if begins_plainly and text.isprintable() and not _BLOCK_UNSAFE.search(text):
        return text
    return _quoted(text)


def _quoted(text: str) -> str:
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
