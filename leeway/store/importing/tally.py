"""What an import led to, counted from the log entries as they are written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import msgspec

from leeway.core import events as e
from leeway.desk.ports import Entry


class Tally(msgspec.Struct):
    """Counts of one import, over all its runs. Dictionaries count by name; ``clocks`` by kind, then by outcome."""

    conversations: int = 0
    messages: int = 0
    already_there: int = 0
    refused: int = 0
    cases: int = 0
    cases_joined: int = 0
    cues: dict[str, int] = {}
    alerts: int = 0
    escalations: int = 0
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

    def _event(self, event: e.AnyEvent, entry: Entry) -> None:
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
                self.escalations += 1
                _count(self.escalations_by_rule, (escalation.rule or f"asked: {escalation.request_source}",))
            case e.Escalated():
                self._escalated(event, entry)
            case e.ClockStarted(clock=clock):
                self._clock(clock.kind, "started")
            case e.ClockStopped():
                self._clock(event.kind, event.outcome)
            case e.ClockBreached():
                self._clock(event.kind, "ran_out")

    def _escalated(self, event: e.Escalated, entry: Entry) -> None:
        """The packet is judged as it was when it went; the person is who was asked to take the case."""
        self.packets_total += 1
        self.packets_complete += not event.packet_missing
        _count(self.escalations_by_level, (event.level,))
        _count(self.escalations_by_owner, (_asked_after(event, entry) or "nobody there",))

    def _clock(self, kind: str, outcome: str) -> None:
        _count(self.clocks.setdefault(kind, {}), (outcome,))

    def add(self, other: Tally) -> None:
        """Takes in what was counted beside it."""
        for name in self.__struct_fields__:
            mine, theirs = getattr(self, name), getattr(other, name)
            setattr(self, name, _sum(mine, theirs))


def _asked_after(escalated: e.Escalated, entry: Entry) -> str:
    later = entry.events[entry.events.index(escalated) :]
    return next((item.person for item in later if isinstance(item, e.OwnerAsked | e.OwnerAssigned)), "")


def _count(counts: dict[str, int], names: Iterable[str]) -> None:
    for name, count in Counter(names).items():
        counts[name] = counts.get(name, 0) + count


def _sum(mine: Any, theirs: Any) -> Any:
    """Numbers are added; dictionaries key by key."""
    if not isinstance(mine, dict):
        return mine + theirs
    both = {name: _sum(mine[name], theirs[name]) for name in mine.keys() & theirs.keys()}
    return {**mine, **theirs, **both}
