"""The reader of drafts: what an agent is about to send, read in its matter before it goes out."""

from __future__ import annotations

from collections.abc import Iterator

from leeway.core.drafts.asked import find_asked_again
from leeway.core.drafts.context import DraftContext
from leeway.core.drafts.finding import Finding
from leeway.core.drafts.jargon import find_jargon
from leeway.core.drafts.missing import find_missing
from leeway.core.drafts.pack import DraftPack
from leeway.core.drafts.promised import find_over_promises
from leeway.core.drafts.said import find_said
from leeway.core.drafts.sheet import Sheet

MOST_FINDINGS = 12
"""More marks than that help nobody."""


def read_draft(pack: DraftPack, draft: str, context: DraftContext | None = None) -> tuple[Finding, ...]:
    """What the draft had better say otherwise, in the order of the text. Takes any text and never raises."""
    sheet = Sheet(pack, draft, context or DraftContext())
    found = list(_without_doubles(_all(sheet)))
    found.sort(key=lambda finding: (finding.start, finding.end, finding.kind))
    return tuple(found[:MOST_FINDINGS])


def _all(sheet: Sheet) -> Iterator[Finding]:
    said = [*find_over_promises(sheet), *find_said(sheet)]
    yield from said
    yield from find_asked_again(sheet)
    yield from find_jargon(sheet)
    yield from find_missing(sheet, said)


def _without_doubles(findings: Iterator[Finding]) -> Iterator[Finding]:
    """One finding of a kind for the same words; a refusal that brushes off is told once, as what is worse."""
    kept: list[Finding] = []
    for finding in sorted(findings, key=lambda one: one.kind == "negative_phrasing"):
        same = {finding.kind, "dismissive"} if finding.kind == "negative_phrasing" else {finding.kind}
        if not any(other.kind in same and _overlap(finding, other) for other in kept):
            kept.append(finding)
            yield finding


def _overlap(one: Finding, other: Finding) -> bool:
    return one.start < other.end and other.start < one.end
