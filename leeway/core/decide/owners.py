"""Who has it: asking, accepting, asking back, declining, silence, handing over. One accountable owner at all times.

A new owner becomes accountable by accepting; until then the old one is. When a level has nobody, the matrix says what
happens; when even that fails, somebody real is made accountable all the same and the plan's failure is on record.
"""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from leeway.core import events as e
from leeway.core.case import Asked, Case
from leeway.core.decide import levels, words
from leeway.core.decide.turn import Turn
from leeway.core.people import name_of, people_of, person, team_lead
from leeway.core.policy import Level, Span
from leeway.core.refusals import MovedOn, Refusal
from leeway.core.roster import Roster, back_at, shift_end
from leeway.core.routing import Choice, Need, Nobody, choose
from leeway.core.worktime import ALWAYS
from leeway.core.world import Known


def assign_first(turn: Turn, agent: str = "") -> None:
    """The first owner of a case: the agent who is already talking to the customer, else whoever the level chooses."""
    level = turn.level
    if agent and person(turn.world.roster, agent) is not None:
        turn.emit(e.OwnerAssigned(at=turn.at, person=agent, level=level.name, why="is in the conversation"))
        return
    choice = _choose(turn, level, (level.target,), exclude=())
    if isinstance(choice, Choice):
        turn.emit(e.OwnerAssigned(at=turn.at, person=choice.person, level=level.name, why=choice.why))
        return
    _nobody_for_the_first(turn, level, choice)


def _nobody_for_the_first(turn: Turn, level: Level, nobody: Nobody) -> None:
    plan = turn.policy.plan_for(level.name)
    turn.emit(_nobody_event(turn, level, nobody))
    stand_in = _by_plan(turn, level, exclude=())
    someone = stand_in or _anybody(turn, level)
    if someone:
        why = "stands in by the matrix" if stand_in else "will be there first"
        turn.emit(e.OwnerAssigned(at=turn.at, person=someone, level=level.name, why=why))
    if plan is not None and plan.tell_customer:
        turn.tell_customer(
            "nobody_there",
            f"nobody:{level.name}:{len(turn.case.contacts)}",
            words.customer_text(turn, plan.tell_customer, next_open=nobody.next_open),
        )


def ask(turn: Turn, level: Level, why: str, *, exclude: tuple[str, ...] = (), silent: int = 0) -> None:
    """Ask somebody of the level to take the case; the one who owns it already at that level simply has it."""
    choice = _choose(turn, level, (level.target,), exclude=exclude)
    if isinstance(choice, Choice):
        _ask_person(turn, level, choice.person, why, exclude=exclude, silent=silent)
        return
    turn.emit(_nobody_event(turn, level, choice))
    plan = turn.policy.plan_for(level.name)
    if plan is not None and plan.tell_customer:
        key = f"nobody:{level.name}:{len(turn.case.escalations)}"
        text = words.customer_text(turn, plan.tell_customer, next_open=choice.next_open)
        turn.tell_customer("nobody_there", key, text)
    stand_in = _by_plan(turn, level, exclude)
    if stand_in:
        _ask_person(turn, level, stand_in, f"{why}; stands in by the matrix", exclude=exclude, silent=silent)
    elif plan is not None and plan.wait and choice.next_open is not None:
        _wait_until_open(turn, level, choice)
    else:
        _last_resort(turn, level, why, exclude=exclude, silent=silent)


def _wait_until_open(turn: Turn, level: Level, nobody: Nobody) -> None:
    """Until somebody is there the owner keeps it, or whoever of the level the plan names; then somebody is asked."""
    plan = turn.policy.plan_for(level.name)
    keeps = turn.level_named(plan.owner_stays) if plan is not None and plan.owner_stays else None
    if keeps is not None and turn.case.owner not in people_of(turn.world.roster, keeps.target, turn.now):
        choice = _choose(turn, keeps, (keeps.target,), exclude=())
        if isinstance(choice, Choice):
            why = f"is accountable until {level.label or level.name} is there"
            turn.emit(e.OwnerAssigned(at=turn.now, person=choice.person, level=keeps.name, why=why))
    turn.start_clock(
        "accept",
        "accept",
        level.accept,
        ALWAYS,
        due=nobody.next_open,
        about="opening",
        episode=f"open:{level.name}",
    )


def _last_resort(turn: Turn, level: Level, why: str, *, exclude: tuple[str, ...], silent: int) -> None:
    """Neither the level nor its plan has anybody now: the next to be there, whoever it is, else the level above."""
    someone = _anybody(turn, level, exclude)
    if someone:
        _ask_person(
            turn,
            level,
            someone,
            f"{why}; will be there first",
            exclude=exclude,
            silent=silent,
            when_back=True,
        )
    elif not nobody_took_it(turn, level):
        nobody_left = f"nobody is left at {level.name}"
        turn.emit(e.NobodyReachable(at=turn.now, notice=f"ask:{level.name}", person="", why=nobody_left))
        if turn.case.owner == "":
            assign_anybody(turn)
        turn.start_clock(
            "accept", "accept", level.accept, turn.calendar_of(level), about="nobody", episode="nobody"
        )


def nobody_took_it(turn: Turn, level: Level) -> bool:
    """All who could be asked at this level were: the owner keeps what they only wanted to pass on, anything else goes
    up. False at the top of the house, where it can only go round again.
    """
    from leeway.core.decide import escalating  # noqa: PLC0415 - a case nobody takes climbs: the two know each other

    called = level.label or level.name
    if turn.case.escalation is None and _owner_is_there(turn):
        turn.tell(
            "stays_with_you",
            f"stays:{turn.case.version}",
            (turn.case.owner,),
            f"Case C-{turn.case.id} stays with you: nobody at {called} took it",
            urgency="now",
        )
        return True
    if levels.next_above(turn, turn.level) is None:
        return False
    escalating.climb(turn, f"nobody at {called} took it")
    return True


def _owner_is_there(turn: Turn) -> bool:
    """Whether the owner can look after it: they are at work, and it is not their silence that moved the case."""
    roster, owner = turn.world.roster, turn.case.owner
    silent = any(
        clock.breached_at is not None and clock.kind in ("first_response", "next_response")
        for clock in turn.case.clocks.values()
    )
    known = person(roster, owner)
    return known is not None and known.active and not silent and back_at(roster, owner, turn.now) == turn.now


def assign_anybody(turn: Turn) -> None:
    """An owner at any price: the policy's default, or the first active person of the roster."""
    roster = turn.world.roster
    default = turn.policy.default_owner
    active = [someone.id for someone in roster.people if someone.active]
    chosen = default if default in active else next(iter(active), default)
    if chosen:
        turn.emit(
            e.OwnerAssigned(at=turn.at, person=chosen, level=turn.case.level, why="nobody else is left")
        )


def _ask_person(
    turn: Turn,
    level: Level,
    who: str,
    why: str,
    *,
    exclude: tuple[str, ...],
    silent: int,
    when_back: bool = False,
) -> None:
    """Ask one person. ``when_back``: they are not there now, so their time to answer begins when they are."""
    if who == turn.case.owner:
        turn.stop_clock("accept", "cancelled")
        turn.emit(e.OwnerAccepted(at=turn.now, person=who, level=level.name))
        after_acceptance(turn)
        return
    turn.emit(
        e.OwnerAsked(
            at=turn.now, person=who, level=level.name, why=why, silent=silent, tried=(*exclude, who)[-20:]
        )
    )
    turn.start_clock(
        "accept",
        "accept",
        level.accept,
        turn.calendar_of(level),
        start=_back_at_work(turn, who) if when_back else turn.now,
        warnings=level.warn,
        episode=f"asked:{who}",
        about=who,
    )
    turn.tell(
        "asked",
        f"asked:{who}:{turn.case.version}",
        (who,),
        words.asked_subject(turn),
        words.packet_in_short(turn),
        urgency="now",
    )


def _back_at_work(turn: Turn, who: str) -> datetime:
    known = person(turn.world.roster, who) is not None
    return (back_at(turn.world.roster, who, turn.now) if known else None) or turn.now


def need_of(case: Case, level: Level, targets: tuple[str, ...], exclude: tuple[str, ...]) -> Need:
    """What a case needs from whoever of a level takes it; also asked by whoever explains a choice later."""
    return Need(
        targets=targets,
        skills=level.skills,
        languages=(case.language,) if case.language else (),
        exclude=exclude,
        prefer=tuple(reversed(case.owners)),
    )


def _choose(turn: Turn, level: Level, targets: tuple[str, ...], exclude: tuple[str, ...]) -> Choice | Nobody:
    return choose_for(turn.world.roster, need_of(turn.case, level, targets, exclude), turn.known)


def choose_for(roster: Roster, need: Need, known: Known, *, explain: bool = False) -> Choice | Nobody:
    """The customer's language is a wish: somebody who is there in another language is better than nobody."""
    choice = choose(roster, need, at=known.now, load=known.load, explain=explain)
    if isinstance(choice, Choice) or not need.languages:
        return choice
    return choose(roster, replace(need, languages=()), at=known.now, load=known.load, explain=explain)


def _by_plan(turn: Turn, level: Level, exclude: tuple[str, ...]) -> str:
    plan = turn.policy.plan_for(level.name)
    if plan is None or not plan.hand_to:
        return ""
    need = Need(targets=(plan.hand_to,), exclude=exclude)
    choice = choose(turn.world.roster, need, at=turn.now, load=turn.known.load, explain=False)
    return choice.person if isinstance(choice, Choice) else ""


def _anybody(turn: Turn, level: Level, exclude: tuple[str, ...] = ()) -> str:
    """Somebody of the level who can be reached, in or out of hours, the least loaded first."""
    roster = turn.world.roster
    need = Need(targets=(level.target,), exclude=exclude, needs_hours=False)
    choice = choose(roster, need, at=turn.now, load=turn.known.load, explain=False)
    if isinstance(choice, Choice):
        return choice.person
    lead = team_lead(roster, level.target)
    return lead if lead and lead not in exclude else ""


def _nobody_event(turn: Turn, level: Level, nobody: Nobody) -> e.NobodyThere:
    plan = turn.policy.plan_for(level.name)
    says = "no plan" if plan is None else (f"hand to {plan.hand_to}" if plan.hand_to else "wait until open")
    considered = tuple(f"{item.person}: {item.verdict}" for item in nobody.considered)[:20]
    return e.NobodyThere(
        at=turn.now, level=level.name, plan=says, next_open=nobody.next_open, considered=considered
    )


def give_to(turn: Turn, who: str, exclude: tuple[str, ...]) -> None:
    """A step of the matrix makes this person the one who is asked."""
    silent = turn.case.asked.silent if turn.case.asked else 0
    _ask_person(turn, turn.level, who, "given by the matrix", exclude=exclude, silent=silent)


# --- answers of the person asked --------------------------------------------------------------------------------------


def accept(turn: Turn, who: str, seen: int | None = None) -> None:
    """The person asked takes the case; so may anybody who works at that level or above."""
    asked = turn.case.asked
    if turn.case.owner == who and asked is None:
        turn.set_aside("they own it already")
        return
    must_be_open(turn, "there is nothing to accept")
    if seen is not None and seen < turn.seen and (asked is None or asked.person != who):
        raise MovedOn
    level = turn.level_named(asked.level) if asked else turn.level
    if (asked is None or asked.person != who) and who not in _may_take(turn, level):
        raise Refusal(
            f"{name_of(turn.world.roster, who)} does not work at {level.label or level.name} or above.",
            field="by",
            code="not_theirs",
        )
    turn.stop_clock("accept", "met")
    turn.emit(e.OwnerAccepted(at=turn.at, person=who, level=level.name))
    after_acceptance(turn)


def _may_take(turn: Turn, level: Level) -> frozenset[str]:
    """Everybody of this level and of those above, their heads, and whoever stands in for them by the matrix."""
    above = [one for one in levels.all_levels(turn) if one.rank >= level.rank]
    plans = filter(None, (turn.policy.plan_for(one.name) for one in above))
    targets = [*(one.target for one in above), *(plan.hand_to for plan in plans if plan.hand_to)]
    roster = turn.world.roster
    people = [name for target in targets for name in people_of(roster, target, turn.now)]
    heads = [team_lead(roster, one.target) for one in above]
    return frozenset(filter(None, (*people, *heads)))


def must_be_open(turn: Turn, so: str) -> None:
    if not turn.case.live:
        raise Refusal(f"This case is {turn.case.status}; {so}.", code="over")


def after_acceptance(turn: Turn) -> None:
    """What follows once somebody is accountable: steps that waited for it are void, their shift end is watched."""
    for clock in [clock for clock in turn.case.clocks.values() if clock.name in ("silent", "shift")]:
        turn.stop_clock(clock.name, "void")
    watch_shift(turn)
    record = turn.case.escalation
    if record is not None and record.state == "escalated":
        rule = next((rule for rule in turn.policy.rules if rule.name == record.rule), None)
        text = words.customer_text(turn, rule.tell_customer if rule else "escalated")
        turn.tell_customer(
            "escalated", f"escalated:{record.number}:{turn.case.level}:{turn.case.owner}", text
        )
    elif turn.case.owner_changes:
        key = f"handed_over:{turn.case.owner_changes}"
        turn.tell_customer("handed_over", key, words.customer_text(turn, "handed_over"))


def watch_shift(turn: Turn) -> None:
    """At the end of the owner's shift, somebody looks whether a clock would run out before they are back."""
    if turn.case.escalation is None:
        return
    roster = turn.world.roster
    ends = shift_end(roster, turn.case.owner, turn.now) if person(roster, turn.case.owner) else None
    if ends is not None and ends > turn.now:
        turn.start_clock("shift", "rest", Span(0), ALWAYS, due=ends, about=turn.case.owner)


def _asked(turn: Turn, who: str, act: str) -> Asked:
    """Who was asked to take it; only they can answer that. Without a name it is them."""
    asked = turn.case.asked
    if asked is None:
        raise Refusal(
            f"Nobody has been asked to take this case, so there is nothing to {act}.", code="not_asked"
        )
    if who not in ("", asked.person):
        other = name_of(turn.world.roster, asked.person)
        raise Refusal(
            f"{other} was asked to take this case; only they can {act}.", field="by", code="not_asked"
        )
    return asked


def _time_to_answer(turn: Turn, asked: Asked) -> None:
    """The person asked has the whole accept time again: asking back is no silence, an answer wants to be read."""
    level = turn.level_named(asked.level)
    turn.stop_clock("accept", "met")
    turn.start_clock(
        "accept",
        "accept",
        level.accept,
        turn.calendar_of(level),
        warnings=level.warn,
        episode=f"asked:{asked.person}",
        about=asked.person,
    )


def ask_back(turn: Turn, who: str, question: str) -> None:
    asked = _asked(turn, who, "ask back")
    turn.emit(e.AskedBack(at=turn.at, person=asked.person, question=question))
    _time_to_answer(turn, asked)
    turn.tell(
        "asked_back",
        f"asked_back:{turn.case.version}",
        (turn.case.owner,),
        f"{name_of(turn.world.roster, asked.person)} asks before taking case {turn.case.id}",
        question,
        urgency="now",
    )


def answer_back(turn: Turn, who: str, answer: str) -> None:
    asked = turn.case.asked
    if asked is None or not asked.question:
        raise Refusal("No question is open on this hand-off.", code="no_question")
    turn.emit(e.AskBackAnswered(at=turn.at, person=who, answer=answer))
    _time_to_answer(turn, asked)
    turn.tell(
        "ask_back_answered",
        f"ask_back_answered:{turn.case.version}",
        (asked.person,),
        f"Answer on case {turn.case.id}",
        answer,
        urgency="now",
    )


def decline(turn: Turn, who: str, reason: str) -> None:
    """The person asked says no, with a reason; the next one is asked, unless it has gone round too often."""
    asked = _asked(turn, who, "decline")
    turn.emit(e.HandoffTurnedDown(at=turn.at, person=asked.person, reason=reason))
    turn.stop_clock("accept", "cancelled")
    turned_down = len(asked.tried)
    if turned_down + turn.case.owner_changes >= turn.policy.ping_pong_limit:
        stop_ping_pong(turn)
        return
    why = f"declined by {name_of(turn.world.roster, asked.person)}: {reason}"
    ask(turn, turn.level_named(asked.level), why, exclude=asked.tried, silent=asked.silent)


def stop_ping_pong(turn: Turn) -> None:
    """It has gone round enough: the head of the level has it, and keeps it until it is resolved or climbs."""
    roster = turn.world.roster
    level = turn.level
    head = team_lead(roster, level.target) or next(
        iter(people_of(roster, level.target, turn.now)), turn.case.owner
    )
    turn.stop_clock("accept", "cancelled")
    turn.emit(e.PingPongStopped(at=turn.now, owner=head, changes=turn.case.owner_changes))
    if head and head != turn.case.owner:
        turn.emit(e.OwnerAssigned(at=turn.now, person=head, level=level.name, why="stops the passing on"))
    after_acceptance(turn)
    turn.tell(
        "ping_pong",
        f"ping_pong:{turn.case.version}",
        (head,),
        f"Case {turn.case.id} stays with you",
        "It has been passed on too often. Nobody else is asked until it is resolved or goes up.",
        urgency="now",
    )


def hand_over(turn: Turn, to: str, reason: str) -> None:
    """The owner passes the case on at the same level."""
    must_be_open(turn, "there is nothing to hand over")
    if turn.case.pinned_here:
        raise Refusal(
            "This case has been passed on too often; it stays here until it is resolved or goes up."
        )
    known = person(turn.world.roster, to) if to else None
    if to and (known is None or not known.active):
        raise Refusal(f"There is nobody called {to!r} in the roster.", field="to", code="unknown_person")
    if to == turn.case.owner:
        turn.set_aside("they own it already")
        return
    if turn.case.owner_changes >= turn.policy.ping_pong_limit:
        stop_ping_pong(turn)
        return
    why = reason or "handed over"
    if to:
        _ask_person(turn, turn.level, to, why, exclude=(turn.case.owner,), silent=0)
    else:
        ask(turn, turn.level, why, exclude=(turn.case.owner,))


MOST_HELPERS = 10


def helpers(turn: Turn, who: str, *, joins: bool) -> None:
    """Somebody helps beside the owner, or stops helping. The owner stays accountable."""
    others = tuple(name for name in turn.case.helpers if name != who)
    if joins == (who in turn.case.helpers) or who == turn.case.owner:
        turn.set_aside("that is so already")
    else:
        turn.emit(e.HelpersChanged(at=turn.at, helpers=(*others, who)[-MOST_HELPERS:] if joins else others))


def gone(turn: Turn, who: str, why: str) -> None:
    """A person went away: what they own or were asked for goes to somebody who is there."""
    asked = turn.case.asked
    away = f"{name_of(turn.world.roster, who)} is away: {why}"
    if asked is not None and asked.person == who:
        turn.emit(e.AcceptExpired(at=turn.now, person=who, silent=asked.silent))
        turn.stop_clock("accept", "cancelled")
        ask(turn, turn.level_named(asked.level), away, exclude=asked.tried, silent=asked.silent)
    elif turn.case.owner != who:
        turn.set_aside("this person neither owns the case nor was asked")
    elif not turn.case.live:
        turn.set_aside(f"the case is {turn.case.status}")
    elif asked is not None:
        turn.set_aside("somebody has been asked to take it already")
    else:
        ask(turn, turn.level, away, exclude=(who,))


def tell_of_unheard_answer(turn: Turn, message: str, why: str) -> None:
    """What was written to the customer did not reach them: the owner has to know, while the customer waits."""
    subject = f"Your message on C-{turn.case.id} did not reach the customer"
    turn.tell("unheard", f"unheard:{message}", (turn.case.owner,), subject, why, urgency="now")


def tell_head_of_unreachable(turn: Turn, who: str, notice: str) -> None:
    """A notice reached nobody: whoever leads that person, or the level, hears of it."""
    roster = turn.world.roster
    heads = people_of(roster, f"manager_of:{who}", turn.now) or tuple(
        filter(None, (team_lead(roster, turn.level.target),))
    )
    others = tuple(name for name in heads if name != who)
    if others and not notice.startswith("unreachable:"):
        subject = f"{name_of(roster, who)} could not be reached about case C-{turn.case.id}"
        turn.tell(
            "unreachable", f"unreachable:{who}:{turn.case.version}", others, subject, notice, urgency="now"
        )
