"""A customer's day in a real browser: they open their link, write, go higher, and the house sees it."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.running import new_case

pytestmark = pytest.mark.browser

LOOKS = [(width, theme) for width in (1440, 390) for theme in ("light", "dark")]

MAKE_LINK = """number => {
  const form = document.createElement("form");
  form.method = "post";
  form.action = `/cases/${number}/link`;
  const token = document.createElement("input");
  token.name = "csrfmiddlewaretoken";
  token.value = JSON.parse(document.body.getAttribute("hx-headers"))["x-csrftoken"];
  form.append(token);
  document.body.append(form);
  form.submit();
}"""


def link_made_by(lead: Page, case: int) -> str:
    lead.goto(f"/conversations/{case}")
    lead.evaluate(MAKE_LINK, case)
    return lead.get_by_label("The link").input_value()


def findings(page: Page) -> list[str]:
    """What axe finds serious or worse."""
    found = Axe().run(page).response["violations"]
    return [
        f"{page.url} {one['id']}: {one['nodes'][0]['html'][:120]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


def test_a_customer_writes_goes_higher_and_the_house_sees_it(open_as, running):
    case = new_case(running, owner="sam")
    lead = open_as("priya")
    address = link_made_by(lead, case.number)
    watch = open_as("priya", "/")

    customer = open_as("", address)
    expect(customer.get_by_role("heading", level=1)).to_contain_text("still hasn't come")
    expect(customer.get_by_text("is looking after this")).to_be_visible()
    customer.get_by_role("textbox", name="Write to").fill("The neighbour has not got it either.")
    customer.get_by_role("button", name="Send").click()
    expect(customer.get_by_role("status")).to_have_text("We have your message.")
    lead.goto(f"/conversations/{case.number}")
    expect(lead.locator(".turn", has_text="The neighbour has not got it either.")).to_have_count(1)

    customer.get_by_role("button", name="Go one step higher").click()
    expect(customer.get_by_role("status")).to_contain_text("It goes one step higher.")
    expect(watch.locator(f"#row-{case.number}")).to_contain_text(case.name)
    customer.get_by_role("button", name="Go one step higher").click()
    expect(customer.get_by_role("status")).to_contain_text("It is on its way up already")

    lead.goto(f"/escalations?q={case.name}")
    expect(lead.locator("tr[data-row]")).to_contain_text("customer request")


def test_the_page_works_without_javascript_and_until_it_is_taken_back(running, chromium, open_as):
    case = new_case(running, owner="sam")
    lead = open_as("priya")
    address = link_made_by(lead, case.number)
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    page.get_by_role("button", name="It's solved").click()
    expect(page.get_by_role("status")).to_contain_text("Good to hear.")
    page.get_by_label("4").check()
    page.get_by_role("button", name="Send the rating").click()
    expect(page.get_by_role("status")).to_contain_text("Thank you.")
    lead.goto(f"/conversations/{case.number}")
    with lead.expect_navigation():
        lead.evaluate(MAKE_LINK.replace("/link`", "/link/revoke`"), case.number)
    assert page.goto(address).status == 404
    context.close()


@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_the_customers_page_can_be_used_by_everybody(open_as, running, width, theme):
    address = link_made_by(open_as("priya"), running.cases["ada"])
    page = open_as("", address, width=width, theme=theme)
    assert findings(page) == []
    page.goto(address + "x")
    assert findings(page) == []


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (390, "dark")])
def test_lists_and_insights_can_be_used_by_everybody(open_as, width, theme):
    page = open_as("priya", width=width, theme=theme)
    for path in (
        "/conversations",
        "/escalations",
        "/promises",
        "/approvals",
        "/insights",
        "/insights/escalation_rate",
    ):
        page.goto(path)
        assert findings(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_a_list_is_worked_by_keyboard(open_as, running):
    page = open_as("priya", "/conversations")
    page.keyboard.press("/")
    expect(page.locator("#find")).to_be_focused()
    page.keyboard.type("whitlock")
    page.keyboard.press("Enter")
    expect(page.locator("tr[data-row]")).to_have_count(1)
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("tr[data-row] input[name=case]")).to_be_checked()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{running.url}/conversations/{running.cases['ada']}")
