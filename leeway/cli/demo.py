"""``leeway demo``: a house full of life."""

from __future__ import annotations

import click

from leeway.cli.serve import host_option, port_is_free, port_option


@click.command()
@host_option
@port_option
@click.option("--seed", type=int, default=7, show_default=True, help="Another number, other customers.")
@click.option(
    "--speed", type=click.FloatRange(0.1, 20), default=1.0, show_default=True, help="2: twice as fast."
)
@click.option("--story", is_flag=True, help="Begin the guided story at once, not after a minute.")
@click.option("--fresh", is_flag=True, help="Empty the demo's own data folder (LEEWAY_HOME) first.")
@click.option("--quiet", is_flag=True, help="Say nothing in the terminal.")
def demo(host: str, port: int, seed: int, speed: float, *, story: bool, fresh: bool, quiet: bool) -> None:
    """A house full of life: six weeks of cases, and customers who go on writing. Ends with Ctrl-C.

    Without LEEWAY_HOME it lives in a folder that is gone afterwards.
    """
    from leeway.demo import STORY_AFTER_SECONDS, NotADemo, run

    port_is_free(host, port)
    story_after = 0.0 if story else STORY_AFTER_SECONDS
    try:
        run(port, host=host, seed=seed, speed=speed, quiet=quiet, fresh=fresh, story_after=story_after)
    except NotADemo as refusal:
        raise click.UsageError(str(refusal)) from refusal
