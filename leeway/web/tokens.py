"""Who may use the API: bearer tokens with scopes, looked up in memory.

The list is read again at most every two seconds, so that a revoked token stops working within that time in
every process; a token we have not heard of makes us look again (at most twice a second, and the request waits for
it), so that a new one works from its first request.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping

from leeway.store.tokens import LiveToken, hashed
from leeway.web.http import Scope, header
from leeway.web.problem import Problem, problem

log = logging.getLogger(__name__)

OLD_AFTER_SECONDS = 2.0
UNKNOWN_LOOK_SECONDS = 0.5
MARK_EVERY_SECONDS = 60.0
"""How exactly "last used" is kept. Each mark is a commit, and commits belong to the facts."""

Tokens = Mapping[str, LiveToken]


class Gate:
    """``read`` fetches all live tokens and notes which were used since; it is called in a thread."""

    def __init__(self, read: Callable[[frozenset[int]], Tokens]) -> None:
        self._read = read
        self._tokens: Tokens = {}
        self._read_at = float("-inf")
        self._by_secret: dict[str, LiveToken] = {}
        self._used: set[int] = set()
        self._marked_at = float("-inf")
        self._reading: asyncio.Task[None] | None = None
        self._marking: asyncio.Task[None] | None = None

    async def admit(self, scope: Scope, needed: str) -> LiveToken | Problem:
        """The token that came with the request, when it carries the scope ``needed``; else what to answer."""
        words = header(scope, b"authorization").decode("latin-1").split()
        if len(words) != 2 or words[0].lower() != "bearer":
            return problem(401, "no_token", "Send a token: `Authorization: Bearer lw_...`.")
        token = await self._find(words[1])
        if token is None:
            return problem(401, "unknown_token", "This token is not known here, or was revoked.")
        if not token.may(needed):
            return problem(403, "scope_missing", f"The token {token.name!r} lacks the scope {needed!r}.")
        self._mark(token)
        return token

    async def _find(self, secret: str) -> LiveToken | None:
        age = time.monotonic() - self._read_at
        if age > OLD_AFTER_SECONDS:
            await self._refresh()
        token = self._known(secret)
        if token is None and age <= OLD_AFTER_SECONDS:
            await asyncio.sleep(max(0.0, UNKNOWN_LOOK_SECONDS - age))
            if time.monotonic() - self._read_at >= UNKNOWN_LOOK_SECONDS:  # nobody else looked meanwhile
                await self._refresh()
            token = self._known(secret)
        return token

    def _mark(self, token: LiveToken) -> None:
        """Its use is written down soon: at once after a while without any, else within a minute."""
        self._used.add(token.id)
        if self._marking is None:
            wait = max(0.0, MARK_EVERY_SECONDS - (time.monotonic() - self._marked_at))
            self._marking = asyncio.ensure_future(self._mark_after(wait))

    async def _mark_after(self, seconds: float) -> None:
        try:
            await asyncio.sleep(seconds)
            await self._refresh()
        except Exception:  # the database is away: the next use tries again
            log.warning("the use of tokens could not be written down", exc_info=True)
        finally:
            self._marking = None

    def _known(self, secret: str) -> LiveToken | None:
        token = self._by_secret.get(secret)
        if token is None:
            token = self._tokens.get(hashed(secret))
            if token is not None:
                self._by_secret[secret] = token  # spares the hash; as large as the list of tokens at most
        return token

    async def _refresh(self) -> None:
        """Reads once, however many requests are waiting for it."""
        if self._reading is None:
            self._reading = asyncio.ensure_future(self._read_again())
        await asyncio.shield(self._reading)

    async def _read_again(self) -> None:
        used: frozenset[int] = frozenset()
        if self._used and time.monotonic() - self._marked_at >= MARK_EVERY_SECONDS:
            used, self._used = frozenset(self._used), set()
            self._marked_at = time.monotonic()
        try:
            self._tokens = await asyncio.to_thread(self._read, used)
            self._by_secret = {}
            self._read_at = time.monotonic()
        finally:
            self._reading = None


def challenge(what: Problem) -> list[tuple[bytes, bytes]]:
    """The header that goes with a 401."""
    return [(b"www-authenticate", b'Bearer realm="leeway"')] if what.status == 401 else []
