"""Whether the waits add up: what a case may take at each level, against what was promised outside."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from leeway.core.people import calendar_of_target
from leeway.core.policy import Level, RegulatorClock, Span, Step, Warn
from leeway.core.worktime import ALWAYS, Calendar
from leeway.prove import words
from leeway.prove.findings import Finding, Findings, Place, Worst
from leeway.prove.ground import Ground
from leeway.prove.paths import path_up
from leeway.prove.reach import reach
from leeway.prove.spans import Chain


class _Late(NamedTuple):
    """From this start the one ends so many seconds after the other."""

    seconds: int
    at: datetime


def check(ground: Ground) -> Findings:
    for level in ground.every_level:
        yield from _within_a_level(ground, level)
        yield from _steps(ground, level)
    yield from _answers(ground)
    yield from _closes(ground)
    for clock in ground.policy.regulators:
        yield from _regulator(ground, clock)
    yield from _warnings(ground)


# One level


def _within_a_level(ground: Ground, level: Level) -> Findings:
    times = level.climb_after_silent_accepts or 1
    resolve, place = (level.resolve, "resolve"), ground.level_place
    asked = f"{times} silent accepts" if times > 1 else "one accept"
    late = _late(ground, level, Span(level.accept.seconds * times, level.accept.working), resolve[0])
    if late:
        yield _too_late(
            ground,
            "accept_after_resolve",
            level,
            place(level, "accept"),
            late=late,
            said=f"At {words.named(level)} {asked} ({words.span(level.accept)} each) can take longer than the "
            f"{words.span(level.resolve)} to resolve: the case climbs before anybody had to answer.",
        )
    late = _late(ground, level, level.update, level.resolve)
    if late:
        yield _too_late(
            ground,
            "update_after_resolve",
            level,
            place(level, "update"),
            late=late,
            said=f"At {words.named(level)} the customer hears from us every {words.span(level.update)}, but the case "
            f"has climbed after {words.span(level.resolve)}: the news never comes.",
        )


def _late(
    ground: Ground, level: Level, one: Span, other: Span, calendar: Calendar | None = None
) -> _Late | None:
    """The worst start from which ``one`` ends after ``other``, if there is any."""
    hours = calendar_of_target(ground.roster, level.target)
    if (not one.working and not other.working) or (
        one.working and other.working and calendar in (None, hours)
    ):
        return _Late(one.seconds - other.seconds, ground.start) if one.seconds > other.seconds else None
    if other.working and not one.working and one.seconds <= other.seconds:
        return None  # working time is never shorter than real time
    times = ground.times
    late = _Late(
        *times.latest_after(Chain((times.link(one, calendar or hours),)), Chain((times.link(other, hours),)))
    )
    return late if late.seconds > 0 else None


def _too_late(ground: Ground, kind: str, level: Level, where: Place, *, late: _Late, said: str) -> Finding:
    return Finding(
        kind=kind,
        rule=level.name,
        where=where,
        explanation=said,
        example=ground.minute(
            late.at, f"a case arrives at {level.name}; late by {words.length(late.seconds)}", level=level.name
        ),
    )


def _steps(ground: Ground, level: Level) -> Findings:
    """Steps that could only come when the case has left already. At the top it never leaves."""
    if not path_up(ground.policy, level)[1:]:
        return
    hours = calendar_of_target(ground.roster, level.target)
    times = ground.times
    resolve = Chain((times.link(level.resolve, hours),))
    for number, step in enumerate(ground.policy.steps_of(level.name)):
        if step.after.working == level.resolve.working and step.after.seconds <= level.resolve.seconds:
            continue
        least, at = times.least_after(Chain((times.link(step.after, hours),)), resolve)
        if least > 0:
            yield Finding(
                kind="step_too_late",
                rule=level.name,
                where=_step_place(ground, level, number, step),
                explanation=f"A step at {words.named(level)} comes after {words.span(step.after)}, but the case has "
                f"climbed after {words.span(level.resolve)}: it never happens.",
                example=ground.minute(at, f"a case arrives at {level.name}", level=level.name),
            )


def _step_place(ground: Ground, level: Level, number: int, step: Step) -> Place:
    section = ground.places.matrix("steps", level.name, str(number))
    return Place(section.file, step.line) if step.line else section


# The clocks every case runs


def _answers(ground: Ground) -> Findings:
    """Our own deadlines for an answer, an approval or a consult, against the time at the level they hold up."""
    own, first = ground.policy.clocks, ground.policy.levels[0]
    for name, length in (("first_response", own.first_response), ("next_response", own.next_response)):
        if length is None:
            continue
        late = _late(ground, first, length, first.resolve, ground.house_calendar)
        if late:
            yield _too_late(
                ground,
                "answer_after_resolve",
                first,
                ground.places.matrix("clocks", name),
                late=late,
                said=f"{name} allows {words.span(length)}, but a case leaves {words.named(first)} after "
                f"{words.span(first.resolve)}.",
            )
    for name, length in (("approval", own.approval), ("consult", own.consult)):
        for level in ground.every_level if length is not None else ():
            late = _late(ground, level, length, level.resolve, ground.house_calendar) if length else None
            if late and path_up(ground.policy, level)[1:]:
                yield _too_late(
                    ground,
                    f"{name}_too_slow",
                    level,
                    ground.places.matrix("clocks", name),
                    late=late,
                    said=f"The {name} may take {words.span(length or Span(0))}, but the case it holds up leaves "
                    f"{words.named(level)} after {words.span(level.resolve)}.",
                )
                break


# The whole way up


def _links(ground: Ground, levels: tuple[Level, ...]) -> Chain:
    return Chain(
        [
            ground.times.link(level.resolve, calendar_of_target(ground.roster, level.target))
            for level in levels
        ]
    )


def ways_up(ground: Ground) -> Iterator[tuple[Level, ...]]:
    """Every way of a case that goes up for the first time: from each rung above the first, and from each desk."""
    for level in ground.every_level[1:] or ground.every_level:
        yield path_up(ground.policy, level)


def _closes(ground: Ground) -> Findings:
    limit = ground.policy.close_within.seconds
    found = [(_longest(ground, way), way) for way in ways_up(ground)]
    worst, way = max(found, key=lambda one: one[0].seconds)
    if worst.seconds > limit:
        yield _chain_too_long(
            ground,
            "chain_too_long",
            way,
            _Late(worst.seconds - limit, worst.at),
            where=ground.places.matrix("close_within"),
            against=f"close_within is {words.span(ground.policy.close_within)}",
        )


def _longest(ground: Ground, way: tuple[Level, ...]) -> _Late:
    """The longest this way takes in real time, and from when."""
    key = tuple(level.name for level in way)
    if key not in ground.longest:
        ground.longest[key] = _Late(*ground.times.longest(_links(ground, way)))
    return ground.longest[key]


def _chain_too_long(
    ground: Ground, kind: str, way: tuple[Level, ...], late: _Late, *, where: Place, against: str
) -> Finding:
    path = " → ".join(f"{level.name} {words.span(level.resolve)}" for level in way)
    total = _links(ground, way).end(int(late.at.timestamp())) - int(late.at.timestamp())
    return Finding(
        kind=kind,
        rule=way[0].name,
        where=where,
        explanation=f"Unsolved at every level ({path}) a case can take {words.length(total)}, but {against}.",
        example=ground.minute(
            late.at,
            f"a case arrives at {way[0].name}; at the end of its way it is late by {words.length(late.seconds)}",
            level=way[0].name,
        ),
    )


def _regulator(ground: Ground, clock: RegulatorClock) -> Findings:
    """The whole way, from the first level on, ends before the regulator's clock; an acknowledgement needs a person."""
    where = ground.places.matrix("regulators", clock.pack, clock.name)
    if where.file and ground.places.matrix("regulators") == ground.places.matrix():
        where = ground.places.matrix("overlays")
    hours = ground.house_calendar if clock.length.working else ALWAYS
    limit = Chain((ground.times.link(clock.length, hours),))
    if clock.stops_on == "acknowledged":
        yield from _acknowledged(ground, clock, limit, where)
        return
    if not getattr(clock, "must", True):
        return
    first = ground.policy.levels[0]
    ways = {path_up(ground.policy, first), *((first, *way) for way in ways_up(ground) if way[0] != first)}
    for way in sorted(ways, key=len, reverse=True):
        late = _after(ground, way, clock, limit)
        if late.seconds > 0:
            against = f"the regulator's clock {clock.name} is {words.span(clock.length)}"
            yield _chain_too_long(ground, "regulator_too_late", way, late, where=where, against=against)
            return


def _after(ground: Ground, way: tuple[Level, ...], clock: RegulatorClock, limit: Chain) -> _Late:
    if clock.length.working:
        return _Late(*ground.times.latest_after(_links(ground, way), limit))
    longest = _longest(ground, way)
    return _Late(longest.seconds - clock.length.seconds, longest.at)


def _acknowledged(ground: Ground, clock: RegulatorClock, limit: Chain, where: Place) -> Findings:
    first = ground.policy.levels[0]
    if not ground.target_exists(first.target):
        return
    for one in reach(ground, first):
        end = limit.end(int(one.start.timestamp()))
        if one.until is not None and one.until.timestamp() > end:
            late = int(one.until.timestamp()) - end
            yield Finding(
                kind="regulator_too_late",
                rule=clock.name,
                where=where,
                explanation=f"{clock.name} wants an acknowledgement within {words.span(clock.length)}, but nobody of "
                f"{words.named(first)} is there for {words.length((one.until - one.start).total_seconds())}.",
                example=ground.minute(
                    one.start,
                    f"a complaint comes in; late by {words.length(late)}",
                    level=first.name,
                    until=one.until,
                ),
            )
            return


# Warnings


def _warnings(ground: Ground) -> Findings:
    """A warning so long before the end that every clock it is for is shorter."""
    own = ground.policy.clocks
    everywhere = (own.first_response, own.next_response, ground.policy.close_within)
    yield from _never_warns(
        ground, own.warn, everywhere, ground.places.matrix("clocks", "warnings"), "clocks"
    )
    for level in ground.every_level:
        lengths = (level.accept, level.resolve, level.update)
        yield from _never_warns(
            ground, level.warn, lengths, ground.level_place(level, "warnings"), level.name
        )
    for clock in ground.policy.regulators:
        where = ground.places.matrix("regulators", clock.pack, clock.name)
        yield from _never_warns(ground, clock.warn, (clock.length,), where, clock.name)


def _never_warns(
    ground: Ground, warnings: tuple[Warn, ...], lengths: tuple[Span | None, ...], where: Place, name: str
) -> Findings:
    longest = max((length.seconds for length in lengths if length is not None), default=0)
    for warning in warnings:
        if warning.before is not None and warning.before.seconds >= longest:
            yield Finding(
                kind="warning_too_early",
                rule=name,
                where=where,
                explanation=f"A warning {words.span(warning.before)} before the end is never given: the longest clock "
                f"it is for has {words.length(longest)}.",
                example=ground.minute(ground.start, f"a clock of {name} starts", level=ground.entry),
            )


# The worst cases


def worst_way(ground: Ground) -> Worst:
    """The longest way of a case that nobody solves anywhere, from where cases begin to the end of the top level."""
    first = ground.policy.levels[0]
    ways = {path_up(ground.policy, first), *((first, *way) for way in ways_up(ground) if way[0] != first)}
    found = [(*_longest(ground, way), way) for way in ways]
    seconds, at, way = max(found, key=lambda one: (one[0], len(one[2])))
    path = " → ".join(level.name for level in way)
    return Worst(
        "unsolved at every level",
        seconds,
        at,
        words.local(ground.policy, at),
        first.name,
        f"by way of {path}",
    )


def worst_answer(ground: Ground) -> Worst:
    """The longest one accept takes in real time, over all levels."""
    found = []
    for level in ground.every_level:
        hours = calendar_of_target(ground.roster, level.target)
        found.append((*ground.times.longest(Chain((ground.times.link(level.accept, hours),))), level))
    seconds, at, level = max(found, key=lambda one: one[0])
    return Worst(
        "until the person asked has to answer",
        seconds,
        at,
        words.local(ground.policy, at),
        level.name,
        f"accept at {level.name} is {words.span(level.accept)}",
    )
