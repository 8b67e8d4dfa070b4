"""Expected refusals: what somebody asked for is not done, and the sentence that tells them what to do instead."""

from __future__ import annotations


class Refusal(Exception):
    """One clear sentence for the person who asked; ``field`` points at what was wrong, ``code`` is for programs."""

    def __init__(self, sentence: str, *, field: str = "", code: str = "refused") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field
        self.code = code


class MovedOn(Refusal):
    """The case changed since the person looked at it."""

    def __init__(
        self, sentence: str = "This case has changed since you looked at it. Look again, then decide."
    ) -> None:
        super().__init__(sentence, field="seen", code="moved_on")
