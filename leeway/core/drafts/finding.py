"""What the reader of drafts may have to say, and where in the draft it stands."""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

FindingKind = Literal[
    "negative_phrasing",
    "no_acknowledgement",
    "no_next_step",
    "no_time",
    "blame",
    "over_promise",
    "asks_again",
    "dismissive",
    "jargon",
    "false_empathy",
]
FINDING_KINDS: tuple[FindingKind, ...] = get_args(FindingKind)


class Finding(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing a draft had better say otherwise. ``draft[start:end] == quote``, always.

    ``suggestion`` takes the quote's place and leaves correct sentences; empty where nobody but the writer can say it
    better (a short form we don't know). ``why`` is one sentence for the agent. ``phrase`` are the words that led here,
    folded: what "not helpful" is remembered by; empty where something is missing rather than said.
    """

    kind: FindingKind
    quote: str
    start: int
    end: int
    suggestion: str
    why: str
    phrase: str = ""
