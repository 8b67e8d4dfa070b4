"""The command line. Each command is read from its own file only when it is asked for, so that `--help` is quick.

Exit codes: 0 done, 1 the command found something wrong (``doctor``, ``check-file``), 2 it could not do what was asked.
"""

from __future__ import annotations

import click

from leeway import __version__
from leeway.cli.lazy import LazyGroup

COMMANDS = {
    "serve": ("leeway.cli.serve:serve", "Take facts, run the clocks, show the pages."),
    "work": ("leeway.cli.serve:work", "Run the clocks and deliveries alone, beside other processes."),
    "demo": ("leeway.cli.demo:demo", "A house full of life, in a data folder of its own."),
    "import": ("leeway.cli.importing:import_", "Read conversations, customers or an export."),
    "export": ("leeway.cli.export:export", "Write everything as NDJSON, or a case with its proof."),
    "verify": ("leeway.cli.verify:verify", "Check a case file by itself: what it proves, what it does not."),
    "check-file": ("leeway.cli.check_file:check_file", "Say what is wrong in a matrix, roster or language."),
    "backtest": (
        "leeway.cli.backtest:backtest",
        "What a changed policy would have done to the recorded history.",
    ),
    "staff": ("leeway.cli.staff:staff", "How many people each level needs, hour by hour."),
    "explain": ("leeway.cli.explain:explain", "Why was this decided? Rule, people, clocks, smallest change."),
    "check": ("leeway.cli.check:check", "Prove that a matrix and roster have no hole, for a whole year."),
    "doctor": ("leeway.cli.doctor:doctor", "Examine an installation; say what to do about each finding."),
    "erase": ("leeway.cli.erase:erase", "Erase everything personal of a customer; the log still verifies."),
    "evaluate": ("leeway.cli.evaluate:evaluate", "Measure how well Leeway reads."),
    "token": ("leeway.cli.token:token", "Make, list and revoke keys for the API."),
    "policy": ("leeway.cli.policy:policy", "Show, compare and publish policies."),
    "roster": ("leeway.cli.roster:roster", "Show and publish the roster, note absences."),
    "user": ("leeway.cli.user:user", "Accounts for the console."),
}


@click.group(
    cls=LazyGroup,
    lazy=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="LEEWAY_HOME names the data folder, DATABASE_URL a PostgreSQL (default: SQLite in the data folder).",
)
@click.version_option(__version__, prog_name="leeway")
def main() -> None:
    """Sees customer escalations coming, and keeps every promise made on the way."""
    from leeway.store.logs import mask_tracebacks

    mask_tracebacks()
