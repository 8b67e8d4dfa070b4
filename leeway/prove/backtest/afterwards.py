"""After the first divergence: the case goes on under the candidate, in simulated time.

What comes from outside stays as it was: the customer's words, our people's answers to them, what they solved and when,
who was away. Clocks are the candidate's own: the recorded ticks are dropped and made anew from the case's ``wake_at``.
What people did because the *old* policy had asked them is not carried over as it stands: whoever is asked now accepts
when they accepted in truth, if they did so later in this case, else after as long as people of that level usually take;
and whether something may be given is answered at the recorded time by whoever is asked then.
All of it is counterfactual.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from msgspec.structs import replace

from leeway.core import facts as f
from leeway.core.case import Case
from leeway.core.decide import decided
from leeway.core.people import person
from leeway.core.refusals import Refusal
from leeway.core.roster import Roster, calendar_of
from leeway.core.worktime import ALWAYS, Calendar, NeverOpen, add
from leeway.core.world import Known
from leeway.desk.past import Story, Written, write
from leeway.prove.backtest.candidate import CandidateWorlds
from leeway.prove.backtest.outcome import COUNTED

ANSWERS = (f.HandoffAccepted, f.HandoffDeclined, f.HandoffAskedBack, f.HandoffAnswered)
"""What people did because they had been asked: made anew, or left out."""

APPROVING = (f.ApprovalGiven, f.ApprovalDeclined)
"""What people answered because they had been asked for an approval: whoever is asked then answers the same."""

ONLY_THEN = (f.PolicyApplied, f.NoticeUndeliverable, f.EscalationDeclined)
"""What makes sense only where it was pressed."""

MOST_STEPS = 5_000
"""Ticks and facts of one case. None has that many; it stops what nobody foresaw."""

SOURCE = "backtest"


@dataclass(frozen=True)
class Habits:
    """How long people take to accept, in seconds of their open hours, by level; ``usual`` without any history."""

    accept: Mapping[str, int] = field(default_factory=dict)
    usual: int = 600

    def of(self, level: str) -> int:
        return self.accept.get(level, self.usual)


_COUNTERFACTUAL = (
    "After a case first decides otherwise, everything in it is counterfactual: what would follow if nobody else acted "
    "differently."
)
_ACCEPTED = (
    "Whoever is asked under the candidate accepts when they did, if they accepted this case later, else after the time "
    "people of that level usually took (median, in their open hours)."
)
_APPROVED = (
    "Whether something may be given is answered as it was, at the recorded times, by whoever is asked under the "
    "candidate."
)
_LOADS = (
    "Who is asked follows from the loads on record; a candidate that moves many cases shifts loads that are not fed "
    "back."
)
ASSUMPTIONS = (
    _COUNTERFACTUAL,
    "Customers write, and people answer, solve and are away, at the recorded times.",
    _ACCEPTED,
    _APPROVED,
    _LOADS,
)


class Afterwards:
    """``facts`` counts the recorded facts that were thought on with, ``left_out`` those that no longer made sense."""

    def __init__(
        self,
        candidate: CandidateWorlds,
        story: Story,
        place: int,
        case: Case,
        *,
        horizon: datetime,
        habits: Habits,
    ) -> None:
        self._candidate = candidate
        self._rest = story.written[place + 1 :]
        self._case = case
        self._horizon = horizon
        self._habits = habits
        self._accepted = [
            (fact.at, fact.by)
            for written in self._rest
            if written.kind == "handoff_accepted"
            and isinstance(fact := written.read_fact(), f.HandoffAccepted)
        ]
        self._known = _best_known(story.written[: place + 1])
        self._steps = 0
        self._accepts: tuple[datetime, str] | None = None
        self._asked_seen: tuple[str, datetime] | None = None
        self.facts = 0
        self.left_out = 0

    def run(self) -> list[str]:
        """Those events that would have followed and are counted, as they would be written."""
        return [body for bodies in self._run() for body in bodies]

    def _run(self) -> Iterator[list[str]]:
        self._plan_acceptance()
        for written in self._rest:
            known = written.read_known()
            if known.load:  # the loads on record nearest to whatever falls due before this
                self._known = replace(self._known, load=known.load)
            yield from self._until(known.now)
            fact = None if written.kind == "clock_ticked" else self._carried(written)
            if fact is None:
                self.left_out += written.kind != "clock_ticked"
                continue
            self.facts += 1
            self._known = replace(known, load=known.load or self._known.load)
            yield self._decide(self._known, fact)
        yield from self._until(self._horizon)

    def _until(self, end: datetime) -> Iterator[list[str]]:
        """Clocks and acceptances that fall due before then, in order."""
        while self._steps < MOST_STEPS:
            wake = self._case.wake_at
            accept = self._accepts[0] if self._accepts else None
            due = min((at for at in (wake, accept) if at is not None), default=None)
            if due is None or due > end:
                return
            self._steps += 1
            now = max(due, self._known.now)
            self._known = replace(self._known, now=now)
            if self._accepts is not None and accept == due:
                who, self._accepts = self._accepts[1], None
                yield self._decide(self._known, self._fact(f.HandoffAccepted, now, by=who))
            else:
                yield self._decide(self._known, self._fact(f.ClockTicked, now))

    def _fact(self, kind: type, now: datetime, **more: str) -> f.Fact:
        number = f"{self._case.id}:{self._steps}"
        made: f.Fact = kind(id=number, source=SOURCE, at=now, case=self._case.id, **more)
        return made

    def _decide(self, known: Known, fact: f.Fact) -> list[str]:
        try:
            decision = decided(self._candidate.at(known), known, self._case, fact)
        except Refusal:
            self.left_out += 1
            return []
        self._case = decision.case
        self._plan_acceptance()
        return [
            write(event).decode() for event in decision.events if type(event).__struct_config__.tag in COUNTED
        ]

    def _carried(self, written: Written) -> f.Fact | None:
        """A recorded fact as it still makes sense; None when it does not."""
        fact = written.read_fact()
        if isinstance(fact, ONLY_THEN + ANSWERS):
            return None
        if isinstance(fact, APPROVING):
            return self._readdressed(fact)
        if isinstance(fact, f.HandedOver) and fact.by and fact.by != self._case.owner:
            return None
        if isinstance(fact, f.EscalationRequested):
            return replace(fact, seen=None)
        return fact

    def _readdressed(self, fact: f.ApprovalGiven | f.ApprovalDeclined) -> f.Fact | None:
        """The answer of whoever is asked now; None when nobody is."""
        approval = self._case.approval(fact.approval)
        if approval is None or not approval.open or not approval.asked_of:
            return None
        return replace(fact, by=approval.asked_of)

    def _plan_acceptance(self) -> None:
        """Somebody newly asked will accept after a while; somebody asked no more will not."""
        asked = self._case.asked
        if asked is None:
            self._accepts, self._asked_seen = None, None
            return
        if self._asked_seen == (asked.person, asked.at):
            return
        self._asked_seen = (asked.person, asked.at)
        truly = next((at for at, by in self._accepted if by == asked.person and at >= asked.at), None)
        if truly is not None:
            self._accepts = (truly, asked.person)
            return
        roster = self._candidate.at(self._known).roster
        wait = timedelta(seconds=self._habits.of(asked.level))
        self._accepts = (_after(calendar(roster, asked.person), asked.at, wait), asked.person)


def calendar(roster: Roster, who: str) -> Calendar:
    return calendar_of(roster, who) if person(roster, who) is not None else ALWAYS


def _after(calendar: Calendar, start: datetime, length: timedelta) -> datetime:
    try:
        return add(calendar, start, length)
    except NeverOpen:
        return start + length


def _best_known(before: tuple[Written, ...]) -> Known:
    """What was known last, with the latest loads that were written down."""
    last = before[-1].read_known()
    if last.load:
        return last
    loads = (written.read_known().load for written in reversed(before[:-1]) if '"load"' in written.known)
    return replace(last, load=next(loads, {}))
