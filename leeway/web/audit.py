"""Every look at a case is written down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leeway.store.access_log import write_access
from leeway.web import house

if TYPE_CHECKING:
    from django.http import HttpRequest


def seen(request: HttpRequest, case: int) -> None:
    write_access(case, request.viewer.person, house.now())  # type: ignore[attr-defined]
