"""What an import led to, counted from the log entries as they are written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import msgspec

from leeway.core import events as e
from leeway.core.case import Escalation
from leeway.desk.ports import Entry


class Tally(msgspec.Struct):
    """Counts of one import, over all its runs. Dictionaries count by name; ``clocks`` by kind, then by outcome.

    Packets are judged as they were when a case went up: at an escalation and at every climb (``climbed``).
    """

    conversations: int = 0
    messages: int = 0
    already_there: int = 0
    refused: int = 0
    cases: int = 0
    cases_joined: int = 0
    cues: dict[str, int] = {}
    alerts: int = 0
    escalations: int = 0
    climbed: int = 0
    escalations_by_rule: dict[str, int] = {}
    escalations_by_level: dict[str, int] = {}
    escalations_by_owner: dict[str, int] = {}
    clocks: dict[str, dict[str, int]] = {}
    packets_complete: int = 0
    packets_total: int = 0
    times_explained: int = 0
    asked_again: int = 0
    fields_not_read: dict[str, int] = {}

    def note(self, entry: Entry) -> None:
        for event in entry.events:
            self._event(event, entry)

    def _event(self, event: e.AnyEvent, entry: Entry) -> None:  # noqa: C901 - a table: one kind, one count
        match event:
            case e.CaseOpened():
                self.cases += 1
            case e.CaseLeft():
                self.cases -= 1
                self.cases_joined += 1
            case e.MessageRead():
                _count(self.cues, (cue.kind for cue in event.cues))
                self.times_explained += event.explained is not None
                self.asked_again += len(event.asked_again)
            case e.CuesSeen():
                _count(self.cues, (cue.kind for cue in event.cues))
            case e.AlertRaised():
                self.alerts += 1
            case e.EscalationOpened(escalation=escalation):
                self._opened(escalation, entry)
            case e.Escalated():
                self.climbed += event.moved
                self.packets_total += 1
                self.packets_complete += not event.packet_missing
            case e.ClockStarted(clock=clock):
                self._clock(clock.kind, "started")
            case e.ClockStopped():
                self._clock(event.kind, event.outcome)
            case e.ClockBreached():
                self._clock(event.kind, "ran_out")

    def _opened(self, escalation: Escalation, entry: Entry) -> None:
        """The person is who was asked to take the case; nobody is while it waits for steps or for its packet."""
        self.escalations += 1
        _count(self.escalations_by_rule, (escalation.rule or f"asked by {escalation.request_source}",))
        _count(self.escalations_by_level, (escalation.level,))
        _count(self.escalations_by_owner, (_asked(entry) or "held, nobody yet",))

    def _clock(self, kind: str, outcome: str) -> None:
        _count(self.clocks.setdefault(kind, {}), (outcome,))

    def add(self, other: Tally) -> None:
        """Takes in what was counted beside it."""
        for name in self.__struct_fields__:
            mine, theirs = getattr(self, name), getattr(other, name)
            setattr(self, name, _sum(mine, theirs))


def _asked(entry: Entry) -> str:
    """Whom the decision asked last, or made the owner."""
    people = [item.person for item in entry.events if isinstance(item, e.OwnerAsked | e.OwnerAssigned)]
    return people[-1] if any(isinstance(item, e.Escalated) for item in entry.events) and people else ""


def _count(counts: dict[str, int], names: Iterable[str]) -> None:
    for name, count in Counter(names).items():
        counts[name] = counts.get(name, 0) + count


def _sum(mine: Any, theirs: Any) -> Any:  # noqa: ANN401 - numbers, or dictionaries of them
    """Numbers are added; dictionaries key by key."""
    if not isinstance(mine, dict):
        return mine + theirs
    both = {name: _sum(mine[name], theirs[name]) for name in mine.keys() & theirs.keys()}
    return {**mine, **theirs, **both}
