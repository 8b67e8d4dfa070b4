"""A backtest put together: the house's log, a candidate, and whoever does the work.

What another process or machine is given is a ``Job`` as bytes and a stretch of case numbers; it opens the database
itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import msgspec

from leeway.core.policy import Policy
from leeway.core.roster import Roster
from leeway.core.world import Language
from leeway.desk.past import PastWorlds, Story
from leeway.prove.backtest.afterwards import ASSUMPTIONS, Habits
from leeway.prove.backtest.candidate import CandidateWorlds, in_words
from leeway.prove.backtest.habits import KINDS as ACCEPTING
from leeway.prove.backtest.habits import habits
from leeway.prove.backtest.pieces import piece
from leeway.prove.backtest.report import Report
from leeway.prove.backtest.running import Keep, Task, Told, run
from leeway.prove.backtest.thinking import Thinker
from leeway.prove.executor import Executor, Inline
from leeway.store import past
from leeway.store.address import Address, Postgres, Sqlite
from leeway.store.writer.driver import Driver, open_driver
from leeway.wiring import guess_language, languages

FACTS_IN_A_PIECE = 4_000


class NothingRecorded(LookupError):
    """There is no history to test against."""


class Job(msgspec.Struct, frozen=True):
    """Everything a worker has to know. ``language`` is a code and the text in place of the shipped file."""

    sqlite: Sqlite | None
    postgres: Postgres | None
    policy: Policy
    roster: Roster | None
    language: tuple[str, str] | None
    horizon: datetime
    since: datetime | None
    until: datetime | None
    accept: dict[str, int]
    usual: int
    zone: str
    quick: bool


@dataclass(frozen=True)
class Candidate:
    """What is tried. ``label`` is how people call it; ``language`` a code and the text of its file."""

    policy: Policy
    label: str
    roster: Roster | None = None
    language: tuple[str, str] | None = None


def backtest(
    where: Address,
    candidate: Candidate,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    executor: Executor | None = None,
    resume: Path | None = None,
    told: Told = lambda _done, _all: None,
    quick: bool = True,
    facts_at_once: int = FACTS_IN_A_PIECE,
) -> Report:
    """The candidate against the house's history. Raises ``NothingRecorded``.

    ``since`` and ``until`` limit it to cases opened then. ``quick`` false decides every fact again: slower, and the
    same report. ``facts_at_once`` is about the size of a piece of work.
    """
    driver = open_driver(where)
    try:
        job = _planned(driver, where, candidate, since, until, quick=quick)
        data = msgspec.json.encode(job)
        tasks = [(data, first, last) for first, last in past.chunks(driver, facts_at_once)]
        keep = Keep(resume, lambda first, last: past.digests(driver, first, last)) if resume else None
        part = run(work, tasks, executor or Inline(), keep=keep, told=told)
        in_force = past.policies(driver)
    finally:
        driver.close()
    return Report(
        candidate=candidate.label,
        differences=tuple(_differences(in_force[max(in_force)], candidate)),
        since=since,
        until=until,
        horizon=job.horizon,
        zone=job.zone,
        found=part,
        assumptions=ASSUMPTIONS,
    )


def _differences(in_force: Policy, candidate: Candidate) -> Iterator[str]:
    yield from in_words(in_force, candidate.policy)
    if candidate.roster is not None:
        yield "roster"
    if candidate.language is not None:
        yield f"words of language {candidate.language[0]!r}"


def _planned(
    driver: Driver,
    where: Address,
    candidate: Candidate,
    since: datetime | None,
    until: datetime | None,
    *,
    quick: bool,
) -> Job:
    horizon = past.last_moment(driver)
    if horizon is None:
        raise NothingRecorded("Nothing is recorded yet: there is no history to test a candidate against.")
    rosters = past.rosters(driver)
    usual = habits(rosters[max(rosters)], past.rare_events(driver, ACCEPTING))
    return Job(
        sqlite=where if isinstance(where, Sqlite) else None,
        postgres=where if isinstance(where, Postgres) else None,
        policy=candidate.policy,
        roster=candidate.roster,
        language=candidate.language,
        horizon=horizon,
        since=since,
        until=until,
        accept=dict(usual.accept),
        usual=usual.usual,
        zone=candidate.policy.zone,
        quick=quick,
    )


# --- on the worker's side


def work(task: Task) -> bytes:
    """One piece, wherever this is called."""
    data, first, last = task
    job, driver, thinker = _bench(data)
    driver.rollback()
    only = past.opened_between(driver, first, last, job.since, job.until)
    found = piece(thinker, _Stretch(driver, first, last), job.zone, only)
    driver.rollback()  # nobody is kept from cleaning up behind a long look
    return msgspec.json.encode(found)


@lru_cache(maxsize=1)
def _bench(data: bytes) -> tuple[Job, Driver, Thinker]:
    job = msgspec.json.decode(data, type=Job)
    where = job.sqlite or job.postgres
    if where is None:
        raise ValueError("a job without a database")
    driver = open_driver(where)
    spoken = languages()
    was = PastWorlds(past.policies(driver), past.rosters(driver), spoken, guess_language())
    candidate = CandidateWorlds(was, job.policy, job.roster, _languages(job.language, spoken))
    usual = Habits(job.accept, job.usual)
    return job, driver, Thinker(was, candidate, job.horizon, usual, quick=job.quick)


def _languages(
    language: tuple[str, str] | None, shipped: Mapping[str, Language]
) -> Mapping[str, Language] | None:
    if language is None:
        return None
    from leeway.core.reading.phrases import compile_phrases  # noqa: PLC0415 - seldom asked for
    from leeway.languages.pack_file import parse  # noqa: PLC0415

    code, text = language
    pack = parse(text, code)
    phrases = compile_phrases(pack.phrases) if pack.phrases else shipped[code].phrases
    return {**shipped, code: Language(code, pack.cues, phrases)}


@dataclass(frozen=True)
class _Stretch:
    """The log between two case numbers."""

    driver: Driver
    first: int
    last: int

    def lasts(self) -> Iterable[tuple[int, int, str]]:
        return past.lasts(self.driver, self.first, self.last)

    def versions_used(self) -> Mapping[int, Collection[int]]:
        return past.versions_used(self.driver, self.first, self.last)

    def events(self, kinds: tuple[str, ...]) -> Iterable[tuple[int, str, str]]:
        return past.events_of(self.driver, self.first, self.last, kinds)

    def stories(self, cases: Collection[int] | None) -> Iterator[Story]:
        if cases is None:
            yield from past.between(self.driver, self.first, self.last)
            return
        yield from past.some(self.driver, cases)


__all__ = ["Candidate", "Job", "NothingRecorded", "backtest", "work"]
