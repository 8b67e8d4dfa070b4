"""``leeway erase``: what the law asks for when somebody wants to be forgotten."""

from __future__ import annotations

import getpass

import click

from leeway.cli.house import database
from leeway.cli.say import console, json_option, print_json


@click.group()
def erase() -> None:
    """Erase what is personal. What happened, when, and who handled it stays, and the log still verifies."""


@erase.command()
@click.argument("number")
@click.option("--yes", is_flag=True, help="Do it; without, only what would be erased is said.")
@json_option
def customer(number: str, yes: bool, as_json: bool) -> None:
    """Erase one customer, by your own number of theirs: name, addresses, every text of every case.

    It cannot be taken back. Backups and exports made before still hold everything.
    """
    from leeway.store.erasing import erase_customer, held
    from leeway.store.instants import utc_now

    with database() as driver:
        if yes:
            found = erase_customer(driver, number, by=f"{getpass.getuser()} (command line)", at=utc_now())
        else:
            found = held(driver, number)
    if as_json:
        print_json({"customer": number, "cases": found.cases, "erased": yes})
    elif yes:
        console().print(f"Erased: {number} and the texts of {len(found.cases)} cases.", markup=False)
    else:
        going_on = f", of which {len(found.going_on)} still go on" if found.going_on else ""
        console().print(
            f"{number} has {len(found.cases)} cases{going_on}. --yes erases everything personal in them for good.",
            markup=False,
        )
