"""The floor plan of CONTRIBUTING.md, kept true."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.check_core_purity import check

LINT_IMPORTS = "import sys; from importlinter.cli import lint_imports as lint; sys.exit(lint(no_cache=True))"
REPOSITORY = Path(__file__).resolve().parent.parent
LEEWAY = REPOSITORY / "leeway"

LONGEST_FILE_LINES = 600
LONG_FUNCTION_LINES = 60
LONG_FUNCTIONS_PER_CENT = 4.0

# Code has to fit in a head. Data (packs, lexicons, translations) and what Django writes need not.
CODE = {".py", ".html", ".css", ".js"}

# Addresses of package registries and folders of one machine: a repository works anywhere or nowhere.
BELONGS_TO_ONE_MACHINE = re.compile(
    r"""
    pypi\.org | pythonhosted\.org | registry\.npmjs | proxy\.golang | deb\.debian\.org
    | --(?:extra-)?index-url | --find-links
    | (?<![\w.}/-]) / (?:work|root|farm|opt/wheels) /
    """,
    re.VERBOSE,
)


def rooms() -> list[str]:
    """The folders of leeway/ that hold code."""
    return sorted(folder.name for folder in LEEWAY.iterdir() if folder.is_dir() and any(folder.rglob("*.py")))


def python_files() -> list[Path]:
    return sorted(path for path in LEEWAY.rglob("*.py") if "migrations" not in path.parts)


def tracked_files() -> Iterator[Path]:
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    if listing.returncode:
        pytest.skip("not a git checkout: there is no list of tracked files")
    for name in filter(None, listing.stdout.split("\0")):
        path = REPOSITORY / name
        if path.is_file() and path != Path(__file__).resolve():
            yield path


def test_the_core_is_pure():
    findings = [str(finding) for finding in check(LEEWAY / "core")]
    assert not findings, "\n" + "\n".join(findings)


def test_imports_keep_to_the_floors():
    """In a process of its own: in ours it would silence every logger there is, and later tests listen to them."""
    linted = subprocess.run(
        [sys.executable, "-c", LINT_IMPORTS], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert linted.returncode == 0, linted.stdout + linted.stderr


@pytest.mark.parametrize("room", rooms())
def test_every_room_has_its_tests(room):
    has_tests = any((REPOSITORY / "tests" / room).rglob("test_*.py"))
    assert has_tests, f"leeway/{room} has no tests in tests/{room}"


def test_no_file_needs_more_than_one_head():
    lengths = {
        str(path.relative_to(REPOSITORY)): len(path.read_text(encoding="utf-8").splitlines())
        for path in LEEWAY.rglob("*")
        if path.suffix in CODE and "migrations" not in path.parts
    }
    too_long = {name: lines for name, lines in lengths.items() if lines >= LONGEST_FILE_LINES}
    assert too_long == {}


def test_long_functions_stay_rare():
    functions = [
        (f"{path.relative_to(REPOSITORY)}:{node.lineno} {node.name}", node.end_lineno - node.lineno + 1)
        for path in python_files()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno
    ]
    long = [(where, lines) for where, lines in functions if lines > LONG_FUNCTION_LINES]
    share = 100 * len(long) / len(functions)
    assert share <= LONG_FUNCTIONS_PER_CENT, f"{share:.1f} % of {len(functions)} functions are long: {long}"


def test_nothing_tracked_belongs_to_one_machine():
    found = [
        f"{path.relative_to(REPOSITORY)}:{number}: {line.strip()[:120]}"
        for path in tracked_files()
        for number, line in enumerate(
            path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1
        )
        if BELONGS_TO_ONE_MACHINE.search(line)
    ]
    assert found == []


def test_locks_name_exact_versions_with_hashes_and_nothing_else():
    name = r"[a-z0-9][a-z0-9._-]*(\[[a-z0-9,_-]+\])?"
    line = re.compile(rf"{name}==[^\s;]+( ; [^\\]+)? \\|    --hash=sha256:[0-9a-f]{{64}}( \\)?")
    locks = sorted((REPOSITORY / "requirements").glob("*.lock"))
    assert [lock.name for lock in locks] == ["base.lock", "dev.lock"]
    texts = {lock.name: lock.read_text().splitlines() for lock in locks}
    assert [(lock, text) for lock, lines in texts.items() for text in lines if not line.fullmatch(text)] == []


def test_the_workshop_runs_the_versions_that_ship():
    def pins(name: str) -> set[str]:
        lines = (REPOSITORY / "requirements" / name).read_text().splitlines()
        return {line.removesuffix(" \\") for line in lines if "==" in line and not line.startswith(" ")}

    assert pins("base.lock") - pins("dev.lock") == set()
