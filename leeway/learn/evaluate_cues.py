"""How well a cue pack tells upset messages from calm ones: the work behind ``leeway evaluate cues``.

The input has one message a line: {"text": "...", "label": 1} (1 upset, 0 not). Other fields are ignored.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

import msgspec

from leeway.core.cue import CueKind
from leeway.core.cues import CuePack, is_alert_worthy, read

BATCH = 2_000
"""Lines scored at a time, so that a file of any size fits the memory (only scores and labels are kept)."""


class BadLine(ValueError):
    """A line can't be used. Carries the file and the line number."""

    def __init__(self, file: str, line: int, expected: str) -> None:
        super().__init__(f"{file}:{line}: expected {expected}")
        self.file = file
        self.line = line
        self.expected = expected


class LabelledText(msgspec.Struct, frozen=True):
    text: str
    label: int


class ScoredLine(msgspec.Struct, frozen=True):
    """What the pack says of one message: how upset (0 to 1), whether alert-worthy, which kinds of cues."""

    score: float
    alert: bool
    cues: tuple[CueKind, ...]


class EvaluationReport(msgspec.Struct, frozen=True):
    """``auc`` and ``average_precision`` are None when all messages have the same label: there is nothing to rank.

    ``messages_per_second`` is reading alone, of the first messages, by the processor time of one core of this machine
    and with a pack that has seen them before.
    """

    messages: int
    upset: int
    auc: float | None
    average_precision: float | None
    alerts: int
    messages_per_second: float


_EXPECTED = '{"text": "...", "label": 0 or 1}'
_line_decoder = msgspec.json.Decoder(LabelledText)


def evaluate_file(path: Path, scores_path: Path | None, pack: CuePack) -> EvaluationReport:
    """Score every line of a file; with ``scores_path`` write one JSON line per message there.

    Raises ``BadLine`` at the first line that is not as expected, ``OSError`` when a file can't be opened.
    """
    with path.open("rb") as lines:
        if scores_path is None:
            return evaluate(lines, pack, file=str(path))
        with scores_path.open("wb") as out:
            return evaluate(lines, pack, file=str(path), scores=_Writer(out.write))


def evaluate(
    lines: Iterable[bytes], pack: CuePack, *, file: str = "input", scores: _Writer | None = None
) -> EvaluationReport:
    """The same over any lines of JSON. ``file`` is the name used in error messages."""
    found: list[float] = []
    labels: list[int] = []
    alerts = 0
    speed = 0.0
    for batch in _batches(lines, file):
        scored = [score_text(pack, row.text) for row in batch]
        found.extend(line.score for line in scored)
        labels.extend(row.label for row in batch)
        alerts += sum(line.alert for line in scored)
        speed = speed or _messages_per_second(pack, batch)
        if scores is not None:
            scores.write(scored)
    return EvaluationReport(
        messages=len(labels),
        upset=sum(labels),
        auc=area_under_curve(found, labels),
        average_precision=average_precision(found, labels),
        alerts=alerts,
        messages_per_second=round(speed, 1),
    )


def _messages_per_second(pack: CuePack, batch: Sequence[LabelledText]) -> float:
    """Measured at the second reading: a fresh pack still works out its automaton, a running server's has."""
    started = time.process_time()
    for row in batch:
        read(pack, row.text)
    seconds = time.process_time() - started
    return len(batch) / seconds if seconds else 0.0


def score_text(pack: CuePack, text: str) -> ScoredLine:
    reading = read(pack, text)
    kinds = tuple(sorted({cue.kind for cue in reading.cues}))
    return ScoredLine(reading.score, is_alert_worthy(reading.cues), kinds)


def read_line(line: bytes, file: str, number: int) -> LabelledText:
    """One line of the input, checked. Raises ``BadLine``."""
    try:
        row = _line_decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as trouble:
        raise BadLine(file, number, f"{_EXPECTED} ({trouble})") from None
    if row.label not in (0, 1):
        raise BadLine(file, number, f"{_EXPECTED} (label is {row.label})")
    return row


def area_under_curve(scores: Sequence[float], labels: Sequence[int]) -> float | None:
    """Probability that a random upset message scores above a random calm one; a tie counts half."""
    upset = sum(labels)
    calm = len(labels) - upset
    if not upset or not calm:
        return None
    rank_sum = 0.0
    before = 0
    for ties in _from_lowest(scores, labels):
        mean_rank = before + (len(ties) + 1) / 2
        rank_sum += mean_rank * sum(ties)
        before += len(ties)
    return (rank_sum - upset * (upset + 1) / 2) / (upset * calm)


def average_precision(scores: Sequence[float], labels: Sequence[int]) -> float | None:
    """Mean precision over the recall steps, from the highest score down; equal scores are one step."""
    upset = sum(labels)
    if not upset or upset == len(labels):
        return None
    total = 0.0
    found = 0
    looked_at = 0
    for ties in reversed(list(_from_lowest(scores, labels))):
        looked_at += len(ties)
        found += sum(ties)
        total += sum(ties) * found / looked_at
    return total / upset


class _Writer:
    """Writes scored lines as JSON Lines."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write
        self._encoder = msgspec.json.Encoder()

    def write(self, scored: Sequence[ScoredLine]) -> None:
        self._write(self._encoder.encode_lines(scored))


def _batches(lines: Iterable[bytes], file: str) -> Iterator[list[LabelledText]]:
    batch: list[LabelledText] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        batch.append(read_line(line, file, number))
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _from_lowest(scores: Sequence[float], labels: Sequence[int]) -> Iterator[list[int]]:
    """Labels in groups of equal score, the lowest score first."""
    ranked = sorted(zip(scores, labels, strict=True))
    for _, group in groupby(ranked, key=lambda pair: pair[0]):
        yield [label for _, label in group]
