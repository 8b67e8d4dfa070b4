"""The API's addresses. Whatever is asked below them is answered in JSON, mistakes too."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, re_path
from django.views.decorators.csrf import csrf_exempt

from leeway.web.api.answers import PROBLEM_JSON, answer_problem
from leeway.web.api.api import api
from leeway.web.problem import problem

View = Callable[..., HttpResponse]

CODES = {400: "bad_request", 404: "not_there", 405: "method"}
SENTENCES = {
    404: "There is no such path: see /api/v1/openapi.json.",
    405: "This path does not take this method.",
}


def in_json(view: View) -> View:
    """The view, whose errors are problems whoever makes them."""

    @wraps(view)
    def handle(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "\x00" in request.path or any(
            "\x00" in word for words in request.GET.lists() for word in words[1]
        ):
            return answer_problem(
                problem(422, "not_valid", "Text may not hold the character NUL.", field="$")
            )
        response = view(request, *args, **kwargs)
        wrong = response.status_code >= HTTPStatus.BAD_REQUEST
        if not wrong or response.headers.get("Content-Type", "").startswith(PROBLEM_JSON):
            return response
        allow = {"Allow": response.headers["Allow"]} if "Allow" in response.headers else None
        return answer_problem(_plain(response.status_code), allow)

    return csrf_exempt(handle)  # tokens, no cookies: there is nothing a foreign page could borrow


def _plain(status: int) -> Any:
    return problem(status, CODES.get(status, "failed"), SENTENCES.get(status, HTTPStatus(status).description))


def _nowhere(_request: HttpRequest, **_: Any) -> HttpResponse:
    return answer_problem(_plain(404))


def _patterns() -> list[URLPattern]:
    found, _, _ = api.urls
    patterns = [pattern for pattern in found if isinstance(pattern, URLPattern)]
    for pattern in patterns:
        pattern.callback = in_json(cast(View, pattern.callback))
    return [*patterns, re_path(r"^.*$", in_json(_nowhere))]


urlpatterns = [path("api/v1/", (_patterns(), "api", "api"))]
