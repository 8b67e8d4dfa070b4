"""One piece of the work: a stretch of cases, thought through and counted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Protocol
from zoneinfo import ZoneInfo

import msgspec

from leeway.desk.past import Story
from leeway.prove.backtest.outcome import COUNTED, Outcome
from leeway.prove.backtest.quick import Last
from leeway.prove.backtest.report import Part, Side
from leeway.prove.backtest.thinking import Thinker

_read_last = msgspec.json.Decoder(Last).decode
RISK = "risk_judged"
"""Not counted in the report; only the quick way asks for it, if a rule does."""
KINDS = tuple(sorted(COUNTED - {RISK}))


class Log(Protocol):
    """A stretch of the recorded log. ``lasts`` are number, count of facts and last state of its cases."""

    def lasts(self) -> Iterable[tuple[int, int, str]]: ...

    def versions_used(self) -> Mapping[int, Collection[int]]: ...

    def events(self, kinds: tuple[str, ...]) -> Iterable[tuple[int, str, str]]: ...

    def stories(self, cases: Collection[int] | None) -> Iterator[Story]: ...


def piece(thinker: Thinker, log: Log, zone: str, only: frozenset[int] | None = None) -> Part:
    """Counts every case of the stretch (``only`` these, if given) on both sides."""
    part, local = Part(), ZoneInfo(zone)
    alike = Side()
    settled = _settled(thinker, log) if thinker.quick else {}
    for case, (facts, outcome) in settled.items():
        if only is None or case in only:
            part.cases += 1
            part.facts += facts
            alike.add(outcome, local)
    for story in _others(log, settled, only):
        was, would, changed, left_out = thinker.think(story)
        part.cases += 1
        part.facts += len(story.written)
        part.left_out_facts += left_out
        if changed is None:
            alike.add(was, local)
            continue
        part.recorded.add(was, local)
        part.candidate.add(would, local)
        part.add_changed(changed)
    part.recorded.take_in(alike)
    part.candidate.take_in(alike)
    return part


def _others(log: Log, settled: Mapping[int, object], only: frozenset[int] | None) -> Iterator[Story]:
    """The stories that have to be read."""
    if not settled and only is None:
        yield from log.stories(None)
        return
    wanted = [case for case, _, _ in log.lasts() if case not in settled and (only is None or case in only)]
    if wanted:
        yield from log.stories(wanted)


def _settled(thinker: Thinker, log: Log) -> dict[int, tuple[int, Outcome]]:
    """The cases in which nothing can differ, with their facts and what became of them."""
    used = log.versions_used()
    quick = {version: thinker.quick_for(version) for versions in used.values() for version in versions}
    if not any(quick.values()):
        return {}
    outcomes: defaultdict[int, Outcome] = defaultdict(Outcome)
    asks_risk = any(way.asks_risk for way in quick.values() if way is not None)
    for case, kind, body in log.events((*KINDS, RISK) if asks_risk else KINDS):
        outcomes[case].add(kind, body)
    found: dict[int, tuple[int, Outcome]] = {}
    for case, facts, state in log.lasts():
        outcome = outcomes[case]
        ways = [quick[version] for version in used.get(case, ())]
        if not ways or None in ways:
            continue
        last = _read_last(state)
        if all(way.never_differs(last, outcome) for way in ways if way is not None):
            found[case] = (facts, outcome)
    return found
