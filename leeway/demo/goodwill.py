"""What the cast gives, asks for and judges: within one's own room, by an approval, or because it is owed."""

from __future__ import annotations

from collections.abc import Generator
from datetime import timedelta
from random import Random
from typing import Literal, NamedTuple, cast

from leeway.core import facts as f
from leeway.core.authority import INSTRUMENTS
from leeway.core.case import Approval, Attempt, Case
from leeway.core.facts import Fact
from leeway.core.policy import Fault, Instrument
from leeway.demo.owed import BECAUSE, OWED_FOR
from leeway.demo.player import Beat, Moment, Player, owner

COST_OF_A_REPLACEMENT = (6, 18)
COST_OF_EXPRESS = (3, 6)
"""Whole units: what it costs us when nobody named an amount."""

ASKS_FOR: dict[Instrument, tuple[int, int]] = {"credit": (45, 75), "refund": (65, 100), "discount": (20, 45)}
"""More than an agent may give alone in the shop, and within what a supervisor may."""

FAULTS: dict[Fault, tuple[str, ...]] = {
    "ours": ("It left our warehouse like that.", "We had it on {day} and did nothing.", "Our own mistake."),
    "shared": ("The address was incomplete, and nobody here asked.", "The carrier's, and we did not look."),
    "theirs": ("The order says what was delivered.", "It was sent back after the time was over."),
}
HOW_OFTEN_WHOSE = (11, 4, 2)

Outcome = Literal["whole", "part", "declined"]
DECISIONS: tuple[Outcome, ...] = ("whole", "part", "whole", "declined", "whole", "part", "whole")
"""What becomes of one approval after the other."""


class Decision(NamedTuple):
    """How somebody who is asked decides: the share that is given (0: none), and what they say."""

    share: float
    words: str


SAID: dict[Outcome, tuple[str, ...]] = {
    "whole": ("Yes. They have waited long enough.", "Agreed, and send it today.", ""),
    "part": ("Not all of it: the goods arrived in the end.", "This much; more would not be like the others."),
    "declined": (
        "They were given as much last month.",
        "That is the carrier's to pay; file the claim first.",
    ),
}


def decision(rng: Random, number: int) -> Decision:
    """The house's decision of this number; what the visitor decides comes on top."""
    outcome = DECISIONS[number % len(DECISIONS)]
    share = {"whole": 1.0, "part": rng.choice((0.5, 0.6, 0.75)), "declined": 0.0}[outcome]
    return Decision(share, rng.choice(SAID[outcome]))


# --- giving


def gives(p: Player, after: timedelta) -> Beat:
    """Whoever has the case gives what the customer said yes to, once."""

    def act(moment: Moment) -> Fact | None:
        attempt = _agreed(moment.case) if moment.case else None
        if moment.case is None or attempt is None:
            return None
        instrument = cast("Instrument", attempt.kind)
        amount = attempt.amount or _cost(p.rng, instrument)
        grant = _grant(moment.case, instrument, amount)
        owed = BECAUSE.get(p.matter.name) if instrument in OWED_FOR and grant is None else None
        return f.OfferGiven(
            **p.base(moment),
            case=p.case,
            by=moment.who,
            instrument=instrument,
            amount=amount,
            due=owed is not None,
            because=owed[0] if owed else "",
            proof=owed[1] if owed else "",
            approval=grant.number if grant else 0,
            attempt=attempt.number,
        )

    return Beat(after, act, whose=owner)


def _agreed(case: Case) -> Attempt | None:
    """The latest solution that was accepted, is of a kind that can be given, and is not given yet."""
    given = {offer.attempt for offer in case.offers}
    found = [one for one in case.attempts if one.answer == "accepted" and one.kind in INSTRUMENTS]
    return found[-1] if found and found[-1].number not in given else None


def _grant(case: Case, instrument: str, amount: int) -> Approval | None:
    return next(
        (
            one
            for one in case.approvals
            if one.state == "granted" and one.instrument == instrument and amount <= one.granted
        ),
        None,
    )


def _cost(rng: Random, instrument: Instrument) -> int:
    low, high = COST_OF_A_REPLACEMENT if instrument == "replacement" else COST_OF_EXPRESS
    return rng.randrange(low, high + 1) * 100


def pays_back(p: Player, after: timedelta) -> Beat:
    """What the matter is about goes back, because it is owed; nothing in a matter that owes nothing."""
    owed = BECAUSE.get(p.matter.name)

    def act(moment: Moment) -> Fact | None:
        if owed is None or moment.case is None or moment.case.offers:
            return None
        return f.OfferGiven(
            **p.base(moment),
            case=p.case,
            by=moment.who,
            instrument="refund",
            amount=p.amount,
            due=True,
            because=owed[0],
            proof=owed[1],
        )

    return Beat(after, act, whose=owner)


def judges_fault(p: Player, after: timedelta) -> Beat:
    fault = p.rng.choices(tuple(FAULTS), HOW_OFTEN_WHOSE)[0]
    why = p.fill(p.rng.choice(FAULTS[fault]))
    return p.presses(f.FaultJudged, after, fault=fault, why=why)


# --- asking


def asks_approval(p: Player, after: timedelta) -> Beat:
    """The owner asks whether more than their own room may be given."""
    instrument = p.rng.choice(tuple(ASKS_FOR))
    low, high = ASKS_FOR[instrument]
    amount = p.rng.randrange(low, high + 1, 5) * 100
    why = p.pick_en("above", "why_more")
    return p.presses(f.ApprovalAsked, after, instrument=instrument, amount=amount, why=p.fill(why))


LOOKS = 25
"""How often, some minutes apart, the agent looks whether it is decided."""


def decided(p: Player, case: Case) -> Generator[Beat, Case, Case]:
    """Waits until somebody has decided, which may be the visitor."""
    for _ in range(LOOKS):
        if not case.live or not any(one.open for one in case.approvals):
            break
        case = yield p.rests(p.wait(3, 5))
    return case


def what_may_be_given(p: Player, case: Case) -> str:
    """What the agent tells the customer once it is decided."""
    granted = [one for one in case.approvals if one.state == "granted"]
    if not granted:
        return p.offer("second")
    return p.pick("offers", f"allowed_{granted[-1].instrument}", give=p.money(granted[-1].granted))
