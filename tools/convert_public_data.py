"""Turns the public dialogues we develop with into the import format, with made-up times.

    python tools/convert_public_data.py uss SGD.txt > sgd.jsonl
    python tools/convert_public_data.py multidogo */dev.tsv > multidogo.jsonl

Messages stand a minute apart, dialogues a quarter of an hour, in working hours or not as it comes. A tool of the
workshop: the product neither has these texts nor needs them.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

FIRST = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BETWEEN_DIALOGUES = timedelta(minutes=15)
BETWEEN_MESSAGES = timedelta(minutes=1)

Turn = tuple[str, str]
"""Who speaks, and what."""


def conversation(kind: str, number: int, turns: Iterable[Turn], **more: str) -> dict[str, Any]:
    begins = FIRST + number * BETWEEN_DIALOGUES
    return {
        "id": f"{kind}-{number}",
        "channel": "chat",
        "customer": {"id": f"{kind}-customer-{number}"},
        **more,
        "messages": [
            {
                "id": str(place),
                "at": (begins + place * BETWEEN_MESSAGES).isoformat(),
                "from": author,
                "text": text,
                **({"agent": f"{kind}-agent-{number % 20}"} if author == "agent" else {}),
            }
            for place, (author, text) in enumerate(turns)
        ],
    }


def uss(path: Path) -> Iterator[list[Turn]]:
    """Dialogues parted by empty lines; role, text, action and ratings parted by tabs. OVERALL is no turn."""
    lines = path.read_text(encoding="utf-8").splitlines()
    for spoken, block in groupby(lines, key=lambda line: bool(line.strip())):
        if spoken:
            rows = [line.split("\t") for line in block]
            yield [
                ("customer" if row[0] == "USER" else "agent", row[1])
                for row in rows
                if len(row) > 1 and row[1] != "OVERALL"
            ]


def multidogo(path: Path) -> Iterator[list[Turn]]:
    """The customers' turns; the agents' are not in the published sample."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    for _, turns in groupby(rows, key=lambda row: row["conversationId"]):
        yield [("customer", row["utterance"]) for row in turns]


READERS = {"uss": uss, "multidogo": multidogo}


def main(kind: str, *paths: str) -> None:
    number = 0
    for path in map(Path, paths):
        about = {"product": path.parent.name} if kind == "multidogo" else {}
        for turns in READERS[kind](path):
            if turns:
                print(json.dumps(conversation(kind, number, turns, **about), ensure_ascii=False))
                number += 1


if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[1] not in READERS:
        sys.exit(f"usage: convert_public_data.py {'|'.join(READERS)} FILE ...")
    main(*sys.argv[1:])
