"""Whether every message to a customer can fill its blanks in each situation in which it is sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from leeway.core.policy import NobodyThere
from leeway.prove.findings import Finding, Findings, Place
from leeway.prove.ground import Ground
from leeway.prove.reach import reach

ALWAYS = frozenset(
    {
        "owner",
        "owner_first_name",
        "customer",
        "customer_first_name",
        "case",
        "update_due",
        "next_step",
        "level",
    }
)
"""Blanks the case itself can fill at any time. Whether a customer's name is known comes from outside."""

ESCALATED = ALWAYS | {"reason", "final_due"}
"""An open escalation has a reason, and the clock by which it closes."""

_BLANK = re.compile(r"\{([^{}]*)\}")


class _Sent(NamedTuple):
    """A text, when it is sent, and the blanks that can be filled then."""

    name: str
    text: str
    when: str
    blanks: frozenset[str]
    where: Place


def check(ground: Ground) -> Findings:
    for sent in _everything(ground):
        yield from _unfilled(ground, sent)
    yield from _missing(ground)
    yield from _times_that_exist(ground)


def _everything(ground: Ground) -> Iterator[_Sent]:
    texts, places = ground.policy.customer_messages, ground.places
    names = {rule.tell_customer for rule in ground.policy.rules if not rule.consult} | {"escalated"}
    for name in sorted(names & set(texts)):
        yield _Sent(
            name, texts[name], "a case has gone up", ESCALATED, places.matrix("customer_messages", name)
        )
    for name, when, blanks in (
        ("going_up", "a case goes up", ESCALATED),
        ("handed_over", "somebody else has it", ALWAYS),
        ("update", "news are due", ALWAYS),
        ("delayed", "it takes longer", ALWAYS | {"reason"}),
        ("resolved", "it is solved", ALWAYS),
        ("follow_up", "we ask whether it held", ALWAYS),
    ):
        if name in texts and name not in names:
            yield _Sent(name, texts[name], when, blanks, places.matrix("customer_messages", name))
    for plan in ground.policy.nobody_there:
        told = plan.tell_customer
        if told:
            named = told in texts
            where = (
                places.matrix("customer_messages", told)
                if named
                else places.matrix("nobody_there", plan.level)
            )
            first = plan.level == ground.entry
            blanks = (ALWAYS if first else ESCALATED) | {"next_open"}
            yield _Sent(
                told if named else plan.level,
                texts.get(told, told),
                f"nobody of {plan.level} is there",
                blanks,
                where,
            )


def _unfilled(ground: Ground, sent: _Sent) -> Findings:
    allowed = sent.blanks | ({"link"} if ground.public_address is not False else set())
    for blank in dict.fromkeys(_BLANK.findall(sent.text)):
        if blank in allowed:
            continue
        why = {
            "link": "this house has no public address",
            "next_open": "nobody is awaited then",
            "promise": "there need not be a promise",
            "by": "there need not be a promise",
            "reason": "nothing has gone up, so there is no reason",
            "final_due": "nothing has gone up, so no last day is set",
        }.get(blank, "there is no such blank")
        yield Finding(
            kind="blank_unfilled",
            rule=sent.name,
            where=sent.where,
            explanation=f"The message “{sent.name}” is sent when {sent.when}, and {{{blank}}} stays empty: {why}.",
            example=ground.minute(
                ground.start, f"{sent.when}; the customer reads a text with a gap", text=sent.text
            ),
        )


def _missing(ground: Ground) -> Findings:
    """A customer who should hear something and hears nothing, because the text is not there."""
    texts, policy = ground.policy.customer_messages, ground.policy
    wanted = [
        ("handed_over", True, "somebody else has the case"),
        ("resolved", True, "the case is solved"),
        ("follow_up", policy.clocks.follow_up is not None, "the follow-up is due"),
        (
            "update",
            any(step.do == "update_customer" for group in policy.steps for step in group.steps),
            "a step updates the customer",
        ),
    ]
    for name, needed, when in wanted:
        if needed and not texts.get(name):
            yield Finding(
                kind="message_missing",
                rule=name,
                where=ground.places.matrix("customer_messages"),
                explanation=f"When {when}, the customer should read “{name}”, and there is no such message.",
                example=ground.minute(ground.start, when, text=""),
            )
    for rule in policy.rules:
        if (
            rule.tell_customer
            and not rule.consult
            and rule.tell_customer not in texts
            and " " not in rule.tell_customer
        ):
            yield Finding(
                kind="message_missing",
                rule=rule.name,
                where=ground.places.matrix("rules", rule.name),
                explanation=f"“{rule.name}” tells the customer “{rule.tell_customer}”, and there is no such message.",
                example=ground.minute(ground.start, f"“{rule.name}” fires", text=""),
            )


def _times_that_exist(ground: Ground) -> Findings:
    """A plan that promises {next_open} needs somebody of the level to come back."""
    for plan in ground.policy.nobody_there:
        if "{next_open}" in _text(ground, plan) and ground.target_exists(
            ground.policy.level(plan.level).target
        ):
            level = ground.policy.level(plan.level)
            for one in reach(ground, level):
                if one.how != "there" and not ground.comes_back(level, one.start):
                    yield Finding(
                        kind="no_next_open",
                        rule=plan.level,
                        where=ground.places.matrix("nobody_there", plan.level),
                        explanation=f"When nobody of {plan.level} is there the customer is told when somebody is, "
                        "and no such time is in sight.",
                        example=ground.minute(one.start, f"a case arrives at {plan.level}", level=plan.level),
                    )
                    break


def _text(ground: Ground, plan: NobodyThere) -> str:
    return ground.policy.customer_messages.get(plan.tell_customer, plan.tell_customer)
