"""The reader of drafts in a real browser: marks while one writes, taken with one key, undone with another."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

DRAFT = "I'm sorry. We can't ship before Friday."


@pytest.fixture
def case(running):
    from tests.browser.running import new_case

    return new_case(running, owner="sam")


@pytest.fixture
def page(open_as, case):
    page = open_as("sam", f"/conversations/{case.number}")
    page.keyboard.press("r")
    page.keyboard.type(DRAFT)
    expect(page.locator("[data-mark]")).to_have_count(1)
    return page


def test_a_pause_in_typing_marks_the_words_and_says_why_and_what_instead(page):
    mark = page.locator("[data-mark]")
    expect(mark).to_contain_text("Only what can't be")
    expect(mark).to_contain_text("We can ship on Friday.")
    expect(page.locator("[data-draft-marks] mark")).to_have_text("We can't ship before Friday.")
    expect(page.locator("#draft-said")).to_have_text("Your answer has marks: 1")


def test_one_key_takes_the_suggestion_and_undo_takes_it_back(page):
    answer = page.locator("#answer")
    page.keyboard.press("Alt+Enter")
    expect(answer).to_have_value("I'm sorry. We can ship on Friday.")
    expect(page.locator("[data-mark]")).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(answer).to_have_value(DRAFT)
    expect(page.locator("[data-mark]")).to_have_count(1)


def test_the_button_does_what_the_key_does(page):
    page.get_by_role("button", name="Take it").click()
    expect(page.locator("#answer")).to_have_value("I'm sorry. We can ship on Friday.")


def test_not_helpful_takes_the_mark_away_and_it_stays_away(open_as, case):
    page = open_as("sam", f"/conversations/{case.number}")
    page.keyboard.press("r")
    page.keyboard.type("I'm sorry. These things happen, it leaves today.")
    page.locator("[data-votes]").click()
    expect(page.locator("[data-mark]")).to_have_count(0)
    expect(page.locator("#answer")).to_be_focused()
    page.keyboard.press("End")
    with page.expect_response("**/draft"):
        page.keyboard.type(" Yes.")
    expect(page.locator("[data-mark]")).to_have_count(0)


def test_on_a_phone_the_marks_stay_within_the_page(open_as, case):
    page = open_as("sam", f"/conversations/{case.number}", width=390)
    page.locator("#answer").fill("I'm sorry. Calm down, the parcel leaves our warehouse today.")
    expect(page.locator("[data-mark]")).to_have_count(1)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
