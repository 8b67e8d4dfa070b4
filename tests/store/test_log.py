"""The log is the truth: rows follow from it, and nobody changes it unnoticed."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

import pytest
from django.apps import apps
from msgspec.structs import replace

from leeway.core.facts import CustomerRef, MessageReceived
from leeway.desk.handle import Done
from leeway.desk.ports import Item
from leeway.store import documents
from leeway.store.instants import read_instant
from leeway.store.rebuild import compare, differences, rebuild, stored
from leeway.store.writer import tables
from leeway.store.writer.chain import link
from leeway.store.writer.news import Written
from leeway.wiring import House
from tests.houses import MONDAY_MORNING, Watch

TABLES = [one for one in vars(tables).values() if isinstance(one, tables.Table)]


def message(number: int, text: str = "Where is my parcel?") -> MessageReceived:
    return MessageReceived(
        id=f"m{number}",
        at=MONDAY_MORNING,
        interaction="chat-1",
        author="customer",
        text=text,
        customer=CustomerRef("ana"),
    )


def hand_in(house: House, *numbers: int) -> list[Done]:
    answers = house.writer.call([Item(message(number)) for number in numbers])
    return [answer for answer in answers if isinstance(answer, Done)]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_the_writers_columns_are_the_models(table: tables.Table):
    (model,) = [model for model in apps.get_models() if model._meta.db_table == table.name]
    fields = {field.column: field for field in model._meta.local_fields}
    assert set(table.columns) <= set(fields)
    left_to_the_database = {name for name, field in fields.items() if field.primary_key or field.null}
    assert set(fields) - set(table.columns) <= left_to_the_database


def test_a_case_is_rebuilt_exactly_from_its_log(house: House):
    (*_, last) = hand_in(house, *range(10))
    rebuilt = rebuild(house.driver(), last.case)
    assert rebuilt.case == stored(house.driver(), last.case)
    assert rebuilt.facts == 10
    assert rebuilt.broken_at == 0


@pytest.mark.parametrize(
    "change",
    [
        "update leeway_fact set body = replace(body, 'parcel', 'letter') where source_id = 'm2'",
        "update leeway_fact set known = '{}' where source_id = 'm2'",
        "update leeway_event set body = replace(body, 'm2', 'mm') where kind = 'message_read' and body like '%\"m2\"%'",
        "delete from leeway_fact where source_id = 'm2'",
        "delete from leeway_fact where source_id = 'm4'",
        "update leeway_case set state = replace(state, 'ana', 'eve')",
        "update leeway_case set version = version + 1",
    ],
)
def test_what_is_changed_in_the_log_or_the_row_is_noticed(house: House, change: str):
    (*_, last) = hand_in(house, *range(5))
    driver = house.driver()
    assert compare(driver, last.case) is None
    assert driver.run(change.replace("%", "%%") if house.database == "postgresql" else change) == 1
    assert [found.case for found in differences(driver)] == [last.case]


def test_no_two_ways_of_cutting_the_same_words_share_a_digest():
    assert link("", "ab", "c", ["d"]) != link("", "a", "bc", ["d"])
    assert link("", "a", "b", ["c", "d"]) != link("", "a", "b", ["cd"])
    assert link("x", "a", "b", []) != link("", "a", "b", [])


def test_facts_are_numbered_in_the_order_of_their_commits(house: House, new_house: Callable[[], House]):
    other = new_house()
    numbers = [hand_in(one, number)[0].fact for number, one in enumerate([house, other, house, other])]
    assert numbers == sorted(numbers)
    assert len(set(numbers)) == 4


def test_a_published_policy_is_in_force_for_the_next_fact_in_every_process(
    house: House, new_house: Callable[[], House]
):
    other = new_house()
    hand_in(other, 1)
    driver = house.driver()
    driver.begin()
    policy = documents.published(driver).policy
    version = documents.publish(driver, replace(policy, name="stricter"), at=house.clock(), by="olga")
    driver.commit()
    assert version == policy.version + 1
    hand_in(other, 2)
    rows = driver.select("select policy_version, known from leeway_fact order by id")
    assert f'"policy":{version}' in rows[1][1]
    assert f'"policy":{policy.version}' in rows[0][1]


def test_an_old_version_stays_readable(house: House):
    driver = house.driver()
    driver.begin()
    before = documents.published(driver).policy
    documents.publish(driver, replace(before, name="stricter"), at=house.clock())
    driver.commit()
    published = documents.published(driver)
    assert published.policy.name == "stricter"
    assert published.policies[before.version] == before


def test_instants_are_kept_to_the_microsecond(house: House, watch: Watch):
    watch.forward(microseconds=7)
    (done,) = hand_in(house, 1)
    ((kept,),) = house.driver().select("select recorded_at from leeway_fact where id = ?", (done.fact,))
    assert read_instant(kept) == watch.now


@pytest.mark.postgres
def test_a_lost_connection_is_made_again_and_nothing_is_lost(house: House):
    hand_in(house, 1)
    house.driver().select(
        "select pg_terminate_backend(pid) from pg_stat_activity "
        "where application_name = 'leeway writer' and pid <> pg_backend_pid() and datname = current_database()"
    )
    (done,) = hand_in(house, 2)
    assert stored(house.driver(), done.case).messages == 2


@pytest.mark.postgres
def test_another_processes_commit_is_heard(house: House, monkeypatch: pytest.MonkeyPatch):
    heard: list[Written] = []
    rung = Event()

    def note(written: Written) -> None:
        heard.append(written)
        rung.set()

    from leeway.store.writer import news

    house.listen(note)
    monkeypatch.setattr(news, "OURSELVES", "somebody else")  # what it hears is then not its own
    driver = house.driver()
    for number in range(200):  # until the bell has connected
        driver.notify(Written(cases=(number,), events=number))
        monkeypatch.setattr(news, "OURSELVES", f"process {number}")
        if rung.wait(0.05):
            break
    assert heard
    assert heard[0].cases == (heard[0].events,)
