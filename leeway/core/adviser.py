"""What would be fair to offer: a band with the whole sum shown, line by line, never above what the policy allows.

A refund that is due is no offer and has no part in the sum. The figures are the policy's (``Policy.offers``); whoever
is worth more, and whoever we have wronged more, is never offered less.
"""

from __future__ import annotations

from datetime import datetime
from statistics import median_low

import msgspec

from leeway.core.authority import ANY_AMOUNT, Room, in_policy_money, most_of
from leeway.core.case import Case
from leeway.core.customer import Customer
from leeway.core.patterns import contacts_lately
from leeway.core.policy import Fault, Offers, Policy

DAYS_IN_A_YEAR = 365
RENEWAL_NEAR_DAYS = 60
SIGNS_OF_LEAVING = ("churn_threat", "renewal_near", "public_threat")
OUR_FAULT = ("broken_promise", "promise_overdue")
PARTLY_OURS = ("long_wait", "repeat_contact", "unanswered", "reassigned_again")
BANDS = (0, 2_000, 5_000, 10_000, 25_000, 100_000)
"""Amounts a matter is about are alike within these bounds (minor units): below 20, 50, 100, 250, 1,000, and above."""


class Circumstances(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a suggestion is made from; money in minor units of the policy's currency.

    ``disputed`` is what the matter is about (0 unknown), ``earlier`` goodwill this customer had lately, ``like`` what
    like cases were given, ``budget_left`` None without a budget.
    """

    fault: Fault = "unknown"
    fault_why: str = ""
    disputed: int = 0
    contacts: int = 1
    days_waiting: int = 0
    yearly_spend: int = 0
    at_risk: bool = False
    at_risk_why: str = ""
    earlier: int = 0
    like: tuple[int, ...] = ()
    budget_left: int | None = None
    wanted: str = ""
    tier: str = "standard"
    product: str = ""


class SumLine(msgspec.Struct, frozen=True):
    """One line of the sum: it adds ``amount`` (minor units, may be negative), and why."""

    label: str
    amount: int
    why: str


class Advice(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """From ``low`` to ``high``, best ``suggested``: the sum of ``lines``. ``alone_up_to`` is what the person who asked
    may decide alone, None when nobody asked. ``maybe_due`` is what the customer wants back, which may be simply owed.
    """

    instrument: str
    low: int
    suggested: int
    high: int
    currency: str
    lines: tuple[SumLine, ...]
    fault: Fault
    fault_why: str = ""
    alone_up_to: int | None = None
    maybe_due: int = 0

    @property
    def needs_approval(self) -> bool:
        return self.alone_up_to is not None and self.suggested > self.alone_up_to


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """One offer as the comparison sees it; amounts in minor units of the policy's currency."""

    counted: int
    suggested: int
    disputed: int
    stratum: tuple[str, str, int]
    tier: str = ""
    language: str = ""
    channel: str = ""
    region: str = ""
    product: str = ""

    @property
    def ratio(self) -> float | None:
        against = self.suggested or self.disputed
        return self.counted / against if against else None


# --- reading the case -------------------------------------------------------------------------------------------------


def circumstances(
    case: Case,
    customer: Customer | None,
    policy: Policy,
    now: datetime,
    *,
    earlier: int = 0,
    like: tuple[int, ...] = (),
    budget_left: int | None = None,
) -> Circumstances:
    """What the case and the customer say; the rest is looked up in the ledger by whoever asks."""
    fault, fault_why = fault_of(case)
    at_risk, at_risk_why = _at_risk(case, customer, now)
    return Circumstances(
        fault=fault,
        fault_why=fault_why,
        disputed=disputed(case, policy),
        contacts=contacts_lately(case, now),
        days_waiting=max(0, (now - case.opened_at).days) if case.opened_at else 0,
        yearly_spend=yearly_spend(customer, now),
        at_risk=at_risk,
        at_risk_why=at_risk_why,
        earlier=earlier,
        like=like,
        budget_left=budget_left,
        wanted=case.wish.want.kind if case.wish else "",
        tier=customer.tier if customer else "standard",
        product=case.product,
    )


def fault_of(case: Case) -> tuple[Fault, str]:
    """Whose fault it is: as a person judged, else as far as the case shows it. Only a person says that it is theirs."""
    if case.fault is not None:
        return case.fault, case.fault_why or "as judged by one of us"
    if any(promise.state == "broken" for promise in case.promises):
        return "ours", "a promise was broken"
    if any(kind in case.cues for kind in OUR_FAULT):
        return "ours", "they say a promise was broken"
    if case.reopened:
        return "ours", "it was not solved the first time"
    if any(kind in case.cues for kind in PARTLY_OURS):
        return "shared", "they had to wait or to come back"
    return "unknown", "nothing in the case says so"


def _at_risk(case: Case, customer: Customer | None, now: datetime) -> tuple[bool, str]:
    if any(kind in case.cues for kind in SIGNS_OF_LEAVING):
        return True, "they say they may leave"
    days = (customer.renewal - now).days if customer and customer.renewal else None
    if days is not None and 0 <= days <= RENEWAL_NEAR_DAYS:
        return True, f"their renewal is in {days} days"
    return False, ""


def disputed(case: Case, policy: Policy) -> int:
    """What the matter is about in money, as far as the customer said; 0 when unknown."""
    want = case.wish.want if case.wish else None
    if want is None or want.amount is None:
        return 0
    return in_policy_money(policy, want.amount, want.currency) or 0


def yearly_spend(customer: Customer | None, now: datetime) -> int:
    if customer is None:
        return 0
    years = (now - customer.since).days // DAYS_IN_A_YEAR if customer.since else 0
    return max(0, customer.spend) // max(1, years)


def reason_of(case: Case) -> str:
    """What makes cases alike: the reason it escalated, else what the customer wants."""
    if case.escalations:
        return case.escalations[-1].reason
    return case.wish.want.kind if case.wish else ""


def band_of(amount: int) -> int:
    """The place of an amount among ``BANDS``; 0 when it is unknown."""
    return sum(amount > 0 and amount >= bound for bound in BANDS)


# --- the sum ----------------------------------------------------------------------------------------------------------


def advise(policy: Policy, about: Circumstances, *, room: Room | None = None, instrument: str = "") -> Advice:
    """The offer band. ``room`` is what the person who asks may decide alone; ``instrument`` empty: the fitting one."""
    offers = policy.offers
    instrument = instrument or instrument_for(policy, about)
    lines = _sum(offers, about)
    lines += _capped(policy, about, instrument, _total(lines))
    rest = _total(lines) % offers.round_to
    if rest:
        lines.append(SumLine("rounded down", -rest, "to a round figure"))
    suggested = _total(lines)
    most = _most(policy, about, instrument)
    high = max(suggested, _rounded(offers, min(most, suggested * offers.high // 100)))
    return Advice(
        instrument=instrument,
        low=min(suggested, _rounded(offers, suggested * offers.low // 100)),
        suggested=suggested,
        high=high,
        currency=policy.currency,
        lines=tuple(lines),
        fault=about.fault,
        fault_why=about.fault_why,
        alone_up_to=room.left if room else None,
        maybe_due=about.disputed if about.wanted == "refund" else 0,
    )


def instrument_for(policy: Policy, about: Circumstances) -> str:
    """What they want if it is an instrument of goodwill here; else the first the policy names that anybody may give."""
    names = policy.offers.instruments
    given = [name for name in names if most_of(policy, name, about.tier, about.product)[0]]
    if about.wanted in given:
        return about.wanted
    return next(iter(given), next(iter(names), "credit"))


def _sum(offers: Offers, about: Circumstances) -> list[SumLine]:
    lines = [line for line in (*_trouble(offers, about), _value(offers, about)) if line.amount]
    before = _total(lines)
    share = getattr(offers, about.fault)
    if share != 100 and before:
        change = before * share // 100 - before
        lines.append(
            SumLine(f"fault: {about.fault}", change, f"{share} % of it; {about.fault_why or 'as judged'}")
        )
    off = min(_total(lines), about.earlier * offers.earlier // 100)
    if off:
        lines.append(SumLine("earlier goodwill", -off, f"{offers.earlier} % of what they were given lately"))
    return lines + _like_others(offers, about, _total(lines))


def _trouble(offers: Offers, about: Circumstances) -> tuple[SumLine, ...]:
    """What the matter cost the customer."""
    again = max(0, about.contacts - 1)
    days = min(about.days_waiting, offers.days_waiting_at_most)
    return (
        SumLine("having to come back", again * offers.per_contact, f"{again} more contacts than one"),
        SumLine("waiting", days * offers.per_day_waiting, f"{days} full days since they first wrote"),
        SumLine(
            "the amount it is about",
            about.disputed * offers.of_amount // 100,
            f"{offers.of_amount} % of what they named",
        ),
    )


def _value(offers: Offers, about: Circumstances) -> SumLine:
    """What we may lose."""
    share = offers.of_yearly_spend_at_risk if about.at_risk else offers.of_yearly_spend
    why = f"{share} % of what they spend in a year{'; ' + about.at_risk_why if about.at_risk_why else ''}"
    return SumLine("value to us", min(offers.value_at_most, about.yearly_spend * share // 100), why)


def _like_others(offers: Offers, about: Circumstances, so_far: int) -> list[SumLine]:
    """Like cases get like offers: pulled towards what the middle one of them was given."""
    if len(about.like) < offers.like_at_least:
        return []
    middle = median_low(about.like)
    pull = (middle - so_far) * offers.like_cases // 100
    return (
        [
            SumLine(
                "like cases", pull, f"the middle one of {len(about.like)} like cases had {middle / 100:.2f}"
            )
        ]
        if pull
        else []
    )


def _capped(policy: Policy, about: Circumstances, instrument: str, total: int) -> list[SumLine]:
    lines = []
    limit, level = most_of(policy, instrument, about.tier, about.product)
    if total > limit:
        why = f"{level} may decide no more" if level else "nobody here may give this"
        lines.append(SumLine("limit of the house", limit - total, why))
        total = limit
    if about.budget_left is not None and total > max(0, about.budget_left):
        lines.append(SumLine("budget", max(0, about.budget_left) - total, "the rest of this period's budget"))
    return lines


def _most(policy: Policy, about: Circumstances, instrument: str) -> int:
    limit = most_of(policy, instrument, about.tier, about.product)[0]
    return min(limit, ANY_AMOUNT if about.budget_left is None else max(0, about.budget_left))


def _rounded(offers: Offers, amount: int) -> int:
    return amount - amount % offers.round_to


def _total(lines: list[SumLine]) -> int:
    return sum(line.amount for line in lines)
