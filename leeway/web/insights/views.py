from __future__ import annotations

from django.http import HttpRequest, HttpResponse


def page(request: HttpRequest) -> HttpResponse:
    del request
    return HttpResponse("")
