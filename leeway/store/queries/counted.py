"""The records of every share, as SQL: ``case_id, at, part, whole, level, reason, clock``, within the period asked for.

``part`` and ``whole`` are numbers; a record whose ``whole`` is null is undecided yet and is not counted.
"""

# ruff: noqa: S608 - the texts are put together from our own words; every value is a parameter

from __future__ import annotations

from leeway.store.queries.measuring import Ask, Dialect, rank_of

IN_PERIOD = "{0} >= %(start)s and {0} < %(end)s"
CONTACT_WITHIN_DAYS = 7


def _select(
    part: str, whole: str, source: str, *, at: str, case: str, level: str = "null", **other: str
) -> str:
    reason, clock = other.get("reason", "''"), other.get("clock", "''")
    return (
        f"select {case} case_id, {at} at, {part} part, {whole} whole, {level} level, {reason} reason, {clock} clock "
        f"from {source}"
    )


def _cases_opened(part: str, reason: str = "''") -> str:
    """Cases opened in the period; those that went on inside another count once, there."""
    source = (
        "leeway_event o join leeway_case oc on oc.id = o.case_id and oc.status <> 'merged' "
        f"where o.kind = 'case_opened' and {IN_PERIOD.format('o.at')}"
    )
    return _select(part, "1", source, at="o.at", case="o.case_id", reason=reason)


_ESCALATED = "from leeway_escalation e where e.case_id = o.case_id and e.escalated_at is not null"


def escalated_cases(sql: Dialect, ask: Ask) -> str:
    del sql, ask
    first_reason = f"coalesce((select e.reason {_ESCALATED} order by e.number limit 1), '')"
    return _cases_opened(f"(case when exists (select 1 {_ESCALATED}) then 1 else 0 end)", first_reason)


def escalations_times_100(sql: Dialect, ask: Ask) -> str:
    del sql, ask
    return _cases_opened(f"(select 100.0 * count(*) {_ESCALATED})")


def avoidable(sql: Dialect, ask: Ask) -> str:
    del sql
    lower = f"{rank_of('e.within_authority', ask.policy)} < {rank_of('e.level', ask.policy)}"
    source = f"leeway_escalation e where e.escalated_at is not null and {IN_PERIOD.format('e.closed_at')}"
    part = f"(case when {lower} then 1 else 0 end)"
    return _select(part, "1", source, at="e.closed_at", case="e.case_id", level="e.level", reason="e.reason")


HELPERS_OF_OURS = "('step', 'rest')"


def deadlines(sql: Dialect, ask: Ask) -> str:
    """Every clock that had an outcome: met, or run out. A clock that ran out and was stopped later counts once, when it
    ran out; one that was found late without having been noticed counts when it was stopped.
    """
    del ask
    kind, name, outcome = (
        sql.text("s.body", "kind"),
        sql.text("s.body", "name"),
        sql.text("s.body", "outcome"),
    )
    before_name = f"coalesce({sql.text('x.body', 'name')}, {sql.text('x.body', 'clock', 'name')})"
    already = (
        "(select x.kind from leeway_event x where x.case_id = s.case_id and x.seq < s.seq "
        f"and x.kind in ('clock_started', 'clock_breached') and {before_name} = {name} order by x.seq desc limit 1)"
    )
    stopped = _select(
        f"(case when {outcome} = 'met' then 1 else 0 end)",
        "1",
        f"leeway_event s where s.kind = 'clock_stopped' and {IN_PERIOD.format('s.at')} "
        f"and {kind} not in {HELPERS_OF_OURS} and ({outcome} = 'met' or ({outcome} = 'late' and "
        f"coalesce({already}, '') <> 'clock_breached'))",
        at="s.at",
        case="s.case_id",
        clock=kind,
    )
    ran_out = _select(
        "0",
        "1",
        f"leeway_event b where b.kind = 'clock_breached' and {IN_PERIOD.format('b.at')} "
        f"and {sql.text('b.body', 'kind')} not in {HELPERS_OF_OURS}",
        at="b.at",
        case="b.case_id",
        clock=sql.text("b.body", "kind"),
    )
    return f"{stopped} union all {ran_out}"


def updates(sql: Dialect, ask: Ask) -> str:
    return f"select * from ({deadlines(sql, ask)}) every_clock where clock = 'update'"


def promises(sql: Dialect, ask: Ask) -> str:
    """Promises due in the period; those that were let off are none. An open one counts once its time has passed."""
    del sql, ask
    source = (
        f"leeway_promise p where {IN_PERIOD.format('p.due')} and (p.state in ('kept', 'broken') "
        "or (p.state <> 'released' and p.due <= %(now)s))"
    )
    part = "(case when p.state = 'kept' and p.settled_at <= p.due then 1 else 0 end)"
    return _select(part, "1", source, at="p.due", case="p.case_id")


def disclosures(sql: Dialect, ask: Ask) -> str:
    """Compulsory statements whose turn has passed; one that was missed and said later was missed."""
    del ask
    late = f"{sql.text('d.body', 'record', 'state')} = 'late'"
    source = (
        f"leeway_event d where d.kind in ('disclosure_said', 'disclosure_missed') and {IN_PERIOD.format('d.at')} "
        f"and not (d.kind = 'disclosure_said' and {late})"
    )
    part = "(case when d.kind = 'disclosure_said' then 1 else 0 end)"
    return _select(part, "1", source, at="d.at", case="d.case_id")


def repeat_contacts(sql: Dialect, ask: Ask) -> str:
    """A contact that nobody has followed yet counts once its seven days are over."""
    del ask
    until = sql.days_after("o.at", CONTACT_WITHIN_DAYS)
    followed = (
        "exists (select 1 from leeway_event n where n.case_id = o.case_id and n.seq > o.seq "
        f"and n.kind = 'interaction_joined' and n.at <= {until})"
    )
    source = (
        f"leeway_event o where o.kind = 'interaction_joined' and {IN_PERIOD.format('o.at')} "
        "and o.body not like '%%\"contact\":false%%'"
    )
    return _select(
        f"(case when {followed} then 1 else 0 end)",
        f"(case when {followed} or {until} <= %(now)s then 1 end)",
        source,
        at="o.at",
        case="o.case_id",
    )


def reopened(sql: Dialect, ask: Ask) -> str:
    del sql, ask
    again = (
        "exists (select 1 from leeway_event n where n.case_id = o.case_id and n.seq > o.seq "
        "and n.kind = 'case_reopened')"
    )
    source = f"leeway_event o where o.kind = 'case_resolved' and {IN_PERIOD.format('o.at')}"
    return _select(f"(case when {again} then 1 else 0 end)", "1", source, at="o.at", case="o.case_id")


def bounced(sql: Dialect, ask: Ask) -> str:
    """The owner of a case opened in the period changed at least twice."""
    del ask
    person = sql.text("w.body", "person")
    owners = (
        f"select w.case_id, {person} person, lag({person}) over (partition by w.case_id order by w.seq) before "
        "from leeway_event w where w.kind in ('owner_assigned', 'owner_accepted') and w.at >= %(start)s"
    )
    changes = (
        f"(select case_id from ({owners}) owners where before is not null and person <> before "
        "group by case_id having count(*) >= 2)"
    )
    return _cases_opened(f"(case when o.case_id in {changes} then 1 else 0 end)")


def explained(sql: Dialect, ask: Ask) -> str:
    """How often the matter of each case opened in the period was told; cases in which it was not told are left out."""
    del ask
    times = sql.number("m.body", "explained", "times")
    told = (
        f"select m.case_id, min(m.at) at, max({times}) times from leeway_event m where m.kind = 'message_read' "
        "and m.at >= %(start)s and m.body like '%%\"explained\":%%' group by m.case_id"
    )
    source = f"({told}) t join leeway_event o on o.case_id = t.case_id and o.seq = 1 where {IN_PERIOD.format('o.at')}"
    return _select("t.times", "1", source, at="o.at", case="t.case_id")


def ratings(sql: Dialect, ask: Ask) -> str:
    del ask
    source = f"leeway_event r where r.kind = 'rating_recorded' and {IN_PERIOD.format('r.at')}"
    return _select(sql.number("r.body", "score"), "1", source, at="r.at", case="r.case_id")


def ratings_top2(sql: Dialect, ask: Ask) -> str:
    del ask
    good = f"(case when {sql.number('r.body', 'score')} >= 4 then 1 else 0 end)"
    source = f"leeway_event r where r.kind = 'rating_recorded' and {IN_PERIOD.format('r.at')}"
    return _select(good, "1", source, at="r.at", case="r.case_id")


def consults(sql: Dialect, ask: Ask) -> str:
    """Questions that ended with somebody saying, or the matrix showing, whether the transfer was averted."""
    del ask
    averted = sql.text("k.body", "averted")
    yes = "1" if sql.sqlite else "'true'"
    source = f"leeway_event k where k.kind = 'consult_closed' and {averted} is not null and {IN_PERIOD.format('k.at')}"
    return _select(
        f"(case when {averted} = {yes} then 1 else 0 end)", "1", source, at="k.at", case="k.case_id"
    )


def alerted(sql: Dialect, ask: Ask) -> str:
    """Each case with an alert in the period, once, at its first; whether it escalated after it."""
    del sql, ask
    first = (
        "select a.case_id, min(a.at) at from leeway_event a where a.kind = 'alert_raised' "
        f"and {IN_PERIOD.format('a.at')} group by a.case_id"
    )
    after = (
        "exists (select 1 from leeway_escalation e where e.case_id = f.case_id and e.escalated_at >= f.at)"
    )
    return _select(f"(case when {after} then 1 else 0 end)", "1", f"({first}) f", at="f.at", case="f.case_id")


def alerts(sql: Dialect, ask: Ask) -> str:
    """Every alert; the whole is put in by the measure (agent days of the roster)."""
    del sql, ask
    source = f"leeway_event a where a.kind = 'alert_raised' and {IN_PERIOD.format('a.at')}"
    return _select("1", "0", source, at="a.at", case="a.case_id")


_GIVEN = f"leeway_offer f where f.held in (false) and f.ended_at is null and {IN_PERIOD.format('f.at')}"


def value_given(sql: Dialect, ask: Ask) -> str:
    """Goodwill that was given and not taken back, in the policy's currency; what was due is none."""
    del sql, ask
    source = f"{_GIVEN} and f.due in (false)"
    return _select("f.counted / 100.0", "1", source, at="f.at", case="f.counts_in", reason="f.reason")


def leaked(sql: Dialect, ask: Ask) -> str:
    """What of it lies above the band the policy would have suggested."""
    del sql
    top = f"(f.suggested * {int(ask.policy.offers.high)} / 100.0)"
    part = f"(case when f.counted > {top} then f.counted - {top} else 0 end)"
    source = f"{_GIVEN} and f.due in (false) and f.counted > 0"
    return _select(part, "f.counted", source, at="f.at", case="f.counts_in", reason="f.reason")
