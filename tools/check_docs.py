"""Checks that the documents lead where they say.

    python tools/check_docs.py

Every relative link in a Markdown file of ours meets a file (and a heading, where it names one); every
``./run`` command a document shows is one that ``./run`` knows. Addresses on the web are left alone: a check
that needs the network fails for reasons that are nobody's fault.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")
COMMAND = re.compile(r"(?<![\w/.])\./run +([a-z][a-z-]*)")
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)


def documents(root: Path) -> list[Path]:
    """The Markdown files a reader of the repository meets."""
    return sorted([*root.glob("*.md"), *(root / "docs").rglob("*.md"), *(root / "leeway").rglob("*.md")])


def check(root: Path) -> list[str]:
    """One line for each link or command that leads nowhere."""
    commands = known_commands((root / "run").read_text(encoding="utf-8"))
    return [problem for document in documents(root) for problem in _problems(root, document, commands)]


def known_commands(run: str) -> frozenset[str]:
    """The commands of ``./run``, read from the list it prints."""
    return frozenset(re.findall(r"^#: +\./run ([a-z]+)", run, re.MULTILINE))


def headings(text: str) -> frozenset[str]:
    """The names a link uses for headings: lower case, hyphens for spaces, no punctuation."""
    titles = re.findall(r"^#+ +(.+?) *#*$", FENCE.sub("", text), re.MULTILINE)
    return frozenset(re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles)


def _problems(root: Path, document: Path, commands: frozenset[str]) -> Iterator[str]:
    text = document.read_text(encoding="utf-8")
    name = document.relative_to(root)
    for target in LINK.findall(FENCE.sub("", text)):
        if (
            "://" not in target
            and not target.startswith("mailto:")
            and not _leads_somewhere(document, target)
        ):
            yield f"{name}: the link {target} leads nowhere"
    for command in sorted(set(COMMAND.findall(text)) - commands):
        yield f"{name}: there is no ./run {command}"


def _leads_somewhere(document: Path, target: str) -> bool:
    path, _, heading = target.partition("#")
    meant = document.parent / path if path else document
    if not meant.exists():
        return False
    return not heading or meant.suffix != ".md" or heading in headings(meant.read_text(encoding="utf-8"))


def main() -> int:
    """Prints what is wrong and returns 1 when anything is."""
    problems = check(ROOT)
    print("\n".join(problems) if problems else f"{len(documents(ROOT))} documents lead where they say")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
