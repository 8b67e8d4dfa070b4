"""Routing: one accountable owner, chosen from people who are there, able, reachable and not full.

Earlier targets come before later ones. Within a target: whoever had the case before (or stands in for
them), then the least load for their capacity, then the smaller load, then the id, so that the same question
always has the same answer. Everybody who was looked at is named with a verdict: "why not Tom?" is a
question people ask.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from math import inf
from typing import Literal, NamedTuple

import msgspec

from leeway.core.roster import (
    SHIFTS_LOOK_AHEAD,
    Roster,
    Unavailable,
    UnknownName,
    Why,
    availability,
    back_at,
    on_call,
    people_in,
    reachable,
    substitute_for,
)
from leeway.core.worktime import Interval

Verdict = Literal[
    "chosen",
    "could_have",
    "excluded",
    "lacks_skill",
    "lacks_language",
    "elsewhere",
    "no_such_target",
    "nobody_on_it",
    Why,
]


DUTIES_AHEAD = 14
"""How many changes on a rota are looked at to say when somebody will be there."""


class Need(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a case needs from its owner.

    ``targets`` are tried in order (see ``core.roster``). All of ``skills`` are needed, one of ``languages``
    is enough, and so is one of ``channels`` (empty: any way to reach them). ``prefer`` are earlier owners,
    the most recent first. ``needs_hours=False`` takes people outside their working hours; people on call
    are always taken so.
    """

    targets: tuple[str, ...]
    skills: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    prefer: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    needs_hours: bool = True


class Considered(msgspec.Struct, frozen=True, omit_defaults=True):
    """Somebody who was looked at, and what became of it; or a target that nobody stands behind."""

    person: str
    verdict: Verdict
    why: str = ""


class Choice(msgspec.Struct, frozen=True, omit_defaults=True, tag="choice"):
    """The one who shall own the case, in which target they were found, and why them, in words."""

    person: str
    target: str
    why: str
    considered: tuple[Considered, ...] = ()


class Nobody(msgspec.Struct, frozen=True, omit_defaults=True, tag="nobody"):
    """Nobody can take the case now.

    ``next_open`` is when the first of those who would suit is there again; None when no time is in sight.
    It looks at hours, absences and rotas, not at load: nobody knows how many cases they will have by then.
    """

    considered: tuple[Considered, ...]
    next_open: datetime | None = None


def choose(
    roster: Roster, need: Need, *, at: datetime, load: Mapping[str, int], explain: bool = True
) -> Choice | Nobody:
    """The owner for a case. ``load`` is the number of cases each person owns now (missing: none).

    A target that this roster no longer has (a running case keeps its older policy) is passed over, and said
    so. Without ``explain`` a choice does not say what became of the others; every new case is routed so.
    """
    question = _Question(roster, need, at, load)
    looked_at: dict[str, _Objection | None] = {}
    for target in need.targets:
        found = _candidates(question, target)
        if isinstance(found, Considered):
            looked_at[target] = found
            continue
        best, objections = _best(question, found, look_at_all=explain)
        looked_at |= {name: objections[name] for name, *_ in found if name in objections}
        if best is not None:
            return _choice(question, best, target, _in_words(question, looked_at) if explain else None)
    return Nobody(_everybody(question, _in_words(question, looked_at)), _next_open(question))


class _Question(NamedTuple):
    roster: Roster
    need: Need
    at: datetime
    load: Mapping[str, int]

    def carried_by(self, person: str) -> int:
        return self.load.get(person, 0)


class _Candidate(NamedTuple):
    """``place`` in the queue, before load counts: earlier owners, then members, then substitutes."""

    person: str
    place: int
    on_call: bool
    stands_in_for: str = ""


# Who is there to choose from


def _candidates(question: _Question, target: str) -> list[_Candidate] | Considered:
    """Everybody a target offers, and whoever stands in for those who are away, each of them once."""
    try:
        people = people_in(question.roster, target, question.at)
    except UnknownName as unknown:
        return Considered(target, "no_such_target", str(unknown))
    if not people:
        return Considered(target, "nobody_on_it", "nobody stands behind it at this time")
    on_call = target.startswith(("rota:", "next:"))
    if not question.need.prefer and question.roster.sometimes_absent.isdisjoint(people):  # nearly always
        return [_Candidate(person, 0, on_call) for person in dict.fromkeys(people)]
    best: dict[str, _Candidate] = {}
    for candidate in _with_substitutes(question, people, on_call=on_call):
        known = best.get(candidate.person)
        if known is None or candidate.place < known.place:
            best[candidate.person] = candidate
    return list(best.values())


def _with_substitutes(question: _Question, people: tuple[str, ...], *, on_call: bool) -> Iterator[_Candidate]:
    prefer = question.need.prefer
    members, substitutes = len(prefer), len(prefer) + 1
    for person in people:
        place = prefer.index(person) if person in prefer else members
        yield _Candidate(person, place, on_call)
        stand_in = substitute_for(question.roster, person, question.at).person
        if stand_in not in ("", person):
            place = place if person in prefer else substitutes
            yield _Candidate(stand_in, place, on_call, stands_in_for=person)


def _best(
    question: _Question, found: Iterable[_Candidate], *, look_at_all: bool
) -> tuple[_Candidate | None, dict[str, _Objection | None]]:
    """The first in rank nothing speaks against, and what speaks against everybody who was looked at."""
    best, objections = None, {}
    for candidate in sorted(found, key=lambda candidate: _rank(question, candidate)):
        objection = objections[candidate.person] = _objection(question, candidate)
        if objection is None and best is None:
            best = candidate
            if not look_at_all:
                break
    return best, objections


def _rank(question: _Question, candidate: _Candidate) -> tuple[int, float, int, str]:
    carried = question.load.get(candidate.person, 0)
    # Equal shares are equal floats: division is rounded correctly, and nobody carries millions of cases.
    capacity = question.roster.person(candidate.person).capacity
    relative = carried / capacity if capacity else inf
    return candidate.place, relative, carried, candidate.person


# What speaks against them


_Objection = Considered | Unavailable


def _objection(question: _Question, candidate: _Candidate) -> _Objection | None:
    person = candidate.person
    unfit = _unfit(question, person)
    if unfit:
        return unfit
    found = availability(
        question.roster,
        person,
        question.at,
        load=question.load.get(person, 0),
        channels=question.need.channels,
        needs_hours=question.need.needs_hours and not candidate.on_call,
    )
    return found if isinstance(found, Unavailable) else None


def _unfit(question: _Question, person: str) -> Considered | None:
    """What speaks against a person whatever the time."""
    need, someone = question.need, question.roster.person(person)
    if person in need.exclude:
        return Considered(person, "excluded", "not to be asked for this case")
    if need.skills:
        missing = [skill for skill in need.skills if skill not in someone.skills]
        if missing:
            return Considered(person, "lacks_skill", f"does not know {_listed(missing)}")
    if need.languages and not set(need.languages) & set(someone.languages):
        return Considered(person, "lacks_language", f"does not speak {_listed(need.languages, 'or')}")
    return None


def _in_words(question: _Question, looked_at: Mapping[str, _Objection | None]) -> dict[str, Considered]:
    return {name: _verdict(question, name, objection) for name, objection in looked_at.items()}


def _verdict(question: _Question, person: str, objection: _Objection | None) -> Considered:
    match objection:
        case Unavailable():
            return Considered(person, objection.why, _why_not(question, person, objection))
        case Considered():
            return objection
        case _:
            return Considered(person, "could_have", _carries(question, person))


def _why_not(question: _Question, person: str, found: Unavailable) -> str:
    back = f", back {found.until:%Y-%m-%d %H:%M} UTC" if found.until else ""
    match found.why:
        case "inactive":
            return "no longer works here"
        case "absent":
            return f"absent{back or ' until further notice'}"
        case "outside_hours":
            return f"outside working hours{back}"
        case "unreachable":
            return f"cannot be reached by {_listed(question.need.channels or ('anything',), 'or')}"
        case "over_capacity":
            mine = question.roster.person(person).capacity
            return f"full: {_carries(question, person)}" if mine else "takes no cases"


def _everybody(question: _Question, considered: Mapping[str, Considered]) -> tuple[Considered, ...]:
    """With the earlier owners whom no target offers: "why did it not go back to Tom?"."""
    elsewhere = (
        Considered(person, "elsewhere", "had this case before, but does not work where it goes")
        for person in dict.fromkeys(question.need.prefer)
        if person not in considered
    )
    return (*considered.values(), *elsewhere)


# The answer, in words


def _choice(
    question: _Question, best: _Candidate, target: str, considered: Mapping[str, Considered] | None
) -> Choice:
    why = "; ".join(_reasons(question, best, target))
    if considered is None:
        return Choice(best.person, target, why)
    chosen = {best.person: Considered(best.person, "chosen", why)}
    return Choice(best.person, target, why, _everybody(question, {**considered, **chosen}))


def _reasons(question: _Question, best: _Candidate, target: str) -> Iterator[str]:
    need, someone = question.need, question.roster.person(best.person)
    if best.stands_in_for:
        yield f"stands in for {question.roster.person(best.stands_in_for).name}"
    if best.person in need.prefer:
        yield "had this case before"
    if best.on_call:
        yield f"on call ({target.partition(':')[2]})"
    if need.skills:
        yield f"knows {_listed(need.skills)}"
    if need.languages:
        yield f"speaks {_listed([language for language in need.languages if language in someone.languages])}"
    yield _carries(question, best.person)


def _carries(question: _Question, person: str) -> str:
    return f"has {question.carried_by(person)} of {question.roster.person(person).capacity} cases"


def _listed(words: Sequence[str], joined_by: str = "and") -> str:
    return f" {joined_by} ".join(filter(None, (", ".join(words[:-1]), words[-1])))


# When will somebody be there?


def _next_open(question: _Question) -> datetime | None:
    times = (time for target in question.need.targets for time in _comings(question, target))
    return min((time for time in times if time > question.at), default=None)


def _comings(question: _Question, target: str) -> Iterator[datetime]:
    """When those whom a target offers, and who would suit, are there again."""
    kind, _, name = target.partition(":")
    if kind != "rota":
        yield from _comings_back(question, target)
        return
    for duty in _duties(question, name):
        yield from (
            back for back in _comings_back(question._replace(at=duty.start), target) if back < duty.end
        )


def _duties(question: _Question, rota: str) -> Iterator[Interval]:
    """The time of whoever is on call, and of those after them, as far as it is worth looking."""
    start = question.at
    for _ in range(DUTIES_AHEAD):
        try:
            until = on_call(question.roster, rota, start).until
        except UnknownName:
            return
        yield Interval(start, until or start + SHIFTS_LOOK_AHEAD)
        if until is None:
            return
        start = until


def _comings_back(question: _Question, target: str) -> Iterator[datetime]:
    found = _candidates(question, target)
    for candidate in found if isinstance(found, list) else ():
        if _suits(question, candidate.person):
            needs_hours = question.need.needs_hours and not candidate.on_call
            back = back_at(question.roster, candidate.person, question.at, needs_hours=needs_hours)
            yield from () if back is None else (back,)


def _suits(question: _Question, person: str) -> bool:
    someone = question.roster.person(person)
    able = someone.active and someone.capacity > 0 and reachable(someone, question.need.channels)
    return able and _unfit(question, person) is None
