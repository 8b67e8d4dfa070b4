"""Makes the languages ready that nobody has needed yet, so that no message waits for its words to be compiled.

A phrase becomes a pattern when a message first holds its word; each takes milliseconds, and a language has hundreds.
One at a time with a pause behind it, callers do not feel them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from leeway.core.drafts import DraftPack
from leeway.core.world import Language

AFTER_SECONDS = 3.0
"""The house opens first."""

PAUSE_SECONDS = 0.01


class ReadingAhead:
    """A service of its own thread, which ends by itself."""

    def __init__(
        self,
        languages: Mapping[str, Language],
        drafts: Callable[[str], DraftPack | None] = lambda code: None,  # noqa: ARG005 - no reader of drafts
        *,
        after_seconds: float = AFTER_SECONDS,
    ) -> None:
        self._languages = languages
        self._drafts = drafts
        self._after = after_seconds
        self._ended = threading.Event()

    def run(self) -> None:
        self._ended.wait(self._after)
        for code, language in self._languages.items():
            drafts = self._drafts(code)
            for rule in [*language.phrases.rules(), *(drafts.rules() if drafts else ())]:
                if self._ended.is_set():
                    return
                if not rule.compiled:
                    rule.compile()
                    self._ended.wait(PAUSE_SECONDS)

    def stop(self) -> None:
        self._ended.set()
