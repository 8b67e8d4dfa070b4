"""Time passed: what each clock does when it warns and when it runs out, in the order in which it became true."""

from __future__ import annotations

from datetime import datetime

from leeway.core import events as e
from leeway.core.clocks import Clock
from leeway.core.cue import Cue
from leeway.core.decide import (
    approving,
    consulting,
    escalating,
    levels,
    owners,
    promising,
    solving,
    steps,
    watching,
)
from leeway.core.decide.turn import Turn
from leeway.core.patterns import answer_overdue, promise_overdue
from leeway.core.people import people_of
from leeway.core.policy import Warn
from leeway.core.roster import back_at
from leeway.core.worktime import ALWAYS

MOST_AT_ONCE = 200
"""Clock moments handled in one tick. A case never has that many due; it stops a loop nobody foresaw."""


def ticked(turn: Turn) -> None:
    """Handle every moment that is due, the earliest first; each may start, stop or void others."""
    for _ in range(MOST_AT_ONCE):
        clock = _earliest_due(turn)
        if clock is None:
            return
        at = clock.wakes_at
        if clock.due is not None and at is not None and at < clock.due:
            _warn(turn, clock)
        else:
            _run_out(turn, clock)


def _earliest_due(turn: Turn) -> Clock | None:
    due = [
        (at, clock.name) for clock in turn.case.clocks.values() if (at := clock.wakes_at) and at <= turn.now
    ]
    return turn.case.clocks[min(due)[1]] if due else None


def _warn(turn: Turn, clock: Clock) -> None:
    at, index = clock.warn_at[0]
    turn.emit(e.ClockWarned(at=at, name=clock.name, kind=clock.kind, index=index, due=clock.due))
    if clock.kind == "promise":
        promising.approaching(turn, int(clock.name.removeprefix("promise:")))
        return
    if clock.kind == "approval":
        approving.warned(turn, clock)
        return
    warning = clock.warnings[index] if index < len(clock.warnings) else Warn()
    to = tuple(name for target in warning.tell for name in steps.targets(turn, target))
    due = f"{clock.due:%Y-%m-%d %H:%M} UTC" if clock.due else ""
    turn.tell(
        "clock_warning",
        f"warn:{clock.name}:{index}:{turn.case.version}",
        to,
        f"Case C-{turn.case.id}: {_named(clock)} is due {due}",
        _about(turn),
    )


def _about(turn: Turn) -> str:
    summary = turn.case.summary
    return f"{turn.case.customer_name or 'The customer'}: {summary.text if summary else turn.case.subject}"


def _named(clock: Clock) -> str:
    names = {
        "first_response": "the first answer",
        "next_response": "an answer",
        "update": "news to the customer",
        "accept": "taking it",
        "level": "a resolution at this level",
        "resolution": "the whole case",
        "follow_up": "the follow-up",
        "regulator": f"the regulator's deadline ({clock.name.removeprefix('regulator:')})",
    }
    return names.get(clock.kind, clock.kind.replace("_", " "))


def _run_out(turn: Turn, clock: Clock) -> None:
    """What running out means depends on the kind. Helpers of our own (steps, rests) are no deadlines anybody missed."""
    match clock.kind:
        case "step":
            _step(turn, clock)
        case "rest":
            _rest(turn, clock)
        case "follow_up":
            turn.stop_clock(clock.name, "met")
            solving.follow_up_due(turn, clock.rounds)
        case "level" if turn.case.escalation is None and turn.case.waiting_since is None:
            _unsolved_but_quiet(turn, clock)
        case "accept" if clock.about in ("opening", "nobody"):
            turn.stop_clock(clock.name, "void")
            owners.ask(
                turn, turn.level, "the level is open again" if clock.about == "opening" else "asked again"
            )
        case _:
            _breach(turn, clock)


def _unsolved_but_quiet(turn: Turn, clock: Clock) -> None:
    """The time of an ordinary case is up while the customer owes the next word: the owner looks, nobody goes up."""
    turn.stop_clock(clock.name, "void")
    turn.tell(
        "unsolved",
        f"unsolved:{clock.started_at:%Y%m%dT%H%M%S}",
        (turn.case.owner,),
        f"Case C-{turn.case.id} is not solved yet",
        "The last word was ours. Ask, pause it with its cause, or resolve it.",
        urgency="whenever",
    )


def _breach(turn: Turn, clock: Clock) -> None:
    due = clock.due or turn.now
    turn.emit(
        e.ClockBreached(
            at=due,
            name=clock.name,
            kind=clock.kind,
            noticed_at=turn.now,
            level=turn.case.level,
            owner=turn.case.owner,
        )
    )
    match clock.kind:
        case "promise":
            number = int(clock.name.removeprefix("promise:"))
            promising.broke(turn, number, due)
            turn.stop_clock(clock.name, "late")
            _pattern_seen(turn, promise_overdue(turn.case))
        case "accept":
            _not_accepted(turn, clock, due)
        case "level":
            escalating.climb(turn, f"not resolved at {turn.case.level} in time")
        case "update":
            _tell_owner_and_head(turn, clock, "The customer was to hear from us by now.")
            _next_round(turn, clock)
        case "consult":
            consulting.ran_out(turn, clock)
        case "approval":
            approving.ran_out(turn, clock)
        case "first_response" | "next_response":
            _unanswered(turn, clock)
        case _:
            _tell_owner_and_head(turn, clock, "The deadline has passed.")


def _not_accepted(turn: Turn, clock: Clock, due: datetime) -> None:
    """Silence: the next person is asked; after as many silences as the matrix says the case climbs instead."""
    turn.stop_clock(clock.name, "late")
    asked = turn.case.asked
    if asked is None:
        return
    silent = asked.silent + (not asked.question)  # who asked back and got no answer was not silent
    turn.emit(e.AcceptExpired(at=due, person=asked.person, silent=silent))
    level = turn.level_named(asked.level)
    called = level.label or level.name
    limit = level.climb_after_silent_accepts
    if limit and silent >= limit and levels.next_above(turn, level) is not None:
        escalating.climb(turn, f"nobody at {called} took it: asked {silent} times")
        return
    others = set(people_of(turn.world.roster, level.target, turn.now)) - set(asked.tried)
    if others:
        owners.ask(turn, level, f"{asked.person} did not answer", exclude=asked.tried, silent=silent)
    elif not owners.nobody_took_it(turn, level):
        # The top, and all were asked: round again, and the head of the house hears every round.
        _tell_owner_and_head(turn, clock, f"Nobody at {called} has taken it: asked {silent} times.")
        owners.ask(turn, level, "asked again", silent=silent)


def _unanswered(turn: Turn, clock: Clock) -> None:
    """The customer waits too long: people hear, it is a sign for the matrix, and a silent owner's case comes back."""
    _tell_owner_and_head(turn, clock, "The customer is waiting for an answer.")
    length = turn.policy.silent_owner_after
    turn.start_clock(
        "silent", "rest", length, turn.house_calendar, episode=_waiting_episode(turn), about=turn.case.owner
    )
    _pattern_seen(turn, answer_overdue(turn.case))


def _waiting_episode(turn: Turn) -> str:
    """What a delayed action about an unanswered customer belongs to: this wait, and no other."""
    return f"waiting:{turn.case.waiting_since:%Y%m%dT%H%M%S}" if turn.case.waiting_since else "answered"


def _pattern_seen(turn: Turn, cue: Cue) -> None:
    turn.emit(e.CuesSeen(at=turn.now, cues=(cue,)))
    turn.rejudge(cues=(cue,))


def _tell_owner_and_head(turn: Turn, clock: Clock, says: str) -> None:
    owner = turn.case.owner
    head = people_of(turn.world.roster, f"manager_of:{owner}", turn.now) if owner else ()
    due = f"{clock.due:%Y-%m-%d %H:%M} UTC" if clock.due else ""
    key = f"late:{clock.name}:{turn.case.version}"
    turn.tell(
        "clock_breached",
        key,
        (owner, *head),
        f"Case C-{turn.case.id}: {_named(clock)} was due {due}",
        says,
        urgency="now",
    )


def _next_round(turn: Turn, clock: Clock) -> None:
    """A missed interval is counted once; the next interval runs from now."""
    turn.stop_clock(clock.name, "late")
    level = turn.level
    turn.start_clock(
        clock.name, clock.kind, level.update, turn.calendar_of(level), warnings=level.warn, about=clock.about
    )


def _step(turn: Turn, clock: Clock) -> None:
    if clock.name == "hold":
        turn.stop_clock("hold", "met")
        escalating.hold_ran_out(turn)
    else:
        steps.due(turn, clock)


def _rest(turn: Turn, clock: Clock) -> None:
    """Clocks nobody promised to anybody: they make sure that a case never sleeps for ever."""
    turn.stop_clock(clock.name, "met")
    match clock.name:
        case "silent":
            _silent_owner(turn, clock)
        case "shift":
            _shift_ended(turn, clock)
        case "pause":
            solving.resumed(turn, "the pause is over")
        case watching.CLOCK:
            turn.rejudge()
        case name if name.startswith("grant:"):
            approving.grant_over(turn, clock)
        case _:
            _nothing_planned(turn, clock)


def _nothing_planned(turn: Turn, clock: Clock) -> None:
    """The owner hears of a case that lay still the whole time; one in which anything went on rests once more."""
    last = turn.case.last_message_at
    if _planned(turn) or (last is not None and last > clock.started_at):
        return
    turn.tell(
        "nothing_planned",
        f"rest:{turn.case.version}",
        (turn.case.owner,),
        f"Case C-{turn.case.id} is open and nothing is planned",
        "Answer, set a time, pause it with its cause, or resolve it.",
        urgency="whenever",
    )


def _silent_owner(turn: Turn, clock: Clock) -> None:
    """The owner has said nothing since: the case comes back to the level, unless they have answered meanwhile."""
    if clock.episode != _waiting_episode(turn) or clock.about != turn.case.owner or turn.case.asked:
        return
    owners.ask(turn, turn.level, f"{clock.about} has not answered the customer", exclude=(clock.about,))


def _shift_ended(turn: Turn, clock: Clock) -> None:
    """Hand over only when something real-time would run out before the owner is back."""
    owner = clock.about
    if owner != turn.case.owner or not turn.case.live or turn.case.asked is not None:
        return
    back = back_at(turn.world.roster, owner, turn.now)
    waits = [
        item
        for item in turn.case.clocks.values()
        if item.running
        and not item.length.working
        and item.kind in ("update", "level", "promise", "regulator", "next_response")
        and item.due is not None
        and (back is None or item.due < back)
    ]
    if waits:
        owners.ask(turn, turn.level, f"{owner}'s shift has ended", exclude=(owner,))
    elif back is not None and back <= turn.now:  # a new shift has begun
        owners.watch_shift(turn)
    elif back is not None:
        turn.start_clock("shift", "rest", turn.policy.silent_owner_after, ALWAYS, due=back, about=owner)


def keep_awake(turn: Turn) -> None:
    """Every open case has a next step in the future. One in which nothing is planned gets a rest clock.

    It runs on under whatever is planned later: starting and stopping it with every message would fill the log.
    """
    watching.watch(turn)
    if turn.case.live and "level" not in turn.case.clocks:  # wherever a case is, its time there runs
        level = turn.level
        calendar = turn.calendar_of(level)
        turn.start_clock("level", "level", level.resolve, calendar, warnings=level.warn, about=level.name)
    if not turn.case.live:
        turn.stop_clock("rest", "void")
    elif turn.clock("rest") is None and not _planned(turn):
        turn.start_clock("rest", "rest", turn.policy.silent_owner_after, turn.house_calendar)


def _planned(turn: Turn) -> bool:
    """Whether anything but a rest is going to wake this case."""
    clocks = turn.case.clocks.items()
    return any(
        clock.wakes_at
        for name, clock in clocks
        if name not in ("rest", watching.CLOCK) and not name.startswith("grant:")
    )
