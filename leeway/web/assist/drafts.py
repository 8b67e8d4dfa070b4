"""The reader of drafts beside the composer: what is being written, read on every pause, with what to say instead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseForbidden
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from leeway import languages
from leeway.core import disclosures
from leeway.core.authority import Ground, what_is_left, windows
from leeway.core.case import Case
from leeway.core.drafts import FINDING_KINDS, DraftContext, DraftPack, Finding, Turn, read_draft
from leeway.core.drafts.context import LAST_TURNS
from leeway.core.drafts.of_case import context_of
from leeway.core.ledger import answers
from leeway.core.policy import Policy
from leeway.store import draft_votes
from leeway.store.queries import customers, offers, story
from leeway.web import house
from leeway.web.access import Viewer
from leeway.web.cases.views import case_for
from leeway.web.doors import only

LONGEST_DRAFT = 20_000
LONGEST_PHRASE = 80
NOTES_BETWEEN = 8
"""Internal notes that may stand between the turns; no draft is read against them."""

LABELS = {
    "negative_phrasing": gettext_lazy("Only what can't be"),
    "no_acknowledgement": gettext_lazy("Nothing for the feeling"),
    "no_next_step": gettext_lazy("No next step"),
    "no_time": gettext_lazy("No time"),
    "blame": gettext_lazy("Blame"),
    "over_promise": gettext_lazy("Promises too much"),
    "asks_again": gettext_lazy("Asks again"),
    "dismissive": gettext_lazy("Brushes off"),
    "jargon": gettext_lazy("Words of the trade"),
    "false_empathy": gettext_lazy("A formula"),
    "forbidden": gettext_lazy("Must not be said"),
    "unsaid": gettext_lazy("Must be said"),
}
WHY = {
    "negative_phrasing": gettext_lazy("Says only what can't be. Say what can be done, and when."),
    "no_acknowledgement": gettext_lazy("The customer is upset, and nothing here shows that you heard it."),
    "no_next_step": gettext_lazy("Nothing here says what happens next, and nothing is asked."),
    "no_time": gettext_lazy("Promises a next step without saying when."),
    "blame": gettext_lazy("Puts the fault on somebody. Say what can be done now."),
    "over_promise": gettext_lazy(
        "Promises more than you can keep or may give. Say what you will do, and when they hear."
    ),
    "asks_again": gettext_lazy("They have told us this already."),
    "dismissive": gettext_lazy("Brushes the customer off. Show that you heard them, and what happens now."),
    "jargon": gettext_lazy("Words of the trade the customer has not used."),
    "false_empathy": gettext_lazy("A formula. Say what happened to this customer, in their words."),
}
"""In the language of the page; the finding itself speaks the language of the draft."""


WHOLE = frozenset({"no_acknowledgement", "no_next_step"})


@dataclass(frozen=True, slots=True)
class Marked:
    """A finding for the page. Offsets count as a browser does: in UTF-16 units."""

    kind: str
    quote: str
    start: int
    end: int
    suggestion: str
    why: str
    phrase: str = ""

    @property
    def label(self) -> str:
        return str(LABELS[self.kind])

    @property
    def whole(self) -> bool:
        """Something is missing, rather than said: there are no words to underline."""
        return self.kind in WHOLE

    @property
    def instead(self) -> str:
        """What is new in the suggestion, where the rest of it is the draft itself."""
        return _added(self.quote, self.suggestion) if self.whole else self.suggestion

    @property
    def votable(self) -> bool:
        """What must be said, and what must not, is nobody's taste."""
        return self.kind in FINDING_KINDS


# -- reading -----------------------------------------------------------------------------------------------------------


@login_required
@require_POST
def read(request: HttpRequest, number: int) -> HttpResponse:
    """The marks of what is being written, as a list; the page puts them under the words."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    case = case_for(request, number)
    if not viewer.may_act_on(case):
        return HttpResponseForbidden(_("Your role may not do this."))
    draft = request.POST.get("text", "")
    if len(draft) > LONGEST_DRAFT or len(request.POST.get("zone", "")) > LONGEST_PHRASE:
        return HttpResponseBadRequest(_("This is longer than a message may be."))
    found = marks(case, draft, person=viewer.person)
    return render(request, "leeway/assist/draft.html", {"marks": found, "case": case})


def marks(case: Case, draft: str, *, person: str) -> tuple[Marked, ...]:
    """Findings of the reader and of the disclosures, without what this person is not shown."""
    if not draft.strip():
        return ()
    policy = house.world().policy_for(case.policy_version)
    hidden = draft_votes.hidden_from(person)
    found = [one for one in findings(case, draft, person=person) if (one.kind, one.phrase) not in hidden]
    marked = [*_reader_marks(draft, found), *_disclosure_marks(policy, case, draft)]
    return tuple(sorted(marked, key=lambda one: (one.start, one.end)))


def findings(case: Case, draft: str, *, person: str) -> tuple[Finding, ...]:
    """What the reader finds in a draft for this case, written by this person."""
    pack = words(case)
    return read_draft(pack, draft, matter(case, draft, person=person)) if pack else ()


def words(case: Case) -> DraftPack | None:
    """What the language of the case says about drafts."""
    from leeway import wiring  # noqa: PLC0415 - the words are read when a draft is first written

    policy = house.world().policy_for(case.policy_version)
    return wiring.drafts(case.language or policy.language or languages.USUAL)


def matter(case: Case, draft: str, *, person: str) -> DraftContext:
    """The case as the reader takes it. What this person has left is asked only where a draft may give something."""
    world, now = house.world(), house.now()
    policy = world.policy_for(case.policy_version)
    said = story.turns(case.id, most=LAST_TURNS + NOTES_BETWEEN)
    turns = [Turn(turn.message.author, turn.message.text) for turn in said if not turn.message.internal]
    return context_of(
        case,
        turns,
        policy=policy,
        roster=world.roster,
        now=now,
        left=_left(case, policy, person) if policy.authority and _may_give(case, draft) else None,
    )


def _may_give(case: Case, draft: str) -> bool:
    """A sum is named, or one is known that "all of it" would mean."""
    return any(char.isdigit() for char in draft) or any(item.told.kind == "amount" for item in case.told)


def _left(case: Case, policy: Policy, person: str) -> dict[str, int] | None:
    """What is left for this person by instrument; None for somebody who is not in the roster (an admin)."""
    world, now = house.world(), house.now()
    if all(one.id != person for one in world.roster.people):
        return None
    bare = Ground(policy, world.roster, case, customers.customer(case.customer), now)
    spent = answers(windows(bare, (person,)), offers.entries((case,), (person,), now), now)
    ground = Ground(policy, world.roster, case, bare.customer, now, spent)
    return {room.instrument: room.left for room in what_is_left(ground, person)}


def _reader_marks(draft: str, found: Iterable[Finding]) -> list[Marked]:
    return [
        Marked(
            one.kind,
            one.quote,
            _units(draft, one.start),
            _units(draft, one.end),
            one.suggestion,
            str(WHY[one.kind]),
            one.phrase,
        )
        for one in found
    ]


def _disclosure_marks(policy: Policy, case: Case, draft: str) -> list[Marked]:
    marked = [
        Marked(
            "forbidden",
            hit.quote,
            _units(draft, hit.start),
            _units(draft, hit.end),
            one.instead,
            one.source or _("Our policy does not let us say this."),
        )
        for one, hit in disclosures.forbidden(policy, case, draft)
    ]
    end = _units(draft, len(draft))
    for one in disclosures.unsaid(policy, case, draft):
        why = one.source or _("Our policy has us say this here.")
        marked.append(Marked("unsaid", "", end, end, f" {one.say}" if draft[-1:].strip() else one.say, why))
    return marked


def _added(before: str, after: str) -> str:
    """The words of ``after`` between what both begin and what both end with."""
    start = _alike(before, after)
    end = _alike(before[start:][::-1], after[start:][::-1])
    return after[start : len(after) - end].strip() or after


def _alike(one: str, other: str) -> int:
    """How many characters both begin with."""
    return next(
        (place for place, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]),
        min(len(one), len(other)),
    )


def _units(text: str, at: int) -> int:
    """An offset in characters as one in UTF-16 units: a face counts two there."""
    return at if text.isascii() else len(text[:at].encode("utf-16-le", "surrogatepass")) // 2


# -- not helpful -------------------------------------------------------------------------------------------------------


@login_required
@require_POST
def unhelpful(request: HttpRequest, number: int) -> HttpResponse:
    """This mark did not help: not shown to this person again, and counted for the house."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    case = case_for(request, number)
    if not viewer.may_act_on(case):
        return HttpResponseForbidden(_("Your role may not do this."))
    kind, phrase = request.POST.get("kind", ""), request.POST.get("phrase", "")
    if kind not in FINDING_KINDS or len(phrase) > LONGEST_PHRASE or "\x00" in phrase:
        return HttpResponseBadRequest(_("This is no mark of the reader."))
    draft_votes.unhelpful(kind, phrase, person=viewer.person, at=house.now())
    return HttpResponse(status=204)


@only("may_publish")
def settings(request: HttpRequest) -> HttpResponse:
    """Which marks did not help, and which of them the house has muted."""
    found = [(LABELS.get(one.kind, one.kind), one) for one in draft_votes.counted()]
    here = {"place": "settings", "found": found, "enough": draft_votes.ENOUGH}
    return render(request, "leeway/assist/settings.html", here)


@only("may_publish")
@require_POST
def switch_on(request: HttpRequest) -> HttpResponse:
    kind, phrase = request.POST.get("kind", ""), request.POST.get("phrase", "")
    if draft_votes.switch_on(kind, phrase):
        messages.success(request, _("It is shown to everybody again."))
    return redirect("settings-drafts")
