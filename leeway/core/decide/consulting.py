"""Consult first: a question to the next level that leaves the case where it is. Advice and outcome are recorded."""

from __future__ import annotations

from leeway.core import events as e
from leeway.core.case import Consult, number_after
from leeway.core.clocks import Clock
from leeway.core.decide import levels, owners, words
from leeway.core.decide.turn import Turn
from leeway.core.people import name_of, people_of
from leeway.core.policy import Level
from leeway.core.refusals import Refusal
from leeway.core.routing import Choice, Need, choose


def ask(turn: Turn, question: str, to: str, by: str) -> None:
    """A person asks; ``to`` names a level, empty means the next one above."""
    owners.must_be_open(turn, "there is nothing to ask")
    level = levels.wanted(turn, to) if to else levels.next_above(turn, turn.level)
    if level is None:
        raise Refusal(
            f"{turn.case.level} is the top of the house; there is nobody above to consult.", field="to"
        )
    open_consult(turn, level, question, by=by or turn.case.owner)


def open_consult(turn: Turn, level: Level, question: str, *, by: str, rule: str = "") -> None:
    need = Need(
        targets=(level.target,), skills=level.skills, exclude=tuple(filter(None, (by, turn.case.owner)))
    )
    choice = choose(turn.world.roster, need, at=turn.now, load=turn.known.load, explain=False)
    asked_of = choice.person if isinstance(choice, Choice) else ""
    number = number_after(turn.case.consults)
    consult = Consult(number, question, by, asked_of, level.name, turn.now, rule)
    turn.emit(e.ConsultOpened(at=turn.now, consult=consult))
    length = turn.policy.clocks.consult or level.accept
    turn.start_clock(f"consult:{number}", "consult", length, turn.calendar_of(level), about=asked_of)
    body = f"{question}\n\n{words.packet_in_short(turn)}"
    asker = name_of(turn.world.roster, by)
    turn.tell(
        "consult",
        f"consult:{number}",
        (asked_of,) if asked_of else _whole_level(turn, level),
        f"{asker or 'Leeway'} asks for advice on case C-{turn.case.id}",
        body,
        urgency="now",
    )


def _whole_level(turn: Turn, level: Level) -> tuple[str, ...]:
    """Nobody of the level is there: all of them hear, whoever comes first answers."""
    return people_of(turn.world.roster, level.target, turn.now)


def answer(turn: Turn, number: int, advice: str, by: str, *, averted: bool | None) -> None:
    consult = _open_one(turn, number)
    turn.stop_clock(f"consult:{consult.number}", "met")
    turn.emit(e.ConsultClosed(at=turn.at, number=consult.number, advice=advice, by=by, averted=averted))
    turn.tell(
        "consult_answered",
        f"consult_answered:{consult.number}",
        (consult.asked_by or turn.case.owner,),
        f"Advice on case C-{turn.case.id}",
        advice,
        urgency="now",
    )


def _open_one(turn: Turn, number: int) -> Consult:
    waiting = [item for item in turn.case.consults if item.answered_at is None]
    chosen = [item for item in waiting if item.number == number] if number else waiting[-1:]
    if not chosen:
        raise Refusal("No such question is open on this case.", field="consult", code="no_consult")
    return chosen[0]


def ran_out(turn: Turn, clock: Clock) -> None:
    """Nobody answered: the question ends, and the asker hears it instead of waiting on."""
    number = int(clock.name.removeprefix("consult:"))
    turn.stop_clock(clock.name, "late")
    consult = next((item for item in turn.case.consults if item.number == number), None)
    turn.emit(e.ConsultClosed(at=turn.now, number=number, averted=False))
    turn.tell(
        "consult_unanswered",
        f"consult_unanswered:{number}",
        (consult.asked_by if consult else turn.case.owner,),
        f"Nobody answered your question on case C-{turn.case.id}",
        "You may escalate now; the packet is ready.",
    )


def close_open(turn: Turn, *, averted: bool | None) -> None:
    """The case has gone up, or is over: nobody waits for advice any more."""
    for consult in turn.case.consults:
        if consult.answered_at is None:
            turn.stop_clock(f"consult:{consult.number}", "void")
            turn.emit(e.ConsultClosed(at=turn.now, number=consult.number, averted=averted))
