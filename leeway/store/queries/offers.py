"""What was given, for pages and programs: what is left, what would be fair, and which approvals wait.

Everything a page of many approvals needs is read in a handful of questions, however many there are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, Sum

from leeway.core.adviser import Advice, Given, advise, band_of, circumstances, disputed, fault_of, reason_of
from leeway.core.authority import Ground, room_for, windows
from leeway.core.case import Approval, Case
from leeway.core.customer import Customer
from leeway.core.ledger import Entry, answers
from leeway.core.policy import Policy
from leeway.core.roster import Roster
from leeway.store.models import ApprovalRow, CaseRow, OfferRow
from leeway.store.queries.cases import read

LOOK_BACK = timedelta(days=366)
LIKE_AT_MOST = 500
PAGE = 20


@dataclass(frozen=True, slots=True)
class Seen:
    """What the ledger says of some cases, their customers and some people."""

    entries: tuple[Entry, ...]
    like: tuple[tuple[str, str, int, int], ...]
    budget_used: int | None
    now: datetime

    def ground(
        self,
        policy: Policy,
        roster: Roster,
        case: Case,
        customer: Customer | None,
        people: Collection[str],
    ) -> Ground:
        """What a question about somebody's room stands on."""
        bare = Ground(policy, roster, case, customer, self.now)
        wanted = windows(bare, people)
        return Ground(policy, roster, case, customer, self.now, answers(wanted, self.entries, self.now))

    def advice(self, ground: Ground, who: str, instrument: str = "") -> Advice:
        """What would be fair to offer, and whether this person may decide it alone."""
        policy, case = ground.policy, ground.case
        about = circumstances(
            case,
            ground.customer,
            policy,
            self.now,
            earlier=self.earlier(case.customer, policy),
            like=self.like_cases(case, policy),
            budget_left=None if self.budget_used is None else policy.offers.budget - self.budget_used,
        )
        made = advise(policy, about, instrument=instrument)
        return advise(policy, about, instrument=made.instrument, room=room_for(ground, who, made.instrument))

    def earlier(self, customer: str, policy: Policy) -> int:
        since = self.now - policy.offers.earlier_within.length
        return sum(
            entry.counted
            for entry in self.entries
            if entry.customer == customer and not entry.held and entry.at > since
        )

    def like_cases(self, case: Case, policy: Policy) -> tuple[int, ...]:
        """What was given in cases with the same reason, the same fault and an amount of the same size."""
        wanted = (reason_of(case), fault_of(case)[0], band_of(disputed(case, policy)))
        return tuple(counted for *about, counted in self.like if tuple(about) == wanted)


def seen(cases: Collection[Case], people: Collection[str], policy: Policy, now: datetime) -> Seen:
    """Reads what is needed about all of these at once: three questions at most."""
    reasons = {reason_of(case) for case in cases} - {""}
    like = OfferRow.objects.filter(
        reason__in=reasons, held=False, due=False, ended_at=None, at__gt=now - LOOK_BACK
    ).order_by("-at")
    return Seen(
        entries=entries(cases, people, now),
        like=tuple(
            (row.reason, row.fault, band_of(row.disputed), row.counted)
            for row in (like.only("reason", "fault", "disputed", "counted")[:LIKE_AT_MOST] if reasons else ())
        ),
        budget_used=_budget_used(policy, now),
        now=now,
    )


def entries(cases: Collection[Case], people: Collection[str], now: datetime) -> tuple[Entry, ...]:
    """The lines of the ledger that may count for these cases, their customers and these people: one question."""
    found = OfferRow.objects.filter(
        Q(customer__in={case.customer for case in cases})
        | Q(counts_in__in={case.id for case in cases})
        | Q(person__in=set(people), at__gt=now - LOOK_BACK),
        ended_at=None,
        due=False,
    )
    return tuple(_entry(row) for row in found)


def _entry(row: OfferRow) -> Entry:
    return Entry(
        key=row.key,
        case=row.counts_in,
        customer=row.customer,
        person=row.person,
        instrument=row.instrument,
        counted=row.counted,
        at=row.at,
        held=row.held,
    )


def _budget_used(policy: Policy, now: datetime) -> int | None:
    if not policy.offers.budget:
        return None
    rows = OfferRow.objects.filter(ended_at=None, due=False, at__gt=now - policy.offers.budget_period.length)
    return int(rows.aggregate(given=Sum("counted"))["given"] or 0)


# --- approvals that wait ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Waiting:
    """An approval with its case."""

    row: ApprovalRow
    case: Case
    approval: Approval


def approvals(
    person: str, *, show: str, after: int = 0, size: int = PAGE, everything: bool = False
) -> tuple[list[Waiting], int]:
    """A page of approvals, the longest wait first, and where the next page begins (0: there is none).

    ``show``: ``mine`` wait for this person, ``asked`` are those they asked for, ``others`` wait for somebody else and
    ``decided`` have their answer, the latest first. Without ``everything`` others' are left out.
    """
    order, rows = "pk", ApprovalRow.objects.filter(pk__gt=after)
    match show:
        case "asked":
            rows = rows.filter(asked_by=person, state__in=("asked", "granted"))
        case "others":
            rows = rows.filter(state="asked").exclude(asked_of=person).exclude(asked_by=person)
            rows = rows if everything else rows.none()
        case "decided":
            order, rows = "-pk", ApprovalRow.objects.exclude(state="asked")
            rows = rows.filter(pk__lt=after) if after else rows
            rows = rows if everything else rows.filter(Q(asked_by=person) | Q(decided_by=person))
        case _:
            rows = rows.filter(state="asked", asked_of=person)
    found = list(rows.order_by(order)[: size + 1])
    more = found[size - 1].pk if len(found) > size else 0
    return list(_with_cases(found[:size])), more


def _with_cases(rows: list[ApprovalRow]) -> Iterator[Waiting]:
    numbers = {row.case_id for row in rows}
    cases = {row.pk: read(row) for row in CaseRow.objects.filter(pk__in=numbers).only("state")}
    for row in rows:
        approval = cases[row.case_id].approval(row.number) if row.case_id in cases else None
        if approval is not None:
            yield Waiting(row, cases[row.case_id], approval)


# --- fairness ---------------------------------------------------------------------------------------------------------

COMPARED_AT_MOST = 3_000


def given_since(since: datetime) -> list[Given]:
    """Goodwill given since then and not taken back, the latest first, as fairness compares it."""
    rows = OfferRow.objects.filter(at__gt=since, held=False, due=False, ended_at=None).order_by("-at", "key")
    return [
        Given(
            counted=row.counted,
            suggested=row.suggested,
            disputed=row.disputed,
            stratum=(row.reason, row.fault, band_of(row.disputed)),
            tier=row.tier,
            language=row.language,
            channel=row.channel,
            region=row.region,
            product=row.product,
        )
        for row in rows[:COMPARED_AT_MOST]
    ]
