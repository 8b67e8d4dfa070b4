"""What the writer promises: nothing twice, nothing lost, and a bad fact fails alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from threading import Thread
from zoneinfo import ZoneInfo

import pytest

from leeway.core.case import Case
from leeway.core.decide import decided
from leeway.core.facts import (
    CustomerRef,
    EscalationRequested,
    Fact,
    HandoffAccepted,
    InteractionOpened,
    MessageReceived,
    StepTaken,
)
from leeway.core.world import Known, World
from leeway.desk.handle import Done, Failed, Refused
from leeway.desk.ports import Busy, Closed, Item
from leeway.desk.refusals import BelongsNowhere, CustomerUnknown, UnknownCase
from leeway.store.rebuild import rebuild, stored
from leeway.store.writer.news import Written
from leeway.store.writer.writer import Writer
from leeway.wiring import House, PublishedWorlds
from tests.houses import MONDAY_MORNING, Watch

ANA = CustomerRef("ana", name="Ana Souza", email="ana@example.com")


def message(number: object, *, interaction: str | None = "chat-1", **more: object) -> MessageReceived:
    told = {
        "at": MONDAY_MORNING,
        "text": f"Where is my parcel? ({number})",
        "author": "customer",
        "customer": ANA,
        **more,
    }
    return MessageReceived(id=f"m{number}", interaction=interaction, **told)


def hand_in(house: House, *facts: Fact) -> list[Done]:
    answers = house.writer.call([Item(fact) for fact in facts])
    assert all(isinstance(answer, Done) for answer in answers), answers
    return [answer for answer in answers if isinstance(answer, Done)]


def count(house: House, table: str) -> int:
    return int(house.driver().select(f"select count(*) from {table}")[0][0])  # noqa: S608 - our own names


def test_the_first_fact_of_a_conversation_opens_a_case(house: House):
    (done,) = hand_in(house, message(1))
    assert (done.case, done.fact, done.duplicate) == (1, 1, False)
    assert "case_opened" in done.events
    assert "message_read" in done.events
    case = stored(house.driver(), done.case)
    assert case.customer_name == "Ana Souza"
    assert case.owner
    assert case.wake_at is not None


def test_a_second_delivery_does_nothing(house: House):
    (first,) = hand_in(house, message(1))
    (again,) = hand_in(house, message(1))
    assert again == Done(first.case, first.fact, (), duplicate=True)
    assert count(house, "leeway_fact") == 1


def test_a_second_delivery_within_one_group_does_nothing(house: House):
    first, again = hand_in(house, message(1), message(1))
    assert again == Done(first.case, first.fact, first.events, first.version, duplicate=True)
    assert count(house, "leeway_fact") == 1


def test_the_same_id_from_another_source_is_another_fact(house: House):
    first, other = hand_in(house, message(1), message(1, source="mail"))
    assert not other.duplicate
    assert other.fact != first.fact


def test_facts_of_one_case_in_one_group_see_each_other(house: House):
    opened, *messages = hand_in(
        house,
        InteractionOpened(id="o1", at=MONDAY_MORNING, interaction="chat-1", customer=ANA, channel="chat"),
        *[message(number) for number in range(3)],
    )
    assert {done.case for done in messages} == {opened.case}
    assert [done.version for done in messages] == [messages[-1].version] * 3
    assert stored(house.driver(), opened.case).messages == 3


def test_a_fact_that_is_refused_leaves_no_trace_and_does_not_touch_its_group(house: House):
    good, unknown, lost, nameless = house.writer.call(
        [
            Item(message(1)),
            Item(StepTaken(id="s1", at=MONDAY_MORNING, case=2**70, step="check")),
            Item(StepTaken(id="s2", at=MONDAY_MORNING, step="check")),
            Item(message(2, interaction="chat-2", customer=None)),
        ]
    )
    assert isinstance(good, Done)
    refusals = [answer.refusal for answer in (unknown, lost, nameless) if isinstance(answer, Refused)]
    assert [type(refusal) for refusal in refusals] == [UnknownCase, BelongsNowhere, CustomerUnknown]
    assert count(house, "leeway_fact") == 1
    assert count(house, "leeway_case") == 1


def test_times_are_decided_in_utc_whatever_the_source_writes(house: House):
    athens = MONDAY_MORNING.astimezone(ZoneInfo("Europe/Athens"))
    (done,) = hand_in(house, message(1, at=athens))
    opened_at = stored(house.driver(), done.case).opened_at
    assert opened_at == MONDAY_MORNING
    ((body,),) = house.driver().select("select body from leeway_event where kind = 'case_opened'")
    assert MONDAY_MORNING.isoformat().replace("+00:00", "Z") in body


def test_a_time_at_the_end_of_the_calendar_is_refused_alone(house: House):
    far = datetime(1, 1, 1, tzinfo=UTC)
    first, second = house.writer.call(
        [Item(message(1), quiet=True), Item(message(2, at=far, interaction="chat-2"), quiet=True)]
    )
    assert isinstance(first, Done)
    assert isinstance(second, Refused)


def test_a_fact_that_breaks_the_decision_fails_alone(house: House, watch: Watch):
    def breaks_on_two(world: World, known: Known, case: Case, fact: Fact):
        if fact.id == "m2":
            raise ZeroDivisionError
        return decided(world, known, case, fact)

    writer = Writer(house.driver(), PublishedWorlds(), clock=watch, decide=breaks_on_two)
    one, two, three = writer.call([Item(message(number)) for number in (1, 2, 3)])
    writer.stop()
    assert isinstance(one, Done)
    assert isinstance(three, Done)
    assert isinstance(two, Failed)
    assert isinstance(two.error, ZeroDivisionError)
    assert stored(house.driver(), one.case).messages == 2
    assert rebuild(house.driver(), one.case).case == stored(house.driver(), one.case)


def test_a_fact_the_database_cannot_keep_fails_alone(house: House):
    too_large = CustomerRef("ben", spend=10**30, name="x\x00y")
    answers = house.writer.call(
        [
            Item(message(1)),
            Item(message(2, interaction="chat-2", customer=too_large)),
            Item(message(3, interaction="chat-3", customer=CustomerRef("eve"))),
        ]
    )
    kinds = [type(answer) for answer in answers]
    assert kinds[0] is Done
    assert kinds[2] is Done
    if kinds[1] is Failed:  # PostgreSQL keeps no NUL; SQLite does
        assert count(house, "leeway_case") == 2


def test_what_another_process_wrote_is_seen(house: House, new_house: Callable[[], House]):
    (first,) = hand_in(house, message(1))
    other = new_house()
    hand_in(other, message(2))
    hand_in(house, message(3))
    hand_in(other, message(4))
    case = stored(house.driver(), first.case)
    assert case.messages == 4
    assert rebuild(house.driver(), first.case).case == case


def test_processes_that_meet_the_same_new_conversation_open_one_case(
    house: House, new_house: Callable[[], House]
):
    houses = [house, new_house(), new_house()]
    answers: list[Done] = []
    threads = [
        Thread(target=lambda one=one, place=place: answers.extend(hand_in(one, message(place))))
        for place, one in enumerate(houses)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({answer.case for answer in answers}) == 1
    assert count(house, "leeway_case") == 1
    assert stored(house.driver(), answers[0].case).messages == 3


def test_processes_that_get_the_same_fact_record_it_once(house: House, new_house: Callable[[], House]):
    houses = [house, new_house(), new_house()]
    answers: list[Done] = []
    threads = [Thread(target=lambda one=one: answers.extend(hand_in(one, message(1)))) for one in houses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.duplicate for answer in answers) == [False, True, True]
    assert {answer.fact for answer in answers} == {answers[0].fact}
    assert count(house, "leeway_fact") == 1


def test_a_full_queue_says_when_to_come_back(house: House, watch: Watch):
    writer = Writer(house.driver(), PublishedWorlds(), clock=watch, queued_facts=2)
    held = house.driver()
    held.begin()
    held.order_log()  # nobody else gets to write now
    writer.submit([Item(message(1))], 100, lambda _: None)
    writer.submit([Item(message(2))], 100, lambda _: None)
    with pytest.raises(Busy) as busy:
        writer.submit([Item(message(3))], 100, lambda _: None)
    assert busy.value.retry_after == 1
    held.rollback()
    writer.stop()
    assert count(house, "leeway_fact") == 2


def test_stopping_writes_out_what_is_queued_and_takes_nothing_more(house: House, watch: Watch):
    writer = Writer(house.driver(), PublishedWorlds(), clock=watch)
    for number in range(20):
        writer.submit([Item(message(number))], 100, lambda _: None)
    writer.stop()
    assert count(house, "leeway_fact") == 20
    with pytest.raises(Closed):
        writer.submit([Item(message(21))], 100, lambda _: None)


def test_whoever_listens_hears_of_every_commit(house: House):
    heard: list[Written] = []
    house.writer.listen(heard.append)
    (done,) = hand_in(house, message(1))
    assert [written.cases for written in heard] == [(done.case,)]
    assert heard[0].facts == done.fact
    assert heard[0].wake_at == stored(house.driver(), done.case).wake_at


def test_a_listener_that_fails_does_not_stop_the_writing(house: House):
    def fails(_written: object) -> None:
        raise RuntimeError("deaf")

    house.writer.listen(fails)
    hand_in(house, message(1))
    hand_in(house, message(2))


def test_a_notice_goes_to_the_outbox_with_a_key_of_its_own_for_each_person(house: House):
    (done,) = hand_in(house, message(1, text="Get me your supervisor right now, I will call my lawyer!"))
    press = EscalationRequested(
        id="e1", at=MONDAY_MORNING, case=done.case, by="agent", requested_by="supervisor", override="urgent"
    )
    hand_in(house, press)
    rows = house.driver().select('select "key", kind, state from leeway_outbox order by id')
    assert rows
    assert len({key for key, _, _ in rows}) == len(rows)
    assert {state for _, _, state in rows} == {"pending"}


def test_imported_history_is_decided_as_of_its_time_and_nobody_is_told(house: House, watch: Watch):
    watch.forward(days=400)
    item = Item(message(1, text="I want a supervisor, now!"), quiet=True)
    (done,) = house.writer.call([item])
    assert isinstance(done, Done)
    assert stored(house.driver(), done.case).opened_at == MONDAY_MORNING
    assert count(house, "leeway_outbox") == 0


def test_loads_count_the_live_cases_of_each_owner(house: House):
    done = [
        hand_in(house, message(n, interaction=f"chat-{n}", customer=CustomerRef(f"c{n}")))[0]
        for n in range(5)
    ]
    owners = [stored(house.driver(), one.case).owner for one in done]
    loads: dict[str, int] = dict(house.driver().select("select person, open_cases from leeway_person_load"))
    assert loads == {owner: owners.count(owner) for owner in set(owners)}


def test_a_press_that_is_refused_gives_the_sentence(house: House):
    (done,) = hand_in(house, message(1))
    (answer,) = house.writer.call([Item(HandoffAccepted(id="a1", at=MONDAY_MORNING, case=done.case))])
    assert isinstance(answer, Refused)
    assert str(answer.refusal)
