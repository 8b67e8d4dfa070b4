"""The ops lead sees last quarter's difference before a matrix goes live, and why one case went its way."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def nothing_serious(page: Page) -> None:
    found = [
        one for one in Axe().run(page).response["violations"] if one["impact"] in ("serious", "critical")
    ]
    assert found == [], [(one["id"], one["nodes"][0]["html"]) for one in found]


@pytest.mark.timeout(300)  # the house is made first, and a shared machine may think long about its history
def test_a_draft_is_tried_on_what_was_before_it_is_published(open_as: Callable[..., Page]):
    page = open_as("ops", "/matrix/edit")
    text = page.locator("textarea[name=text]")
    text.fill(text.input_value().replace("asks for a supervisor", "asks for somebody above"))
    page.get_by_role("button", name="Try it on the history").click()
    page.wait_for_selector("text=Where they part", timeout=180_000)
    assert page.get_by_text("rule “asks for somebody above”: new").first.is_visible()
    nothing_serious(page)
    page.get_by_role("link", name="Backtests").click()
    page.wait_for_selector("text=Earlier results")
    nothing_serious(page)


def test_why_a_case_is_where_it_is(open_as: Callable[..., Page]):
    page = open_as("ops", "/escalations")
    page.locator("[data-row] a").first.click()
    page.get_by_role("link", name="why it is here").click()
    page.wait_for_selector("text=Everything decided about this case")
    nothing_serious(page)
    page.set_viewport_size({"width": 390, "height": 844})
    nothing_serious(page)
