"""Room to put things right: how much of each instrument somebody may decide alone, now, and why no more.

Limits are the policy's; what was given already is looked up in the house's ledger by whoever asks: ``windows`` says
which sums are wanted, ``what_is_left`` reckons with them. All amounts are minor units of the policy's currency.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal, get_args

import msgspec

from leeway.core.case import Case
from leeway.core.customer import Customer
from leeway.core.money import NO_MINOR_UNITS, in_words
from leeway.core.people import people_of, person, team_lead
from leeway.core.policy import AuthorityLimit, Instrument, Level, Policy
from leeway.core.roster import Person, Roster

INSTRUMENTS: tuple[Instrument, ...] = get_args(Instrument)

ANY_AMOUNT = 10**15
"""Room without a limit on the amount. Larger than any offer, and still a whole number in every browser."""

MILLION = 1_000_000

Scope = Literal["case", "customer", "person", "house"]


class Window(msgspec.Struct, frozen=True, order=True):
    """A sum to look up in the ledger: what ``who`` was given (or gave, for a person) in the last ``seconds``.

    ``who`` is a case's number, a customer's id or a person's; nobody for the whole house. ``instrument`` empty: all of
    them. ``seconds`` 0: ever. Refunds that were due never count, and what was taken back does not either.
    """

    scope: Scope
    who: str
    instrument: str
    seconds: int = 0


class Spent(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the ledger says of a window. ``leaving`` are the oldest entries with the instant they stop counting."""

    window: Window
    amount: int = 0
    count: int = 0
    leaving: tuple[tuple[datetime, int], ...] = ()


LEAVING_AT_MOST = 5


class Room(msgspec.Struct, frozen=True, omit_defaults=True):
    """How much of an instrument somebody may decide alone: up to ``left`` now, ``of`` the limit that binds.

    ``why`` is that limit in words, ``frees_at`` when some of it is free again, ``hat`` the level or role that gives the
    room. ``times_left`` is there when a count is limited. Without any limit for the instrument everything is 0.
    """

    instrument: str
    left: int
    of: int
    currency: str
    why: str
    hat: str = ""
    times_left: int | None = None
    frees_at: datetime | None = None

    @property
    def any_amount(self) -> bool:
        return self.left >= ANY_AMOUNT

    @property
    def used_share(self) -> float:
        return self.used_percent / 100

    @property
    def used_percent(self) -> int:
        """How much of the binding limit is used, for a meter."""
        return 0 if self.any_amount else 100 if self.of <= 0 else (self.of - self.left) * 100 // self.of


class Ground(msgspec.Struct, frozen=True):
    """What a question about room stands on: the rules, the people, the case, its customer, and what the ledger says."""

    policy: Policy
    roster: Roster
    case: Case
    customer: Customer | None
    now: datetime
    spent: tuple[Spent, ...] = ()

    def limits(self, instrument: str, *, level: str = "", role: str = "") -> tuple[AuthorityLimit, ...]:
        """The limits of a level or role that hold for this customer and product, all of them together."""
        tier = self.customer.tier if self.customer else "standard"
        return limits_of(
            self.policy, instrument, level=level, role=role, tier=tier, product=self.case.product
        )

    def spent_in(self, limit: AuthorityLimit, who: str) -> Spent:
        window = window_of(limit, who, self.case)
        return next((one for one in self.spent if one.window == window), Spent(window))


# --- whose limits -----------------------------------------------------------------------------------------------------


def levels_of(ground: Ground, who: str) -> tuple[Level, ...]:
    """The rungs and desks this person works at or leads now; and the one the case is at, for an owner who stands in
    there by the matrix.
    """
    someone = person(ground.roster, who)
    if someone is None or not someone.active:
        return ()
    every_level = (*ground.policy.levels, *ground.policy.desks)
    return tuple(level for level in every_level if _works_at(ground, someone, level))


def _works_at(ground: Ground, someone: Person, level: Level) -> bool:
    roster = ground.roster
    if someone.level == level.name or someone.id in people_of(roster, level.target, ground.now):
        return True
    return team_lead(roster, level.target) == someone.id or _stands_in(ground, someone.id, level)


def _stands_in(ground: Ground, who: str, level: Level) -> bool:
    """Whether the matrix made this person the owner in place of the level's own people."""
    plan, case = ground.policy.plan_for(level.name), ground.case
    owns = case.owner == who and case.level == level.name and case.asked is None
    return bool(owns and plan and plan.hand_to and who in people_of(ground.roster, plan.hand_to, ground.now))


def limits_of(
    policy: Policy, instrument: str, *, level: str = "", role: str = "", tier: str = "", product: str = ""
) -> tuple[AuthorityLimit, ...]:
    """The limits of a level or role that hold for such a customer and product, all of them together."""
    whose = (
        limit
        for limit in policy.authority
        if limit.instrument == instrument
        and (limit.role == role if role else bool(level) and limit.level == level)
        and (not limit.tiers or tier in limit.tiers)
        and (not limit.products or product in limit.products)
    )
    chosen: dict[object, AuthorityLimit] = {}
    for limit in whose:
        counted = (limit.per, limit.period, limit.any_amount)
        if counted not in chosen or _particular(limit) > _particular(chosen[counted]):
            chosen[counted] = limit
    return tuple(chosen.values())


def _particular(limit: AuthorityLimit) -> int:
    """One made for this tier or product stands in place of one made for everybody."""
    return bool(limit.tiers) + bool(limit.products)


def _hats(ground: Ground, who: str, instrument: str) -> list[tuple[str, tuple[AuthorityLimit, ...]]]:
    """Every level or role that gives this person room for the instrument. A role that names it replaces the levels."""
    someone = person(ground.roster, who)
    if someone is None or not someone.active:
        return []
    if someone.role and (by_role := ground.limits(instrument, role=someone.role)):
        return [(someone.role, by_role)]
    hats = [(level.name, ground.limits(instrument, level=level.name)) for level in levels_of(ground, who)]
    return [(name, limits) for name, limits in hats if limits]


# --- what has to be known ---------------------------------------------------------------------------------------------


def windows(
    ground: Ground, people: Iterable[str], instruments: Iterable[str] = INSTRUMENTS
) -> tuple[Window, ...]:
    """The sums that questions about these people, and about every level that may be asked to approve, will need."""
    wanted: set[Window] = set()
    everyone = tuple(dict.fromkeys(people))
    for instrument in instruments:
        for who in everyone:
            for _, limits in _hats(ground, who, instrument):
                wanted |= {window_of(limit, who, ground.case) for limit in limits}
        for level in (*ground.policy.levels, *ground.policy.desks):
            limits = ground.limits(instrument, level=level.name)
            wanted |= {window_of(limit, "", ground.case) for limit in limits if limit.per != "person"}
            wanted |= {
                window_of(limit, who, ground.case)
                for limit in limits
                if limit.per == "person"
                for who in everyone
            }
    return tuple(sorted(wanted))


def window_of(limit: AuthorityLimit, who: str, case: Case) -> Window:
    """Where the ledger counts what this limit counts; ``who`` is the person whose limit it is."""
    whose = {"case": str(case.id), "customer": case.customer, "person": who}[limit.per]
    return Window(limit.per, whose, limit.instrument, limit.period.seconds if limit.period else 0)


def summed(window: Window, entries: Iterable[tuple[str, int, datetime]], now: datetime) -> Spent:
    """The sum of a window over ledger entries (instrument, amount, when) of its case, customer or person."""
    length = timedelta(seconds=window.seconds)
    inside = sorted(
        (at, amount)
        for instrument, amount, at in entries
        if window.instrument in ("", instrument) and (not window.seconds or at + length > now)
    )
    oldest = inside[:LEAVING_AT_MOST] if window.seconds else ()
    leaving = tuple((at + length, amount) for at, amount in oldest)
    return Spent(window, sum(amount for _, amount in inside), len(inside), leaving)


# --- what is left -----------------------------------------------------------------------------------------------------


def what_is_left(ground: Ground, who: str, instruments: Iterable[str] = INSTRUMENTS) -> tuple[Room, ...]:
    """For each instrument of the policy: what this person may decide alone on this case now, and why no more.

    An instrument nobody has a limit for is left out; one that only others have is there with nothing left.
    """
    in_use = {limit.instrument for limit in ground.policy.authority}
    return tuple(room_for(ground, who, instrument) for instrument in instruments if instrument in in_use)


def room_for(ground: Ground, who: str, instrument: str) -> Room:
    """As ``what_is_left``, for one instrument; nothing is left where there is no limit."""
    rooms = [_under(ground, hat, limits, who) for hat, limits in _hats(ground, who, instrument)]
    nothing = Room(instrument, 0, 0, ground.policy.currency, f"{plain(instrument)} needs an approval here")
    return max(rooms, key=lambda room: (room.left, room.of), default=nothing)


def room_of_level(ground: Ground, level: Level, instrument: str, who: str = "") -> Room | None:
    """What the level's own limits leave for this case and customer, for ``who`` of that level or for anybody fresh;
    None when the level may not decide such a thing.
    """
    limits = ground.limits(instrument, level=level.name)
    return _under(ground, level.name, limits, who) if limits else None


def _under(ground: Ground, hat: str, limits: tuple[AuthorityLimit, ...], who: str) -> Room:
    """The room under all of these limits together: the tightest binds."""
    rooms = [_within(hat, limit, ground.spent_in(limit, who)) for limit in limits]
    tightest = min(rooms, key=lambda room: (room.left, room.of))
    counts = [room.times_left for room in rooms if room.times_left is not None]
    return msgspec.structs.replace(tightest, times_left=min(counts, default=None))


def _within(hat: str, limit: AuthorityLimit, spent: Spent) -> Room:
    times_left = max(0, limit.count - spent.count) if limit.count else None
    of = ANY_AMOUNT if limit.any_amount else limit.amount
    left = of if limit.any_amount else max(0, of - spent.amount)
    if times_left == 0:
        left = 0
    tight = left < of or times_left == 0
    return Room(
        instrument=limit.instrument,
        left=left,
        of=of,
        currency=limit.currency,
        why=limit_in_words(limit) + _used_in_words(limit, spent),
        hat=hat,
        times_left=times_left,
        frees_at=spent.leaving[0][0] if tight and spent.leaving else None,
    )


def _used_in_words(limit: AuthorityLimit, spent: Spent) -> str:
    if not spent.count:
        return ""
    given = times(spent.count) if limit.any_amount else in_words(spent.amount, limit.currency)
    return f"; {given} given"


# --- levels that may approve ------------------------------------------------------------------------------------------


def covering_levels(ground: Ground, instrument: str, amount: int) -> tuple[Level, ...]:
    """The rungs whose limits leave room for this amount, the lowest first."""
    found = []
    for level in sorted(ground.policy.levels, key=lambda level: level.rank):
        room = room_of_level(ground, level, instrument)
        if room is not None and room.left >= amount and room.times_left != 0:
            found.append(level)
    return tuple(found)


def most_of_level(
    policy: Policy, level: str, instrument: str, tier: str = "standard", product: str = ""
) -> int:
    """The most this level may decide at once, whatever was given before; 0 without a limit."""
    limits = limits_of(policy, instrument, level=level, tier=tier, product=product)
    return (
        min((limit.amount for limit in limits if not limit.any_amount), default=ANY_AMOUNT) if limits else 0
    )


def most_of(policy: Policy, instrument: str, tier: str = "standard", product: str = "") -> tuple[int, str]:
    """The most anybody in the house may decide at once, and the lowest level that may; 0 and nobody without a limit."""
    most = [
        (most_of_level(policy, level.name, instrument, tier, product), level.name)
        for level in (*policy.levels, *policy.desks)
    ]
    best = max(most, key=lambda found: found[0], default=(0, ""))
    return best if best[0] else (0, "")


# --- money, words -----------------------------------------------------------------------------------------------------


def in_policy_money(policy: Policy, amount: int, currency: str) -> int | None:
    """An amount of any currency in minor units of the policy's, rounded up; None without a rate."""
    if currency in ("", policy.currency):
        return amount
    rate = policy.offers.rates.get(currency)
    if rate is None:
        return None
    above = amount * rate * 10 ** _decimals(policy.currency)
    below = MILLION * 10 ** _decimals(currency)
    return int(-(-above // below))


def _decimals(currency: str) -> int:
    return 0 if currency in NO_MINOR_UNITS else 2


def plain(instrument: str) -> str:
    return instrument.replace("_", " ")


def times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count) or f"{count} times"


def limit_in_words(limit: AuthorityLimit) -> str:
    """``€20.00 per customer in any 30 days, at most twice`` as a person says it."""
    first = f"{times(limit.count)}" if limit.any_amount else in_words(limit.amount, limit.currency)
    within = f" in any {_length(limit.period.seconds)}" if limit.period else ""
    also = f", at most {times(limit.count)}" if limit.count and not limit.any_amount else ""
    return f"{first} per {limit.per}{within}{also}"


def _length(seconds: int) -> str:
    days, rest = divmod(seconds, 86_400)
    if not rest:
        return "24 hours" if days == 1 else f"{days} days"
    hours, rest = divmod(seconds, 3_600)
    return f"{hours} hours" if not rest else f"{seconds // 60} minutes"
