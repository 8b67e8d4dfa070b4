"""The guidance panel: one to three suggestions for the moment a conversation is in, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseForbidden
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from leeway.core import facts as f
from leeway.core.case import Case
from leeway.core.customer import Customer
from leeway.core.guidance import Spoken, Suggestion, View, guide
from leeway.core.guidance.summary import Summary, summarised
from leeway.core.guidance.view import RECENT
from leeway.desk.rewording import Worded
from leeway.store.queries import story
from leeway.web import house
from leeway.web.access import Viewer
from leeway.web.assist import worded
from leeway.web.cases.views import case_for

NOTES_BETWEEN = 8
"""Internal notes that may stand between the turns; guidance does not look at them."""

MOVES = {
    "acknowledge": gettext_lazy("Acknowledge"),
    "paraphrase": gettext_lazy("Paraphrase"),
    "own_it": gettext_lazy("Own it"),
    "ask": gettext_lazy("Ask"),
    "offer": gettext_lazy("Offer"),
    "set_a_time": gettext_lazy("Set a time"),
    "explain_honestly": gettext_lazy("Explain honestly"),
    "give_choices": gettext_lazy("Give choices"),
    "slow_down": gettext_lazy("Slow down"),
    "follow_up": gettext_lazy("Follow up"),
    "consult": gettext_lazy("Consult"),
    "hand_over": gettext_lazy("Hand over"),
}
"""The moves as a heading. ``say_nothing`` is an empty panel."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A suggestion as the panel shows it; ``key`` is the number pressed with Alt."""

    suggestion: Suggestion
    key: int
    wording: str = ""
    """Under which a model's better wording will be found."""

    @property
    def worded(self) -> Worded | None:
        return worded.known(self.wording)

    @property
    def text(self) -> str:
        return self.worded.text if self.worded else self.suggestion.text

    @property
    def heading(self) -> str:
        return str(MOVES.get(self.suggestion.move, self.suggestion.move.replace("_", " ")))


def panel(
    case: Case,
    turns: list[story.Turn] | None = None,
    customer: Customer | None = None,
    room: Mapping[str, int] | None = None,
) -> tuple[Shown, ...]:
    """The suggestions for the moment the case is in; none for a case that is over. ``room`` is what is left to the
    owner by instrument, where whoever looks is the owner.
    """
    if not case.live:
        return ()
    found = guide(replace(view_of(case, turns, customer), room=dict(room or {})))
    said = turns or []
    return tuple(
        Shown(suggestion, key, worded.begin(case, "guidance", suggestion.text, said))
        for key, suggestion in enumerate(found, start=1)
    )


def view_of(case: Case, turns: list[story.Turn] | None = None, customer: Customer | None = None) -> View:
    """What guidance looks at, from the store. ``turns`` and ``customer``: if they have been read already."""
    from leeway import wiring  # noqa: PLC0415 - the playbooks are compiled when a panel is first shown

    world = house.world()
    policy = world.policy_for(case.policy_version)
    language = world.languages.get(case.language) or world.languages.get(policy.language)
    language = language or next(iter(world.languages.values()))
    said = story.turns(case.id, most=RECENT + NOTES_BETWEEN) if turns is None else turns
    return View(
        case=case,
        turns=tuple(_spoken(turn) for turn in said if not turn.message.internal),
        policy=policy,
        language=language,
        wording=wiring.playbooks(language.name),
        now=house.now(),
        customer=customer,
    )


def _spoken(turn: story.Turn) -> Spoken:
    message = turn.message
    cues = turn.cues if message.author == "customer" else None
    return Spoken(message.id, message.author, message.text, message.at, cues)


def in_short(case: Case) -> Summary:
    """Who wants what, since when, what was tried: every clause with the message it stands in."""
    return summarised(view_of(case))


def whisper(case: Case, turns: list[story.Turn]) -> story.Turn | None:
    """The latest note from somebody else to the owner, while nothing has been answered since."""
    for turn in reversed(turns):
        message = turn.message
        if message.internal and message.by and message.by != case.owner:
            return turn
        if message.author == "agent" and not message.internal:
            return None
    return None


ANSWERS: dict[str, type[f.GuidanceUsed | f.GuidanceUnhelpful]] = {
    "used": f.GuidanceUsed,
    "unhelpful": f.GuidanceUnhelpful,
}
LONGEST_PLAY = 120


@login_required
@require_POST
def answer(request: HttpRequest, number: int, what: str) -> HttpResponse:
    """A suggestion was used, or did not help. Nothing to show: the panel is drawn anew by what happened."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    case = case_for(request, number)
    kind = ANSWERS.get(what)
    if not viewer.may_act_on(case):
        return HttpResponseForbidden(_("Your role may not do this."))
    play, move = request.POST.get("play", ""), request.POST.get("move", "")
    if kind is None or not play or len(play) > LONGEST_PLAY or move not in MOVES:
        return HttpResponseBadRequest(_("This is no suggestion."))
    house.press(kind, by=viewer.person, case=case.id, key=request.POST.get("key", ""), play=play, move=move)
    return HttpResponse(status=204)
