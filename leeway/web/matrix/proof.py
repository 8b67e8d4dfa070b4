"""The proof of a draft, beside its differences: holes at their lines, what was proved, the worst cases."""

from __future__ import annotations

from dataclasses import dataclass

from leeway import proving
from leeway.core.policy import Policy
from leeway.core.roster import Roster
from leeway.prove.findings import Finding, Proof
from leeway.prove.words import length
from leeway.web import house
from leeway.web.matrix import editing


@dataclass(frozen=True, slots=True)
class Hole:
    """A hole, and whether its line is one of the text that is being written."""

    finding: Finding
    here: bool


@dataclass(frozen=True, slots=True)
class Shown:
    proof: Proof
    holes: list[Hole]
    worst: list[tuple[str, str, str, str]]


def shown(document: Policy, text: str, roster: Roster) -> Shown:
    """The proof from now on for a year. It takes about a second, so only who presses a button gets one."""
    proof = proving.proof_of(
        document,
        roster,
        start=house.now(),
        matrix={editing.MATRIX_FILE: text},
        roster_files={editing.ROSTER_FILE: editing.roster_text(roster)},
    )
    holes = [
        Hole(one, one.where.file == editing.MATRIX_FILE and one.where.line > 0) for one in proof.findings
    ]
    worst = [(one.what, length(one.seconds), one.local, one.words) for one in proof.worst_case.values()]
    return Shown(proof, holes, worst)


def with_reason(note: str, found: Shown, reason: str) -> str:
    """The note of a version that was published in spite of its holes: how many, and why."""
    holes = len(found.holes)
    return f"{note} (published with {holes} hole{'s' * (holes != 1)}: {reason})" if holes else note
