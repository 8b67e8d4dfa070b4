"""Giving, asking, deciding: on the pages, in the inbox and over the API."""

from __future__ import annotations

import re
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leeway.core import facts as f
from leeway.desk import customer_link
from leeway.store import tokens
from leeway.store.queries.links import StoredLinks

pytest_plugins = ["tests.web.console"]
pytestmark = pytest.mark.db


@pytest.fixture
def case(console) -> int:
    number = console.writes("My blender arrived broken. I want my €150 back.")
    console.answers(number, "Let me look.", by="sam")
    return number


def press(console, who: str, case: int, verb: str, **fields):
    return console.as_(who).post(f"/cases/{case}/do/{verb}", {"key": uuid.uuid4().hex, **fields})


def text_of(page) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())


def ask(console, case: int, amount: str = "100", why: str = "it broke twice"):
    return press(
        console, "sam", case, "ask-approval", instrument="refund", amount=amount, currency="EUR", why=why
    )


def approver(console, case: int) -> str:
    return next(one.asked_of for one in console.case(case).approvals if one.open)


def test_the_workspace_says_how_much_room_is_left(console, case):
    shown = text_of(console.as_("sam").get(f"/conversations/{case}"))
    assert "Your leeway" in shown
    assert "Refund up to €60.00" in shown
    assert (
        press(console, "sam", case, "give", instrument="refund", amount="40", currency="EUR").status_code
        == 302
    )
    shown = text_of(console.as_("sam").get(f"/conversations/{case}"))
    assert "Refund up to €20.00" in shown
    assert "€60.00 per case; €40.00 given" in shown


def test_more_than_that_is_refused_with_what_to_do(console, case):
    refused = press(console, "sam", case, "give", instrument="refund", amount="100", currency="EUR")
    assert refused.status_code == 422
    assert "ask for approval: Supervisor can give it" in text_of(refused)


def test_ask_decide_in_part_and_give(console, case):
    assert ask(console, case).status_code == 302
    who = approver(console, case)
    inbox = text_of(console.as_(who).get("/approvals"))
    for needed in (
        "€100.00 refund",
        "it broke twice",
        "arrived broken",
        "How they feel",
        "Fault",
        "You may decide",
    ):
        assert needed in inbox, needed
    assert (
        press(console, who, case, "approve", approval="1", amount="80", note="the rest next time").status_code
        == 302
    )
    shown = text_of(console.as_("sam").get(f"/conversations/{case}"))
    assert "Approved €80.00 refund" in shown
    given = press(
        console, "sam", case, "give", approval="1", instrument="refund", amount="80", currency="EUR"
    )
    assert given.status_code == 302
    (offer,) = console.case(case).offers
    assert (offer.amount, offer.by, offer.person) == (8_000, "sam", who)
    history = text_of(console.as_("sam").get(f"/escalations/{case}/history"))
    assert "asks for approval of €100.00 refund: it broke twice" in history
    assert "given with the approval of" in history


def test_nobody_decides_their_own_and_a_stranger_sees_nothing(console, case):
    ask(console, case)
    assert press(console, "sam", case, "approve", approval="1").status_code == 422
    assert press(console, "felix", case, "approve", approval="1").status_code == 404
    assert press(console, "clara", case, "approve", approval="1").status_code == 403
    assert console.as_("").get("/approvals").status_code == 302
    for outsider in ("felix", "june"):
        assert "it broke twice" not in text_of(console.as_(outsider).get("/approvals?show=others"))
        assert "it broke twice" not in text_of(console.as_(outsider).get("/approvals"))


def test_the_menu_counts_what_waits(console, case):
    ask(console, case)
    who = approver(console, case)
    page = console.as_(who).get("/approvals").content.decode()
    assert re.search(r'href="/approvals"[^>]*>Approvals <b class="num">\d+</b>', page)


def test_declined_with_a_reason_and_shown_among_the_decided(console, case):
    ask(console, case)
    who = approver(console, case)
    assert (
        press(console, who, case, "decline-approval", approval="1", reason="a voucher does it").status_code
        == 302
    )
    assert "a voucher does it" in text_of(console.as_("sam").get("/approvals?show=decided"))


def test_the_customers_page_shows_none_of_it(console, case):
    ask(console, case)
    press(
        console,
        "sam",
        case,
        "give",
        instrument="credit",
        amount="20",
        currency="EUR",
        why="goodwill, do not tell",
    )
    link = customer_link.create(StoredLinks(), case, by="priya", now=console.watch())
    shown = text_of(console.as_("").get(f"/c/{link.secret}"))
    assert "blender" in shown
    for inside in ("it broke twice", "goodwill", "approval", "€100.00", "€20.00"):
        assert inside not in shown


def test_the_inbox_costs_no_more_with_three_than_with_one(console):
    counted = []
    for number in (1, 2):
        for place in range(number):
            chat = f"n{number}-{place}"
            case = console.writes("It broke. I want my €150 back.", chat=chat, customer=chat)
            console.answers(case, "Let me look.", by="sam")
            ask(console, case)
        browser = console.as_("priya")
        browser.get("/approvals?show=others")
        with CaptureQueriesContext(connection) as queries:
            page = browser.get("/approvals?show=others").content.decode()
        counted.append(len(queries))
    assert page.count("it broke twice") == 3
    assert counted[0] == counted[1]


def test_programs_read_what_is_left_and_what_waits(console, case, api_token):
    headers = {"Authorization": f"Bearer {api_token}"}
    browser = console.as_("")
    room = browser.get(f"/api/v1/cases/{case}/authority?by=sam", headers=headers).json()
    refund = next(line for line in room["rooms"] if line["instrument"] == "refund")
    assert (refund["left"], refund["of"], refund["hat"]) == (6_000, 6_000, "agent")
    assert sum(line["amount"] for line in room["advice"]["lines"]) == room["advice"]["suggested"]
    ask(console, case)
    (line,) = browser.get("/api/v1/approvals", headers=headers).json()["approvals"]
    assert (line["case"], line["approval"]["amount"], line["approval"]["state"]) == (case, 10_000, "asked")
    body = {"by": approver(console, case), "approval": 1}
    made = browser.post(
        f"/api/v1/cases/{case}/approve", body, content_type="application/json", headers=headers
    )
    assert made.status_code == 201
    assert "approval_granted" in made.json()["events"]


@pytest.fixture
def api_token(console, monkeypatch) -> str:
    monkeypatch.setattr("leeway.web.api.gate.UNKNOWN_LOOK_SECONDS", 0.0)  # tokens are made while it runs
    driver = console.house.driver()
    try:
        return tokens.issue(driver, "tests", {"cases:read", "cases:write"}, by="tests", at=console.watch())
    finally:
        driver.close()


def test_a_fact_of_a_page_is_held_to_the_same_limits(console, case):
    assert (
        press(console, "sam", case, "give", instrument="gold", amount="1", currency="EUR").status_code == 422
    )
    assert isinstance(console.case(case).offers, tuple)
    assert f.OfferGiven.__struct_config__.tag == "offer_given"


def test_insights_say_what_was_given_and_whether_like_cases_got_like_offers(console, case):
    press(console, "sam", case, "give", instrument="refund", amount="30", currency="EUR")
    other = console.writes(
        "It broke. I want my €150 back.", chat="n2", customer="eva", about={"tier": "gold"}
    )
    console.answers(other, "Let me look.", by="sam")
    press(console, "sam", other, "give", instrument="refund", amount="50", currency="EUR")
    shown = text_of(console.as_("priya").get("/insights/recovery_cost"))
    assert "80.00 in 2 offers" in shown
    assert console.as_("priya").get("/insights/leakage").status_code == 200
    page = text_of(console.as_("priya").get("/insights/fairness"))
    assert "too few" in page
    assert "gold" in page
    table = b"".join(console.as_("priya").get("/insights/fairness.csv")).decode()
    assert table.splitlines()[0].startswith("dimension,group,n,others")
    assert console.as_("sam").get("/insights/fairness").status_code == 403
    assert console.as_("").get("/insights/fairness").status_code == 302
