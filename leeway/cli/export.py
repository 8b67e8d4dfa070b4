"""``leeway export``: everything, as files any program can read."""

from __future__ import annotations

from pathlib import Path

import click

from leeway.cli.house import database
from leeway.cli.say import console, json_option, print_json, table


@click.command()
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="The folder; made when it is not there."
)
@click.option("--customer", default="", help="Only this customer's cases.")
@click.option("--case", type=click.IntRange(1), default=None, help="Only this case.")
@click.option(
    "--masked", is_flag=True, help="Without anybody's name, address or numbers; cannot be taken back."
)
@json_option
def export(out: Path | None, customer: str, case: int | None, masked: bool, as_json: bool) -> None:
    """Write facts, events, cases, customers, policies and roster as NDJSON.

    `leeway import export FOLDER` takes it back into an empty house; the hash chain of every case is checked there.
    """
    from leeway.core.refusals import Refusal
    from leeway.store.exporting import Only
    from leeway.store.exporting import export as write
    from leeway.store.instants import utc_now

    now = utc_now()
    folder = out or Path(f"leeway-export-{now:%Y%m%dT%H%M%S}")
    with database() as driver:
        if case and not driver.select("select 1 from leeway_case where id = ?", (case,)):
            raise Refusal(f"There is no case {case}.")
        if customer and not driver.select("select 1 from leeway_customer where id = ?", (customer,)):
            raise Refusal(f"There is no customer {customer!r}.")
        manifest = write(driver, folder, Only(customer, case or 0), now=now, masked=masked)
    if as_json:
        print_json({"folder": str(folder), **_plain(manifest)})
        return
    console().print(table("", ("Written", "lines"), sorted(manifest.files.items()), numbers=1))
    console().print(f"in {folder}", markup=False)


def _plain(manifest: object) -> dict[str, object]:
    import msgspec

    plain: dict[str, object] = msgspec.to_builtins(manifest)
    return plain
