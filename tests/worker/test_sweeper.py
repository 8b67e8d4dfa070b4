"""The clocks: each case is woken at its time, once, by however many sweepers, and none is forgotten."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Thread

import pytest

from leeway.core.facts import CustomerRef, MessageReceived
from leeway.desk.handle import Done
from leeway.desk.ports import Item
from leeway.store import marks
from leeway.store.rebuild import differences, stored
from leeway.store.writer.news import Written
from leeway.wiring import House
from leeway.worker.sweeper import AT_ONCE, Sweeper
from tests.houses import Watch


def open_cases(house: House, count: int) -> list[int]:
    answers = house.writer.call(
        [
            Item(
                MessageReceived(
                    id=f"m{number}",
                    at=house.clock(),
                    interaction=f"chat-{number}",
                    author="customer",
                    text="Where is my parcel?",
                    customer=CustomerRef(f"c{number}"),
                )
            )
            for number in range(count)
        ]
    )
    return [answer.case for answer in answers if isinstance(answer, Done)]


def sweeper_of(house: House) -> Sweeper:
    return Sweeper(house.driver(), house.writer.call, house.clock)


def ticks(house: House) -> int:
    return int(house.driver().select("select count(*) from leeway_fact where kind = 'clock_ticked'")[0][0])


def test_nothing_due_is_nothing_done(house: House):
    open_cases(house, 3)
    assert sweeper_of(house).sweep() == 0
    assert ticks(house) == 0


def test_a_case_is_woken_when_its_time_has_come_and_not_before(house: House, watch: Watch):
    (case,) = open_cases(house, 1)
    wake_at = stored(house.driver(), case).wake_at
    assert wake_at is not None
    watch.now = wake_at - timedelta(seconds=1)
    assert sweeper_of(house).sweep() == 0
    watch.now = wake_at
    assert sweeper_of(house).sweep() >= 1
    after = stored(house.driver(), case)
    assert after.wake_at is None or after.wake_at > watch.now


def test_more_than_one_round_of_cases_is_woken_in_one_sweep(house: House, watch: Watch):
    cases = open_cases(house, AT_ONCE + 5)
    watch.now = max(wake for case in cases if (wake := stored(house.driver(), case).wake_at))
    assert sweeper_of(house).sweep() >= len(cases)
    assert list(differences(house.driver())) == []


def test_several_sweepers_wake_a_case_once(house: House, new_house: Callable[[], House], watch: Watch):
    cases = open_cases(house, 20)
    watch.now = max(wake for case in cases if (wake := stored(house.driver(), case).wake_at))
    sweepers = [sweeper_of(house), sweeper_of(new_house()), sweeper_of(new_house())]
    due = [one._due() for one in sweepers]  # all of them have looked before any of them acts
    threads = [Thread(target=one._wake, args=(mine,)) for one, mine in zip(sweepers, due, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ticks(house) == len(due[0])
    assert list(differences(house.driver())) == []


def test_the_watchdog_publishes_how_many_steps_ran_in_time(house: House, watch: Watch):
    (case,) = open_cases(house, 1)
    sweeper = sweeper_of(house)
    wake_at = stored(house.driver(), case).wake_at
    assert wake_at is not None
    watch.now = wake_at
    sweeper.sweep()
    assert sweeper.watch()["ratio"] == 1.0
    late = stored(house.driver(), case).wake_at
    assert late is not None
    watch.now = late + timedelta(hours=1)
    assert sweeper.watch()["overdue"] == 1
    sweeper.sweep()
    assert sweeper.watch()["ratio"] < 1.0
    mark = marks.get(house.driver(), marks.SWEEP)
    assert mark is not None
    assert mark[1]["overdue"] == 0


def test_the_watchdog_finds_a_live_case_that_lost_its_next_step(
    house: House, watch: Watch, caplog: pytest.LogCaptureFixture
):
    (case,) = open_cases(house, 1)
    assert sweeper_of(house).watch()["forgotten"] == 0
    house.driver().run("update leeway_case set wake_at = null where id = ?", (case,))
    assert sweeper_of(house).watch()["forgotten"] == 1
    assert str(case) in caplog.text


def test_a_sleeping_sweeper_is_woken_by_news_of_an_earlier_time_only(house: House):
    (case,) = open_cases(house, 1)
    wake_at = stored(house.driver(), case).wake_at
    assert wake_at is not None
    sweeper = sweeper_of(house)
    sweeper._pause()
    sweeper.heard(Written(wake_at=wake_at + timedelta(seconds=1)))
    assert not sweeper._news.is_set()
    sweeper.heard(Written(wake_at=wake_at - timedelta(seconds=1)))
    assert sweeper._news.is_set()


def test_a_running_sweeper_ends_when_it_is_told_to(house: House):
    sweeper = sweeper_of(house)
    house.start("sweeper", sweeper.run, sweeper.stop)
    house.close()
