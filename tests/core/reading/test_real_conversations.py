"""Promises in real agents' words. The conversations are calm service dialogues: promises there are rare."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from scoring import AT, BERLIN

from leeway.core.reading.prepared import prepare
from leeway.core.reading.promise_words import find_promises

SHARED = Path(os.environ.get("LEEWAY_SHARED") or Path(__file__).parents[4] / "shared")
DIALOGUES = SHARED / "data" / "uss" / "SGD.txt"


@pytest.mark.skipif(
    not DIALOGUES.exists(), reason=f"needs the real dialogues ({DIALOGUES.name}), which are not shipped"
)
def test_promises_are_rare_in_calm_conversations(english):
    with DIALOGUES.open(encoding="utf-8") as lines:
        said = [line.split("\t")[1] for line in lines if line.startswith("SYSTEM\t")]
    promising = [text for text in said if find_promises(prepare(text, english, "agent"), at=AT, zone=BERLIN)]
    assert len(said) > 10_000
    assert 1 <= len(promising) <= len(said) // 200
