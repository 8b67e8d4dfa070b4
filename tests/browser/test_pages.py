"""Every page in a real browser, light and dark, wide and narrow: nobody is shut out, nothing spills."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.running import listen_for_complaints

pytestmark = pytest.mark.browser

PAGES: dict[str, tuple[str, str]] = {
    "watch": ("priya", "/"),
    "watch-of-an-agent": ("sam", "/"),
    "conversations": ("priya", "/conversations"),
    "escalations": ("priya", "/escalations"),
    "approvals": ("priya", "/approvals"),
    "promises": ("priya", "/promises"),
    "workspace": ("sam", "/conversations/{ada}"),
    "workspace-of-a-supervisor": ("priya", "/conversations/{ada}"),
    "workspace-resolved": ("sam", "/conversations/{mina}"),
    "escalation": ("marta", "/escalations/{halden}"),
    "escalation-none": ("marta", "/escalations/{jun}"),
    "history": ("marta", "/escalations/{halden}/history"),
    "why": ("marta", "/cases/{halden}/why"),
    "knowledge": ("priya", "/knowledge"),
    "article-new": ("priya", "/knowledge/new"),
    "matrix": ("ops", "/matrix"),
    "matrix-who": ("ops", "/matrix/who"),
    "backtests": ("ops", "/matrix/backtests"),
    "matrix-edit": ("ops", "/matrix/edit"),
    "matrix-version": ("ops", "/matrix/versions/1"),
    "insights": ("quinn", "/insights"),
    "insight": ("quinn", "/insights/escalation_rate"),
    "fairness": ("quinn", "/insights/fairness"),
    "staffing": ("quinn", "/insights/staffing"),
    "settings": ("admin", "/settings"),
    "settings-about": ("admin", "/settings/about"),
    "settings-drafts": ("admin", "/settings/drafts"),
    "settings-model": ("admin", "/settings/model"),
    "settings-customers": ("admin", "/settings/customers"),
    "settings-people": ("admin", "/settings/people"),
    "settings-person": ("admin", "/settings/people/sam"),
    "settings-teams": ("admin", "/settings/teams"),
    "settings-rotas": ("admin", "/settings/rotas"),
    "settings-absences": ("admin", "/settings/absences"),
    "settings-calendars": ("admin", "/settings/calendars"),
    "settings-roster": ("admin", "/settings/roster"),
    "settings-channels": ("admin", "/settings/channels"),
    "settings-tokens": ("admin", "/settings/tokens"),
    "settings-accounts": ("admin", "/settings/accounts"),
    "profile": ("sam", "/profile"),
    "login": ("", "/account/login/"),
    "second-factor": ("sam", "/account/2fa/"),
    "password": ("sam", "/account/password/change/"),
    "sessions": ("sam", "/account/sessions/"),
    "nothing-there": ("sam", "/conversations/999999"),
    "not-allowed": ("sam", "/settings/accounts"),
}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
VARIANTS = [("light", 1440), ("dark", 1440), ("light", 390), ("dark", 390)]

# Only what is wrong leaves the page; a hundred passed rules with their elements would take longer than to find them.
LOOK = """async (rules) => {
  const options = { resultTypes: ["violations"], runOnly: rules, preload: false, iframes: false, elementRef: false };
  const { violations } = await axe.run(document, options);
  return violations.filter(({ impact }) => ["serious", "critical"].includes(impact))
    .map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 160)} ${nodes[0].any[0]?.message ?? ""}`);
}"""


@cache
def axe() -> str:
    return str(Axe().axe_script)


@pytest.fixture(scope="module")
def page_of(running, chromium) -> Iterator[Callable[[str], tuple[Page, list[str]]]]:
    """One page for each person, and what the browser complained about on it."""
    pages: dict[str, tuple[Page, list[str]]] = {}

    def page_of(person: str) -> tuple[Page, list[str]]:
        if person not in pages:
            page = running.as_(chromium, person).new_page()
            complaints: list[str] = []
            listen_for_complaints(page, complaints)
            pages[person] = page, complaints
        return pages[person]

    yield page_of
    for page, _ in pages.values():
        page.context.close()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_for_everybody(name, page_of, running):
    person, path = PAGES[name]
    page, complaints = page_of(person)
    complaints.clear()
    page.goto(path.format(**running.cases), wait_until="load")
    for theme, width in VARIANTS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
            f"{name} spills at {width}"
        )
        assert _grave(page) == [], f"{name}, {theme}, {width}"
    assert [one for one in complaints if "status of 40" not in one] == []


def _grave(page: Page) -> list[str]:
    """What keeps somebody out of this page as it stands: everything WCAG 2.2 A and AA that a machine can see."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe())
    found: list[str] = page.evaluate(LOOK, RULES)
    return found


def test_a_dialog_is_for_everybody(open_as, running):
    page = open_as("sam", f"/conversations/{running.cases['ada']}")
    for opener in ("Consult", "Log a solution", "Escalate"):
        page.get_by_role("button", name=opener, exact=True).click()
        expect(page.locator("dialog[open]")).to_be_visible()
        assert _grave(page) == []
        page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()


def test_the_keyboard_shows_where_it_is(open_as):
    page = open_as("priya", "/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    for _ in range(14):
        page.keyboard.press("Tab")
        shadow = page.evaluate("getComputedStyle(document.activeElement).boxShadow")
        assert shadow != "none", page.evaluate("document.activeElement.outerHTML")


def test_the_menu_opens_on_a_phone(open_as):
    page = open_as("priya", "/", width=390)
    expect(page.get_by_role("link", name="Matrix")).not_to_be_visible()
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("link", name="Matrix").click()
    page.wait_for_url("**/matrix")


def test_the_letter_g_goes_places(open_as):
    page = open_as("priya", "/")
    page.keyboard.press("g")
    page.keyboard.press("e")
    page.wait_for_url("**/escalations")
    page.keyboard.press("/")
    expect(page.locator("[data-search]")).to_be_focused()


def test_the_reader_sees_their_own_hours_and_the_zone_on_hover(open_as, running):
    page = open_as("sam", f"/conversations/{running.cases['ada']}")
    page.reload()  # the zone is told by the first page
    title = page.locator(".turn time").first.get_attribute("title")
    assert title.endswith(("GMT", "BST"))
