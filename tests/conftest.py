"""What all tests share: where things are, which database a run is about, how a browser starts."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytest_plugins = ["tests.houses"]

REPOSITORY = Path(__file__).resolve().parent.parent
ON_POSTGRES = os.environ.get("DATABASE_URL", "").startswith("postgres")

# No deadlines: a slow machine is no defect. A failure prints the line that repeats it. In CI the examples are
# the same at every run, so that a red build tells of the change; at the desk every run looks somewhere new.
hypothesis.settings.register_profile("desk", deadline=None, print_blob=True)
hypothesis.settings.register_profile("ci", deadline=None, print_blob=True, derandomize=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "desk")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Gives the mark `db` to every test that uses Django's database, so that it also runs on PostgreSQL."""
    fixtures = {"db", "transactional_db", "django_db_reset_sequences", "live_server", "database_url"}
    for item in items:
        asked_for = fixtures.intersection(getattr(item, "fixturenames", ()))
        if asked_for or item.get_closest_marker("django_db"):
            item.add_marker(pytest.mark.db)
        if item.get_closest_marker("postgres") and not ON_POSTGRES:
            item.add_marker(pytest.mark.skip(reason="needs PostgreSQL: ./run test --postgres ..."))


@pytest.fixture(scope="session")
def repository() -> Path:
    """The folder that holds `run`, `leeway/` and `tests/`."""
    return REPOSITORY


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real conversations that may lie beside the repository; LEEWAY_SHARED names another place."""
    folder = Path(os.environ.get("LEEWAY_SHARED") or REPOSITORY.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"no real conversations at {folder}: LEEWAY_SHARED names their folder")
    return folder


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A real, headless Chromium that talks to nobody but the server under test."""
    from playwright.sync_api import sync_playwright

    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        pytest.fail("Chromium is missing. On Debian or Ubuntu: sudo apt-get install chromium")
    quiet = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    quiet += ["--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"]
    # Playwright's synchronous face runs an event loop in this thread; without this word Django would take the
    # tests' own queries for queries made inside async code and refuse them.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        # Chromium's sandbox cannot start as root, which is what containers and CI usually are.
        browser = playwright.chromium.launch(
            executable_path=program, args=quiet, chromium_sandbox=os.geteuid() != 0
        )
        yield browser
        browser.close()


@pytest.fixture(autouse=True)
def nobody_elses_language() -> Iterator[None]:
    """Every test begins in the language of the settings: a page asked for in Spanish leaves its thread in Spanish."""
    yield
    from django.utils import translation

    translation.deactivate()


@pytest.fixture
def page(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Page]:
    """A fresh page with cookies of its own. A test that asks for it carries the mark `browser`."""
    if request.node.get_closest_marker("browser") is None:
        pytest.fail(
            "A test that opens a page carries @pytest.mark.browser, so that it runs where a browser is."
        )
    context = chromium.new_context(locale="en-GB", timezone_id="Europe/London")
    yield context.new_page()
    context.close()
