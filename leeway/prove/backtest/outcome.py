"""What became of a case, counted from its events; the same way for what happened and for what would have."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

import msgspec

# Narrow readings of events: only what is counted. Decoding the rest would cost more than all the counting.


class _Slim(msgspec.Struct, frozen=True, tag_field="event"):
    pass


class _Escalated(_Slim, frozen=True, tag="escalated"):
    at: datetime
    level: str


class _OwnerAsked(_Slim, frozen=True, tag="owner_asked"):
    at: datetime
    person: str
    level: str


class _OwnerAssigned(_Slim, frozen=True, tag="owner_assigned"):
    at: datetime
    person: str
    level: str


class _ClockStopped(_Slim, frozen=True, tag="clock_stopped"):
    kind: str
    outcome: str


class _Notice(msgspec.Struct, frozen=True):
    to: tuple[str, ...]


class _NoticeIssued(_Slim, frozen=True, tag="notice_issued"):
    notice: _Notice


class _Attempt(msgspec.Struct, frozen=True):
    number: int
    amount: int | None = None
    currency: str = ""


class _AttemptRecorded(_Slim, frozen=True, tag="attempt_recorded"):
    attempt: _Attempt


class _AttemptAnswer(_Slim, frozen=True, tag="attempt_answer_recorded"):
    number: int
    answer: str


class _RuleDecided(_Slim, frozen=True, tag="rule_decided"):
    rule: str


class _RiskJudged(_Slim, frozen=True, tag="risk_judged"):
    risk: float


class _Alert(_Slim, frozen=True, tag="alert_raised"):
    pass


class _Resolved(_Slim, frozen=True, tag="case_resolved"):
    at: datetime


_Counted = (
    _Escalated | _OwnerAsked | _OwnerAssigned | _ClockStopped | _NoticeIssued | _AttemptRecorded | _AttemptAnswer
    | _RuleDecided | _RiskJudged | _Alert | _Resolved
)  # fmt: skip
COUNTED = frozenset(
    {
        "escalated", "owner_asked", "owner_assigned", "clock_stopped", "notice_issued", "attempt_recorded",
        "attempt_answer_recorded", "rule_decided", "risk_judged", "alert_raised", "case_resolved",
    }
)  # fmt: skip
"""The kinds of events that are counted; whoever reads the log for this need not read others."""

NO_DEADLINE = frozenset({"rest", "step"})
_read = msgspec.json.Decoder(_Counted).decode


class Outcome:
    """What became of one case. ``asked`` holds when whom at which level; ``peak_risk`` the highest risk judged."""

    __slots__ = (
        "_attempts", "alerts", "asked", "clocks", "escalations", "given", "levels", "notices", "peak_risk",
        "resolved_at", "rules",
    )  # fmt: skip

    def __init__(self) -> None:
        self.levels: list[tuple[datetime, str]] = []
        self.escalations = 0
        self.asked: list[tuple[datetime, str, str]] = []
        self.clocks: Counter[tuple[str, str]] = Counter()
        self.notices = 0
        self.alerts = 0
        self.given: Counter[str] = Counter()
        self.rules: list[str] = []
        self.peak_risk = 0.0
        self.resolved_at: datetime | None = None
        self._attempts: dict[int, _Attempt] = {}

    def add(self, kind: str, body: str | bytes) -> None:
        """One more event; those that are not counted cost nothing."""
        if kind in COUNTED:
            self._add(_read(body))

    def _add(self, event: Any) -> None:  # noqa: ANN401 - one of the narrow ones
        match event:
            case _ClockStopped(kind=kind, outcome=outcome):
                if kind not in NO_DEADLINE and outcome in ("met", "late"):
                    self.clocks[kind, outcome] += 1
            case _NoticeIssued(notice=notice):
                self.notices += len(notice.to)
            case _RiskJudged(risk=risk):
                self.peak_risk = max(self.peak_risk, risk)
            case _Alert():
                self.alerts += 1
            case _Escalated(at=at, level=level):
                self.levels.append((at, level))
            case (
                _OwnerAsked(at=at, person=person, level=level)
                | _OwnerAssigned(at=at, person=person, level=level)
            ):
                self.asked.append((at, level, person))
            case _RuleDecided(rule=rule):
                self.rules.append(rule)
            case _Resolved(at=at):
                self.resolved_at = at
            case _:
                self._add_attempt(event)

    def _add_attempt(self, event: _AttemptRecorded | _AttemptAnswer) -> None:
        """Value counts as given once the customer has accepted it."""
        if isinstance(event, _AttemptRecorded):
            self._attempts[event.attempt.number] = event.attempt
            return
        attempt = self._attempts.get(event.number)
        if attempt is not None and attempt.amount and event.answer == "accepted":
            self.given[attempt.currency] += attempt.amount
            del self._attempts[event.number]

    @property
    def escalated_at(self) -> datetime | None:
        return self.levels[0][0] if self.levels else None

    @property
    def went_to(self) -> str:
        """The level it first went to; empty when it stayed."""
        return self.levels[0][1] if self.levels else ""

    @property
    def person(self) -> str:
        """Who was first asked at that level."""
        return next((who for at, level, who in self.asked if self.levels and at >= self.levels[0][0]), "")
