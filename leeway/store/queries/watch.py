"""What the Watch page shows: escalations by time left, conversations that brew, the week's measures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import connection
from django.db.models import QuerySet

from leeway.core.case import Asked, Escalation, Linked
from leeway.core.clocks import Clock
from leeway.core.policy import Policy
from leeway.core.worktime import ALWAYS
from leeway.store.models import CaseRow, CustomerRow, EscalationRow
from leeway.store.queries.measures import BY_NAME
from leeway.store.queries.measuring import Ask, Figure

SHOWN = 25
BREWING_SHOWN = 8
WORTH_WATCHING = 0.3
MOST_COUNTED = 5_000
MOST_TITLED = 1_000


class Mood(msgspec.Struct, frozen=True):
    feeling: str = "neutral"
    sentiment: float = 0.0


class Gist(msgspec.Struct, frozen=True):
    summary: str = ""


class Told(msgspec.Struct, frozen=True):
    times: int = 0


class Glimpse(msgspec.Struct, frozen=True):
    """As much of a case (``leeway.core.case.Case``) as a line shows: reading all of it takes three times as long."""

    id: int
    customer: str = ""
    customer_name: str = ""
    status: str = "open"
    subject: str = ""
    channel: str = ""
    owner: str = ""
    asked: Asked | None = None
    level: str = ""
    matter: Gist | None = None
    explained: Told = Told()
    journey: tuple[Mood, ...] = ()
    risk: float = 0.0
    risk_why: tuple[str, ...] = ()
    escalations: tuple[Escalation, ...] = ()
    clocks: dict[str, Clock] = {}
    slots: dict[str, Any] = {}
    wish: Any = None

    def knows(self, slot: str) -> bool:
        return slot in self.slots or (slot == "wants" and self.wish is not None)

    @property
    def escalation(self) -> Escalation | None:
        return self.escalations[-1] if self.escalations and self.escalations[-1].open else None

    @property
    def summary(self) -> Linked | None:
        return Linked(self.matter.summary) if self.matter and self.matter.summary else None

    @property
    def feeling(self) -> str:
        return self.journey[-1].feeling if self.journey else "neutral"

    @property
    def next_clock(self) -> Clock | None:
        running = [
            clock for clock in self.clocks.values() if clock.running and clock.kind not in ("rest", "step")
        ]
        return min(running, key=lambda clock: clock.due or clock.started_at, default=None)


class _Tier(msgspec.Struct, frozen=True):
    tier: str = "standard"


_read_case = msgspec.json.Decoder(Glimpse)
_read_customer = msgspec.json.Decoder(_Tier)


@dataclass(frozen=True, slots=True)
class Line:
    """A case as a line of a list, and the customer's value tier."""

    case: Glimpse
    tier: str = ""

    @property
    def sentiments(self) -> list[float]:
        return [point.sentiment for point in self.case.journey]

    @property
    def packet_missing(self) -> int:
        """Packet slots that were missing when it went up and that nobody has filled since."""
        record = self.case.escalation
        return sum(not self.case.knows(slot) for slot in record.missing) if record else 0


def lines(numbers: Sequence[int]) -> list[Line]:
    """These cases with their customers' tiers, in two queries however many there are."""
    states = dict(CaseRow.objects.filter(pk__in=numbers).values_list("pk", "state"))
    cases = [_read_case.decode(states[number]) for number in numbers if number in states]
    docs = CustomerRow.objects.filter(pk__in={case.customer for case in cases}).values_list("pk", "doc")
    tiers = {number: _read_customer.decode(doc).tier for number, doc in docs}
    return [Line(case, tiers.get(case.customer, "")) for case in cases]


def escalations_by_time_left(rows: QuerySet[CaseRow], most: int = SHOWN) -> list[Line]:
    """Open escalations, the one whose clock runs out first on top; those without a running clock last."""
    escalated = _escalated(rows)
    timed = escalated.filter(next_due__isnull=False).order_by("next_due", "id").values_list("pk", flat=True)
    still = escalated.filter(next_due__isnull=True).order_by("id").values_list("pk", flat=True)
    return lines([*timed[:most], *still[:most]][:most])


def brewing(rows: QuerySet[CaseRow], most: int = BREWING_SHOWN) -> list[Line]:
    """Conversations nobody has escalated that are most likely to be."""
    return lines(list(_brewing(rows).order_by("-risk", "id").values_list("pk", flat=True)[:most]))


def weather(rows: QuerySet[CaseRow]) -> tuple[int, int]:
    """How many escalations are open and how many conversations brew; nobody counts beyond a thousand."""
    return (
        _escalated(rows).values("pk")[:MOST_TITLED].count(),
        _brewing(rows).values("pk")[:MOST_TITLED].count(),
    )


def _escalated(rows: QuerySet[CaseRow]) -> QuerySet[CaseRow]:
    # `IN (true)`: SQLite looks a bare `WHERE escalated` up in no index, and reads every case there is.
    return rows.filter(escalated__in=[True])


def _brewing(rows: QuerySet[CaseRow]) -> QuerySet[CaseRow]:
    return rows.filter(status="open", escalated=False, risk__gte=WORTH_WATCHING)


def open_by_level() -> Counter[str]:
    """Open escalations by the level they are with; under ``""`` those that have been requested and are not up yet."""
    rows = EscalationRow.objects.filter(state__in=("requested", "escalated")).order_by()
    found = rows.values_list("state", "level")[:MOST_COUNTED]
    return Counter(level if state == "escalated" else "" for state, level in found)


@dataclass(frozen=True, slots=True)
class Measures:
    """The last seven days, and the seven before for the rate. Defined where every measure is: ``queries.measures``."""

    kept: Figure
    rate: Figure
    rate_before: Figure
    alerted: Figure

    @property
    def rate_change(self) -> float | None:
        """In percentage points."""
        if self.rate.value is None or self.rate_before.value is None:
            return None
        return round((self.rate.value - self.rate_before.value) * 100, 1)

    @property
    def calm_so_far(self) -> int:
        """Cases that were alerted and have not gone up since."""
        return int(self.alerted.whole - self.alerted.part)


def measures(now: datetime, policy: Policy) -> Measures:
    def figure(name: str, weeks_ago: int = 0) -> Figure:
        end = now - timedelta(weeks=weeks_ago)
        ask = Ask(end - timedelta(weeks=1), end, now, policies={}, policy=policy, calendar=ALWAYS)
        return BY_NAME[name].figure(ask)

    return Measures(
        figure("promise_kept_rate"),
        figure("escalation_rate"),
        figure("escalation_rate", weeks_ago=1),
        figure("alert_precision"),
    )


def newest_fact() -> int:
    """Where the live stream goes on from for a page made now."""
    with connection.cursor() as cursor:
        cursor.execute("select max(id) from leeway_fact")
        return cursor.fetchone()[0] or 0
