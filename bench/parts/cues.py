"""How many messages a second the English cue pack reads on one core."""

from __future__ import annotations

import time

from bench.messages import texts
from bench.part import Measures, answer
from leeway import languages
from leeway.core.cues import read_cues

_pack = languages.load("en").cues
_texts = texts(10_000)
for _text in _texts:  # known paths, as in a process that has run for an hour
    read_cues(_pack, _text)


def measure(*, count: int) -> Measures:
    begun = time.process_time()
    for text in _texts[:count]:
        read_cues(_pack, text)
    return {"n": count, "cpu_ms": 1000 * (time.process_time() - begun)}


if __name__ == "__main__":
    answer(measure)
