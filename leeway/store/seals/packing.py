"""The case file on disk: one JSON document, or a zip with the transcript beside it for people."""

from __future__ import annotations

import zipfile
from pathlib import Path

import msgspec

from leeway.store.seals.case_file import CaseFile
from leeway.store.seals.verifying import Unreadable, read

INSIDE = "case.json"
LARGEST = 500_000_000
"""Bytes a case file may unpack to; more is a bomb, not a case."""

READ_ME = """This is the complete record of one case, with a proof that nobody changed it.

case.json       everything: facts, what was known, what was decided, digests
transcript.txt  what was said, for reading

Check it with:  leeway verify {name}
The format is in Leeway's ADR 11; any program that can compute SHA-256 can check it.
"""


def pack(file: Path, made: CaseFile) -> None:
    data = msgspec.json.encode(made)
    if file.suffix != ".zip":
        file.write_bytes(data)
        return
    lines = [f"{line.at:%Y-%m-%d %H:%M:%S} UTC  {line.who}: {line.text}" for line in made.transcript]
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(INSIDE, data)
        archive.writestr("transcript.txt", "\n".join(lines) + "\n")
        archive.writestr("README.txt", READ_ME.format(name=file.name))


def unpack(file: Path) -> CaseFile:
    """Raises ``Unreadable``."""
    data = file.read_bytes()
    if not data.startswith(b"PK"):
        return read(data)
    try:
        with zipfile.ZipFile(file) as archive:
            if archive.getinfo(INSIDE).file_size > LARGEST:
                raise Unreadable(f"{INSIDE} in this archive is larger than any case.")
            return read(archive.read(INSIDE))
    except (zipfile.BadZipFile, KeyError) as bad:
        raise Unreadable(f"This archive holds no case file: {bad}.") from None
