"""The ledger of what was given: nobody gives the same room away twice, and the log alone makes every line of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from leeway.core import facts as f
from leeway.core.authority import Window
from leeway.desk.handle import Done, Refused
from leeway.desk.ports import Item
from leeway.store import documents, ledger
from leeway.store.exporting import Only, export
from leeway.store.importing.restoring import restore
from leeway.store.rebuild import compare
from leeway.store.writer.driver import open_driver
from tests.houses import MONDAY_MORNING

AT = MONDAY_MORNING
DANA = f.CustomerRef(id="dana", tier="standard")
"""She may be given 20 EUR credit in 30 days by an agent, over all her cases (the shipped shop)."""


def opened(house, interaction: str = "chat-1", customer: f.CustomerRef = DANA) -> int:
    fact = f.MessageReceived(
        id=f"m-{interaction}",
        at=AT,
        interaction=interaction,
        author="customer",
        customer=customer,
        text="It broke.",
    )
    (answer,) = house.writer.call([Item(fact)])
    assert isinstance(answer, Done)
    return answer.case


def an_agent(house) -> str:
    driver = house.driver()
    roster = documents.published(driver).roster
    driver.close()
    return next(person.id for person in roster.people if "frontline" in person.teams)


def credit(number: str, case: int, by: str, amount: int = 500) -> f.OfferGiven:
    return f.OfferGiven(id=number, at=AT, case=case, by=by, instrument="credit", amount=amount)


def given(driver) -> int:
    return driver.select("select coalesce(sum(counted), 0) from leeway_offer where ended_at is null")[0][0]


@pytest.fixture
def driver(database):
    opened_driver = open_driver(database)
    yield opened_driver
    opened_driver.rollback()
    opened_driver.close()


def test_a_limit_per_customer_holds_over_all_their_cases(house, driver):
    by = an_agent(house)
    first, second = opened(house), opened(house, "chat-2")
    assert first != second
    answers = house.writer.call([Item(credit(f"c{n}", (first, second)[n % 2], by)) for n in range(6)])
    assert [type(answer) for answer in answers] == [Done] * 4 + [Refused] * 2
    assert given(driver) == 2_000


def test_two_tabs_cannot_overspend(house, driver):
    by, cases = an_agent(house), [opened(house, f"chat-{n}") for n in range(8)]
    threads = [
        threading.Thread(target=house.writer.call, args=([Item(credit(f"t{n}", case, by))],))
        for n, case in enumerate(cases * 3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert given(driver) == 2_000


SPENDER = """
import datetime, json, sys
from leeway.core import facts as f
from leeway.core.authority import Window
from leeway.desk.handle import Done
from leeway.desk.ports import Item
from leeway.wiring import open_house
at = datetime.datetime.fromisoformat(sys.argv[1])
name, by, cases = sys.argv[2], sys.argv[3], json.loads(sys.argv[4])
house = open_house(clock=lambda: at)
given = 0
for n, case in enumerate(cases * 4):
    fact = f.OfferGiven(id=f"{name}-{n}", at=at, case=case, by=by, instrument="credit", amount=100)
    (answer,) = house.writer.call([Item(fact)])
    given += isinstance(answer, Done)
print(given)
house.close()
"""


def test_four_processes_on_one_customer_cannot_overspend(house, database_url, driver, tmp_path):
    """Each gives from two cases of its own, so that nothing but the ledger stands between them."""
    by = an_agent(house)
    spenders = []
    for number in range(4):
        cases = [opened(house, f"chat-{number}-{place}") for place in range(2)]
        command = [sys.executable, "-c", SPENDER, AT.isoformat(), f"p{number}", by, json.dumps(cases)]
        environment = {**os.environ, "DATABASE_URL": database_url, "LEEWAY_HOME": str(tmp_path)}
        spenders.append(
            subprocess.Popen(
                command, env=environment, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
            )
        )
    counts = [int(spender.communicate()[0].split()[-1]) for spender in spenders]
    assert [spender.returncode for spender in spenders] == [0] * 4
    assert sum(counts) == 20
    assert given(driver) == 2_000


def test_what_was_given_counts_in_the_case_a_case_goes_on_in(house, driver):
    by = an_agent(house)
    first, second = opened(house), opened(house, "chat-2")
    refund = f.OfferGiven(id="r1", at=AT, case=second, by=by, instrument="refund", amount=4_000)
    merge = f.MergedInto(id="join", at=AT, case=second, into=first, source="console")
    again = f.OfferGiven(id="r2", at=AT, case=first, by=by, instrument="refund", amount=4_000)
    answers = house.writer.call([Item(refund), Item(merge), Item(again)])
    assert [type(answer) for answer in answers] == [Done, Done, Refused]
    (answer,) = house.writer.call(
        [Item(f.OfferGiven(id="r3", at=AT, case=first, by=by, instrument="refund", amount=4_000))]
    )
    assert isinstance(answer, Refused)
    assert [compare(driver, number) for number in (first, second)] == [None, None]


def an_approval(house, case: int, by: str) -> str:
    ask = f.ApprovalAsked(
        id="a1", at=AT, case=case, by=by, instrument="refund", amount=10_000, why="it broke twice"
    )
    house.writer.call([Item(ask)])
    driver = house.driver()
    (asked_of,) = driver.select("select asked_of from leeway_approval where state = 'asked'")[0]
    driver.close()
    return asked_of


def test_the_ledger_is_the_logs_and_a_changed_line_is_found(house, driver):
    by, case = an_agent(house), opened(house)
    approver = an_approval(house, case, by)
    yes = f.ApprovalGiven(id="a2", at=AT, case=case, by=approver, approval=1)
    use = f.OfferGiven(id="a3", at=AT, case=case, by=by, instrument="refund", amount=9_000, approval=1)
    back = f.OfferTakenBack(id="a4", at=AT, case=case, by=by, offer=1, reason="sent to the wrong card")
    assert all(isinstance(answer, Done) for answer in house.writer.call([Item(yes), Item(use), Item(back)]))
    assert compare(driver, case) is None
    assert given(driver) == 0
    driver.begin()
    driver.run("update leeway_offer set ended_at = null")
    driver.commit()
    assert "ledger" in compare(driver, case).says


def test_an_export_brings_the_ledger_along(house, driver, tmp_path, new_house):
    by, first, second = an_agent(house), opened(house), opened(house, "chat-2")
    house.writer.call([Item(credit("c1", first, by)), Item(credit("c2", second, by))])
    house.writer.call([Item(f.MergedInto(id="join", at=AT, case=second, into=first, source="console"))])
    before = driver.select("select * from leeway_offer order by key")
    export(driver, tmp_path / "out", Only(), now=AT)
    for table in (
        "offer",
        "approval",
        "event",
        "fact",
        "interaction",
        "escalation",
        "promise",
        "case",
        "customer",
    ):
        driver.begin()
        driver.run(f"delete from leeway_{table}")  # noqa: S608 - our own words
        driver.commit()
    restore(driver, tmp_path / "out", now=AT)
    assert driver.select("select * from leeway_offer order by key") == before
    assert len(before) == 2


def test_rooms_are_taken_in_one_order():
    """Two groups that want the same rooms must not wait for each other."""
    windows = [
        Window("person", "ana", "credit"),
        Window("customer", "dana", "credit", 60),
        Window("person", "ana", "refund"),
    ]
    assert (
        ledger.locks(windows) == ledger.locks(reversed(windows)) == ["room:customer:dana", "room:person:ana"]
    )
