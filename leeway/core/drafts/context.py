"""The matter a draft is written in: what was said before, what is known and promised, what may be given, and when."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import Literal

import msgspec

from leeway.core.worktime import Calendar

Author = Literal["customer", "agent", "bot", "system"]

LAST_TURNS = 12
"""Turns before the draft that are looked at."""


class Turn(msgspec.Struct, frozen=True):
    author: Author
    text: str


class DraftContext(msgspec.Struct, frozen=True, omit_defaults=True):
    """Everything the reader may know besides the draft itself; all of it may be missing.

    ``authority`` is what is left per instrument in minor units of ``currency``; None says that nobody told, an empty
    mapping that nothing may be given. ``known_facts`` go by the kinds of ``core.reading.told`` or any other short name.
    ``update_due`` is when the customer is to hear from us next. Without ``now`` nothing is held against the calendar.
    """

    turns: tuple[Turn, ...] = ()
    open_promises: tuple[str, ...] = ()
    known_facts: dict[str, str] = {}
    authority: dict[str, int] | None = None
    currency: str = ""
    update_due: datetime | None = None
    now: datetime | None = None
    calendar: Calendar | None = None
    zone: tzinfo = UTC

    @property
    def latest(self) -> tuple[Turn, ...]:
        return self.turns[-LAST_TURNS:]

    @property
    def waiting(self) -> tuple[str, ...]:
        """What the customer wrote since we last answered, in order."""
        said: list[str] = []
        for turn in reversed(self.latest):
            if turn.author == "agent":
                break
            if turn.author == "customer":
                said.append(turn.text)
        return tuple(reversed(said))

    @property
    def customer_said(self) -> tuple[str, ...]:
        return tuple(turn.text for turn in self.latest if turn.author == "customer")
