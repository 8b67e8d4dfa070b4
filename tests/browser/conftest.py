"""One running house for all browser tests of a process, and a watch on what pages complain about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from tests.browser.running import RunningHouse, listen_for_complaints, running_house

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

EXPECTED_COMPLAINTS = (
    *("status of 422", "status of 409", "status of 403", "status of 404"),
    *("ERR_INTERNET_DISCONNECTED", "htmx:sendError", "htmx:afterRequest"),
)
"""Refusals are pages too, and a lost connection is no mistake of ours; the browser notes both."""


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHouse]:
    with running_house(tmp_path_factory.mktemp("running-house")) as house:
        yield house


@pytest.fixture
def open_as(running: RunningHouse, chromium: Browser) -> Iterator[Callable[..., Page]]:
    """``open_as("priya", "/")``: a page of somebody's own. Whatever the browser complains about fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def opened(person: str, path: str = "", *, width: int = 1440, theme: str = "light") -> Page:
        context = running.as_(chromium, person, width=width, theme=theme)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        listen_for_complaints(page, complaints)
        if path:
            page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [one for one in complaints if not any(known in one for known in EXPECTED_COMPLAINTS)] == []
