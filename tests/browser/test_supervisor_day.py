"""A supervisor's day in a real browser: from the Watch to a resolved escalation, and beside an agent."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.running import new_case

pytestmark = pytest.mark.browser


def test_from_the_watch_to_a_resolved_escalation(open_as, running):
    case = running.cases["halden"]
    page = open_as("priya", "/")
    row = page.locator(f"#row-{case}")
    expect(row).to_contain_text("Accept hand-off")
    row.get_by_role("link", name="Halden Freight").click()
    page.get_by_role("button", name="Accept").click()
    expect(page.locator("[data-toast]")).to_contain_text("It is yours.")
    expect(page.get_by_text("owns this since")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Priya Raman")
    for _ in range(7):  # whatever the packet still misses is asked of us, never of the customer
        missing = page.locator("form", has=page.get_by_role("button", name="Fill in"))
        if not missing.count():
            break
        missing.first.locator("input[name=value]").fill("Known from the invoice.")
        missing.first.get_by_role("button", name="Fill in").click()
        page.wait_for_load_state()
    expect(page.get_by_text("Complete: nothing to ask again")).to_be_visible()
    page.get_by_role("button", name="Send update").click()
    page.fill("#u-text", "The refund of 206.00 EUR is on its way.")
    page.locator("#dialog-update").get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("[data-toast]")).to_contain_text("The customer has the news.")
    page.get_by_text("More", exact=True).click()
    page.get_by_role("button", name="Resolve").click()
    page.fill("#r-how", "Refunded.")
    page.locator("#dialog-resolve").get_by_role("button", name="Resolve", exact=True).click()
    expect(page.locator("ol.line")).to_contain_text("Resolved")
    page.goto("/")
    expect(page.locator(f"#row-{case}")).to_have_count(0)


def test_an_escalation_appears_on_an_open_watch_by_itself(open_as, running):
    page = open_as("priya", "/")
    page.fill("#find", "half a na")
    case = new_case(running, owner="sam")
    running.tell(
        fact="escalation_requested", case=case.number, by="sam", requested_by="agent", override="now"
    )
    expect(page.locator(f"#row-{case.number}")).to_contain_text(case.name)
    expect(page.locator("#find")).to_have_value("half a na")


def test_an_agent_asks_and_the_supervisor_advises(open_as, running):
    case = new_case(running, owner="sam")
    agent = open_as("sam", f"/conversations/{case.number}")
    agent.get_by_role("button", name="Consult").click()
    agent.fill("#c-question", "May I send a third one?")
    agent.locator("#dialog-consult").get_by_role("button", name="Ask", exact=True).click()
    lead = open_as("priya", f"/conversations/{case.number}")
    lead.get_by_label("Your advice").fill("Yes, by courier.")
    lead.get_by_label("with this the agent can solve it").check()
    lead.get_by_role("button", name="Advise").click()
    expect(agent.get_by_text("“Yes, by courier.”")).to_be_visible()
    expect(agent.get_by_text("averted the transfer")).to_be_visible()


def test_a_whisper_reaches_the_agents_open_page(open_as, running):
    case = new_case(running, owner="sam")
    agent = open_as("sam", f"/conversations/{case.number}")
    lead = open_as("priya", f"/conversations/{case.number}#whisper-text")
    expect(lead.locator("#whisper-text")).to_be_focused()
    lead.keyboard.type("Offer the express reshipment.")
    lead.keyboard.press("Enter")
    expect(agent.locator(".turn.internal")).to_contain_text("Offer the express", timeout=1_500)
    expect(agent.locator(".turn.internal")).to_contain_text("not seen by the customer")


def test_joining_and_leaving_shows_on_the_agents_page(open_as, running):
    case = new_case(running, owner="sam")
    agent = open_as("sam", f"/conversations/{case.number}")
    lead = open_as("priya", f"/conversations/{case.number}")
    lead.get_by_role("button", name="Join").click()
    expect(agent.get_by_text("beside them: Priya R.")).to_be_visible()
    lead.locator("[data-toast]").get_by_role("button", name="Undo").click()
    expect(agent.get_by_text("beside them: Priya R.")).to_have_count(0)


def test_a_lost_stream_goes_on_where_it_was(open_as, running):
    case = new_case(running, owner="sam")
    page = open_as("priya", f"/conversations/{case.number}")
    expect(page.locator(".turn").first).to_be_visible()
    page.context.set_offline(True)
    running.customer_writes(case.number, "Written while you were away.")
    page.wait_for_timeout(300)
    page.context.set_offline(False)
    expect(page.locator(".turn", has_text="Written while you were away.")).to_have_count(1)
