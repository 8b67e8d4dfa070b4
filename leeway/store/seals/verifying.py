"""Checks a case file by itself: no house, no network, nothing but hashing. Says what it proves and what it does not."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import msgspec

from leeway.store.rebuild import relinked
from leeway.store.seals.case_file import FORMAT, FORMAT_VERSION, CaseFile, ProvenFact, transcript
from leeway.store.seals.checking import Head
from leeway.store.seals.tree import root_from


class Unreadable(ValueError):
    """The file is no case file this program can read; says why."""


class Verdict(msgspec.Struct, frozen=True):
    """``holds``: nothing contradicts the file. ``wrong`` says what does, ``proved`` and ``not_proved`` what follows.

    ``first_broken`` is the number of the first fact that does not fit, 0 when all do.
    """

    holds: bool
    case: int
    facts: int
    wrong: tuple[str, ...]
    proved: tuple[str, ...]
    not_proved: tuple[str, ...]
    first_broken: int = 0


def read(data: bytes) -> CaseFile:
    try:
        file = msgspec.json.decode(data, type=CaseFile)
    except (msgspec.DecodeError, UnicodeDecodeError) as bad:
        raise Unreadable(f"This is no case file: {bad}.") from None
    if (file.format, file.version) != (FORMAT, FORMAT_VERSION):
        raise Unreadable(
            f"This file says it is {file.format} version {file.version}; this program reads {FORMAT} 1."
        )
    return file


def verify(file: CaseFile, heads: Collection[Head] = ()) -> Verdict:
    """Checks everything in the file. ``heads`` are published ones, from a place the house could not change."""
    wrong = list(_wrong(file))
    published = next((one for one in heads if file.head and one.seal == file.head.seal), None)
    if (
        published is not None
        and file.head is not None
        and (published.root, published.facts)
        != (
            file.head.root,
            file.head.facts,
        )
    ):
        wrong.append(
            (0, f"The published head of seal {published.seal} is another one: the log was replaced.")
        )
    broken = next((number for number, _ in wrong if number), 0)
    holds = not wrong
    return Verdict(
        holds=holds,
        case=file.case,
        facts=len(file.facts),
        wrong=tuple(says for _, says in wrong),
        proved=tuple(_proved(file, known=published is not None)) if holds else (),
        not_proved=tuple(_not_proved(file, known=published is not None)),
        first_broken=broken,
    )


def _wrong(file: CaseFile) -> Iterator[tuple[int, str]]:
    """What does not fit, with the fact it is about (0: the file as a whole)."""
    if not file.facts:
        yield 0, "There is no fact in this file."
    before = ""
    for seq, one in enumerate(file.facts, 1):
        number = one.leaf.fact
        if one.leaf.case != file.case or one.leaf.seq != seq:
            yield (
                number,
                f"Where fact {seq} of case {file.case} should be is fact {one.leaf.seq} of {one.leaf.case}.",
            )
            return
        digest = _digest(before, one)
        if digest != one.leaf.digest:
            yield (
                number,
                f"Fact {number} (the {seq}. of the case), or what followed from it, is not what was written.",
            )
            return
        before = digest
        says = _place(file, one)
        if says:
            yield number, says
            return
    if transcript(file.facts) != file.transcript:
        yield 0, "The transcript is not what the facts say."


def _digest(before: str, one: ProvenFact) -> str:
    blanked = {part: bytes.fromhex(digest) for part, digest in one.blanked.items()}
    return relinked(before, one.leaf.digest, (one.fact, one.known), one.events, blanked)


def _place(file: CaseFile, one: ProvenFact) -> str:
    """What is wrong with the fact's way to the root; empty when nothing is, or it has none."""
    if one.place is None or file.head is None:
        return ""
    path = [bytes.fromhex(step) for step in one.path]
    root = root_from(one.leaf.hash(), one.place, file.head.facts, path)
    if root is None or root.hex() != file.head.root:
        return f"Fact {one.leaf.fact} is not at place {one.place + 1} of the log with this head."
    return ""


def _sealed(file: CaseFile) -> int:
    return sum(one.place is not None for one in file.facts)


def _proved(file: CaseFile, *, known: bool) -> Iterator[str]:
    yield (
        f"The {len(file.facts)} facts of C-{file.case}, what was known at each and what was decided are complete up to "
        "the last of them, in this order, and unchanged since their digests were made."
    )
    if file.head is not None and _sealed(file):
        yield (
            f"{_sealed(file)} of them stand in one log of {file.head.facts} facts with the head "
            f"{file.head.root[:16]}…, sealed {file.head.sealed_at:%Y-%m-%d %H:%M} UTC."
        )
    if known:
        yield "That head is one that was published: the house has not replaced its log since."


def _not_proved(file: CaseFile, *, known: bool) -> Iterator[str]:
    if not known:
        yield (
            "That the head is the one the house published: compare it with one from elsewhere (--head or --notary). "
            "Without that, somebody who wrote the whole log anew would not be noticed."
        )
    young = len(file.facts) - _sealed(file)
    if young:
        yield f"The place in the house's log of the latest {young} facts: they are younger than its last seal."
    gone = sum(bool(one.blanked) for one in file.facts)
    if gone:
        yield f"The erased parts of {gone} facts: only their digests are left, and what stands there now is not proved."
    yield "That nothing was written about the case after the last fact here."
    yield "That what people and programs told the house is true, or that its clock was right."
