"""What a channel is: what it declares, what it is handed, and what it answers.

A channel's file has ``INFO``, a ``Config`` whose fields are exactly ``INFO.fields``, and a ``Channel(config)`` with
one method, ``send``: one attempt and its result. It retries nothing and remembers nothing; trying again, states and
dead letters are the outbox's. ``send`` may be called by several threads at once.
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime, timedelta
from typing import Literal, Protocol, TypeVar
from urllib.parse import quote

import msgspec

from leeway.core.events import Urgency

LONGEST_REASON = 300
FieldKind = Literal["text", "url", "secret", "number", "choice"]
AddressedBy = Literal["", "person", "email", "url"]


AnyConfig = TypeVar("AnyConfig", bound=msgspec.Struct)


class Secret:
    """A value that shows itself to nobody by accident. ``reveal`` is the one way to read it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return "Secret(…)"


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the settings form, which draws itself from these. ``example`` must be a value that would do."""

    name: str
    label: str
    kind: FieldKind = "text"
    required: bool = False
    help: str = ""
    example: str = ""
    choices: tuple[str, ...] = ()


class Info(msgspec.Struct, frozen=True, kw_only=True):
    """What a channel is called and what it can do.

    ``subject``: it shows one apart from the text; ``reply``: answers come back to us; ``receipts``: it learns that
    a message arrived and not only that it was taken; ``longest`` characters of text (0: no limit); ``urgent``: it
    wakes people; ``addressed_by`` and ``stand_in`` as in ``leeway.core.delivery.Means``.
    """

    kind: str
    label: str
    fields: tuple[Field, ...] = ()
    subject: bool = True
    reply: bool = False
    receipts: bool = False
    longest: int = 0
    urgent: bool = True
    addressed_by: AddressedBy = ""
    stand_in: bool = False


class Outgoing(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One message to one receiver. ``key`` is the same in every attempt, so that a receiver can tell a repetition.

    ``to`` is a person's or customer's id, ``address`` theirs on this channel. ``payload`` is a JSON document that
    programs get instead of words; channels for people ignore it. ``answers`` are the Message-IDs of mails this one is
    about, the one it answers last; ``by_hand``: a person wrote it, it is no automatic notice.
    """

    key: str
    to: str
    subject: str
    body: str
    address: str = ""
    urgency: Urgency = "soon"
    kind: str = ""
    case: int | None = None
    since: datetime | None = None
    payload: str = ""
    answers: tuple[str, ...] = ()
    by_hand: bool = False


class Delivered(msgspec.Struct, frozen=True, tag=True):
    """It is where the receiver reads it."""

    id: str = ""


class Accepted(msgspec.Struct, frozen=True, tag=True):
    """``by`` has taken it over, under its own ``id``; whether it arrives we may never hear."""

    by: str
    id: str = ""


class Failed(msgspec.Struct, frozen=True, tag=True):
    """It was not taken. ``permanent``: the same again would be refused again."""

    why: str
    permanent: bool = False
    retry_after: timedelta | None = None


Result = Delivered | Accepted | Failed


class Channel(Protocol):
    """One attempt, one result. Expected failures are results, not exceptions."""

    def send(self, message: Outgoing) -> Result: ...


# What several channels need


def told(settings: dict[str, str], config: type[AnyConfig]) -> AnyConfig:
    """The settings as the channel's ``Config``: numbers read, secrets covered.

    Raises ``ValueError`` (``msgspec.ValidationError``) with a sentence that quotes no secret.
    """
    return msgspec.convert(settings, config, strict=False, dec_hook=_covered)


def _covered(wanted: type, value: object) -> object:
    if wanted is Secret:
        return Secret(str(value))
    raise NotImplementedError(f"settings hold no {wanted.__name__}")


def fitting(message: Outgoing, info: Info) -> Outgoing:
    """The message within the channel's length, cut at the end where it has to be."""
    if not info.longest or len(message.body) <= info.longest:
        return message
    return msgspec.structs.replace(message, body=f"{message.body[: info.longest - 1]}…")


def one_line(text: str) -> str:
    """The text without line breaks and control characters: what a header or a terminal may be handed."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", text).split())


def reason(text: object, *secrets: str) -> str:
    """A failure in one line, short, with what must not be seen taken out."""
    said = str(text)
    for secret in filter(None, secrets):
        said = said.replace(secret, "…")
    return one_line(said)[:LONGEST_REASON]


def header_key(key: str) -> str:
    """A key as a header may carry it: ASCII, one line, and still one for each key."""
    return quote(key, safe=":@+_-")


def short_key(key: str) -> str:
    """A key as forty letters and digits, where its own ones do not fit."""
    return hashlib.sha256(key.encode()).hexdigest()[:40]
