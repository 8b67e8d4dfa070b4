"""Approvals: asked, routed to the lowest level that may decide, given in full or in part, declined, used, taken back.

Nobody decides about their own: not who asked, not who would give it, not the same person under another name. A question
nobody answers goes to the next person, then to the next level, and in the end comes back unanswered.
"""

from __future__ import annotations

from leeway.core import events as e
from leeway.core import facts as f
from leeway.core.approvals import (
    levels_to_ask,
    may_confirm,
    may_revoke,
    must_not_decide,
    room_to_approve,
    same_person,
)
from leeway.core.authority import Ground, in_policy_money, plain, room_for
from leeway.core.case import Approval, ApprovalState, number_after
from leeway.core.clocks import Clock
from leeway.core.decide import owners, words
from leeway.core.decide.turn import Turn
from leeway.core.money import in_words
from leeway.core.people import name_of, people_of, person, team_lead
from leeway.core.policy import Level
from leeway.core.refusals import Refusal
from leeway.core.routing import Choice, Need, choose
from leeway.core.worktime import ALWAYS

OPEN_AT_MOST = 8
"""Approvals of one case that wait or may still be used. More is somebody pressing a button again and again."""

ROUNDS_AT_THE_TOP = 2
"""When nobody at the top has answered so often, the question is over, and whoever asked hears it."""


def ground_of(turn: Turn) -> Ground:
    known = turn.known
    return Ground(turn.policy, turn.world.roster, turn.case, known.customer, turn.now, known.spent)


def one_of_ours(turn: Turn, who: str) -> str:
    """The person who acts; anybody the roster does not have has no room at all."""
    if not who:
        raise Refusal("Say who does this: the field `by` is empty.", field="by", code="nobody")
    found = person(turn.world.roster, who)
    if found is None or not found.active:
        raise Refusal(f"{who} is not in the roster.", field="by", code="unknown_person")
    return who


def key_of(turn: Turn, number: int) -> str:
    """Where the ledger holds what was allowed."""
    return f"{turn.case.id}:a{number}"


# --- asking -----------------------------------------------------------------------------------------------------------


def ask(turn: Turn, fact: f.ApprovalAsked) -> None:
    owners.must_be_open(turn, "there is nothing to approve")
    by, ground = one_of_ours(turn, fact.by), ground_of(turn)
    currency = fact.currency or turn.policy.currency
    counted = in_policy_money(turn.policy, fact.amount, currency)
    _must_make_sense(turn, fact, ground, counted)
    approval = Approval(
        number=number_after(turn.case.approvals),
        state="asked",
        instrument=fact.instrument,
        amount=fact.amount,
        currency=currency,
        asked_by=by,
        asked_at=turn.now,
        why=fact.why,
        due=fact.due,
        because=fact.because,
        proof=fact.proof,
        needs=_approvers_needed(turn, counted, due=fact.due),
    )
    levels = levels_to_ask(ground, approval, counted, fact.to)
    if not levels:
        raise Refusal(_nobody_may(fact, currency), field="amount", code="above_everybody")
    turn.emit(e.ApprovalOpened(at=turn.now, approval=approval))
    _route(turn, approval.number, levels)


def _must_make_sense(turn: Turn, fact: f.ApprovalAsked, ground: Ground, counted: int | None) -> None:
    if fact.amount == 0 and fact.instrument != "policy_exception":
        raise Refusal("Say how much: the amount is 0.", field="amount", code="no_amount")
    if not fact.why.strip():
        raise Refusal("Say why, in a sentence: somebody decides by it.", field="why", code="no_reason")
    if fact.due and not (fact.because and fact.proof.strip()):
        raise Refusal("Say what makes it due, and how you know.", field="proof", code="no_proof")
    waiting = [one for one in turn.case.approvals if one.state in ("asked", "granted")]
    if len(waiting) >= OPEN_AT_MOST:
        raise Refusal(
            "Too many approvals of this case wait already: use or withdraw one.", code="too_many_approvals"
        )
    if any(
        one.open and (one.instrument, one.amount, one.due) == (fact.instrument, fact.amount, fact.due)
        for one in waiting
    ):
        raise Refusal("The same is waiting for an answer already.", code="asked_already")
    room = room_for(ground, fact.by, fact.instrument)
    if not fact.due and counted is not None and counted <= room.left and room.times_left != 0:
        raise Refusal(
            f"You may decide this yourself: {in_words(room.left, room.currency)} of {plain(fact.instrument)} are left.",
            field="amount",
            code="within_authority",
        )


def _approvers_needed(turn: Turn, counted: int | None, *, due: bool) -> int:
    above = turn.policy.offers.two_approvers_above
    return 2 if above and not due and (counted is None or counted > above) else 1


def _nobody_may(fact: f.ApprovalAsked, currency: str) -> str:
    what = f"{in_words(fact.amount, currency)} of {plain(fact.instrument)}"
    return f"Nobody in the house may decide {what} on this case now; ask for less, or change the policy."


def _route(
    turn: Turn,
    number: int,
    levels: tuple[Level, ...],
    *,
    tried: tuple[str, ...] = (),
    rounds: int = 0,
    why: str = "",
) -> None:
    """Ask the first who is there, lowest level first; when nobody is, whoever will be there first at the lowest."""
    approval = _approval(turn, number)
    excluded = (*must_not_decide(ground_of(turn), approval), *tried)
    for level in levels:
        target = (level.target, *_plan(turn, level))
        need = Need(targets=target, skills=level.skills, exclude=excluded)
        found = choose(turn.world.roster, need, at=turn.now, load=turn.known.load, explain=False)
        if isinstance(found, Choice):
            _ask_person(turn, approval, found.person, level, why=why or found.why, tried=tried, rounds=rounds)
            return
    for level in levels:
        if someone := _whoever_comes_first(turn, level, excluded):
            _ask_person(turn, approval, someone, level, why="will be there first", tried=tried, rounds=rounds)
            return
    _ask_person(
        turn, approval, "", levels[-1], why="nobody who may decide can be reached", tried=tried, rounds=rounds
    )


def _plan(turn: Turn, level: Level) -> tuple[str, ...]:
    plan = turn.policy.plan_for(level.name)
    return (plan.hand_to,) if plan is not None and plan.hand_to else ()


def _whoever_comes_first(turn: Turn, level: Level, excluded: tuple[str, ...]) -> str:
    need = Need(targets=(level.target,), exclude=excluded, needs_hours=False)
    found = choose(turn.world.roster, need, at=turn.now, load=turn.known.load, explain=False)
    if isinstance(found, Choice):
        return found.person
    lead = team_lead(turn.world.roster, level.target)
    return lead if lead not in excluded else ""


def _ask_person(
    turn: Turn, approval: Approval, who: str, level: Level, *, why: str, tried: tuple[str, ...], rounds: int
) -> None:
    asked = tuple(dict.fromkeys((*tried, *filter(None, (who,)))))[-20:]
    turn.emit(
        e.ApprovalRouted(
            at=turn.now,
            number=approval.number,
            person=who,
            level=level.name,
            why=why,
            tried=asked,
            rounds=rounds,
        )
    )
    length = turn.policy.clocks.approval or level.accept
    turn.start_clock(
        f"approval:{approval.number}",
        "approval",
        length,
        turn.calendar_of(level),
        warnings=turn.policy.clocks.warn,
        about=who,
        episode=f"approval:{approval.number}:{who}",
    )
    people = (who,) if who else tuple(filter(None, (team_lead(turn.world.roster, level.target),)))
    turn.tell(
        "approval_asked",
        f"approval_asked:{approval.number}:{who}:{turn.case.version}",
        people,
        f"{_named(turn, approval)} needs your decision",
        _to_decide(turn, approval),
        urgency="now",
    )


def _named(turn: Turn, approval: Approval) -> str:
    due = "due " if approval.due else ""
    return f"{in_words(approval.amount, approval.currency)} {due}{plain(approval.instrument)} on case C-{turn.case.id}"


def _to_decide(turn: Turn, approval: Approval) -> str:
    """What somebody needs to decide from a telephone."""
    asked_by = name_of(turn.world.roster, approval.asked_by)
    proof = f"\nDue: {approval.because.replace('_', ' ')}. {approval.proof}" if approval.due else ""
    return f"{asked_by}: {approval.why}{proof}\n\n{words.packet_in_short(turn)}"


# --- deciding ---------------------------------------------------------------------------------------------------------


def _approval(turn: Turn, number: int) -> Approval:
    approval = turn.case.approval(number)
    if approval is None:
        raise Refusal(f"There is no approval {number} on this case.", field="approval", code="no_approval")
    return approval


def _waiting(turn: Turn, number: int) -> Approval:
    approval = _approval(turn, number)
    if not approval.open:
        raise Refusal(
            f"Approval {number} is {approval.state} already.", field="approval", code="decided_already"
        )
    return approval


def _may_look_at_it(turn: Turn, approval: Approval, who: str) -> str:
    """Four eyes: a second person, who is really another one and has nothing of it."""
    by = one_of_ours(turn, who)
    if by in must_not_decide(ground_of(turn), approval):
        first = approval.first_by and same_person(turn.world.roster, by, approval.first_by)
        raise Refusal(
            "A second person has to say yes: you were the first."
            if first
            else "Nobody approves their own: somebody else has to decide this.",
            field="by",
            code="four_eyes",
        )
    return by


def give(turn: Turn, fact: f.ApprovalGiven) -> None:
    approval = _waiting(turn, fact.approval)
    by = _may_look_at_it(turn, approval, fact.by)
    ground = ground_of(turn)
    most = min(approval.amount, approval.granted) if approval.first_by else approval.amount
    amount = most if fact.amount is None else fact.amount
    if amount > most or (amount == 0 and approval.amount):
        raise Refusal(
            f"Give between nothing and {in_words(most, approval.currency)}; to give nothing, decline.",
            field="amount",
            code="not_asked_for",
        )
    counted = _worth(turn, approval, amount, fact.worth)
    _must_have_room(turn, ground, approval, by, counted)
    if approval.needs > 1 and not approval.first_by:
        _first_of_two(turn, approval, by, amount, fact.note)
        return
    until = turn.now + turn.policy.offers.grant_lasts.length
    turn.stop_clock(f"approval:{approval.number}", "met")
    turn.emit(
        e.ApprovalGranted(
            at=turn.now,
            number=approval.number,
            key=key_of(turn, approval.number),
            instrument=approval.instrument,
            by=by,
            amount=amount,
            counted=counted,
            until=until,
            due=approval.due,
            note=fact.note,
        )
    )
    turn.start_clock(
        f"grant:{approval.number}",
        "rest",
        turn.policy.offers.grant_lasts,
        ALWAYS,
        due=until,
        about="approval",
    )
    part = "" if amount == approval.amount else f" of {in_words(approval.amount, approval.currency)}"
    said = f": {fact.note}" if fact.note else ""
    _tell_who_asked(
        turn,
        approval,
        "approval_given",
        f"Approved: {in_words(amount, approval.currency)}{part} {plain(approval.instrument)} on case C-{turn.case.id}",
        f"{name_of(turn.world.roster, by)}{said}. Give it by {words.local(turn, until)}.",
    )


def _worth(turn: Turn, approval: Approval, amount: int, worth: int | None) -> int:
    counted = in_policy_money(turn.policy, amount, approval.currency)
    if counted is not None:
        return counted
    if worth is None:
        raise Refusal(
            f"The policy has no rate for {approval.currency}: say what it is worth in {turn.policy.currency}.",
            field="worth",
            code="no_rate",
        )
    return worth


def _must_have_room(turn: Turn, ground: Ground, approval: Approval, by: str, counted: int) -> None:
    from leeway.core.decide.giving import AboveAuthority, above_in_words  # noqa: PLC0415 - they know each other

    if approval.due:
        if not may_confirm(ground, approval, by):
            raise Refusal(
                "The facts are confirmed by somebody above the one who asked.", field="by", code="not_theirs"
            )
        return
    room = room_to_approve(ground, approval, by)
    if counted > room.left or room.times_left == 0:
        raise AboveAuthority(
            above_in_words(
                turn, ground, room, counted=counted, amount=counted, currency=turn.policy.currency
            ),
            room,
        )


def _first_of_two(turn: Turn, approval: Approval, by: str, amount: int, note: str) -> None:
    turn.stop_clock(f"approval:{approval.number}", "met")
    turn.emit(e.ApprovalSeconded(at=turn.now, number=approval.number, by=by, amount=amount, note=note))
    counted = in_policy_money(turn.policy, amount, approval.currency)
    levels = levels_to_ask(ground_of(turn), _approval(turn, approval.number), counted)
    top = sorted(turn.policy.levels, key=lambda level: level.rank)[-1:]
    _route(turn, approval.number, levels or tuple(top), why="second of two people")


def decline(turn: Turn, fact: f.ApprovalDeclined) -> None:
    approval = _waiting(turn, fact.approval)
    by = _may_look_at_it(turn, approval, fact.by)
    ground = ground_of(turn)
    if by != approval.asked_of and not may_revoke(ground, approval, by):
        raise Refusal(
            f"{name_of(turn.world.roster, approval.asked_of) or 'Somebody above'} was asked to decide this.",
            field="by",
            code="not_theirs",
        )
    if not fact.reason.strip():
        raise Refusal(
            "Say why not: the agent has to tell the customer something.", field="reason", code="no_reason"
        )
    _over(turn, approval, "declined", by=by, why=fact.reason, clock="met")
    _tell_who_asked(
        turn,
        approval,
        "approval_declined",
        f"Declined: {_named(turn, approval)}",
        f"{name_of(turn.world.roster, by)}: {fact.reason}",
    )


def revoke(turn: Turn, fact: f.ApprovalRevoked) -> None:
    approval = _approval(turn, fact.approval)
    if approval.state != "granted":
        raise Refusal(
            f"Approval {approval.number} is {approval.state}; there is nothing to revoke.",
            field="approval",
            code="nothing_to_revoke",
        )
    by = one_of_ours(turn, fact.by)
    if not may_revoke(ground_of(turn), approval, by):
        raise Refusal(
            f"Only {name_of(turn.world.roster, approval.decided_by)}, or somebody at that level or above, revokes it.",
            field="by",
            code="not_theirs",
        )
    _over(turn, approval, "revoked", by=by, why=fact.reason)
    said = f"{name_of(turn.world.roster, by)}: {fact.reason}"
    _tell_who_asked(turn, approval, "approval_revoked", f"Revoked: {_named(turn, approval)}", said)


def withdraw(turn: Turn, fact: f.ApprovalWithdrawn) -> None:
    approval = _approval(turn, fact.approval)
    by = one_of_ours(turn, fact.by)
    if approval.state not in ("asked", "granted"):
        raise Refusal(
            f"Approval {approval.number} is {approval.state}.", field="approval", code="decided_already"
        )
    if by not in (approval.asked_by, turn.case.owner):
        raise Refusal(
            f"{name_of(turn.world.roster, approval.asked_by)} asked for it; only they withdraw it.",
            field="by",
            code="not_theirs",
        )
    _over(turn, approval, "withdrawn", by=by, why=fact.reason)
    if approval.asked_of and approval.open:
        turn.tell(
            "approval_withdrawn",
            f"approval_withdrawn:{approval.number}",
            (approval.asked_of,),
            f"Nothing to decide any more: {_named(turn, approval)}",
            fact.reason,
        )


def _over(
    turn: Turn, approval: Approval, state: ApprovalState, *, by: str = "", why: str = "", clock: str = "void"
) -> None:
    """The clocks stop, and what was held is free."""
    turn.stop_clock(f"approval:{approval.number}", clock)
    turn.stop_clock(f"grant:{approval.number}", "void")
    key = key_of(turn, approval.number) if approval.state == "granted" else ""
    turn.emit(e.ApprovalEnded(at=turn.now, number=approval.number, state=state, by=by, why=why, key=key))


def _tell_who_asked(turn: Turn, approval: Approval, kind: str, subject: str, body: str) -> None:
    people = (approval.asked_by, turn.case.owner)
    turn.tell(kind, f"{kind}:{approval.number}", people, subject, body, urgency="now")


# --- time, absence, the end -------------------------------------------------------------------------------------------


def warned(turn: Turn, clock: Clock) -> None:
    """The clock is running out: whoever decides hears it, and their head."""
    approval = turn.case.approval(_number(clock))
    if approval is None or not approval.open:
        return
    head = (
        people_of(turn.world.roster, f"manager_of:{approval.asked_of}", turn.now) if approval.asked_of else ()
    )
    not_own = must_not_decide(ground_of(turn), approval)
    turn.tell(
        "approval_reminder",
        f"approval_reminder:{clock.name}:{turn.case.version}",
        (approval.asked_of, *(name for name in head if name not in not_own)),
        f"{_named(turn, approval)} still needs a decision",
        f"By {words.local(turn, clock.due)}; then somebody else is asked.",
        urgency="now",
    )


def ran_out(turn: Turn, clock: Clock) -> None:
    """Silence: the next at that level, then the level above, at the top once more, and then it is over."""
    turn.stop_clock(clock.name, "late")
    approval = turn.case.approval(_number(clock))
    if approval is not None and approval.open:
        _next(turn, approval, f"{name_of(turn.world.roster, approval.asked_of) or 'nobody'} did not answer")


def _next(turn: Turn, approval: Approval, why: str) -> None:
    ground = ground_of(turn)
    levels = levels_to_ask(ground, approval, _counted(turn, approval), approval.level)
    here = next((level for level in levels if level.name == approval.level), None)
    above = tuple(level for level in levels if here is None or level.rank > here.rank)
    excluded = {*must_not_decide(ground, approval), *approval.tried}
    left_here = here is not None and bool({*people_of(turn.world.roster, here.target, turn.now)} - excluded)
    if left_here and here is not None:
        _route(turn, approval.number, (here, *above), tried=approval.tried, rounds=approval.rounds, why=why)
    elif above:
        _route(turn, approval.number, above, tried=approval.tried, rounds=approval.rounds, why=why)
    elif approval.rounds + 1 < ROUNDS_AT_THE_TOP and levels:
        _route(turn, approval.number, levels, rounds=approval.rounds + 1, why=f"{why}; asked again")
    else:
        _lapse(turn, approval, "nobody who may decide answered")


def _counted(turn: Turn, approval: Approval) -> int | None:
    return in_policy_money(turn.policy, approval.amount, approval.currency)


def _lapse(turn: Turn, approval: Approval, why: str) -> None:
    _over(turn, approval, "lapsed", why=why)
    _tell_who_asked(
        turn,
        approval,
        "approval_lapsed",
        f"Not approved: {_named(turn, approval)}",
        f"{why[:1].upper()}{why[1:]}. Tell the customer what you can do, or escalate.",
    )


def gone(turn: Turn, who: str, why: str) -> bool:
    """Whoever should decide went away, or cannot be reached: somebody else is asked at once. False when not them."""
    waiting = [one for one in turn.case.approvals if one.open and one.asked_of == who]
    for approval in waiting:
        turn.stop_clock(f"approval:{approval.number}", "cancelled")
        _next(turn, approval, f"{name_of(turn.world.roster, who)} is away: {why}")
    return bool(waiting)


def grant_over(turn: Turn, clock: Clock) -> None:
    """Nobody used it in time."""
    approval = turn.case.approval(_number(clock))
    if approval is not None and approval.state == "granted":
        _lapse(turn, approval, "it was not used in time")


def end_all(turn: Turn, why: str, *, grants: bool = True) -> None:
    """The case is over: nobody has to decide any more. ``grants``: what was allowed is over as well."""
    for approval in turn.case.approvals:
        if approval.open or (grants and approval.state == "granted"):
            _over(turn, approval, "lapsed", why=why)
            people = (
                tuple(filter(None, dict.fromkeys((approval.asked_of, approval.asked_by))))
                if approval.open
                else ()
            )
            if people:
                turn.tell(
                    "approval_lapsed",
                    f"approval_lapsed:{approval.number}",
                    people,
                    f"Nothing to decide any more: {_named(turn, approval)}",
                    why,
                    urgency="whenever",
                )


def _number(clock: Clock) -> int:
    return int(clock.name.partition(":")[2])
