"""How often somebody may try: a window of time per key, kept in this process."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from datetime import datetime, timedelta


class Limit:
    """At most ``most`` tries in ``window`` for one key. Keys not heard of for longest are forgotten first."""

    def __init__(self, most: int, window: timedelta, keys: int = 10_000) -> None:
        self._most = most
        self._window = window
        self._keys = keys
        self._tries: OrderedDict[str, deque[datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def allows(self, key: str, now: datetime) -> bool:
        """Counts this try, unless it is one too many."""
        with self._lock:
            tries = self._tries.setdefault(key, deque())
            self._tries.move_to_end(key)
            while tries and now - tries[0] >= self._window:
                tries.popleft()
            if len(self._tries) > self._keys:
                self._tries.popitem(last=False)
            if len(tries) >= self._most:
                return False
            tries.append(now)
            return True
