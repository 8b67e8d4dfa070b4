"""Which channels this house uses, and with which settings.

``channels.yaml`` in the data folder, written by hand or by the console::

    email:
      url: env:LEEWAY_SMTP_URL
      sender: Support <support@example.org>
    ops:
      kind: webhook
      url: https://hooks.example.org/leeway
      secret: env:OPS_SECRET

Each channel has a name; its ``kind`` may be left out when it is the name. A value ``env:NAME`` stands for what that
variable of the environment holds, so that no secret needs to lie in the file. Without the file the house prints,
shows notices in the browser, and sends e-mail when ``LEEWAY_SMTP_URL`` is set.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import yaml

from leeway import channels
from leeway.channels.base import Channel, Info, told
from leeway.core.delivery import Means
from leeway.core.refusals import Refusal

FILE = "channels.yaml"
FROM_ENVIRONMENT = "env:"
NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")

Settings = dict[str, dict[str, str]]
"""By the channel's name: its ``kind`` and the values of its fields, ``env:`` references unread."""

Read = Callable[[str, str], Any]
"""``leeway.packs.reader.read``, the strict reader of YAML. Handed in, because neighbours do not know each other."""


class ChannelMisconfigured(Refusal):
    """A channel's settings cannot be used; the sentence says which and why, and quotes no secret."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(
            f"The channel {name!r} cannot be set up: {why}.", field=name, code="channel_misconfigured"
        )


class Ready(msgspec.Struct, frozen=True):
    """A channel of this house, ready to send."""

    name: str
    info: Info
    channel: Channel

    @property
    def means(self) -> Means:
        return Means(self.name, self.info.addressed_by, self.info.urgent, self.info.stand_in)


def settings(home: Path, environment: Mapping[str, str], read: Read) -> Settings:
    """The settings in force. Raises ``leeway.packs.reader.Problems`` with every mistake in the file."""
    file = home / FILE
    if not file.exists():
        return usual(environment)
    return _from_page(read(file.read_text(encoding="utf-8"), FILE))


def usual(environment: Mapping[str, str]) -> Settings:
    """What a house uses that has said nothing."""
    found: Settings = {"print": {"kind": "print"}, "browser": {"kind": "browser"}}
    if environment.get("LEEWAY_SMTP_URL"):
        sender = environment.get("LEEWAY_MAIL_FROM", "Leeway <leeway@localhost>")
        found["email"] = {"kind": "email", "url": "env:LEEWAY_SMTP_URL", "sender": sender}
    return found


def _from_page(page: Any) -> Settings:  # noqa: ANN401 - the reader's `Node`; see `Read`
    kinds = channels.kinds()
    found: Settings = {}
    for key, node in page.entries():
        name = key.name()
        asked = {entry.raw: value for entry, value in node.lines()}.get("kind")
        kind = asked.word(tuple(kinds), called="a kind of channel") if asked else key.word(tuple(kinds))
        if kind:
            found[name] = {"kind": kind, **_values(node, kinds[kind].INFO)}
    page.finish()
    return found


def _values(node: Any, info: Info) -> dict[str, str]:  # noqa: ANN401 - the same
    known = [field.name for field in info.fields]
    required = [field.name for field in info.fields if field.required]
    if not node.is_mapping and not known:  # "browser:" with nothing behind it
        return {}
    fields = node.mapping(("kind", *known), required)
    return {field.name: fields[field.name].text() for field in info.fields if field.name in fields}


def build(wanted: Settings, environment: Mapping[str, str]) -> dict[str, Ready]:
    """The channels themselves, by name. Raises ``ChannelMisconfigured``."""
    return {name: _ready(name, values, environment) for name, values in wanted.items()}


def _ready(name: str, values: Mapping[str, str], environment: Mapping[str, str]) -> Ready:
    module = channels.kinds().get(values.get("kind", name))
    if module is None:
        raise ChannelMisconfigured(name, f"there is no kind of channel {values.get('kind', name)!r}")
    known = {field.name for field in module.INFO.fields}
    strange = sorted(set(values) - known - {"kind"})
    if strange:
        raise ChannelMisconfigured(name, f"it has no setting {strange[0]!r}")
    seen = {
        field: _resolved(name, value, environment)
        for field, value in values.items()
        if field != "kind" and value
    }
    try:
        config = told(seen, module.Config)
    except msgspec.ValidationError as wrong:
        raise ChannelMisconfigured(name, str(wrong)) from None
    return Ready(name, module.INFO, module.Channel(config))


def _resolved(name: str, value: str, environment: Mapping[str, str]) -> str:
    if not value.startswith(FROM_ENVIRONMENT):
        return value
    variable = value.removeprefix(FROM_ENVIRONMENT)
    if not environment.get(variable):
        raise ChannelMisconfigured(name, f"the variable {variable} of the environment is empty")
    return environment[variable]


def save(home: Path, wanted: Settings, environment: Mapping[str, str]) -> None:
    """Write the settings for good, readable by us alone; the old ones stay if the new ones could not be used.

    Raises ``ChannelMisconfigured``.
    """
    for name in wanted:
        if not NAME.fullmatch(name):
            raise ChannelMisconfigured(
                name, "a name has small letters, digits and _, and begins with a letter"
            )
    build(wanted, environment)
    draft = home / f"{FILE}.{os.getpid()}"
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_text(yaml.safe_dump(wanted, sort_keys=False, allow_unicode=True), encoding="utf-8")
    draft.replace(home / FILE)
