"""The callers: some connections that are kept open, each sending its next request when it has its answer.

One thread over plain sockets, requests built before the clock starts: what a caller costs is taken from the same
machine as the server, so it has to be little.
"""

from __future__ import annotations

import json
import selectors
import socket
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from bench.messages import fact, interleaved
from bench.part import Measures, answer

AGENTS = 40
_so_far = 0
"""Conversations used up by earlier rounds."""


def turns(count: int, at_once: int) -> Iterator[dict[str, Any]]:
    global _so_far  # noqa: PLW0603 - rounds go on where the last one stopped
    first = _so_far
    _so_far += count
    now = datetime.now(UTC)
    for number, turn in enumerate(islice(interleaved(first, at_once), count)):
        yield fact(turn, key=f"{first}-{number}", at=now, by=f"agent{turn.conversation % AGENTS}")


def facts(count: int, connections: int, **_: Any) -> list[bytes]:
    """One message a request. A conversation keeps to one connection, as its turns do in life."""
    at_once = connections * 4
    return [json.dumps(told).encode() for told in turns(count, at_once)]


def ndjson(count: int, lines: int, **_: Any) -> list[bytes]:
    """``lines`` messages a request."""
    told = [json.dumps(one).encode() for one in turns(count * lines, 60)]
    return [b"\n".join(told[start : start + lines]) for start in range(0, len(told), lines)]


def followups(count: int, ticket: int, **_: Any) -> list[bytes]:
    """The peer's way of adding a message to a ticket."""
    return [
        json.dumps(
            {"ticket": ticket, "user": 1, "title": "Comment", "comment": told["text"], "public": True}
        ).encode()
        for told in turns(count, 16)
    ]


KINDS: dict[str, Callable[..., list[bytes]]] = {"facts": facts, "ndjson": ndjson, "followups": followups}


class Caller:
    """One connection and the requests it has yet to send."""

    def __init__(self, host: str, port: int, requests: list[bytes]) -> None:
        self.socket = socket.create_connection((host, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._requests = iter(requests)
        self._answer = b""
        self.sent_at = 0.0

    def send_next(self) -> bool:
        request = next(self._requests, None)
        if request is None:
            return False
        self._answer = b""
        self.sent_at = time.perf_counter()
        self.socket.sendall(request)
        return True

    def read(self) -> bytes:
        """The whole answer, or nothing yet."""
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError(f"the server hung up after {self._answer[:300]!r}")
        self._answer += data
        head, blank, body = self._answer.partition(b"\r\n\r\n")
        return self._answer if blank and len(body) >= _length(head) else b""


def _length(head: bytes) -> int:
    _, found, rest = head.lower().partition(b"content-length:")
    return int(rest.partition(b"\r\n")[0]) if found else 0


def measure(
    *, kind: str, host: str, port: int, path: str, headers: dict[str, str], connections: int, **how: Any
) -> Measures:
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    bodies = KINDS[kind](connections=connections, **how)
    requests = [
        f"POST {path} HTTP/1.1\r\nHost: {host}:{port}\r\n{head}Content-Length: {len(body)}\r\n\r\n".encode()
        + body
        for body in bodies
    ]
    callers = [Caller(host, port, requests[place::connections]) for place in range(connections)]
    begun = time.perf_counter()
    waits, refused = _run(callers)
    seconds = time.perf_counter() - begun
    waits.sort()
    return {
        "n": len(waits),
        "seconds": seconds,
        "bytes": sum(map(len, bodies)) / len(bodies),
        "refused": len(refused),
        "first_refusal": refused[0][:300].decode("utf-8", "replace") if refused else "",
        **{
            f"p{part}_ms": 1000 * waits[min(len(waits) - 1, len(waits) * part // 100)]
            for part in (50, 95, 99)
        },
    }


def _run(callers: list[Caller]) -> tuple[list[float], list[bytes]]:
    waits: list[float] = []
    refused: list[bytes] = []
    selector = selectors.DefaultSelector()
    for caller in callers:
        if caller.send_next():
            selector.register(caller.socket, selectors.EVENT_READ, caller)
    while selector.get_map():
        for key, _ in selector.select():
            caller = key.data
            told = caller.read()
            if not told:
                continue
            waits.append(time.perf_counter() - caller.sent_at)
            if told[9:10] != b"2":
                refused.append(told)
            if not caller.send_next():
                selector.unregister(caller.socket)
                caller.socket.close()
    return waits, refused


if __name__ == "__main__":
    answer(measure)
