"""The same messages through VADER, which gives a number for each and no reasons."""

from __future__ import annotations

import time

from vaderSentiment.vaderSentiment import (
    SentimentIntensityAnalyzer,
)

from bench.messages import texts
from bench.part import Measures, answer

_read = SentimentIntensityAnalyzer().polarity_scores
_texts = texts(10_000)


def measure(*, count: int) -> Measures:
    begun = time.process_time()
    for text in _texts[:count]:
        _read(text)
    return {"n": count, "cpu_ms": 1000 * (time.process_time() - begun)}


if __name__ == "__main__":
    answer(measure)
