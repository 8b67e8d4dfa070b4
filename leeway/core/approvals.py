"""Questions about approvals: who may be asked, who must not decide, how much somebody may allow."""

from __future__ import annotations

from leeway.core.authority import Ground, Room, covering_levels, levels_of, room_for, room_of_level
from leeway.core.case import Approval
from leeway.core.people import people_of, person, team_lead
from leeway.core.policy import Level
from leeway.core.roster import Roster


def same_person(roster: Roster, one: str, other: str) -> bool:
    """One person may stand in the roster twice, once for each role; their address gives it away."""
    if one == other:
        return True
    first, second = person(roster, one), person(roster, other)
    if first is None or second is None:
        return False
    return bool(_addresses(roster, one) & _addresses(roster, other))


def _addresses(roster: Roster, who: str) -> set[str]:
    found = person(roster, who)
    if found is None:
        return set()
    return {
        address.strip().lower()
        for address in (
            found.email,
            *(contact.address for contact in found.contacts if contact.channel == "email"),
        )
        if address
    }


def is_the_customer(ground: Ground, who: str) -> bool:
    """Whether one of ours would give to themselves."""
    mail = ground.customer.email.strip().lower() if ground.customer else ""
    return bool(mail) and mail in _addresses(ground.roster, who)


def must_not_decide(ground: Ground, approval: Approval) -> tuple[str, ...]:
    """Everybody four eyes rule out: who asked, who would give it, who benefits, who said yes already, and the same
    people under another name.
    """
    concerned = tuple(filter(None, (approval.asked_by, ground.case.owner, approval.first_by)))
    return tuple(
        someone.id
        for someone in ground.roster.people
        if any(same_person(ground.roster, someone.id, one) for one in concerned)
        or is_the_customer(ground, someone.id)
    )


def levels_to_ask(ground: Ground, approval: Approval, counted: int | None, to: str = "") -> tuple[Level, ...]:
    """The rungs that may decide it, the lowest first; those below ``to`` are left out.

    Facts of a due refund are confirmed by anybody above the one who asks. An amount in a currency nobody can reckon
    with is for the top of the house.
    """
    rungs = sorted(ground.policy.levels, key=lambda level: level.rank)
    if approval.due:
        height = max((level.rank for level in levels_of(ground, approval.asked_by)), default=-1)
        found = tuple(level for level in rungs if level.rank > height) or tuple(rungs[-1:])
    elif counted is None:
        found = tuple(rungs[-1:])
    else:
        found = covering_levels(ground, approval.instrument, counted)
    least = next((level.rank for level in rungs if level.name == to), -1)
    return tuple(level for level in found if level.rank >= least)


def room_to_approve(ground: Ground, approval: Approval, who: str) -> Room:
    """What this person may approve: their own room; for whoever was asked, at least what their level leaves."""
    own = room_for(ground, who, approval.instrument)
    if who != approval.asked_of:
        return own
    level = next((one for one in ground.policy.levels if one.name == approval.level), None)
    standing_in = room_of_level(ground, level, approval.instrument, who) if level else None
    return max((own, *filter(None, (standing_in,))), key=lambda room: room.left)


def may_confirm(ground: Ground, approval: Approval, who: str) -> bool:
    """Whether this person stands high enough to confirm the facts of a due refund, or was asked to."""
    if who == approval.asked_of:
        return True
    wanted = {level.rank for level in levels_to_ask(ground, approval, 0)}
    return any(level.rank >= min(wanted, default=0) for level in levels_of(ground, who))


def may_revoke(ground: Ground, approval: Approval, who: str) -> bool:
    """Who said yes may take it back, and so may everybody at that level or above, and its head."""
    if who in (approval.decided_by, approval.first_by):
        return True
    rank = next((one.rank for one in ground.policy.levels if one.name == approval.level), 0)
    above = [level for level in ground.policy.levels if level.rank >= rank]
    people = {name for level in above for name in people_of(ground.roster, level.target, ground.now)}
    return who in people | {team_lead(ground.roster, level.target) for level in above}
