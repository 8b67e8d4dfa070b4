"""A signed HTTP POST to a program, after the Standard Webhooks specification.

The address comes from settings and from the matrix, so it could be pointed at our own network. Only public addresses
are called, unless the settings say otherwise; the name is looked up once and exactly the address that was checked is
connected to, so that a name cannot change its mind in between. Redirects are not followed.
"""

from __future__ import annotations

import ipaddress
import json
import socket
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Literal

import httpx
import msgspec
from standardwebhooks import Webhook
from standardwebhooks.webhooks import EmptyWebhookSecretError

from leeway.channels.base import (
    Delivered,
    Failed,
    Field,
    Info,
    Outgoing,
    Result,
    Secret,
    header_key,
    reason,
)

TIMEOUT_SECONDS = 10.0
REFUSED_FOR_GOOD = frozenset({400, 405, 410, 413, 414, 415, 422})
"""Answers to this very message, which the same again would get again. Others (401, 404, ...) may be mended there."""

INFO = Info(
    kind="webhook",
    label="Webhook",
    subject=True,
    reply=False,
    receipts=True,
    urgent=True,
    addressed_by="url",
    fields=(
        Field(
            name="url",
            label="Address",
            kind="url",
            help="Where to post to. Empty: each message brings an address of its own (a person's contact, or the "
            "matrix).",
            example="https://hooks.example.org/leeway",
        ),
        Field(
            name="secret",
            label="Signing secret",
            kind="secret",
            required=True,
            help="Shared with the receiver, who checks the signature with it: whsec_ and base64.",
            example="whsec_bGVld2F5LWV4YW1wbGUtc2lnbmluZy1rZXk=",
        ),
        Field(
            name="allow_private",
            label="Addresses in our own network",
            kind="choice",
            help="Whether loopback, private and link-local addresses may be called.",
            example="no",
            choices=("no", "yes"),
        ),
        Field(
            name="timeout_seconds",
            label="Time-out",
            kind="number",
            help="Seconds the receiver may take to answer.",
            example="10",
        ),
        Field(
            name="answers",
            label="Answers customers of",
            help="Sources, separated by blanks, whose customers are answered through it: what is written to them "
            "is posted as a `customer_message` with the source's own conversation.",
            example="zendesk",
        ),
    ),
)


class Config(msgspec.Struct, frozen=True, kw_only=True):
    url: str = ""
    secret: Secret
    allow_private: Literal["no", "yes"] = "no"
    timeout_seconds: float = TIMEOUT_SECONDS
    answers: str = ""

    def __post_init__(self) -> None:
        """Refuse at once what could not send anything."""
        try:
            Webhook(self.secret.reveal())
        except (ValueError, RuntimeError, EmptyWebhookSecretError):
            raise ValueError("the signing secret is whsec_ followed by base64") from None
        if self.url:
            _checked(self.url)
        if self.timeout_seconds <= 0:
            raise ValueError("the time-out is a number of seconds above 0")


class NotCalled(Exception):
    """This address is not called, and why."""

    def __init__(self, sentence: str, *, permanent: bool) -> None:
        super().__init__(sentence)
        self.permanent = permanent


class Channel:
    def __init__(self, config: Config) -> None:
        self.config = config
        self._webhook = Webhook(config.secret.reveal())

    def send(self, message: Outgoing) -> Result:
        try:
            url = _checked(message.address or self.config.url)
            address = _looked_up(url, private=self.config.allow_private == "yes")
            return self._post(url, address, message)
        except NotCalled as refused:
            return Failed(str(refused), permanent=refused.permanent)
        except ValueError as unreadable:
            return Failed(self._reason(unreadable), permanent=True)
        except httpx.TimeoutException:
            return Failed(f"no answer within {self.config.timeout_seconds:g} s")
        except httpx.HTTPError as trouble:
            return Failed(self._reason(f"{type(trouble).__name__}: {trouble}"))

    def _post(self, url: httpx.URL, address: str, message: Outgoing) -> Result:
        body = message.payload or payload(message)
        asked = {"sni_hostname": url.host} if url.scheme == "https" else {}
        with (
            # Proxies of the environment would look the name up again, on their side of the check.
            httpx.Client(timeout=self.config.timeout_seconds, trust_env=False) as client,
            client.stream(
                "POST",
                url.copy_with(host=address),
                content=body.encode(),
                headers={**self._headers(message.key, body), "Host": url.netloc.decode()},
                extensions=asked,
                follow_redirects=False,
            ) as response,
        ):
            return _result(response)  # whatever it says beyond its status is not read

    def _headers(self, key: str, body: str) -> dict[str, str]:
        now, name = datetime.now(UTC), header_key(key)
        return {
            "Content-Type": "application/json",
            "User-Agent": "Leeway",
            "webhook-id": name,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._webhook.sign(msg_id=name, timestamp=now, data=body),
        }

    def _reason(self, text: object) -> str:
        return reason(text, self.config.secret.reveal())


def payload(message: Outgoing) -> str:
    """A notice as a program reads it."""
    notice = {
        "type": "notice",
        "key": message.key,
        "kind": message.kind,
        "case": message.case,
        "to": message.to,
        "urgency": message.urgency,
        "subject": message.subject,
        "body": message.body,
        "at": message.since.isoformat() if message.since else None,
    }
    return json.dumps(notice, ensure_ascii=False)


def _checked(text: str) -> httpx.URL:
    """The address, if it is one we may call at all. Raises ``ValueError`` without repeating what was written."""
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, TypeError):
        raise ValueError("this is no web address") from None
    if url.scheme not in ("http", "https") or not url.host:
        raise ValueError("only addresses that begin with https:// or http:// are called")
    if url.userinfo:
        raise ValueError(
            "an address with a name or password in it is not called; the signature says who we are"
        )
    return url


def _looked_up(url: httpx.URL, *, private: bool) -> str:
    """The IP address to connect to. Raises ``NotCalled`` when the name has none, or any that is not public."""
    port = url.port or (443 if url.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotCalled(f"{url.host} cannot be found", permanent=False) from None
    addresses = [str(entry[4][0]) for entry in found]
    if not private and not all(map(is_public, addresses)):
        raise NotCalled(
            f"{url.host} is an address within our own network; the settings allow only public ones",
            permanent=True,
        )
    return addresses[0]


def is_public(text: str) -> bool:
    """Whether an IP address is one of the open internet, whatever it is wrapped in."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is not None:
            return is_public(str(inner))
        if address.teredo or address in _TRANSLATED:
            return False
    return address.is_global and not address.is_multicast


_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
"""IPv4 written as IPv6 for a translator (RFC 6052): it would be called on our side of it."""


def _result(response: httpx.Response) -> Result:
    status = response.status_code
    if response.is_success:
        return Delivered(id=str(status))
    if response.has_redirect_location or 300 <= status < 400:
        return Failed(f"it answers {status}, a redirect, which is not followed", permanent=True)
    asked = _retry_after(response.headers.get("Retry-After", ""))
    return Failed(f"it answers {status}", permanent=status in REFUSED_FOR_GOOD, retry_after=asked)


def _retry_after(text: str) -> timedelta | None:
    """Seconds or a date, as HTTP has it; nonsense counts as nothing said."""
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(int(text[:9]), 10**8))
    try:
        return max(timedelta(), parsedate_to_datetime(text) - datetime.now(UTC))
    except (ValueError, TypeError):
        return None
