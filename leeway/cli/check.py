"""``leeway check``: the proof of a matrix and roster, before they go live."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leeway.cli.say import json_option, print_json

if TYPE_CHECKING:
    from leeway.packs.reader import Problem
    from leeway.prove.findings import Finding, Proof

PROVED, HOLES, UNREADABLE = 0, 1, 2


@click.command()
@click.argument("pack", required=False)
@click.option(
    "--roster", type=click.Path(path_type=Path), help="The roster file; else the one beside the matrix."
)
@click.option("--from", "start", metavar="DATE", help="The day the year begins (2027-01-01); else today.")
@click.option("--year", "start", flag_value="this", hidden=True)
@click.option(
    "--days", type=click.IntRange(1, 730), default=365, show_default=True, help="How long is looked ahead."
)
@click.option(
    "--sarif", type=click.Path(dir_okay=False, path_type=Path), help="Also write SARIF 2.1.0 to this file."
)
@click.option(
    "--junit", type=click.Path(dir_okay=False, path_type=Path), help="Also write JUnit XML to this file."
)
@json_option
def check(
    pack: str | None,
    roster: Path | None,
    start: str | None,
    days: int,
    sarif: Path | None,
    junit: Path | None,
    as_json: bool,
) -> None:
    """Prove that PACK has no hole: every case, every minute of the coming year.

    PACK is a folder with matrix.yaml and roster.yaml, a matrix file, or a shipped pack (shop, software). Without it the
    policy and roster in force are proved.

    Exit code 0 proved, 1 holes, 2 the files cannot be read.
    """
    from leeway.packs.reader import Problems

    begins = _start(start)
    try:
        proof, warnings = _proof(pack, roster, begins, days)
    except Problems as found:
        _unreadable(_mistakes(found.problems), sarif, junit, as_json=as_json)
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or str(error)
        name = getattr(error, "filename", None) or pack or "the files"
        _unreadable((_mistake(str(name), 1, 1, f"{why}."),), sarif, junit, as_json=as_json)
    else:
        _write(proof.findings, proof.seconds, sarif, junit)
        if as_json:
            from leeway.prove.reports import as_data

            print_json(as_data(proof))
        else:
            _say(proof, warnings)
        sys.exit(PROVED if proof.proved else HOLES)


def _start(text: str | None) -> datetime:
    from leeway.store.instants import utc_now

    now = utc_now()
    if text is None:
        return now
    if text == "this":
        return datetime(now.year, 1, 1, tzinfo=UTC)
    try:
        return datetime.combine(datetime.fromisoformat(text).date(), time(), UTC)
    except ValueError:
        raise click.UsageError(f"{text!r} is no day such as 2027-01-01.") from None


def _proof(
    pack: str | None, roster: Path | None, start: datetime, days: int
) -> tuple[Proof, tuple[Problem, ...]]:
    from leeway import proving

    if pack is not None:
        files = proving.given(pack, roster)
        if files.sample:
            click.echo(
                "No roster beside the matrix: proved with the sample roster. Name yours with --roster.",
                err=True,
            )
        return proving.prove_files(files, start=start, days=days)
    from leeway.cli.house import database
    from leeway.store import documents

    with database() as driver:
        published = documents.published(driver)
    now = published.roster
    if roster is not None:
        from leeway import publishing

        now = publishing.read_roster(roster.read_bytes(), roster.name, now=start).document
    return proving.proof_of(published.policy, now, start=start, days=days), ()


# --- what cannot be read


def _mistake(file: str, line: int, column: int, said: str) -> Finding:
    from leeway.prove.findings import Example, Finding, Place

    return Finding(
        kind="unreadable",
        rule="",
        where=Place(file, line, column),
        explanation=said,
        example=Example(words="the file itself"),
    )


def _mistakes(problems: tuple[Problem, ...]) -> tuple[Finding, ...]:
    return tuple(
        _mistake(one.file, one.line, one.column, str(one).partition(": ")[2] or str(one))
        for one in problems
        if one.severity == "error"
    )


def _unreadable(found: tuple[Finding, ...], sarif: Path | None, junit: Path | None, *, as_json: bool) -> None:
    _write(found, 0.0, sarif, junit)
    if as_json:
        import msgspec

        empty: dict[str, Any] = {"claims": [], "not_proved": [], "worst_case": {}, "seconds": 0.0}
        print_json({"proved": False, "findings": msgspec.to_builtins(found), **empty})
    for one in () if as_json else found:
        click.echo(f"{_place(one)}: {one.explanation}", err=True)
    sys.exit(UNREADABLE)


def _write(findings: tuple[Finding, ...], seconds: float, sarif: Path | None, junit: Path | None) -> None:
    from leeway import __version__
    from leeway.prove.reports import as_junit, as_sarif

    if sarif is not None:
        import json

        sarif.write_text(json.dumps(as_sarif(findings, __version__), indent=1, ensure_ascii=False) + "\n")
    if junit is not None:
        junit.write_text(as_junit(findings, seconds))


# --- for people


def _place(finding: Finding) -> str:
    where = finding.where
    return f"{where.file}:{where.line}:{where.column}" if where.line else where.file


def _say(proof: Proof, warnings: tuple[Problem, ...]) -> None:
    for warning in warnings:
        click.echo(str(warning), err=True)
    for finding in proof.findings:
        click.echo(f"{_place(finding)}: hole: {finding.explanation} [{finding.kind}]")
        click.echo(f"    for example: {finding.example.words}")
    _summary(proof)


def _summary(proof: Proof) -> None:
    start, end = proof.period
    click.echo("")
    if proof.claims:
        click.echo(f"Proved, for every case and every minute from {start:%Y-%m-%d} to {end:%Y-%m-%d}:")
        for claim in proof.claims:
            click.echo(f"  + {claim}")
    click.echo("Not proved, because no file can show it:")
    for one in proof.not_proved:
        click.echo(f"  - {one.what}: {one.why}")
    from leeway.prove.words import length

    click.echo("The worst cases, in real time:")
    for worst in proof.worst_case.values():
        click.echo(f"  {worst.what}: {length(worst.seconds)}, from {worst.local} ({worst.words})")
    holes = len(proof.findings)
    said = f"{holes} hole{'s' * (holes != 1)}." if holes else "No hole."
    click.echo(f"{said} {proof.seconds:.1f} s")
