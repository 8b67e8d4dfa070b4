"""E-mail, by any SMTP server. A repeated attempt carries the same Message-ID, so mailboxes can tell it is one."""

from __future__ import annotations

import contextlib
import re
import smtplib
import ssl
from email.utils import formataddr, parseaddr
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from leeway.channels.base import (
    Accepted,
    Failed,
    Field,
    Info,
    Outgoing,
    Result,
    Secret,
    header_key,
    one_line,
    reason,
    short_key,
)

SUBMISSION_PORT = 587
SMTPS_PORT = 465
TIMEOUT_SECONDS = 10.0

INFO = Info(
    kind="email",
    label="E-mail",
    subject=True,
    reply=True,
    receipts=False,
    urgent=True,
    addressed_by="email",
    fields=(
        Field(
            name="url",
            label="Server",
            kind="secret",
            required=True,
            help="smtp://user:password@host:port?tls=1 (STARTTLS), or smtps:// for TLS from the first byte. "
            "Characters such as @ and / in a password are written %40 and %2F.",
            example="smtp://leeway:s3cret-pw@mail.example.org:587?tls=1",
        ),
        Field(
            name="sender",
            label="From",
            required=True,
            help="The address messages come from, with or without a name.",
            example="Leeway <leeway@example.org>",
        ),
        Field(
            name="timeout_seconds",
            label="Time-out",
            kind="number",
            help="Seconds the server may take for each of its answers.",
            example="10",
        ),
    ),
)


class Server(msgspec.Struct, frozen=True):
    """What a server address says."""

    host: str
    port: int
    user: str
    password: Secret
    starttls: bool
    tls: bool


def server_of(url: str) -> Server:
    """Reads ``smtp://user:password@host:port?tls=1``. Raises ``ValueError`` without repeating what was written."""
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("the server is written smtp://user:password@host:port?tls=1, or smtps://…")
    try:
        port = parts.port
    except ValueError:
        raise ValueError("the server's port is a number up to 65535") from None
    tls = parts.scheme == "smtps"
    asked = parse_qs(parts.query).get("tls", ["0"])[-1]
    return Server(
        host=parts.hostname,
        port=port or (SMTPS_PORT if tls else SUBMISSION_PORT),
        user=unquote(parts.username or ""),
        password=Secret(unquote(parts.password or "")),
        starttls=not tls and asked.lower() in ("1", "yes", "true"),
        tls=tls,
    )


class Config(msgspec.Struct, frozen=True, kw_only=True):
    url: Secret
    sender: str
    timeout_seconds: float = TIMEOUT_SECONDS

    def __post_init__(self) -> None:
        """Refuse at once what could not send anything."""
        server_of(self.url.reveal())
        if not mailbox(self.sender):
            raise ValueError("the sender is one e-mail address, with or without a name before it in < >")
        if self.timeout_seconds <= 0:
            raise ValueError("the time-out is a number of seconds above 0")


class Channel:
    def __init__(self, config: Config) -> None:
        self.config = config
        self._server = server_of(config.url.reveal())

    def send(self, message: Outgoing) -> Result:
        to = mailbox(message.address)
        if not to:
            return Failed(reason(f"no e-mail address: {message.address or 'nothing'}"), permanent=True)
        mail = self._mail(message, to)
        try:
            self._hand_over(mail)
        except smtplib.SMTPRecipientsRefused as refused:
            code, said = next(iter(refused.recipients.values()))
            return self._refused(code, said, permanent=code >= 500)
        except smtplib.SMTPDataError as refused:
            return self._refused(refused.smtp_code, refused.smtp_error, permanent=refused.smtp_code >= 500)
        except smtplib.SMTPResponseException as refused:
            # The log-in, the sender or the greeting: our set-up is wrong, not this message. It can be mended.
            return self._refused(refused.smtp_code, refused.smtp_error, permanent=False)
        except ssl.SSLError as trouble:
            return Failed(self._reason(f"no TLS with {self._server.host}: {trouble.reason or trouble}"))
        except (OSError, smtplib.SMTPException) as trouble:
            if isinstance(trouble, TimeoutError) or isinstance(trouble.__context__, TimeoutError):
                return Failed(f"{self._server.host} did not answer within {self.config.timeout_seconds:g} s")
            return Failed(self._reason(f"{self._server.host}: {trouble}"))
        return Accepted(by=self._server.host, id=mail.extra_headers["Message-ID"])

    def _hand_over(self, mail: EmailMessage) -> None:
        server = self._server
        backend = EmailBackend(
            host=server.host,
            port=server.port,
            username=server.user,
            password=server.password.reveal(),
            use_tls=server.starttls,
            use_ssl=server.tls,
            timeout=self.config.timeout_seconds,
        )
        try:
            backend.open()
            backend.send_messages([mail])
        finally:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                backend.close()  # how it says goodbye changes nothing about what it has taken

    def _mail(self, message: Outgoing, to: str) -> EmailMessage:
        domain = mailbox(self.config.sender).rpartition("@")[2]
        headers = {
            "Message-ID": f"<{short_key(message.key)}@{domain}>",
            "X-Auto-Response-Suppress": "All",
            "X-Leeway-Key": header_key(message.key),
        }
        if not message.by_hand:  # an answer a person wrote is no newsletter and no robot
            headers |= {"List-Id": f"Leeway <leeway.{domain}>", "Auto-Submitted": "auto-generated"}
        thread = [f"<{name}>" for name in map(one_line, message.answers)]
        if thread:
            headers["In-Reply-To"] = thread[-1]
        if message.case is not None:  # all mail about one case is one thread in the reader's mailbox
            thread.insert(0, f"<case-{message.case}@{domain}>")
        if thread:
            headers["References"] = " ".join(thread)
        name, address = parseaddr(one_line(self.config.sender))
        return EmailMessage(
            subject=one_line(message.subject),
            body=message.body.replace("\x00", ""),
            from_email=formataddr((name, address)) if name else address,
            to=[to],
            headers=headers,
        )

    def _refused(self, code: int, said: object, *, permanent: bool) -> Failed:
        text = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
        return Failed(self._reason(f"{self._server.host} says {code} {text}"), permanent=permanent)

    def _reason(self, text: str) -> str:
        return reason(text, self.config.url.reveal(), self._server.password.reveal())


_ADDRESS = r"[^\s@<>,;:\"\\()\[\]]+@[^\s@<>,;:\"\\()\[\]]+"
_NAME = r"(?:[^<>,;:@\"\\]*|\"[^\"\\]*\")\s*"
_MAILBOX = re.compile(rf"({_ADDRESS})|{_NAME}<({_ADDRESS})>")


def mailbox(text: str) -> str:
    """The one plain address in a text such as ``Ana <ana@example.org>``; empty when it is none, several, or hides a
    line. Narrower than the standard: what nobody writes by hand is refused.
    """
    found = _MAILBOX.fullmatch(text) if text == one_line(text) else None
    return (found[1] or found[2]) if found else ""
