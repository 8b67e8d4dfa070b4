"""Going up, and coming down: rules, buttons, holding for what is missing, arriving at a level, climbing, closing.

One escalation is open at a time. It is ``requested`` while steps within one's own authority are untried or the packet
misses something only the person handing over can say, and it goes up by itself when that hold runs out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leeway.core import events as e
from leeway.core.case import Escalation, RequestSource, number_after
from leeway.core.cue import Cue
from leeway.core.decide import consulting, disclosing, levels, owners, steps, words
from leeway.core.decide.situations import situation_of
from leeway.core.decide.turn import Turn
from leeway.core.facts import EscalationRequested
from leeway.core.handoff import missing
from leeway.core.matrix import Match, first_match
from leeway.core.merging import told_by
from leeway.core.people import people_of
from leeway.core.policy import Level, Reason, RegulatorClock, Rule
from leeway.core.refusals import MovedOn, Refusal
from leeway.core.worktime import ALWAYS

NEVER_HELD: frozenset[Reason] = frozenset(
    {"regulator_or_legal", "vulnerable_customer", "broken_promise", "time_limit"}
)
"""Reasons that do not wait for a missing packet slot: the person above would rather have it now."""


# --- by a rule of the matrix ------------------------------------------------------------------------------------------


def apply_rules(turn: Turn, cues: tuple[Cue, ...]) -> None:
    """Let the first rule that holds and leads up decide where the case goes."""
    if not turn.case.live:
        return
    match = fresh_match(turn, cues)
    if match is None:
        return
    rule = match.rule
    turn.emit(_decided(turn, match))
    if rule.consult:
        consult_by_rule(turn, match)
        return
    why = _why(match, cues)
    evidence = (turn.case.last_message,) if turn.case.last_message else ()
    level = turn.policy.level(rule.go)
    go_up(turn, level, rule.because, source="rule", by="", why=why, rule=rule, evidence=evidence)


def fresh_match(turn: Turn, cues: tuple[Cue, ...]) -> Match | None:
    """The deciding rule among those that have something new to say."""
    situation = situation_of(turn.case, turn.known.customer, turn.policy, turn.now, cues=cues)
    return first_match(turn.policy, situation, skip=Spent(turn))


class Spent:
    """The names of rules that have had their say. Asked only about a rule that holds, which is rarely any."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn

    def __contains__(self, name: object) -> bool:
        return any(_spent(self._turn, rule) for rule in self._turn.policy.rules if rule.name == name)


def _spent(turn: Turn, rule: Rule) -> bool:
    """Whether a rule has had its say, so that it neither decides again nor hides those below it.

    A sign in a message is new each time it is said. A rule that looks only at lasting things (third contact, tier)
    fires once a contact; otherwise a case handed back down would go straight up again.
    """
    if rule.consult and any(item.answered_at is None for item in turn.case.consults):
        return True
    held = turn.case.escalation
    if held is not None and held.state == "requested" and not rule.consult:
        return not levels.is_above(turn, turn.policy.level(rule.go), held.level)
    lasting = all(condition.column != "cue" for condition in rule.when)
    return lasting and _key(turn, rule) in turn.case.fired


def _key(turn: Turn, rule: Rule) -> str:
    return f"rule:{rule.name}:{len(turn.case.contacts)}"


def _decided(turn: Turn, match: Match) -> e.RuleDecided:
    seen = tuple((item.condition.column, _shown(item.value)) for item in match.seen)
    return e.RuleDecided(
        at=turn.now,
        rule=match.rule.name,
        go=match.rule.go,
        key=_key(turn, match.rule),
        consult=match.rule.consult,
        policy_version=turn.policy.version,
        seen=seen,
    )


def _why(match: Match, cues: tuple[Cue, ...]) -> str:
    """What the rule saw, in words: the customer's own where there are any."""
    wanted = {
        value
        for seen in match.seen
        if seen.condition.column == "cue" and isinstance(seen.value, tuple)
        for value in getattr(seen.condition.test, "values", ())
    }
    quotes = [f"“{cue.quote}”" for cue in cues if cue.kind in wanted and cue.quote]
    others = [
        f"{s.condition.column.replace('_', ' ')} {_shown(s.value)}"
        for s in match.seen
        if s.condition.column != "cue"
    ]
    return "; ".join([*quotes, *others]) or match.rule.name


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(str(item) for item in value)
    return f"{value:.2f}" if isinstance(value, float) else str(value)


# --- by hand ----------------------------------------------------------------------------------------------------------


def requested(turn: Turn, fact: EscalationRequested) -> None:
    """Somebody pressed escalate. A second press, or one that looked at an older picture, does nothing."""
    open_one = turn.case.escalation
    if open_one is not None and open_one.state == "requested" and fact.override:
        _arrive_held(turn, open_one, override=fact.override)
        return
    if open_one is not None and open_one.accepted_at is None and not fact.to and fact.seen is None:
        turn.set_aside("it is escalated already, and nobody has had the time to answer")
        return
    if fact.seen is not None and fact.seen < turn.seen:
        if open_one is not None:
            turn.set_aside("it is escalated already")
            return
        raise MovedOn
    level = _wanted_level(turn, fact)
    if open_one is not None and not levels.is_above(turn, level, open_one.level):
        turn.set_aside("it is escalated already")
        return
    source: RequestSource = "customer" if fact.requested_by == "customer" else "internal"
    evidence = (turn.case.last_message,) if turn.case.last_message else ()
    go_up(
        turn,
        level,
        fact.reason,
        source=source,
        by=fact.by or fact.requested_by,
        why=fact.note or words.REASONS[fact.reason],
        evidence=evidence,
        override=fact.override,
    )


def _wanted_level(turn: Turn, fact: EscalationRequested) -> Level:
    if fact.to:
        level = levels.wanted(turn, fact.to)
        if not levels.is_above(turn, level, turn.case.level):
            raise Refusal(
                f"{fact.to} is not above {turn.case.level}, where the case is. Use de-escalate to hand it down.",
                field="to",
            )
        return level
    above = levels.next_above(turn, turn.level)
    if above is None:
        raise Refusal(
            f"The case is at {turn.case.level}, the top of the house; there is no level above it.", field="to"
        )
    return above


def take_over(turn: Turn, number: int, story: Mapping[str, Any]) -> None:
    """A case that was merged into this one had gone up: this one goes there, and has no more time than that one had."""
    other = told_by(story)
    record = other.escalation
    if record is not None and levels.is_above(turn, turn.level_named(record.level), turn.case.level):
        came = f"came from C-{number}: {record.why}"
        go_up(
            turn,
            turn.level_named(record.level),
            record.reason,
            source=record.request_source,
            by=record.requested_by,
            why=came,
            evidence=record.evidence,
            override=record.override or came,
        )
    for clock in other.clocks.values():
        ours = turn.clock(clock.name)
        if ours is None and clock.name in turn.case.fired:  # has been met here
            continue
        if clock.due is not None and (ours is None or ours.due is None or clock.due < ours.due):
            turn.emit(e.ClockStarted(at=turn.now, clock=clock))


# --- the record -------------------------------------------------------------------------------------------------------


def go_up(
    turn: Turn,
    level: Level,
    reason: Reason,
    *,
    source: RequestSource,
    by: str,
    why: str,
    rule: Rule | None = None,
    evidence: tuple[str, ...] = (),
    override: str = "",
) -> None:
    """Open an escalation to ``level`` (or move the open one there), holding it while something is owed first."""
    open_one = turn.case.escalation
    if open_one is not None and open_one.state == "escalated":
        arrive(turn, open_one, level, why, moved=True, rule=rule)
        return
    if open_one is not None:  # held for a lower level: this one goes past it
        turn.stop_clock("hold", "void")
        turn.emit(e.EscalationEnded(at=turn.now, number=open_one.number, outcome="overtaken by a higher one"))
    _pin(turn)
    record = Escalation(
        number=number_after(turn.case.escalations),
        state="requested",
        request_source=source,
        requested_by=by,
        kind=level.kind,
        reason=reason,
        level=level.name,
        from_level=turn.case.level,
        requested_at=turn.at,
        policy_version=turn.case.policy_version or turn.world.policy.version,
        rule=rule.name if rule else "",
        why=why,
        override=override,
        evidence=evidence,
    )
    turn.emit(e.EscalationOpened(at=turn.at, escalation=record))
    untried, lacking = _owed_first(turn, record, rule)
    if (untried or lacking) and not override and turn.case.owner:
        hold(turn, record.number, untried, lacking)
    else:
        arrive(turn, record, level, why, moved=False, rule=rule)


def _owed_first(turn: Turn, record: Escalation, rule: Rule | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Steps untried and packet slots missing. Going up by hand owes every step of the list and a complete packet; a
    rule owes the steps it names; a customer who asks owes nobody anything.
    """
    by_hand = record.request_source == "internal"
    steps_first = rule.first if rule else tuple(step.name for step in turn.policy.before if by_hand)
    untried = tuple(step for step in steps_first if step not in turn.case.steps)
    asks_for_packet = by_hand and record.reason not in NEVER_HELD
    return untried, missing(turn.case, turn.policy) if asks_for_packet else ()


def _pin(turn: Turn) -> None:
    if not turn.case.policy_version:
        turn.emit(
            e.PolicyPinned(at=turn.now, version=turn.world.policy.version, why="escalated under this version")
        )


def hold(turn: Turn, number: int, untried: tuple[str, ...], lacking: tuple[str, ...]) -> None:
    """Wait for what is owed, but not for long: the accept time of the level that owes it."""
    turn.emit(e.EscalationHeld(at=turn.now, number=number, untried=untried, missing=lacking))
    turn.start_clock(
        "hold", "step", turn.level.accept, turn.calendar_of(turn.level), episode=f"hold:{number}"
    )
    asks = {step.name: step.ask for step in turn.policy.before}
    wanted = [asks.get(step, step.replace("_", " ")) for step in untried]
    wanted += [f"Fill in: {slot}" for slot in lacking]
    turn.tell(
        "before_you_escalate",
        f"hold:{number}",
        (turn.case.owner,),
        f"Case C-{turn.case.id}: before it goes up",
        "\n".join(f"- {item}" for item in wanted),
        urgency="now",
    )


def release_if_ready(turn: Turn) -> None:
    """Once nothing is owed any more, the held escalation goes."""
    held = turn.case.escalation
    if held is None or held.state != "requested":
        return
    untried = tuple(step for step in held.untried if step not in turn.case.steps)
    lacking = tuple(slot for slot in missing(turn.case, turn.policy) if slot in held.missing)
    if not untried and not lacking:
        _arrive_held(turn, held)
    elif (untried, lacking) != (held.untried, held.missing):
        turn.emit(e.EscalationHeld(at=turn.now, number=held.number, untried=untried, missing=lacking))


def hold_ran_out(turn: Turn) -> None:
    held = turn.case.escalation
    if held is not None and held.state == "requested":
        _arrive_held(turn, held)


def _arrive_held(turn: Turn, held: Escalation, *, override: str = "") -> None:
    level, rule = turn.level_named(held.level), _rule_named(turn, held.rule)
    arrive(turn, held, level, held.why, moved=False, rule=rule, override=override)


def _rule_named(turn: Turn, name: str) -> Rule | None:
    return next((rule for rule in turn.policy.rules if rule.name == name), None)


# --- arriving ---------------------------------------------------------------------------------------------------------


def arrive(
    turn: Turn,
    record: Escalation,
    level: Level,
    why: str,
    *,
    moved: bool,
    rule: Rule | None = None,
    override: str = "",
) -> None:
    """The case is with this level now: its old level's clocks and steps end, the new ones start, somebody is asked."""
    leave_level(turn)
    consulting.close_open(turn, averted=False)
    lacking = missing(turn.case, turn.policy)
    turn.emit(
        e.Escalated(
            at=turn.now,
            number=record.number,
            level=level.name,
            kind=level.kind,
            why=why,
            moved=moved,
            packet_missing=lacking,
            override=override,
        )
    )
    start_level_clocks(turn, level)
    owners.ask(turn, level, why)
    _tell_others(turn, rule, level, why)
    turn.tell_customer("going_up", f"going_up:{record.number}", words.customer_text(turn, "going_up"))


def leave_level(turn: Turn) -> None:
    """Nothing of the old level goes on: no step, no accept, no update (B11, B12)."""
    for name in ("hold", "accept", "level", "update", "silent", "shift"):
        turn.stop_clock(name, "cancelled")
    for clock in [clock for clock in turn.case.clocks.values() if clock.name.startswith("step:")]:
        turn.stop_clock(clock.name, "void")


def start_level_clocks(turn: Turn, level: Level) -> None:
    calendar = turn.calendar_of(level)
    turn.start_clock("level", "level", level.resolve, calendar, warnings=level.warn, about=level.name)
    turn.start_clock("update", "update", level.update, calendar, warnings=level.warn, about=level.name)
    if "resolution" not in turn.case.clocks:
        turn.start_clock(
            "resolution", "resolution", turn.policy.close_within, ALWAYS, warnings=turn.policy.clocks.warn
        )
    start_regulator_clocks(turn, "escalated")
    start_regulator_clocks(turn, "complaint")
    steps.start(turn, level)


def start_regulator_clocks(turn: Turn, moment: str) -> None:
    """What a regulator asks for from this moment on: clocks, and statements that must be made."""
    if turn.policy.disclosures:
        disclosing.began(turn, moment)
    for regulator in turn.policy.regulators:
        name = f"regulator:{regulator.name}"
        if regulator.starts_on == moment and name not in turn.case.fired:  # once a case, met or not
            _start_regulator(turn, regulator, name)


def _start_regulator(turn: Turn, regulator: RegulatorClock, name: str) -> None:
    turn.start_clock(
        name,
        "regulator",
        regulator.length,
        turn.house_calendar if regulator.length.working else ALWAYS,
        warnings=regulator.warn,
        about=regulator.stops_on,
        start=turn.case.opened_at,
    )


def _tell_others(turn: Turn, rule: Rule | None, level: Level, why: str) -> None:
    if rule is None:
        return
    number = turn.case.escalations[-1].number
    inside = [name for target in rule.tell for name in people_of(turn.world.roster, target, turn.now)]
    if rule.tell:
        subject = f"Case C-{turn.case.id} went to {level.label or level.name}: {words.REASONS[rule.because]}"
        turn.tell("informed", f"informed:{number}:{level.name}", tuple(inside), subject, why)
    key = f"outside:{number}:{level.name}"
    if rule.tell_outside and key not in turn.case.fired:
        subject = f"Case C-{turn.case.id}: {words.REASONS[rule.because]}"
        notice = e.Notice(key, "outside", rule.tell_outside, subject, why, ("outside",))
        turn.emit(e.NoticeIssued(at=turn.now, notice=notice))


# --- time, and the way down -------------------------------------------------------------------------------------------


def climb(turn: Turn, why: str) -> None:
    """One level up because time or patience with silence ran out; at the top, everybody above is told instead."""
    record = turn.case.escalation
    above = levels.next_above(turn, turn.level)
    if record is None:
        if above is not None:
            go_up(turn, above, "time_limit", source="rule", by="", why=why)
        return
    if above is None:
        owner_and_head = (
            turn.case.owner,
            *people_of(turn.world.roster, f"manager_of:{turn.case.owner}", turn.now),
        )
        turn.tell(
            "top_of_the_house",
            f"top:{turn.case.version}",
            owner_and_head,
            f"Case C-{turn.case.id}: {why}, and there is no level above",
            urgency="now",
        )
        return
    arrive(turn, record, above, why, moved=True)


def deescalate(turn: Turn, to: str, reason: str, by: str) -> None:
    """Hand the case back down; its own recorded act. The owner stays until somebody down there accepts."""
    record = turn.case.escalation
    if record is None:
        raise Refusal("This case is not escalated; there is nothing to hand back down.", code="not_escalated")
    if record.state == "requested":
        turn.stop_clock("hold", "void")
        turn.emit(e.EscalationTurnedDown(at=turn.at, number=record.number, reason=reason, by=by))
        return
    level = levels.wanted(turn, to or record.from_level)
    if levels.is_above(turn, level, turn.case.level) or level.name == turn.case.level:
        raise Refusal(f"{level.name} is not below {turn.case.level}, where the case is.", field="to")
    leave_level(turn)
    turn.emit(
        e.CaseDeescalated(at=turn.at, number=record.number, to=level.name, reason=reason, by=by),
        e.EscalationEnded(
            at=turn.at, number=record.number, outcome=f"de-escalated: {reason}", within_authority=level.name
        ),
    )
    turn.stop_clock("resolution", "met")
    turn.start_clock("update", "update", level.update, turn.calendar_of(level), about=level.name)
    owners.ask(turn, level, f"handed back down: {reason}")


def turn_down(turn: Turn, reason: str, by: str) -> None:
    """A requested escalation is declined; whoever asked is told why."""
    record = turn.case.escalation
    if record is None or record.state != "requested":
        raise Refusal(
            "There is no requested escalation to decline; de-escalate hands an accepted one back.",
            code="nothing",
        )
    turn.stop_clock("hold", "void")
    turn.emit(e.EscalationTurnedDown(at=turn.at, number=record.number, reason=reason, by=by))
    turn.tell(
        "turned_down",
        f"turned_down:{record.number}",
        (turn.case.owner,),
        f"Case C-{turn.case.id} stays with you: the escalation was declined",
        reason,
    )


def consult_by_rule(turn: Turn, match: Match) -> None:
    """Ask the level without moving the case."""
    level = turn.policy.level(match.rule.go)
    consulting.open_consult(
        turn, level, f"What would you do? {_why(match, ())}", by=turn.case.owner, rule=match.rule.name
    )
