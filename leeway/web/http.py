"""As much HTTP as the native paths need: reading a body within a limit, answering with JSON."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, MutableMapping
from typing import Any

import msgspec

from leeway.web.problem import Problem

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = Iterable[tuple[bytes, bytes]]

JSON = b"application/json"
PROBLEM_JSON = b"application/problem+json"


class TooLarge(Exception):
    """The body is longer than this path takes."""


class Gone(Exception):
    """The client went away before it had said everything."""


def header(scope: Scope, name: bytes) -> bytes:
    """The value of a request header, empty when it was not sent."""
    return next((bytes(value) for key, value in scope["headers"] if key == name), b"")


async def chunks(receive: Receive) -> AsyncIterator[bytes]:
    """The body as it arrives. Raises ``Gone``."""
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        yield message.get("body", b"")
        more = message.get("more_body", False)


async def whole_body(scope: Scope, receive: Receive, limit: int) -> bytes:
    """The body, at most ``limit`` bytes. Raises ``TooLarge`` as soon as that is known, and ``Gone``."""
    announced = header(scope, b"content-length")
    if announced.isdigit() and int(announced) > limit:
        raise TooLarge
    body = bytearray()
    async for chunk in chunks(receive):
        body += chunk
        if len(body) > limit:
            raise TooLarge
    return bytes(body)


async def answer(send: Send, status: int, body: object, *, kind: bytes = JSON, headers: Headers = ()) -> None:
    data = msgspec.json.encode(body)
    head = [(b"content-type", kind), (b"content-length", str(len(data)).encode()), *headers]
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": data})


async def answer_problem(send: Send, what: Problem, *, headers: Headers = ()) -> None:
    await answer(send, what.status, what, kind=PROBLEM_JSON, headers=headers)
