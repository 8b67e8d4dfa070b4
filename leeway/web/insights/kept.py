"""Figures are worked out once a minute at most, however many people look."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from leeway.web import house

SECONDS = 60
Value = TypeVar("Value")

_lock = threading.Lock()
_of: Any = None
_minute = -1
_figures: dict[Hashable, Any] = {}


def kept(key: Hashable, work_out: Callable[[], Value]) -> Value:
    """The value for this key from this minute, or a new one. Another house, another minute: everything is forgotten."""
    global _of, _minute
    here, minute = house.house(), int(house.now().timestamp() // SECONDS)
    with _lock:
        if _of is not here or _minute != minute:
            _of, _minute = here, minute
            _figures.clear()
        if key in _figures:
            return _figures[key]
    value = work_out()
    with _lock:
        if _of is here and _minute == minute:
            _figures[key] = value
    return value
