"""Policy and roster: read, checked, published."""

from __future__ import annotations

from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Router

from leeway import proving, publishing
from leeway.core.policy import Policy
from leeway.core.roster import Roster
from leeway.packs.matrix_file import dump_policy
from leeway.packs.reader import Problem as Mistake
from leeway.packs.reader import Problems
from leeway.packs.roster_file import dump_roster
from leeway.store.history import Version, published_versions
from leeway.store.writer.driver import Driver
from leeway.web import house
from leeway.web.api import shapes
from leeway.web.api.answers import Told, answer, body_of, many, missing, says
from leeway.web.api.gate import READ_POLICY, READ_ROSTER, WRITE_POLICY, WRITE_ROSTER
from leeway.web.problem import FieldError, problem

router = Router()

YAML = "application/yaml"
YAML_SCHEMA = {
    "responses": {"200": {"description": "Done", "content": {YAML: {"schema": {"type": "string"}}}}}
}


class PolicyVersions(msgspec.Struct, frozen=True):
    """The newest first; the first one is in force."""

    versions: list[Version]


# --- policy


@router.get(
    "/policy", auth=READ_POLICY, tags=["policy"], summary="The policy in force", openapi_extra=says(Policy)
)
def current_policy(request: HttpRequest) -> HttpResponse:
    return answer(house.world().policy)


@router.get(
    "/policy/versions",
    auth=READ_POLICY,
    tags=["policy"],
    summary="Every version",
    openapi_extra=says(PolicyVersions),
)
def policy_versions(request: HttpRequest) -> HttpResponse:
    return answer(PolicyVersions(_with_driver(lambda driver: published_versions(driver, "policy"))))


@router.get(
    "/policy/{int:version}",
    auth=READ_POLICY,
    tags=["policy"],
    summary="One version",
    openapi_extra=says(Policy),
)
def one_policy(request: HttpRequest, version: int) -> HttpResponse:
    return answer(policy_of(version))


@router.get(
    "/policy/{int:version}/file",
    auth=READ_POLICY,
    tags=["policy"],
    summary="One version as a matrix file",
    openapi_extra=YAML_SCHEMA,
)
def policy_file(request: HttpRequest, version: int) -> HttpResponse:
    return HttpResponse(dump_policy(policy_of(version)), content_type=YAML)


def policy_of(version: int) -> Policy:
    found = house.world().pinned.get(version)
    if found is None:
        raise missing("version", version)
    return found


@router.post(
    "/policy/check",
    auth=READ_POLICY,
    tags=["policy"],
    summary="Say what is wrong with a matrix, and prove it",
    openapi_extra=says(shapes.Checked, taken=shapes.PolicyFiles),
)
def check_policy(request: HttpRequest) -> HttpResponse:
    """Every mistake with file, line and column; when there is none, the proof for a year. Nothing is published."""
    wanted = body_of(request, shapes.PolicyFiles)
    roster, files = house.world().roster, files_of(wanted)
    try:
        read = publishing.read_matrix(files, roster)
    except Problems as found:
        return answer(shapes.Checked(fine=False, problems=_mistakes(found.problems)))
    proof = proving.proof_of(read.document, roster, start=house.now(), matrix=files)
    return answer(
        shapes.Checked(fine=True, problems=_mistakes(read.warnings), proved=proof.proved, proof=proof)
    )


@router.post(
    "/policy",
    auth=WRITE_POLICY,
    tags=["policy"],
    summary="Publish a policy",
    openapi_extra=says(shapes.Published, taken=shapes.PolicyFiles, status=201),
)
def publish_policy(request: HttpRequest) -> HttpResponse:
    """It is in force for everything decided from now on; running cases keep the version they were escalated under."""
    wanted = body_of(request, shapes.PolicyFiles)
    try:
        read = publishing.read_matrix(files_of(wanted), house.world().roster)
    except Problems as found:
        raise Told(
            refused(found, "matrix_wrong", "This matrix has mistakes; nothing was published.")
        ) from None
    return _published(read.document, read.source, wanted.note, wanted.by or request.auth.name, read.warnings)  # type: ignore[attr-defined]


def files_of(wanted: shapes.PolicyFiles) -> dict[str, str | bytes]:
    if bool(wanted.source) == bool(wanted.files):
        what = "Give the matrix in `source`, or the files of a pack in `files`: one of the two."
        raise Told(problem(422, "no_matrix", what, field="$.source"))
    return dict(wanted.files) if wanted.files else {"matrix.yaml": wanted.source}


# --- roster


@router.get(
    "/roster", auth=READ_ROSTER, tags=["roster"], summary="The roster in force", openapi_extra=says(Roster)
)
def current_roster(request: HttpRequest) -> HttpResponse:
    return answer(house.world().roster)


@router.get(
    "/roster/file",
    auth=READ_ROSTER,
    tags=["roster"],
    summary="The roster as a file",
    openapi_extra=YAML_SCHEMA,
)
def roster_file(request: HttpRequest) -> HttpResponse:
    return HttpResponse(dump_roster(house.world().roster), content_type=YAML)


@router.put(
    "/roster",
    auth=WRITE_ROSTER,
    tags=["roster"],
    summary="Publish a roster",
    openapi_extra=says(shapes.Published, taken=shapes.RosterFile, status=201),
)
def publish_roster(request: HttpRequest) -> HttpResponse:
    """A roster file, whole. Public holidays of the coming years are looked up and written into it."""
    wanted = body_of(request, shapes.RosterFile)
    try:
        read = publishing.read_roster(wanted.source, "roster.yaml", now=house.now())
    except Problems as found:
        raise Told(
            refused(found, "roster_wrong", "This roster has mistakes; nothing was published.")
        ) from None
    return _published(read.document, read.source, wanted.note, wanted.by or request.auth.name, read.warnings)  # type: ignore[attr-defined]


@router.post(
    "/roster/absences",
    auth=WRITE_ROSTER,
    tags=["roster"],
    summary="Somebody is away",
    openapi_extra=says(shapes.Published, taken=shapes.AbsenceWanted, status=201),
)
def add_absence(request: HttpRequest) -> HttpResponse:
    """Publishes the roster with one more absence."""
    wanted = body_of(request, shapes.AbsenceWanted)
    changed = publishing.with_absence(
        house.world().roster,
        wanted.person,
        wanted.start,
        wanted.end,
        reason=wanted.reason,
        substitute=wanted.substitute,
    )
    return _published(changed, "", f"{wanted.person} is away", wanted.by or request.auth.name, ())  # type: ignore[attr-defined]


# --- both


def _published(
    document: Policy | Roster, source: str, note: str, by: str, warnings: tuple[Mistake, ...]
) -> HttpResponse:
    version = _with_driver(
        lambda driver: publishing.publish(driver, document, source, at=house.now(), note=note, by=by)
    )
    return answer(shapes.Published(version, _mistakes(warnings)), 201)


def _with_driver(ask: Any) -> Any:
    driver: Driver = house.house().driver()
    try:
        return ask(driver)
    finally:
        driver.close()


def _mistakes(found: tuple[Mistake, ...]) -> list[shapes.FileProblem]:
    return [
        shapes.FileProblem(**{name: getattr(one, name) for name in shapes.FileProblem.__struct_fields__})
        for one in found
    ]


def refused(found: Problems, code: str, detail: str) -> Any:
    places = [
        FieldError(f"{one.file}:{one.line}:{one.column}", str(one).partition(": ")[2])
        for one in found.problems
        if one.severity == "error"
    ]
    return many(places, detail, code)
