"""``leeway explain``: why something was decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from leeway.cli.house import database
from leeway.cli.say import console, json_option, print_json, table

if TYPE_CHECKING:
    from leeway.prove.explain import Explanation


class CaseNumber(click.ParamType):
    """``C-12`` or ``12``."""

    name = "CASE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        digits = str(value).upper().removeprefix("C-")
        if not digits.isdecimal() or len(digits) > 18:
            self.fail(f"{value!r} is no case; expected a number such as C-12.", param, ctx)
        return int(digits)


@click.command()
@click.argument("case", type=CaseNumber())
@click.option("--event", type=click.IntRange(1), help="The number of an event in the case.")
@click.option("--decision", type=click.IntRange(1), help="The number of a decision, as listed without it.")
@json_option
def explain(case: int, event: int | None, decision: int | None, as_json: bool) -> None:
    """Say why something was decided about CASE: the fact, what was known, the rule and its version, the columns that
    matched, and the smallest change that would have led elsewhere.

    Without --event or --decision it is the latest decision that sent the case up, and all of them are listed.
    """
    if event and decision:
        raise click.UsageError("Name an event or a decision, not both.")

    from leeway.store.django_ready import django_ready

    django_ready()  # the sentences are the console's
    from leeway.core.refusals import Refusal
    from leeway.prove.explain import NotThere
    from leeway.prove.explain import explain as explained
    from leeway.store import past
    from leeway.web.prove import words
    from leeway.wiring import past_worlds

    with database() as driver:
        story, worlds = past.story(driver, case), past_worlds(driver)
    try:
        found = explained(worlds, story, event=event, decision=decision)
    except NotThere as missing:
        raise Refusal(str(missing)) from None
    world = worlds.at(found.known)
    says = words.says(found, world.policy_for(found.policy_version), world.roster)
    if as_json:
        print_json({"says": says, **_plain(found)})
        return
    _show(found, says, list_all=not (event or decision))


def _plain(found: Explanation) -> dict[str, Any]:
    import msgspec

    plain: dict[str, Any] = msgspec.to_builtins(found)
    return plain


def _show(found: Explanation, says: list[str], *, list_all: bool) -> None:
    from leeway.web import event_words

    screen = console()
    title = event_words.in_words(found.decision.event, str) or found.decision.kind
    screen.print(f"[bold]C-{found.case}[/], event {found.decision.number}: ", end="")
    screen.print(title, markup=False)
    when = f"{found.at:%Y-%m-%d %H:%M} UTC"
    screen.print(f"{when}, policy {found.policy}, version {found.policy_version}", style="dim", markup=False)
    for line in says:
        screen.print(f"- {line}", markup=False)
    if found.routing is not None and found.routing.considered:
        rows = [(one.person, one.verdict, one.why) for one in found.routing.considered]
        screen.print(table("Who was looked at", ("person", "verdict", "why"), rows))
    if list_all:
        lines = [
            (place, f"{one.event.at:%Y-%m-%d %H:%M}", event_words.in_words(one.event, str) or one.kind)
            for place, one in enumerate(found.others, 1)
        ]
        screen.print(table("Decisions (--decision N)", ("no", "at", "what"), lines))
