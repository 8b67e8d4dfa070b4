"""The command line: what it prints, how it ends, and that it never shows a traceback for what is expected."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from leeway.cli import COMMANDS, main
from leeway.store.address import Address
from leeway.store.tokens import hashed
from leeway.store.writer.driver import open_driver

REPOSITORY = Path(__file__).resolve().parent.parent.parent
SHIPPED = REPOSITORY / "leeway" / "packs" / "shipped"

LINE = {
    "id": "c1",
    "channel": "chat",
    "customer": {"id": "u1", "name": "Ana"},
    "messages": [
        {"id": "m1", "at": "2026-03-02T10:00:00Z", "from": "customer", "text": "I want your supervisor NOW!"},
        {"id": "m2", "at": "2026-03-02T10:05:00Z", "from": "agent", "text": "I am sorry to hear that."},
    ],
}


@pytest.fixture
def cli(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a command in a house of this test's own."""
    monkeypatch.chdir(tmp_path)
    usual = {"DATABASE_URL": database_url, "LEEWAY_HOME": str(tmp_path / "home")}

    def run(*arguments: object, **environment: str) -> Result:
        words = [str(argument) for argument in arguments]
        return CliRunner().invoke(main, words, prog_name="leeway", env={**usual, **environment})

    return run


def fine(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return result.stdout


def refused(result: Result) -> str:
    """Exit code 2 and one line."""
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1, result.stderr
    assert result.stderr.startswith("Error: ")
    return result.stderr


def process(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "leeway", *map(str, arguments)],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


# --- the whole


def test_help_names_every_command_and_imports_none_of_them():
    code = """
import sys
sys.argv = ["leeway", "--help"]
from leeway.cli import main
try:
    main()
except SystemExit:
    print(sorted(sys.modules))
"""
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    for name in COMMANDS:
        assert f"\n  {name}" in told.stdout
    modules = told.stdout.splitlines()[-1]
    for heavy in ("django", "yaml", "rich", "msgspec", "granian", "leeway.core"):
        assert f"'{heavy}'" not in modules


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_explains_itself(name: str):
    told = fine(CliRunner().invoke(main, [name, "--help"]))
    assert told.startswith("Usage: ")


@pytest.mark.parametrize(
    "arguments",
    [
        ("frobnicate",),
        ("import", "conversations", "/nowhere.jsonl"),
        ("import", "conversations"),
        ("import", "customers", "/nowhere.csv"),
        ("export", "--case", "9"),
        ("export", "--customer", "nobody"),
        ("token", "create", "x", "--scope", "everything"),
        ("token", "create", "x"),
        ("token", "revoke", "9"),
        ("policy", "show", "--version", "9"),
        ("policy", "publish", "/nowhere"),
        ("roster", "absence", "add", "mallory", "--from", "2026-12-24"),
        ("roster", "absence", "add", "tom", "--from", "christmas"),
        ("user", "create", "mallory"),
        ("evaluate", "cues", "/nowhere.jsonl"),
        ("serve", "--port", "99999"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(cli, arguments):
    assert "Traceback" not in refused(cli(*arguments))


@pytest.mark.parametrize("url", ["mysql://somewhere/db", "postgres://127.0.0.1:1/leeway"])
def test_a_database_that_is_not_there_is_said_in_one_line(cli, url: str):
    told = refused(cli("token", "list", DATABASE_URL=url))
    assert "DATABASE_URL" in told or "database" in told


def test_a_port_in_use_is_said_before_anything_is_started(cli):
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert "Cannot listen" in refused(cli("serve", "--port", taken.getsockname()[1]))


def test_the_module_is_the_command():
    told = process("--version")
    assert told.returncode == 0
    assert told.stdout.startswith("leeway, version ")


# --- tokens


def test_a_new_token_is_all_that_is_printed_and_only_its_hash_is_kept(cli, database: Address):
    secret = fine(cli("token", "create", "till", "--scope", "facts:write", "--scope", "cases:read")).strip()
    assert secret.startswith("lw_")
    driver = open_driver(database)
    kept = driver.select("select sha256 from leeway_token")
    driver.close()
    assert kept == [(hashed(secret),)]
    (listed,) = json.loads(fine(cli("token", "list", "--json")))
    assert (listed["name"], listed["scopes"]) == ("till", ["cases:read", "facts:write"])
    assert secret not in str(listed)
    fine(cli("token", "revoke", listed["id"]))
    assert json.loads(fine(cli("token", "list", "--json")))[0]["revoked_at"]
    refused(cli("token", "revoke", listed["id"]))


# --- in and out


def test_an_import_closes_with_one_json_object(cli, tmp_path: Path):
    file = tmp_path / "old.jsonl"
    file.write_text(json.dumps(LINE) + "\n{\n")
    report = json.loads(fine(cli("import", "conversations", file, "--json")))
    assert (report["conversations"], report["messages"], report["refused"]) == (1, 2, 1)
    assert report["escalations"] >= 1
    assert report["messages_per_second"] > 0
    (line,) = Path(report["refused_file"]).read_text().splitlines()
    assert json.loads(line)["line"] == 2
    again = json.loads(fine(cli("import", "conversations", file, "--json")))
    assert again["imported_before"]
    assert {
        **again,
        "seconds": 0,
        "messages_per_second": 0,
        "imported_before": False,
        "refused_file": None,
    } == {
        **report,
        "seconds": 0,
        "messages_per_second": 0,
        "refused_file": None,
    }


def test_an_import_is_shown_to_people_as_tables_without_a_progress_bar(cli, tmp_path: Path):
    file = tmp_path / "old.jsonl"
    file.write_text(json.dumps(LINE) + "\n{\n")
    result = cli("import", "conversations", file)
    told = fine(result)
    assert "conversations" in told
    assert "asks_for_supervisor" in told
    assert "not JSON" in told
    assert result.stderr == ""


def test_a_table_is_imported_by_its_name(cli, tmp_path: Path):
    file = tmp_path / "old.csv"
    file.write_text(
        "conversation_id,customer_id,at,from,text\nc1,ana,2026-03-02T10:00:00Z,customer,Hello\nc2,ana,x,customer,Hi\n"
    )
    report = json.loads(fine(cli("import", "conversations", file, "--json")))
    assert (report["conversations"], report["messages"], report["refused"]) == (1, 1, 1)
    file.write_text("a,b\n1,2\n")
    assert "conversation_id" in refused(cli("import", "conversations", file))


def test_what_is_exported_is_taken_by_an_empty_house_only(cli, tmp_path: Path):
    file = tmp_path / "old.jsonl"
    file.write_text(json.dumps(LINE) + "\n")
    fine(cli("import", "conversations", file))
    told = json.loads(fine(cli("export", "--out", tmp_path / "out", "--json")))
    assert told["files"]["cases.ndjson"] == 1
    assert "already" in refused(cli("export", "--out", tmp_path / "out"))
    assert "empty" in refused(cli("import", "export", tmp_path / "out"))


def test_customers_are_imported(cli, tmp_path: Path):
    file = tmp_path / "customers.csv"
    file.write_text("id,name,tier\nana,Ana,gold\n")
    assert json.loads(fine(cli("import", "customers", file, "--json")))["new"] == 1


# --- files


def test_files_are_checked_line_by_line(cli, tmp_path: Path):
    good = [SHIPPED / "shop", SHIPPED / "software", SHIPPED / "roster.example.yaml"]
    assert fine(cli("check-file", *good, REPOSITORY / "leeway" / "languages" / "en.yaml")) == ""
    matrix = tmp_path / "matrix.yaml"
    matrix.write_text((SHIPPED / "shop" / "matrix.yaml").read_text().replace("levels:", "levls:"))
    roster = tmp_path / "roster.yaml"
    roster.write_text("roster: x\npeople: 7\n")
    result = cli("check-file", matrix, roster)
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert all(line.startswith(("matrix.yaml:", "roster.yaml:")) for line in lines)
    assert all(line.split(":")[1].isdigit() and line.split(":")[2].isdigit() for line in lines)
    problems = json.loads(cli("check-file", matrix, "--json").stdout)["problems"]
    assert problems[0]["line"] > 0
    assert cli("check-file", tmp_path / "nowhere.yaml").exit_code == 2


def test_a_policy_is_shown_compared_and_published(cli, tmp_path: Path):
    file = tmp_path / "matrix.yaml"
    file.write_text(fine(cli("policy", "show")))
    assert cli("policy", "diff", file).exit_code == 0
    file.write_text(file.read_text().replace("zone: Europe/Lisbon", "zone: Europe/Berlin"))
    changed = cli("policy", "diff", file)
    assert changed.exit_code == 1
    assert "+zone: Europe/Berlin" in changed.stdout
    assert json.loads(fine(cli("policy", "publish", file, "--note", "we moved", "--json")))["version"] == 2
    assert "we moved" in fine(cli("policy", "versions"))
    file.write_text("matrix: broken\n")
    result = cli("policy", "publish", file)
    assert result.exit_code == 2
    assert "matrix.yaml:1:" in result.stderr


def test_an_absence_is_a_new_version_of_the_roster(cli):
    told = json.loads(
        fine(
            cli("roster", "absence", "add", "tom", "--from", "2026-12-24", "--until", "2026-12-26", "--json")
        )
    )
    assert told["version"] == 2
    away = json.loads(fine(cli("roster", "show", "--json")))["absences"][-1]
    assert away["person"] == "tom"
    assert away["start"] < away["end"]


# --- reading, measured


def test_cues_are_evaluated_on_a_labelled_file(cli, tmp_path: Path):
    file, scores = tmp_path / "labelled.jsonl", tmp_path / "scores.jsonl"
    rows = [
        ("This is outrageous, I am furious!", 1),
        ("Thank you, that was kind.", 0),
        ("I will sue you!", 1),
        ("ok", 0),
    ]
    file.write_text("".join(json.dumps({"text": text, "label": label}) + "\n" for text, label in rows))
    report = json.loads(fine(cli("evaluate", "cues", file, "--json", "--scores", scores)))
    assert report["auc"] == 1.0
    assert report["messages_per_second"] > 0
    first = json.loads(scores.read_text().splitlines()[0])
    assert set(first) == {"score", "alert", "cues"}
    file.write_text('{"label": 1}\n')
    assert "labelled.jsonl:1" in refused(cli("evaluate", "cues", file))


# --- processes of their own: Django's models speak to the database named by the environment


def test_the_doctor_is_content_with_a_new_house_and_says_what_to_do_about_an_empty_one(
    database_url: str, tmp_path: Path
):
    home = {"LEEWAY_HOME": str(tmp_path / "home")}
    well = process("doctor", "--rebuild", "--json", DATABASE_URL=database_url, **home)
    assert well.returncode == 0, well.stdout + well.stderr
    assert json.loads(well.stdout)["healthy"]
    empty = process("doctor", DATABASE_URL=f"sqlite:///{tmp_path}/none.db", **home)
    assert empty.returncode == 1
    assert "leeway serve" in empty.stderr


def test_an_account_is_made_for_somebody_of_the_roster(database_url: str, tmp_path: Path):
    home = {"LEEWAY_HOME": str(tmp_path / "home"), "DATABASE_URL": database_url}
    made = process("user", "create", "tom", **home)
    assert made.returncode == 0, made.stderr
    assert len(made.stdout.strip()) >= 12
    again = process("user", "create", "tom", **home)
    assert again.returncode == 2
    assert "Traceback" not in again.stderr


def test_work_runs_until_it_is_asked_to_end(database_url: str, tmp_path: Path):
    command = [sys.executable, "-P", "-m", "leeway", "work"]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "LEEWAY_HOME": str(tmp_path / "home")}
    environment["DATABASE_URL"] = database_url
    with subprocess.Popen(
        command, cwd=REPOSITORY, env=environment, stderr=subprocess.PIPE, text=True
    ) as worker:
        lines = []
        for line in worker.stderr:
            lines.append(line)
            if line.startswith("Leeway works"):
                break
        worker.send_signal(signal.SIGINT)
        rest = worker.stderr.read()
        assert worker.wait(timeout=20) == 0, "".join(lines) + rest
        assert "Traceback" not in rest


def test_an_examination_where_no_house_is_says_so_and_makes_nothing(cli, tmp_path):
    nowhere = tmp_path / "nowhere" / "leeway.db"
    told = cli("doctor", DATABASE_URL=f"sqlite:///{nowhere}")
    assert told.exit_code == 1
    assert "There is no house" in told.stderr
    assert not nowhere.exists()


def test_an_import_of_which_every_line_was_refused_has_failed(cli, tmp_path):
    file = tmp_path / "nonsense.jsonl"
    file.write_text('{"what": 1}\n{"what": 2}\n')
    told = cli("import", "conversations", file)
    assert told.exit_code == 1
    assert "every line was refused" in told.stderr
