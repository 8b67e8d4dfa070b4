"""Puts the house together: the only file that names concrete classes."""

from __future__ import annotations

import gc
import logging
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leeway.core.drafts import DraftPack
from leeway.core.guidance.wording import Wording
from leeway.core.policy import Policy
from leeway.core.roster import Roster
from leeway.core.world import Language, World
from leeway.desk.door import Desk
from leeway.desk.past import PastWorlds
from leeway.store import documents, marks, past
from leeway.store.address import Address, Postgres, Sqlite, address
from leeway.store.home import home
from leeway.store.instants import utc_now
from leeway.store.tokens import LiveToken, live, mark_used
from leeway.store.upkeep import bring_up_to_date
from leeway.store.writer.driver import Driver, open_driver
from leeway.store.writer.news import Written
from leeway.store.writer.writer import Writer

if TYPE_CHECKING:
    from leeway.desk.rewording import Rewording

log = logging.getLogger(__name__)

SHIPPED = Path(__file__).parent / "packs" / "shipped"
FIRST_PACK = "shop"
HOLIDAY_YEARS = 3
"""Years of public holidays written into the calendars of the sample roster: the current one and those after it."""


class PublishedWorlds:
    """The world in force, built anew when something was published."""

    def __init__(self) -> None:
        self._newest = -1
        self._world: World | None = None

    def current(self, driver: Driver) -> World:
        """As of the transaction ``driver`` is in."""
        newest = documents.newest(driver)
        if self._world is None or newest != self._newest:
            self._world = build_world(documents.published(driver))
            self._newest = newest
        return self._world


def build_world(published: documents.Published) -> World:
    return World(
        policy=published.policy,
        roster=published.roster,
        languages=languages(),
        pinned=published.policies,
        guess_language=guess_language(),
    )


class Languages(Mapping[str, Language]):
    """Every language there is a file for, English first, for texts that are in none of them. Each is read when it is
    first wanted: that takes as long as all the rest of a start.
    """

    def __init__(self) -> None:
        from leeway import languages as files

        self._codes = sorted(files.available(), key=lambda code: (code != files.USUAL, code))

    def __getitem__(self, code: str) -> Language:
        if code not in self._codes:
            raise KeyError(code)
        with _one_language_at_a_time:
            return _language(code)

    def __iter__(self) -> Iterator[str]:
        return iter(self._codes)

    def __len__(self) -> int:
        return len(self._codes)


_one_language_at_a_time = threading.Lock()


@cache
def languages() -> Languages:
    return Languages()


@cache
def _language(code: str) -> Language:
    from leeway import languages as files
    from leeway.core.reading.phrases import compile_phrases

    pack = files.load(code)
    phrases = (
        pack.phrases or files.load(files.USUAL).phrases
    )  # a language that only has cues reads with English ones
    return Language(code, pack.cues, compile_phrases(phrases))


@cache
def drafts(code: str) -> DraftPack | None:
    """What a language says about agents' drafts, with the words read already; None where it says nothing."""
    from leeway import languages as files

    language = languages().get(code)
    return files.drafts_with(code, language.phrases, language.cues) if language else None


@cache
def playbooks(language: str) -> Wording:
    """The shipped playbooks for a conversation in this language; English where there are none."""
    from leeway.packs.playbooks import shipped

    return shipped(language)


def rewording() -> Rewording | None:
    """The house's language model with all its care; None when there is none, or none that can be used."""
    from leeway.connectors.openai_compatible.settings import FILE

    folder = home()
    file = folder / FILE
    changed = file.stat().st_mtime_ns if file.exists() else 0
    told = tuple(os.environ.get(f"LEEWAY_MODEL{name}", "") for name in ("_URL", "", "_KEY"))
    return _rewording(folder, changed, told) if changed or told[0] else None


@lru_cache(maxsize=1)
def _rewording(folder: Path, changed: int, told: tuple[str, ...]) -> Rewording | None:
    """Made anew when the settings change, which are what it is called with."""
    del changed, told
    from leeway.connectors.openai_compatible.model import Model
    from leeway.connectors.openai_compatible.settings import settings
    from leeway.core.refusals import Refusal
    from leeway.desk.rewording import Rewording
    from leeway.packs.reader import Problems, read

    try:
        found = settings(folder, os.environ, read)
    except (Refusal, Problems) as trouble:
        log.warning("no language model: %s", trouble)
        return None
    if found is None:
        return None
    return Rewording(Model(found), clock=utc_now, per_day=found.per_day, guess_language=guess_language())


def guess_language() -> Callable[[str], str]:
    from leeway import languages as files

    return files.guess


def past_worlds(driver: Driver) -> PastWorlds:
    """Policies and rosters of every version, to think the log through again."""
    return PastWorlds(past.policies(driver), past.rosters(driver), languages(), guess_language())


def first_documents(driver: Driver, now: datetime) -> None:
    """A house that has published nothing starts with the shop's matrix and the sample roster."""
    driver.begin()
    try:
        driver.order_log()
        rows = driver.select("select distinct kind from leeway_document")
        there = {kind for (kind,) in rows}
        if "roster" not in there:
            roster, source = _sample_roster(now)
            documents.publish(driver, roster, at=now, source=source, note="the sample that ships with Leeway")
        if "policy" not in there:
            policy, source = _shipped_policy(FIRST_PACK)
            documents.publish(driver, policy, at=now, source=source, note=f"the shipped pack {FIRST_PACK!r}")
        driver.commit()
    finally:
        driver.rollback()


def _shipped_policy(name: str) -> tuple[Policy, str]:
    from leeway.packs.matrix_file import load_pack

    return load_pack(SHIPPED / name), (SHIPPED / name / "matrix.yaml").read_text()


def sample_world(now: datetime) -> World:
    """The shop's matrix and the sample roster, without a database: for measuring and trying things out."""
    policy, _ = _shipped_policy(FIRST_PACK)
    roster, _ = _sample_roster(now)
    return World(policy, roster, languages(), {}, guess_language=guess_language())


def _sample_roster(now: datetime) -> tuple[Roster, str]:
    from leeway.packs.roster_file import load_roster

    text = (SHIPPED / "roster.example.yaml").read_text()
    years = range(now.year, now.year + HOLIDAY_YEARS)
    return load_roster(text, name="roster.example.yaml", years=years), text


@dataclass
class House:
    """An open installation. ``close`` finishes what is queued before it returns."""

    address: Address
    clock: Callable[[], datetime]
    writer: Writer
    desk: Desk
    _services: list[threading.Thread] = field(default_factory=list)
    _stops: list[Callable[[], None]] = field(default_factory=list)

    @property
    def database(self) -> str:
        """Which kind of database it is, for people."""
        return "sqlite" if isinstance(self.address, Sqlite) else "postgresql"

    def driver(self) -> Driver:
        """A connection of one's own, for one thread."""
        return open_driver(self.address)

    def listen(self, heard: Callable[[Written], None]) -> None:
        """Calls this after every commit: of this process in its writing thread, and on PostgreSQL of others too."""
        self.writer.listen(heard)
        if isinstance(self.address, Postgres):
            from leeway.store.bell import Bell

            bell = Bell(self.address, heard)
            self.start("bell", bell.run, bell.stop)

    def start(self, name: str, run: Callable[[], None], stop: Callable[[], None]) -> None:
        """Runs something in a thread of its own until the house closes; ``stop`` makes ``run`` return soon."""
        thread = threading.Thread(target=run, name=name, daemon=True)
        thread.start()
        self._services.append(thread)
        self._stops.append(stop)

    def close(self) -> None:
        for stop in self._stops:
            stop()
        for service in self._services:
            service.join()
        self.writer.stop()


def open_house(*, where: Address | None = None, clock: Callable[[], datetime] = utc_now) -> House:
    """Opens the database (made or brought up to date if need be) and starts the writing thread."""
    where = where or address(home())
    driver = open_driver(where)
    bring_up_to_date(driver)
    first_documents(driver, clock())
    worlds = PublishedWorlds()
    worlds.current(driver)  # what cannot be read shows at the start, not with the first fact
    writer = Writer(driver, worlds, clock=clock)
    return House(where, clock, writer, Desk(writer.call))


def collect_garbage_rarely() -> None:
    """Languages, policy and modules stay for good, and cases are values without cycles that are freed as soon as nobody
    holds them: looking through all of it for cycles after every 700 new objects costs a seventh of a decision. For
    processes that go on to handle many facts, once everything is loaded.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def report_reader(house: House, name: str) -> Callable[[], dict[str, Any] | None]:
    """The last report of a background run (``marks.SWEEP``, ``marks.OUTBOX``), with its time."""
    local = threading.local()

    def read() -> dict[str, Any] | None:
        mark = marks.get(_own_driver(local, house), name)
        return None if mark is None else {"at": mark[0].isoformat(), **mark[1]}

    return read


def token_reader(house: House) -> Callable[[frozenset[int]], dict[str, LiveToken]]:
    """Reads the live tokens and notes which were used; for ``web.tokens.Gate``."""
    local = threading.local()

    def read(used: frozenset[int]) -> dict[str, LiveToken]:
        driver = _own_driver(local, house)
        mark_used(driver, used, at=house.clock())
        return live(driver)

    return read


def _own_driver(local: threading.local, house: House) -> Driver:
    """This thread's connection, kept for the next time."""
    if not hasattr(local, "driver"):
        local.driver = house.driver()
    driver: Driver = local.driver
    return driver
