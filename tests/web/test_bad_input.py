"""Bad input against a real server: a clear answer, nothing changed, and the next caller is served as before."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests import houses

pytestmark = pytest.mark.db

JSON = "application/json"
NDJSON = "application/x-ndjson"
STARTS_WITHIN_SECONDS = 60

_test = 0


@dataclass
class Server:
    """A running `leeway serve` and a program that talks to it."""

    client: httpx.Client
    environment: dict[str, str]

    def post(self, body: bytes, kind: str = JSON) -> httpx.Response:
        return self.client.post("/api/v1/facts", content=body, headers={"content-type": kind})

    def fact(self, **fields: Any) -> httpx.Response:
        return self.post(json.dumps(fact(**fields)).encode())

    def log(self) -> int:
        """How many facts of callers there are; those of the clock come by themselves."""
        cases = self.client.get("/api/v1/cases", params={"size": 200}).json()["cases"]
        return sum(
            entry["fact"].get("source") != "clock"
            for case in cases
            for entry in self.client.get(f"/api/v1/cases/{case['id']}/log", params={"size": 200}).json()[
                "log"
            ]
        )


def fact(**fields: Any) -> dict[str, Any]:
    usual = {
        "fact": "message",
        "id": f"m{time.monotonic_ns()}",
        "at": datetime.now(UTC).isoformat(),
        "interaction": f"chat-{_test}",
        "author": "customer",
        "text": "Where is my parcel?",
        "customer": {"id": f"ana-{_test}"},
    }
    return {name: value for name, value in {**usual, **fields}.items() if value is not ...}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def url(model_house: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One house for all of these: starting a server is what takes time here."""
    if not houses._server_url():
        file = tmp_path_factory.mktemp("bad-input") / "leeway.db"
        shutil.copy(model_house, file)
        yield f"sqlite:///{file}"
        return
    name = f"leeway_bad_input_{os.getpid()}"
    houses._on_server(f"create database {name} template {model_house}")
    yield houses._url_of(name)
    houses._on_server(f"drop database {name} with (force)")


@pytest.fixture(scope="module")
def server(url: str, tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("home")
    environment = {**os.environ, "DATABASE_URL": url, "LEEWAY_HOME": str(home)}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    command = [sys.executable, "-m", "leeway"]
    port = free_port()
    with subprocess.Popen(
        [*command, "serve", "--port", str(port)], cwd=repository, env=environment
    ) as process:
        try:
            token = subprocess.run(
                [*command, "token", "create", "tests", "--scope", "admin"],
                cwd=repository,
                env=environment,
                capture_output=True,
                text=True,
                check=True,
            ).stdout.strip()
            headers = {"authorization": f"Bearer {token}"}
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=30) as client:
                _wait(client)
                yield Server(client, environment)
        finally:
            process.terminate()
            assert process.wait(timeout=20) == 0


@pytest.fixture(autouse=True)
def own_conversation() -> None:
    """Every test speaks of a customer and a conversation of its own."""
    global _test  # noqa: PLW0603
    _test += 1


def _wait(client: httpx.Client) -> None:
    give_up = time.monotonic() + STARTS_WITHIN_SECONDS
    while True:
        try:
            if client.get("/healthz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        assert time.monotonic() < give_up, "the server did not start"
        time.sleep(0.1)


def refused(answer: httpx.Response, status: int, field: str = "") -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["detail"]
    if field:
        assert [error["field"] for error in told["errors"]] == [field]


DAY = timedelta(days=1)

BODIES: list[tuple[str, bytes, int, str]] = [
    ("no JSON", b"{", 400, ""),
    ("nothing at all", b"", 400, ""),
    ("a list", b"[]", 422, "$"),
    ("depth", b"[" * 200_000, 422, ""),
    ("an unknown field", json.dumps(fact(colour="red")).encode(), 422, "$"),
    ("an unknown kind", json.dumps(fact(fact="sneeze")).encode(), 422, "$.fact"),
    ("a number for a text", json.dumps(fact(text=5)).encode(), 422, "$.text"),
    ("no instant", json.dumps(fact(at="yesterday")).encode(), 422, "$.at"),
    ("an instant without a zone", json.dumps(fact(at="2026-03-02T10:00:00")).encode(), 422, "$.at"),
    ("no id", json.dumps(fact(id=...)).encode(), 422, "$"),
    ("a NUL", json.dumps(fact(text="a\x00b")).encode(), 422, "$.text"),
    ("a NUL in an id", json.dumps(fact(id="a\x00b")).encode(), 422, "$.id"),
    ("bytes that are no text", b'{"fact":"message","id":"\xff\xfe"}', 422, "$"),
    ("half a character", json.dumps(fact(text="\ud800")).encode(), 422, ""),
    ("ten megabytes", json.dumps(fact(text="x" * 10_000_000)).encode(), 413, ""),
    ("a text too long", json.dumps(fact(text="x" * 200_000)).encode(), 422, "$.text"),
    ("an unknown case", json.dumps(fact(case=99, interaction=...)).encode(), 404, "$.case"),
    ("a case beyond all numbers", json.dumps(fact(case=2**80, interaction=...)).encode(), 404, "$.case"),
    (
        "no place it belongs to",
        json.dumps(fact(interaction=..., customer=...)).encode(),
        422,
        "$.interaction",
    ),
    (
        "nobody's conversation",
        json.dumps(fact(interaction="chat-9", customer=...)).encode(),
        422,
        "$.customer",
    ),
]


def test_what_cannot_be_taken_is_refused_clearly_and_changes_nothing(server: Server):
    assert server.fact(interaction="chat-0", customer={"id": "ana-0"}).status_code == 201
    before = server.log()
    for name, body, status, field in BODIES:
        answer = server.post(body)
        refused(answer, status, field)
        assert server.client.get("/healthz").json()["status"] == "ok", name
    refused(server.post(b"<fact/>", "text/xml"), 415)
    refused(server.post(json.dumps(fact()).encode(), ""), 415)
    refused(server.client.get("/api/v1/facts"), 405)
    refused(server.client.post("/api/v1/facts", json=fact(), headers={"authorization": "Bearer no"}), 401)
    assert server.log() == before
    assert server.fact().status_code == 201


def test_what_looks_odd_and_is_right_is_taken(server: Server):
    texts = [
        "שלום 4711",
        "مرحبا",
        "\u202eabc\u202c",
        "🎈" * 1_000,
        "<script>alert(1)</script>",
        "'; drop table x; --",
        "",
    ]
    for text in texts:
        answer = server.fact(text=text)
        assert answer.status_code == 201
    page = server.client.get(f"/api/v1/cases/{answer.json()['case']}/messages").json()
    assert [message["text"] for message in page["messages"]] == texts
    assert server.client.get("/api/v1/cases", params={"q": "%_\\'\""}).status_code == 200


def test_clocks_a_day_off_are_noted_and_do_no_harm(server: Server):
    now = datetime.now(UTC)
    number = server.fact(at=(now + DAY).isoformat()).json()["case"]
    assert server.fact(at=(now - DAY).isoformat()).json()["case"] == number
    log = server.client.get(f"/api/v1/cases/{number}/log").json()["log"]
    ours = [entry for entry in log if entry["fact"].get("source") != "clock"]
    assert [entry["skewed"] for entry in ours] == [True, False]
    assert datetime.fromisoformat(ours[0]["at"]) < now + timedelta(minutes=5)
    case = server.client.get(f"/api/v1/cases/{number}").json()
    assert case["messages"] == 2
    assert datetime.fromisoformat(case["last_message_at"]) < now + timedelta(minutes=5)


def test_deliveries_doubled_late_and_out_of_order_come_to_the_same(server: Server):
    now = datetime.now(UTC) - timedelta(hours=1)
    facts = [
        fact(id=f"o{place}", at=(now + timedelta(minutes=place)).isoformat(), text=f"{place}")
        for place in range(6)
    ]
    for place in (0, 3, 1, 3, 5, 0, 2, 4, 4):
        answer = server.post(json.dumps(facts[place]).encode())
        assert answer.status_code in (200, 201)
    assert server.client.get(f"/api/v1/cases/{answer.json()['case']}").json()["messages"] == 6


def test_facts_for_a_closed_case_are_kept_and_answered(server: Server):
    path = f"/api/v1/cases/{server.fact().json()['case']}"
    done = server.client.post(f"{path}/resolve", json={"by": "tom", "how": "found", "final": True})
    assert done.status_code == 201, done.text
    assert server.client.get(path).json()["status"] == "closed"
    refused(server.client.post(f"{path}/accept", json={"by": "mallory"}), 422, "$.by")
    answer = server.client.post(f"{path}/pause", json={"by": "tom", "cause": "waiting_for_customer"})
    assert answer.json()["events"] == ["set_aside"]
    assert server.client.get(path).json()["status"] == "closed"
    assert server.fact(text="It broke again").status_code == 201
    assert server.client.get("/healthz").status_code == 200


def test_one_bad_line_in_a_long_stream_is_refused_alone(server: Server):
    lines = [json.dumps(fact(id=f"s{place}", text=f"line {place}")).encode() for place in range(2_000)]
    lines[700] = b'{"fact":"message","id":'
    lines[1_200] = json.dumps(fact(at="soon")).encode()
    report = server.post(b"\n".join(lines), NDJSON).json()
    assert report["accepted"] == 1_998
    assert [(line["line"], line["field"]) for line in report["refused"]] == [(701, "$"), (1_201, "$.at")]
    (case,) = server.client.get("/api/v1/cases", params={"customer": f"ana-{_test}"}).json()["cases"]
    assert server.client.get(f"/api/v1/cases/{case['id']}").json()["messages"] == 1_998


def test_callers_who_hang_up_or_talk_nonsense_disturb_nobody(server: Server):
    host, port = server.client.base_url.host, server.client.base_url.port
    for words in (
        b"\x16\x03\x01\x00\xa5\x01",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /api/v1/facts HTTP/1.1\r\nhost: x\r\ncontent-length: 500\r\n\r\n{",
    ):
        with socket.create_connection((host, port), timeout=5) as caller:
            caller.sendall(words)
    assert server.fact().status_code == 201
    refused(server.client.get("/api/v1/nothing"), 404)
    refused(server.client.get("/api/v1/cases/" + "9" * 50), 404)


def test_a_file_of_nonsense_is_imported_as_nothing_and_told(server: Server, tmp_path: Path, repository: Path):
    good = {
        "id": "c1",
        "customer": {"id": "u1"},
        "messages": [{"at": "2026-01-05T10:00:00Z", "from": "customer", "text": "hi"}],
    }
    file = tmp_path / "mixed.jsonl"
    file.write_bytes(
        b"{\n\xff\xff\n[]\n"
        + json.dumps(good).encode()
        + b"\n"
        + json.dumps({**good, "id": 5}).encode()
        + b"\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "leeway", "import", "conversations", str(file), "--json"],
        cwd=repository,
        env=server.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    report = json.loads(done.stdout)
    assert (report["conversations"], report["messages"], report["refused"]) == (1, 1, 4)
    told = [json.loads(line) for line in Path(report["refused_file"]).read_text().splitlines()]
    assert [(one["line"], one["field"]) for one in told] == [(1, "$"), (2, "$"), (3, "$"), (5, "$.id")]
    assert server.client.get("/healthz").status_code == 200
