"""A masked export: what is exported, without whom it is about.

Names, addresses and numbers of persons go; what happened stays, with the same case numbers. A customer keeps one
made-up id through all files, so that their cases still belong together. It cannot be taken back: the hash chain is of
what was.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from leeway.core.redact import mask

PERSONAL = {
    "name": "[name]",
    "customer_name": "[name]",
    "email": "[email]",
    "phone": "[phone]",
    "account": "[account]",
}
"""Fields that hold a person in whole."""

_CUSTOMER_IDS = frozenset({"customer"})
SHORTEST_NAME = 3


def masked_json(text: str, *, about: str = "") -> str:
    """A JSON document with everything personal masked. ``about``: the name of the person it is about, if known."""
    document = msgspec.json.decode(text)
    return msgspec.json.encode(_walk(document, _texts(_names_in(document, about)), "")).decode()


def pseudonym(customer: str) -> str:
    """The id a customer has in a masked export: the same everywhere, and nobody's."""
    return f"customer-{hashlib.sha256(customer.encode()).hexdigest()[:12]}" if customer else ""


def _names_in(document: Any, about: str) -> list[str]:  # noqa: ANN401 - any JSON
    """Whole names and their parts, the longest first, to be found in the document's texts too."""
    names = [about]
    if isinstance(document, dict):
        names += [str(document.get("customer_name") or ""), str(_name_of(document.get("customer")))]
    parts = {part for name in names for part in (name, *name.split()) if len(part) >= SHORTEST_NAME}
    return sorted(parts, key=lambda part: (-len(part), part))


def _name_of(customer: Any) -> Any:  # noqa: ANN401 - any JSON
    return customer.get("name", "") if isinstance(customer, dict) else ""


def _texts(names: Sequence[str]) -> Callable[[str], str]:
    if not names:
        return mask
    named = re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b", re.IGNORECASE)
    return lambda text: mask(named.sub("[name]", text))


def _walk(value: Any, masked: Callable[[str], str], key: str) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, str):
        return _text(value, masked, key)
    if isinstance(value, list):
        return [_walk(item, masked, key) for item in value]
    if isinstance(value, dict):
        person = key in _CUSTOMER_IDS or "spend" in value or "tier" in value
        return {
            (masked(name)): (
                pseudonym(item)
                if person and name == "id" and isinstance(item, str)
                else _walk(item, masked, name)
            )
            for name, item in value.items()
        }
    return value


def _text(value: str, masked: Callable[[str], str], key: str) -> str:
    if key in _CUSTOMER_IDS:
        return pseudonym(value)
    if key in PERSONAL and value:
        return PERSONAL[key]
    return masked(value)
