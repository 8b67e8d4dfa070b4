"""What people of the cast do with cases nobody wrote a play for: take what they are asked to take, and answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

from leeway.core import facts as f
from leeway.core.case import Approval, Case
from leeway.core.facts import Fact
from leeway.core.people import name_of
from leeway.core.roster import Roster
from leeway.demo import goodwill, texts
from leeway.demo.player import SOURCE, Beat, Moment, Play, asked, owner

TO_DECIDE_MINUTES = (3, 12)
"""And that long to decide about an approval, for which the shop gives them 30."""

TO_ACCEPT_MINUTES = (4.5, 11)
"""Whoever is asked takes that long to say "mine"; the shop's supervisors have 15 minutes."""


class Colleague:
    """Somebody who does what is next in one case."""

    def __init__(self, case: Case, roster: Roster, rng: Random) -> None:
        self.case: int | None = case.id
        self.name = f"desk-{case.id}"
        self._roster = roster
        self._rng = rng
        self._customer = case.customer_name.partition(" ")[0]
        known = case.language in ("en", "es")
        self._sayings = texts.sayings(case.language if known else "en")

    def takes_it(self, after: timedelta) -> Beat:
        """Whoever is asked accepts. Facts are numbered by the case's version, so that each is made once."""

        def act(moment: Moment) -> Fact | None:
            case = moment.case
            if case is None:
                return None
            return f.HandoffAccepted(
                id=f"{self.name}:accept:{case.version}",
                at=moment.at,
                source=SOURCE,
                case=case.id,
                by=moment.who,
            )

        return Beat(after, act, whose=asked, over=lambda case, _: case.asked is None)

    def decides(self, said: goodwill.Decision, after: timedelta) -> Beat:
        """Whoever is asked for an approval gives it in full, in part, or says why not."""

        def act(moment: Moment) -> Fact | None:
            case = moment.case
            waiting = _to_decide(case)
            if case is None or waiting is None:
                return None
            fields: dict[str, Any] = {
                "id": f"{self.name}:decide:{case.version}",
                "at": moment.at,
                "source": SOURCE,
                "case": case.id,
                "by": moment.who,
                "approval": waiting.number,
            }
            if not said.share:
                return f.ApprovalDeclined(**fields, reason=said.words)
            amount = max(100, int(waiting.amount * said.share) // 100 * 100)
            return f.ApprovalGiven(**fields, amount=min(waiting.amount, amount), note=said.words)

        return Beat(after, act, whose=decider, over=lambda case, _: _to_decide(case) is None)

    def answers(self, what: str, after: timedelta) -> Beat:
        def act(moment: Moment) -> Fact | None:
            case = moment.case
            if case is None:
                return None
            words = self._rng.choice(self._sayings.agent[what])
            me = name_of(self._roster, moment.who).partition(" ")[0]
            return f.MessageReceived(
                id=f"{self.name}:{what}:{case.version}",
                at=moment.at,
                source=SOURCE,
                case=case.id,
                author="agent",
                by=moment.who,
                text=words.replace("{me}", me).replace("{first}", self._customer),
            )

        return Beat(after, act, whose=owner, over=_nobody_waits, spoken=True)


def _to_decide(case: Case | None) -> Approval | None:
    """The approval that waits longest."""
    return next((one for one in case.approvals if one.open), None) if case else None


def decider(case: Case) -> str:
    waiting = _to_decide(case)
    return waiting.asked_of if waiting else ""


def _nobody_waits(case: Case, since: datetime) -> bool:
    del since
    return not case.live or case.waiting_since is None


def takes_it(colleague: Colleague, after: timedelta) -> Play:
    yield colleague.takes_it(after)


def decides(colleague: Colleague, said: goodwill.Decision, after: timedelta) -> Play:
    yield colleague.decides(said, after)


def looks_after(colleague: Colleague) -> Play:
    """A customer waits in a case that no play drives: they are answered, and answered again when they write again."""
    yield colleague.answers("hello", timedelta(seconds=25))
    yield colleague.answers("fix", timedelta(seconds=60))
    yield colleague.answers("sorry", timedelta(seconds=90))
