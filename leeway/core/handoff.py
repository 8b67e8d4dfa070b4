"""The hand-off packet: everything the next person needs, each statement linked to the message it came from.

Made from the case itself, so it is never out of date; what it misses is asked of the person handing over, not of the
customer (``missing``).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec

from leeway.core.authority import limit_in_words, limits_of
from leeway.core.case import Attempt, Case, Linked, Promise
from leeway.core.customer import Customer
from leeway.core.journey import trend
from leeway.core.money import in_words as money_in_words
from leeway.core.patterns import earlier_escalations
from leeway.core.policy import Policy
from leeway.core.risk import cue_in_words
from leeway.core.situation import COLUMNS

SLOTS: dict[str, str] = {
    "matter": "What is it about, in one paragraph?",
    "wants": "What does the customer want?",
    "feeling": "How do they feel, and how did that go?",
    "told": "What did they already tell us?",
    "tried": "What was tried, and how did they answer?",
    "promises": "What was promised, and what became of it?",
    "why": "Why does it go up?",
}
"""Every slot a policy may require, with the question that fills it."""


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """One statement of the packet. ``message`` is the message it came from, empty for what the log itself shows."""

    text: str
    message: str = ""
    at: datetime | None = None
    note: str = ""


class Packet(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the receiver reads. ``missing`` are required slots nobody has filled; complete means none."""

    case: int
    version: int
    customer: str
    matter: tuple[Line, ...] = ()
    wants: tuple[Line, ...] = ()
    feeling: tuple[Line, ...] = ()
    told: tuple[Line, ...] = ()
    explained: tuple[Line, ...] = ()
    tried: tuple[Line, ...] = ()
    promises_open: tuple[Line, ...] = ()
    promises_broken: tuple[Line, ...] = ()
    promises_kept: tuple[Line, ...] = ()
    offers: tuple[Line, ...] = ()
    authority: tuple[Line, ...] = ()
    worth: tuple[Line, ...] = ()
    why: tuple[Line, ...] = ()
    answers: tuple[Line, ...] = ()
    required: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        return not self.missing

    @property
    def completeness(self) -> float:
        """Required facts present ÷ required."""
        return 1.0 if not self.required else 1 - len(self.missing) / len(self.required)


def missing(case: Case, policy: Policy) -> tuple[str, ...]:
    """Required slots that neither the transcript nor a person has filled."""
    return tuple(slot for slot in policy.required_slots if not filled(case, slot))


_FILLED: dict[str, Callable[[Case], bool]] = {
    "matter": lambda case: case.summary is not None,
    "wants": lambda case: case.wish is not None,
    "feeling": lambda case: bool(case.journey),
    "told": lambda case: bool(case.told),
    "tried": lambda case: bool(case.attempts or case.steps),
    "promises": lambda case: bool(case.promises),
    "why": lambda case: bool(case.escalations),
}
"""How the transcript alone fills a slot."""


def filled(case: Case, slot: str) -> bool:
    """Whether the transcript or a person has filled this slot by now."""
    seen = _FILLED.get(slot)
    return slot in case.slots or (seen is not None and seen(case))


def packet(case: Case, policy: Policy, customer: Customer | None, now: datetime) -> Packet:
    """The packet as of now. ``customer`` None leaves out what they are worth to us."""
    return Packet(
        case=case.id,
        version=case.version,
        customer=case.customer_name or case.customer,
        matter=_matter(case),
        wants=_wants(case),
        feeling=_feeling(case),
        told=tuple(_told(case)),
        explained=_explained(case),
        tried=(*_steps(case), *(_attempt(item) for item in case.attempts)),
        promises_open=_promises(case, "found", "pending", "approaching"),
        promises_broken=_promises(case, "broken"),
        promises_kept=_promises(case, "kept"),
        offers=_given(case),
        authority=_authority(case, policy, customer),
        worth=_worth(case, customer, policy, now),
        why=_why(case),
        answers=tuple(
            Line(link.text, link.message, link.at, name.removeprefix("answer: "))
            for name, link in case.slots.items()
            if name.startswith("answer: ")
        ),
        required=policy.required_slots,
        missing=missing(case, policy),
    )


def _slot(case: Case, name: str) -> tuple[Line, ...]:
    link = case.slots.get(name)
    return (_line(link),) if link else ()


def _line(link: Linked) -> Line:
    return Line(link.text, link.message, link.at)


def _matter(case: Case) -> tuple[Line, ...]:
    own = (_line(case.summary),) if case.summary else ()
    return (*_slot(case, "matter"), *own)


def _wants(case: Case) -> tuple[Line, ...]:
    wish = case.wish
    if wish is None:
        return _slot(case, "wants")
    amount = f" ({money_in_words(wish.want.amount, wish.want.currency)})" if wish.want.amount else ""
    said = Line(f"{wish.want.kind.replace('_', ' ')}{amount}", wish.message, wish.at, f"“{wish.want.quote}”")
    return (*_slot(case, "wants"), said)


def _feeling(case: Case) -> tuple[Line, ...]:
    """How it began, the worst moment, and now; the rest of the journey is one click away."""
    if not case.journey:
        return _slot(case, "feeling")
    first, last = case.journey[0], case.journey[-1]
    worst = min(case.journey, key=lambda point: point.sentiment)
    lines = [Line(f"{first.feeling} at first", first.message, first.at, first.why)]
    if worst not in (first, last):
        lines.append(Line(f"{worst.feeling} at the worst", worst.message, worst.at, worst.why))
    heading = trend(case.journey)
    going = {"improving": "improving", "declining": "getting worse", "same": "steady"}[heading]
    lines.append(
        Line(
            f"{last.feeling} now, {going}, patience {round(last.patience)} of 100",
            last.message,
            last.at,
            last.why,
        )
    )
    return (*lines, *_slot(case, "feeling"))


def _told(case: Case) -> list[Line]:
    """Each thing once, the latest telling of it."""
    latest: dict[tuple[str, str], Line] = {}
    for item in case.told:
        money = item.told.amount is not None
        value = (
            money_in_words(item.told.amount, item.told.currency)
            if money
            else item.told.value or item.told.quote
        )
        latest[(item.told.kind, value)] = Line(value, item.message, item.at, item.told.kind.replace("_", " "))
    return [*latest.values(), *_slot(case, "told")]


def _explained(case: Case) -> tuple[Line, ...]:
    times, people = case.explained.times, max(len(case.explained.people), 1)
    if times <= 1:
        return (Line("told us once"),) if case.summary else ()
    return (Line(f"explained {times} times, to {people} {'person' if people == 1 else 'people'}"),)


def _steps(case: Case) -> tuple[Line, ...]:
    return tuple(
        Line(step.replace("_", " "), link.message, link.at, link.text) for step, link in case.steps.items()
    )


def _attempt(attempt: Attempt) -> Line:
    said = any(sign.isdigit() for sign in attempt.offer)  # "a discount of €14" needs no "€14.00" beside it
    amount = f" {money_in_words(attempt.amount, attempt.currency)}" if attempt.amount and not said else ""
    answer = {
        "": "no answer yet",
        "accepted": "accepted",
        "declined": "declined",
        "unclear": "no clear answer",
    }
    reason = f": “{attempt.reason}”" if attempt.reason else ""
    return Line(f"{attempt.offer}{amount}", attempt.message, attempt.at, f"{answer[attempt.answer]}{reason}")


def _promises(case: Case, *states: str) -> tuple[Line, ...]:
    return tuple(_promise(item) for item in case.promises if item.state in states)


def _promise(promise: Promise) -> Line:
    due = f"by {promise.due:%Y-%m-%d %H:%M} UTC" if promise.due else "no time named"
    state = {"found": "read in our words, not yet confirmed"}.get(promise.state, promise.state)
    return Line(promise.what, promise.message, promise.made_at, f"{due}; {state}")


def _authority(case: Case, policy: Policy, customer: Customer | None) -> tuple[Line, ...]:
    """What the level that has the case now may decide alone; what is left of it, its own page says."""
    tier = customer.tier if customer else "standard"
    instruments = dict.fromkeys(limit.instrument for limit in policy.authority)
    limits = (
        (name, limits_of(policy, name, level=case.level, tier=tier, product=case.product))
        for name in instruments
    )
    return tuple(
        Line(f"{name.replace('_', ' ')} up to {' and '.join(map(limit_in_words, found))}")
        for name, found in limits
        if found
    )


def _given(case: Case) -> tuple[Line, ...]:
    """What was given, and what was offered in money; what was taken back is neither."""
    given = tuple(
        Line(
            f"{offer.instrument.replace('_', ' ')} {money_in_words(offer.amount, offer.currency)} given",
            at=offer.at,
            note="due" if offer.due else offer.why,
        )
        for offer in case.offers
        if offer.taken_back_at is None
    )
    shown = {offer.attempt for offer in case.offers}
    return given + tuple(_attempt(item) for item in case.attempts if item.amount and item.number not in shown)


def _worth(case: Case, customer: Customer | None, policy: Policy, now: datetime) -> tuple[Line, ...]:
    if customer is None:
        return ()
    parts = [Line(customer.tier, note=COLUMNS["tier"].says)]
    if customer.since:
        parts.append(Line(f"customer for {max(0, (now - customer.since).days // 365)} years"))
    if customer.spend:
        parts.append(Line(f"spent {money_in_words(customer.spend, policy.currency)}"))
    if customer.renewal:
        parts.append(Line(f"renewal on {customer.renewal:%Y-%m-%d}"))
    earlier = earlier_escalations(case, customer)
    if earlier > 0:
        parts.append(Line(f"{earlier} earlier escalation{'s' * (earlier != 1)}"))
    return tuple(parts)


def _why(case: Case) -> tuple[Line, ...]:
    lines = []
    for item in case.escalations:
        by = f"rule “{item.rule}”" if item.rule else f"asked by {item.requested_by or item.request_source}"
        evidence = item.evidence[0] if item.evidence else ""
        lines.append(
            Line(f"{item.reason.replace('_', ' ')}: {item.why or by}", evidence, item.requested_at, by)
        )
    strongest = sorted(case.cues.items(), key=lambda pair: pair[1].strongest, reverse=True)[:4]
    signs = [Line(cue_in_words(kind), tally.message, tally.last_at, tally.quote) for kind, tally in strongest]
    return (*lines, *_slot(case, "why"), *signs)
