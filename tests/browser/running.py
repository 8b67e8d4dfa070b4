"""A real server of the product on a free port of this machine, with the seeded house behind it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page

from leeway.demo.cast import PASSWORD

REPOSITORY = Path(__file__).resolve().parent.parent.parent
SECONDS_TO_START = 60
WIDTHS = {1440: 900, 390: 844}


@dataclass
class RunningHouse:
    """``token`` opens the API; ``cases`` are the seeded cases by name."""

    url: str
    home: Path
    token: str
    cases: dict[str, int]
    _signed_in: dict[str, Any] = field(default_factory=dict)

    def tell(self, **fact: Any) -> dict[str, Any]:
        """Hands in one fact through the API, as a connector does."""
        body = {"id": uuid.uuid4().hex, "at": datetime.now(UTC).isoformat(), "source": "test", **fact}
        answer = httpx.post(
            f"{self.url}/api/v1/facts",
            json=body,
            headers={"authorization": f"Bearer {self.token}"},
            timeout=30,
        )
        answer.raise_for_status()
        result: dict[str, Any] = answer.json()
        return result

    def customer_writes(self, case: int, text: str) -> None:
        self.tell(fact="message", author="customer", text=text, case=case)

    def as_(
        self, browser: Browser, person: str, *, width: int = 1440, theme: str = "light"
    ) -> BrowserContext:
        """A browser of somebody who is signed in already; an empty name is nobody."""
        context = browser.new_context(
            base_url=self.url,
            locale="en-GB",
            timezone_id="Europe/London",
            color_scheme="dark" if theme == "dark" else "light",
            reduced_motion="reduce",
            viewport={"width": width, "height": WIDTHS[width]},
            storage_state=self._signed_in.get(person),
        )
        if person and person not in self._signed_in:
            page = context.new_page()
            sign_in(page, person)
            self._signed_in[person] = context.storage_state()
            page.close()
        return context


def sign_in(page: Page, person: str) -> None:
    page.goto("/account/login/?next=/")
    page.fill("[name=login]", person)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/")


@contextmanager
def running_house(home: Path) -> Iterator[RunningHouse]:
    environment = {
        **{name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
        "LEEWAY_HOME": str(home),
        "LEEWAY_LOG": "WARNING",
        "DJANGO_SETTINGS_MODULE": "leeway.store.settings",
        "PYTHONPATH": str(REPOSITORY),
    }
    seeded = json.loads(_python("-m", "tests.browser.seed", environment=environment))
    port = _free_port()
    with (home / "server.log").open("w") as log:
        command = [sys.executable, "-P", "-m", "leeway", "serve", "--port", str(port)]
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=REPOSITORY)
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_for(url, server, home / "server.log")
            yield RunningHouse(url, home, seeded.pop("token"), seeded)
        finally:
            server.send_signal(signal.SIGTERM)
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _python(*arguments: str, environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        env=environment,
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until:
        assert server.poll() is None, log.read_text()
        try:
            if httpx.get(f"{url}/account/login/", timeout=10).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"the server did not answer in {SECONDS_TO_START} s: {log.read_text()}")


@dataclass(frozen=True)
class Customer:
    number: int
    name: str


def new_case(house: RunningHouse, *, owner: str) -> Customer:
    """A customer of somebody's, with reason to be cross."""
    mark = uuid.uuid4().hex[:6]
    name = f"Robin {mark.capitalize()}"
    who = {"id": f"robin-{mark}", "name": name, "email": f"{mark}@example.com"}
    talk = {"interaction": f"chat-{mark}", "fact": "message"}
    said = house.tell(
        **talk, author="customer", text=f"Order {mark} still hasn't come.", customer=who, channel="chat"
    )
    case = int(said["case"])
    house.tell(fact="message", author="agent", text="Let me look at that.", case=case, by=owner)
    house.customer_writes(case, "This is the third time I'm explaining this, it is ridiculous!")
    return Customer(case, name)


def listen_for_complaints(page: Page, complaints: list[str]) -> None:
    """Everything the browser has to say against a page, written down with the page's address."""

    def failed(error: Error) -> None:
        complaints.append(f"{page.url}: {error}")

    def said(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(f"{page.url}: {message.text}")

    page.on("pageerror", failed)
    page.on("console", said)
