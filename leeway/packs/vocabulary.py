"""The words of the matrix language: every key a file may use, with what it means.

The loader knows no others, and the reference page is made from these lists.
"""

from __future__ import annotations

from typing import get_args

from leeway.core.policy import Reason
from leeway.core.reading.steps import Step

REASONS: tuple[str, ...] = get_args(Reason)
INSTRUMENTS = ("refund", "discount", "credit", "fee_waiver", "replacement", "policy_exception")
SEEN: tuple[str, ...] = get_args(Step)
"""What can be seen in an agent's words, and tick a step off by itself."""

KEYS: dict[str, str] = {
    "matrix": "the name of the matrix",
    "version": "its number, raised with every change that is published",
    "description": "what it is for, in a sentence or two",
    "language": "language of the customer messages, such as en or pt-BR (en)",
    "currency": "the one currency all amounts are in (EUR)",
    "zone": "time zone in which times are told to people (UTC)",
    "working_day": "how long a working day is in `3 days (w)` (8 h)",
    "close_within": "every escalation closes within this time",
    "overlays": "regulators' overlays to lay over this matrix",
    "levels": "the rungs, lowest first; a case climbs when nobody resolves it in time",
    "desks": "desks of expertise beside the rungs, for functional escalation",
    "nobody_there": "what happens outside a level's hours, or when everyone is absent, full or unreachable",
    "before": "steps to be tried before going up, which a rule may ask for",
    "rules": "top to bottom, the first match decides where the case goes",
    "steps": "what happens at a level, and when",
    "clocks": "the clocks every case runs, whatever its level",
    "regulators": "regulators' clocks written out, where no overlay is used",
    "authority": "what each level, and each `role NAME`, may decide alone",
    "offers": "how an offer is sized, and which ones a second person looks at",
    "disclosures": "what must be said to the customer, and what must not",
    "guidance": "playbooks of the house's own, and shipped ones it does not use",
    "relief": "after how many heated conversations somebody should be relieved (3 within 2 h)",
    "alerting": "when a risk is worth telling somebody",
    "values": "the words of tier, region, product, channel, language, brand and event in this house",
    "left_to_agent": "kinds of cases that nobody above has to have; `leeway check` then does not ask for a rule",
    "customer_messages": "what customers are told, by name",
    "default_owner": "the person who has a case when nobody else can be found",
    "same_matter_within": "a contact within this time joins the earlier case about the same matter (30 days)",
    "reopen_within": "a customer can reopen a case for this long (30 days)",
    "resolved_rating_at_most": "a rating this low after the resolution reopens the case (2)",
    "ping_pong_limit": "so many changes of owner, then it stays (4)",
    "packet_needs": "what a hand-off packet must hold (matter, wants, feeling, why)",
    "silent_owner_after": "a case comes back when its owner is silent for so long (24 h (w))",
}
REQUIRED = ("matrix", "version", "close_within", "levels", "rules", "customer_messages")

HOUSE_WORDS = ("tier", "region", "product", "channel", "language", "brand", "event")
"""Columns whose words are the house's own, and can be declared under `values`."""

NEEDS = (
    "legal_threat",
    "regulator_threat",
    "vulnerable",
    "asks_for_supervisor",
    "public_threat",
    "churn_threat",
    "broken_promise",
    "third_contact",
    "over_the_limit",
    "declined",
    "told_again",
    "reopened",
    "long_wait",
    "storm",
)
"""Kinds of cases that need somebody (`leeway.prove.needs` says when); each can be left to the agent knowingly."""

WHO_WORKS_THERE = ("team", "rota", "person")
LEVEL_KEYS: dict[str, str] = {
    "team": "the team that works here (or `rota:` or `person:`)",
    "rota": "whoever is on call works here",
    "person": "one person works here",
    "accept": "time to accept a case; after it the next one is asked",
    "resolve": "time at this level; after it the case climbs",
    "update": "the customer hears from us at least this often",
    "climb_after": "climb after so many silent accepts, such as `2 silent accepts`",
    "climbs_to": "the next level, if it is not the following one in the file",
    "label": "what people see instead of the name",
    "skills": "skills somebody needs here",
    "warnings": "warnings before this level's clocks run out",
}
DESK_KEYS = LEVEL_KEYS | {"beside": "the rung it stands beside (the second); a case goes up from there"}
RULE_KEYS: dict[str, str] = {
    "name": "what the rule is called, once in the file",
    "when": "columns and what they must hold, all of them; or `always`",
    "go": "the level or desk; `consult LEVEL` asks there without moving the case",
    "because": "the reason that is recorded",
    "first": "steps of `before` that have to be tried, or overridden with a reason",
    "tell": "who else is told, inside the house",
    "tell_outside": "who is told outside the house: names or addresses",
    "tell_customer": "which message the customer gets (escalated), or `nothing`",
}
CLOCK_KEYS: dict[str, str] = {
    "first_response": "time to our first answer",
    "next_response": "time to each further answer",
    "follow_up": "asking back after the resolution",
    "approval": "time to decide about an approval",
    "consult": "time to answer a consult",
    "promise_reminder": "a reminder so long before a promise is due (1 h)",
    "calendar": "calendar of these clocks where no level says otherwise",
    "warnings": "warnings before they run out (80 %: tell owner)",
}
ALERTING_KEYS: dict[str, str] = {
    "risk": "probability from which a risk is told (0.6)",
    "quiet": "silence per case after an alert (30 min)",
    "per_owner_day": "at most so many alerts per owner and day (20)",
}
