"""What the measures of ``leeway.store.queries.measures`` are called and made of, for translators."""

from __future__ import annotations

from django.utils.translation import gettext_noop as word

TITLES = (
    word("Escalation rate"),
    word("Escalations per 100 cases"),
    word("Avoidable escalations"),
    word("Time to escalate"),
    word("Time to accept"),
    word("Time at a level"),
    word("Time to resolve, first"),
    word("Time to resolve, full"),
    word("Closed within the limit"),
    word("Deadlines met"),
    word("Updates in time"),
    word("Promises kept"),
    word("Said what must be said"),
    word("Broken, and told first"),
    word("Repeat contacts"),
    word("Reopened"),
    word("Passed around"),
    word("Calmed"),
    word("Lead time"),
    word("Lead time in turns"),
    word("Alerts that were right"),
    word("Alerts per agent and day"),
    word("Packets complete"),
    word("Asked again after a hand-off"),
    word("Times explained"),
    word("Satisfied customers"),
    word("Mean rating"),
    word("Consults that averted a transfer"),
    word("Value given, per offer"),
    word("Given above the policy's band"),
)
FORMULAS = (
    word("cases opened in the period with at least one escalation ÷ cases opened, by cohort"),
    word("escalation records ÷ cases × 100, of cases opened in the period"),
    word("escalations ended by an act that was within the lower level's authority ÷ escalations"),
    word("escalation requested − case opened; median, p90; working and calendar time"),
    word("accepted − assigned to that level; median, p90"),
    word("leaving a level (up, down or resolved) − arriving there; median, p90"),
    word("first resolution − case opened; median, p90"),
    word("last resolution − case opened; reopening is not hidden; median, p90"),
    word("escalations closed within the policy's limit ÷ escalations whose limit has passed or that closed"),
    word("clocks met before breach ÷ clocks with an outcome, by clock kind"),
    word("update intervals with a public message in time ÷ intervals elapsed"),
    word("promises kept by their time ÷ (promises due − released)"),
    word("compulsory statements said at their turn ÷ those whose turn has passed"),
    word("broken promises told before the customer asks ÷ broken"),
    word("contacts followed by another on the same matter within 7 days ÷ contacts"),
    word("reopened ÷ resolved"),
    word("cases whose owner changed ≥ 2 times ÷ cases"),
    word(
        "alerted cases that end unescalated with sentiment not below the start ÷ alerted, against the holdout"
    ),
    word("escalated − first alert, true positives only, in minutes"),
    word("messages between the first alert and the escalation, true positives only; mean"),
    word("alerted cases that escalated after the alert ÷ alerted cases"),
    word("alerts ÷ (agents of the first level × working days of the period)"),
    word("required facts present at acceptance ÷ required"),
    word("hand-offs where the receiver asks a fact already in the packet ÷ hand-offs"),
    word("times the customer told the same matter; mean over cases opened in the period"),
    word("4–5 of 5 ÷ answers"),
    word("mean, of 1 to 5"),
    word("consults that made the transfer unnecessary ÷ consults with a known outcome"),
    word("value given: goodwill of the period that was not taken back ÷ offers"),
    word("value given above policy ÷ given"),
)
NOTES = (
    word(
        "A request that was turned down before it went up is no escalation. A case that went on inside "
        "another counts once, there. By reason it is the first escalation's, of all cases."
    ),
    word("Another number than the rate: one case can escalate twice."),
    word(
        "Of escalations that ended in the period; whoever ended one says whose authority would have "
        "been enough."
    ),
    word("From a case's arrival at a level to the first acceptance there."),
    word("Cases that are open again are not resolved and are left out until they are."),
    word("The limit is that of the policy version the case was escalated under."),
    word("A clock that ran out counts when it ran out, and once. Cancelled clocks have no outcome."),
    word("Said after its turn is missed. What the matrix does not ask for in a case is not counted."),
    word(
        "Counted once somebody has spoken after it broke: an agent's public message or an update is "
        "telling, whatever it says."
    ),
    word("A contact counts once it was followed, or its 7 days are over."),
    word("Of resolutions in the period; the reopening may come later."),
    word("Of cases opened in the period."),
    word(
        "No holdout yet: nobody knows how many would have calmed down without the alert. Of alerted "
        "cases that are over."
    ),
    word("An alert that led to calm counts against it: read it beside the calmed rate."),
    word("Agents as in today's roster."),
    word(
        "In the policy's currency; the sum stands in the export as part. What was due is no goodwill "
        "and is left out."
    ),
    word(
        "Above policy is what exceeds the upper end of the band suggested when it was given. Nobody "
        "can give more than somebody's authority: that is refused."
    ),
)
NOT_YET = (
    word("comes with the review after closing"),
    word("comes with the trained scorer, which needs labelled outcomes"),
    word("need questions that nobody asks the customer yet"),
)
