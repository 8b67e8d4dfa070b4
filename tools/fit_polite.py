"""Learn the tone weights of the reader of drafts from rated requests and write them as its file.

    python tools/fit_polite.py wikipedia.annotated.csv leeway/languages/drafts/tone-en.json

The file needs the columns ``Request`` and ``Normalized Score``. A fifth of its texts is never learned from.
"""

import sys
from pathlib import Path

import msgspec

from leeway.learn.fit_polite import fit_polite, learned_from, read_rated


def main(rated: str, out: str) -> None:
    tone = fit_polite(learned_from(read_rated(Path(rated))))
    Path(out).write_bytes(msgspec.json.format(msgspec.json.encode(tone), indent=0) + b"\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
