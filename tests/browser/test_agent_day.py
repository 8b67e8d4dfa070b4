"""An agent's day in a real browser: sees a case brew, calms what can be calmed, hands over what cannot."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.fixture
def case(running):
    """A customer of Sam's own for each test, on the way to losing patience."""
    from tests.browser.running import new_case

    return new_case(running, owner="sam")


def test_the_agent_opens_a_brewing_case_by_keyboard_and_sees_why(open_as, case):
    page = open_as("sam", "/")
    row = page.locator(f"#brew-{case.number}")
    expect(row).to_contain_text(case.name)
    for _ in range(60):
        page.keyboard.press("j")
        if "here" in (row.get_attribute("class") or ""):
            break
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/conversations/{case.number}")
    expect(page.locator("mark").filter(has_text="third time")).to_be_visible()
    expect(page.locator("mark + sup").first).not_to_be_empty()


def test_the_agent_answers_and_confirms_the_promise_in_it(open_as, case):
    page = open_as("sam", f"/conversations/{case.number}")
    page.keyboard.press("r")
    page.keyboard.type("I understand. I will send the replacement by tomorrow 16:00.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-toast]")).to_contain_text("Sent.")
    expect(page.locator(".turn.agent").last).to_contain_text("I will send the replacement")
    page.get_by_role("button", name="Confirm").click()
    dialog = page.locator("#dialog-promise")
    expect(dialog.locator("[name=what]")).to_have_value(re.compile("send the replacement", re.IGNORECASE))
    expect(dialog.locator("[name=due]")).not_to_have_value("")
    dialog.get_by_role("button", name="Promise", exact=True).click()
    expect(page.locator("[data-toast]")).to_contain_text("The promise is being watched.")
    expect(page.get_by_role("button", name="Confirm")).to_have_count(0)


def test_the_agent_logs_a_solution_and_its_answer_and_ticks_a_step(open_as, case):
    page = open_as("sam", f"/conversations/{case.number}")
    page.get_by_role("button", name="Log a solution").click()
    page.fill("#a-offer", "Express reshipment")
    page.fill("#a-amount", "12,50")
    page.get_by_role("button", name="Write it down").click()
    tried = page.locator("details", has=page.get_by_role("heading", name="What was tried"))
    expect(tried).to_contain_text("€12.50")
    tried.get_by_role("button", name="Declined").first.click()
    expect(tried).to_contain_text("Declined")
    steps = page.locator("section", has=page.get_by_role("heading", name="Before you escalate"))
    steps.get_by_role("button", name="Done").first.click()
    expect(page.locator("[data-toast]")).to_contain_text("Ticked.")


def test_the_agent_escalates_and_a_second_press_does_nothing(open_as, case, running):
    page = open_as("sam", f"/conversations/{case.number}")
    running.customer_writes(case.number, "Hello? Is anybody there?")
    expect(page.locator(".turn").last).to_contain_text("Is anybody there")
    page.get_by_role("button", name="Escalate", exact=True).click()
    page.select_option("#e-reason", "no_resolution")
    page.fill("#e-note", "Two replacements were lost.")
    page.fill("#e-override", "no courier today")
    page.locator("#dialog-escalate").get_by_role("button", name="Escalate", exact=True).dblclick()
    expect(page.get_by_role("link", name="Open the escalation")).to_be_visible()
    page.get_by_role("link", name="Open the escalation").click()
    expect(page.locator(".stepper li.now")).to_have_text("Supervisor")
    expect(page.locator("ol.line li.hot")).to_have_count(1)


def test_what_the_agent_types_stays_while_the_page_goes_on(open_as, case, running):
    page = open_as("sam", f"/conversations/{case.number}")
    page.fill("#answer", "Dear customer, I am just")
    running.customer_writes(case.number, "One more thing: the box was open.")
    expect(page.locator(".turn").last).to_contain_text("the box was open")
    expect(page.locator("#answer")).to_have_value("Dear customer, I am just")
    page.get_by_text("More", exact=True).click()
    running.customer_writes(case.number, "And wet.")
    expect(page.locator(".turn").last).to_contain_text("And wet.")
    expect(page.get_by_role("button", name="Merge into another case")).to_be_visible()


def test_resolving_can_be_taken_back(open_as, case):
    page = open_as("sam", f"/conversations/{case.number}")
    page.get_by_text("More", exact=True).click()
    page.get_by_role("button", name="Resolve").click()
    page.fill("#r-how", "Sent again by courier.")
    page.locator("#dialog-resolve").get_by_role("button", name="Resolve", exact=True).click()
    expect(page.get_by_text("This case is resolved.")).to_be_visible()
    page.locator("[data-toast]").get_by_role("button", name="Undo").click()
    expect(page.locator("#answer")).to_be_visible()


def test_a_stranger_to_the_case_does_not_learn_that_it_exists(open_as, running, case):
    page = open_as("noor", f"/conversations/{case.number}")
    expect(page.locator("h1")).to_contain_text(case.name)  # a supervisor of another team sees everything
    page = open_as("", f"/conversations/{case.number}")
    expect(page).to_have_url(re.compile("/account/login/"))
