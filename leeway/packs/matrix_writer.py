"""Writes a policy as the matrix file it could have come from: ``load_policy`` gives the equal policy back.

Comments and spelling of the original are lost; what equals its default is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from leeway.core.policy import (
    BeforeStep,
    CaseClocks,
    Level,
    OneOf,
    Policy,
    RegulatorClock,
    Rule,
    Span,
    Test,
    Warn,
)
from leeway.core.situation import COLUMNS, Column
from leeway.packs import authority, disclosures, offers, playbooks, units
from leeway.packs.conditions import cell_in_words
from leeway.packs.sentences import (
    nobody_there_in_words,
    silent_accepts_in_words,
    step_in_words,
    target_in_words,
    warn_in_words,
)
from leeway.packs.yaml_text import Written, document

_DEFAULTS = Policy(name="", version=1, close_within=Span(1), levels=())


def dump_policy(policy: Policy) -> str:
    """The policy as canonical YAML."""
    sections: list[tuple[str, Written]] = [
        ("matrix", policy.name),
        ("version", str(policy.version)),
        *_settings(policy),
        ("levels", [{level.name: _level(level, _next_rung(policy, level))} for level in policy.levels]),
        ("desks", [{desk.name: _desk(policy, desk)} for desk in policy.desks]),
        ("nobody_there", [{plan.level: nobody_there_in_words(plan)} for plan in policy.nobody_there]),
        ("before", [{step.name: _before(step)} for step in policy.before]),
        ("rules", [_rule(rule, policy.currency) for rule in policy.rules]),
        (
            "steps",
            {group.level: [dict([step_in_words(step)]) for step in group.steps] for group in policy.steps},
        ),
        ("clocks", _clocks(policy.clocks)),
        ("regulators", _regulators(policy.regulators)),
        ("authority", authority.written(policy.authority)),
        ("offers", offers.written(policy.offers, policy.currency)),
        ("disclosures", disclosures.written(policy.disclosures)),
        ("values", {column: list(words) for column, words in policy.values.items()}),
        ("left_to_agent", list(policy.left_to_agent)),
        ("guidance", playbooks.guidance_written(policy.guidance)),
        ("relief", playbooks.relief_written(policy.relief)),
        ("alerting", _alerting(policy)),
        ("customer_messages", policy.customer_messages),
    ]
    even_if_empty = {"levels", "rules", "customer_messages", "packet_needs"}
    return document((key, value) for key, value in sections if value or key in even_if_empty)


def without_lines(policy: Policy) -> Policy:
    """The policy without the line numbers of its file: equal for two files that say the same."""
    return replace(
        policy,
        rules=tuple(replace(rule, line=0) for rule in policy.rules),
        steps=tuple(
            replace(group, steps=tuple(replace(step, line=0) for step in group.steps))
            for group in policy.steps
        ),
    )


def _settings(policy: Policy) -> Iterable[tuple[str, Written]]:
    """The single values; those with a default only where they differ from it."""
    if policy.description:
        yield "description", policy.description
    yield "language", policy.language
    yield "currency", policy.currency
    yield "zone", policy.zone
    yield "close_within", units.span_in_words(policy.close_within)
    if policy.default_owner:
        yield "default_owner", policy.default_owner
    if policy.same_matter_days != _DEFAULTS.same_matter_days:
        yield "same_matter_within", _days(policy.same_matter_days)
    if policy.reopen_days != _DEFAULTS.reopen_days:
        yield "reopen_within", _days(policy.reopen_days)
    if policy.resolved_rating_at_most != _DEFAULTS.resolved_rating_at_most:
        yield "resolved_rating_at_most", str(policy.resolved_rating_at_most)
    if policy.ping_pong_limit != _DEFAULTS.ping_pong_limit:
        yield "ping_pong_limit", str(policy.ping_pong_limit)
    if policy.required_slots != _DEFAULTS.required_slots:
        yield "packet_needs", list(policy.required_slots)
    if policy.silent_owner_after != _DEFAULTS.silent_owner_after:
        yield "silent_owner_after", units.span_in_words(policy.silent_owner_after)


def _days(count: int) -> str:
    return units.span_in_words(Span(count * units.DAY))


def _next_rung(policy: Policy, level: Level) -> str:
    return next((above.name for above in policy.levels if above.rank == level.rank + 1), "")


def _level(level: Level, next_rung: str) -> dict[str, Written]:
    kind, _, name = level.target.partition(":")
    written: dict[str, Written] = {
        kind: name,
        "accept": units.span_in_words(level.accept),
        "resolve": units.span_in_words(level.resolve),
        "update": units.span_in_words(level.update),
    }
    if level.climb_after_silent_accepts:
        written["climb_after"] = silent_accepts_in_words(level.climb_after_silent_accepts)
    if level.climbs_to != next_rung:
        written["climbs_to"] = level.climbs_to
    if level.label:
        written["label"] = level.label
    if level.skills:
        written["skills"] = list(level.skills)
    if level.warn:
        written["warnings"] = _warnings(level.warn)
    return written


def _desk(policy: Policy, desk: Level) -> dict[str, Written]:
    beside = next(level.name for level in policy.levels if level.rank == desk.rank)
    return {**_level(desk, _next_rung(policy, desk)), "beside": beside}


def _before(step: BeforeStep) -> dict[str, Written]:
    return {"ask": step.ask, "seen_as": list(step.seen_as)} if step.seen_as else {"ask": step.ask}


def _rule(rule: Rule, currency: str) -> dict[str, Written]:
    when = {
        condition.column: _cell(condition.test, COLUMNS[condition.column], currency)
        for condition in rule.when
    }
    written: dict[str, Written] = {
        "name": rule.name,
        "when": when or "always",
        "go": f"consult {rule.go}" if rule.consult else rule.go,
        "because": rule.because,
    }
    if rule.first:
        written["first"] = list(rule.first)
    if rule.tell:
        written["tell"] = [target_in_words(target) for target in rule.tell]
    if rule.tell_outside:
        written["tell_outside"] = list(rule.tell_outside)
    if rule.tell_customer != "escalated":
        written["tell_customer"] = rule.tell_customer or "nothing"
    return written


def _cell(test: Test, column: Column, currency: str) -> Written:
    if isinstance(test, OneOf) and not test.negated:
        return list(test.values) if len(test.values) > 1 else test.values[0]
    return cell_in_words(test, column, currency=currency)


def _warnings(warnings: tuple[Warn, ...]) -> list[Written]:
    return [dict([warn_in_words(warn)]) for warn in warnings]


def _clocks(clocks: CaseClocks) -> dict[str, Written]:
    default = CaseClocks()
    written: dict[str, Written] = {}
    for key in ("first_response", "next_response", "follow_up", "approval", "consult", "promise_reminder"):
        length: Span | None = getattr(clocks, key)
        if length is not None and length != getattr(default, key):
            written[key] = units.span_in_words(length)
    if clocks.calendar:
        written["calendar"] = clocks.calendar
    if clocks.warn != default.warn:
        written["warnings"] = _warnings(clocks.warn)
    return written


def _regulators(clocks: tuple[RegulatorClock, ...]) -> dict[str, Written]:
    packs: dict[str, list[Written]] = {}
    for clock in clocks:
        packs.setdefault(clock.pack, []).append({clock.name: _regulator_clock(clock)})
    return dict(packs)


def _regulator_clock(clock: RegulatorClock) -> dict[str, Written]:
    written: dict[str, Written] = {
        "within": units.span_in_words(clock.length),
        "from": clock.starts_on,
        "until": clock.stops_on,
    }
    if not clock.must:
        written["must"] = "no"
    if clock.says:
        written["says"] = clock.says
    if clock.source:
        written["source"] = clock.source
    if clock.warn:
        written["warnings"] = _warnings(clock.warn)
    return written


def _alerting(policy: Policy) -> Mapping[str, Written]:
    alerting, default = policy.alerting, _DEFAULTS.alerting
    if alerting == default:
        return {}
    return {
        "risk": f"{alerting.risk:g}",
        "quiet": units.span_in_words(alerting.quiet),
        "per_owner_day": str(alerting.per_owner_day),
    }
