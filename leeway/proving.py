"""From files or documents to a proof: what is read, where it stands, and the minute it starts from."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import msgspec

from leeway import publishing
from leeway.core.policy import Policy
from leeway.core.roster import Roster
from leeway.packs.matrix_file import dump_policy, pack_files
from leeway.packs.places import Spot, places_in
from leeway.packs.reader import Problem
from leeway.packs.roster_file import dump_roster
from leeway.prove.check import prove
from leeway.prove.findings import Example, Finding, Place, Places, Proof
from leeway.prove.ground import YEAR

SHIPPED = Path(__file__).parent / "packs" / "shipped"
SHIPPED_ROSTER = SHIPPED / "roster.example.yaml"
MATRIX_NAMES = ("matrix.yaml",)
ROSTER_NAMES = ("roster.yaml", "roster.example.yaml")

Files = Mapping[str, str | bytes]


class Given(msgspec.Struct, frozen=True):
    """The files to prove, by the names findings shall use."""

    matrix: dict[str, bytes]
    roster: dict[str, bytes]
    sample: bool = False
    """Whether no roster was found with the matrix, so that the sample that ships with Leeway stands in."""


def shipped_packs() -> tuple[str, ...]:
    return tuple(sorted(path.parent.name for path in SHIPPED.glob("*/matrix.yaml")))


def given(pack: str, roster: Path | None) -> Given:
    """The files of a folder, a matrix file, or a shipped pack's name. Raises ``OSError`` when one is not there."""
    path = Path(pack)
    shipped = not path.exists() and pack in shipped_packs()
    if shipped:
        path = SHIPPED / pack
    folder = path if path.is_dir() else path.parent
    base = _shown(path if path.is_dir() else path.parent)
    named = {str(base / name): text for name, text in pack_files(path).items()}
    beside = roster or _beside(folder) or _beside(folder.parent) or SHIPPED_ROSTER
    is_sample = roster is None and beside == SHIPPED_ROSTER and not shipped
    return Given(named, {str(_shown(beside)): beside.read_bytes()}, is_sample)


def _shown(path: Path) -> Path:
    """As short as the reader's own folder allows."""
    try:
        return path.resolve().relative_to(Path.cwd())
    except ValueError:
        return path


def _beside(folder: Path) -> Path | None:
    return next((folder / name for name in ROSTER_NAMES if (folder / name).is_file()), None)


def prove_files(
    files: Given, *, start: datetime, days: int = 365, public_address: bool | None = None
) -> tuple[Proof, tuple[Problem, ...]]:
    """The proof of these files, and what a careful reader would ask. Raises ``Problems`` when they can't be read."""
    [(roster_name, roster_text)] = files.roster.items()
    roster = publishing.read_roster(roster_text, roster_name, now=start).document
    read = publishing.read_matrix(files.matrix, roster)
    proof = proof_of(
        read.document,
        roster,
        start=start,
        days=days,
        matrix=files.matrix,
        roster_files=files.roster,
        public_address=public_address,
    )
    return proof, read.warnings


def proof_of(
    policy: Policy,
    roster: Roster,
    *,
    start: datetime,
    days: int = 365,
    matrix: Files | None = None,
    roster_files: Files | None = None,
    public_address: bool | None = None,
) -> Proof:
    """The proof of documents that are read already; without their files lines are those of the files we would write."""
    begun = time.process_time()
    places = Places(
        _as_places(places_in(matrix or {"matrix.yaml": dump_policy(policy)})),
        _as_places(places_in(roster_files or {"roster.yaml": dump_roster(roster)})),
    )
    proof = prove(
        policy,
        roster,
        start=start,
        length=timedelta(days=days) if days else YEAR,
        places=places,
        public_address=public_address,
    )
    linked = tuple(_linked(finding) for finding in proof.findings)
    seconds = round(time.process_time() - begun, 3)
    return msgspec.structs.replace(proof, findings=linked, seconds=seconds)


def _as_places(spots: Mapping[str, Spot]) -> dict[str, Place]:
    return {path: Place(spot.file, spot.line, spot.column) for path, spot in spots.items()}


# "Who would get this?"


def _linked(finding: Finding) -> Finding:
    example = finding.example
    if not (example.situation or example.at):
        return finding
    link = f"/matrix/who?{urlencode(asked(example), doseq=True)}"
    return msgspec.structs.replace(finding, example=msgspec.structs.replace(example, link=link))


def asked(example: Example) -> dict[str, object]:
    """The example as the tester's form asks for it; columns the form does not have are left out."""
    said = dict(example.situation)
    fields: dict[str, object] = {
        name: said[name]
        for name in (
            "cue",
            "tier",
            "channel",
            "language",
            "region",
            "contacts_30d",
            "attempts",
            "refused",
            "trend",
            "feeling",
            "product",
            "reopened",
            "unanswered",
            "people_explained_to",
            "times_explained",
            "event",
            "renewal_in",
            "patience",
            "rating",
            "brand",
            "wants",
        )
        if said.get(name) not in (None, "", [])
    }
    for column in ("waiting", "age"):
        if column in said:
            fields[column] = said[column]
    if said.get("same_matter"):
        fields["same_matter"] = "on"
    if said.get("promise"):
        fields["promise"] = said["promise"][0]
    if "risk" in said:
        fields["risk"] = round(said["risk"] * 100)
    if said.get("offer_needed"):
        fields["asks_for"] = f"{said['offer_needed'] / 100:.2f}"
    if example.level:
        fields["level"] = example.level
    if example.at is not None:
        fields["minute"] = f"{example.at:%Y-%m-%dT%H:%MZ}"
    return fields
