"""What one look for a suggestion costs: from a conversation as it stands in its case to zero to three suggestions.

Every moment of ``tests/learn/moments`` after its last turn, with the cues that were read when the message came in, as
the workspace has them; what ``decide`` costs is not in it.
"""

from __future__ import annotations

import time
from pathlib import Path

from bench.part import Measures, answer
from leeway import wiring
from leeway.core.cues import read_cues
from leeway.core.guidance import Spoken, View, guide
from leeway.learn.evaluate_moments import START, House, read_line, view_at

FILE = Path(__file__).resolve().parents[2] / "tests" / "learn" / "moments" / "tuning.jsonl"

_house = House(wiring.sample_world(START), wiring.playbooks)


def _with_cues(view: View) -> View:
    pack = view.language.cues
    turns = [
        Spoken(
            one.id,
            one.author,
            one.text,
            one.at,
            read_cues(pack, one.text) if one.author == "customer" else None,
        )
        for one in view.turns
    ]
    return View(view.case, tuple(turns), view.policy, view.language, view.wording, view.now, view.customer)


_views = [
    _with_cues(view_at(_house, read_line(line, FILE.name, number, _house.levels())))
    for number, line in enumerate(FILE.read_bytes().splitlines(), 1)
]
for _view in _views:  # known paths, as in a process that has run for an hour
    guide(_view)


def measure(*, count: int) -> Measures:
    each = []
    for number in range(count):
        view = _views[number % len(_views)]
        begun = time.process_time()
        guide(view)
        each.append(1000 * (time.process_time() - begun))
    each.sort()
    return {
        "n": count,
        "cpu_ms": sum(each),
        "p50_ms": each[len(each) // 2],
        "p99_ms": each[len(each) * 99 // 100],
    }


if __name__ == "__main__":
    answer(measure)
