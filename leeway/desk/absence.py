"""Somebody is away: the roster says so, and what they have in hand goes to somebody who is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from leeway.core.facts import OwnerUnavailable
from leeway.core.roster import Absence, Roster
from leeway.desk.handle import Answer, Done
from leeway.desk.ports import Item

SOURCE = "roster"
"""The source of facts that the roster's absences lead to."""

HandIn = Callable[[Sequence[Item]], Sequence[Answer]]
InHand = Callable[[str], Sequence[int]]


@dataclass(frozen=True, slots=True)
class Reported:
    """The roster's new version; the cases that were passed on at once, or how many will be when it begins."""

    version: int
    passed_on: tuple[int, ...] = ()
    later: int = 0


def report_absence(
    *,
    away: Absence,
    now: datetime,
    publish: Callable[[Absence], int],
    in_hand: InHand,
    hand_in: HandIn,
) -> Reported:
    """Notes an absence and sees to the person's cases.

    In this order:

    1. A roster with the absence is published: from here on nobody gives them anything new, and whoever stands
       in for them is counted as there.
    2. Has the absence begun, every running case they own or were asked to take is handed over (``pass_on``).
    3. Otherwise nothing happens yet. When it begins, the worker does the same with what they have in hand then.

    ``publish`` puts the roster with one more absence in force and gives its number, ``in_hand`` lists the running
    cases a person owns or was asked to take, ``hand_in`` takes facts to the writer.
    """
    version = publish(away)
    if not away.covers(now):
        return Reported(version, later=len(in_hand(away.person)) if away.start > now else 0)
    return Reported(version, passed_on=pass_on(away, now=now, in_hand=in_hand, hand_in=hand_in))


def pass_on(away: Absence, *, now: datetime, in_hand: InHand, hand_in: HandIn) -> tuple[int, ...]:
    """Tells every case the absent person has in hand that they are gone; each asks somebody else by its own matrix.

    Said twice it happens once: a fact is named after the absence and the case. Gives the cases that took it.
    """
    facts = [_gone(away, case, now) for case in in_hand(away.person)]
    answers = hand_in([Item(fact) for fact in facts]) if facts else ()
    return tuple(answer.case for answer in answers if isinstance(answer, Done) and answer.case)


def began(roster: Roster, now: datetime) -> Iterator[Absence]:
    """The absences that cover an instant."""
    return (away for away in roster.absences if away.covers(now))


def name_of_absence(away: Absence) -> str:
    return f"{away.person}:{away.start.isoformat()}"


def _gone(away: Absence, case: int, now: datetime) -> OwnerUnavailable:
    return OwnerUnavailable(
        id=f"away:{name_of_absence(away)}:{case}",
        source=SOURCE,
        at=now,
        case=case,
        person=away.person,
        why=away.reason or "absent",
        until=away.end,
    )
