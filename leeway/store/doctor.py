"""Examining an installation: each finding with what to do about it. Reads only."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import msgspec

from leeway.core.roster import Roster
from leeway.desk.ports import StoreTrouble
from leeway.store import documents, marks
from leeway.store.django_ready import django_ready
from leeway.store.instants import read_instant
from leeway.store.rebuild import compare
from leeway.store.seals.checking import NOTARY, Head, check, read_heads, strangers
from leeway.store.seals.sealing import latest
from leeway.store.writer.driver import Driver

LATE = timedelta(minutes=5)
STALE = timedelta(minutes=10)
RATIO_AT_LEAST = 0.99
FREE_BYTES_AT_LEAST = 1_000_000_000
HOLIDAYS_AHEAD = timedelta(days=60)
NAMED = 20
"""Cases named in one finding; the others are counted."""

CASES_AT_ONCE = 500
QUICKLY_CHECKED = 200_000
"""Facts whose tree is made again at every examination (some seconds); more of them only with ``rebuild``."""

UNSEALED = timedelta(hours=1)


class Finding(msgspec.Struct, frozen=True, omit_defaults=True):
    """``error`` is something wrong now, ``warning`` something that will be. ``do`` is what to do about it."""

    check: str
    severity: Literal["error", "warning"]
    says: str
    do: str
    cases: tuple[int, ...] = ()


class Diagnosis(msgspec.Struct, frozen=True):
    """``checks`` says how many things each check looked at. ``head`` is the digest of the whole log up to its last
    seal: publish it, and nobody can replace the log unnoticed.
    """

    healthy: bool
    findings: list[Finding]
    checks: dict[str, int]
    head: Head | None = None


Progress = Callable[[int, int], None]


def examine(
    driver: Driver,
    home: Path,
    now: datetime,
    *,
    rebuild: bool = False,
    told: Progress | None = None,
) -> Diagnosis:
    """All checks. ``rebuild`` replays every case from its log; else the latest 1,000. ``told`` hears how far it is."""
    findings = list(_schema(driver))
    if findings:
        return Diagnosis(healthy=False, findings=findings, checks={"schema": 1})
    checks: dict[str, int] = {"schema": 1}
    replayed = _replay(driver, 0 if rebuild else 1_000, told)
    checks["cases replayed"], wrong = replayed
    findings += wrong
    head, checks["facts under seals"], wrong = _seals(driver, now, whole=rebuild)
    findings += wrong
    others: dict[str, Iterator[Finding]] = {
        "clocks": _clocks(driver, now),
        "outbox": _outbox(driver, now),
        "watchdog": _watchdog(driver, now),
        "disk": _disk(home),
        "roster": _horizon(driver, now),
    }
    for name, found in others.items():
        findings += found
        checks[name] = 1
    return Diagnosis(not any(finding.severity == "error" for finding in findings), findings, checks, head)


def _schema(driver: Driver) -> Iterator[Finding]:
    try:
        driver.select("select 1 from leeway_case limit 1")
    except StoreTrouble as trouble:
        driver.rollback()
        do = "Start Leeway once (`leeway serve`): it makes its tables. If it does, see DATABASE_URL and LEEWAY_HOME."
        yield Finding("schema", "error", f"The tables cannot be read: {str(trouble).splitlines()[0]}.", do)
        return
    missing = pending_migrations()
    if missing:
        do = (
            "Start Leeway once (`leeway serve`), or any command that writes: it brings the tables up to date."
        )
        yield Finding("schema", "error", f"Tables are older than the program: {', '.join(missing)}.", do)


# --- the log is the truth


def _replay(driver: Driver, latest: int, told: Progress | None) -> tuple[int, list[Finding]]:
    """Every case row against its replay and its hash chain."""
    total = int(driver.select("select count(*) from leeway_case")[0][0])
    first = 0
    if latest and total > latest:
        rows = driver.select("select id from leeway_case order by id desc limit 1 offset ?", (latest - 1,))
        first, total = int(rows[0][0]) - 1, latest
    findings, done = [], 0
    while numbers := driver.select(
        "select id from leeway_case where id > ? order by id limit ?", (first, CASES_AT_ONCE)
    ):
        for (number,) in numbers:
            different = compare(driver, number)
            if different is not None:
                do = (
                    "Keep a copy of the database, find out who wrote to it beside Leeway, and restore the case from a "
                    f"backup or an export: `leeway export --case {number}` shows what the log says."
                )
                says = f"Case {number}: {different.says}"
                findings.append(Finding("replay", "error", says, do, (number,)))
        done += len(numbers)
        first = numbers[-1][0]
        if told is not None:
            told(done, total)
    return done, findings


def _seals(driver: Driver, now: datetime, *, whole: bool) -> tuple[Head | None, int, list[Finding]]:
    """The roots over the log made again, and the heads that were noted elsewhere."""
    seal = latest(driver)
    if seal is None:
        return None, 0, []
    findings = list(_replaced(driver))
    do = (
        "Keep a copy of the database, find out who wrote to it beside Leeway, and compare with a backup: "
        "`leeway doctor --rebuild` names the cases, `leeway verify` checks a case file that somebody kept."
    )
    looked = 0
    if whole or seal.facts <= QUICKLY_CHECKED:
        checked = check(driver)
        looked = checked.facts
        if checked.broken is not None:
            findings.append(
                Finding("seals", "error", f"Seal {checked.broken.seal}: {checked.broken.says}", do)
            )
    young = driver.select("select min(recorded_at) from leeway_fact where id > ?", (seal.last,))[0][0]
    if young is not None and now - read_instant(young) > UNSEALED:
        do = "Run `leeway serve` or `leeway work`; if one runs, its log says why it does not seal."
        says = f"Facts since {read_instant(young):%Y-%m-%d %H:%M} UTC are under no seal."
        findings.append(Finding("seals", "warning", says, do))
    return Head.of(seal), looked, findings


def _replaced(driver: Driver) -> Iterator[Finding]:
    notary = os.environ.get(NOTARY)
    if not notary:
        return
    try:
        heads = read_heads(Path(notary))
    except (OSError, msgspec.DecodeError) as trouble:
        do = f"{NOTARY} names the file; make it readable, or leave the setting out."
        yield Finding("seals", "warning", f"The noted heads in {notary} cannot be read: {trouble}.", do)
        return
    strange = next(strangers(driver, heads), None)
    if strange is not None:
        do = "The log was replaced, or cut off and written on, or this file is another house's. Compare with a backup."
        says = f"The head of seal {strange.seal}, noted {strange.sealed_at:%Y-%m-%d %H:%M} UTC, is not in this log."
        yield Finding("seals", "error", says, do)


# --- time


def _clocks(driver: Driver, now: datetime) -> Iterator[Finding]:
    do = "Run `leeway serve` or `leeway work`: the watchdog gives such cases a tick and an owner within a minute."
    live = "status in ('open', 'paused')"
    for lacking, what in (("wake_at is null", "a next step"), ("owner = ''", "an owner")):
        where, says = f"{live} and {lacking}", f"are live without {what}"
        yield from _some(driver, where, (), check="clocks", says=says, do=do)
    do = "Is a process with clocks running? `leeway serve` has them, `leeway work` runs them alone."
    late = "wake_at is not null and wake_at <= ?"
    yield from _some(
        driver, late, (now - LATE,), check="clocks", says="wait for a clock that is overdue", do=do
    )


def _some(
    driver: Driver, where: str, values: tuple[Any, ...], *, check: str, says: str, do: str
) -> Iterator[Finding]:
    rows = driver.select(
        f"select id from leeway_case where {where} order by id limit {NAMED + 1}",  # noqa: S608 - our own words
        values,
    )
    if rows:
        numbers = tuple(number for (number,) in rows[:NAMED])
        count = f"More than {NAMED}" if len(rows) > NAMED else str(len(rows))
        yield Finding(check, "error", f"{count} cases {says}.", do, numbers)


def _watchdog(driver: Driver, now: datetime) -> Iterator[Finding]:
    mark = marks.get(driver, marks.SWEEP)
    if mark is None:
        if driver.select("select 1 from leeway_case where wake_at is not null limit 1"):
            says, do = "No clocks have ever run here.", "Run `leeway serve` or `leeway work`."
            yield Finding("watchdog", "error", says, do)
        return
    at, report = mark
    if now - at > STALE:
        do = "Run `leeway serve` or `leeway work`; if one runs, its log says what holds it up."
        yield Finding("watchdog", "error", f"The clocks last reported at {at:%Y-%m-%d %H:%M} UTC.", do)
    ratio = float(report.get("ratio", 1.0))
    if ratio < RATIO_AT_LEAST:
        says = f"Only {ratio:.1%} of clock moments ran within a minute of their time."
        do = "The database or the machine is too slow, or processes were down: see the log, or add `leeway work`."
        yield Finding("watchdog", "warning", says, do)


def _outbox(driver: Driver, now: datetime) -> Iterator[Finding]:
    overdue = driver.select(
        "select count(*) from (select 1 from leeway_outbox where next_try_at is not null and next_try_at <= ? "
        "and state in ('pending', 'sending', 'failed') limit 1000) overdue",
        (now - LATE,),
    )[0][0]
    if overdue:
        do = "Is a process that delivers running (`leeway serve` or `leeway work`)? Its log names what fails."
        yield Finding("outbox", "error", f"{overdue} notices are overdue.", do)
    dead = driver.select("select count(*) from leeway_outbox where state = 'dead'")[0][0]
    if dead:
        do = "See them with GET /api/v1/outbox?state=dead: the channel or the address is wrong. People were skipped."
        yield Finding("outbox", "warning", f"{dead} notices reached nobody.", do)


# --- the house


def _disk(home: Path) -> Iterator[Finding]:
    free = shutil.disk_usage(home).free
    if free < FREE_BYTES_AT_LEAST:
        do = "Make room, or move LEEWAY_HOME: when the disk is full, facts are refused."
        yield Finding("disk", "error", f"Only {free / 1e6:,.0f} MB are free in {home}.", do)


def _horizon(driver: Driver, now: datetime) -> Iterator[Finding]:
    """Public holidays are written into the roster when it is published, for some years ahead."""
    try:
        roster = documents.published(driver).roster
    except (documents.NothingPublished, msgspec.DecodeError) as error:
        do = "Publish one: `leeway policy publish PACK`, `leeway roster publish FILE`."
        yield Finding("roster", "error", f"There is no policy or roster that can be read: {error}.", do)
        return
    for name, last in _last_holidays(roster):
        if last < now + HOLIDAYS_AHEAD:
            says = f"Calendar {name!r} knows its public holidays only until {last:%Y-%m-%d}."
            do = "Publish the roster again: `leeway roster publish FILE` looks up the coming years."
            yield Finding("roster", "warning", says, do)


def _last_holidays(roster: Roster) -> Iterator[tuple[str, datetime]]:
    for calendar in roster.calendars:
        if calendar.holiday_years:
            yield calendar.name, datetime(max(calendar.holiday_years), 12, 31, tzinfo=UTC)


def pending_migrations() -> list[str]:
    """Changes of the tables that the program brings and the database has not had."""
    from django.db import connection  # noqa: PLC0415
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415

    django_ready()
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    connection.close()
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]
