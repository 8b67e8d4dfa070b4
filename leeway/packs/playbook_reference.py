"""The reference page of playbooks, made from the lists the loader itself goes by.

python -m leeway.packs.playbook_reference docs/reference/playbooks.md
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from leeway.core.guidance.signs import DONE, FELT, SAID, STANDS
from leeway.core.guidance.slots import SLOTS
from leeway.core.playbooks import MOVES
from leeway.packs.playbooks import FILE_KEYS, PLAY_KEYS, SEEN, available, shipped

PAGE = """\
# Playbooks

<!-- Made by `python -m leeway.packs.playbook_reference docs/reference/playbooks.md`; change it there. -->

A playbook says which move helps at which moment of a conversation, and how to say it from the customer's own matter.
The shipped ones are in `leeway/packs/shipped/playbooks`, one file a language ({languages}); a house adds its own, or
replaces one by its name, under `guidance:` in its [matrix](matrix.md).

A play is worth making while every sign of `when` and none of `unless` is seen. Of those that are, the weightiest of
each move are shown, three at most. A text is used when the case can fill its blanks; what stands in `[a|b]` is the
first of them that can be filled, or left out. Nothing else is ever put into a text.

{play_keys}

Moves: {moves}.

## Signs

How they feel:

{felt}

What they say:

{said}

What we did:

{done}

How it stands:

{stands}

## Blanks

{blanks}

## A language's file

{file_keys}

## Shipped playbooks

{books}
"""


def render() -> str:
    """The whole page."""
    slots = {f"{{{name}}}": says for name, (_, says) in SLOTS.items()}
    seen = {f"{{{name}}}": says for name, says in SEEN.items()}
    return PAGE.format(
        languages=", ".join(available()),
        play_keys=_table(PLAY_KEYS),
        moves=", ".join(f"`{move}`" for move in MOVES),
        felt=_table(FELT),
        said=_table(SAID),
        done=_table(DONE),
        stands=_table(STANDS),
        blanks=_table({**slots, **seen}),
        file_keys=_table(FILE_KEYS),
        books=_table({book.name: _book(book.reason, len(book.plays)) for book in shipped("en").playbooks}),
    )


def _book(reason: str, plays: int) -> str:
    return f"{reason.replace('_', ' ')}: {plays} play{'s' * (plays != 1)}"


def _table(rows: Mapping[str, str]) -> str:
    return "\n".join(
        ["| word | means |", "|---|---|", *(f"| `{word}` | {says} |" for word, says in rows.items())]
    )


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(render(), encoding="utf-8")
