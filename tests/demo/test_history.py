"""The demo's house: the same for the same seed, sound in every case, and with everything in it that it promises."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from leeway.core.case import Case
from leeway.demo.history import CASES
from leeway.demo.house import furnish_and_play
from leeway.demo.plots import SUGGESTED
from leeway.packs.playbooks import shipped
from leeway.store.address import Sqlite
from leeway.store.rebuild import compare
from leeway.store.writer.driver import Driver
from leeway.wiring import House, open_house

NOW = datetime(2026, 3, 4, 11, 0, tzinfo=UTC)
FEW = 1


def filled(where: Sqlite, cases: int) -> House:
    house = open_house(where=where, clock=lambda: NOW)
    driver = house.driver()
    furnish_and_play(house, driver, NOW, seed=7, cases=cases)
    driver.close()
    return house


@pytest.fixture(scope="module")
def full_house(new_address: Callable[[], Sqlite]) -> Iterator[House]:
    house = filled(new_address(), CASES // 3)
    yield house
    house.close()


@pytest.fixture
def driver(full_house: House) -> Iterator[Driver]:
    opened = full_house.driver()
    yield opened
    opened.close()


def cases(driver: Driver) -> list[Case]:
    return [
        msgspec.json.decode(state, type=Case) for (state,) in driver.select("select state from leeway_case")
    ]


def kinds(driver: Driver) -> Counter[str]:
    return Counter(kind for (kind,) in driver.select("select kind from leeway_event"))


@pytest.mark.slow
def test_the_same_seed_gives_the_same_house(new_address):
    logs = []
    for _ in range(2):
        house = filled(new_address(), FEW)
        mine = house.driver()
        logs.append(mine.select("select case_id, seq, kind, at from leeway_event order by id"))
        mine.close()
        house.close()
    assert logs[0] == logs[1]
    assert len(logs[0]) > 500


def test_every_live_case_has_an_owner_and_a_next_step(driver):
    live = [case for case in cases(driver) if case.live]
    assert [case.id for case in live if not case.owner or case.wake_at is None] == []


def test_no_clock_is_overdue_when_the_visitor_comes_in(driver):
    late = driver.select("select id from leeway_case where wake_at <= ?", (NOW - timedelta(seconds=1),))
    assert late == []


def test_every_row_is_what_its_log_tells(driver):
    numbers = [case.id for case in cases(driver)][::7]
    assert [compare(driver, number) for number in numbers] == [None] * len(numbers)


def test_nothing_failed_or_was_left_out(driver):
    sources = Counter(source for (source,) in driver.select("select source from leeway_fact"))
    assert sources["demo"] > sources["clock"] > 100
    assert set(sources) <= {"demo", "clock", "leeway"}


@pytest.mark.parametrize(
    "kind",
    [
        "alert_raised",
        "rule_decided",
        "escalation_held",
        "escalated",
        "owner_accepted",
        "asked_back",
        "ask_back_answered",
        "handoff_turned_down",
        "case_deescalated",
        "consult_opened",
        "consult_closed",
        "attempt_answer_recorded",
        "promise_recorded",
        "clock_breached",
        "clock_warned",
        "nobody_there",
        "case_paused",
        "case_resumed",
        "case_resolved",
        "case_reopened",
        "follow_up_asked",
        "follow_up_recorded",
        "rating_recorded",
        "case_joined",
        "customer_event_seen",
        "slot_recorded",
        "case_closed",
        "offer_recorded",
        "approval_opened",
        "approval_granted",
        "fault_recorded",
        "guidance_answered",
        "disclosure_said",
    ],
)
def test_the_history_has_seen(driver, kind):
    assert kinds(driver)[kind] >= 1


def test_every_level_has_had_its_cases(driver):
    levels = {level for (level,) in driver.select("select level from leeway_escalation")}
    assert levels >= {"supervisor", "manager", "mediator", "specialist_care"}


def test_promises_were_kept_broken_and_released(driver):
    states = {state for (state,) in driver.select("select state from leeway_promise")}
    assert states >= {"kept", "broken", "released"}


@pytest.mark.parametrize(
    "rule",
    [
        "lawyer or authority",
        "vulnerable customer",
        "press or social media",
        "promise broken",
        "third contact about the same matter",
        "two solutions declined",
        "asks for a supervisor",
        "valued customer wants to leave",
    ],
)
def test_the_matrix_has_decided_by(driver, rule):
    assert driver.select("select count(*) from leeway_escalation where rule = ?", (rule,))[0][0] >= 1


def test_a_low_rating_was_rescued(driver):
    rescued = [case for case in cases(driver) if (case.rating or 5) <= 2 and case.reopened]
    assert rescued


def test_approvals_were_given_and_used_in_full_and_in_part_and_declined(driver):
    ended = driver.select("select state, granted = amount from leeway_approval")
    assert {("used", 1), ("used", 0), ("declined", 0)} <= set(ended)


def test_what_was_given_is_goodwill_or_owed_and_stands_in_the_ledger_once(driver):
    offers = [offer for case in cases(driver) for offer in case.offers]
    assert {offer.due for offer in offers} == {True, False}
    assert all(offer.because and offer.proof for offer in offers if offer.due)
    [(written,)] = driver.select("select count(*) from leeway_offer where held = 0")
    assert written == len(offers)


def test_most_promises_are_kept(driver):
    states = Counter(
        state
        for (state,) in driver.select(
            "select state from leeway_promise where due <= ? and state in ('kept', 'broken')", (NOW,)
        )
    )
    assert states["kept"] > states["broken"]


def test_many_an_alert_is_followed_by_an_escalation(driver):
    first = dict(
        driver.select(
            "select case_id, min(at) from leeway_event where kind = 'alert_raised' group by case_id"
        )
    )
    after = driver.select("select case_id, max(escalated_at) from leeway_escalation group by case_id")
    right = [case for case, at in after if case in first and at >= first[case]]
    assert len(right) >= len(first) / 4


def test_what_the_cast_takes_up_is_what_the_playbooks_suggest():
    suggested = {
        f"{book.name}.{play.name}": play.move for book in shipped("en").playbooks for play in book.plays
    }
    assert {play: suggested.get(play) for play in SUGGESTED} == SUGGESTED


def test_an_approval_waits_for_the_visitor(driver):
    waiting = driver.select(
        "select asked_of from leeway_approval where state = 'asked' and decide_by > ?", (NOW,)
    )
    assert ("priya",) in waiting


def test_some_customers_write_spanish(driver):
    spanish = [case for case in cases(driver) if case.language == "es"]
    assert spanish


def test_this_morning_something_is_open_at_every_level(driver):
    levels = {case.level for case in cases(driver) if case.live}
    assert levels == {"agent", "supervisor", "specialist_care", "manager", "mediator"}


def test_something_waits_for_the_visitor(driver):
    asked = [case for case in cases(driver) if case.asked and case.asked.person == "priya"]
    brewing = [case for case in cases(driver) if case.live and case.risk >= 0.6 and case.escalation is None]
    assert asked
    assert brewing


def test_somebody_is_waiting_for_advice(driver):
    assert [case for case in cases(driver) if any(item.answered_at is None for item in case.consults)]
