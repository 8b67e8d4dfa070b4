"""Asking for more room in a real browser: the agent asks, the supervisor decides, the agent gives."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.running import new_case
from tests.browser.test_pages import LOOK, RULES, axe

pytestmark = pytest.mark.browser


def grave(page) -> list[str]:
    """What axe finds serious or worse."""
    page.evaluate(axe())
    return page.evaluate(LOOK, RULES)


def test_ask_approve_in_part_and_give(open_as, running):
    case = new_case(running, owner="sam")
    agent = open_as("sam", f"/conversations/{case.number}")
    agent.get_by_role("button", name="Give or ask").click()
    expect(agent.locator("dialog[open]")).to_be_visible()
    assert grave(agent) == []
    agent.select_option("#g-instrument", "refund")
    agent.fill("#g-amount", "100")
    agent.fill("#g-why", "it came broken twice")
    agent.locator("#dialog-give").get_by_role("button", name="Ask for approval").click()
    expect(agent.locator("[data-toast]")).to_contain_text("Asked.")
    asked_of = agent.locator("text=waits for").first.inner_text()
    who = "priya" if "Priya" in asked_of else "omar" if "Omar" in asked_of else "noor"
    lead = open_as(who, "/approvals")
    card = lead.locator("article", has_text="it came broken twice")
    expect(card).to_contain_text("€100.00 refund")
    assert grave(lead) == []
    card.get_by_label("Amount").fill("80")
    card.get_by_role("button", name="Approve").click()
    expect(lead.locator("[data-toast]")).to_contain_text("Approved.")
    expect(lead.locator("article", has_text="it came broken twice")).to_have_count(0)
    agent.reload()
    agent.get_by_role("button", name="Give it").last.click()
    expect(agent.locator("[data-toast]")).to_contain_text("Given, and counted.")
    expect(agent.locator("main")).to_contain_text("€80.00 refund")
