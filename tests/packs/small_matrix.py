"""A matrix that uses every part of the language once, for tests to change one line of."""

from __future__ import annotations

SMALL = """\
matrix: small
version: 1
currency: EUR
zone: Europe/Berlin
close_within: 30 days
levels:
  - agent:   {team: frontline, accept: 5 min, resolve: 4 h (w), update: 2 h (w)}
  - manager: {team: managers, accept: 1 h, resolve: 3 days (w), update: 1 day, climb_after: 2 silent accepts}
desks:
  - care:    {team: specialist_care, accept: 5 min, resolve: 1 day (w), update: 4 h (w), beside: agent}
nobody_there:
  - manager: hand to night_desk; tell the customer "back {next_open}"
before:
  - restate: {ask: "Have you said it back?", seen_as: [restate]}
rules:
  - name: legal
    when: {cue: [legal_threat, regulator_threat]}
    go: manager
    because: regulator_or_legal
    tell: [legal]
  - name: vulnerable
    when: {cue: vulnerable}
    go: care
    because: vulnerable_customer
  - name: storm
    when: {risk: ">= 0.7", same_matter: yes, offer_needed: "> authority"}
    first: [restate]
    go: consult manager
    because: frustration
steps:
  manager:
    - at once: tell team by [browser, chat]
    - 10 min: tell on_call by [sms] if not accepted
clocks:
  first_response: 1 h (w)
  warnings:
    - 80 %: tell owner
authority:
  agent: {refund: 60 EUR per case, credit: 20 EUR per customer per 30 days}
alerting: {risk: 0.6, quiet: 30 min, per_owner_day: 20}
customer_messages:
  escalated: "{owner} is looking after this. Next news by {update_due}."
"""


def changed(old: str, new: str) -> str:
    """The small matrix with one piece of text exchanged."""
    assert SMALL.count(old) == 1, f"{old!r} stands there {SMALL.count(old)} times"
    return SMALL.replace(old, new)
