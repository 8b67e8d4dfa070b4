"""The twin that only prints. For trying out, and for tests."""

from __future__ import annotations

import sys
from typing import TextIO


class PrintingModel:
    """Answers with the text it was asked to word, an apology made warmer, and prints that it was asked."""

    name = "printing twin"

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stderr

    def complete(self, system: str, prompt: str, *, most_tokens: int) -> str:
        del system, most_tokens
        _, _, text = prompt.partition("TEXT:\n")
        self._out.write(f"a model would be asked to word: {text[:200]}\n")
        return text.replace("I am sorry", "I am really sorry").replace("Lo siento", "Lo siento mucho")
