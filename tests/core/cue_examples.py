"""Labelled sentences, and how many of their labels a pack gets right."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec
import yaml

from leeway import languages
from leeway.core.cue import CUE_KINDS, Cue
from leeway.core.cues import is_alert_worthy, read_cues

ENGLISH = Path(__file__).parent / "cues_examples.yaml"
SPANISH = Path(__file__).parents[1] / "languages" / "cues_examples_es.yaml"


class Example(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    text: str
    expect: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()
    alert: bool | None = None
    held_out: bool = False


@dataclass
class Score:
    found: int = 0
    missed: int = 0
    false: int = 0
    alerts_right: int = 0
    alerts_wrong: int = 0

    @property
    def recall(self) -> float:
        return self.found / (self.found + self.missed)

    @property
    def precision(self) -> float:
        return self.found / (self.found + self.false)

    @property
    def alerts(self) -> float:
        return self.alerts_right / (self.alerts_right + self.alerts_wrong)


def load_examples(path: Path) -> list[Example]:
    examples = msgspec.convert(yaml.safe_load(path.read_text("utf-8")), list[Example])
    labels = {kind for example in examples for kind in example.expect + example.forbid}
    assert labels <= CUE_KINDS, f"no such kinds: {labels - CUE_KINDS}"
    return examples


def score(language: str, examples: list[Example]) -> Score:
    pack = languages.load(language).cues
    total = Score()
    for example in examples:
        _count(total, example, read_cues(pack, example.text))
    return total


def _count(total: Score, example: Example, cues: tuple[Cue, ...]) -> None:
    kinds = {cue.kind for cue in cues}
    total.found += len(kinds.intersection(example.expect))
    total.missed += len(set(example.expect) - kinds)
    total.false += len(kinds.intersection(example.forbid))
    if example.alert is not None:
        right = is_alert_worthy(cues) is example.alert
        total.alerts_right += right
        total.alerts_wrong += not right
