"""A disclosure: a statement that must be made, or must not, in the words a policy writes it; and what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

DisclosureTurn = Literal[
    "first_message",
    "offer",
    "promise",
    "complaint",
    "escalated",
    "final_response",
    "before_closing",
]
DisclosureState = Literal["open", "said", "late", "missed"]


class Disclosure(msgspec.Struct, frozen=True, omit_defaults=True):
    """A compulsory statement (``say``) or a forbidden one (``never``); exactly one of the two is set.

    ``counts`` are wordings that count as saying it, in the language of phrases (``(a|b)``, ``[perhaps]``, ``...``);
    ``say`` itself counts too, also when it is put a little differently. ``when`` is the turn at which a compulsory
    statement is owed, ``within`` how many messages of ours may pass from there, its own included. ``offers`` narrows
    the turn ``offer`` to some kinds. Empty ``regions``, ``products`` and ``channels`` mean all. ``instead`` is what may
    be said in place of a forbidden statement.
    """

    name: str
    say: str = ""
    never: str = ""
    counts: tuple[str, ...] = ()
    when: DisclosureTurn = "first_message"
    within: int = 1
    offers: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    instead: str = ""
    source: str = ""

    @property
    def compulsory(self) -> bool:
        return bool(self.say)


class DisclosureRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of a compulsory statement in one case. ``left`` of our messages may still pass while it is open;
    ``message`` and ``quote`` are the evidence that it was said, ``why`` says how it was missed.
    """

    state: DisclosureState
    at: datetime
    left: int = 0
    message: str = ""
    quote: str = ""
    by: str = ""
    why: str = ""


class ForbiddenRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """A forbidden statement that was made, with its evidence."""

    name: str
    at: datetime
    message: str
    quote: str
    by: str = ""
