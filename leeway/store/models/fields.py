"""Shorthands for columns that every table spells the same way."""

from __future__ import annotations

from typing import Any

from django.db import models


def words(**options: Any) -> models.TextField[str, str]:
    """Short text. No database length: how long a word may be is said where facts are read, once."""
    return models.TextField(**{"default": "", "blank": True, **options})


def json_text() -> models.TextField[str, str]:
    """A JSON document as ``msgspec`` wrote it, byte for byte."""
    return models.TextField()


def instant(**options: Any) -> models.DateTimeField[Any, Any]:
    return models.DateTimeField(**options)


def maybe_instant(**options: Any) -> models.DateTimeField[Any, Any]:
    return models.DateTimeField(null=True, blank=True, **options)


def of_case(related_name: str = "+", **options: Any) -> models.ForeignKey[Any, Any]:
    """The case a row belongs to.

    The database does not check it: the rows of one case are written by one hand in one transaction, and the
    check would cost the hot path one look-up a row.
    """
    return models.ForeignKey(
        "store.CaseRow",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name=related_name,
        **options,
    )
