"""One case thought through again under the candidate, up to where it first decides otherwise, and on from there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from leeway.core.case import Case
from leeway.core.decide import decided
from leeway.core.events import AnyEvent, RuleDecided
from leeway.core.evolve import evolve_all
from leeway.core.refusals import Refusal
from leeway.core.world import Known
from leeway.desk.past import PastWorlds, Story, Written, write
from leeway.prove.backtest.afterwards import Afterwards, Habits
from leeway.prove.backtest.candidate import CandidateWorlds
from leeway.prove.backtest.outcome import Outcome
from leeway.prove.backtest.quick import Quick
from leeway.prove.backtest.report import Changed, Decided, Divergence, what_changed
from leeway.prove.explain.explaining import WORTH_EXPLAINING


@dataclass
class Thinker:
    """Thinks cases through. ``quick`` false decides every fact again: slower, and the same report."""

    past: PastWorlds
    candidate: CandidateWorlds
    horizon: datetime
    habits: Habits
    quick: bool = True
    _quicks: dict[int, Quick | None] = field(default_factory=dict)

    def quick_for(self, version: int) -> Quick | None:
        """The quick way against the policy of that version, if there is one."""
        if not self.quick or self.candidate.roster is not None or self.candidate.languages is not None:
            return None
        if version not in self._quicks:
            was = self.past.policies.get(version)
            self._quicks[version] = None if was is None else Quick.between(was, self.candidate.policy)
        return self._quicks[version]

    def think(self, story: Story) -> tuple[Outcome, Outcome, Changed | None, int]:
        """What became of it, what would have, the first divergence if there is one, and facts that were left out."""
        was = outcome_of([body for written in story.written for body in written.events])
        found = self._first_divergence(story)
        if found is None:
            return was, was, None, 0
        place, events, after, left_out = found
        prefix = [body for written in story.written[:place] for body in written.events]
        going_on = Afterwards(self.candidate, story, place, after, horizon=self.horizon, habits=self.habits)
        later = going_on.run()
        would = outcome_of([*prefix, *events, *later])
        written = story.written[place]
        divergence = Divergence(
            fact=written.number,
            kind=written.kind,
            at=written.at,
            was=_side(written.events),
            would=_side(events),
        )
        changed = Changed(
            case=story.case,
            what=what_changed(was, would),
            was_at=was.escalated_at,
            would_at=would.escalated_at,
            was_level=was.went_to,
            would_level=would.went_to,
            was_person=was.person,
            would_person=would.person,
            divergence=divergence,
            counterfactual_facts=going_on.facts,
        )
        return was, would, changed, going_on.left_out + left_out

    def _first_divergence(self, story: Story) -> tuple[int, tuple[str, ...], Case, int] | None:
        """The place of the first fact that is decided otherwise, the candidate's events, and the case after them.

        Otherwise than the policy of the time would decide it. Where the program itself has learnt to read since, both
        differ from the log alike, and the log is what the case goes on from: that is not the candidate's doing.
        """
        case, only_full = Case(id=story.case), False
        for place, written in enumerate(story.written):
            known = written.read_known()
            alike = None if only_full else self._alike(case, written, known)
            if alike is not None:
                case = alike
                continue
            events, after, left_out = self._decided(self.candidate, case, written, known)
            if events == written.events:
                recorded = after
            elif events == self._decided(self.past, case, written, known)[0]:
                recorded = evolve_all(case, written.read_events())
            else:
                return place, events, after, left_out
            only_full = only_full or self._fired_a_differing_rule(case, written, known)
            case = recorded
        return None

    def _alike(self, case: Case, written: Written, known: Known) -> Case | None:
        """The case after the fact, where it can be shown that the candidate decides it as it was decided."""
        version = case.policy_version or known.policy
        quick = self.quick_for(version)
        if quick is None:
            return None
        events = written.read_events()
        after = evolve_all(case, events)
        policy = self.past.at(known).policy_for(version)
        return None if quick.may_differ(policy, after, known, written.kind, events) else after

    def _fired_a_differing_rule(self, case: Case, written: Written, known: Known) -> bool:
        """A rule that was rewritten and fired all the same goes on to be looked up by its name: no more quick way."""
        quick = self.quick_for(case.policy_version or known.policy)
        return quick is None or any(
            isinstance(event, RuleDecided) and event.rule in quick.names for event in written.read_events()
        )

    def _decided(
        self, worlds: PastWorlds | CandidateWorlds, case: Case, written: Written, known: Known
    ) -> tuple[tuple[str, ...], Case, int]:
        try:
            decision = decided(worlds.at(known), known, case, written.read_fact())
        except Refusal:
            return (), case, 1
        return tuple(write(event).decode() for event in decision.events), decision.case, 0


def kind_of(body: str) -> str:
    """The kind of an event from how it is written: its tag comes first."""
    return body[10 : body.index('"', 10)]


def outcome_of(bodies: Sequence[str]) -> Outcome:
    outcome = Outcome()
    for body in bodies:
        outcome.add(kind_of(body), body)
    return outcome


_read: msgspec.json.Decoder[Any] = msgspec.json.Decoder(AnyEvent)


def _side(bodies: Sequence[str]) -> Decided:
    events = [_read.decode(body) for body in bodies]
    telling = [event for event in events if isinstance(event, WORTH_EXPLAINING)] or events[:6]
    rule = next((event for event in events if isinstance(event, RuleDecided)), None)
    return Decided(
        events=tuple(msgspec.to_builtins(event) for event in telling[:12]),
        rule=rule.rule if rule else "",
        seen=rule.seen if rule else (),
    )
