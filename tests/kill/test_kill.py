"""Kills the server with SIGKILL under load, at random moments, again and again, and looks at what is left."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import msgspec
import pytest

from leeway.core.events import AnyEvent, CustomerInformed, NoticeIssued
from leeway.core.facts import CustomerRef, MessageReceived
from leeway.store import tokens
from leeway.store.instants import utc_now
from leeway.store.rebuild import differences
from leeway.store.writer.driver import Driver
from leeway.wiring import House

ROUNDS = 20
SENDERS = 4
REPOSITORY = Path(__file__).parent.parent.parent
TEXTS = (
    "Where is my parcel? It was promised for last week.",
    "This is the third time I write. Get me your supervisor, now!",
    "I will cancel my contract if nobody answers today.",
    "Thanks, that helps.",
)


class Server:
    """``leeway serve`` as a process of its own, with everything it starts."""

    def __init__(self, environment: dict[str, str]) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self._process = subprocess.Popen(
            [sys.executable, "-m", "leeway", "serve", "--port", str(self.port)],
            env={**environment, "LEEWAY_LOG": "ERROR"},
            cwd=REPOSITORY,
            start_new_session=True,
        )

    def wait_until_ready(self) -> None:
        while self._process.poll() is None:
            with suppress(OSError, HTTPException):
                connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
                connection.request("GET", "/healthz")
                if connection.getresponse().status == 200:
                    return
            time.sleep(0.02)
        pytest.fail("the server ended by itself")

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


class Sender(threading.Thread):
    """Sends facts one after the other; what got no answer is sent again, as real sources do."""

    def __init__(self, name: str, token: str) -> None:
        super().__init__(daemon=True)
        self._source = name
        self._token = token
        self._server: Server | None = None
        self._done = threading.Event()
        self.acknowledged: list[str] = []
        self.answers: Counter[int] = Counter()

    def against(self, server: Server | None) -> None:
        self._server = server

    def finish(self) -> None:
        self._done.set()
        self.join()

    def run(self) -> None:
        number = 0
        connection: HTTPConnection | None = None
        while not self._done.is_set():
            server = self._server
            if server is None:
                self._done.wait(0.01)
                continue
            if connection is None or connection.port != server.port:
                connection = HTTPConnection("127.0.0.1", server.port, timeout=5)
            fact = self._fact(number)
            try:
                headers = {"authorization": f"Bearer {self._token}", "content-type": "application/json"}
                connection.request("POST", "/api/v1/facts", msgspec.json.encode(fact), headers)
                answer = connection.getresponse()
                answer.read()
            except (OSError, HTTPException):
                connection = None
                self._done.wait(0.01)
                continue
            self.answers[answer.status] += 1
            if answer.status in (200, 201):
                self.acknowledged.append(fact.id)
                number += 1

    def _fact(self, number: int) -> MessageReceived:
        conversation = number // 15
        return MessageReceived(
            id=f"{self._source}-{number}",
            at=utc_now(),
            interaction=f"{self._source}-{conversation}",
            author="customer",
            text=TEXTS[number % len(TEXTS)],
            customer=CustomerRef(f"{self._source}-{conversation}"),
        )


def _wait_for_answers(senders: list[Sender], at_most: float = 30) -> None:
    """Until there are more new answers than senders: only then is the server under load."""
    before = sum(len(sender.acknowledged) for sender in senders)
    end = time.monotonic() + at_most
    while sum(len(sender.acknowledged) for sender in senders) - before <= SENDERS and time.monotonic() < end:
        time.sleep(0.01)


@pytest.mark.kill
@pytest.mark.timeout(600)
@pytest.mark.slow
def test_a_server_killed_under_load_loses_nothing_it_acknowledged(
    house: House, database_url: str, tmp_path: Path
):
    token = tokens.issue(house.driver(), "kill", ["facts:write"], by="test", at=utc_now())
    house.close()
    environment = {**os.environ, "DATABASE_URL": database_url, "LEEWAY_HOME": str(tmp_path)}
    chance = random.Random(20)
    senders = [Sender(f"s{number}", token) for number in range(SENDERS)]
    for sender in senders:
        sender.start()
    for _ in range(ROUNDS):
        server = Server(environment)
        try:
            server.wait_until_ready()
            for sender in senders:
                sender.against(server)
            _wait_for_answers(senders)  # a busy machine may take long to the first ones
            time.sleep(chance.uniform(0.0, 0.4))
        finally:
            server.kill()
        for sender in senders:
            sender.against(None)
    for sender in senders:
        sender.finish()

    driver = house.driver()
    acknowledged = [name for sender in senders for name in sender.acknowledged]
    answers = sum((sender.answers for sender in senders), Counter[int]())
    assert set(answers) <= {200, 201}
    assert len(acknowledged) > ROUNDS * SENDERS
    assert_every_fact_is_there_once(driver, acknowledged)
    assert_everything_to_be_told_is_in_the_outbox(driver)
    assert (
        driver.select(
            "select id from leeway_case where status in ('open', 'paused') and (owner = '' or wake_at is null)"
        )
        == []
    )
    assert list(differences(driver)) == []


def assert_every_fact_is_there_once(driver: Driver, acknowledged: list[str]) -> None:
    kept = Counter(
        name for (name,) in driver.select("select source_id from leeway_fact where source = 'api'")
    )
    assert not [name for name in acknowledged if kept[name] != 1]
    assert max(kept.values()) == 1


def assert_everything_to_be_told_is_in_the_outbox(driver: Driver) -> None:
    keys = [key for (key,) in driver.select('select "key" from leeway_outbox')]
    assert len(keys) == len(set(keys))
    read = msgspec.json.Decoder(AnyEvent).decode
    rows = driver.select(
        "select case_id, body from leeway_event where kind in ('notice_issued', 'customer_informed')"
    )
    for case, body in rows:
        match read(body):
            case NoticeIssued(notice=notice):
                assert {f"{case}:{notice.key}:{person}" for person in notice.to} <= set(keys)
            case CustomerInformed(message=message):
                assert f"{case}:{message.key}" in keys
