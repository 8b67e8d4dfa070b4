"""The measures of the field, each defined once: its name, its formula, how it is counted.

The Insights page, its exports and ``docs/reference/measures.md`` read these same objects.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from leeway.core.people import people_of
from leeway.core.roster import Roster
from leeway.core.worktime import open_intervals
from leeway.store.queries import counted, folds
from leeway.store.queries.measuring import (
    NOTHING,
    Ask,
    Dimension,
    Figure,
    Fold,
    Record,
    SqlOf,
    cases_of_share,
    folded,
    share,
    shares,
)

Unit = Literal["share", "per 100", "mean", "time", "per day", "score", "money"]
Better = Literal["high", "low", ""]

BY_CASE: tuple[Dimension, ...] = ("team", "level", "product", "channel")
BY_ESCALATION: tuple[Dimension, ...] = ("team", "level", "reason", "product", "channel")


@dataclass(frozen=True, slots=True)
class Measure:
    """``counts`` gives the records as SQL, ``folds`` one by one; one of the two is set. ``by`` are the splits that mean
    something. ``of_all`` are splits in which every group is a share of the whole (an escalation rate by reason is of
    all cases: a case that did not escalate has no reason). ``note`` says what a reader could otherwise take amiss.
    """

    name: str
    title: str
    formula: str
    unit: Unit
    counts: SqlOf | None = None
    folds: Fold | None = None
    better: Better = ""
    by: tuple[Dimension, ...] = BY_CASE
    of_all: tuple[Dimension, ...] = ()
    note: str = ""
    per_agent_day: bool = False

    @property
    def spans(self) -> bool:
        return self.unit == "time"

    def groups(self, ask: Ask, by: Dimension = "") -> dict[str, Figure]:
        """The figure of every group of a split; the empty split has one group without a name."""
        found = self._groups(ask, by)
        if by in self.of_all:
            whole = sum(figure.whole for figure in found.values())
            found = {name: share(one.part, whole, int(one.part)) for name, one in found.items() if name}
        return found

    def _groups(self, ask: Ask, by: Dimension) -> dict[str, Figure]:
        if self.counts is not None:
            return shares(self.counts, ask, by)
        assert self.folds is not None  # noqa: S101 - one of the two is set
        return folded(self.folds(ask), ask, by, spans=self.spans)

    def figure(self, ask: Ask, roster: Roster | None = None) -> Figure:
        found = self.groups(ask).get("", NOTHING)
        if self.per_agent_day and roster is not None:
            days = agent_days(ask, roster)
            return share(found.part, days, found.n) if days else NOTHING
        return found

    def series(self, ask: Ask) -> list[Figure]:
        """One figure for each piece of the period between its bounds."""
        found = self.groups(ask, "time")
        return [found.get(str(number), NOTHING) for number in range(max(1, len(ask.bounds) - 1))]

    def cases(self, ask: Ask, most: int = 200) -> list[tuple[int, bool]]:
        """The cases behind the figure, the latest first, and whether each is one to look at: it counts towards a part
        that should be small, or is missing from one that should be large.
        """
        if self.counts is not None:
            found = [(case, high, low) for case, high, low in cases_of_share(self.counts, ask, most)]
        else:
            assert self.folds is not None  # noqa: S101 - one of the two is set
            found = _parts(self.folds(ask))[:most]
        if self.unit != "share" or not self.better:
            return [(case, False) for case, _high, _low in found]
        return [(case, high > 0 if self.better == "low" else low == 0) for case, high, low in found]


def _parts(records: Iterable[Record]) -> list[tuple[int, float, float]]:
    """Each case with the largest and smallest part it counts with, the latest first."""
    found: dict[int, tuple[float, float]] = {}
    for record in sorted(records, key=lambda one: one.seen, reverse=True):
        high, low = found.get(record.case, (record.part, record.part))
        found[record.case] = (max(high, record.part), min(low, record.part))
    return [(case, high, low) for case, (high, low) in found.items()]


def agent_days(ask: Ask, roster: Roster) -> int:
    """Agents of the first level times the days of the period, so far, on which the house opens at all."""
    agents = people_of(roster, ask.policy.levels[0].target, ask.now)
    zone, until = ZoneInfo(ask.policy.zone), min(ask.end, ask.now)
    day, days = ask.start.astimezone(zone), 0
    while day < until:
        midnight = datetime.combine(day.date() + timedelta(days=1), time(), zone)
        days += any(open_intervals(ask.calendar, day.astimezone(UTC), min(midnight.astimezone(UTC), ask.end)))
        day = midnight
    return days * len(agents)


MEASURES: tuple[Measure, ...] = (
    Measure(
        "escalation_rate",
        "Escalation rate",
        "cases opened in the period with at least one escalation ÷ cases opened, by cohort",
        "share",
        counts=counted.escalated_cases,
        better="low",
        by=BY_ESCALATION,
        of_all=("reason",),
        note="A request that was turned down before it went up is no escalation. A case that went on inside another "
        "counts once, there. By reason it is the first escalation's, of all cases.",
    ),
    Measure(
        "escalations_per_100_cases",
        "Escalations per 100 cases",
        "escalation records ÷ cases × 100, of cases opened in the period",
        "per 100",
        counts=counted.escalations_times_100,
        better="low",
        note="Another number than the rate: one case can escalate twice.",
    ),
    Measure(
        "avoidable_escalation_rate",
        "Avoidable escalations",
        "escalations ended by an act that was within the lower level's authority ÷ escalations",
        "share",
        counts=counted.avoidable,
        better="low",
        by=BY_ESCALATION,
        note="Of escalations that ended in the period; whoever ended one says whose authority would have been enough.",
    ),
    Measure(
        "time_to_escalate",
        "Time to escalate",
        "escalation requested − case opened; median, p90; working and calendar time",
        "time",
        folds=folds.time_to_escalate,
        by=BY_ESCALATION,
    ),
    Measure(
        "time_to_accept",
        "Time to accept",
        "accepted − assigned to that level; median, p90",
        "time",
        folds=folds.time_to_accept,
        better="low",
        note="From a case's arrival at a level to the first acceptance there.",
    ),
    Measure(
        "time_at_level",
        "Time at a level",
        "leaving a level (up, down or resolved) − arriving there; median, p90",
        "time",
        folds=folds.time_at_level,
        better="low",
    ),
    Measure(
        "time_to_resolve_first",
        "Time to resolve, first",
        "first resolution − case opened; median, p90",
        "time",
        folds=folds.first_resolution,
        better="low",
    ),
    Measure(
        "time_to_resolve_full",
        "Time to resolve, full",
        "last resolution − case opened; reopening is not hidden; median, p90",
        "time",
        folds=folds.full_resolution,
        better="low",
        note="Cases that are open again are not resolved and are left out until they are.",
    ),
    Measure(
        "closed_within_limit",
        "Closed within the limit",
        "escalations closed within the policy's limit ÷ escalations whose limit has passed or that closed",
        "share",
        folds=folds.closed_within_limit,
        better="high",
        by=BY_ESCALATION,
        note="The limit is that of the policy version the case was escalated under.",
    ),
    Measure(
        "deadline_attainment",
        "Deadlines met",
        "clocks met before breach ÷ clocks with an outcome, by clock kind",
        "share",
        counts=counted.deadlines,
        better="high",
        by=("clock", *BY_CASE),
        note="A clock that ran out counts when it ran out, and once. Cancelled clocks have no outcome.",
    ),
    Measure(
        "update_cadence_kept",
        "Updates in time",
        "update intervals with a public message in time ÷ intervals elapsed",
        "share",
        counts=counted.updates,
        better="high",
    ),
    Measure(
        "promise_kept_rate",
        "Promises kept",
        "promises kept by their time ÷ (promises due − released)",
        "share",
        counts=counted.promises,
        better="high",
    ),
    Measure(
        "disclosure_said_rate",
        "Said what must be said",
        "compulsory statements said at their turn ÷ those whose turn has passed",
        "share",
        counts=counted.disclosures,
        better="high",
        note="Said after its turn is missed. What the matrix does not ask for in a case is not counted.",
    ),
    Measure(
        "broken_promise_recovery",
        "Broken, and told first",
        "broken promises told before the customer asks ÷ broken",
        "share",
        folds=folds.broken_promises_told,
        better="high",
        note="Counted once somebody has spoken after it broke: an agent's public message or an update is telling, "
        "whatever it says.",
    ),
    Measure(
        "repeat_contact_rate",
        "Repeat contacts",
        "contacts followed by another on the same matter within 7 days ÷ contacts",
        "share",
        counts=counted.repeat_contacts,
        better="low",
        note="A contact counts once it was followed, or its 7 days are over.",
    ),
    Measure(
        "reopen_rate",
        "Reopened",
        "reopened ÷ resolved",
        "share",
        counts=counted.reopened,
        better="low",
        note="Of resolutions in the period; the reopening may come later.",
    ),
    Measure(
        "bounce_rate",
        "Passed around",
        "cases whose owner changed ≥ 2 times ÷ cases",
        "share",
        counts=counted.bounced,
        better="low",
        note="Of cases opened in the period.",
    ),
    Measure(
        "calmed_rate",
        "Calmed",
        "alerted cases that end unescalated with sentiment not below the start ÷ alerted, against the holdout",
        "share",
        folds=folds.calmed,
        better="high",
        note="No holdout yet: nobody knows how many would have calmed down without the alert. Of alerted cases that "
        "are over.",
    ),
    Measure(
        "lead_time",
        "Lead time",
        "escalated − first alert, true positives only, in minutes",
        "time",
        folds=folds.lead_times,
        better="high",
    ),
    Measure(
        "lead_time_turns",
        "Lead time in turns",
        "messages between the first alert and the escalation, true positives only; mean",
        "mean",
        folds=folds.lead_turns,
        better="high",
    ),
    Measure(
        "alert_precision",
        "Alerts that were right",
        "alerted cases that escalated after the alert ÷ alerted cases",
        "share",
        counts=counted.alerted,
        note="An alert that led to calm counts against it: read it beside the calmed rate.",
    ),
    Measure(
        "alerts_per_agent_day",
        "Alerts per agent and day",
        "alerts ÷ (agents of the first level × working days of the period)",
        "per day",
        counts=counted.alerts,
        better="low",
        by=(),
        per_agent_day=True,
        note="Agents as in today's roster.",
    ),
    Measure(
        "handoff_completeness",
        "Packets complete",
        "required facts present at acceptance ÷ required",
        "share",
        folds=folds.handoff_completeness,
        better="high",
    ),
    Measure(
        "asked_again_rate",
        "Asked again after a hand-off",
        "hand-offs where the receiver asks a fact already in the packet ÷ hand-offs",
        "share",
        folds=folds.asked_again,
        better="low",
    ),
    Measure(
        "times_explained",
        "Times explained",
        "times the customer told the same matter; mean over cases opened in the period",
        "mean",
        counts=counted.explained,
        better="low",
    ),
    Measure(
        "csat_top2",
        "Satisfied customers",
        "4–5 of 5 ÷ answers",
        "share",
        counts=counted.ratings_top2,
        better="high",
    ),
    Measure("csat_mean", "Mean rating", "mean, of 1 to 5", "score", counts=counted.ratings, better="high"),
    Measure(
        "consults_averted",
        "Consults that averted a transfer",
        "consults that made the transfer unnecessary ÷ consults with a known outcome",
        "share",
        counts=counted.consults,
        better="high",
    ),
    Measure(
        "recovery_cost",
        "Value given, per offer",
        "value given: goodwill of the period that was not taken back ÷ offers",
        "money",
        counts=counted.value_given,
        by=BY_ESCALATION,
        note="In the policy's currency; the sum stands in the export as part. What was due is no goodwill and is left "
        "out.",
    ),
    Measure(
        "leakage",
        "Given above the policy's band",
        "value given above policy ÷ given",
        "share",
        counts=counted.leaked,
        better="low",
        by=BY_ESCALATION,
        note="Above policy is what exceeds the upper end of the band suggested when it was given. Nobody can give more "
        "than somebody's authority: that is refused.",
    ),
)

NOT_YET: tuple[tuple[str, str], ...] = (
    ("fcr", "comes with the review after closing"),
    ("lift_at_budget", "comes with the trained scorer, which needs labelled outcomes"),
    ("nps, ces", "need questions that nobody asks the customer yet"),
)

BY_NAME = {measure.name: measure for measure in MEASURES}

HEADLINE: Sequence[str] = (
    "escalation_rate",
    "avoidable_escalation_rate",
    "promise_kept_rate",
    "asked_again_rate",
    "calmed_rate",
)


def render() -> str:
    """``docs/reference/measures.md``."""
    lines = [
        "# Measures",
        "",
        "What the Insights page, its exports and the API mean by a name. Each is defined once, in",
        "`leeway/store/queries/measures.py`, and counted from the log. Made from there:",
        "`python -m leeway.web.insights.reference docs/reference/measures.md`.",
        "",
        "A case belongs to the team its owner is in at present, by the roster in force. A period includes its first",
        "instant and excludes its last; days and weeks are those of the house's zone.",
    ]
    for measure in MEASURES:
        lines += ["", f"## {measure.name}", "", f"**{measure.title}** ({measure.unit}): {measure.formula}."]
        if measure.note:
            lines += ["", measure.note]
        if measure.by:
            lines += ["", f"Split by {', '.join(measure.by)}, and over time."]
    lines += ["", "## Not answered yet", ""]
    lines += [f"- `{name.replace(', ', '`, `')}`: {why}." for name, why in NOT_YET]
    return "\n".join(lines) + "\n"
