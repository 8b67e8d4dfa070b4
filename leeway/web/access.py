"""Who may do what, as sentences. A role is a Django group; a person's user name is their id in the roster."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, get_args

from leeway.core.people import people_of, person
from leeway.core.policy import Policy
from leeway.core.roster import Roster

if TYPE_CHECKING:
    from datetime import datetime

    from django.contrib.auth.models import AbstractUser, AnonymousUser

    from leeway.core.case import Case

Role = Literal["agent", "supervisor", "manager", "operations", "quality", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
LEADS: frozenset[str] = frozenset({"supervisor", "manager", "admin"})


@dataclass(frozen=True)
class Viewer:
    """Somebody looking at the console. ``person`` is their id in the roster, empty for nobody of the house."""

    person: str
    name: str
    roles: frozenset[str]
    roster: Roster

    @cached_property
    def teams(self) -> frozenset[str]:
        found = person(self.roster, self.person)
        return frozenset(found.teams if found else ())

    @cached_property
    def colleagues(self) -> frozenset[str]:
        """Everybody who shares a team with them, themselves included; nobody for somebody without a role."""
        if not self.roles:
            return frozenset()
        shared = {other.id for other in self.roster.people if self.teams & set(other.teams)}
        return frozenset({self.person, *shared})

    def levels(self, policy: Policy, at: datetime) -> list[str]:
        """The levels and desks they are one of, at this moment: what is asked of those is asked of them."""
        every = (*policy.levels, *policy.desks)
        return [level.name for level in every if self.person in people_of(self.roster, level.target, at)]

    # --- what they may do -------------------------------------------------------------------------------------------

    @property
    def sees_everything(self) -> bool:
        """Everybody but an agent: agents see what is theirs and their team's."""
        return bool(self.roles - {"agent"})

    def holds(self, case: Case) -> bool:
        """Somebody of their team has the case or is asked to take it: what an agent's lists show."""
        asked = {case.asked.person} if case.asked else set()
        asked |= {approval.asked_of for approval in case.approvals if approval.open}
        return bool(self.colleagues & {case.owner, *asked})

    def may_see(self, case: Case) -> bool:
        """What their team holds, and what it had or helped with: whoever sent a case up may read how it went on."""
        return (
            self.sees_everything or self.holds(case) or bool(self.colleagues & {*case.owners, *case.helpers})
        )

    def may_act_on(self, case: Case) -> bool:
        """Quality and operations look and learn; they do not work cases. An agent works what their team holds."""
        if self.roles & LEADS:
            return True
        return "agent" in self.roles and (self.holds(case) or self.person in case.helpers)

    @property
    def may_lead(self) -> bool:
        """Whisper, join, bulk actions, decide for others."""
        return bool(self.roles & LEADS)

    @property
    def may_publish(self) -> bool:
        return bool(self.roles & {"operations", "admin"})

    @property
    def may_run_roster(self) -> bool:
        """Absences of others, swaps on a rota, how much somebody takes: leads and operations."""
        return self.may_lead or self.may_publish

    @property
    def may_see_insights(self) -> bool:
        return bool(self.roles & {"operations", "quality", *LEADS})

    @property
    def may_set_up(self) -> bool:
        return "admin" in self.roles


def viewer_of(user: AbstractUser | AnonymousUser, roster: Roster) -> Viewer:
    """The viewer behind a login. Somebody without a role may see nothing."""
    if not user.is_authenticated:
        return Viewer("", "", frozenset(), roster)
    roles = set(user.groups.values_list("name", flat=True)) & set(ROLES)
    if user.is_superuser:
        roles.add("admin")
    name = user.get_username()
    found = person(roster, name)
    return Viewer(name, found.name if found else name, frozenset(roles), roster)
