"""The API put together: its paths, its errors, and the OpenAPI document."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import msgspec
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import ValidationError

from leeway import __version__
from leeway.core.facts import Fact
from leeway.core.refusals import Refusal
from leeway.desk.ports import Busy, Closed, StoreTrouble
from leeway.store.queries.cases import BadCursor
from leeway.store.writer.writer import Unavailable
from leeway.web import ingest
from leeway.web.api import acting, drafts, offers, proving, publishing, reading
from leeway.web.api.answers import TYPES, Told, answer_problem, many, of_refusal
from leeway.web.api.gate import Scope
from leeway.web.problem import FieldError, Problem, problem

log = logging.getLogger(__name__)

ABOUT = """Facts in, decisions out. Every call carries a token: `Authorization: Bearer lw_...`
(`leeway token create NAME --scope ...`). Errors are `application/problem+json` with the place of what is wrong;
`type` is stable, for programs. Instants are UTC, money is in minor units."""

ERRORS = {"401": "No token, or one not known", "403": "The token lacks the scope", "404": "Not there"}
ERRORS |= {"422": "Understood, and not done: `errors` names the place", "default": "A problem"}


class Api(NinjaAPI):
    """Types come from the core itself; ninja writes down the paths."""

    def get_openapi_schema(self, **where: Any) -> Any:
        document = super().get_openapi_schema(**where)
        names = [*TYPES, "Problem", "Fact", "Accepted", "Report"]
        kinds = [*TYPES.values(), Problem, Fact, ingest.Accepted, ingest.Report]
        told, schemas = msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")
        for name, schema in zip(names, told, strict=True):
            schemas.setdefault(name, schema)
        document["components"].setdefault("schemas", {}).update(schemas)
        document["paths"]["/api/v1/facts"] = {"post": _FACTS}
        scopes = dict(self._scopes())
        for methods in document["paths"].values():
            for operation in methods.values():
                _tell_errors(operation)
                scope = scopes.get(operation["operationId"])
                if scope:
                    said = operation.get("description", "")
                    operation["description"] = f"{said}\n\nNeeds the scope `{scope}`.".strip()
        return document

    def _scopes(self) -> Iterator[tuple[str, str]]:
        """What each operation needs, by its id."""
        for router in self._get_bound_routers():
            for view in router.path_operations.values():
                for operation in view.operations:
                    needed = [one.needed for one in operation.auth_callbacks if isinstance(one, Scope)]
                    if needed:
                        yield operation.operation_id or self.get_openapi_operation_id(operation), needed[0]


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


_FACTS: dict[str, Any] = {
    "operationId": "post_facts",
    "summary": "Hand in facts, one or many",
    "description": "One fact as JSON, answered when it is on the disk; or many as NDJSON, one a line: bad lines are "
    "refused alone and named in the report. A second delivery of the same `source` and `id` does nothing. "
    "Needs the scope `facts:write`.",
    "tags": ["facts"],
    "security": [{"token": []}],
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": _ref("Fact")},
            "application/x-ndjson": {"schema": _ref("Fact")},
        },
    },
    "responses": {
        "201": {"description": "Recorded", "content": {"application/json": {"schema": _ref("Accepted")}}},
        "200": {
            "description": "It was there already; or, for NDJSON, the report",
            "content": {"application/json": {"schema": {"anyOf": [_ref("Accepted"), _ref("Report")]}}},
        },
    },
}


def _tell_errors(operation: dict[str, Any]) -> None:
    """Ninja notes a bare 200 under a number; ours are said in full, under texts."""
    told = operation.get("responses", {})
    operation["responses"] = {status: says for status, says in told.items() if isinstance(status, str)}
    content = {"application/problem+json": {"schema": _ref("Problem")}}
    responses = operation.setdefault("responses", {})
    for status, says in ERRORS.items():
        responses.setdefault(status, {"description": says, "content": content})


api = Api(
    title="Leeway",
    version=__version__,
    description=ABOUT,
    docs_url=None,  # its page would fetch scripts from elsewhere
    urls_namespace="api",
)
api.add_router("", reading.router)
api.add_router("", acting.router)
api.add_router("", offers.router)
api.add_router("", drafts.router)
api.add_router("", publishing.router)
api.add_router("", proving.router)


# --- errors, each as a problem


@api.exception_handler(Told)
def _told(request: HttpRequest, error: Told) -> HttpResponse:
    return answer_problem(error.what, error.headers)


@api.exception_handler(Refusal)
def _refusal(request: HttpRequest, error: Refusal) -> HttpResponse:
    return answer_problem(of_refusal(error))


@api.exception_handler(ValidationError)
def _not_valid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    places = [FieldError(str(one["loc"][-1]), str(one["msg"])) for one in error.errors]
    detail = f"{places[0].field}: {places[0].detail}." if places else "This request is not valid."
    return answer_problem(many(places, detail, "not_valid"))


@api.exception_handler(BadCursor)
def _bad_cursor(request: HttpRequest, error: BadCursor) -> HttpResponse:
    return answer_problem(reading.bad_cursor().what)


@api.exception_handler(RequestDataTooBig)
def _too_large(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return answer_problem(problem(413, "too_large", "This body is too large."))


@api.exception_handler(Busy)
def _busy(request: HttpRequest, error: Busy) -> HttpResponse:
    return answer_problem(problem(429, "busy", str(error)), {"Retry-After": str(error.retry_after)})


@api.exception_handler(Closed)
@api.exception_handler(Unavailable)
@api.exception_handler(StoreTrouble)
def _away(request: HttpRequest, error: Exception) -> HttpResponse:
    log.warning("the database is away: %s", error)
    what = problem(503, "unavailable", "The database is away. Nothing was recorded; come again.")
    return answer_problem(what, {"Retry-After": "1"})


@api.exception_handler(Exception)
def _failed(request: HttpRequest, error: Exception) -> HttpResponse:
    log.error("%s %s failed", request.method, request.path, exc_info=error)
    return answer_problem(problem(500, "failed", "A mistake of ours; it is in the server's log."))
