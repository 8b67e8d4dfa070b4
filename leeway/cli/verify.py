"""``leeway verify``: a case file, checked by itself."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from leeway.cli.say import console, json_option, print_json


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--notary",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file of heads that was kept where the house could not change it.",
)
@click.option("--head", "root", default="", help="The published root the file's head has to be.")
@json_option
def verify(file: Path, notary: Path | None, root: str, as_json: bool) -> None:
    """Check a case file made by `leeway export case`. Needs no house and no network.

    Exit code 0 when nothing contradicts it, 1 when something does, 2 when it is no case file.
    """
    import msgspec

    from leeway.core.refusals import Refusal
    from leeway.store.seals.checking import Head, read_heads
    from leeway.store.seals.packing import unpack
    from leeway.store.seals.verifying import Unreadable
    from leeway.store.seals.verifying import verify as verified

    try:
        made = unpack(file)
        heads = read_heads(notary) if notary else []
    except Unreadable as bad:
        raise Refusal(str(bad)) from None
    except msgspec.DecodeError as bad:
        raise Refusal(f"{notary} is no list of heads: {bad}.") from None
    if root and made.head is not None:
        heads.append(Head(made.head.seal, made.head.facts, root.lower(), made.head.sealed_at))
    verdict = verified(made, heads)
    if as_json:
        print_json(verdict)
    else:
        screen = console()
        for says in verdict.wrong:
            screen.print(f"[red]wrong[/] {says}")
        for says in verdict.proved:
            screen.print(f"[green]proved[/] {says}")
        for says in verdict.not_proved:
            screen.print(f"[yellow]not proved[/] {says}")
    sys.exit(0 if verdict.holds else 1)
