"""Instants as the two databases hand them out."""

from __future__ import annotations

from datetime import UTC, datetime


def read_instant(stored: str | datetime) -> datetime:
    """SQLite keeps UTC as text without a zone, PostgreSQL an instant."""
    if isinstance(stored, str):
        return datetime.fromisoformat(stored).replace(tzinfo=UTC)
    return stored.astimezone(UTC)


def utc_now() -> datetime:
    return datetime.now(UTC)
