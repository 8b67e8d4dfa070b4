"""What many people look at is made once: fifty open pages cost one rendering when something happens, not fifty."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Any

KEPT = 64


class _Made:
    """One thing that is being made or has been."""

    __slots__ = ("done", "lock", "thing")

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.done = False
        self.thing: Any = None


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

    def _place(self, of: object, key: Hashable) -> _Made:
        with self._lock:
            if self._of is not of:
                self._of, self._made = of, {}
            if key not in self._made:
                while len(self._made) >= KEPT:
                    del self._made[next(iter(self._made))]
                self._made[key] = _Made()
            return self._made[key]
