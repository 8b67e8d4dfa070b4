"""What many people look at is made once: fifty open pages cost one rendering when something happens, not fifty."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from typing import Any

KEPT = 64
REST = 100
"""What took a second to make is good for this many seconds, however short it was to be kept."""


class _Made:
    """One thing that is being made or has been."""

    __slots__ = ("at", "done", "lock", "thing", "took")

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.done = False
        self.thing: Any = None
        self.at = self.took = 0.0


class Shared:
    """Things by key, the latest ``KEPT``. Who comes while one is being made waits for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: dict[Hashable, _Made] = {}
        self._of: object = None

    def get(self, of: object, key: Hashable, make: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever is made
        """The thing under this key. ``of`` is the house it belongs to: another one has other things."""
        made = self._place(of, key)
        with made.lock:
            if not made.done:
                made.thing = make()
                made.done = True
        return made.thing

    def get_for(self, of: object, key: Hashable, seconds: float, now: float, make: Callable[[], Any]) -> Any:  # noqa: ANN401
        """The thing under this key, made anew when it is older than ``seconds``, or than what making it took allows."""
        made = self._place(of, key)
        with made.lock:
            if not made.done or not 0 <= now - made.at < max(seconds, REST * made.took):
                began = time.perf_counter()
                made.thing = make()
                made.took, made.at, made.done = time.perf_counter() - began, now, True
            return made.thing

    def _place(self, of: object, key: Hashable) -> _Made:
        with self._lock:
            if self._of is not of:
                self._of, self._made = of, {}
            if key not in self._made:
                while len(self._made) >= KEPT:
                    del self._made[next(iter(self._made))]
                self._made[key] = _Made()
            return self._made[key]
