"""Whether limits grow upwards, somebody may grant what others may not, and four eyes are there when needed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import product

from leeway.core import clocks
from leeway.core.authority import ANY_AMOUNT, most_of, most_of_level
from leeway.core.people import calendar_of_target
from leeway.core.policy import AuthorityLimit, Level, Rule, Within
from leeway.core.routing import Need
from leeway.core.situation import Situation
from leeway.prove import words
from leeway.prove.availability import Spell, at_once
from leeway.prove.findings import Finding, Findings
from leeway.prove.ground import Ground
from leeway.prove.limits import limit_at
from leeway.prove.paths import path_up


def check(ground: Ground) -> Findings:
    for limit in ground.policy.authority:
        yield from _useless(ground, limit)
    for lower in ground.every_level:
        for higher in path_up(ground.policy, lower)[1:2]:
            yield from _shrinks(ground, lower, higher)
    for rule in ground.policy.rules:
        if any(isinstance(one.test, Within) and one.test.above_authority for one in rule.when):
            yield from _leads_to_more(ground, rule)
    for level in ground.every_level:
        yield from _four_eyes(ground, level)


def _instruments(ground: Ground) -> tuple[str, ...]:
    return tuple(dict.fromkeys(limit.instrument for limit in ground.policy.authority))


def _customers(ground: Ground) -> Iterator[tuple[str, str]]:
    """A tier and a product of each kind that limits tell apart."""
    tiers = dict.fromkeys(("standard", *(tier for limit in ground.policy.authority for tier in limit.tiers)))
    products = dict.fromkeys(("", *(one for limit in ground.policy.authority for one in limit.products)))
    yield from product(tiers, products)


def _money(ground: Ground, amount: int) -> str:
    return "any amount" if amount >= ANY_AMOUNT else f"{amount / 100:,.2f} {ground.policy.currency}"


def _case(
    ground: Ground, level: str, instrument: str, amount: int, *, tier: str = "standard", of_product: str = ""
) -> Situation:
    return Situation(
        level=level,
        wants=instrument,
        offer_needed=amount,
        authority=limit_at(ground.policy, level, instrument, tier, of_product),
        tier=tier,
        product=of_product,
    )


def _useless(ground: Ground, limit: AuthorityLimit) -> Findings:
    if (limit.amount <= 0 and not limit.any_amount) or (
        limit.period is not None and limit.period.seconds <= 0
    ):
        whose = limit.level or limit.role
        yield Finding(
            kind="impossible_limit",
            rule=whose,
            where=ground.places.matrix("authority", whose, limit.instrument),
            explanation=f"{whose} may give a {limit.instrument} of {_money(ground, limit.amount)}: that is nothing.",
            example=ground.case_example(_case(ground, limit.level, limit.instrument, 1)),
        )


def _shrinks(ground: Ground, lower: Level, higher: Level) -> Findings:
    for instrument in _instruments(ground):
        for tier, of_product in _customers(ground):
            mine = most_of_level(ground.policy, lower.name, instrument, tier, of_product)
            theirs = most_of_level(ground.policy, higher.name, instrument, tier, of_product)
            if theirs >= mine:
                continue
            says = f"only {_money(ground, theirs)}" if theirs else "none at all"
            yield Finding(
                kind="authority_shrinks",
                rule=higher.name,
                where=ground.places.matrix("authority", higher.name, instrument),
                explanation=f"{words.named(lower)} may give a {instrument} of {_money(ground, mine)}, "
                f"{words.named(higher)} above it {says}.",
                example=ground.case_example(
                    _case(ground, higher.name, instrument, mine, tier=tier, of_product=of_product)
                ),
            )
            break


def _leads_to_more(ground: Ground, rule: Rule) -> Findings:
    """``> authority`` is a reason to go where more may be given."""
    first, goal = ground.policy.levels[0], ground.policy.level(rule.go)
    for instrument in _instruments(ground):
        for tier, of_product in _customers(ground):
            mine = most_of_level(ground.policy, first.name, instrument, tier, of_product)
            theirs = most_of_level(ground.policy, goal.name, instrument, tier, of_product)
            if 0 < mine < ANY_AMOUNT and theirs <= mine:
                yield Finding(
                    kind="over_limit_leads_to_no_more",
                    rule=rule.name,
                    where=ground.places.matrix("rules", rule.name, "go"),
                    explanation=f"“{rule.name}” sends a {instrument} above the {_money(ground, mine)} of "
                    f"{first.name} to {goal.name}, which may not give more.",
                    example=ground.case_example(
                        _case(ground, first.name, instrument, mine + 1, tier=tier, of_product=of_product)
                    ),
                )
                break


def top_limits(ground: Ground) -> list[str]:
    """The most anybody in the matrix may decide, by instrument: what is asked above it is nobody's to grant."""
    limits = ((instrument, *most_of(ground.policy, instrument)) for instrument in _instruments(ground))
    return [
        f"{instrument} {_money(ground, most)} ({level})"
        for instrument, most, level in limits
        if level and most < ANY_AMOUNT
    ]


# Four eyes


def _four_eyes(ground: Ground, level: Level) -> Findings:
    """Whoever works a case here has, at every minute they do, somebody else who may approve, in time."""
    approvers = tuple(_approvers(ground, level))
    if not approvers or not ground.target_exists(level.target):
        return
    for who in dict.fromkeys(_requesters(ground, level)):
        line = ground.year.chosen(Need(targets=(f"person:{who}",)))
        others = tuple(_somebody_else(ground, approvers, who))
        if any(all(spell.answer for spell in other) for other in others):  # one of them always is there
            continue
        found = _alone(ground, level, approvers, (line, *others))
        if found is not None:
            yield _cannot(ground, level, who, found, approvers)
            return


def _approvers(ground: Ground, level: Level) -> Iterator[Level]:
    """The levels above that may give more of anything this one gives."""
    for above in path_up(ground.policy, level)[1:]:
        for instrument in _instruments(ground):
            mine = most_of_level(ground.policy, level.name, instrument)
            if mine and most_of_level(ground.policy, above.name, instrument) > mine:
                yield above
                break


def _requesters(ground: Ground, level: Level) -> Iterator[str]:
    """Everybody who can own a case of this level."""
    for who in ground.year.people_ever(level.target):
        someone = ground.roster.person(who)
        if someone.active and someone.capacity and set(level.skills) <= set(someone.skills):
            yield who


def _somebody_else(ground: Ground, approvers: tuple[Level, ...], who: str) -> Iterator[tuple[Spell, ...]]:
    for level in approvers:
        plan = ground.policy.plan_for(level.name)
        targets = [(level.target, level.skills)] + (
            [(plan.hand_to, level.skills)] if plan and plan.hand_to else []
        )
        for target, skills in targets:
            if ground.target_exists(target):
                concerned = ground.year.everybody(target)
                exclude = (who,) if who in concerned else ()
                yield ground.year.chosen(Need(targets=(target,), skills=skills, exclude=exclude))


def _alone(
    ground: Ground, level: Level, approvers: tuple[Level, ...], lines: tuple[tuple[Spell, ...], ...]
) -> Spell | None:
    """The first stretch in which this person works and nobody else can approve before the level's time is up."""
    calendar = calendar_of_target(ground.roster, level.target)
    spells = list(at_once(*lines))
    may_wait = any((plan := ground.policy.plan_for(one.name)) and plan.wait for one in approvers)
    for place, spell in enumerate(spells):
        here, *others = spell.answer
        if spell.start >= ground.end:
            return None
        if not here or any(others):
            continue
        then = next((later for later in spells[place + 1 :] if any(later.answer[1:])), None)
        if then is None or not may_wait:
            return spell
        if (
            clocks.used(level.resolve, spell.start, then.start, calendar).total_seconds()
            >= level.resolve.seconds
        ):
            return spell
    return None


def _cannot(ground: Ground, level: Level, who: str, spell: Spell, approvers: tuple[Level, ...]) -> Finding:
    at: datetime = ground.minute_in(spell.start, spell.end)
    asked = " or ".join(one.name for one in approvers)
    return Finding(
        kind="four_eyes",
        rule=level.name,
        where=ground.level_place(approvers[0]),
        explanation=f"{ground.roster.person(who).name} can work a case of {words.named(level)} when nobody else "
        f"of {asked} can approve: nobody approves their own.",
        example=ground.minute(
            at,
            f"{who} asks for an approval, and nobody but them could give it",
            level=level.name,
            who=(who,),
            target=approvers[0].target,
        ),
    )
