"""``leeway staff``: how many people each level needs, hour by hour."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leeway.cli.house import database
from leeway.cli.say import console, json_option, print_json, table

if TYPE_CHECKING:
    from leeway.prove.staff.needs import Attained
    from leeway.prove.staff.staffing import Staffing

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@click.command()
@click.option(
    "--attainment", type=click.FloatRange(0.5, 0.999), default=0.9, help="The share of clocks to keep."
)
@click.option(
    "--since", type=click.DateTime(formats=["%Y-%m-%d"]), help="Learn only from cases since this day (UTC)."
)
@click.option(
    "--what-if",
    "what_ifs",
    multiple=True,
    help="“one more on monday at supervisor”, “campaign x1.5 from … to …”.",
)
@click.option(
    "--candidate",
    type=click.Path(exists=True, path_type=Path),
    help="A stricter or looser matrix: arrivals as its backtest finds them.",
)
@click.option("--seed", type=int, default=7, help="The same seed draws the same cases.")
@click.option(
    "--replications", type=click.IntRange(10, 500), default=20, help="How often the weeks are drawn."
)
@json_option
def staff(
    attainment: float,
    since: datetime | None,
    what_ifs: tuple[str, ...],
    candidate: Path | None,
    seed: int,
    replications: int,
    as_json: bool,
) -> None:
    """How many people each level needs in each hour of the week to keep its accept and resolve clocks.

    By simulation of the house's own arrivals, handling times, calendars and absences.
    """
    from leeway import staffing
    from leeway.core.refusals import Refusal
    from leeway.prove.staff.staffing import CannotRead, NothingToLearn

    with database() as driver:
        try:
            found = staffing.staff(
                driver,
                attainment=attainment,
                since=since.replace(tzinfo=UTC) if since else None,
                what_ifs=what_ifs,
                candidate=candidate,
                seed=seed,
                replications=replications,
            )
        except (CannotRead, NothingToLearn) as why:
            raise Refusal(str(why)) from None
    if as_json:
        print_json(found)
    else:
        _show(found)


def _show(found: Staffing) -> None:
    screen = console()
    screen.print(
        f"To keep {found.attainment:.0%} of the clocks, from what was recorded {found.since:%Y-%m-%d} to "
        f"{found.until:%Y-%m-%d}; hours in {found.zone}.",
        markup=False,
    )
    for said in found.what_if:
        screen.print(f"What if: {said}", markup=False)
    rows = [
        (
            one.level,
            f"{one.cases_a_week:g}",
            f"{one.handling_minutes:g}",
            _said(one.accept_now),
            _said(one.resolve_now),
            max(one.needed, default=0),
            sum(one.needed),
            "yes" if one.reached else one.why_not,
        )
        for one in found.levels
    ]
    head = (
        "level",
        "cases/week",
        "min/case",
        "accepted in time",
        "resolved in time",
        "most",
        "hours",
        "reached",
    )
    screen.print(table("", head, rows))
    for one in found.levels:
        screen.print(f"\n{one.level}: people needed, by hour", markup=False)
        screen.print("     " + "".join(f"{hour:>3}" for hour in range(24)), style="dim", markup=False)
        for number, day in enumerate(DAYS):
            counts = one.needed[number * 24 : number * 24 + 24]
            screen.print(f"{day}  " + "".join(f"{count or '·':>3}" for count in counts), markup=False)


def _said(one: Attained) -> str:
    return f"{one.mean:.0%} ({one.low:.0%} to {one.high:.0%})"
