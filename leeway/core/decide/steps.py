"""Steps of a level: what happens there at once, after ten minutes, every day, unless it has been overtaken."""

from __future__ import annotations

from leeway.core.clocks import Clock
from leeway.core.decide.turn import Turn
from leeway.core.people import people_of
from leeway.core.policy import Level, Span, Step

AT_ONCE = Span(0)


def start(turn: Turn, level: Level) -> None:
    """Do what is due at once and set a clock for each later step. The episode is this arrival at this level."""
    episode = f"{level.name}:{turn.case.version}"
    for index, step in enumerate(turn.policy.steps_of(level.name)):
        if step.after.seconds == 0 and step.every is None:
            run(turn, step, episode, f"step:{level.name}:{index}")
        else:
            _schedule(turn, step, step.after, name=f"step:{level.name}:{index}", episode=episode)


def _schedule(turn: Turn, step: Step, after: Span, *, name: str, episode: str, rounds: int = 0) -> None:
    calendar = turn.calendar_of(turn.level)
    turn.start_clock(name, "step", after, calendar, episode=episode, about=step.do, rounds=rounds)


def due(turn: Turn, clock: Clock) -> None:
    """A step's time has come: do it if its condition still holds, and plan the next round if it repeats."""
    _, level, index = clock.name.split(":", 2)
    turn.stop_clock(clock.name, "met")
    all_steps = turn.policy.steps_of(level)
    if turn.case.level != level or int(index) >= len(all_steps):
        return
    step = all_steps[int(index)]
    if not _overtaken(turn, step):
        run(turn, step, clock.episode, f"{clock.name}:{clock.rounds}")
        more = step.every is not None and (step.times == 0 or clock.rounds + 1 < step.times)
        if more and step.every is not None and turn.case.level == level and turn.case.live:
            _schedule(turn, step, step.every, name=clock.name, episode=clock.episode, rounds=clock.rounds + 1)


def _overtaken(turn: Turn, step: Step) -> bool:
    """Whether what the step waits for has happened since the case arrived here."""
    since = turn.case.level_since or turn.now
    record = turn.case.escalation
    match step.if_not:
        case "accepted":
            return record is not None and record.accepted_at is not None
        case "answered":
            return turn.case.last_answer_at is not None and turn.case.last_answer_at >= since
        case "resolved":
            return not turn.case.live
        case _:
            return False


def run(turn: Turn, step: Step, episode: str, key: str) -> None:
    from leeway.core.decide import escalating, owners, words  # noqa: PLC0415 - a step can make the case climb

    match step.do:
        case "tell":
            subject = words.asked_subject(turn)
            body = words.packet_in_short(turn)
            turn.tell(
                "step", f"{key}:{episode}", targets(turn, step.who), subject, body, by=step.by, urgency="now"
            )
        case "give_to":
            asked = turn.case.asked
            exclude = asked.tried if asked else ()
            person = next((name for name in targets(turn, step.who) if name not in exclude), "")
            if person:
                owners.give_to(turn, person, exclude)
            else:
                owners.ask(turn, turn.level, "the step's own target has nobody", exclude=exclude)
        case "update_customer":
            text = words.customer_text(turn, "update") or words.customer_text(turn, "escalated")
            turn.tell_customer("update", f"{key}:{episode}", text)
        case "climb":
            escalating.climb(turn, f"nobody resolved it at {turn.case.level} in time")


def targets(turn: Turn, who: str) -> tuple[str, ...]:
    """People behind a step's or warning's target; ``owner``, ``asked`` and ``manager_of:owner`` are the case's own."""
    asked = turn.case.asked.person if turn.case.asked else ""
    match who:
        case "owner":
            return (turn.case.owner,)
        case "asked":
            return (asked or turn.case.owner,)
        case "manager_of:owner":
            return people_of(turn.world.roster, f"manager_of:{turn.case.owner}", turn.now)
        case "team":
            return people_of(turn.world.roster, turn.level.target, turn.now)
        case _:
            return people_of(turn.world.roster, who, turn.now)
