"""Learn the tone weights of a language from labelled messages and print its ``tone:`` section.

    python tools/fit_tone.py en train.jsonl > tone.yaml

Each line: {"text": "...", "label": 1} for an upset message, 0 otherwise.
"""

import sys
from pathlib import Path

from leeway import languages
from leeway.learn.evaluate_cues import read_line
from leeway.learn.fit_tone import as_yaml, fit


def main(code: str, path: str) -> None:
    lines = Path(path).read_bytes().splitlines()
    rows = [read_line(line, path, number) for number, line in enumerate(lines, 1) if line.strip()]
    sys.stdout.write(as_yaml(*fit(languages.load(code).cues, rows)))


if __name__ == "__main__":
    main(*sys.argv[1:])
