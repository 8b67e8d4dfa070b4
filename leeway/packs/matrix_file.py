"""The matrix as a file: read strictly, every mistake at its place, and turned into a ``Policy``.

``docs/reference/matrix.md`` describes the language.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from leeway.core.policy import Policy
from leeway.packs.matrix_reader import MatrixReader, Reading
from leeway.packs.matrix_writer import dump_policy
from leeway.packs.overlays import Overlay, overlay_from, shipped_overlays
from leeway.packs.reader import Node, Problem, Problems, read

__all__ = ["Reading", "check_file", "dump_policy", "load_pack", "load_policy", "pack_files", "read_policy"]


def load_pack(path: Path, *, known_targets: frozenset[str] | None = None) -> Policy:
    """The policy of a pack: a folder with ``matrix.yaml`` (and ``overlays/*.yaml``), or a matrix file.

    Raises ``Problems``, and ``OSError`` when there is nothing to read.
    """
    return read_policy(pack_files(path), known_targets=known_targets).policy


def load_policy(files: Mapping[str, str | bytes], *, known_targets: frozenset[str] | None = None) -> Policy:
    """The policy written in these files (name and text): one matrix, and overlays of the house's own.

    ``known_targets`` are the full names (``team:frontline``) a roster has; without it none is looked up.
    Raises ``Problems`` with every mistake.
    """
    return read_policy(files, known_targets=known_targets).policy


def read_policy(files: Mapping[str, str | bytes], *, known_targets: frozenset[str] | None = None) -> Reading:
    """As ``load_policy``, with the warnings."""
    roots, problems = _roots(files)
    overlays, matrices = dict(shipped_overlays()), []
    for root in roots:
        if _has(root, "overlay"):
            problems += _take_overlay(root, overlays)
        elif _has(root, "matrix"):
            matrices.append(root)
        else:
            problems.append(
                _problem(root.file, 'neither "matrix" nor "overlay"', "the key that says what the file is")
            )
    if len(matrices) != 1 and not problems:
        where = matrices[1].file if matrices else next(iter(files), "matrix.yaml")
        problems.append(
            _problem(where, "a second matrix" if matrices else "no matrix", "one matrix in a pack")
        )
    if problems:
        raise Problems(problems)
    return MatrixReader(matrices[0], known_targets).read(overlays)


def check_file(path: Path, *, known_targets: frozenset[str] | None = None) -> list[Problem]:
    """Everything wrong with a pack, a matrix or an overlay, warnings included; empty when all is well."""
    try:
        files = pack_files(path)
        if len(files) == 1 and _has(root := read(*_only(files)), "overlay"):
            overlay_from(root)
            return []
        return list(read_policy(files, known_targets=known_targets).warnings)
    except Problems as found:
        return list(found.problems)


def pack_files(path: Path) -> dict[str, bytes]:
    """The files of a pack by name, relative to it."""
    if path.is_file():
        return {path.name: path.read_bytes()}
    names = [path / "matrix.yaml", *sorted((path / "overlays").glob("*.yaml"))]
    return {name.relative_to(path).as_posix(): name.read_bytes() for name in names}


def _only(files: Mapping[str, bytes]) -> tuple[bytes, str]:
    [(name, text)] = files.items()
    return text, name


def _has(root: Node, key: str) -> bool:
    return any(name.raw == key for name, _ in root.lines())


def _problem(file: str, found: str, expected: str) -> Problem:
    return Problem(file, 1, 1, "", found, expected)


def _roots(files: Mapping[str, str | bytes]) -> tuple[list[Node], list[Problem]]:
    roots: list[Node] = []
    problems: list[Problem] = []
    for name, text in files.items():
        try:
            roots.append(read(text, name))
        except Problems as found:
            problems += found.problems
    return roots, problems


def _take_overlay(root: Node, overlays: dict[str, Overlay]) -> list[Problem]:
    try:
        overlay = overlay_from(root)
    except Problems as found:
        return list(found.problems)
    overlays[overlay.name] = overlay
    return []
