"""How well the reader of drafts reads: the work behind ``leeway evaluate drafts``.

The input has one draft a line, everything but ``draft`` optional, amounts in whole units of the currency::

    {"context": [{"from": "customer", "text": "..."}],
     "case": {"open_promises": ["..."], "known_facts": {"order": "A-123"},
              "authority": {"refund": 60, "currency": "EUR"}, "update_due": "2026-11-20T16:00:00Z"},
     "draft": "...", "findings": [{"kind": "no_time", "quote": "..."}]}

A finding is right when a labelled one of its kind has words in common with it in the draft. ``findings`` absent or
"none" says that the draft is fine.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec

from leeway.core.drafts import FINDING_KINDS, DraftContext, DraftPack, Finding, FindingKind, Turn, read_draft
from leeway.core.money import NO_MINOR_UNITS
from leeway.learn.evaluate_cues import BadLine

_EXPECTED = 'a draft as in {"context": [...], "case": {...}, "draft": "...", "findings": [...]}'
_SPEAKERS: dict[str, Literal["customer", "agent", "bot", "system"]] = {
    "customer": "customer",
    "agent": "agent",
    "bot": "bot",
    "system": "system",
}


class LineTurn(msgspec.Struct, frozen=True, rename={"speaker": "from"}):
    text: str
    speaker: str = "customer"


class LineCase(msgspec.Struct, frozen=True):
    open_promises: list[str] | None = None
    known_facts: dict[str, str | int | float | None] | None = None
    authority: dict[str, str | int | float | None] | None = None
    update_due: datetime | None = None
    now: datetime | None = None


class Label(msgspec.Struct, frozen=True):
    kind: str
    quote: str = ""


class LabelledDraft(msgspec.Struct, frozen=True):
    """One line of the input."""

    draft: str
    context: list[LineTurn] | None = None
    case: LineCase | None = None
    findings: list[Label] | Literal["none"] | None = None

    @property
    def labels(self) -> tuple[Label, ...]:
        return tuple(self.findings) if isinstance(self.findings, list) else ()


class KindReport(msgspec.Struct, frozen=True):
    """``tp`` counts findings a label agrees with; ``missed`` (fn) labels no finding agrees with.

    ``precision`` and ``recall`` are None where there is nothing to divide by.
    """

    precision: float | None
    recall: float | None
    tp: int
    fp: int
    fn: int


class DraftReport(msgspec.Struct, frozen=True):
    """``fine_with_finding`` is the share of drafts without a label that got a finding."""

    drafts: int
    labelled: int
    fine: int
    fine_with_finding: float | None
    overall: KindReport
    kinds: dict[FindingKind, KindReport]


_decoder = msgspec.json.Decoder(LabelledDraft)


def evaluate_drafts_file(path: Path, out: Path | None, pack: DraftPack) -> DraftReport:
    """Read every draft of a file; with ``out`` write one JSON line with the findings per draft there.

    Raises ``BadLine`` at the first line that is not as expected, ``OSError`` when a file can't be opened.
    """
    with path.open("rb") as lines:
        rows = list(read_lines(lines, str(path)))
    found = [read_draft(pack, row.draft, context_of(row)) for row in rows]
    if out is not None:
        out.write_bytes(b"".join(msgspec.json.encode(_written(findings)) + b"\n" for findings in found))
    return report(rows, found)


def read_lines(lines: Iterable[bytes], file: str) -> Iterator[LabelledDraft]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield read_line(line, file, number)


def read_line(line: bytes, file: str, number: int) -> LabelledDraft:
    """One line of the input, checked. Raises ``BadLine``."""
    try:
        row = _decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as trouble:
        raise BadLine(file, number, f"{_EXPECTED} ({trouble})") from None
    for label in row.labels:
        if label.kind not in FINDING_KINDS:
            raise BadLine(
                file, number, f"a kind of finding, one of {', '.join(FINDING_KINDS)} (not {label.kind!r})"
            )
    for turn in row.context or ():
        if turn.speaker not in _SPEAKERS:
            raise BadLine(file, number, f'"from" as customer, agent, bot or system (not {turn.speaker!r})')
    return row


def context_of(row: LabelledDraft) -> DraftContext:
    """The matter of a line as the reader takes it."""
    turns = tuple(Turn(_SPEAKERS[turn.speaker], turn.text) for turn in row.context or ())
    case = row.case
    if case is None:
        return DraftContext(turns=turns)
    currency = str((case.authority or {}).get("currency") or "")
    return DraftContext(
        turns=turns,
        open_promises=tuple(case.open_promises or ()),
        known_facts={key: str(value) for key, value in (case.known_facts or {}).items() if value is not None},
        authority=_minor_units(case.authority, currency) if case.authority is not None else None,
        currency=currency,
        update_due=_aware(case.update_due),
        now=_aware(case.now),
    )


def _minor_units(authority: dict[str, str | int | float | None], currency: str) -> dict[str, int]:
    factor = 1 if currency in NO_MINOR_UNITS else 100
    return {
        name: round(value * factor)
        for name, value in authority.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }


def _aware(at: datetime | None) -> datetime | None:
    return at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at


def report(rows: list[LabelledDraft], found: list[tuple[Finding, ...]]) -> DraftReport:
    """Figures over all drafts, per kind and together."""
    kinds = {kind: _counted(rows, found, {kind}) for kind in FINDING_KINDS}
    fine = [findings for row, findings in zip(rows, found, strict=True) if not row.labels]
    return DraftReport(
        drafts=len(rows),
        labelled=len(rows) - len(fine),
        fine=len(fine),
        fine_with_finding=round(sum(map(bool, fine)) / len(fine), 4) if fine else None,
        overall=_counted(rows, found, set(FINDING_KINDS)),
        kinds=kinds,
    )


def _counted(
    rows: list[LabelledDraft], found: list[tuple[Finding, ...]], counted: AbstractSet[str]
) -> KindReport:
    right = wrong = seen = missed = 0
    for row, findings in zip(rows, found, strict=True):
        for finding in findings:
            if finding.kind in counted:
                agreed = any(agrees(row.draft, finding, label) for label in row.labels)
                right, wrong = right + agreed, wrong + (not agreed)
        for label in row.labels:
            if label.kind in counted:
                met = any(agrees(row.draft, finding, label) for finding in findings)
                seen, missed = seen + met, missed + (not met)
    return KindReport(
        precision=round(right / (right + wrong), 4) if right + wrong else None,
        recall=round(seen / (seen + missed), 4) if seen + missed else None,
        tp=right,
        fp=wrong,
        fn=missed,
    )


def agrees(draft: str, finding: Finding, label: Label) -> bool:
    """The same kind, and words in common. A label without a quote that stands in the draft means all of it."""
    if finding.kind != label.kind:
        return False
    if not label.quote or label.quote not in draft:
        return True
    at = draft.find(label.quote)
    while at >= 0:
        if finding.start < at + len(label.quote) and at < finding.end:
            return True
        at = draft.find(label.quote, at + 1)
    return False


def _written(findings: tuple[Finding, ...]) -> dict[str, list[dict[str, str]]]:
    return {
        "findings": [
            {"kind": finding.kind, "quote": finding.quote, "suggestion": finding.suggestion}
            for finding in findings
        ]
    }
