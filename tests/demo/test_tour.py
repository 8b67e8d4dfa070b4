"""The tour and the README name real things."""

from __future__ import annotations

import re

import pytest

from leeway.cli import COMMANDS
from leeway.demo.cast import PASSWORD, VISITOR

PATH = re.compile(r"\]\(\.\./(leeway[\w/.]*)\)")
COMMAND = re.compile(r"`(?:\./run )?leeway ([a-z-]+)")


def test_every_path_of_the_tour_exists(repository):
    paths = PATH.findall((repository / "docs" / "tour.md").read_text())
    assert len(paths) > 25
    assert [path for path in paths if not (repository / path).exists()] == []


@pytest.mark.parametrize("page", ["README.md", "docs/tour.md", "docs/how-to/first-five-minutes.md"])
def test_every_command_named_is_one_there_is(repository, page):
    named = set(COMMAND.findall((repository / page).read_text()))
    assert named <= set(COMMANDS)


def test_the_pages_say_how_to_log_in(repository):
    for page in ("README.md", "docs/how-to/first-five-minutes.md"):
        text = (repository / page).read_text()
        assert PASSWORD in text
        assert "priya" in text
    assert "priya" in VISITOR
