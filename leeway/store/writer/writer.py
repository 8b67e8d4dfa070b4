"""The writing thread: takes facts from a queue, handles them in groups, acknowledges what is on the disk.

One group is one transaction. What passes by itself (a lock, a lost connection, another process that was
faster with the same key) is tried again; handling a group twice is harmless, because a fact that is in the
log already does nothing. When the database refuses a group for good, its facts are tried one by one, so
that only the culprit fails.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from leeway.core.decide import decided
from leeway.core.world import World
from leeway.desk.handle import Answer, Decide, Failed, handle_group
from leeway.desk.ports import Busy, Closed, Item, StoreTrouble
from leeway.store.writer.books import CaseCache, SqlBooks
from leeway.store.writer.driver import Driver
from leeway.store.writer.news import Written

log = logging.getLogger(__name__)

Answers = tuple[Answer, ...]
Answered = Callable[[Answers], None]

GROUP_FACTS = 512
"""Facts in one transaction at most: beyond this a commit is no longer what costs, and others wait for the lock."""

GROUP_BYTES = 8_000_000
QUEUED_FACTS = 20_000
QUEUED_BYTES = 64_000_000
PATIENCE_SECONDS = 60.0
"""How long a group is tried again while the database is away. Longer than a failover, shorter than callers wait."""

FIRST_PAUSE_SECONDS = 0.005
LONGEST_PAUSE_SECONDS = 1.0
SAME_KEY_AGAIN = 5
"""Tries for a group that found a key taken. The second one sees why; more means that the rows themselves are wrong."""


class Worlds(Protocol):
    """Gives the world in force."""

    def current(self, driver: Driver) -> World:
        """The world as of this transaction; cheap when nothing was published since the last call."""


@dataclass(frozen=True, slots=True)
class _Job:
    items: Sequence[Item]
    size: int
    answered: Answered


class Unavailable(Exception):
    """The database was away for longer than we wait. Nothing was recorded."""


class Writer:
    """Thread-safe. ``submit`` returns at once, ``call`` waits for the commit."""

    def __init__(
        self,
        driver: Driver,
        worlds: Worlds,
        *,
        clock: Callable[[], datetime],
        on_commit: Sequence[Callable[[Written], None]] = (),
        decide: Decide = decided,
        queued_facts: int = QUEUED_FACTS,
        queued_bytes: int = QUEUED_BYTES,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._driver = driver
        self._worlds = worlds
        self._clock = clock
        self._on_commit = list(on_commit)
        self._after_group: list[Callable[[], None]] = []
        self._decide = decide
        self._most_facts = queued_facts
        self._most_bytes = queued_bytes
        self._patience = patience_seconds
        self._cache = CaseCache()
        self._jobs: deque[_Job] = deque()
        self._facts = 0
        self._bytes = 0
        self._closing = False
        self._news = threading.Condition()
        self._thread = threading.Thread(target=self._work, name="writer", daemon=True)
        self._thread.start()

    # --- handing in

    def submit(self, items: Sequence[Item], size: int, answered: Answered) -> None:
        """Queues facts; ``answered`` is called by the writing thread with their answers, and must be quick.

        ``size`` is about how many bytes they are. Raises ``Busy`` when too much is waiting, ``Closed`` at the end.
        """
        with self._news:
            if self._closing:
                raise Closed("Leeway is going down.")
            waiting = self._facts > 0  # a single job larger than the limits still gets its turn
            if waiting and (
                self._facts + len(items) > self._most_facts or self._bytes + size > self._most_bytes
            ):
                raise Busy(retry_after=1)
            self._jobs.append(_Job(items, size, answered))
            self._facts += len(items)
            self._bytes += size
            self._news.notify()

    def call(self, items: Sequence[Item], size: int = 0) -> Answers:
        """Hands in and waits until they are committed (or have failed)."""
        done = threading.Event()
        answers: list[Answers] = []

        def take(them: Answers) -> None:
            answers.append(them)
            done.set()

        self.submit(items, size, take)
        done.wait()
        return answers[0]

    def listen(self, heard: Callable[[Written], None]) -> None:
        """Calls this after every commit, in the writing thread."""
        self._on_commit.append(heard)

    def after_group(self, done: Callable[[], None]) -> None:
        """Calls this whenever a group's callers have all been answered, in the writing thread; it must be quick."""
        self._after_group.append(done)

    @property
    def waiting(self) -> int:
        """Facts handed in and not committed."""
        return self._facts

    def stop(self) -> None:
        """Takes nothing more, finishes what is queued, and closes the connection."""
        with self._news:
            self._closing = True
            self._news.notify()
        self._thread.join()

    # --- the thread

    def _work(self) -> None:
        while jobs := self._next_jobs():
            answers = self._settle([item for job in jobs for item in job.items])
            with self._news:
                self._facts -= sum(len(job.items) for job in jobs)
                self._bytes -= sum(job.size for job in jobs)
            place = 0
            for job in jobs:
                mine = answers[place : place + len(job.items)]
                place += len(job.items)
                _tell(job.answered, mine)
            for done in self._after_group:
                _tell(done)
        self._driver.close()

    def _next_jobs(self) -> list[_Job]:
        """Waits for work; takes as much as makes a good group. Empty when closing and everything is done."""
        with self._news:
            while not self._jobs and not self._closing:
                self._news.wait()
            taken: list[_Job] = []
            facts = size = 0
            while self._jobs:
                job = self._jobs[0]
                if taken and (facts + len(job.items) > GROUP_FACTS or size + job.size > GROUP_BYTES):
                    break
                taken.append(self._jobs.popleft())
                facts += len(job.items)
                size += job.size
            return taken

    def _settle(self, items: Sequence[Item]) -> Answers:
        """Answers for every item, whatever happens."""
        try:
            return self._insist(items)
        except Unavailable as error:
            log.error("%s", error)  # noqa: TRY400 - the trouble itself was logged as it came
            return (Failed(error),) * len(items)
        except Exception as error:
            if len(items) == 1:
                log.exception("fact %s:%s cannot be kept", items[0].fact.source, items[0].fact.id)
                return (Failed(error),)
            log.warning("a group of %d facts cannot be kept, trying them one by one: %s", len(items), error)
            return tuple(answer for item in items for answer in self._settle([item]))

    def _insist(self, items: Sequence[Item]) -> Answers:
        """Tries again while the trouble is of the passing kind."""
        give_up = time.monotonic() + self._patience
        pause = FIRST_PAUSE_SECONDS
        tries = 0
        while True:
            try:
                return self._once(items)
            except StoreTrouble as trouble:
                tries += 1
                if not trouble.passing or (trouble.same_key and tries >= SAME_KEY_AGAIN):
                    raise
                if time.monotonic() > give_up:
                    raise Unavailable(f"The database has been away for too long: {trouble}") from trouble
                log.info("trying again: %s", trouble)
            time.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - so that two processes do not keep step
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    def _once(self, items: Sequence[Item]) -> Answers:
        """One transaction."""
        driver = self._driver
        try:
            driver.begin()
            world = self._worlds.current(driver)
            now = self._clock()
            books = SqlBooks(driver, self._cache, world, now)
            answers = handle_group(items, books=books, world=world, now=now, decide=self._decide)
            driver.commit()
        except BaseException:
            driver.rollback()
            self._cache.forget()  # it may hold what another process has overtaken
            raise
        books.committed()
        for heard in self._on_commit:
            _tell(heard, books.written)
        return answers


def _tell(listener: Callable[..., None], *news: object) -> None:
    """A listener that fails must not stop the writing."""
    try:
        listener(*news)
    except Exception:
        log.exception("a listener of the writer failed")
