"""The ops lead's day: edit the matrix, see the mistake at its line, mend it, publish, and try it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from leeway.store import accounts

pytestmark = pytest.mark.browser
pytest_plugins = ["tests.web.console"]

PASSWORD = "four calm words here"
REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def server(database_url: str, django_house, tmp_path: Path) -> Iterator[str]:
    """The real server on a house of its own; a passkey wants the name localhost, not an address."""
    for who, role in (("marta", "operations"), ("ingrid", "admin")):
        accounts.make(who, roles=[role], password=PASSWORD)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "LEEWAY_HOME": str(tmp_path),
        "LEEWAY_LOG": "WARNING",
        "DATABASE_URL": database_url,
        "DJANGO_SETTINGS_MODULE": "tests.settings",  # passwords were made with the tests' quick hasher
        "PYTHONPATH": str(REPOSITORY),
    }
    with (tmp_path / "server.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "leeway", "serve", "--port", str(port)],
            env=environment,
            stderr=log,
            cwd=tmp_path,
        )
    try:
        _wait_for(f"http://127.0.0.1:{port}/healthz", tmp_path / "server.log")
        yield f"http://localhost:{port}"
    finally:
        _end(process)


def _end(process: subprocess.Popen) -> None:
    """In order if it can be had; a page may still hold its live stream open."""
    process.terminate()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait_for(address: str, log: Path) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310 - our own server
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"the server did not start: {log.read_text()}")


def sign_in(page, server: str, who: str) -> None:
    page.goto(f"{server}/account/login/")
    page.get_by_label("Username").fill(who)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{server}/")


def assert_clean(page) -> None:
    """Nothing serious for a screen reader, a keyboard or weak eyes, nothing wider than the screen: in both themes and
    at both widths.
    """
    for theme, width in (("light", 1440), ("dark", 390)):
        page.emulate_media(color_scheme=theme)
        page.set_viewport_size({"width": width, "height": 900})
        found = [
            f"{one['id']}: {one['nodes'][0]['html'][:160]}"
            for one in Axe().run(page).response["violations"]
            if one["impact"] in ("serious", "critical")
        ]
        assert not found, (page.url, theme, width, found)
        wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wider <= 0, (page.url, theme, width, wider)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1440, "height": 900})


@pytest.mark.timeout(300)  # a long walk; a shared machine may take its time
def test_the_ops_lead_mends_and_publishes_the_matrix(page, server):
    sign_in(page, server, "marta")
    failed: list[str] = []
    page.on("response", lambda got: failed.append(f"{got.status} {got.url}") if got.status >= 500 else None)
    page.on("console", lambda said: failed.append(said.text) if "Content Security" in said.text else None)
    page.goto(f"{server}/matrix")
    assert page.get_by_role("heading", name="Shop matrix, version 1").is_visible()
    assert_clean(page)

    page.get_by_role("link", name="Edit").click()
    text = page.get_by_label("The matrix as text")
    written = text.input_value()
    wrong = written.replace('{risk: ">= 0.7", trend: declining', '{risk: ">= 0.8", trend: worse')
    assert wrong != written
    text.fill(wrong)
    page.get_by_label("Why").fill("Storms are told a little later")
    page.get_by_role("button", name="Publish").click()

    problem = page.locator("#problems")
    line = next(number for number, one in enumerate(wrong.splitlines(), 1) if "trend: worse" in one)
    assert f"Line {line}," in problem.inner_text()
    assert "improving, same, declining" in problem.inner_text()
    assert text.input_value() == wrong, "nothing is lost"
    assert page.get_by_label("Why").input_value() == "Storms are told a little later"
    assert_clean(page)
    page.get_by_role("button", name="Go there").click()
    selected = "(text) => text.value.slice(text.selectionStart, text.selectionEnd)"
    assert text.evaluate(selected).startswith("worse")

    mended = wrong.replace("trend: worse", "trend: declining")
    holed = mended.replace("cue: [legal_threat, regulator_threat]", "cue: [regulator_threat]")
    assert holed != mended
    text.fill(holed)
    page.get_by_role("button", name="Check and compare").click()
    proof = page.locator("#proof")
    assert "No rule answers when the customer speaks of a lawyer" in proof.inner_text()
    assert "cue legal_threat, at agent" in proof.inner_text(), "the hole comes with its smallest case"
    assert_clean(page)
    with page.expect_popup() as opened:
        proof.get_by_role("button", name="Who would get this?").click()
    tester = opened.value
    tester.locator("#verdict").wait_for()
    assert "Asked of your draft, which is not in force" in tester.locator("main").inner_text()
    assert "lawyer or authority" not in tester.locator("#verdict").inner_text(), (
        "the draft has no rule for it"
    )
    tester.close()

    text.fill(mended)
    page.get_by_role("button", name="Check and compare").click()
    proof.get_by_role("heading", name="Proved: no hole").wait_for()
    assert "risk 80% or more" in page.locator("#differences").inner_text()
    page.get_by_role("button", name="Publish").click()
    assert page.get_by_role("heading", name="Shop matrix, version 2").is_visible()
    assert "Storms are told a little later" in page.locator("#history").inner_text()

    page.get_by_label("Signs in the conversation").select_option(["legal_threat"])
    page.get_by_role("textbox", name="When").fill("2026-03-02T11:00")
    page.get_by_role("button", name="Try").click()
    verdict = page.locator("#verdict")
    verdict.wait_for()
    assert "lawyer or authority" in verdict.inner_text()
    assert "Manager" in verdict.inner_text()
    assert_clean(page)
    page.goto(f"{server}/matrix/versions/2")
    assert "storm ahead" in page.locator("#differences").inner_text()
    assert_clean(page)
    assert failed == []


def test_the_settings_are_clean_for_everybody(page, server):
    sign_in(page, server, "ingrid")
    pages = "people people/sam teams rotas absences calendars roster channels channels/new-webhook tokens accounts"
    for path in ("", *(f"/{one}" for one in f"{pages} accounts/marta customers about".split())):
        page.goto(f"{server}/settings{path}")
        assert page.locator("h1").is_visible()
        assert_clean(page)


def test_a_passkey_opens_the_house_under_the_strict_content_policy(page, server):
    refused: list[str] = []
    page.on(
        "console",
        lambda message: refused.append(message.text) if "Content Security" in message.text else None,
    )
    keys = page.context.new_cdp_session(page)
    keys.send("WebAuthn.enable")
    device = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    keys.send("WebAuthn.addVirtualAuthenticator", {"options": device})
    sign_in(page, server, "marta")
    page.goto(f"{server}/account/2fa/webauthn/add/")
    if "reauthenticate" in page.url:
        page.get_by_label("Password").fill(PASSWORD)
        page.locator("button[type=submit].go").click()
        page.wait_for_url("**/webauthn/add/**")
    assert_clean(page)
    page.get_by_label("Passwordless").check()
    page.get_by_role("button", name="Add").click()
    page.wait_for_url(lambda address: "webauthn/add" not in address)
    page.goto(f"{server}/profile")
    assert_clean(page)
    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{server}/account/login/")
    assert_clean(page)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{server}/")
    assert refused == []
