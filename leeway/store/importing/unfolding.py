"""How one customer's history unfolds: message after message, and between them the clocks at their own time.

A generator: it yields facts and is sent back the case each one led to, so that many customers' histories can be
decided side by side in one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from leeway.core.case import Case
from leeway.core.facts import ClockTicked, Fact
from leeway.desk.ports import Key
from leeway.store.importing.conversation import Conversation, facts_of, resolved

TICKS_IN_ONE_GAP = 500
"""Clock moments between two messages. Years of silence on an unresolved case have fewer; a loop has more."""

Unfolding = Generator[Fact, Case | None, None]
"""Yields a fact; is sent the case it led to, or None when the fact was refused."""


@dataclass(frozen=True, slots=True)
class Times:
    """``now`` is the import's; a conversation whose last message is older than ``live_within`` is history."""

    now: datetime
    live_within: timedelta
    same_matter: timedelta

    def live(self, conversation: Conversation) -> bool:
        return conversation.last_at >= self.now - self.live_within


There = Callable[[Conversation, list[Fact]], tuple[set[Key], Case | None]]
"""Says which of a conversation's facts are in the log already, and the case it has."""


def unfold(conversations: Iterable[Conversation], *, source: str, times: Times, there: There) -> Unfolding:
    """One customer's conversations, in order of time."""
    cases: dict[int, Case] = {}
    for conversation, following in _with_next(iter(conversations)):
        facts, end = facts_of(conversation, source), _end(conversation, following, source, times)
        known, case = there(conversation, [*facts, *end])
        _keep(cases, case)
        for fact in facts:
            if (fact.source, fact.id) not in known:
                yield from _let_pass(cases, fact.at)
                case = (yield from _hand_in(fact, cases)) or case
        for fact in end:
            if (fact.source, fact.id) not in known and case is not None:
                yield from _hand_in(fact, cases)
    yield from _let_pass(cases, times.now)


def _hand_in(fact: Fact, cases: dict[int, Case]) -> Generator[Fact, Case | None, Case | None]:
    case = yield fact
    _keep(cases, case)
    return case


def _keep(cases: dict[int, Case], case: Case | None) -> None:
    """The customer's cases that still want to be woken."""
    if case is not None:
        cases[case.id] = case
    for asleep in [number for number, one in cases.items() if one.wake_at is None]:
        del cases[asleep]


def _with_next(items: Iterator[Conversation]) -> Iterator[tuple[Conversation, Conversation | None]]:
    """Each with the one after it; two at a time in memory."""
    current = next(items, None)
    while current is not None:
        following = next(items, None)
        yield current, following
        current = following


def _end(conversation: Conversation, following: Conversation | None, source: str, times: Times) -> list[Fact]:
    """Old history that does not say how it ended is taken to have ended with its last message, so that it wakes
    nobody. When the customer came back soon after, it is resolved and not closed: they may have come back about it.
    """
    if conversation.resolved_at is not None or times.live(conversation):
        return []
    last = conversation.last_at
    back_soon = following is not None and _begins(following) <= last + times.same_matter
    return [resolved(conversation, source, last, final=not back_soon)]


def _begins(conversation: Conversation) -> datetime:
    return min(message.at for message in conversation.messages)


def _let_pass(cases: dict[int, Case], until: datetime) -> Generator[Fact, Case | None, None]:
    """Every clock that falls due before ``until`` gets its tick at its own instant, the earliest first."""
    for _ in range(TICKS_IN_ONE_GAP):
        due = min(
            ((case.wake_at, number) for number, case in cases.items() if case.wake_at is not None),
            default=None,
        )
        if due is None or due[0] >= until:
            return
        before = cases.pop(due[1])
        after = yield tick(before, due[0])
        if after is not None and after.version != before.version:
            _keep(cases, after)  # one that changed nothing is left alone: it would not the next time either


def tick(case: Case, due: datetime) -> ClockTicked:
    """Named as the sweep names it: whoever is first, it is one fact."""
    return ClockTicked(id=f"{case.id}:{case.version}:{due.isoformat()}", source="clock", at=due, case=case.id)
