"""Reading and keeping what the house knows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from leeway.core.case import Case
from leeway.core.refusals import Refusal
from leeway.store import knowledge
from leeway.store.importing.solutions import take_in_solutions
from leeway.store.knowledge import KINDS, Hit, Text
from leeway.web import house
from leeway.web.access import Viewer
from leeway.web.cases.views import case_for
from leeway.web.doors import only
from leeway.web.knowledge.written import marked, rendered

PLACE = {"place": "knowledge"}
A_YEAR = timedelta(days=365)
SHOWN_KINDS = {
    "": gettext_lazy("All"),
    "article": gettext_lazy("Articles"),
    "fact": gettext_lazy("Product facts"),
    "solution": gettext_lazy("Earlier solutions"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """An article with the passage that helps, for a page or a panel."""

    hit: Hit
    html: SafeString

    @property
    def article(self) -> Any:  # noqa: ANN401 - the row
        return self.hit.article


def shown(hits: list[Hit]) -> list[Shown]:
    return [Shown(hit, marked(hit.passage)) for hit in hits]


def beside(case: Case) -> list[Shown]:
    """What helps in this conversation now; mostly nothing."""
    return shown(knowledge.suggestions(case))


def _viewer(request: HttpRequest) -> Viewer:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return viewer


@only("roles")
def page(request: HttpRequest) -> HttpResponse:
    text, kind = request.GET.get("q", "").strip()[:300], request.GET.get("kind", "")
    state = knowledge.RETIRED if request.GET.get("state") == knowledge.RETIRED else knowledge.LIVE
    after = request.GET.get("after", "")
    kind = kind if kind in KINDS else ""
    searched = bool(text) and state == knowledge.LIVE
    hits = (
        [hit for hit in knowledge.search(text, most=20) if not kind or hit.article.kind == kind]
        if searched
        else []
    )
    rows = (
        []
        if searched
        else knowledge.listed(text, kind=kind, state=state, after=int(after) if after.isdigit() else 0)
    )
    context = {
        **PLACE,
        "text": text,
        "kind": kind,
        "kinds": SHOWN_KINDS,
        "state": state,
        "searched": searched,
        "hits": shown(hits),
        "rows": rows,
        "next": rows[-1].pk if len(rows) == PAGE_SIZE else "",
        "troubles": []
        if text or after or state == knowledge.RETIRED
        else knowledge.troubles(house.now(), most=20),
    }
    return render(request, "leeway/knowledge/page.html", context)


PAGE_SIZE = 50


@only("roles")
def read(request: HttpRequest, number: int) -> HttpResponse:
    article = _article(number)
    context = {**PLACE, "article": article, "html": rendered(article.text)}
    return render(request, "leeway/knowledge/article.html", context)


def _article(number: int) -> Any:  # noqa: ANN401 - the row
    try:
        return knowledge.article(number)
    except knowledge.NoSuchArticle as missing:
        raise Http404(missing.sentence) from None


@only("may_see_insights")
def edit(request: HttpRequest, number: int = 0) -> HttpResponse:
    """A new article, or another text for this one."""
    article = _article(number) if number else None
    context = {
        **PLACE,
        "article": article,
        "kinds": {name: SHOWN_KINDS[name] for name in KINDS},
        "sent": article,
    }
    if request.method != "POST":
        return render(request, "leeway/knowledge/edit.html", context)
    told = _told(request, article)
    if request.POST.get("act") == "preview":
        return render(
            request, "leeway/knowledge/edit.html", {**context, "sent": told, "html": rendered(told.text)}
        )
    try:
        written = knowledge.write(told, by=_viewer(request).person, at=house.now(), number=number)
    except Refusal as refusal:
        wrong = {**context, "sent": told, "wrong": refusal.sentence}
        return render(request, "leeway/knowledge/edit.html", wrong, status=422)
    messages.success(request, _("Kept. It can be found from now on."))
    return redirect("article", written)


def _told(request: HttpRequest, article: Any) -> Text:  # noqa: ANN401 - the row, or None
    def sent(name: str, most: int = 200) -> str:
        return request.POST.get(name, "").strip()[:most]

    kind = sent("kind")
    return Text(
        title=sent("title", 300),
        text=request.POST.get("text", "").replace("\r\n", "\n")[: knowledge.LONGEST_TEXT + 1],
        kind=kind if kind in KINDS else "article",
        product=sent("product"),
        region=sent("region", 60),
        language=sent("language", 10),
        case=article.case if article else None,
    )


@only("may_see_insights")
@require_POST
def do(request: HttpRequest, number: int, act: str) -> HttpResponse:
    """Retire it, bring it back, or say that it is still right."""
    acts = {"retire": knowledge.retire, "back": knowledge.bring_back, "review": knowledge.review}
    if act not in acts:
        raise Http404(_("There is no such button."))
    _article(number)
    acts[act](number, by=_viewer(request).person, at=house.now())
    said = {
        "retire": _("Retired. It is not found any more."),
        "back": _("It can be found again."),
        "review": _("Noted: read, and still right."),
    }
    messages.success(request, said[act])
    return redirect("article", number)


@only("may_see_insights")
@require_POST
def solutions(request: HttpRequest) -> HttpResponse:
    """Take in what helped in earlier cases."""
    now = house.now()
    report = take_in_solutions(now=now, since=now - A_YEAR)
    said = _("Earlier solutions: %(new)d new, %(changed)d changed.")
    messages.success(request, said % {"new": report["new"], "changed": report["changed"]})
    return redirect("knowledge")


@login_required
@require_POST
def vote(request: HttpRequest, case: int, number: int, word: str) -> HttpResponse:
    """Whether an article helped in this case: said by somebody who works it."""
    found = case_for(request, case)
    if word not in ("helped", "not"):
        raise Http404(_("There is no such button."))
    viewer = _viewer(request)
    if not viewer.may_act_on(found):
        raise PermissionDenied
    _article(number)
    knowledge.vote(number, case=case, person=viewer.person, helped=word == "helped", at=house.now())
    messages.success(request, _("Thank you, noted."))
    return redirect("conversation", case)
