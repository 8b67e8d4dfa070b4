"""Who may call: the same tokens that ingest takes, looked up in memory."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping

from django.http import HttpRequest
from ninja.security import HttpBearer

from leeway.store.tokens import LiveToken, hashed
from leeway.web import house
from leeway.web.api.answers import Told
from leeway.web.problem import problem
from leeway.web.tokens import OLD_AFTER_SECONDS, UNKNOWN_LOOK_SECONDS
from leeway.wiring import House, token_reader

Read = Callable[[frozenset[int]], Mapping[str, LiveToken]]
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="leeway"'}


class Tokens:
    """All live tokens, read again at most every two seconds, and soon for one we have not heard of."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._tokens: Mapping[str, LiveToken] = {}
        self._read_at = float("-inf")
        self._used: set[int] = set()
        self._lock = threading.Lock()

    def find(self, secret: str) -> LiveToken | None:
        digest = hashed(secret)
        with self._lock:
            age = time.monotonic() - self._read_at
            if age > OLD_AFTER_SECONDS or (digest not in self._tokens and age > UNKNOWN_LOOK_SECONDS):
                used, self._used = frozenset(self._used), set()
                self._tokens = self._read(used)
                self._read_at = time.monotonic()
            token = self._tokens.get(digest)
            if token is not None:
                self._used.add(token.id)
            return token


_of_house: tuple[House, Tokens] | None = None


def _tokens() -> Tokens:
    """The tokens of the house in use."""
    global _of_house  # noqa: PLW0603 - one house a process, another one only in tests
    here = house.house()
    if _of_house is None or _of_house[0] is not here:
        _of_house = (here, Tokens(token_reader(here)))
    return _of_house[1]


class Scope(HttpBearer):
    """Lets a request in when its token carries this scope."""

    openapi_name = "token"

    def __init__(self, needed: str) -> None:
        super().__init__()
        self.needed = needed

    def __call__(self, request: HttpRequest) -> LiveToken:
        words = request.headers.get("authorization", "").split()
        if len(words) != 2 or words[0].lower() != "bearer":
            raise Told(problem(401, "no_token", "Send a token: `Authorization: Bearer lw_...`."), CHALLENGE)
        return self.authenticate(request, words[1])

    def authenticate(self, request: HttpRequest, token: str) -> LiveToken:  # noqa: ARG002 - ninja's signature
        found = _tokens().find(token)
        if found is None:
            what = problem(401, "unknown_token", "This token is not known here, or was revoked.")
            raise Told(what, CHALLENGE)
        if not found.may(self.needed):
            detail = f"The token {found.name!r} lacks the scope {self.needed!r}."
            raise Told(problem(403, "scope_missing", detail))
        return found


READ_CASES = Scope("cases:read")
WRITE_CASES = Scope("cases:write")
READ_ROSTER = Scope("roster:read")
WRITE_ROSTER = Scope("roster:write")
READ_POLICY = Scope("policy:read")
WRITE_POLICY = Scope("policy:write")
