"""Where every part of a file stands: dotted paths with line and column, for findings about what the parts mean.

``levels.supervisor.accept``, ``rules.storm ahead.when.risk``, ``absences.0``. In a list an item goes by its one key
(``- supervisor: ...``), by its ``name:``, else by its number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from leeway.packs.reader import Node, Problems, read


class Spot(msgspec.Struct, frozen=True):
    """A place in a file; ``line`` and ``column`` count from 1."""

    file: str
    line: int
    column: int


def places_in(files: Mapping[str, str | bytes]) -> dict[str, Spot]:
    """Every part of these files by its path; of two files the first that has a path gives it. The whole is ``""``."""
    found: dict[str, Spot] = {}
    for name, text in files.items():
        try:
            root = read(text, name)
        except Problems:
            continue
        found.setdefault("", Spot(name, 1, 1))
        for path, node in _parts(root, ()):
            found.setdefault(".".join(path), Spot(name, node.line, node.column))
    return found


def _parts(node: Node, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Node]]:
    for key, value in node.lines():
        yield (*path, key.raw), key
        yield from _parts(value, (*path, key.raw))
    for number, item in enumerate(node.items()):
        lines = item.lines()
        if len(lines) == 1:  # "- supervisor: ..." is known by its key, and by its number
            yield (*path, str(number)), lines[0][0]
            yield from _parts(item, path)
            continue
        name = next((value.raw for key, value in lines if key.raw == "name" and value.raw), str(number))
        yield (*path, name), item
        yield from _parts(item, (*path, name))
