"""The bench runs; how fast anything is, no test asks."""

import json
import subprocess
import sys
from pathlib import Path


def test_a_row_can_be_measured_and_told_as_json(repository: Path):
    done = subprocess.run(
        [sys.executable, "-m", "bench", "cues", "--quick", "--no-peer", "--json"],
        cwd=repository,
        capture_output=True,
        text=True,
        check=True,
    )
    (line,) = json.loads(done.stdout)["rows"]["cues"]
    assert line["figures"]["per_s"] > 0
    assert line["ratio"] is None


def test_a_row_there_is_none_of_is_refused_with_those_there_are(repository: Path):
    done = subprocess.run(
        [sys.executable, "-m", "bench", "quickness"],
        cwd=repository,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "message, batch, sweep" in done.stderr
