"""The documents lead where they say, and the check that says so can tell."""

from __future__ import annotations

import pytest

from tools.check_docs import check, headings, known_commands

RUN = "#:   ./run demo      look at it\n#:   ./run test      everything\n"


@pytest.fixture
def root(tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "run").write_text(RUN)
    (tmp_path / "docs" / "tour.md").write_text("# The tour\n\n## Who gets it?\n")
    return tmp_path


@pytest.mark.parametrize(
    "text",
    [
        "[tour](docs/tour.md)",
        "[there](docs/tour.md#who-gets-it)",
        "[web](https://example.org/x)",
        "[here](#home)",
        "`./run demo` and `./run test tests/core`",
        "```\n[not a link](nowhere.md)\n```",
    ],
)
def test_a_good_document_passes(root, text):
    (root / "README.md").write_text(f"# Home\n\n{text}\n")
    assert check(root) == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[tour](docs/tuor.md)", "README.md: the link docs/tuor.md leads nowhere"),
        ("[there](docs/tour.md#who-has-it)", "README.md: the link docs/tour.md#who-has-it leads nowhere"),
        ("![picture](docs/watch.png)", "README.md: the link docs/watch.png leads nowhere"),
        ("```\n./run dmeo\n```", "README.md: there is no ./run dmeo"),
    ],
)
def test_a_dead_end_is_named(root, text, problem):
    (root / "README.md").write_text(f"# Home\n\n{text}\n")
    assert check(root) == [problem]


def test_the_documents_of_this_repository_lead_where_they_say(repository):
    assert check(repository) == []


def test_the_command_list_is_read_from_run(repository):
    commands = known_commands((repository / "run").read_text())
    assert commands == {"demo", "serve", "leeway", "test", "lint", "bench", "docs", "lock"}


def test_headings_are_named_as_pages_show_them():
    assert headings("# How to add ...\n\n```\n# no heading\n```\n## A `b` c\n") == {"how-to-add-", "a-b-c"}
