"""Why was this decided? One page for every decision of a case."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from leeway.core.policy import Policy
from leeway.core.situation import COLUMNS
from leeway.desk.past import Story
from leeway.prove.explain import Explanation, NotThere
from leeway.prove.explain import explain as explained
from leeway.prove.explain.explaining import decisions
from leeway.store import past
from leeway.web import audit, event_words, house
from leeway.web.cases.views import case_for
from leeway.web.matrix import words as matrix
from leeway.web.prove import words
from leeway.web.templatetags.leeway_ui import person_name
from leeway.wiring import past_worlds

LONGEST_NUMBER = 9


@login_required
def page(request: HttpRequest, number: int) -> HttpResponse:
    """``?event=`` names an event of the case by its number, ``?fact=`` the first decision after a fact; else the
    latest decision that sent it up.
    """
    case = case_for(request, number)
    audit.seen(request, number)
    driver = house.house().driver()
    try:
        story, worlds = past.story(driver, number), past_worlds(driver)
    finally:
        driver.close()
    try:
        found = explained(worlds, story, event=_event(request, story))
    except NotThere as missing:
        raise Http404(str(missing)) from None
    policy = worlds.at(found.known).policy_for(found.policy_version)
    return render(
        request, "leeway/prove/why.html", {"place": "escalations", "case": case, **_shown(found, policy)}
    )


def _event(request: HttpRequest, story: Story) -> int | None:
    event, fact = _number(request.GET.get("event", "")), _number(request.GET.get("fact", ""))
    if event or not fact:
        return event or None
    first = sum(len(one.events) for one in story.written if one.number < fact) + 1
    after = [one.number for one in decisions(story) if one.fact == fact]
    return after[0] if after else first


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) <= LONGEST_NUMBER else 0


def _shown(found: Explanation, policy: Policy) -> dict[str, Any]:
    roster, currency = house.world().roster, policy.currency
    deciding = next((rule for rule in found.rules if rule.decides), None)
    return {
        "found": found,
        "title": event_words.in_words(found.decision.event, person_name)
        or found.decision.kind.replace("_", " "),
        "says": words.says(found, policy, roster),
        "deciding": deciding,
        "columns": [
            (matrix.column_in_words(one.condition.column), words.asked(one, currency),
             words.value(one.condition.column, one.value, currency))
            for one in (deciding.conditions if deciding else ())
        ],
        "others": [
            (rule, matrix.level_name(policy, rule.go), words.why_not(rule, currency))
            for rule in found.rules
            if not rule.decides
        ],
        "situation": [
            (matrix.column_in_words(name), words.value(name, held, currency), COLUMNS[name].says)
            for name, held in found.situation.items()
        ],
        "loads": sorted(found.known.load.items(), key=lambda one: (-one[1], one[0])),
        "decisions": [
            (one, event_words.in_words(one.event, person_name)) for one in reversed(found.others)
        ],
    }  # fmt: skip
