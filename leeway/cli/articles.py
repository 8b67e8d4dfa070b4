"""``leeway import articles`` and ``leeway import solutions``: what the house knows."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import click

from leeway.cli.house import database
from leeway.cli.say import console, json_option, print_json, table

REFUSED_ON_SCREEN = 20


@click.command()
@click.argument("where", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--source", default="import", show_default=True, help="What they came from; known by it next time."
)
@click.option(
    "--kind",
    type=click.Choice(["article", "fact"]),
    default="article",
    help="Articles, or facts of a product.",
)
@click.option("--product", default="", help="The product they are about, where they do not say it.")
@click.option("--region", default="", help="The region they hold in, where they do not say it.")
@click.option("--language", default="", help="The language they are in, where they do not say it.")
@json_option
def articles(
    where: Path, source: str, kind: str, product: str, region: str, language: str, as_json: bool
) -> None:
    """Read articles: a folder or ZIP of Markdown or HTML, or a help centre's export (JSON, JSON Lines, CSV).

    Running it again takes what has changed there; what was edited here stays. What cannot be read is named.
    """
    if not re.fullmatch(r"[a-z0-9_.:-]{1,60}", source):
        raise click.BadParameter("small letters, digits and _ . : - only, at most 60.", param_hint="--source")
    with database():
        _django()
        from leeway.store.importing.articles import Defaults, import_articles
        from leeway.store.instants import utc_now

        defaults = Defaults(source, kind, product, region, language)  # type: ignore[arg-type]
        report = import_articles(where, defaults, now=utc_now())
    counts = {
        "new": report.new,
        "changed": report.changed,
        "same": report.same,
        "edited here": report.edited_here,
    }
    if as_json:
        print_json({**counts, "refused": [{"what": one.what, "why": one.why} for one in report.refused]})
        return
    console().print(
        table("", ("Articles", ""), [*counts.items(), ("refused", len(report.refused))], numbers=1)
    )
    if report.refused:
        shown = [(one.what, one.why) for one in report.refused[:REFUSED_ON_SCREEN]]
        console().print(table("Not taken", ("What", "Why"), shown))
        if len(report.refused) > REFUSED_ON_SCREEN:
            console().print(f"and {len(report.refused) - REFUSED_ON_SCREEN} more; all of them with --json")


@click.command()
@click.option(
    "--days", type=click.IntRange(1, 3650), default=365, show_default=True, help="How far to look back."
)
@json_option
def solutions(days: int, as_json: bool) -> None:
    """Read earlier solved cases with a good ending as articles, masked."""
    with database():
        _django()
        from leeway.store.importing.solutions import take_in_solutions
        from leeway.store.instants import utc_now

        now = utc_now()
        report = take_in_solutions(now=now, since=now - timedelta(days=days))
    if as_json:
        print_json(report)
    else:
        console().print(table("", ("Solutions", ""), list(report.items()), numbers=1))


def _django() -> None:

    from leeway.store.django_ready import django_ready

    django_ready()
