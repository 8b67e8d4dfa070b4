"""Shouting: capitals against the length of what is written, and marks in threes."""

from __future__ import annotations

import re

from leeway.core.cue import Cue

_CAPITAL_WORDS = re.compile(
    # Two or more neighbouring words of capitals. Digits end a run: order codes are not shouted.
    r"(?<![^\W_])[^\W\d_a-z']{2,}(?:[ ,.!?'\u2019-]+[^\W\d_a-z']+)+(?![^\W_])"
)
_SOME_CAPITALS = re.compile(r"[^\W\d_a-z]{3}")
_MARKS = re.compile(r"[!?]{2,}")

FEWEST_CAPITALS = 10
"""Letters in a run of capitals. Fewer are a postcode, a code or an abbreviation: "USA PIN"."""
FEWEST_LONG_WORDS = 2
"""Words of at least four letters in a run: "FAQ PDF SMS USB" is not shouted."""


def find_shouting(text: str) -> list[Cue]:
    """Runs of capitals and of exclamation marks, with offsets into ``text``."""
    cues: list[Cue] = []
    if "!" in text or "?" in text:
        cues.extend(_marks_cue(text, mark) for mark in _MARKS.finditer(text) if _is_loud(mark.group()))
    if _SOME_CAPITALS.search(text):
        cues.extend(
            _capitals_cue(text, run) for run in _CAPITAL_WORDS.finditer(text) if _is_shouted(run.group())
        )
    return cues


def _is_loud(marks: str) -> bool:
    """Three in a row, or surprise and protest in one: "!!!", "???", "?!". Two question marks are only a question."""
    return len(marks) >= 3 or len(set(marks)) == 2


def _is_shouted(run: str) -> bool:
    words = [word for word in re.findall(r"[^\W\d_]+", run) if word.isupper()]
    return (
        sum(map(len, words)) >= FEWEST_CAPITALS and sum(len(word) >= 4 for word in words) >= FEWEST_LONG_WORDS
    )


def _capitals_cue(text: str, run: re.Match[str]) -> Cue:
    letters = sum(map(str.isalpha, run.group()))
    all_letters = sum(map(str.isalpha, text))
    share = letters / all_letters
    # Somebody who always types in capitals is not angry; the run says more the longer it is.
    strength = min(0.45 + 0.006 * letters + 0.15 * share, 0.9)
    return _cue(text, run.start(), run.end(), strength)


def _marks_cue(text: str, mark: re.Match[str]) -> Cue:
    return _cue(text, mark.start(), mark.end(), min(0.25 + 0.07 * len(mark.group()), 0.7))


def _cue(text: str, start: int, end: int, strength: float) -> Cue:
    return Cue("shouting", round(strength, 3), text[start:end], start, end)
