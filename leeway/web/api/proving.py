"""What a changed policy would have done, how many people a house needs, and why a case is where it is."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from django.http import HttpRequest, HttpResponse
from msgspec import Meta
from ninja import Router

from leeway import publishing, staffing
from leeway.backtesting import Candidate
from leeway.packs.reader import Problems
from leeway.prove.backtest.report import Report as BacktestReport
from leeway.prove.explain import Explanation, NotThere, explain
from leeway.prove.staff.staffing import CannotRead, NothingToLearn, Staffing
from leeway.store import past
from leeway.web import house
from leeway.web.api import shapes
from leeway.web.api.answers import Told, answer, body_of, missing, not_valid, says
from leeway.web.api.gate import READ_CASES, READ_POLICY, WRITE_POLICY
from leeway.web.api.publishing import files_of, policy_of, refused
from leeway.web.api.reading import the_case
from leeway.web.problem import problem
from leeway.web.prove import runs
from leeway.wiring import past_worlds

router = Router()


class BacktestWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``files`` is a matrix as it would be published, ``version`` one that was; exactly one of them. ``since`` and
    ``until`` limit it to cases opened then.
    """

    files: shapes.PolicyFiles | None = None
    version: Annotated[int, Meta(ge=1, le=2**31 - 1)] | None = None
    label: Annotated[str, Meta(max_length=200)] = ""
    since: datetime | None = None
    until: datetime | None = None


class Backtest(msgspec.Struct, frozen=True, omit_defaults=True):
    """A run: ``done`` of ``pieces`` are finished. ``trouble`` says why it failed; ``report`` is what it found."""

    name: str
    state: Literal["running", "failed", "done"]
    label: str
    done: int = 0
    pieces: int = 0
    trouble: str = ""
    report: BacktestReport | None = None


class StaffingWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``what_if`` in words: ``one more on monday at agent``, ``campaign x2.5 from 2026-03-09 to 2026-04-06``."""

    attainment: Annotated[float, Meta(gt=0, lt=1)] = 0.9
    since: datetime | None = None
    what_if: Annotated[tuple[Annotated[str, Meta(max_length=200)], ...], Meta(max_length=5)] = ()
    seed: Annotated[int, Meta(ge=0, le=2**31 - 1)] = 7
    replications: Annotated[int, Meta(ge=2, le=50)] = 20


# --- backtest


@router.post(
    "/backtests",
    auth=WRITE_POLICY,
    tags=["proving"],
    summary="Try a policy on the history",
    openapi_extra=says(Backtest, taken=BacktestWanted, status=202),
)
def start_backtest(request: HttpRequest) -> HttpResponse:
    """Starts it and answers at once; ask for the run by its name until it is done. One at a time: else 409."""
    candidate, wanted = _candidate(body_of(request, BacktestWanted))
    try:
        run = runs.start(candidate, by="", since=wanted.since, until=wanted.until)
    except runs.Busy:
        raise Told(problem(409, "busy_with_another", "Another backtest is running; wait for it.")) from None
    return answer(_of_run(run), status=202)


def _candidate(wanted: BacktestWanted) -> tuple[Candidate, BacktestWanted]:
    if (wanted.files is None) is (wanted.version is None):
        raise Told(not_valid("Send either `files` or `version`."))
    for name in ("since", "until"):
        moment: datetime | None = getattr(wanted, name)
        if moment is not None and moment.tzinfo is None:
            raise Told(not_valid(f"Say in which zone: `Z` or an offset - at `$.{name}`"))
    if wanted.version is not None:
        policy = policy_of(wanted.version)
        return Candidate(policy, wanted.label or f"{policy.name}, version {policy.version}"), wanted
    assert wanted.files is not None  # noqa: S101 - exactly one of them
    try:
        policy = publishing.read_matrix(files_of(wanted.files), house.world().roster).document
    except Problems as found:
        raise Told(refused(found, "matrix_wrong", "This matrix has mistakes; nothing was tried.")) from None
    return Candidate(policy, wanted.label or f"a draft of {policy.name}"), wanted


@router.get(
    "/backtests/{name}",
    auth=READ_POLICY,
    tags=["proving"],
    summary="How far a backtest is, or what it found",
    openapi_extra=says(Backtest),
)
def one_backtest(request: HttpRequest, name: str) -> HttpResponse:
    kept = runs.kept(name)
    if kept is not None:
        return answer(Backtest(kept.name, "done", kept.report.candidate, report=kept.report))
    run = runs.running(name)
    if run is None:
        raise missing("backtest", name)
    return answer(_of_run(run))


def _of_run(run: runs.Run) -> Backtest:
    state: Literal["running", "failed"] = "failed" if run.trouble else "running"
    return Backtest(run.name, state, run.label, run.done, run.pieces, run.trouble)


# --- staffing


@router.post(
    "/staffing",
    auth=READ_POLICY,
    tags=["proving"],
    summary="How many people are needed",
    openapi_extra=says(Staffing, taken=StaffingWanted),
)
def staff(request: HttpRequest) -> HttpResponse:
    """By level and hour of the week, learnt from the log, under the policy in force. It takes some seconds."""
    wanted = body_of(request, StaffingWanted)
    driver = house.house().driver()
    try:
        found = staffing.staff(
            driver,
            attainment=wanted.attainment,
            since=wanted.since,
            what_ifs=wanted.what_if,
            seed=wanted.seed,
            replications=wanted.replications,
        )
    except CannotRead as why:
        raise Told(problem(422, "what_if_unknown", str(why), field="$.what_if")) from None
    except NothingToLearn as why:
        raise Told(problem(409, "nothing_recorded", str(why))) from None
    finally:
        driver.close()
    return answer(found)


# --- explain


@router.get(
    "/cases/{int:number}/explanation",
    auth=READ_CASES,
    tags=["proving"],
    summary="Why was this decided?",
    openapi_extra=says(Explanation),
)
def explanation(request: HttpRequest, number: int, event: int | None = None) -> HttpResponse:
    """Of the event with this number within the case; without one, of the latest decision that sent it up."""
    the_case(number)
    driver = house.house().driver()
    try:
        return answer(explain(past_worlds(driver), past.story(driver, number), event=event))
    except NotThere as why:
        raise Told(problem(404, "unknown_event", str(why))) from None
    finally:
        driver.close()
