"""How many people each level needs: a page of the insights, reckoned in a thread and kept for an hour."""

from __future__ import annotations

import logging
import threading
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from leeway import staffing
from leeway.prove.staff.staffing import CannotRead, NothingToLearn, Staffing
from leeway.web import house
from leeway.web.doors import only
from leeway.web.prove import charts

log = logging.getLogger(__name__)

LONGEST = 200
SHARES = ("0.8", "0.9", "0.95")

Question = tuple[float, str]
_lock = threading.Lock()
_found: dict[Question, Staffing | str] = {}
_asked: set[Question] = set()
KEPT = 12


@only("may_see_insights")
def page(request: HttpRequest) -> HttpResponse:
    """``?attainment=`` and ``?what_if=``; asked again with ``?anew=1``."""
    share = request.GET.get("attainment", "0.9")
    what_if = request.GET.get("what_if", "").strip()[:LONGEST]
    question = (float(share if share in SHARES else "0.9"), what_if)
    if request.GET.get("anew"):
        _found.pop(question, None)
        return redirect(f"{request.path}?attainment={question[0]}&what_if={what_if}")
    answer = _answer(question)
    found = answer if isinstance(answer, Staffing) else None
    here = {
        "place": "insights",
        "found": found,
        "waiting": answer is None,
        "wrong": answer if isinstance(answer, str) else "",
        "shares": [(one, f"{float(one):.0%}") for one in SHARES],
        "share": str(question[0]),
        "what_if": what_if,
        "levels": [_level(one) for one in found.levels] if found else [],
    }
    part = "leeway/prove/staff_waiting.html" if getattr(request, "htmx", False) else "leeway/prove/staff.html"
    response = render(request, part, here)
    if getattr(request, "htmx", False) and answer is not None:
        response["HX-Refresh"] = "true"
    return response


def _answer(question: Question) -> Staffing | str | None:
    """What is known; None while it is being reckoned, which this starts."""
    with _lock:
        if question in _found:
            return _found[question]
        if question not in _asked:
            _asked.add(question)
            threading.Thread(target=_reckon, args=(question,), name="staffing", daemon=True).start()
    return None


def _reckon(question: Question) -> None:
    share, what_if = question
    answer: Staffing | str
    driver = house.house().driver()
    try:
        answer = staffing.staff(driver, attainment=share, what_ifs=(what_if,) if what_if else ())
    except (CannotRead, NothingToLearn) as why:
        answer = str(why)
    except Exception:  # the thread's edge: the page says that it failed, the log says why
        log.exception("staffing could not be reckoned")
        answer = _("This could not be reckoned; the server's log says why.")
    finally:
        driver.close()
    with _lock:
        _found[question] = answer
        _asked.discard(question)
        while len(_found) > KEPT:
            del _found[next(iter(_found))]


def _level(one: Any) -> dict[str, Any]:  # noqa: ANN401 - a LevelNeeds
    name = one.level.replace("_", " ")
    top = max(*one.needed, *one.present)
    return {
        "needs": one,
        "name": name,
        "top": round(top),
        "needed": charts.week(
            _("people needed at %(level)s, by hour of the week") % {"level": name}, one.needed, top
        ),
        "present": charts.week(
            _("people there at %(level)s, by hour of the week") % {"level": name}, one.present, top
        ),
        "rows": [
            (
                charts.DAYS[day],
                [(one.needed[hour], one.present[hour]) for hour in range(day * 24, day * 24 + 24)],
            )
            for day in range(7)
        ],
        "hours": range(24),
        "short": sum(needed > present for needed, present in zip(one.needed, one.present, strict=True)),
    }
