"""What became of a case, counted from its events; the same way for what happened and for what would have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar

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


class _Offer(msgspec.Struct, frozen=True):
    number: int
    amount: int
    currency: str
    attempt: int = 0


class _OfferRecorded(_Slim, frozen=True, tag="offer_recorded"):
    offer: _Offer


class _OfferReturned(_Slim, frozen=True, tag="offer_returned"):
    number: int


class _RuleDecided(_Slim, frozen=True, tag="rule_decided"):
    rule: str


class _RiskJudged(_Slim, frozen=True, tag="risk_judged"):
    risk: float


class _Joined(_Slim, frozen=True, tag="case_joined"):
    pass


class _Alert(_Slim, frozen=True, tag="alert_raised"):
    pass


_Counted = (
    _Escalated | _OwnerAsked | _OwnerAssigned | _ClockStopped | _NoticeIssued | _AttemptRecorded | _AttemptAnswer
    | _OfferRecorded | _OfferReturned | _RuleDecided | _RiskJudged | _Alert | _Joined
)  # fmt: skip
COUNTED = frozenset(
    {
        "escalated", "owner_asked", "owner_assigned", "clock_stopped", "notice_issued", "attempt_recorded",
        "attempt_answer_recorded", "offer_recorded", "offer_returned", "rule_decided", "risk_judged", "alert_raised",
        "case_joined",
    }
)  # fmt: skip
"""The kinds of events that are counted; whoever reads the log for this need not read others."""

NO_DEADLINE = frozenset({"rest", "step"})
_read = msgspec.json.Decoder(_Counted).decode


class Outcome:
    """What became of one case. ``asked`` holds when whom at which level; ``declined`` how many answers to solutions
    said no, beside those of a case that was ``joined``; ``peak_risk`` the highest risk judged, as far as such events
    were added.
    """

    __slots__ = (
        "_accepted", "_attempts", "_offers", "alerts", "asked", "clocks", "declined", "given", "joined", "levels",
        "notices", "peak_risk", "rules",
    )  # fmt: skip

    def __init__(self) -> None:
        self.levels: list[tuple[datetime, str]] = []
        self.asked: list[tuple[datetime, str, str]] = []
        self.clocks: dict[tuple[str, str], int] = {}
        self.notices = 0
        self.alerts = 0
        self.given: Counter[str] = Counter()
        self.rules: list[str] = []
        self.declined = 0
        self.joined = False
        self.peak_risk = 0.0
        self._attempts: dict[int, _Attempt] = {}
        self._accepted: dict[int, _Attempt] = {}
        self._offers: dict[int, _Offer] = {}

    def add(self, kind: str, body: str | bytes) -> None:
        """One more event; those that are not counted cost nothing."""
        if kind in COUNTED:
            event = _read(body)
            self._ADDING[type(event)](self, event)

    def _clock(self, event: _ClockStopped) -> None:
        if event.outcome in ("met", "late") and event.kind not in NO_DEADLINE:
            key = event.kind, event.outcome
            self.clocks[key] = self.clocks.get(key, 0) + 1

    def _notice(self, event: _NoticeIssued) -> None:
        self.notices += len(event.notice.to)

    def _alert(self, _event: _Alert) -> None:
        self.alerts += 1

    def _join(self, _event: _Joined) -> None:
        self.joined = True

    def _risk(self, event: _RiskJudged) -> None:
        self.peak_risk = max(self.peak_risk, event.risk)

    def _escalated(self, event: _Escalated) -> None:
        self.levels.append((event.at, event.level))

    def _owner(self, event: _OwnerAsked | _OwnerAssigned) -> None:
        self.asked.append((event.at, event.level, event.person))

    def _rule(self, event: _RuleDecided) -> None:
        self.rules.append(event.rule)

    def _attempt(self, event: _AttemptRecorded) -> None:
        self._attempts[event.attempt.number] = event.attempt

    def _answer(self, event: _AttemptAnswer) -> None:
        """A solution of value counts as given once the customer has accepted it."""
        self.declined += event.answer == "declined"
        attempt = self._attempts.get(event.number)
        if attempt is not None and attempt.amount and event.answer == "accepted":
            self.given[attempt.currency] += attempt.amount
            self._accepted[event.number] = self._attempts.pop(event.number)

    def _offer(self, event: _OfferRecorded) -> None:
        """What was really given counts, whatever the customer says; the solution it was offered as does not, too."""
        offer = event.offer
        self._offers[offer.number] = offer
        self.given[offer.currency] += offer.amount
        self._attempts.pop(offer.attempt, None)
        accepted = self._accepted.pop(offer.attempt, None)
        if accepted is not None:
            self.given[accepted.currency] -= accepted.amount or 0

    def _returned(self, event: _OfferReturned) -> None:
        offer = self._offers.pop(event.number, None)
        if offer is not None:
            self.given[offer.currency] -= offer.amount

    _ADDING: ClassVar[Mapping[type, Callable[[Any, Any], None]]] = {
        _ClockStopped: _clock,
        _NoticeIssued: _notice,
        _Alert: _alert,
        _RiskJudged: _risk,
        _Joined: _join,
        _Escalated: _escalated,
        _OwnerAsked: _owner,
        _OwnerAssigned: _owner,
        _RuleDecided: _rule,
        _AttemptRecorded: _attempt,
        _AttemptAnswer: _answer,
        _OfferRecorded: _offer,
        _OfferReturned: _returned,
    }

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
