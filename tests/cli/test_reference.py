"""The reference pages say what the product does today."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

CODE = "import sys; from tools.write_reference import PAGES; sys.stdout.write(PAGES[sys.argv[1]]())"


@pytest.mark.parametrize("page", ["api.md", "cli.md"])
def test_the_page_is_what_the_product_would_write(page: str, repository: Path, tmp_path: Path):
    written = (repository / "docs" / "reference" / page).read_text(encoding="utf-8")
    made = subprocess.run(
        [sys.executable, "-c", CODE, page],
        cwd=repository,
        env={"LEEWAY_HOME": str(tmp_path), "PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(repository)},
        capture_output=True,
        check=True,
    )
    assert made.stdout.decode() == written, "run: python tools/write_reference.py"
