"""One decision of the log, explained: made again at the moment it was made, with everything it looked at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from leeway.core import events as e
from leeway.core.case import Case
from leeway.core.cue import Cue
from leeway.core.decide import escalating, owners
from leeway.core.decide.situations import situation_of
from leeway.core.decide.turn import Turn
from leeway.core.events import AnyEvent
from leeway.core.evolve import evolve_all
from leeway.core.facts import ClockTicked, CustomerEvent, MergedFrom, MessageReceived, Rated
from leeway.core.matrix import first_match, leads_up, matches
from leeway.core.policy import Policy, Rule
from leeway.core.routing import Choice, Need, Nobody, choose
from leeway.core.situation import COLUMNS, Situation
from leeway.desk.past import PastWorlds, Story, Written, decided_again
from leeway.prove.explain.moments import cues_at
from leeway.prove.explain.parts import (
    ClockStory,
    Decision,
    Explanation,
    Held,
    NotThere,
    Opened,
    RiskSeen,
    Routing,
    RuleSeen,
)
from leeway.prove.explain.smallest import smallest_changes

WORTH_EXPLAINING = (
    e.RuleDecided, e.EscalationOpened, e.EscalationHeld, e.Escalated, e.EscalationTurnedDown, e.EscalationEnded,
    e.CaseDeescalated, e.ConsultOpened, e.OwnerAssigned, e.OwnerAsked, e.OwnerAccepted, e.NobodyThere,
    e.AcceptExpired, e.ClockBreached, e.AlertRaised, e.PingPongStopped,
)  # fmt: skip
"""The decisions people ask about: about its way, its people, its clocks. Any other event can be asked for by number."""

WAYS_UP = (e.RuleDecided, e.EscalationOpened, e.EscalationHeld, e.Escalated)
AT_REST: dict[str, Any] = {
    name: getattr(Situation(), name) for name in Situation.__struct_fields__ if name != "level"
}
JUDGED = (MessageReceived, CustomerEvent, Rated, MergedFrom, ClockTicked)


def decisions(story: Story) -> tuple[Decision, ...]:
    """What was decided about the case, in order."""
    return tuple(one for one in _numbered(story) if isinstance(one.event, WORTH_EXPLAINING))


def _numbered(story: Story) -> Iterator[Decision]:
    number = 0
    for written in story.written:
        for event in written.read_events():
            number += 1
            yield Decision(number, written.number, str(event.__struct_config__.tag), event)


def explain(
    worlds: PastWorlds, story: Story, *, event: int | None = None, decision: int | None = None
) -> Explanation:
    """Why this was decided: event number ``event`` of the case, or its decision number ``decision`` (from 1).

    Without either the latest decision that sent the case up, else the latest of all. Raises ``NotThere``.
    """
    others = decisions(story)
    asked = _asked(story, others, event, decision)
    before = evolve_all(Case(id=story.case), (one.event for one in _numbered(story) if one.fact < asked.fact))
    written = next(one for one in story.written if one.number == asked.fact)
    return _Explainer(worlds, story, written, before, asked).explanation(others)


def _asked(story: Story, others: tuple[Decision, ...], event: int | None, decision: int | None) -> Decision:
    if event is not None:
        found = next((one for one in _numbered(story) if one.number == event), None)
        if found is None:
            count = sum(len(written.events) for written in story.written)
            raise NotThere(f"C-{story.case} has events 1 to {count}; there is no event {event}.")
        return found
    if decision is not None:
        if not 1 <= decision <= len(others):
            raise NotThere(
                f"C-{story.case} has decisions 1 to {len(others)}; there is no decision {decision}."
            )
        return others[decision - 1]
    if not others:
        raise NotThere(
            f"Nothing was decided about C-{story.case}: there is no such case, or it was never judged."
        )
    ups = [one for one in others if isinstance(one.event, WAYS_UP)]
    return (ups or list(others))[-1]


class _Explainer:
    """One decision at the place it has in its fact."""

    def __init__(
        self, worlds: PastWorlds, story: Story, written: Written, before: Case, asked: Decision
    ) -> None:
        self.worlds, self.story, self.written, self.before, self.asked = worlds, story, written, before, asked
        self.fact, self.known, self.events = written.read_fact(), written.read_known(), written.read_events()
        self.world = worlds.at(self.known)
        first = asked.number - before.version
        self.place = first - 1

    def explanation(self, others: tuple[Decision, ...]) -> Explanation:
        turn = self.turn(self.place)
        again, _ = decided_again(self.worlds, self.before, self.written)
        base = Explanation(
            case=self.story.case,
            decision=self.asked,
            fact=self.fact,
            at=self.written.at,
            known=self.known,
            policy_version=turn.policy.version,
            policy=turn.policy.name,
            exact=again == self.written.events,
            followed=tuple(self.events[self.place + 1 :]),
            others=others,
        )
        return replace(base, **self._more(turn))

    def turn(self, place: int) -> Turn:
        """The turn as it stood when event ``place`` of this fact was about to be decided."""
        case = evolve_all(self.before, self.events[:place])
        return Turn(self.world, self.known, case, self.fact, _nobody_asks)

    def _more(self, turn: Turn) -> dict[str, Any]:
        """What there is to say about this kind of decision."""
        event = self.asked.event
        match event:
            case e.AlertRaised(risk=risk, why=why):
                return {"risk": RiskSeen(risk, turn.policy.alerting.risk, why), **self._matrix(self.place)}
            case e.RuleDecided():
                return self._matrix(self.place)
            case e.OwnerAssigned() | e.OwnerAsked() | e.NobodyThere() | e.ConsultOpened() | e.OwnerAccepted():
                return {"routing": self._routing(turn, event), **self._reason()}
            case e.ClockBreached(name=name):
                return {"clock": self._clock(name, turn)}
            case e.AcceptExpired():
                return {"clock": self._clock("accept", turn)}
            case e.MessageRead() | e.RiskJudged() | e.CuesSeen() | e.CustomerEventSeen() | e.RatingRecorded():
                return self._matrix(len(self.events)) if isinstance(self.fact, JUDGED) else {}
            case _:
                return {**self._way_up(event), **self._reason()}

    def _reason(self) -> dict[str, Any]:
        """What set this off within the same fact: the rule that decided, else the clock that ran out."""
        earlier = list(enumerate(self.events[: self.place]))
        for place, event in reversed(earlier):
            if isinstance(event, e.RuleDecided):
                return self._matrix(place)
            if isinstance(event, e.ClockBreached):
                return {"clock": self._clock(event.name, self.turn(place))}
        return {}

    def _way_up(self, event: AnyEvent) -> dict[str, Any]:
        match event:
            case e.Escalated(number=number) | e.EscalationHeld(number=number):
                return {"opened": self._opened(number)}
            case e.EscalationOpened(escalation=record):
                return {"opened": self._opened(record.number)}
            case _:
                return {}

    def _opened(self, number: int) -> Opened | None:
        """The record of the escalation with this number, as the log opened it."""
        found: Opened | None = None
        for one in _numbered(self.story):
            if one.number > self.asked.number:
                break
            match one.event:
                case e.EscalationOpened(at=at, escalation=record) if record.number == number:
                    by, rule = record.requested_by, record.rule
                    found = Opened(
                        record.request_source, by, record.why, rule, one.number, at, (), record.override
                    )
                case e.EscalationHeld(number=held, untried=untried) if held == number and found is not None:
                    found = replace(found, untried=untried)
                case _:
                    pass
        return found

    # --- the matrix

    def _matrix(self, place: int) -> dict[str, Any]:
        turn = self.turn(place)
        if not turn.case.live:
            return {}
        cues = cues_at(self.events, place, ticked=isinstance(self.fact, ClockTicked))
        situation = situation_of(turn.case, self.known.customer, turn.policy, turn.now, cues=cues)
        spent = frozenset(rule.name for rule in turn.policy.rules if rule.name in escalating.Spent(turn))
        held = {
            name: value
            for name, value in msgspec.structs.asdict(situation).items()
            if name == "level" or (name in COLUMNS and value != AT_REST[name])
        }
        return {
            "situation": held,
            "rules": tuple(_rules_seen(turn.policy, situation, spent)),
            "changes": smallest_changes(turn.policy, situation, spent=spent),
        }

    # --- people

    def _routing(self, turn: Turn, event: AnyEvent) -> Routing | None:
        match event:
            case e.ConsultOpened(consult=consult):
                level = turn.level_named(consult.level)
                need = Need(
                    targets=(level.target,),
                    skills=level.skills,
                    exclude=tuple(filter(None, (consult.asked_by, turn.case.owner))),
                )
                person = consult.asked_of
            case (
                e.OwnerAssigned(person=person) | e.OwnerAsked(person=person) | e.OwnerAccepted(person=person)
            ):
                level = turn.level_named(event.level)
                tried = event.tried[:-1] if isinstance(event, e.OwnerAsked) else ()
                need = owners.need_of(turn.case, level, (level.target,), tried)
            case e.NobodyThere(level=name):
                level, person = turn.level_named(name), ""
                need = owners.need_of(turn.case, level, (level.target,), self._excluded())
            case _:
                return None
        if isinstance(event, e.ConsultOpened):
            choice = choose(self.world.roster, need, at=turn.now, load=self.known.load)
        else:
            choice = owners.choose_for(self.world.roster, need, self.known, explain=True)
        return _routing(level.name, level.target, person, choice, getattr(event, "why", ""))

    def _excluded(self) -> tuple[str, ...]:
        """Whom the question that found nobody left out: those tried before, as far as the log says."""
        later = (event for event in self.events[self.place + 1 :] if isinstance(event, e.OwnerAsked))
        return next((event.tried[:-1] for event in later), ())

    # --- clocks

    def _clock(self, name: str, turn: Turn) -> ClockStory | None:
        """The latest life of this clock up to the decision."""
        started: tuple[e.ClockStarted, int] | None = None
        pauses, due = 0, None
        for one in _numbered(self.story):
            if one.number >= self.asked.number:
                break
            match one.event:
                case e.ClockStarted(clock=clock) if clock.name == name:
                    started, pauses, due = (one.event, one.fact), 0, clock.due
                case e.ClockPaused(clock=clock) if clock.name == name:
                    pauses += 1
                case e.ClockResumed(clock=clock) if clock.name == name:
                    due = clock.due
                case _:
                    pass
        if started is None:
            return None
        return self._told(started, pauses, due, turn)

    def _told(
        self, started: tuple[e.ClockStarted, int], pauses: int, due: datetime | None, turn: Turn
    ) -> ClockStory:
        clock = started[0].clock
        events = self.events[: self.place + 1]
        breach = next(
            (x for x in reversed(events) if isinstance(x, e.ClockBreached) and x.name == clock.name), None
        )
        level = turn.level_named(clock.about) if clock.kind == "level" else turn.level
        return ClockStory(
            name=clock.name,
            kind=clock.kind,
            started_at=clock.started_at,
            started_by=started[1],
            length=clock.length,
            calendar=clock.calendar,
            due=due,
            ran_out_at=breach.at if breach else None,
            noticed_at=breach.noticed_at if breach else None,
            pauses=pauses,
            climbs_to=level.climbs_to,
        )


def _nobody_asks(turn: Turn, cues: tuple[Cue, ...]) -> None:
    del turn, cues


def _rules_seen(policy: Policy, situation: Situation, spent: frozenset[str]) -> Iterator[RuleSeen]:
    match = first_match(policy, situation, skip=spent)
    for place, rule in enumerate(policy.rules, 1):
        held = _held(rule, situation)
        holds = all(one.holds for one in held)
        yield RuleSeen(
            name=rule.name,
            place=place,
            line=rule.line,
            go=rule.go,
            because=rule.because,
            consult=rule.consult,
            leads_up=leads_up(policy, rule, situation.level),
            holds=holds,
            had_its_say=holds and rule.name in spent,
            decides=match is not None and match.rule.name == rule.name,
            conditions=held,
        )


def _held(rule: Rule, situation: Situation) -> tuple[Held, ...]:
    return tuple(
        Held(condition, getattr(situation, condition.column), matches(condition, situation))
        for condition in rule.when
    )


def _routing(level: str, target: str, person: str, choice: Choice | Nobody, why: str) -> Routing:
    chosen = choice.person if isinstance(choice, Choice) else ""
    return Routing(
        level=level,
        target=target,
        chosen=chosen,
        by_routing=chosen == person,
        why=choice.why if isinstance(choice, Choice) and chosen == person else why,
        considered=choice.considered,
        next_open=None if isinstance(choice, Choice) else choice.next_open,
    )
