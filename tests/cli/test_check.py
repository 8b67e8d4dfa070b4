"""``leeway check``: exit codes, places, and what other programs read."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner, Result

from leeway import proving
from leeway.cli import main

DAYS = ("--from", "2026-11-22", "--days", "60")


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A folder of a house's own, as the shop."""
    (tmp_path / "matrix.yaml").write_bytes((proving.SHIPPED / "shop" / "matrix.yaml").read_bytes())
    (tmp_path / "roster.yaml").write_bytes(proving.SHIPPED_ROSTER.read_bytes())
    return tmp_path


def check(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["check", *map(str, arguments), *DAYS])


def spoil(file: Path, what: str, instead: str) -> int:
    """The line that was changed."""
    text = file.read_text()
    assert what in text
    file.write_text(text.replace(what, instead, 1))
    return text[: text.index(what)].count("\n") + 1


def test_a_sound_pack_is_proved_and_says_what_no_file_can_show(pack):
    done = check(pack)
    assert done.exit_code == 0, done.output
    assert "No hole." in done.output
    assert "Not proved, because no file can show it" in done.output
    assert "until somebody is asked" in done.output


def test_a_hole_is_told_at_its_line_with_its_smallest_case(pack):
    line = spoil(pack / "matrix.yaml", "cue: [legal_threat, regulator_threat]", "cue: [regulator_threat]")
    assert line > 80
    done = check(pack, "--json")
    assert done.exit_code == 1
    [hole] = json.loads(done.output)["findings"]
    assert hole["kind"] == "uncovered"
    assert Path(hole["where"]["file"]).name == "matrix.yaml"
    assert hole["example"]["situation"] == {"cue": ["legal_threat"], "level": "agent"}
    assert hole["example"]["link"].startswith("/matrix/who?cue=legal_threat")


def test_a_cause_in_the_roster_is_told_in_the_roster(pack):
    line = spoil(
        pack / "roster.yaml",
        "turns: weekly from 2026-01-05 09:00 [june, omar, noor]",
        'shifts: {june: {mon-sat: "00:00-24:00"}}',
    )
    done = check(pack, "--json")
    holes = [one for one in json.loads(done.output)["findings"] if one["kind"] == "nobody_there"]
    assert {(Path(one["where"]["file"]).name) for one in holes} == {"roster.yaml"}
    assert all(abs(one["where"]["line"] - line) <= 3 for one in holes)
    assert all(one["example"]["at"].endswith("Z") for one in holes)


def test_what_cannot_be_read_is_told_with_line_and_column(pack):
    line = spoil(pack / "matrix.yaml", "cue: vulnerable}", "cue: vulnerabel}")
    done = check(pack, "--json")
    assert done.exit_code == 2
    [wrong] = json.loads(done.output)["findings"]
    assert wrong["kind"] == "unreadable"
    assert wrong["where"]["line"] == line
    assert wrong["where"]["column"] > 1
    assert "did you mean" in wrong["explanation"]


def test_a_folder_that_is_not_there_is_exit_code_two(tmp_path):
    assert check(tmp_path / "nowhere").exit_code == 2


def test_code_scanners_and_builds_read_it(pack, tmp_path):
    spoil(pack / "matrix.yaml", "  - manager: hand to duty_manager\n", "")
    sarif, junit = tmp_path / "out.sarif", tmp_path / "out.xml"
    assert check(pack, "--sarif", sarif, "--junit", junit).exit_code == 1
    [run] = json.loads(sarif.read_text())["runs"]
    errors = [one for one in run["results"] if one["level"] == "error"]
    assert [one["ruleId"] for one in errors] == ["nobody_there"]
    place = errors[0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"].endswith("matrix.yaml")
    assert place["region"]["startLine"] > 1
    suite = ET.fromstring(junit.read_text())  # noqa: S314 - written by ourselves a line above
    assert suite.get("failures") == "2"
    assert [one.get("type") for one in suite.iter("failure")] == ["holes", "nobody_there"]


@pytest.mark.parametrize("name", ["shop", "software"])
def test_the_shipped_packs_are_proved_by_name(name):
    assert check(name).exit_code == 0
