"""The roster by itself: people nobody can reach, teams of nobody, calendars that never open."""

from __future__ import annotations

from leeway.core.roster import calendar_of, reachable
from leeway.prove.availability import people_of_rota
from leeway.prove.findings import Finding, Findings
from leeway.prove.ground import Ground


def check(ground: Ground) -> Findings:
    yield from _people(ground)
    yield from _teams(ground)
    yield from _calendars(ground)
    yield from _rotas(ground)


def _people(ground: Ground) -> Findings:
    roster = ground.roster
    on_call = {who for rota in roster.rotas for who in people_of_rota(rota)}
    leads = {team.lead for team in roster.teams} | {one.manager for one in roster.people}
    for person in roster.people:
        if not person.active:
            continue
        place = ground.places.roster("people", person.id)
        if not reachable(person):
            yield Finding(
                kind="unreachable_person",
                rule=person.id,
                where=place,
                explanation=f"Nothing reaches {person.name}: no e-mail, no channel.",
                example=ground.minute(ground.start, f"a notice is meant for {person.id}", who=(person.id,)),
            )
        if not person.teams and person.id not in on_call | leads and not _is_target(ground, person.id):
            yield Finding(
                kind="in_no_team",
                rule=person.id,
                where=place,
                explanation=f"{person.name} is in no team, on no rota and leads nobody: no case ever reaches them.",
                example=ground.minute(ground.start, f"{person.id} waits for a case", who=(person.id,)),
            )


def _is_target(ground: Ground, person: str) -> bool:
    named = [level.target for level in ground.every_level]
    named += [plan.hand_to for plan in ground.policy.nobody_there]
    return f"person:{person}" in named


def _teams(ground: Ground) -> Findings:
    roster = ground.roster
    for team in roster.teams:
        members = [roster.person(who) for who in roster.members(team.id)]
        if not any(one.active for one in members):
            why = "everybody in it has left" if members else "it has no members"
            yield Finding(
                kind="empty_team",
                rule=team.id,
                where=ground.places.roster("teams", team.id),
                explanation=f"Nobody works in the team {team.name}: {why}.",
                example=ground.minute(ground.start, f"a case goes to {team.id}", target=f"team:{team.id}"),
            )
        if team.lead and not roster.person(team.lead).active:
            yield Finding(
                kind="lead_has_left",
                rule=team.id,
                where=ground.places.roster("teams", team.id, "lead"),
                explanation=f"{roster.person(team.lead).name}, who leads {team.name}, no longer works here.",
                example=ground.minute(
                    ground.start,
                    f"{team.id} is asked for its lead",
                    target=f"lead_of:{team.id}",
                    who=(team.lead,),
                ),
            )


def _calendars(ground: Ground) -> Findings:
    for calendar in ground.roster.calendars:
        if not any(now for _, now in ground.year.openings(calendar)):
            users = [
                one.id
                for one in ground.roster.people
                if calendar_of(ground.roster, one.id).name == calendar.name
            ]
            yield Finding(
                kind="never_open",
                rule=calendar.name,
                where=ground.places.roster("calendars", calendar.name),
                explanation=f"The calendar {calendar.name} never opens in the coming year"
                f"{': nobody of ' + ', '.join(users) + ' is ever there' if users else ''}.",
                example=ground.minute(
                    ground.start, f"{calendar.name} is closed, and stays so", who=tuple(users)
                ),
            )


def _rotas(ground: Ground) -> Findings:
    """A person on call who has left is on call all the same; the shift is nobody's."""
    for rota in ground.roster.rotas:
        for spell_start, who in ground.year.holders(rota.id):
            if who and spell_start < ground.end and not ground.roster.person(who).active:
                yield Finding(
                    kind="left_on_rota",
                    rule=rota.id,
                    where=ground.places.roster("rotas", rota.id),
                    explanation=f"{ground.roster.person(who).name} no longer works here and is on call in {rota.name}.",
                    example=ground.minute(
                        spell_start, f"{who} is on call", target=f"rota:{rota.id}", who=(who,)
                    ),
                )
                break
