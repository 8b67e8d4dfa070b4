"""Delivers what is to be told. The decisions are in ``leeway.core.delivery``; here they are carried out.

A row is sent at least once: it is taken under a lease, sent, and only then written down as sent. When a process dies
in between, the lease runs out and another sends the same again under the same key, which every channel passes on.
Any number of deliverers may run.

One attempt goes through all the ways to a person until one takes the message, so that what is urgent does not wait
for a broken channel. When none does, the row waits and is tried again, and when that has gone on for long enough, or
every way has refused for good, it is dead: ``NoticeUndeliverable`` tells the case that nobody was reached.
"""

from __future__ import annotations

import hashlib
import logging
import os
import secrets
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from queue import SimpleQueue

import msgspec
from msgspec.structs import replace

from leeway.channels.base import Delivered, Failed, Outgoing, Result, fitting
from leeway.channels.configured import Ready
from leeway.channels.customer import CustomerChannel
from leeway.core.case import Case
from leeway.core.delivery import (
    BUNDLE_WINDOW,
    OUTSIDE,
    URGENCIES,
    Lately,
    Parcel,
    Waiting,
    Way,
    back_off,
    deliver_at,
    overtaken,
    plan,
    ways_to_tell,
)
from leeway.core.events import CustomerMessage, Notice
from leeway.core.facts import Fact, NoticeUndeliverable
from leeway.core.own_page import LINK, with_link
from leeway.core.refusals import Refusal
from leeway.core.world import World
from leeway.desk.ports import StoreTrouble
from leeway.store import marks
from leeway.store.links import page_of
from leeway.store.writer.driver import Driver
from leeway.store.writer.news import Written
from leeway.store.writer.writer import Worlds
from leeway.worker.answering import for_customer
from leeway.worker.outbox_rows import OutboxItem, OutboxRows

log = logging.getLogger(__name__)

"""The name under which deliverers report, for the health page."""

SOURCE = "outbox"
AT_ONCE = 200
"""Rows looked at together; what a person has waiting should fit, so that it can be bundled."""

HANDS = 4
"""Messages on their way at the same time: one slow server must not hold up the others."""

MESSAGES_AT_ONCE = 4 * HANDS
"""Messages sent before looking for something more urgent: with a server that hangs, that is how long an alarm waits."""

LEASE = timedelta(minutes=5)
LAST_MOMENT = timedelta(minutes=2)
"""With less than this left of a lease nothing new is begun: an attempt must end while the row is still ours."""

HOLD = timedelta(minutes=1)
"""How long rows rest that could not even be planned."""

LOOK_AGAIN_SECONDS = 5.0
"""The longest sleep. Another process may have committed something without our hearing of it."""

REPORT_EVERY = timedelta(minutes=1)
LONGEST_ID = 200

_read_case = msgspec.json.Decoder(Case).decode
_read_notice = msgspec.json.Decoder(Notice).decode
_read_message = msgspec.json.Decoder(CustomerMessage).decode


@dataclass(slots=True)
class Tally:
    """What became of rows since this deliverer started. ``failed`` counts attempts, all others rows."""

    sent: int = 0
    delivered: int = 0
    failed: int = 0
    dead: int = 0
    suppressed: int = 0


Send = Callable[[], Result]


@dataclass(frozen=True, slots=True)
class Message:
    """Rows that travel together under one key, and the ways to send them, in order, by the channels' names."""

    key: str
    items: tuple[OutboxItem, ...]
    ways: tuple[tuple[str, Send], ...]
    to_whom: object = None
    calm: bool = False
    not_set_up: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """``result`` of the way that took it, or why none did. None: there was no time left to try."""

    result: Result | None
    channel: str = ""
    refused: tuple[str, ...] = ()


@dataclass(slots=True)
class _Person:
    """One person's due notices by one set of ways."""

    ways: tuple[Way, ...]
    items: list[OutboxItem] = field(default_factory=list)


class Deliverer:
    """``driver`` is this deliverer's own connection, ``worlds`` its own reader of what is published, ``handle`` the
    desk's door. ``customers`` are asked in order; ``name`` has to differ from every other deliverer's;
    ``public_address`` is where customers find this house, empty when they cannot.
    """

    def __init__(
        self,
        driver: Driver,
        worlds: Worlds,
        handle: Callable[[Fact], object],
        *,
        channels: Mapping[str, Ready],
        customers: Sequence[CustomerChannel],
        clock: Callable[[], datetime],
        skip_locked: bool = False,
        name: str = "",
        public_address: str = "",
    ) -> None:
        self._driver = driver
        self._worlds = worlds
        self._handle = handle
        self._channels = channels
        self._means = tuple(ready.means for ready in channels.values())
        self._customers = customers
        self._clock = clock
        self._public_address = public_address
        self._rows = OutboxRows(driver, name or _own_name(), skip_locked=skip_locked)
        self._lately: dict[object, Lately] = {}
        self._news = threading.Event()
        self._closing = False
        self._reported_at: datetime | None = None
        self._hands = ThreadPoolExecutor(HANDS, thread_name_prefix="deliver")
        self.tally = Tally()

    # --- one pass

    def deliver(self) -> int:
        """Takes everything that is due in hand, and gives how many rows that were."""
        taken = 0
        while items := self._take():
            taken += len(items)
            self._work(items)
        return taken

    def _take(self) -> list[OutboxItem]:
        now = self._clock()
        due = self._rows.next_due()
        if due is None or due > now or self._closing:
            return []
        return self._rows.take(now, now + LEASE, AT_ONCE)

    def _work(self, items: Sequence[OutboxItem]) -> None:
        until = self._clock() + LEASE
        try:
            messages = self._planned(items)
        except Exception:
            # Nothing was sent: others may have them before the lease is over, though not at once, in a circle.
            self._rows.give_back(items, self._clock() + HOLD)
            raise
        done: SimpleQueue[tuple[Message, Outcome]] = SimpleQueue()
        for in_order in _by_receiver(messages):
            self._hands.submit(self._carry, in_order, until, done)
        for _ in messages:
            message, outcome = done.get()
            try:
                self._settle(message, outcome)
            except StoreTrouble as trouble:  # its lease runs out, and it is sent again under the same key
                log.warning("what became of %s could not be written down: %s", message.key, trouble)

    def _planned(self, items: Sequence[OutboxItem]) -> list[Message]:
        now = self._clock()
        self._forget_long_ago(now)
        world = self._worlds.current(self._driver)
        readable = [item for item in items if self._is_readable(item)]
        cases = self._cases(readable)
        messages = [*self._notices(readable, world, cases, now), *self._others(readable, cases)]
        messages.sort(key=_urgent_and_old)
        chosen, later = messages[:MESSAGES_AT_ONCE], messages[MESSAGES_AT_ONCE:]
        self._rows.give_back([item for message in later for item in message.items], now)
        self._rows.tie((message.key, message.items) for message in chosen)
        return chosen

    def _is_readable(self, item: OutboxItem) -> bool:
        """A row nobody can read is dead at once, so that it does not stand in the others' way."""
        try:
            if item.kind == "notice":
                _read_notice(item.body)
            elif item.kind == "customer_message":
                _read_message(item.body)
        except msgspec.MsgspecError as error:
            log.exception("the row %s cannot be read", item.key)
            self._rows.failed((item,), None, again_at=None, why=f"this row cannot be read: {error}")
            self.tally.dead += 1
            return False
        return True

    # --- what travels with what

    def _notices(
        self, items: Iterable[OutboxItem], world: World, cases: Mapping[int, Case], now: datetime
    ) -> Iterator[Message]:
        people: dict[object, _Person] = {}
        for item in items:
            if item.kind == "notice" and self._is_due(item, world, cases.get(item.case or 0), now):
                ways = ways_to_tell(world.roster, item.to, item.by, item.urgency, self._means)
                people.setdefault((item.to, ways), _Person(ways)).items.append(item)
        for to_whom, person in people.items():
            by_id = {item.id: item for item in person.items}
            planned = plan(map(_waiting, person.items), self._lately.get(to_whom, Lately()), now)
            if planned.until is not None:
                self._rows.give_back([by_id[notice.id] for notice in planned.held], planned.until)
            for parcel in planned.parcels:
                together = tuple(by_id[notice.id] for notice in parcel.notices)
                yield self._message(parcel, together, person.ways, to_whom)

    def _is_due(self, item: OutboxItem, world: World, case: Case | None, now: datetime) -> bool:
        """False when nobody needs it any more, or the person is to be left in peace until later."""
        if case is not None:
            policy = world.policy_for(case.policy_version)
            why = overtaken(case, item.about, _read_notice(item.body).key, policy)
            if why:
                self._rows.suppressed(item, why)
                self.tally.suppressed += 1
                return False
        at = deliver_at(world.roster, item.to, item.urgency, now)
        if at > now:
            self._rows.give_back([item], at)
        return at <= now

    def _message(
        self, parcel: Parcel, items: tuple[OutboxItem, ...], ways: tuple[Way, ...], to_whom: object
    ) -> Message:
        first = items[0]
        outgoing = Outgoing(
            key=parcel.key,
            to=first.to,
            subject=parcel.subject,
            body=parcel.body,
            urgency=parcel.urgency,
            kind=first.about,
            case=first.case,
            since=first.created_at,
        )
        sends = tuple((way.channel, self._sending(way, outgoing)) for way in ways)
        asked_for = dict.fromkeys(name for item in items for name in item.by if name != OUTSIDE)
        lacking = tuple(f"{name}: not set up here" for name in asked_for if name not in self._channels)
        return Message(parcel.key, items, sends, to_whom, calm=parcel.urgency != "now", not_set_up=lacking)

    def _sending(self, way: Way, outgoing: Outgoing) -> Send:
        ready = self._channels[way.channel]
        addressed = fitting(replace(outgoing, address=way.address), ready.info)
        return lambda: ready.channel.send(addressed)

    def _others(self, items: Iterable[OutboxItem], cases: Mapping[int, Case]) -> Iterator[Message]:
        for item in items:
            match item.kind:
                case "customer_message":
                    yield Message(item.key, (item,), self._to_customer(item, cases.get(item.case or 0)))
                case "webhook":
                    yield Message(item.key, (item,), self._to_webhook(item))
                case _:
                    pass

    def _to_webhook(self, item: OutboxItem) -> tuple[tuple[str, Send], ...]:
        """``to`` names the channel; the row's body is what its receiver gets."""
        if item.to not in self._channels:
            return ()
        outgoing = Outgoing(
            key=item.key,
            to=item.to,
            subject=item.subject,
            body=item.body,
            kind=item.about,
            case=item.case,
            since=item.created_at,
            payload=item.body,
        )
        return ((item.to, self._sending(Way(item.to, ""), outgoing)),)

    def _to_customer(self, item: OutboxItem, case: Case | None) -> tuple[tuple[str, Send], ...]:
        """The first way that takes it is the one: a customer who wrote by e-mail is not answered elsewhere."""
        message = for_customer(self._driver, item, case, self._text(item))
        way = next((way for way in self._customers if way.takes(message)), None)
        return ((way.name, lambda: way.send(message)),) if way else ()

    def _text(self, item: OutboxItem) -> str:
        """The link to the customer's page is made when the message leaves: its secret stands in no log."""
        text = _read_message(item.body).text
        if LINK not in text:
            return text
        page = page_of(self._driver, self._public_address, item.case or 0, self._clock())
        return with_link(text, page)

    def _cases(self, items: Iterable[OutboxItem]) -> dict[int, Case]:
        numbers = sorted({item.case for item in items if item.case is not None})
        if not numbers:
            return {}
        places = ", ".join("?" * len(numbers))
        rows = self._driver.select(f"select id, state from leeway_case where id in ({places})", numbers)  # noqa: S608
        return {number: _read_case(state) for number, state in rows}

    # --- one attempt; in a hand's thread, so nothing of the deliverer's own is touched

    def _carry(
        self, messages: Sequence[Message], until: datetime, done: SimpleQueue[tuple[Message, Outcome]]
    ) -> None:
        """One receiver's messages, the first alarm first."""
        for message in messages:
            outcome = Outcome(None)
            try:
                outcome = self._attempt(message, until)
            finally:
                done.put((message, outcome))

    def _attempt(self, message: Message, until: datetime) -> Outcome:
        """Every way in turn, until one takes it."""
        failures: list[tuple[str, Failed]] = []
        for channel, send in message.ways:
            if self._clock() > until - LAST_MOMENT:
                break
            result = _sent(channel, send)
            if not isinstance(result, Failed):
                return Outcome(result, channel, _listed(failures))
            failures.append((channel, result))
        if message.ways and not failures:
            return Outcome(None)
        return Outcome(
            _together(failures, tried_all=len(failures) == len(message.ways)), refused=_listed(failures)
        )

    # --- writing down

    def _settle(self, message: Message, outcome: Outcome) -> None:
        now = self._clock()
        result = outcome.result
        if result is None:
            self._rows.give_back(message.items, now)
        elif isinstance(result, Failed):
            self._failed(message, result, now)
        else:
            self._went(message, result, outcome, now)

    def _went(self, message: Message, result: Result, outcome: Outcome, now: datetime) -> None:
        state = "delivered" if isinstance(result, Delivered) else "sent"
        said = "; ".join((*message.not_set_up, *outcome.refused))
        ours = self._rows.sent(
            message.items, message.key, state=state, channel=outcome.channel, at=now, said=said
        )
        if not ours:
            log.warning("%s was sent after its lease; somebody else may have sent it too", message.key)
        self.tally.sent += len(message.items)
        self.tally.delivered += len(message.items) if state == "delivered" else 0
        if message.to_whom is not None:
            before = self._lately.get(message.to_whom, Lately())
            calm = now if message.calm else before.calm
            self._lately[message.to_whom] = Lately((*before.sent, now), calm)

    def _failed(self, message: Message, failure: Failed, now: datetime) -> None:
        failures = max(item.attempts for item in message.items) + 1
        wait = None if failure.permanent else back_off(message.key, failures, failure.retry_after)
        self.tally.failed += 1
        if wait is not None:
            self._rows.failed(message.items, message.key, again_at=now + wait, why=failure.why)
            return
        for item in message.items:
            if self._told_the_case(item, failure.why, now):
                self._rows.failed((item,), message.key, again_at=None, why=failure.why)
                self.tally.dead += 1

    def _told_the_case(self, item: OutboxItem, why: str, now: datetime) -> bool:
        """Before the row is dead its case knows; False when it could not be told now, so that the row stays."""
        log.error("%s reached nobody: %s", item.key, why)
        if item.case is None or item.kind == "webhook":
            return True
        try:
            self._handle(undeliverable(item, why, now))
        except Refusal as refusal:
            log.warning("case %d could not be told that %s reached nobody: %s", item.case, item.key, refusal)
        except (
            Exception
        ):  # the writer is going down, or the database away: the lease runs out, and it is tried again
            log.exception("case %d could not be told that %s reached nobody", item.case, item.key)
            return False
        return True

    def _forget_long_ago(self, now: datetime) -> None:
        """Keeps what was lately sent as small as what was lately sent."""
        earliest = now - BUNDLE_WINDOW
        self._lately = {whom: lately for whom, lately in self._lately.items() if lately.sent[-1] > earliest}

    # --- running

    def run(self) -> None:
        """Delivers until ``stop``; sleeps until a row is due, or news come."""
        while not self._closing:
            self._news.clear()
            try:
                self.deliver()
                if self._reported_at is None or self._clock() >= self._reported_at + REPORT_EVERY:
                    self.report()
                self._news.wait(self._pause())
            except StoreTrouble as trouble:
                log.warning("delivery waits for the database: %s", trouble)
                self._news.wait(1.0)
            except Exception:
                log.exception("delivery stumbled and goes on")
                self._news.wait(1.0)
        self._hands.shutdown()
        self._driver.close()

    def _pause(self) -> float:
        due = self._rows.next_due()
        if due is None:
            return LOOK_AGAIN_SECONDS
        return max(0.0, min((due - self._clock()).total_seconds(), LOOK_AGAIN_SECONDS))

    def report(self) -> dict[str, float]:
        """Publishes how it goes: the tally, and how long the oldest row has been waiting to be taken in hand."""
        now = self._clock()
        oldest = self._rows.oldest_due(now)
        told: dict[str, float] = {
            "sent": self.tally.sent,
            "delivered": self.tally.delivered,
            "failed": self.tally.failed,
            "dead": self.tally.dead,
            "suppressed": self.tally.suppressed,
            "retrying": self._rows.retrying(),
            "oldest_pending_seconds": (now - oldest).total_seconds() if oldest else 0.0,
        }
        marks.put(self._driver, marks.OUTBOX, told, at=now)
        self._reported_at = now
        return told

    def heard(self, written: Written) -> None:
        """Something was committed: look at once if there is something to tell."""
        if written.outbox:
            self._news.set()

    def stop(self) -> None:
        self._closing = True
        self._news.set()


def undeliverable(item: OutboxItem, why: str, now: datetime) -> NoticeUndeliverable:
    """The fact that this row reached nobody: of one row always the same one, however often it is found dead."""
    name = item.key
    if len(name) > LONGEST_ID or not name.isprintable():
        name = hashlib.sha256(name.encode()).hexdigest()
    notice = _read_notice(item.body).key if item.kind == "notice" else _read_message(item.body).key
    return NoticeUndeliverable(
        id=name,
        source=SOURCE,
        at=now,
        case=item.case,
        notice=notice[:LONGEST_ID],
        person=item.to[:LONGEST_ID],
        why=why,
    )


def _urgent_and_old(message: Message) -> tuple[int, int]:
    first = min(message.items, key=lambda item: (URGENCIES.index(item.urgency), item.id))
    return URGENCIES.index(first.urgency), first.id


def _by_receiver(messages: Iterable[Message]) -> list[list[Message]]:
    """What goes to one person goes in order, by one hand; everything else side by side."""
    found: dict[object, list[Message]] = {}
    for message in messages:
        found.setdefault(message.to_whom or message.key, []).append(message)
    return list(found.values())


def _waiting(item: OutboxItem) -> Waiting:
    return Waiting(
        id=item.id,
        key=item.key,
        subject=item.subject,
        body=_read_notice(item.body).body,
        urgency=item.urgency,
        since=item.created_at,
        tied=item.tied,
    )


def _sent(channel: str, send: Send) -> Result:
    """A channel is a plug-in: whatever it raises is a failed attempt. What it raised may hold its settings, so only
    the place is logged.
    """
    try:
        return send()
    except Exception as error:  # noqa: BLE001 - a plug-in call
        place = _where(error)
        log.error("the channel %s broke: %s in %s", channel, type(error).__name__, place)  # noqa: TRY400 - see above
        return Failed(f"the channel broke: {type(error).__name__}")


def _where(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"


def _listed(failures: Iterable[tuple[str, Failed]]) -> tuple[str, ...]:
    return tuple(f"{channel}: {failure.why}" for channel, failure in failures)


def _together(failures: Sequence[tuple[str, Failed]], *, tried_all: bool) -> Failed:
    """One failure out of all ways': permanent when every way is, again as soon as the first of them allows."""
    if not failures:
        return Failed("no channel of this house reaches them", permanent=True)
    passing = [failure for _, failure in failures if not failure.permanent]
    waits = [failure.retry_after or timedelta() for failure in passing]
    return Failed(
        "; ".join(_listed(failures)),
        permanent=tried_all and not passing,
        retry_after=min(waits, default=None),
    )


_numbers = count(1)


def _own_name() -> str:
    """Differs from every other deliverer's, in this process and elsewhere."""
    return f"{os.getpid()}.{next(_numbers)}.{secrets.token_hex(4)}"
