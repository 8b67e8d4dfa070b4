"""After anything that may have changed how a case stands: judge the risk again, alert if it is time, ask the matrix."""

from __future__ import annotations

from leeway.core import events as e
from leeway.core.cue import Cue, CueKind
from leeway.core.cues import CLEAR_STRENGTH
from leeway.core.decide import escalating
from leeway.core.decide.turn import Turn
from leeway.core.people import people_of

DISSATISFACTION: frozenset[CueKind] = frozenset(
    {
        "anger",
        "frustration",
        "disappointment",
        "asks_for_supervisor",
        "churn_threat",
        "legal_threat",
        "regulator_threat",
        "public_threat",
        "broken_promise",
        "refuses_solution",
        "repeats_self",
        "long_wait",
    }
)
"""A clear sign of these is an expression of dissatisfaction: what regulators call a complaint (FCA DISP glossary,
ASIC RG 271.27), whether or not the customer uses the word."""

WORTH_WRITING_DOWN = 0.02
"""A change of the risk smaller than this says nothing new."""


def rejudge(turn: Turn, cues: tuple[Cue, ...]) -> None:
    if not turn.case.live:
        return
    _judge(turn)
    clear = tuple(cue for cue in cues if cue.strength >= CLEAR_STRENGTH)
    if any(cue.kind in DISSATISFACTION for cue in clear):
        escalating.start_regulator_clocks(turn, "complaint")
    escalating.apply_rules(turn, clear)
    _alert(turn)


def _judge(turn: Turn) -> None:
    risk = turn.world.scorer(turn.case, turn.known.customer, turn.now)
    if abs(risk.probability - turn.case.risk) >= WORTH_WRITING_DOWN:
        turn.emit(e.RiskJudged(at=turn.at, risk=risk.probability, why=risk.why))


def _alert(turn: Turn) -> None:
    """Tell the owner and their head once the risk is worth it, then keep quiet for a while: false alarms cost trust.

    An escalated case alarms nobody any more: the right people have it.
    """
    case, alerting = turn.case, turn.policy.alerting
    if case.risk < alerting.risk or case.escalation is not None:
        return
    if case.alerted_at is not None and turn.now - case.alerted_at < alerting.quiet.length:
        return
    turn.emit(e.AlertRaised(at=turn.at, risk=case.risk, why=case.risk_why))
    turn.tell(
        "alert",
        f"alert:{turn.case.alerts}",
        (case.owner, *people_of(turn.world.roster, f"manager_of:{case.owner}", turn.now)),
        f"Case C-{case.id} may escalate: {case.risk:.0%}",
        "\n".join(case.risk_why),
        urgency="soon",
    )
