"""Compulsory and forbidden statements while a case runs: owed, said, missed, each with its evidence.

Nothing here costs a house without disclosures anything: callers ask ``turn.policy.disclosures`` first.
"""

from __future__ import annotations

from collections.abc import Iterable

from leeway.core import disclosures as d
from leeway.core import events as e
from leeway.core.decide.turn import Turn
from leeway.core.disclosure import Disclosure, DisclosureRecord, DisclosureTurn, ForbiddenRecord
from leeway.core.reading.tokens import clean, fold

LONGEST_QUOTE = 300


def heard(
    turn: Turn,
    text: str,
    *,
    message: str,
    by: str = "",
    moments: Iterable[DisclosureTurn] = (),
    offers: Iterable[str] = (),
    folded: str = "",
) -> None:
    """Something was said to the customer. ``moments`` are the turns that came with it; ``offers`` the kinds of what
    was offered in it.
    """
    folded = folded or fold(clean(text))
    came = frozenset(moments)
    offered = tuple(offers)
    for one in d.applying(turn.policy, turn.case):
        hit = d.said(one, text, folded)
        if not one.compulsory:
            if hit is not None:
                record = ForbiddenRecord(one.name, turn.at, message, hit.quote[:LONGEST_QUOTE], by)
                turn.emit(e.ForbiddenSaid(at=turn.at, forbidden=record))
        elif hit is not None:
            _said(turn, one, DisclosureRecord("said", turn.at, 0, message, hit.quote[:LONGEST_QUOTE], by))
        else:
            _unsaid(turn, one, came=came, offered=offered, message=message, by=by)


def _said(turn: Turn, one: Disclosure, record: DisclosureRecord) -> None:
    """The first time counts; what was missed and is made up for is late."""
    before = turn.case.disclosures.get(one.name)
    if before is not None and before.state in ("said", "late"):
        return
    if before is not None and before.state == "missed":
        record = DisclosureRecord("late", record.at, 0, record.message, record.quote, record.by, before.why)
    turn.emit(e.DisclosureSaid(at=turn.at, name=one.name, record=record))


def _unsaid(
    turn: Turn,
    one: Disclosure,
    *,
    came: frozenset[DisclosureTurn],
    offered: tuple[str, ...],
    message: str,
    by: str,
) -> None:
    """One message of ours without it: it has one fewer left, from when its turn has come on."""
    record = turn.case.disclosures.get(one.name)
    if record is None:
        comes = one.when in came and (one.when != "offer" or d.concerns(one, offered))
        left = one.within if comes else 0
    else:
        left = record.left if record.state == "open" else 0
    if left > 1:
        _owed(turn, one, left - 1)
    elif left == 1:
        _missed(turn, one, message=message, by=by, why="its turn passed without it")


def began(turn: Turn, moment: str) -> None:
    """A turn that comes with no message of ours: the customer complained, the case went up."""
    for one in d.applying(turn.policy, turn.case):
        if one.compulsory and one.when == moment and one.name not in turn.case.disclosures:
            _owed(turn, one, one.within)


def closing(turn: Turn) -> None:
    """The case is resolved: what is still owed was missed."""
    for one in d.applying(turn.policy, turn.case):
        record = turn.case.disclosures.get(one.name)
        open_now = record.state == "open" if record else one.when == "before_closing"
        if one.compulsory and open_now:
            _missed(turn, one, why="resolved without it")


def _owed(turn: Turn, one: Disclosure, left: int) -> None:
    turn.emit(e.DisclosureOwed(at=turn.at, name=one.name, record=DisclosureRecord("open", turn.at, left)))


def _missed(turn: Turn, one: Disclosure, *, why: str, message: str = "", by: str = "") -> None:
    record = DisclosureRecord("missed", turn.at, message=message, by=by or turn.case.owner, why=why)
    turn.emit(e.DisclosureMissed(at=turn.at, name=one.name, record=record))
