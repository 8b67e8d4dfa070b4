"""Which model a house uses: ``model.yaml`` in the data folder, or the environment, which wins.

    url: http://127.0.0.1:8080/v1
    model: a-small-one
    key: env:LEEWAY_MODEL_KEY
    timeout_seconds: 8
    per_day: 2000

``LEEWAY_MODEL_URL`` switches it on, with ``LEEWAY_MODEL`` and ``LEEWAY_MODEL_KEY``. The key stands in no log and on no
page.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import yaml

from leeway.core.refusals import Refusal

FILE = "model.yaml"
FIELDS = ("url", "model", "key", "timeout_seconds", "per_day")
FROM_ENVIRONMENT = "env:"

Read = Callable[[str, str], Any]
"""``leeway.packs.reader.read``; handed in, because neighbours do not know each other."""


class ModelMisconfigured(Refusal):
    """The sentence says which setting and why, and quotes no secret."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(
            f"The language model cannot be set up: {why}.", field=field, code="model_misconfigured"
        )


class ModelSettings(msgspec.Struct, frozen=True, kw_only=True):
    url: str
    model: str
    key: str = ""
    timeout_seconds: float = 8.0
    per_day: int = 2_000

    def __repr__(self) -> str:
        return f"ModelSettings(url={self.url!r}, model={self.model!r}, key=…)"


def settings(home: Path, environment: Mapping[str, str], read: Read) -> ModelSettings | None:
    """The settings in force; None: the house uses no model. Raises ``ModelMisconfigured`` or ``Problems``."""
    told = written(home, read)
    for field, name in (("url", "LEEWAY_MODEL_URL"), ("model", "LEEWAY_MODEL"), ("key", "LEEWAY_MODEL_KEY")):
        if environment.get(name):
            told[field] = environment[name]
    return checked(told, environment) if told.get("url") else None


def written(home: Path, read: Read) -> dict[str, str]:
    """What the file says, ``env:`` references unread."""
    file = home / FILE
    if not file.exists():
        return {}
    page = read(file.read_text(encoding="utf-8"), FILE)
    fields = page.mapping(FIELDS, ("url", "model"))
    told = {name: fields[name].text() for name in FIELDS if name in fields}
    page.finish()
    return told


def checked(told: Mapping[str, str], environment: Mapping[str, str]) -> ModelSettings:
    """The settings, each looked at. Raises ``ModelMisconfigured``."""
    seen = {field: _resolved(field, value, environment) for field, value in told.items() if value}
    parts = urlsplit(seen.get("url", ""))
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ModelMisconfigured("url", "its address begins with http:// or https:// and names a server")
    if parts.username or parts.password:
        raise ModelMisconfigured("url", "a key belongs into its own field, not into the address")
    if not re.fullmatch(r"[\w.:/@+-]{1,120}", seen.get("model", "")):
        raise ModelMisconfigured("model", "the model has a name of letters, digits and . : / @ + -")
    try:
        made = msgspec.convert(seen, ModelSettings, strict=False)
    except msgspec.ValidationError as wrong:
        raise ModelMisconfigured("", re.sub(r"`[^`]*`", "a field", str(wrong))[:120]) from None
    if not 0.1 <= made.timeout_seconds <= 60 or not 1 <= made.per_day <= 1_000_000:
        raise ModelMisconfigured(
            "timeout_seconds", "it may take 0.1 to 60 seconds, and 1 to 1,000,000 questions a day"
        )
    return made


def _resolved(field: str, value: str, environment: Mapping[str, str]) -> str:
    if not value.startswith(FROM_ENVIRONMENT):
        return value
    variable = value.removeprefix(FROM_ENVIRONMENT)
    if not environment.get(variable):
        raise ModelMisconfigured(field, f"the variable {variable} of the environment is empty")
    return environment[variable]


def save(home: Path, told: Mapping[str, str], environment: Mapping[str, str]) -> None:
    """Write them for good, readable by us alone; an empty address switches the model off. Raises when unusable."""
    if not told.get("url"):
        (home / FILE).unlink(missing_ok=True)
        return
    checked(told, environment)
    draft = home / f"{FILE}.{os.getpid()}"
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    kept = {field: told[field] for field in FIELDS if told.get(field)}
    draft.write_text(yaml.safe_dump(kept, sort_keys=False, allow_unicode=True), encoding="utf-8")
    draft.replace(home / FILE)
