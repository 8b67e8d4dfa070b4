"""The live part of Watch as a server answers it itself: everybody gets what they may see, made once."""

from __future__ import annotations

import asyncio
import gzip
from dataclasses import dataclass, field
from typing import Any

import pytest

from leeway.web.watch.native import WatchLive

pytest_plugins = ["tests.web.console"]
pytestmark = pytest.mark.db


@dataclass
class Answer:
    status: int = 0
    headers: dict[bytes, bytes] = field(default_factory=dict)
    body: bytes = b""

    @property
    def text(self) -> str:
        return gzip.decompress(self.body).decode()


@dataclass
class Server:
    """As many of its paths as are asked here; pages answer with a way to sign in."""

    console: Any
    newest: int = 0

    async def _pages(self, scope: Any, receive: Any, send: Any) -> None:
        del scope, receive
        await send({"type": "http.response.start", "status": 302, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    def ask(self, *people: str, query: str = "") -> list[Answer]:
        """All of them at once."""
        cookies = [self._cookies(person) for person in people]
        live = WatchLive(lambda: self._pages, lambda: self.newest)

        async def together() -> list[Answer]:
            return list(await asyncio.gather(*(self._ask(live, one, query) for one in cookies)))

        return asyncio.run(together())

    def _cookies(self, person: str) -> bytes:
        client = self.console.as_(person)
        return "; ".join(f"{name}={one.value}" for name, one in client.cookies.items()).encode()

    async def _ask(self, live: WatchLive, cookies: bytes, query: str) -> Answer:
        answer = Answer()
        headers = [(b"cookie", cookies), (b"accept-encoding", b"gzip"), (b"accept-language", b"en")]
        scope = {"type": "http", "method": "GET", "path": "/watch/live", "query_string": query.encode()}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                answer.status, answer.headers = message["status"], dict(message["headers"])
            answer.body += message.get("body", b"")

        await live({**scope, "headers": headers}, None, send)
        return answer


@pytest.fixture
def server(console):
    console.writes("This is ridiculous, I want to speak to your supervisor now!", customer="dana")
    return Server(console)


def test_people_who_see_the_same_get_the_same_picture(server):
    priya, omar = server.ask("priya", "omar")
    assert priya.status == omar.status == 200
    assert "Dana" in priya.text
    assert priya.body == omar.body


def test_nobody_sees_cases_that_are_not_theirs(server):
    (felix,) = server.ask("felix")
    assert felix.status == 200
    assert "Dana" not in felix.text


def test_whoever_is_not_signed_in_is_led_to_the_pages(server):
    (nobody,) = server.ask("")
    assert nobody.status == 302


def test_it_is_kept_by_nobody_and_runs_nothing(server):
    (priya,) = server.ask("priya")
    assert priya.headers[b"cache-control"] == b"no-store"
    assert b"default-src 'none'" in priya.headers[b"content-security-policy"]


def test_it_says_how_far_it_has_read(server):
    (priya,) = server.ask("priya", query="mine=1&level=nonsense")
    assert 'data-newest="1"' in priya.text
