"""``leeway export``: everything, as files any program can read."""

from __future__ import annotations

from pathlib import Path

import click

from leeway.cli.explain import CaseNumber
from leeway.cli.house import database
from leeway.cli.say import console, json_option, print_json, table


@click.group(invoke_without_command=True)
@click.pass_context
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="The folder; made when it is not there."
)
@click.option("--customer", default="", help="Only this customer's cases.")
@click.option("--case", type=click.IntRange(1), default=None, help="Only this case.")
@click.option(
    "--masked", is_flag=True, help="Without anybody's name, address or numbers; cannot be taken back."
)
@json_option
def export(
    context: click.Context, out: Path | None, customer: str, case: int | None, masked: bool, as_json: bool
) -> None:
    """Write facts, events, cases, customers, policies and roster as NDJSON.

    `leeway import export FOLDER` takes it back into an empty house; the hash chain of every case is checked there.
    """
    if context.invoked_subcommand is not None:
        return
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


@export.command("case")
@click.argument("number", metavar="CASE", type=CaseNumber())
@click.option(
    "--proof",
    "file",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file; .zip adds the transcript as text.",
)
@json_option
def export_case(number: int, file: Path, as_json: bool) -> None:
    """Write one case with its proof: facts, decisions, transcript, and their place under the head of the whole log.

    `leeway verify FILE` checks it without the house.
    """
    import msgspec

    from leeway.store.instants import utc_now
    from leeway.store.seals.case_file import case_file
    from leeway.store.seals.packing import pack
    from leeway.store.seals.sealing import seal_new

    with database() as driver:
        seal_new(driver, utc_now())  # so that its youngest facts have a place too
        made = case_file(driver, number, utc_now())
    pack(file, made)
    if as_json:
        print_json({"file": str(file), "facts": len(made.facts), "head": msgspec.to_builtins(made.head)})
        return
    console().print(f"{len(made.facts)} facts of C-{number} in {file}", markup=False)
    if made.head is not None:
        console().print(f"head of the log: seal {made.head.seal}, {made.head.root}", markup=False)


def _plain(manifest: object) -> dict[str, object]:
    import msgspec

    plain: dict[str, object] = msgspec.to_builtins(manifest)
    return plain
