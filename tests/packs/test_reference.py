"""The pages about the matrix language say what the loader does."""

from __future__ import annotations

import re

import pytest

from leeway.packs.matrix_file import load_policy, read_policy
from leeway.packs.reader import Problems
from leeway.packs.reference import render


def test_the_reference_page_is_up_to_date(repository):
    page = (repository / "docs" / "reference" / "matrix.md").read_text(encoding="utf-8")
    assert page == render(), "run: python -m leeway.packs.reference docs/reference/matrix.md"


@pytest.fixture
def example(repository) -> str:
    page = (repository / "docs" / "how-to" / "write-a-matrix.md").read_text(encoding="utf-8")
    [block] = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    return block


def test_the_matrix_of_the_how_to_is_complete(example):
    assert read_policy({"matrix.yaml": example}).warnings == ()


def test_the_mistake_the_how_to_shows_is_the_one_the_loader_tells(example, repository):
    with pytest.raises(Problems) as refused:
        load_policy({"matrix.yaml": example.replace("go: manager", "go: manger")})
    page = (repository / "docs" / "how-to" / "write-a-matrix.md").read_text(encoding="utf-8")
    assert f"```\n{refused.value}\n```" in page
