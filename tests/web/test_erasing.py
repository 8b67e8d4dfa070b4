"""What is left of somebody who wants to be forgotten: that there was a case, and nothing of theirs."""

from __future__ import annotations

from datetime import timedelta

import pytest

from leeway.core import facts as f
from leeway.core.erasure import ERASED, erased
from leeway.store.erasing import NobodyKnown, StillGoingOn, erase_customer, erase_old_texts
from leeway.store.rebuild import compare
from leeway.worker.retention import Retention

pytest_plugins = ["tests.web.console"]
pytestmark = pytest.mark.db

SECRETS = ("Dana Secretname", "dana@example.org", "zanzibar", "4711", "dana-4711", "Refunded by hand")


@pytest.fixture
def driver(console):
    opened = console.house.driver()
    yield opened
    opened.close()


@pytest.fixture
def over(console) -> int:
    """A case with a bit of everything in it, resolved."""
    who = {"customer": "dana-4711", "name": "Dana Secretname", "about": {"email": "dana@example.org"}}
    case = console.writes("My parcel from Zanzibar, order 4711, is broken. I want my money back!", **who)
    console.answers(case, "I can offer you a refund of €14. I will send the Zanzibar label by tomorrow.")
    console.writes("This is the third time! Let me speak to your supervisor about the zanzibar!", **who)
    owner = console.case(case).owner
    console.press(f.UpdateSent, case, by=owner, text="The zanzibar is on its way, Dana Secretname.")
    console.press(f.Resolved, case, by=owner, how="Refunded by hand")
    return case


def everything(driver) -> str:
    """Every text of every table that could hold some."""
    tables = ("fact", "event", "case", "customer", "promise", "escalation", "outbox", "words", "interaction")
    return "\n".join(str(driver.select(f"select * from leeway_{name}")) for name in tables)  # noqa: S608


def test_nothing_of_a_customer_is_left_and_the_log_still_verifies(console, driver, over):
    before = console.case(over)
    assert all(secret in everything(driver) for secret in SECRETS)
    erase_customer(driver, "dana-4711", by="ingrid", at=console.watch())
    left = everything(driver)
    for secret in SECRETS:
        at = left.lower().find(secret.lower())
        assert at < 0, left[max(0, at - 300) : at + 60]
    assert compare(driver, over) is None
    after = console.case(over)
    assert (after.status, after.version, after.owner) == (before.status, before.version, before.owner)
    assert after.customer.startswith("erased-")
    ((why,),) = driver.select("select distinct why from leeway_blanked")
    assert why == "erasure of a customer, by ingrid"


def test_pages_of_what_was_erased_still_open(console, driver, over):
    erase_customer(driver, "dana-4711", by="ingrid", at=console.watch())
    priya = console.as_("priya")
    for place in (f"/conversations/{over}", f"/escalations/{over}", f"/escalations/{over}/history"):
        answer = priya.get(place)
        assert answer.status_code == 200
        assert "zanzibar" not in answer.content.decode()


def test_what_the_writer_had_at_hand_does_not_bring_it_back(console, driver, over):
    erase_customer(driver, "dana-4711", by="ingrid", at=console.watch())
    console.press(f.Reopened, over, by="priya", reason="by mistake")
    assert "zanzibar" not in str(console.case(over))
    assert compare(driver, over) is None


def test_a_customer_with_a_running_case_is_not_erased(console, driver):
    console.writes()
    with pytest.raises(StillGoingOn, match="C-1"):
        erase_customer(driver, "dana", by="ingrid", at=console.watch())


def test_nobody_cannot_be_erased(driver, console):
    with pytest.raises(NobodyKnown):
        erase_customer(driver, "nobody", by="ingrid", at=console.watch())


def test_other_customers_keep_everything(console, driver, over):
    other = console.writes("My kettle leaks.", chat="chat-2", customer="ben", name="Ben")
    erase_customer(driver, "dana-4711", by="ingrid", at=console.watch())
    assert "My kettle leaks." in str(console.case(other))


def test_texts_that_were_kept_long_enough_go_and_the_case_stays(console, driver, over):
    console.pass_time(days=60)
    assert console.case(over).status == "closed"
    assert erase_old_texts(driver, timedelta(days=90), at=console.watch()) == 0
    assert erase_old_texts(driver, timedelta(days=30), at=console.watch()) == 1
    assert erase_old_texts(driver, timedelta(days=30), at=console.watch()) == 0
    assert "zanzibar" not in str(console.case(over))
    assert console.case(over).customer == "dana-4711"
    assert compare(driver, over) is None


def test_what_is_ours_stays_in_a_record():
    record = {
        "event": "alert_raised",
        "rule": "asks for a supervisor",
        "by": "sam",
        "at": "2026-03-02T10:00:00Z",
    }
    assert erased(record) == record
    assert erased({"quote": "no", "note": "in their words"}) == {"quote": ERASED, "note": ERASED}


def test_an_admin_erases_with_the_number_typed_twice(console, over):
    page = console.as_("ingrid")
    assert "has 1 case" in page.get("/settings/customers?find=dana-4711").content.decode()
    careless = page.post("/settings/customers/erase", {"customer": "dana-4711", "again": "dana"})
    assert careless.status_code == 422
    assert console.case(over).customer == "dana-4711"
    page.post("/settings/customers/erase", {"customer": "dana-4711", "again": "dana-4711"})
    assert console.case(over).customer.startswith("erased-")


@pytest.mark.parametrize("person", ["priya", "sam", "felix"])
def test_nobody_else_erases_anybody(console, over, person):
    client = console.as_(person)
    answer = client.post("/settings/customers/erase", {"customer": "dana-4711", "again": "dana-4711"})
    assert answer.status_code == 403
    assert client.post("/settings/customers/retention", {"days": "30"}).status_code == 403


def test_texts_are_kept_for_ever_until_an_admin_says_otherwise(console, driver, over):
    console.pass_time(days=60)
    service = Retention(driver, console.watch)
    assert service.look() == 0
    console.as_("ingrid").post("/settings/customers/retention", {"days": "5"})
    assert service.look() == 0
    console.as_("ingrid").post("/settings/customers/retention", {"days": "30"})
    assert service.look() == 1
