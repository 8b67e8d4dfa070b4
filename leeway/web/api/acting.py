"""What people do with a case, one verb a path. Each makes one fact; the field names are that fact's own."""

from __future__ import annotations

import uuid
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Router

from leeway.core import facts as f
from leeway.core.people import person
from leeway.desk.handle import Done
from leeway.web import house
from leeway.web.api import shapes
from leeway.web.api.answers import Told, answer, body_of, missing, not_valid, says
from leeway.web.api.gate import WRITE_CASES
from leeway.web.api.reading import LARGEST_NUMBER
from leeway.web.problem import problem

router = Router(tags=["acting"], auth=WRITE_CASES)

SOURCE = "api"
OURS = ("id", "at", "source", "case", "interaction", "by")
"""Fields of a fact that the path, the clock or the caller's key give."""

VERBS: dict[str, tuple[type[f.Base], str]] = {
    "accept": (f.HandoffAccepted, "Take the case: from now on this person is accountable."),
    "decline": (f.HandoffDeclined, "Decline to take the case, with the reason."),
    "ask-back": (f.HandoffAskedBack, "Ask the person handing over before taking the case."),
    "answer": (f.HandoffAnswered, "Answer what was asked back."),
    "escalate": (f.EscalationRequested, "Ask for the next level, or for the one named in `to`."),
    "turn-down": (f.EscalationDeclined, "Turn a requested escalation down, with the reason."),
    "de-escalate": (f.Deescalated, "Hand the case back down, with the reason."),
    "consult": (f.ConsultAsked, "Ask the next level without moving the case."),
    "advise": (f.ConsultAnswered, "Answer a consult."),
    "update": (f.UpdateSent, "Send the customer news."),
    "promise": (
        f.PromiseMade,
        "Write down what was promised and by when; `promise` confirms one that was read.",
    ),
    "keep": (f.PromiseKept, "A promise was kept."),
    "release": (f.PromiseReleased, "The customer let us off a promise."),
    "pause": (f.Paused, "Wait, with the cause."),
    "resume": (f.Resumed, "Go on."),
    "resolve": (f.Resolved, "Resolve the case."),
    "reopen": (f.Reopened, "Open a resolved case again, with the reason."),
    "merge": (f.MergedInto, "Let the case go on inside another one of the same customer."),
    "split": (f.SplitOff, "Take a second matter out into a case of its own."),
    "attempt": (f.AttemptMade, "Write down a solution that was offered."),
    "attempt-answer": (f.AttemptAnswered, "Write down the customer's answer to a solution."),
    "give": (
        f.OfferGiven,
        "Give something of value: within the person's own room, by an approval, or because it is due.",
    ),
    "take-back": (f.OfferTakenBack, "Take back what was given; the room is free again."),
    "ask-approval": (f.ApprovalAsked, "Ask whether something of value may be given."),
    "approve": (f.ApprovalGiven, "Approve it, in full or up to `amount`."),
    "decline-approval": (f.ApprovalDeclined, "Decline an approval, with the reason."),
    "revoke-approval": (f.ApprovalRevoked, "Take back an approval that was not used yet."),
    "withdraw-approval": (f.ApprovalWithdrawn, "Withdraw an approval that is not needed any more."),
    "fault": (f.FaultJudged, "Say whose fault the matter is."),
    "step": (f.StepTaken, "A step of the before-you-escalate list was done."),
    "slot": (f.SlotFilled, "Fill what the hand-off packet misses."),
    "hand-over": (f.HandedOver, "Pass the case to somebody at the same level."),
    "follow-up": (f.FollowUpAnswered, "The customer's answer to the follow-up."),
    "rate": (f.Rated, "The customer's rating, 1 to 5."),
    "apply-policy": (f.PolicyApplied, "Let a running case follow another published policy."),
}

FROM_THE_CUSTOMER = {"rate", "follow-up", "attempt-answer", "escalate"}
"""Verbs a customer may be behind: `by` may stay empty."""

USUAL: dict[str, dict[str, Any]] = {"escalate": {"requested_by": "agent"}, "split": {"new_case": 0}}
"""What a verb means when the body does not say."""

HIDDEN = {"split": ("new_case",)}


def register(verb: str, fact: type[f.Base], summary: str) -> None:
    """One path for one verb."""
    schema = body_schema(verb, fact)

    def act(request: HttpRequest, number: int) -> HttpResponse:
        return perform(request, number, verb, fact)

    act.__name__ = f"case_{verb.replace('-', '_')}"
    router.post(
        f"/cases/{{int:number}}/{verb}",
        summary=summary,
        operation_id=act.__name__,
        openapi_extra=says(shapes.Happened, taken=schema),
    )(act)


def body_schema(verb: str, fact: type[f.Base]) -> dict[str, Any]:
    """The fact's own fields, with who acts and an id of the caller's."""
    (_, definitions) = msgspec.json.schema_components([fact], ref_template="#/components/schemas/{name}")
    whole = definitions[fact.__name__]
    hidden = {*OURS, "fact", *HIDDEN.get(verb, ())}
    own = {name: told for name, told in whole["properties"].items() if name not in hidden}
    needed = [name for name in whole.get("required", ()) if name in own and name not in USUAL.get(verb, {})]
    by = {"type": "string", "description": "The person of ours who acts, by their id in the roster."}
    key = {
        "type": "string",
        "maxLength": 200,
        "description": "An id of yours: a second call with it does nothing.",
    }
    if verb not in FROM_THE_CUSTOMER:
        needed.append("by")
    return {
        "type": "object",
        "properties": {**own, "by": by, "id": key},
        "required": needed,
        "additionalProperties": False,
    }


def perform(request: HttpRequest, number: int, verb: str, fact: type[f.Base]) -> HttpResponse:
    given = body_of(request, dict[str, Any])
    if number > LARGEST_NUMBER:
        raise missing("case", number)
    hidden = {*OURS, "fact", *HIDDEN.get(verb, ())} - {"by", "id"}
    foreign = next((name for name in given if name in hidden), None)
    if foreign is not None:
        raise Told(problem(422, "not_valid", "The path says this already.", field=f"$.{foreign}"))
    _somebody(given.get("by", ""), needed=verb not in FROM_THE_CUSTOMER)
    made = {
        "fact": fact.__struct_config__.tag,
        "id": request.headers.get("Idempotency-Key") or uuid.uuid4().hex,
        **USUAL.get(verb, {}),
        **given,
        "at": house.now(),
        "source": SOURCE,
        "case": number,
    }
    try:
        done = house.house().desk.handle(msgspec.convert(made, fact))  # type: ignore[arg-type]
    except msgspec.ValidationError as error:
        raise Told(not_valid(str(error))) from None
    return answer(_happened(done), 200 if done.duplicate else 201)


def _happened(done: Done) -> shapes.Happened:
    return shapes.Happened(done.case, done.version, done.fact, done.events, done.duplicate)


def _somebody(by: object, *, needed: bool) -> None:
    """Whoever acts is somebody of the roster."""
    if not isinstance(by, str):
        return  # said by the fact's own check
    if not by:
        if needed:
            raise Told(problem(422, "nobody", "Say who does this.", field="$.by"))
        return
    if person(house.world().roster, by) is None:
        raise Told(problem(422, "unknown_person", f"The roster has nobody called {by!r}.", field="$.by"))


for _verb, (_fact, _summary) in VERBS.items():
    register(_verb, _fact, _summary)
