"""One's own account, and the doors of allauth that stay shut in a house."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from leeway.core.people import person
from leeway.core.roster import calendar_of
from leeway.web import house
from leeway.web.access import Viewer


@login_required
def profile(request: HttpRequest) -> HttpResponse:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    roster, now = house.world().roster, house.now()
    me = person(roster, viewer.person)
    here = {
        "place": "profile",
        "me": me,
        "calendar": calendar_of(roster, me.id) if me else None,
        "absences": [one for one in roster.absences_of(me.id) if one.end is None or one.end > now]
        if me
        else [],
        "teams": [roster.team(team) for team in me.teams] if me else [],
    }
    return render(request, "leeway/account/profile.html", here)


def shut(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Nobody signs up, and addresses and lost passwords are the admins' to set."""
    del rest
    return render(request, "leeway/account/shut.html", status=403)
