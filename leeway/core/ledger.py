"""The ledger: what was given, and what is held for approvals not used yet, over all cases. The log alone makes it.

The store keeps it as a table, read and written inside the transaction of each decision about an offer, so that no two
people can give the same room away. What was read is written down beside the fact.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec

from leeway.core import events as e
from leeway.core import facts as f
from leeway.core.authority import Ground, Scope, Spent, Window, summed, windows
from leeway.core.case import Case, Offer
from leeway.core.world import Known, World

ASKS = (f.OfferGiven, f.ApprovalAsked, f.ApprovalGiven)
"""Facts whose decision looks into the ledger."""

CHANGES_IT = (e.OfferRecorded, e.OfferReturned, e.ApprovalGranted, e.ApprovalEnded)
"""The only events ``lines`` looks at."""

ASKS_WHILE_WAITING = (
    f.ClockTicked,
    f.OwnerUnavailable,
    f.NoticeUndeliverable,
    f.ApprovalDeclined,
    f.ApprovalRevoked,
)
"""Facts that may send a waiting approval to somebody else."""


class Entry(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A line of the ledger: something given, or (``held``) allowed and not given yet. It ``counts`` unless it was due
    or is over. ``offer`` tells the rest of what was given.
    """

    key: str
    case: int
    customer: str
    person: str
    instrument: str
    counted: int
    at: datetime
    held: bool = False
    due: bool = False
    ended_at: datetime | None = None
    offer: Offer | None = None

    @property
    def counts(self) -> bool:
        return self.ended_at is None and not self.due


class Ended(msgspec.Struct, frozen=True):
    """From now on this line counts no more."""

    key: str
    at: datetime


def lines(case: int, customer: str, events: Iterable[e.AnyEvent]) -> Iterator[Entry | Ended]:
    """What a case's events change in the ledger, in their order."""
    for event in events:
        if not isinstance(event, CHANGES_IT):  # nearly every event of the house: told apart at the least cost
            continue
        match event:
            case e.OfferRecorded(offer=offer):
                yield _given(case, customer, offer)
            case e.OfferReturned(key=key, at=at):
                yield Ended(key, at)
            case e.ApprovalGranted():
                yield _held(case, customer, event)
            case e.ApprovalEnded(key=key, at=at) if key:
                yield Ended(key, at)


def _given(case: int, customer: str, offer: Offer) -> Entry:
    return Entry(
        key=offer.key,
        case=case,
        customer=customer,
        person=offer.person,
        instrument=offer.instrument,
        counted=offer.counted,
        at=offer.at,
        due=offer.due,
        offer=offer,
    )


def _held(case: int, customer: str, event: e.ApprovalGranted) -> Entry:
    return Entry(
        key=event.key,
        case=case,
        customer=customer,
        person=event.by,
        instrument=event.instrument,
        counted=event.counted,
        at=event.at,
        held=True,
        due=event.due,
    )


def written(entries: dict[str, Entry], news: Iterable[Entry | Ended]) -> dict[str, Entry]:
    """The ledger with these lines written into it."""
    after = dict(entries)
    for line in news:
        if isinstance(line, Entry):
            after[line.key] = line
        elif line.key in after:
            after[line.key] = msgspec.structs.replace(after[line.key], ended_at=line.at)
    return after


def asked_about(world: World, known: Known, case: Case, fact: f.Fact) -> tuple[Window, ...]:
    """The sums the decision about this fact will want from the ledger; none for nearly all facts."""
    instruments = _instruments(case, fact)
    if not instruments:
        return ()
    waiting = (approval.asked_of for approval in case.approvals if approval.open)
    policy = world.policy_for(case.policy_version)
    ground = Ground(policy, world.roster, case, known.customer, known.now)
    return windows(ground, filter(None, (fact.by, *waiting)), instruments)


def _instruments(case: Case, fact: f.Fact) -> tuple[str, ...]:
    if isinstance(fact, (f.OfferGiven, f.ApprovalAsked)):
        return (fact.instrument,)
    if isinstance(fact, f.ApprovalGiven):
        approval = case.approval(fact.approval)
        return (approval.instrument,) if approval else ()
    if isinstance(fact, ASKS_WHILE_WAITING):
        return tuple(sorted({approval.instrument for approval in case.approvals if approval.open}))
    return ()


def belongs(entry: Entry, scope: Scope, who: str) -> bool:
    """Whether a line is one of this case, customer or person, or of the house."""
    whose = {"case": str(entry.case), "customer": entry.customer, "person": entry.person, "house": ""}
    return whose[scope] == who


def answers(wanted: Iterable[Window], entries: Iterable[Entry], now: datetime) -> tuple[Spent, ...]:
    """What the ledger says of each window."""
    counting = [entry for entry in entries if entry.counts]
    return tuple(
        summed(
            window,
            (
                (entry.instrument, entry.counted, entry.at)
                for entry in counting
                if belongs(entry, window.scope, window.who)
            ),
            now,
        )
        for window in wanted
    )
