"""Delivery: at least once, in order, by every way there is, and never silently not at all."""

from __future__ import annotations

import threading
from datetime import timedelta

import msgspec
import pytest

from leeway.channels.base import Accepted, Delivered, Failed, Info
from leeway.channels.configured import Ready
from leeway.channels.customer import ByEmail, Shown
from leeway.core.delivery import BACK_OFF, BUNDLE_WINDOW, PER_MINUTE, back_off
from leeway.core.events import CustomerMessage, Notice
from leeway.core.facts import CustomerRef, MessageReceived
from leeway.desk.ports import Item
from leeway.store import marks
from leeway.store.instants import read_instant
from leeway.store.writer.tables import OUTBOX
from leeway.wiring import PublishedWorlds
from leeway.worker.outbox import LEASE, MESSAGES_AT_ONCE, Deliverer, undeliverable
from leeway.worker.outbox_rows import OutboxRows
from tests.houses import MONDAY_MORNING, on_sqlite

ANA = CustomerRef("c1", name="Ana Souza", email="ana@example.com")


class Recorder:
    """A channel that does as it is told: ``answers`` first, one each, then ``usually``."""

    def __init__(self, usually=None):
        self.usually = usually or Accepted(by="recorder")
        self.answers = []
        self.got = []
        self._lock = threading.Lock()
        self.news = threading.Event()

    def send(self, message):
        with self._lock:
            self.got.append(message)
            answer = self.answers.pop(0) if self.answers else self.usually
            self.news.set()
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def keys(self):
        return [message.key for message in self.got]


class Office:
    """A house, its outbox and its channels. People of the sample roster have e-mail, chat and the browser."""

    def __init__(self, house, watch):
        self.house, self.watch = house, watch
        self.driver = house.driver()
        self.email, self.chat, self.page = Recorder(), Recorder(), Shown()
        self.customers = (ByEmail(self.email), self.page)
        (opened,) = house.writer.call([Item(message(1))])
        self.case = opened.case
        self.clear()

    def clear(self):
        self.driver.run("delete from leeway_outbox")

    def channels(self):
        chat = Info(kind="chat", label="Chat", addressed_by="person", longest=100)
        return {
            "chat": Ready("chat", chat, self.chat),
            "email": Ready("email", Info(kind="email", label="E-mail", addressed_by="email"), self.email),
        }

    def deliverer(self, **changes):
        told = {
            "channels": self.channels(),
            "customers": self.customers,
            "clock": self.watch,
            "skip_locked": not on_sqlite(self.house.address),
        }
        handle = changes.pop("handle", self.house.desk.handle)
        return Deliverer(self.house.driver(), PublishedWorlds(), handle, **{**told, **changes})

    def add(
        self,
        key,
        *,
        to="tom",
        about="informed",
        urgency="soon",
        by=("email",),
        kind="notice",
        body=None,
        case=None,
    ):
        if body is None:
            body = msgspec.json.encode(Notice(key, about, (to,), f"Subject {key}", f"Body {key}")).decode()
        number = self.case if case is None else case
        row = {
            **dict.fromkeys(OUTBOX.columns, ""),
            "key": f"{number}:{key}:{to}",
            "case_id": number,
            "kind": kind,
            "about": about,
            "to": to,
            "by": msgspec.json.encode(by).decode(),
            "subject": f"Subject {key}",
            "body": body,
            "urgency": urgency,
            "state": "pending",
            "attempts": 0,
            "next_try_at": self.watch(),
            "created_at": self.watch(),
        }
        self.driver.put(OUTBOX, [tuple(row.values())], when_there="skip")
        return row["key"]

    def say(self, key, text="Sam has it now.", *, to="c1", case=None):
        body = msgspec.json.encode(CustomerMessage(key, "escalated", text)).decode()
        return self.add(key, to=to, kind="customer_message", body=body, urgency="now", by=(), case=case)

    def row(self, key):
        (found,) = self.driver.select(
            "select state, attempts, next_try_at, last_error, channel, sent_at from leeway_outbox where key = ?",
            (key,),
        )
        told = dict(
            zip(("state", "attempts", "next_try_at", "last_error", "channel", "sent_at"), found, strict=True)
        )
        return {**told, "next_try_at": told["next_try_at"] and read_instant(told["next_try_at"])}

    def state(self, key):
        return self.row(key)["state"]

    def facts(self, kind="notice_undeliverable"):
        return self.driver.select(
            "select source_id, body from leeway_fact where kind = ? order by id", (kind,)
        )

    def events(self, kind):
        return self.driver.select("select body from leeway_event where kind = ? order by id", (kind,))


def message(number, *, interaction="i1", **more):
    told = {"author": "customer", "text": "Where is my parcel?", "customer": ANA, "channel": "chat", **more}
    return MessageReceived(id=f"m{number}", at=MONDAY_MORNING, interaction=interaction, **told)


@pytest.fixture
def office(house, watch):
    return Office(house, watch)


# Sent, and written down


def test_a_notice_goes_out_once(office):
    key = office.add("a")
    deliverer = office.deliverer()
    assert deliverer.deliver() == 1
    assert deliverer.deliver() == 0
    (sent,) = office.email.got
    assert (sent.key, sent.to, sent.address, sent.subject, sent.body) == (
        key,
        "tom",
        "tom@example.org",
        "Subject a",
        "Body a",
    )
    row = office.row(key)
    assert (row["state"], row["attempts"], row["channel"], row["next_try_at"]) == ("sent", 1, "email", None)
    assert read_instant(row["sent_at"]) == office.watch()


def test_delivered_is_only_what_the_channel_knows_to_be_there(office):
    office.email.usually = Delivered()
    key = office.add("a")
    office.deliverer().deliver()
    assert office.state(key) == "delivered"


def test_what_was_decided_twice_goes_out_once(office):
    """B6: notices repeat by the hundred."""
    for _ in range(100):
        office.add("a")
    office.deliverer().deliver()
    assert len(office.email.got) == 1


def test_what_is_urgent_goes_before_what_is_older(office):
    old, urgent = office.add("old", to="tom"), office.add("urgent", to="tom", urgency="now")
    office.deliverer().deliver()
    assert office.email.keys == [urgent, old]


class Alarming(Recorder):
    """While it sends its first message, something urgent comes in."""

    def __init__(self, office):
        super().__init__()
        self._office = office

    def send(self, message):
        if not self.got:
            self._office.add("alarm", urgency="now")
        return super().send(message)


def test_an_alarm_does_not_wait_for_all_that_was_there_before(office):
    hook, already = Alarming(office), []
    for number in range(MESSAGES_AT_ONCE * 3):
        office.add(f"n{number}", to="hook", kind="webhook", body="{}", by=())

    class Email(Recorder):
        def send(self, message):
            already.append(len(hook.got))
            return super().send(message)

    office.email = Email()
    channels = {**office.channels(), "hook": Ready("hook", Info(kind="webhook", label="Hook"), hook)}
    office.deliverer(channels=channels).deliver()
    assert len(hook.got) == MESSAGES_AT_ONCE * 3
    (before,) = already
    assert MESSAGES_AT_ONCE <= before < MESSAGES_AT_ONCE * 2


def test_a_text_is_cut_to_what_the_channel_can_take(office):
    body = msgspec.json.encode(Notice("a", "informed", ("tom",), "S", "x" * 500)).decode()
    office.add("a", by=("chat",), body=body)
    office.deliverer().deliver()
    assert len(office.chat.got[0].body) == 100
    assert office.chat.got[0].body.endswith("…")


# Again


def test_a_failed_notice_is_tried_again_under_the_same_key_with_growing_waits(office):
    office.email.answers = [Failed("451 later")] * 2
    office.chat.usually = Failed("down")
    key = office.add("a")
    deliverer = office.deliverer()
    for failures in (1, 2):
        deliverer.deliver()
        row = office.row(key)
        again = office.watch() + back_off(key, failures)
        assert (row["state"], row["attempts"], row["next_try_at"]) == ("failed", failures, again)
        assert row["last_error"] == "email: 451 later; chat: down"
        office.watch.now = again - timedelta(milliseconds=1)
        assert deliverer.deliver() == 0
        office.watch.now = again
    deliverer.deliver()
    assert office.state(key) == "sent"
    assert office.email.keys == [key] * 3


def test_the_receivers_own_wish_to_wait_is_kept(office):
    office.email.answers = [Failed("429", retry_after=timedelta(minutes=20))]
    office.chat.usually = Failed("no such user", permanent=True)
    key = office.add("a")
    office.deliverer().deliver()
    assert office.row(key)["next_try_at"] == office.watch() + timedelta(minutes=20)


def test_a_broken_channel_does_not_hold_up_what_another_can_take(office):
    office.chat.usually = Failed("chat is down")
    key = office.add("a", by=("chat", "email"), urgency="now")
    office.deliverer().deliver()
    row = office.row(key)
    assert (row["state"], row["channel"], row["last_error"]) == ("sent", "email", "chat: chat is down")


def test_a_row_tells_which_channel_the_house_would_have_needed(office):
    key = office.add("a", by=("sms",))
    office.deliverer().deliver()
    row = office.row(key)
    assert (row["state"], row["channel"], row["last_error"]) == ("sent", "chat", "sms: not set up here")


def test_a_persons_own_ways_come_after_those_of_the_notice(office):
    office.email.usually = Failed("550", permanent=True)
    key = office.add("a", by=("email",))
    office.deliverer().deliver()
    assert office.row(key)["channel"] == "chat"


def test_a_channel_that_breaks_is_a_failed_attempt_and_its_words_stay_in_the_house(office, caplog):
    office.email.answers = [RuntimeError("password=t0p-s3cret")]
    office.chat.answers = [RuntimeError("password=t0p-s3cret")]
    key = office.add("a")
    office.deliverer().deliver()
    row = office.row(key)
    assert (row["state"], row["last_error"]) == (
        "failed",
        "email: the channel broke: RuntimeError; chat: the channel broke: RuntimeError",
    )
    assert "t0p-s3cret" not in caplog.text
    assert "test_outbox.py" in caplog.text


# Dead


def test_after_the_last_try_the_case_hears_that_nobody_was_reached(office):
    office.email.usually = office.chat.usually = Failed("down")
    key = office.add("a", urgency="now")
    deliverer = office.deliverer()
    for _ in range(len(BACK_OFF) + 1):
        deliverer.deliver()
        office.watch.forward(hours=3)
    assert (office.state(key), office.row(key)["attempts"]) == ("dead", len(BACK_OFF) + 1)
    ((source_id, body),) = office.facts()
    assert source_id == key
    fact = msgspec.json.decode(body)
    assert (fact["notice"], fact["person"], fact["why"]) == ("a", "tom", "email: down; chat: down")
    ((event,),) = office.events("nobody_reachable")
    assert msgspec.json.decode(event)["person"] == "tom"


def test_somebody_who_leads_them_hears_instead(office):
    office.email.answers = [Failed("550", permanent=True)]
    office.chat.answers = [Failed("gone", permanent=True)]
    office.add("a")
    office.deliverer().deliver()
    assert [sent.to for sent in office.chat.got] == ["tom", "priya"]
    assert "could not be reached" in office.chat.got[1].subject


def test_refused_for_good_everywhere_is_dead_at_once(office):
    office.email.usually = Failed("550", permanent=True)
    office.chat.usually = Failed("gone", permanent=True)
    key = office.add("a", to="tom")
    office.deliverer().deliver()
    assert (office.state(key), office.row(key)["attempts"]) == ("dead", 1)


def test_whom_no_channel_reaches_is_dead_at_once(office):
    key = office.add("a", to="a-stranger", by=())
    office.deliverer().deliver()
    assert office.state(key) == "dead"
    assert office.row(key)["last_error"] == "no channel of this house reaches them"
    assert len(office.facts()) == 1


def test_a_row_found_dead_twice_is_one_fact(office):
    office.email.usually = office.chat.usually = Failed("no", permanent=True)
    key = office.add("a")
    office.deliverer().deliver()
    # A crash after the fact and before the row was written: it is found dead again.
    office.driver.run("update leeway_outbox set next_try_at = ? where key = ?", (office.watch(), key))
    office.deliverer().deliver()
    assert office.state(key) == "dead"
    assert [fact for fact, _ in office.facts()].count(key) == 1


def test_while_the_case_cannot_be_told_the_row_is_not_dead(office):
    def closed(fact):
        raise RuntimeError("going down")

    office.email.usually = office.chat.usually = Failed("no", permanent=True)
    key = office.add("a")
    office.deliverer(handle=closed).deliver()
    assert office.state(key) == "sending"
    office.watch.forward(minutes=6)
    office.deliverer().deliver()
    assert office.state(key) == "dead"


def test_the_fact_has_an_id_even_when_the_key_is_longer_than_ids_may_be(office):
    office.add("long" * 100)
    items = OutboxRows(office.driver, "x", skip_locked=False).take(office.watch(), office.watch() + LEASE, 1)
    fact = undeliverable(items[0], "why", office.watch())
    again = msgspec.json.decode(msgspec.json.encode(fact), type=type(fact))
    assert again == fact
    assert len(fact.id) == 64


def test_a_row_nobody_can_read_does_not_stand_in_the_way(office):
    broken, fine = office.add("broken", body="{"), office.add("fine")
    office.deliverer().deliver()
    assert (office.state(broken), office.state(fine)) == ("dead", "sent")


# Crashes and company


def crashed(office, *, tied=False):
    """A deliverer that took everything, perhaps sent it, and died."""
    rows = OutboxRows(office.house.driver(), "dead", skip_locked=False)
    items = rows.take(office.watch(), office.watch() + LEASE, 100)
    if tied:
        rows.tie([("bundle:once", items)])
    return rows, items


def test_what_a_dead_deliverer_held_is_sent_again_when_its_lease_is_over(office):
    key = office.add("a")
    crashed(office)
    deliverer = office.deliverer()
    office.watch.forward(seconds=LEASE.total_seconds() - 1)
    assert deliverer.deliver() == 0
    office.watch.forward(seconds=1)
    assert deliverer.deliver() == 1
    assert (office.email.keys, office.state(key)) == ([key], "sent")


def test_a_bundle_that_may_have_gone_out_is_repeated_as_it_was(office):
    office.add("a")
    office.add("b")
    crashed(office, tied=True)
    office.watch.forward(minutes=10)
    late = office.add("late")
    office.deliverer().deliver()
    assert office.email.keys == ["bundle:once", late]
    assert "Body a" in office.email.got[0].body
    assert "Body b" in office.email.got[0].body


def test_whoever_lost_the_lease_changes_nothing_any_more(office):
    key = office.add("a")
    rows, items = crashed(office)
    office.watch.forward(minutes=6)
    office.deliverer().deliver()
    assert not rows.failed(items, "", again_at=office.watch(), why="late")
    rows.give_back(items, office.watch())
    rows.suppressed(items[0], "late")
    assert (office.state(key), office.row(key)["attempts"]) == ("sent", 1)


def test_two_deliverers_never_send_the_same_twice_while_the_lease_holds(office):
    keys = [office.add(f"n{number}", to="hook", kind="webhook", body="{}", by=()) for number in range(150)]
    hook = Recorder()
    channels = {"hook": Ready("hook", Info(kind="webhook", label="Hook", addressed_by="url"), hook)}
    deliverers = [office.deliverer(channels=channels) for _ in range(3)]
    together = threading.Barrier(len(deliverers))
    failed = []

    def work(deliverer):
        together.wait()
        try:
            deliverer.deliver()
        except Exception as error:  # noqa: BLE001 - shown by the test's own thread
            failed.append(error)

    threads = [threading.Thread(target=work, args=(deliverer,)) for deliverer in deliverers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert sorted(hook.keys) == sorted(keys)
    assert {office.state(key) for key in keys} == {"sent"}
    assert sum(deliverer.tally.sent for deliverer in deliverers) == len(keys)


# Bundles and quiet


def test_calm_notices_travel_together_the_first_alarm_first(office):
    keys = [office.add(name) for name in "abc"]
    office.deliverer().deliver()
    (sent,) = office.email.got
    assert sent.subject == "Subject a (and 2 more)"
    assert [office.state(key) for key in keys] == ["sent"] * 3


def test_each_person_has_their_own_bundle(office):
    for who in ("tom", "priya"):
        office.add("a", to=who)
        office.add("b", to=who)
    office.deliverer().deliver()
    assert sorted(sent.to for sent in office.email.got) == ["priya", "tom"]


def test_after_the_first_calm_message_the_next_are_gathered(office):
    office.add("a")
    deliverer = office.deliverer()
    deliverer.deliver()
    office.watch.forward(seconds=10)
    later = [office.add("b"), office.add("c")]
    deliverer.deliver()
    assert len(office.email.got) == 1
    row = office.row(later[0])
    assert (row["state"], row["attempts"]) == ("pending", 0)
    assert row["next_try_at"] == MONDAY_MORNING + BUNDLE_WINDOW
    office.watch.now = MONDAY_MORNING + BUNDLE_WINDOW
    deliverer.deliver()
    assert [sent.subject for sent in office.email.got] == ["Subject a", "Subject b (and 1 more)"]


def test_a_storm_of_alarms_is_a_few_messages_and_none_is_lost(office):
    """B6 and B7: neither by the hundred nor swallowed by the cure."""
    keys = [office.add(f"alarm{number}", urgency="now") for number in range(30)]
    office.deliverer().deliver()
    assert len(office.email.got) <= PER_MINUTE
    assert office.email.got[0].subject == "Subject alarm0"
    assert {office.state(key) for key in keys} == {"sent"}
    together = "".join(sent.body for sent in office.email.got)
    assert all(f"Body alarm{number}" in together for number in range(30))


def test_what_exceeds_a_minute_comes_in_the_next(office):
    deliverer = office.deliverer()
    for number in range(PER_MINUTE):
        office.add(f"n{number}", urgency="now")
        deliverer.deliver()
    more = [office.add(f"more{number}", urgency="now") for number in range(3)]
    deliverer.deliver()
    assert len(office.email.got) == PER_MINUTE
    office.watch.forward(minutes=1)
    deliverer.deliver()
    assert [office.state(key) for key in more] == ["sent"] * 3


def test_nobody_is_woken_for_what_can_wait(office):
    """B8: notices at midnight and on weekends."""
    office.watch.now = MONDAY_MORNING.replace(hour=0) + timedelta(days=5)  # Saturday, midnight
    calm, urgent = office.add("calm"), office.add("urgent", urgency="now")
    deliverer = office.deliverer()
    deliverer.deliver()
    assert office.email.keys == [urgent]
    row = office.row(calm)
    assert (row["state"], row["attempts"]) == ("pending", 0)
    assert row["next_try_at"] == MONDAY_MORNING.replace(hour=9) + timedelta(days=7)
    office.watch.now = row["next_try_at"]
    deliverer.deliver()
    assert office.email.keys == [urgent, calm]


def test_what_is_no_longer_so_is_not_told(office):
    """B11: notices go on after acceptance."""
    moved_on = office.add("asked:tom:3", about="asked", urgency="now")
    other = office.add("clock", about="clock_breached", urgency="now")
    deliverer = office.deliverer()
    deliverer.deliver()
    assert office.email.keys == [other]
    row = office.row(moved_on)
    assert (row["state"], row["last_error"]) == ("suppressed", "somebody has taken the case")
    assert row["next_try_at"] is None
    assert deliverer.tally.suppressed == 1


# Customers and programs


def test_a_customer_who_chats_reads_it_on_their_page(office):
    key = office.say("escalated:1")
    office.deliverer().deliver()
    (shown,) = office.page.sent
    assert (shown.key, shown.text, shown.case, shown.interaction) == (
        key,
        "Sam has it now.",
        office.case,
        "i1",
    )
    assert (office.state(key), office.row(key)["channel"]) == ("sent", "page")
    assert office.email.got == []


def test_a_customer_who_wrote_an_e_mail_gets_an_e_mail(office):
    ben = CustomerRef("c2", name="Ben Hall", email="ben@example.com")
    (opened,) = office.house.writer.call(
        [Item(message(2, channel="email", interaction="mail-1", customer=ben))]
    )
    office.clear()
    key = office.say("update:1", "We are on it.", to="c2", case=opened.case)
    office.deliverer().deliver()
    (sent,) = office.email.got
    assert (sent.key, sent.address, sent.body) == (key, "ben@example.com", "We are on it.")
    assert (office.state(key), office.row(key)["channel"]) == ("sent", "email")


def test_that_a_customer_was_not_reached_is_told_too(office):
    office.customers = ()
    key = office.say("escalated:1")
    office.deliverer().deliver()
    assert office.state(key) == "dead"
    assert msgspec.json.decode(office.facts()[0][1])["person"] == "c1"


def test_a_program_gets_the_row_as_it_stands(office):
    hook = Recorder(Delivered())
    channels = {"ops": Ready("ops", Info(kind="webhook", label="Hook", addressed_by="url"), hook)}
    key = office.add("escalated", to="ops", kind="webhook", body='{"type":"case.escalated"}', by=())
    lost = office.add("escalated", to="nowhere", kind="webhook", body="{}", by=())
    office.deliverer(channels=channels).deliver()
    assert (hook.got[0].payload, hook.got[0].key) == ('{"type":"case.escalated"}', key)
    assert (office.state(key), office.state(lost)) == ("delivered", "dead")
    assert office.facts() == []


# Running


def test_it_runs_beside_the_house_and_hears_of_what_is_committed(house, watch):
    office = Office(house, watch)
    deliverer = office.deliverer()
    house.listen(deliverer.heard)
    house.start("deliverer", deliverer.run, deliverer.stop)
    office.add("a", urgency="now")
    house.writer.call([Item(message(7))])
    assert office.email.news.wait(20)


def test_a_report_says_how_it_goes(office):
    office.email.answers = [Failed("later")]
    office.chat.answers = [Failed("later")]
    office.add("a")
    deliverer = office.deliverer()
    deliverer.deliver()
    office.add("waits", to="priya")
    office.watch.forward(seconds=5)
    told = deliverer.report()
    assert (told["sent"], told["failed"], told["retrying"], told["oldest_pending_seconds"]) == (0, 1, 1, 5.0)
    assert marks.get(office.driver, marks.OUTBOX) == (office.watch(), told)
    office.watch.forward(seconds=30)
    deliverer.deliver()
    assert deliverer.report()["sent"] == 2
    assert deliverer.report()["oldest_pending_seconds"] == 0


def test_a_link_to_the_customers_page_is_made_when_the_message_leaves(office):
    office.say("k1", "Follow it at {link}. Sam")
    office.say("k2", "All is well.")
    office.deliverer(public_address="https://help.example.org").deliver()
    texts = [message.text for message in office.page.sent]
    ((made,),) = office.driver.select("select count(*) from leeway_customer_link")
    assert made == 1
    assert any(text.startswith("Follow it at https://help.example.org/c/") for text in texts)


def test_without_a_public_address_the_sentence_with_the_link_is_left_out(office):
    office.say("k1", "Sam has it now. Follow it at {link}.")
    office.deliverer().deliver()
    assert [message.text for message in office.page.sent] == ["Sam has it now."]
