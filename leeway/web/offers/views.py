"""The approvals inbox: what waits for one's decision, with all it takes to decide within a minute."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from leeway.core.adviser import Advice
from leeway.core.approvals import must_not_decide, room_to_approve
from leeway.core.authority import Room
from leeway.core.handoff import packet
from leeway.store.queries import customers, lists, offers
from leeway.web import house
from leeway.web.access import Viewer
from leeway.web.lists import rows

SHOWN = ("mine", "asked", "others", "decided")


@login_required
def approvals(request: HttpRequest) -> HttpResponse:
    """What waits for this person: approvals first, then hand-offs, requests and questions."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    world, now = house.world(), house.now()
    show = request.GET.get("show", "mine")
    show = show if show in SHOWN else "mine"
    found, more = offers.approvals(
        viewer.person, show=show, after=_number(request.GET.get("after", "")), everything=viewer.may_lead
    )
    first_page = show == "mine" and not request.GET.get("after")
    levels = viewer.levels(world.policy, now)
    waiting = lists.waiting_for(viewer, viewer.person, levels, leads=viewer.may_lead) if first_page else []
    context = {
        "place": "approvals",
        "show": show,
        "cards": _cards(found, viewer),
        "more": f"?show={show}&after={more}" if more else "",
        "waiting": waiting,
        "scribe": rows.Scribe(world.policy, world.roster),
        "back": f"{reverse('approvals')}?show={show}",
        "may_lead": viewer.may_lead,
    }
    return render(request, "leeway/lists/approvals.html", context)


def _number(given: str) -> int:
    return int(given) if given.isascii() and given.isdigit() and len(given) < 16 else 0


def _cards(found: list[offers.Waiting], viewer: Viewer) -> list[dict[str, Any]]:
    """One card each, from a handful of questions to the database for all of them."""
    world, now = house.world(), house.now()
    cases = [one.case for one in found]
    known = customers.several({case.customer for case in cases})
    seen = offers.seen(cases, (viewer.person,), world.policy, now)
    cards = []
    for one in found:
        policy, customer = world.policy_for(one.case.policy_version), known.get(one.case.customer)
        ground = seen.ground(policy, world.roster, one.case, customer, (viewer.person,))
        advice = seen.advice(ground, viewer.person, one.approval.instrument)
        room = room_to_approve(ground, one.approval, viewer.person)
        cards.append(
            {
                "case": one.case,
                "approval": one.approval,
                "row": one.row,
                "packet": packet(one.case, policy, customer, now),
                "advice": advice,
                "room": room,
                "like": seen.like_cases(one.case, policy),
                "earlier": seen.earlier(one.case.customer, policy),
                "customer": customer,
                "policy": policy,
                "suggestion": _suggestion(one, advice, room),
                "may_decide": one.approval.open
                and bool(viewer.person)
                and viewer.person not in must_not_decide(ground, one.approval),
            }
        )
    return cards


def _suggestion(one: offers.Waiting, advice: Advice, room: Room) -> str:
    """``approve``, ``part`` or ``look``: what the figures speak for; a person decides."""
    if one.approval.due:
        return "confirm"
    if one.approval.amount <= min(advice.high, room.left):
        return "approve"
    return "part" if advice.suggested and advice.high <= room.left else "look"
