"""What of a record is somebody's own, and what is left of it once that is erased.

A record (a fact, what was known, an event) is JSON of ours. What people wrote and who they are goes; what kind of thing
happened, when, and who of our people did it stays, so that measures and the history of decisions still hold.
"""

from __future__ import annotations

import re
from typing import Any

ERASED = "[erased]"

PERSONAL = frozenset(
    {
        *(
            "account",
            "body",
            "customer_name",
            "email",
            "name",
            "phone",
            "question",
            "quote",
            "references",
            "subject",
        ),
        *("terms", "text", "value", "what", "words"),
    }
)
"""Fields whose text is always somebody's own."""

OURS = frozenset({"by", "key", "label", "level", "owner", "rule"})
"""Fields whose text is ours, spaces or not."""

_NO_WORDS = re.compile(r"[A-Za-z0-9_.:+/@\-]*")
"""A number, an instant, a name of the policy: nothing anybody wrote."""


def erased(record: Any, customer: str = "", stands_for: str = "") -> Any:  # noqa: ANN401 - JSON of any shape
    """The record without what is personal. ``stands_for`` takes the place of this customer's own number."""
    return _erased(record, "", customer, stands_for)


def _erased(record: Any, name: str, customer: str, stands_for: str) -> Any:  # noqa: ANN401
    match record:
        case dict():
            return {key: _erased(value, key, customer, stands_for) for key, value in record.items()}
        case list():
            return [_erased(value, name, customer, stands_for) for value in record]
        case str():
            if stands_for and record == customer:
                return stands_for
            return ERASED if _is_personal(record, name) else record
        case _:
            return record


def _is_personal(text: str, name: str) -> bool:
    if not text or name in OURS:
        return False
    return name in PERSONAL or _NO_WORDS.fullmatch(text) is None
