"""A policy: the published, numbered bundle of matrix, clocks, authority and messages that decisions follow.

Plain data. The file form is read by ``leeway.packs``; what the conditions mean is in ``core.columns``; which rule
wins is in ``core.matrix``. A running case keeps the version it was escalated under.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import msgspec

from leeway.core.disclosure import Disclosure
from leeway.core.playbooks import Guidance

EscalationKind = Literal["functional", "hierarchical"]
Instrument = Literal["refund", "discount", "credit", "fee_waiver", "replacement", "policy_exception"]

Reason = Literal[
    "insufficient_authority",
    "missing_information_or_skill",
    "frustration",
    "no_resolution",
    "poor_communication",
    "unmet_expectation",
    "repeat_incident",
    "broken_promise",
    "customer_request",
    "time_limit",
    "regulator_or_legal",
    "vulnerable_customer",
]

ClockKind = Literal[
    "first_response",
    "next_response",
    "update",
    "accept",
    "level",
    "resolution",
    "promise",
    "approval",
    "follow_up",
    "consult",
    "step",
    "rest",
    "regulator",
]


class Span(msgspec.Struct, frozen=True, omit_defaults=True):
    """A length of time. ``working`` counts only the open hours of the calendar of whoever the clock is for."""

    seconds: int
    working: bool = False

    @property
    def length(self) -> timedelta:
        return timedelta(seconds=self.seconds)


class Warn(msgspec.Struct, frozen=True, omit_defaults=True):
    """A warning before a clock runs out: when ``percent`` of it is used, or ``before`` its end.

    Exactly one of the two is set. ``tell`` are targets (``owner``, ``team:…``, ``rota:…``, ``person:…``,
    ``manager_of:owner``).
    """

    percent: int = 0
    before: Span | None = None
    tell: tuple[str, ...] = ("owner",)


class Level(msgspec.Struct, frozen=True, omit_defaults=True):
    """A rung of the matrix, or (``kind`` functional) a desk of expertise beside the rungs.

    ``target`` says who works there: ``team:frontline``, ``rota:night_desk``, ``person:ana``. ``accept``, ``resolve``
    and ``update`` are the clocks that start when a case arrives. ``climbs_to`` names the next rung, empty at the top.
    """

    name: str
    target: str
    accept: Span
    resolve: Span
    update: Span
    kind: EscalationKind = "hierarchical"
    rank: int = 0
    label: str = ""
    climbs_to: str = ""
    climb_after_silent_accepts: int = 0
    skills: tuple[str, ...] = ()
    warn: tuple[Warn, ...] = ()


class NobodyThere(msgspec.Struct, frozen=True, omit_defaults=True):
    """What happens when a level has nobody available: hand to another target, or wait until it opens.

    ``tell_customer`` is the key of a customer message, or the text itself. ``owner_stays`` names the lower level
    whose owner is accountable while the case waits; empty: whoever owns it now.
    """

    level: str
    hand_to: str = ""
    wait: bool = False
    tell_customer: str = ""
    owner_stays: str = ""


class OneOf(msgspec.Struct, frozen=True, tag="one_of"):
    """The column holds one of these (for a column that holds a set: at least one of them)."""

    values: tuple[str, ...]
    negated: bool = False


class Within(msgspec.Struct, frozen=True, omit_defaults=True, tag="within"):
    """A number between two bounds. Durations are in seconds, money in minor units, probabilities 0 to 1.

    A bound written as the word ``authority`` is resolved against the owner's own limit at the time.
    """

    low: float | None = None
    high: float | None = None
    low_open: bool = False
    high_open: bool = False
    above_authority: bool = False


class Is(msgspec.Struct, frozen=True, tag="is"):
    """A yes/no column."""

    value: bool


Test = OneOf | Within | Is


class Condition(msgspec.Struct, frozen=True):
    """One cell of the decision table: what ``column`` must hold."""

    column: str
    test: Test


class Rule(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of the matrix. The first rule whose conditions all hold decides where the case goes.

    ``go`` names a level or desk. ``consult`` asks there without moving the case. ``first`` are the steps to be
    tried before (or overridden with a reason). ``line`` is where the rule stands in its file.
    """

    name: str
    when: tuple[Condition, ...]
    go: str
    because: Reason
    consult: bool = False
    first: tuple[str, ...] = ()
    tell: tuple[str, ...] = ()
    tell_outside: tuple[str, ...] = ()
    tell_customer: str = "escalated"
    line: int = 0


class Step(msgspec.Struct, frozen=True, omit_defaults=True):
    """What happens at a level, and when, counted from the case's arrival there.

    ``do`` is ``tell`` (people), ``give_to`` (make somebody else the asked owner), ``update_customer`` or ``climb``.
    ``who`` is a target as in ``Warn``, or ``next:NAME``: whoever comes after the one on call in rota NAME.
    ``every`` repeats the step until the case leaves the level, at most ``times`` times (0 = no limit).
    """

    do: Literal["tell", "give_to", "update_customer", "climb"]
    after: Span
    who: str = ""
    by: tuple[str, ...] = ()
    if_not: Literal["", "accepted", "answered", "resolved"] = ""
    every: Span | None = None
    times: int = 0
    line: int = 0


class LevelSteps(msgspec.Struct, frozen=True):
    level: str
    steps: tuple[Step, ...]


class BeforeStep(msgspec.Struct, frozen=True, omit_defaults=True):
    """A step within one's own authority that is tried before going up.

    ``seen_as`` lists the moves in an agent's words that tick it by themselves (see ``core.reading``).
    """

    name: str
    ask: str
    seen_as: tuple[str, ...] = ()


class AuthorityLimit(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a level (or everybody with a ``role``) may decide alone: at most ``amount`` (minor units) of one instrument,
    and at most ``count`` times, per case, customer or person, within any stretch of time as long as ``period`` (None:
    for ever).

    ``any_amount``: only the count is limited. ``count`` 0: only the amount is. With ``tiers`` or ``products`` it stands
    in place of the limit that is counted alike and names none. Several limits on one instrument hold together.
    """

    level: str
    instrument: str
    amount: int
    currency: str
    period: Span | None = None
    per: Literal["case", "customer", "person"] = "case"
    count: int = 0
    any_amount: bool = False
    role: str = ""
    tiers: tuple[str, ...] = ()
    products: tuple[str, ...] = ()


Fault = Literal["theirs", "unknown", "shared", "ours"]
"""Whose fault a matter is, in the order in which an offer grows."""


class Offers(msgspec.Struct, frozen=True, omit_defaults=True):
    """How an offer is sized, and which offers a second person looks at.

    Money is in minor units of the policy's currency, shares are whole percents. ``of_yearly_spend_at_risk`` counts
    instead of ``of_yearly_spend`` when the customer may leave. ``earlier`` is the share of what they were given
    ``earlier_within`` that time which is taken off again; ``like_cases`` how far a suggestion is pulled towards the
    median of like cases, once there are ``like_at_least`` of them. ``low`` and ``high`` are the band around what is
    suggested. ``budget`` 0: none. ``due_confirm_above`` and ``two_approvers_above`` 0: never. ``rates`` say what one
    unit of another currency is worth in the policy's, in millionths.
    """

    per_contact: int = 300
    per_day_waiting: int = 100
    days_waiting_at_most: int = 10
    of_amount: int = 10
    of_yearly_spend: int = 1
    of_yearly_spend_at_risk: int = 3
    value_at_most: int = 5_000
    theirs: int = 10
    unknown: int = 50
    shared: int = 60
    ours: int = 100
    earlier: int = 50
    earlier_within: Span = Span(365 * 86_400)
    like_cases: int = 50
    like_at_least: int = 5
    low: int = 60
    high: int = 150
    round_to: int = 100
    instruments: tuple[str, ...] = ("credit", "discount", "refund")
    budget: int = 0
    budget_period: Span = Span(30 * 86_400)
    due_confirm_above: int = 0
    two_approvers_above: int = 0
    grant_lasts: Span = Span(7 * 86_400)
    rates: dict[str, int] = {}


class RegulatorClock(msgspec.Struct, frozen=True, omit_defaults=True):
    """A regulator's own deadline, from a shipped overlay. ``stops_on`` is what ends it.

    Not ``must``: keeping it is a chance (a shorter letter), missing it no breach.
    """

    name: str
    pack: str
    length: Span
    starts_on: Literal["case_opened", "escalated", "complaint"] = "complaint"
    stops_on: Literal["acknowledged", "final_response", "resolved"] = "final_response"
    says: str = ""
    source: str = ""
    warn: tuple[Warn, ...] = ()
    must: bool = True


class CaseClocks(msgspec.Struct, frozen=True, omit_defaults=True):
    """The clocks every case runs, whatever its level. ``None`` means the house does not run that clock."""

    first_response: Span | None = None
    next_response: Span | None = None
    follow_up: Span | None = None
    approval: Span | None = None
    consult: Span | None = None
    promise_reminder: Span = Span(3600)
    calendar: str = ""
    warn: tuple[Warn, ...] = (Warn(percent=80),)


class Alerting(msgspec.Struct, frozen=True, omit_defaults=True):
    """When a risk is worth telling somebody: a threshold, a quiet time per case, and a budget per owner and day."""

    risk: float = 0.6
    quiet: Span = Span(1800)
    per_owner_day: int = 20


class Relief(msgspec.Struct, frozen=True, omit_defaults=True):
    """When a colleague has had enough: so many ``heated`` conversations within a time. 0 looks at nobody."""

    heated: int = 3
    within: Span = Span(2 * 3600)


class Policy(msgspec.Struct, frozen=True, omit_defaults=True):
    """Everything a decision may look up. ``version`` is given when it is published and never reused."""

    name: str
    version: int
    close_within: Span
    levels: tuple[Level, ...]
    rules: tuple[Rule, ...] = ()
    desks: tuple[Level, ...] = ()
    nobody_there: tuple[NobodyThere, ...] = ()
    steps: tuple[LevelSteps, ...] = ()
    before: tuple[BeforeStep, ...] = ()
    clocks: CaseClocks = CaseClocks()
    alerting: Alerting = Alerting()
    authority: tuple[AuthorityLimit, ...] = ()
    offers: Offers = Offers()
    regulators: tuple[RegulatorClock, ...] = ()
    disclosures: tuple[Disclosure, ...] = ()
    guidance: Guidance = Guidance()
    relief: Relief = Relief()
    customer_messages: dict[str, str] = {}
    language: str = "en"
    currency: str = "EUR"
    zone: str = "UTC"
    default_owner: str = ""
    same_matter_days: int = 30
    same_matter_at_least: float = 0.75
    reopen_days: int = 30
    resolved_rating_at_most: int = 2
    ping_pong_limit: int = 4
    required_slots: tuple[str, ...] = ("matter", "wants", "feeling", "why")
    silent_owner_after: Span = Span(24 * 3600, working=True)
    description: str = ""
    values: dict[str, tuple[str, ...]] = {}
    """The words that a column can hold in this house, where the column itself does not say (tier, event, ...)."""
    left_to_agent: tuple[str, ...] = ()
    """Kinds of cases that nobody above has to have: the house knows (see ``leeway.prove.needs``)."""

    def __hash__(self) -> int:
        """By version alone: quick, and two drafts of one number are still told apart by comparing them."""
        return self.version

    def level(self, name: str) -> Level:
        """The rung or desk of that name; ``KeyError`` if the policy has none (the loader has made sure)."""
        for level in (*self.levels, *self.desks):
            if level.name == name:
                return level
        raise KeyError(name)

    def steps_of(self, level: str) -> tuple[Step, ...]:
        return next((group.steps for group in self.steps if group.level == level), ())

    def plan_for(self, level: str) -> NobodyThere | None:
        return next((plan for plan in self.nobody_there if plan.level == level), None)
