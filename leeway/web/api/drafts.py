"""A draft read for a case, for programs that have a composer of their own."""

from __future__ import annotations

from typing import Annotated

import msgspec
from django.http import HttpRequest, HttpResponse
from msgspec import Meta
from ninja import Router

from leeway.core import disclosures
from leeway.core.drafts import Finding, tone_of
from leeway.store import draft_votes
from leeway.web import house
from leeway.web.api.answers import answer, body_of, says
from leeway.web.api.gate import READ_CASES
from leeway.web.api.reading import the_case
from leeway.web.assist import drafts

router = Router(tags=["assist"], auth=READ_CASES)


class DraftWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``by`` is the person writing, by their id in the roster; without it the case's owner."""

    case: Annotated[int, Meta(ge=1, le=2**63 - 1)]
    draft: Annotated[str, Meta(max_length=drafts.LONGEST_DRAFT)]
    by: Annotated[str, Meta(max_length=200)] = ""


class ForbiddenWords(msgspec.Struct, frozen=True):
    name: str
    quote: str
    start: int
    end: int
    instead: str = ""


class DraftRead(msgspec.Struct, frozen=True):
    """``tone``: how polite the draft sounds by itself, 0 to 1. ``unsaid``: statements this message owes.

    Offsets count characters of the draft.
    """

    findings: tuple[Finding, ...]
    forbidden: tuple[ForbiddenWords, ...]
    unsaid: tuple[str, ...]
    tone: float | None = None


@router.post("/drafts", summary="Read a draft", openapi_extra=says(DraftRead, taken=DraftWanted))
def read_draft(request: HttpRequest) -> HttpResponse:
    """What the draft had better say otherwise in this case, with what to say instead. Nothing is kept."""
    wanted = body_of(request, DraftWanted)
    case = the_case(wanted.case)
    person = wanted.by or case.owner
    policy = house.world().policy_for(case.policy_version)
    hidden = draft_votes.hidden_from(person)
    found = drafts.findings(case, wanted.draft, person=person)
    pack = drafts.words(case)
    return answer(
        DraftRead(
            findings=tuple(one for one in found if (one.kind, one.phrase) not in hidden),
            forbidden=tuple(
                ForbiddenWords(one.name, hit.quote, hit.start, hit.end, one.instead)
                for one, hit in disclosures.forbidden(policy, case, wanted.draft)
            ),
            unsaid=tuple(one.say for one in disclosures.unsaid(policy, case, wanted.draft)),
            tone=round(tone_of(pack.tone, wanted.draft), 3) if pack else None,
        )
    )
