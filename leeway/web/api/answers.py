"""Answering in JSON, and saying in the OpenAPI document what is answered and taken."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
from django.http import HttpRequest, HttpResponse

from leeway.core.refusals import Refusal
from leeway.web.problem import FieldError, Problem, problem

Wanted = TypeVar("Wanted")

JSON = "application/json"
PROBLEM_JSON = "application/problem+json"
STATUS_OF = {"unknown_case": 404, "moved_on": 409, "unknown_version": 404}
"""Refusals that have a status of their own; the others are 422: understood, and not done."""

TYPES: dict[str, Any] = {}
"""Everything that is answered or taken, by the name it has in the OpenAPI document."""


class Told(Exception):
    """Ends a request with this problem."""

    def __init__(self, what: Problem, headers: dict[str, str] | None = None) -> None:
        super().__init__(what.detail)
        self.what = what
        self.headers = headers or {}


def answer(body: object, status: int = 200) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(body), content_type=JSON, status=status)


def answer_problem(what: Problem, headers: dict[str, str] | None = None) -> HttpResponse:
    data = msgspec.json.encode(what)
    return HttpResponse(data, content_type=PROBLEM_JSON, status=what.status, headers=headers)


def missing(what: str, name: object, field: str = "") -> Told:
    return Told(problem(404, f"unknown_{what}", f"There is no {what} {name!s}.", field=field))


def of_refusal(refusal: Refusal) -> Problem:
    where = f"$.{refusal.field}" if refusal.field else ""
    return problem(STATUS_OF.get(refusal.code, 422), refusal.code, refusal.sentence, field=where)


# --- what comes in


def body_of(request: HttpRequest, kind: type[Wanted]) -> Wanted:
    """The body as JSON of this kind. Raises ``Told`` with the place of what is wrong."""
    data = json_of(request)
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.ValidationError as error:
        raise Told(not_valid(str(error))) from None
    except UnicodeDecodeError:
        raise Told(problem(422, "not_unicode", "The text is not valid UTF-8.", field="$")) from None
    except msgspec.DecodeError as error:
        raise Told(problem(400, "not_json", f"This is not JSON: {error}.")) from None
    except RecursionError:
        raise Told(problem(400, "not_json", "This JSON is nested too deeply.")) from None


def json_of(request: HttpRequest) -> bytes:
    """The body, said to be JSON. An empty one is an empty object."""
    kind = (request.content_type or "").lower()
    if request.body and kind != JSON:
        raise Told(problem(415, "media_type", f"Send {JSON}."))
    return request.body or b"{}"


def not_valid(sentence: str) -> Problem:
    """Takes apart what msgspec says: ``Expected `str`, got `int` - at `$.text```."""
    detail, _, where = sentence.partition(" - at `")
    return problem(422, "not_valid", detail, field=where.rstrip("`") or "$")


# --- what the OpenAPI document says


def says(answered: Any = None, *, taken: Any = None, status: int = 200, name: str = "") -> dict[str, Any]:
    """``openapi_extra`` of an operation: what it answers and takes, and that errors are problems."""
    told: dict[str, Any] = {
        "responses": {str(status): {"description": "Done", "content": _json(answered, name)}}
    }
    if taken is not None:
        told["requestBody"] = {"required": True, "content": _json(taken, "")}
    return told


def _json(kind: Any, name: str) -> dict[str, Any]:
    if kind is None:
        return {}
    if isinstance(kind, dict):
        return {JSON: {"schema": kind}}
    named = name or kind.__name__
    TYPES[named] = kind
    return {JSON: {"schema": {"$ref": f"#/components/schemas/{named}"}}}


def many(errors: list[FieldError], detail: str, code: str, status: int = 422) -> Problem:
    """A problem with several places."""
    first = problem(status, code, detail)
    return msgspec.structs.replace(first, errors=tuple(errors))
