"""Errors as ``application/problem+json`` (RFC 9457): what went wrong, where, and what to do about it."""

from __future__ import annotations

from http import HTTPStatus

import msgspec


class FieldError(msgspec.Struct, frozen=True):
    """``field`` is a path into what was sent: ``$.customer.id``."""

    field: str
    detail: str


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    type: str
    title: str
    status: int
    detail: str = ""
    errors: tuple[FieldError, ...] = ()


def problem(status: int, code: str, detail: str, *, field: str = "") -> Problem:
    """``code`` is stable, for programs; ``detail`` is one sentence for people."""
    return Problem(
        type=f"urn:leeway:problem:{code}",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        errors=(FieldError(field, detail),) if field else (),
    )
