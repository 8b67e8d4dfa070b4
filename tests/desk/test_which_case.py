"""Which case a fact goes to: matters stay apart, contacts about one matter come together."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from leeway.core.case import Case
from leeway.core.facts import CustomerEvent, CustomerRef, Fact, MessageReceived, Resolved
from leeway.desk.handle import Done
from leeway.desk.ports import Item
from leeway.desk.refusals import CannotMerge, UnknownCase
from leeway.store.rebuild import differences, stored
from leeway.wiring import House
from tests.houses import Watch

ANA, BEN = CustomerRef("ana", name="Ana"), CustomerRef("ben", name="Ben")
LATE_PARCEL = "My order 48213377 has not arrived, the parcel is two weeks late."
SAME_PARCEL = "I wrote before: order 48213377 still has not arrived!"
INVOICE = "There is a mistake on my invoice 99120045, you charged me twice for the lamp."


class Town:
    """Customers writing in, one message at a time."""

    def __init__(self, house: House, watch: Watch) -> None:
        self.house = house
        self.watch = watch
        self.numbers = iter(range(1, 1_000))

    def handle(self, fact: Fact) -> Done:
        return self.house.desk.handle(fact)

    def writes(self, interaction: str, text: str, customer: CustomerRef = ANA) -> Case:
        self.watch.forward(minutes=1)
        done = self.handle(
            MessageReceived(
                id=f"m{next(self.numbers)}",
                at=self.watch.now,
                interaction=interaction,
                author="customer",
                text=text,
                customer=customer,
            )
        )
        return self.case(done.case)

    def case(self, number: int) -> Case:
        return stored(self.house.driver(), number)

    @property
    def now(self) -> datetime:
        return self.watch.now


@pytest.fixture
def town(house: House, watch: Watch) -> Iterator[Town]:
    town = Town(house, watch)
    yield town
    assert list(differences(house.driver())) == []  # whatever happened, the log tells the same story


def test_a_conversation_stays_in_its_case(town: Town):
    first = town.writes("chat-1", LATE_PARCEL)
    assert town.writes("chat-1", "Hello?").id == first.id


def test_another_contact_about_the_same_matter_joins_its_case(town: Town):
    first = town.writes("chat-1", LATE_PARCEL)
    second = town.writes("mail-7", SAME_PARCEL)
    assert second.id == first.id
    assert {item.id for item in second.interactions} == {"chat-1", "mail-7"}
    assert len(second.contacts) == 2


def test_what_comes_later_in_the_joined_conversation_goes_to_the_older_case(town: Town):
    first = town.writes("chat-1", LATE_PARCEL)
    town.writes("mail-7", SAME_PARCEL)
    later = town.writes("mail-7", "Any news?")
    assert later.id == first.id
    assert later.messages == 3


def test_another_matter_of_the_same_customer_is_another_case(town: Town):
    first = town.writes("chat-1", LATE_PARCEL)
    second = town.writes("mail-7", INVOICE)
    assert second.id != first.id
    assert second.status == "open"


def test_the_same_words_of_another_customer_are_another_case(town: Town):
    first = town.writes("chat-1", LATE_PARCEL)
    assert town.writes("chat-2", LATE_PARCEL, BEN).id != first.id


def test_a_contact_long_after_is_a_case_of_its_own(town: Town):
    first = town.writes("chat-1", LATE_PARCEL)
    town.watch.forward(days=40)
    assert town.writes("mail-7", SAME_PARCEL).id != first.id


def test_a_contact_about_a_resolved_matter_opens_it_again(town: Town):
    first = town.writes("chat-1", LATE_PARCEL)
    town.handle(Resolved(id="r1", at=town.now, case=first.id, by=first.owner, how="sent again"))
    town.watch.forward(days=3)
    again = town.writes("mail-7", SAME_PARCEL)
    assert again.id == first.id
    assert again.status == "open"
    assert again.reopened == 1


def test_a_joined_case_leaves_nothing_running(town: Town):
    first = town.writes("chat-1", LATE_PARCEL)
    town.writes("mail-7", SAME_PARCEL)
    (left,) = town.house.driver().select("select id from leeway_case where id <> ?", (first.id,))
    young = town.case(left[0])
    assert young.status == "merged"
    assert young.merged_into == first.id
    assert young.wake_at is None
    loads: dict[str, int] = dict(
        town.house.driver().select("select person, open_cases from leeway_person_load where open_cases > 0")
    )
    assert loads == {town.case(first.id).owner: 1}


def test_two_conversations_that_begin_in_one_group_come_together(town: Town):
    told = {"at": town.now, "author": "customer", "customer": ANA}
    answers = town.house.writer.call(
        [
            Item(MessageReceived(id="m1", interaction="chat-1", text=LATE_PARCEL, **told)),
            Item(MessageReceived(id="m2", interaction="mail-7", text=SAME_PARCEL, **told)),
            Item(MessageReceived(id="m3", interaction="mail-7", text="Hello?", **told)),
        ]
    )
    assert len({answer.case for answer in answers if isinstance(answer, Done)}) == 1


def test_what_the_customer_does_goes_to_the_case_they_were_heard_in_last(town: Town):
    town.writes("chat-1", LATE_PARCEL)
    latest = town.writes("mail-7", INVOICE)
    event = CustomerEvent(id="e1", at=town.now, name="opened_cancellation_page", customer=ANA)
    assert town.handle(event).case == latest.id


def test_what_a_customer_without_a_case_does_opens_one(town: Town):
    event = CustomerEvent(id="e1", at=town.now, name="payment_failed", customer=BEN)
    assert town.case(town.handle(event).case).customer == "ben"


def test_a_person_merges_two_cases(town: Town):
    first = town.writes("chat-1", LATE_PARCEL)
    second = town.writes("mail-7", INVOICE)
    town.house.desk.merge(second.id, first.id, by="olga", press="p1", at=town.now)
    assert town.case(second.id).merged_into == first.id
    assert town.writes("mail-7", "And?").id == first.id
    again = town.house.desk.merge(second.id, first.id, by="olga", press="p1", at=town.now)
    assert again.duplicate


def test_cases_of_two_customers_or_one_with_itself_cannot_be_merged(town: Town):
    anas = town.writes("chat-1", LATE_PARCEL)
    bens = town.writes("chat-2", INVOICE, BEN)
    for case, into in ((anas.id, bens.id), (anas.id, anas.id)):
        with pytest.raises(CannotMerge):
            town.house.desk.merge(case, into, by="olga", press=f"p{into}", at=town.now)
    with pytest.raises(UnknownCase):
        town.house.desk.merge(anas.id, 999, by="olga", press="p", at=town.now)


def test_a_case_that_went_on_elsewhere_cannot_be_merged_again(town: Town):
    first = town.writes("chat-1", LATE_PARCEL)
    second = town.writes("mail-7", INVOICE)
    town.house.desk.merge(second.id, first.id, by="olga", press="p1", at=town.now)
    with pytest.raises(CannotMerge):
        town.house.desk.merge(second.id, first.id, by="olga", press="p2", at=town.now)


def test_a_second_matter_is_split_off_into_a_case_of_its_own(town: Town):
    first = town.writes("chat-1", LATE_PARCEL)
    done = town.house.desk.split(first.id, "charged twice for the lamp", by="olga", press="p1", at=town.now)
    assert done.case == first.id
    (new,) = town.house.driver().select("select id from leeway_case where id <> ?", (first.id,))
    second = town.case(new[0])
    assert second.customer == "ana"
    assert second.subject == "charged twice for the lamp"
    assert second.owner
    assert second.wake_at is not None
    assert town.house.desk.split(first.id, "charged twice", by="olga", press="p1", at=town.now).duplicate
