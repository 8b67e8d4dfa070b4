"""The matrix as text in the browser: checked at every press, mistakes at their line, published with a note."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from leeway import publishing
from leeway.core.policy import Policy
from leeway.core.refusals import Refusal
from leeway.core.roster import Roster
from leeway.packs.matrix_file import dump_policy
from leeway.packs.reader import Problem, Problems
from leeway.packs.roster_file import dump_roster
from leeway.store.queries import documents
from leeway.web import house

MATRIX_FILE = "matrix.yaml"
ROSTER_FILE = "roster.yaml"
LONGEST = 1_000_000

Kind = Literal["policy", "roster"]


@dataclass(frozen=True, slots=True)
class Marked:
    """A problem with the line it stands in, cut at its column, and the lines around. ``also`` are the other lines with
    the same: a level that was renamed in one place is one mistake, however many rules lead there.
    """

    problem: Problem
    before: str
    good: str
    bad: str
    after: str
    also: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """``document`` is None when there are errors; warnings do not stop it."""

    document: Any
    source: str
    marked: list[Marked]

    @property
    def errors(self) -> int:
        return sum(one.problem.severity == "error" for one in self.marked)


def check_matrix(text: str, roster: Roster) -> Checked:
    try:
        read = publishing.read_matrix({MATRIX_FILE: text}, roster)
    except Problems as found:
        return Checked(None, text, marked(text, found.problems))
    return Checked(read.document, read.source, marked(text, read.warnings))


def check_roster(text: str) -> Checked:
    try:
        read = publishing.read_roster(text, ROSTER_FILE, now=house.now())
    except Problems as found:
        return Checked(None, text, marked(text, found.problems))
    return Checked(read.document, read.source, marked(text, read.warnings))


def marked(text: str, problems: tuple[Problem, ...]) -> list[Marked]:
    lines = text.splitlines() or [""]
    same: dict[tuple[str, ...], list[Problem]] = {}
    for problem in problems:
        key = (problem.severity, problem.found, problem.hint or problem.expected)
        same.setdefault(key, []).append(problem)
    return [_marked(lines, *group) for group in same.values()]


def _marked(lines: list[str], problem: Problem, *more: Problem) -> Marked:
    at = min(max(problem.line, 1), len(lines)) - 1
    line, column = lines[at], max(problem.column, 1) - 1
    end = _word_end(line, column)
    before = lines[at - 1] if at else ""
    after = lines[at + 1] if at + 1 < len(lines) else ""
    also = tuple(one.line for one in more)
    return Marked(problem, before, line[:column], line[column:end], _rest(line, end, after), also)


def _rest(line: str, end: int, after: str) -> str:
    return f"{line[end:]}\n{after}" if after else line[end:]


def _word_end(line: str, column: int) -> int:
    """To the end of the value that begins here; a mistake at the end of a line marks nothing."""
    end = column
    while end < len(line) and line[end] not in ",]}#":
        end += 1
    return len(line[:end].rstrip()) if end > column else end


def matrix_text(policy: Policy, roster: Roster) -> str:
    """The matrix in force as its author wrote it; written anew when that text is not one file."""
    source = documents.source("policy", policy.version)
    if source:
        checked = check_matrix(source, roster)
        if checked.document is not None and dump_policy(checked.document) == _at_version(
            policy, checked.document
        ):
            return source
    return dump_policy(policy)


def _at_version(policy: Policy, like: Policy) -> str:
    from msgspec.structs import replace  # noqa: PLC0415 - beside its one use

    return dump_policy(replace(policy, version=like.version))


def roster_text(roster: Roster) -> str:
    """The roster in force as its author wrote it, or written anew after it was changed by a form."""
    return documents.source("roster", roster.version) or dump_roster(roster)


class Overtaken(Refusal):
    """Somebody else published while this one was being written."""

    def __init__(self, version: int, by: str) -> None:
        who = by or "somebody"
        super().__init__(
            f"Version {version} was put in force by {who} while you were writing. Nothing of yours is lost: look at "
            "what differs below, then publish again.",
            field="seen",
            code="overtaken",
        )


def publish(document: Policy | Roster, source: str, *, seen: int, by: str, note: str) -> int:
    """Puts it in force when ``seen`` still is; raises ``Overtaken`` otherwise."""
    kind: Kind = "policy" if isinstance(document, Policy) else "roster"
    driver = house.house().driver()
    try:
        return publishing.publish(driver, document, source, at=house.now(), note=note, by=by, instead_of=seen)
    except publishing.NotInForce as late:
        newest = documents.versions(kind, most=1)[0]
        raise Overtaken(late.version, newest.by) from None
    finally:
        driver.close()
