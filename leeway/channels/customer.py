"""The port towards customers: what tells a customer something, by the way their case came.

A connector that can write into its help desk gives one of these to the wiring. Without any, customers who wrote by
e-mail get e-mail, and everybody else reads it on their page or in the widget (``Shown``).
"""

from __future__ import annotations

import threading
from collections import deque
from typing import Protocol

import msgspec

from leeway.channels.base import Accepted, Channel, Outgoing, Result
from leeway.core.delivery import answers_by_email

REMEMBERED = 200


class ToCustomer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One message to one customer. ``source`` and ``interaction`` are where they last talked to us; ``answers`` are the
    Message-IDs of their mails, the latest last; ``by_hand``: one of ours wrote it.
    """

    key: str
    case: int
    customer: str
    text: str
    kind: str = ""
    name: str = ""
    email: str = ""
    channel: str = ""
    subject: str = ""
    source: str = ""
    interaction: str = ""
    answers: tuple[str, ...] = ()
    by_hand: bool = False


class CustomerChannel(Protocol):
    """One way to customers. The first one that ``takes`` a message sends it; ``name`` stands in the outbox row."""

    name: str

    def takes(self, message: ToCustomer) -> bool: ...

    def send(self, message: ToCustomer) -> Result: ...


class ByEmail:
    """Answers e-mail with e-mail, through a channel that sends some."""

    name = "email"

    def __init__(self, mail: Channel) -> None:
        self._mail = mail

    def takes(self, message: ToCustomer) -> bool:
        return answers_by_email(message.channel, message.email)

    def send(self, message: ToCustomer) -> Result:
        return self._mail.send(
            Outgoing(
                key=message.key,
                to=message.customer,
                address=message.email,
                subject=_subject(message),
                body=message.text,
                kind=message.kind,
                case=message.case,
                urgency="now",
                answers=message.answers,
                by_hand=message.by_hand,
            )
        )


def _subject(message: ToCustomer) -> str:
    """Their own subject when it answers them, so that mailboxes keep the thread; always with the case's number."""
    number = f"[C-{message.case}]"
    said = message.subject or "Your case"
    if not message.answers:
        return f"{number} {said}"
    plain = said if number in said else f"{said} {number}"
    return plain if plain.casefold().startswith("re:") else f"Re: {plain}"


class ByWebhook:
    """Answers the customers of some sources through the program that brought them: a help desk's, a chat's."""

    def __init__(self, name: str, hook: Channel, sources: frozenset[str]) -> None:
        self.name = name
        self._hook = hook
        self._sources = sources

    def takes(self, message: ToCustomer) -> bool:
        return message.source in self._sources and bool(message.interaction)

    def send(self, message: ToCustomer) -> Result:
        told = {
            "type": "customer_message",
            "key": message.key,
            "kind": message.kind,
            "case": message.case,
            "customer": message.customer,
            "source": message.source,
            "interaction": message.interaction,
            "by_hand": message.by_hand,
            "text": message.text,
        }
        return self._hook.send(
            Outgoing(
                key=message.key,
                to=message.customer,
                subject=message.subject,
                body=message.text,
                kind=message.kind,
                case=message.case,
                urgency="now",
                payload=msgspec.json.encode(told).decode(),
            )
        )


class Shown:
    """The twin: the message stands in the case, where the customer's page and the widget show it.

    That is all it claims: whether somebody looked is not known, so it is sent and never delivered. ``sent`` are the
    last messages, the oldest first.
    """

    name = "page"

    def __init__(self) -> None:
        self.sent: deque[ToCustomer] = deque(maxlen=REMEMBERED)
        self._lock = threading.Lock()

    def takes(self, message: ToCustomer) -> bool:
        return bool(message.case)

    def send(self, message: ToCustomer) -> Result:
        with self._lock:
            self.sent.append(message)
        return Accepted(by="the customer's page", id=message.key)
