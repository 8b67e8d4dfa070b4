"""``leeway staff``: how many people each level needs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from leeway.cli.house import database
from leeway.cli.say import console, json_option, print_json, table

if TYPE_CHECKING:
    from rich.console import Console

    from leeway.prove.staff.estimate import Estimate
    from leeway.prove.staff.staffing import Kept, LevelStaffing, Staffing
    from leeway.store.writer.driver import Driver

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
WEEKS_BACK = 13


@click.command()
@click.option("--attainment", type=click.FloatRange(0.5, 0.995), default=0.9, show_default=True)
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Look back to this day (default: 13 weeks).")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Look no further than this day.")
@click.option("--weeks", type=click.IntRange(2, 52), default=6, show_default=True, help="Weeks to simulate.")
@click.option(
    "--seed", type=int, default=1, show_default=True, help="Another seed, other weeks of the same kind."
)
@click.option(
    "--handling", multiple=True, metavar="LEVEL=MINUTES", help="Time in hand, where the log can't say."
)
@click.option(
    "--at-once", multiple=True, metavar="LEVEL=CASES", help="Cases one person carries, if not the roster's."
)
@click.option(
    "--what-if", "what_ifs", multiple=True, metavar="WORDS", help='As in "one more at agent on monday".'
)
@json_option
def staff(
    attainment: float,
    since: datetime | None,
    until: datetime | None,
    weeks: int,
    seed: int,
    handling: tuple[str, ...],
    at_once: tuple[str, ...],
    what_ifs: tuple[str, ...],
    *,
    as_json: bool,
) -> None:
    """Say how many people each level needs, hour by hour, to take up and resolve a share of its cases in time.

    From the house's own arrivals, handling times, calendars and absences, by simulation. A what-if is shown on the
    same simulated weeks: "two fewer at agent on weekends from 9:00 to 13:00", "arrivals +30 % from 2026-12-01 to
    2026-12-24".
    """
    from leeway.prove.staff.staffing import Ask
    from leeway.prove.staff.staffing import staff as staffed
    from leeway.prove.staff.visits import visits
    from leeway.prove.staff.what_if import NotUnderstood, understood
    from leeway.store import documents, past

    with database() as driver:
        published = documents.published(driver)
        policy = published.policy
        levels = [level.name for level in (*policy.levels, *policy.desks)]
        try:
            meant = [understood(words, levels) for words in what_ifs]
        except NotUnderstood as wrong:
            raise click.UsageError(str(wrong)) from None
        first, last = _period(driver, since, until)
        minutes = _by_level("handling", handling, levels, "minutes, as in agent=45", 60 * 24 * 60)
        carried = _by_level("at-once", at_once, levels, "whole cases, as in agent=3", 1000)
        each = {level: round(cases) for level, cases in carried.items()}
        ask = Ask(first, last, attainment, weeks, seed, minutes, each, meant)
        stays = list(visits(past.stories(driver)))
    if as_json:
        print_json(staffed(policy, published.roster, stays, ask))
        return
    screen = console()
    with screen.status("Simulating ..."):
        found = staffed(policy, published.roster, stays, ask)
    _show(screen, found)


def _period(driver: Driver, since: datetime | None, until: datetime | None) -> tuple[datetime, datetime]:
    """Days are UTC. Without an end: to the last thing that was written down."""
    from leeway.core.refusals import Refusal
    from leeway.store import past

    written = past.end(driver)
    if written is None:
        raise Refusal("There is no history yet: import some, or come back when the house has been at work.")
    last = until.replace(tzinfo=UTC) + timedelta(days=1) if until else written
    first = since.replace(tzinfo=UTC) if since else last - timedelta(weeks=WEEKS_BACK)
    if last - first < timedelta(days=7):
        raise click.UsageError("Give at least a week between --since and --until: weekdays differ.")
    return first, last


def _by_level(
    option: str, given: tuple[str, ...], levels: list[str], expected: str, most: float
) -> dict[str, float]:
    """``LEVEL=NUMBER`` pairs, checked."""
    found = {}
    for one in given:
        level, _, number = one.partition("=")
        if level not in levels:
            raise click.UsageError(
                f"--{option} {one}: there is no level {level!r}; there are {', '.join(levels)}."
            )
        try:
            found[level] = float(number)
        except ValueError:
            found[level] = 0.0
        if not 1 <= found[level] <= most:
            raise click.UsageError(f"--{option} {one}: write {expected}.")
    return found


def _show(screen: Console, found: Staffing) -> None:
    lines = [
        (
            level.label,
            f"{level.cases_a_week:.1f} ({level.quiet:.0f} to {level.busy:.0f})",
            f"{level.handling.median:.0f} / {level.handling.p90:.0f}" if level.handling else "",
            _share(level.today.accept if level.today else None),
            _share(level.today.resolve if level.today else None),
            f"{level.there_hours:.0f}",
            _hours(level),
        )
        for level in found.levels
    ]
    columns = (
        "level",
        "cases a week (quiet to busy)",
        "in hand, min (median / p90)",
        "taken in time",
        "resolved in time",
        "hours there",
        f"hours needed for {found.attainment:.0%}",
    )
    screen.print(table("A week, as things are and as they should be", columns, lines))
    for level in found.levels:
        if level.missing:
            screen.print(f"{level.label}: {level.missing}.", markup=False)
        elif level.needed is not None:
            _week(screen, level, level.needed.week)
    for what_if in found.what_ifs:
        rows = [(one.level, *_before_after(one.before, one.after)) for one in what_if.levels]
        screen.print(table(f"What if: {what_if.says}", ("level", "taken in time", "resolved in time"), rows))
    screen.print(f"Hours are those of {found.zone}. " + " ".join(found.method), style="dim", markup=False)


def _week(screen: Console, level: LevelStaffing, week: Sequence[int]) -> None:
    """Who is needed when: days down, only the hours in which somebody is."""
    hours = [hour for hour in range(24) if any(week[day * 24 + hour] for day in range(7))]
    rows = [
        (DAYS[day], *(_cell(week[day * 24 + hour], level.there[day * 24 + hour]) for hour in hours))
        for day in range(7)
    ]
    title = f"{level.label}: people needed (there at present, where it is fewer)"
    screen.print(table(title, ("", *(f"{hour:02}" for hour in hours)), rows))


def _cell(needed: int, there: float) -> str:
    if not needed:
        return ""
    return f"{needed} ({there:.0f})" if round(there) < needed else str(needed)


def _share(found: Estimate | None) -> str:
    return "" if found is None else f"{found.value:.0%} ({found.low:.0%} to {found.high:.0%})"


def _hours(level: LevelStaffing) -> str:
    if level.needed is None or level.needed_quiet is None or level.needed_busy is None:
        return ""
    ends = sorted((level.needed_quiet.hours, level.needed_busy.hours))
    return f"{level.needed.hours} ({ends[0]} to {ends[1]})"


def _before_after(before: Kept, after: Kept) -> tuple[str, str]:
    def pair(was: Estimate | None, now: Estimate | None) -> str:
        return f"{was.value:.1%} -> {now.value:.1%}" if was and now else ""

    return pair(before.accept, after.accept), pair(before.resolve, after.resolve)
