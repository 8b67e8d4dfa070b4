"""How a measure is counted: records of the log in a period, narrowed to a cohort, put into groups.

A share is ``sum(part) ÷ sum(whole)`` over its records and is summed by the database. A length of time is a list of
spans, of which the median and the ninetieth percentile are taken here. The same SQL runs on SQLite and PostgreSQL;
the few words they say differently are in ``Dialect``.

A case belongs to the team its owner is in *at present*, by today's roster: who left a team took their cases along.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median, quantiles
from typing import Any, Literal, NamedTuple

from django.db import connection

from leeway.core.policy import Policy
from leeway.core.worktime import Calendar, elapsed
from leeway.store.instants import read_instant
from leeway.store.models import CaseRow

Dimension = Literal["", "time", "team", "level", "reason", "product", "channel", "clock"]
AT_ONCE = 500


class Dialect:
    """What the two databases say differently."""

    def __init__(self, vendor: str) -> None:
        self.sqlite = vendor == "sqlite"

    def text(self, column: str, *path: str) -> str:
        """The text at a place inside a JSON document."""
        if self.sqlite:
            return f"json_extract({column}, '$.{'.'.join(path)}')"
        return f"({column}::jsonb #>> '{{{','.join(path)}}}')"

    def number(self, column: str, *path: str) -> str:
        return f"cast({self.text(column, *path)} as {'real' if self.sqlite else 'float8'})"

    def days_after(self, column: str, days: int) -> str:
        """An instant so many days later. SQLite keeps instants as text, which sorts as they do."""
        if self.sqlite:
            return f"strftime('%%Y-%%m-%%d %%H:%%M:%%f', {column}, '+{days} days')"
        return f"({column} + interval '{days} days')"


@dataclass(frozen=True)
class Ask:
    """What is asked: a period, cut at ``bounds`` (its own ends among them), and the cohort. ``teams`` says who is in
    which. ``now`` is when it is asked; what is undecided then is not counted.
    """

    start: datetime
    end: datetime
    now: datetime
    policies: Mapping[int, Policy]
    policy: Policy
    calendar: Calendar
    teams: Mapping[str, str] = field(default_factory=dict)
    bounds: tuple[datetime, ...] = ()
    team: str = ""
    level: str = ""
    channel: str = ""
    product: str = ""
    reason: str = ""

    def limits_of(self, version: int) -> Policy:
        """The policy a case was escalated under; the one in force when that is not known any more."""
        return self.policies.get(version, self.policy)


class Record(NamedTuple):
    """One thing counted, at ``seen``. A length of time runs from ``at`` to ``end``."""

    case: int
    seen: datetime
    part: float = 0
    whole: float = 1
    level: str | None = None
    reason: str = ""
    clock: str = ""
    at: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A result. ``n`` records were counted; ``p90`` and ``working`` (the median in open hours) are for times, in
    seconds like their ``value``.
    """

    value: float | None
    n: int
    part: float = 0
    whole: float = 0
    p90: float | None = None
    working: float | None = None


NOTHING = Figure(None, 0)

SqlOf = Callable[[Dialect, Ask], str]
Fold = Callable[[Ask], Iterable[Record]]

# --- shares, summed by the database -----------------------------------------------------------------------------------


def shares(sql_of: SqlOf, ask: Ask, by: Dimension) -> dict[str, Figure]:
    """The share of each group. ``sql_of`` selects ``case_id, at, part, whole, level, reason, clock``."""
    dialect = Dialect(connection.vendor)
    product = dialect.text("o.body", "product")
    needs_product = by == "product" or bool(ask.product)
    opened = (
        " left join leeway_event o on o.case_id = c.id and o.seq = 1 and o.kind = 'case_opened'"
        if needs_product
        else ""
    )
    parameters = _parameters(ask)
    key = _key(by, product, ask, parameters)
    query = (
        f"select {key} k, sum(r.part), sum(r.whole), count(*) from ({sql_of(dialect, ask)}) r "  # noqa: S608 - all ours
        f"join leeway_case c on c.id = r.case_id{opened} where {_where(ask, product)} group by 1"
    )
    totals: dict[str, tuple[float, float, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        for found, part, whole, n in cursor.fetchall():
            name = ask.teams.get(found, "") if by == "team" else str("" if found is None else found)
            before = totals.get(name, (0.0, 0.0, 0))
            totals[name] = (before[0] + float(part or 0), before[1] + float(whole or 0), before[2] + n)
    return {name: share(part, whole, n) for name, (part, whole, n) in totals.items()}


def share(part: float, whole: float, n: int) -> Figure:
    return Figure(part / whole if whole else None, n, part, whole)


def _parameters(ask: Ask) -> dict[str, Any]:
    stored = connection.ops.adapt_datetimefield_value
    found = {"start": stored(ask.start), "end": stored(ask.end), "now": stored(ask.now)}
    for name in ("level", "channel", "product", "reason"):
        found[name] = getattr(ask, name)
    people = [person for person, team in ask.teams.items() if team == ask.team] if ask.team else []
    found |= {f"p{i}": person for i, person in enumerate(people)}
    found |= {f"level_{i}": level.name for i, level in enumerate(_levels(ask.policy))}
    return found


def _levels(policy: Policy) -> Sequence[Any]:
    return (*policy.levels, *policy.desks)


def rank_of(column: str, policy: Policy) -> str:
    """A level's rank in the house; nothing for a name the policy does not have."""
    cases = " ".join(f"when %(level_{i})s then {level.rank}" for i, level in enumerate(_levels(policy)))
    return f"(case {column} {cases} end)"


def _key(by: Dimension, product: str, ask: Ask, parameters: dict[str, Any]) -> str:
    if by == "time":
        stored = connection.ops.adapt_datetimefield_value
        inner = ask.bounds[1:-1]
        parameters |= {f"b{i}": stored(bound) for i, bound in enumerate(inner)}
        steps = " ".join(f"when r.at < %(b{i})s then {i}" for i in range(len(inner)))
        return f"(case {steps} else {len(inner)} end)" if inner else "0"
    columns: dict[str, str] = {
        "": "''",
        "team": "c.owner",
        "level": "coalesce(r.level, c.level)",
        "reason": "r.reason",
        "channel": "c.channel",
        "clock": "r.clock",
        "product": product,
    }
    return columns[by]


def _where(ask: Ask, product: str) -> str:
    conditions = ["r.whole is not null"]
    if ask.level:
        conditions.append("coalesce(r.level, c.level) = %(level)s")
    if ask.channel:
        conditions.append("c.channel = %(channel)s")
    if ask.product:
        conditions.append(f"{product} = %(product)s")
    if ask.reason:
        conditions.append(
            "exists (select 1 from leeway_escalation x where x.case_id = c.id and x.escalated_at is not null "
            "and x.reason = %(reason)s)"
        )
    if ask.team:
        people = [f"%(p{i})s" for i in range(sum(team == ask.team for team in ask.teams.values()))]
        conditions.append(f"c.owner in ({', '.join(people)})" if people else "1 = 0")
    return " and ".join(conditions)


def cases_of_share(sql_of: SqlOf, ask: Ask, most: int) -> list[tuple[int, float, float]]:
    """The cases behind a share, the latest first, with the largest and the smallest part they count with."""
    dialect = Dialect(connection.vendor)
    product = dialect.text("o.body", "product")
    opened = " left join leeway_event o on o.case_id = c.id and o.seq = 1" if ask.product else ""
    query = (
        f"select r.case_id, max(r.part), min(r.part), max(r.at) from ({sql_of(dialect, ask)}) r "  # noqa: S608 - ours
        f"join leeway_case c on c.id = r.case_id{opened} where {_where(ask, product)} "
        "group by r.case_id order by 4 desc limit %(most)s"
    )
    with connection.cursor() as cursor:
        cursor.execute(query, {**_parameters(ask), "most": most})
        return [(int(case), float(high or 0), float(low or 0)) for case, high, low, _at in cursor.fetchall()]


# --- what is folded here ----------------------------------------------------------------------------------------------


class About(NamedTuple):
    owner: str
    level: str
    channel: str
    product: str


def abouts(cases: Iterable[int]) -> dict[int, About]:
    """What groups are made by, for these cases."""
    dialect = Dialect(connection.vendor)
    numbers = sorted(set(cases))
    found: dict[int, About] = {}
    for i in range(0, len(numbers), AT_ONCE):
        part = numbers[i : i + AT_ONCE]
        rows = CaseRow.objects.filter(pk__in=part).values_list("pk", "owner", "level", "channel")
        marks = ", ".join(["%s"] * len(part))
        with connection.cursor() as cursor:
            cursor.execute(
                f"select case_id, {dialect.text('body', 'product')} from leeway_event "  # noqa: S608 - all ours
                f"where case_id in ({marks}) and seq = 1",
                part,
            )
            products = dict(cursor.fetchall())
        found |= {
            pk: About(owner, level, channel, products.get(pk) or "") for pk, owner, level, channel in rows
        }
    return found


def folded(records: Iterable[Record], ask: Ask, by: Dimension, *, spans: bool) -> dict[str, Figure]:
    """The figure of each group of records."""
    groups: dict[str, list[Record]] = {}
    for name, record in _grouped(list(records), ask, by):
        groups.setdefault(name, []).append(record)
    make = _times if spans else _summed
    return {name: make(group, ask) for name, group in groups.items()}


def _grouped(records: list[Record], ask: Ask, by: Dimension) -> Iterable[tuple[str, Record]]:
    about = abouts(record.case for record in records)
    wanted_cases = _with_reason(ask) if ask.reason else None
    for record in records:
        case = about.get(record.case)
        if case is None or (wanted_cases is not None and record.case not in wanted_cases):
            continue
        level = record.level if record.level is not None else case.level
        groups = {
            "": "",
            "time": str(_slot(record.seen, ask.bounds)),
            "team": ask.teams.get(case.owner, ""),
            "level": level,
            "reason": record.reason,
            "channel": case.channel,
            "clock": record.clock,
            "product": case.product,
        }
        wanted = (
            ("team", ask.team),
            ("level", ask.level),
            ("channel", ask.channel),
            ("product", ask.product),
        )
        if all(not value or groups[name] == value for name, value in wanted):
            yield groups[by], record


def _with_reason(ask: Ask) -> set[int]:
    from leeway.store.models import EscalationRow  # noqa: PLC0415 - only a cohort by reason asks

    rows = EscalationRow.objects.filter(reason=ask.reason, escalated_at__isnull=False)
    return set(rows.values_list("case", flat=True))


def _slot(at: datetime, bounds: Sequence[datetime]) -> int:
    return sum(at >= bound for bound in bounds[1:-1])


def _summed(records: list[Record], ask: Ask) -> Figure:
    del ask
    return share(sum(r.part for r in records), sum(r.whole for r in records), len(records))


def _times(records: list[Record], ask: Ask) -> Figure:
    spans = [(r.at, r.end) for r in records if r.at is not None and r.end is not None]
    if not spans:
        return NOTHING
    seconds = [(end - at).total_seconds() for at, end in spans]
    working = [elapsed(ask.calendar, at, max(at, end)).total_seconds() for at, end in spans]
    return Figure(median(seconds), len(seconds), p90=_p90(seconds), working=median(working))


def _p90(values: list[float]) -> float:
    return values[0] if len(values) == 1 else quantiles(values, n=10, method="inclusive")[8]


def rows(query: str, ask: Ask, **more: Any) -> list[tuple[Any, ...]]:
    """Rows of a query of ours; ``%(start)s``, ``%(end)s`` and ``%(now)s`` are the period's."""
    with connection.cursor() as cursor:
        cursor.execute(query, {**_parameters(ask), **more})
        return list(cursor.fetchall())


def instant(stored: Any) -> datetime:  # noqa: ANN401 - text or datetime, by database
    return read_instant(stored)
