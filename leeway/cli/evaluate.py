"""``leeway evaluate``: how well Leeway reads, on files with the right answers in them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from leeway.cli.say import console, json_option, print_json, table

if TYPE_CHECKING:
    from leeway.core.drafts import DraftPack


@click.group()
def evaluate() -> None:
    """Measure how well Leeway reads, on a file with the right answers in it."""


@evaluate.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--scores",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write what was seen in each message here.",
)
@click.option("--language", default="en", show_default=True, help="The language of the messages.")
@json_option
def cues(file: Path, scores: Path | None, language: str, as_json: bool) -> None:
    """How well cues tell upset messages from calm ones.

    One message a line: {"text": "...", "label": 1}, where 1 is upset and 0 is not.
    """
    from leeway import languages
    from leeway.learn.evaluate_cues import BadLine, evaluate_file

    try:
        report = evaluate_file(file, scores, languages.load(language).cues)
    except BadLine as error:
        raise click.UsageError(str(error)) from error
    if as_json:
        print_json(report)
        return
    rows = [(name.replace("_", " "), _rounded(getattr(report, name))) for name in report.__struct_fields__]
    console().print(table("", ("Cues", ""), rows, numbers=1))


@evaluate.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write what was suggested at each moment here.",
)
@json_option
def moments(file: Path, out: Path | None, as_json: bool) -> None:
    """How often guidance finds the right move, and keeps quiet when none is needed.

    One moment a line: {"turns": [{"from": "customer", "text": "..."}], "attempts": [{"offer": "...", "answer":
    "declined"}], "level": "agent", "best": ["acknowledge"], "bad": ["ask"], "calm": false}. `from` is customer, agent
    or bot. With the shipped shop's matrix.
    """
    from leeway import wiring
    from leeway.learn.evaluate_cues import BadLine
    from leeway.learn.evaluate_moments import START, House, evaluate_file

    try:
        report = evaluate_file(file, out, House(wiring.sample_world(START), wiring.playbooks))
    except BadLine as error:
        raise click.UsageError(str(error)) from error
    if as_json:
        print_json(report)
        return
    rows = [
        (name.replace("_", " "), _rounded(getattr(report, name)))
        for name in report.__struct_fields__
        if name != "by_move"
    ]
    console().print(table("", ("Guidance", ""), rows, numbers=1))
    each = [
        (
            move.replace("_", " "),
            figures.expected,
            figures.shown_in_top_two,
            figures.shown,
            figures.shown_though_bad,
        )
        for move, figures in report.by_move.items()
    ]
    console().print(
        table("", ("Move", "Expected", "In the top two", "Shown", "Shown though bad"), each, numbers=4)
    )


@evaluate.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write what was found in each draft here.",
)
@click.option("--language", default="en", show_default=True, help="The language of the drafts.")
@json_option
def drafts(file: Path, out: Path | None, language: str, as_json: bool) -> None:
    """How well the reader of drafts finds what had better be said otherwise, and leaves the rest alone.

    One draft a line, everything but `draft` optional, amounts in whole units: {"context": [{"from": "customer",
    "text": "..."}], "case": {"open_promises": ["..."], "known_facts": {"order": "A-123"}, "authority": {"refund": 60,
    "currency": "EUR"}, "update_due": "2026-11-20T16:00:00Z"}, "draft": "...", "findings": [{"kind": "no_time",
    "quote": "..."}]}. A finding is right when a labelled one of its kind has words in common with it.
    """
    from leeway.learn.evaluate_cues import BadLine
    from leeway.learn.evaluate_drafts import evaluate_drafts_file

    try:
        report = evaluate_drafts_file(file, out, _words_for_drafts(language))
    except BadLine as error:
        raise click.UsageError(str(error)) from error
    if as_json:
        print_json(report)
        return
    rows = [
        (name.replace("_", " "), _rounded(one.precision), _rounded(one.recall), one.tp, one.fp, one.fn)
        for name, one in [*report.kinds.items(), ("all", report.overall)]
    ]
    console().print(
        table("", ("Finding", "Precision", "Recall", "Right", "Wrong", "Missed"), rows, numbers=5)
    )
    share = report.fine_with_finding
    console().print(
        f"{report.drafts} drafts; of {report.fine} fine ones {'–' if share is None else f'{share:.1%}'} got a finding"
    )


@evaluate.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--language", default="en", show_default=True, help="The language of the texts.")
@json_option
def tone(file: Path, language: str, as_json: bool) -> None:
    """How well the tone score of drafts tells polite texts from rude ones.

    FILE is a CSV with the columns Request and Normalized Score; its politest quarter stands against its rudest. The
    figure that counts is held_out_auc: the shipped weights on the fifth of the texts they were not learned from.
    """
    from leeway.learn.evaluate_cues import BadLine
    from leeway.learn.fit_polite import evaluate_tone, read_rated

    try:
        report = evaluate_tone(read_rated(file), _words_for_drafts(language).tone)
    except BadLine as error:
        raise click.UsageError(str(error)) from error
    if as_json:
        print_json(report)
        return
    rows = [(name.replace("_", " "), _rounded(getattr(report, name))) for name in report.__struct_fields__]
    console().print(table("", ("Tone", ""), rows, numbers=1))


def _words_for_drafts(language: str) -> DraftPack:
    from leeway import languages

    pack = languages.drafts(language)
    if pack is None:
        raise click.UsageError(
            f"the language {language!r} says nothing about drafts yet: leeway/languages/drafts"
        )
    return pack


def _rounded(value: float | None) -> object:
    if value is None:
        return "one kind of label only"
    return value if isinstance(value, int) else f"{value:,.4f}" if value <= 1 else f"{value:,.0f}"
