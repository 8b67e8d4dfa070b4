"""Guidance at work in a real browser: taken by key, put aside, new with each message."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.running import new_case

pytestmark = pytest.mark.browser


@pytest.fixture
def case(running):
    made = new_case(running, owner="sam")
    running.customer_writes(
        made.number, "This is the third time I'm explaining this and nobody calls me back!"
    )
    return made


def test_a_key_takes_the_suggestion_into_the_answer(open_as, case):
    page = open_as("sam", f"/conversations/{case.number}")
    text = page.locator("[data-suggestion] .say").first.inner_text().strip("“”")
    page.locator("#answer").focus()
    with page.expect_response("**/guidance/used") as told:
        page.keyboard.press("Alt+1")
    assert told.value.status == 204
    expect(page.locator("#answer")).to_have_value(text)


def test_what_does_not_help_goes_and_stays_away_and_nobody_loses_what_they_wrote(open_as, case):
    page = open_as("sam", f"/conversations/{case.number}")
    page.locator("#answer").fill("My own words")
    first = page.locator("[data-suggestion]").first
    play = first.locator("[data-alt]").get_attribute("data-play")
    with page.expect_response("**/guidance/unhelpful") as told:
        first.get_by_role("button", name="Not helpful").click()
    assert told.value.status == 204
    expect(page.locator(f'[data-alt][data-play="{play}"]')).to_have_count(0)
    expect(page.locator("#answer")).to_have_value("My own words")
    page.reload()
    expect(page.locator(f'[data-alt][data-play="{play}"]')).to_have_count(0)


def test_the_panel_is_new_with_each_message(open_as, running, case):
    page = open_as("sam", f"/conversations/{case.number}")
    expect(page.locator('[data-move="hand_over"]')).to_have_count(0)
    running.customer_writes(case.number, "My solicitor will write to you, I'm taking you to court.")
    expect(page.locator('[data-alt][data-move="hand_over"]')).to_have_count(1, timeout=3_000)
