"""E-mail, against a real SMTP server on this machine."""

from __future__ import annotations

import asyncio
import email
import email.policy
import re
import socket

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from leeway.channels.base import Accepted, Failed, Outgoing, Secret, told
from leeway.channels.email import Channel, Config, mailbox, server_of

MESSAGE = Outgoing(
    key="7:asked:ana:3:ana",
    to="ana",
    address="ana@example.org",
    subject="Case C-7 needs you",
    body="Sie wartet schon drei Wochen.\nBitte heute.",
    urgency="now",
    kind="asked",
    case=7,
)


class Post:
    """Takes mail, or answers what it is told to."""

    def __init__(self):
        self.mails = []
        self.recipient_says = self.data_says = ""
        self.sleeps_seconds = 0.0

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - aiosmtpd's name
        await asyncio.sleep(self.sleeps_seconds)
        if self.recipient_says:
            return self.recipient_says
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if self.data_says:
            return self.data_says
        self.mails.append(envelope)
        return "250 taken"


@pytest.fixture
def post():
    return Post()


@pytest.fixture
def port(post):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
    server = Controller(post, hostname="127.0.0.1", port=free)
    server.start()
    yield free
    server.stop()


def channel(port, **settings):
    return Channel(
        told(
            {"url": f"smtp://127.0.0.1:{port}", "sender": "Leeway <leeway@example.org>", **settings},
            Config,
        )
    )


def read(envelope):
    return email.message_from_bytes(envelope.content, policy=email.policy.default)


def test_it_arrives_as_it_was_written(post, port):
    result = channel(port).send(MESSAGE)
    mail = read(post.mails[0])
    assert result == Accepted(by="127.0.0.1", id=mail["Message-ID"])
    assert post.mails[0].rcpt_tos == ["ana@example.org"]
    assert (mail["Subject"], mail["To"], mail["From"]) == (
        MESSAGE.subject,
        "ana@example.org",
        "Leeway <leeway@example.org>",
    )
    assert mail.get_content().replace("\r\n", "\n").strip() == MESSAGE.body


def test_a_repeated_attempt_is_recognised_as_one(post, port):
    other = Outgoing(**{**{name: getattr(MESSAGE, name) for name in MESSAGE.__struct_fields__}, "key": "8:x"})
    for message in (MESSAGE, MESSAGE, other):
        channel(port).send(message)
    first, again, another = (read(mail) for mail in post.mails)
    assert first["Message-ID"] == again["Message-ID"] != another["Message-ID"]
    assert first["X-Leeway-Key"] == "7:asked:ana:3:ana"
    assert re.fullmatch(r"<[0-9a-f]{40}@example\.org>", first["Message-ID"])


def test_no_machine_answers_it_and_mailboxes_can_sort_it(post, port):
    channel(port).send(MESSAGE)
    mail = read(post.mails[0])
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Id"] == "Leeway <leeway.example.org>"
    assert mail["References"] == "<case-7@example.org>"


def test_nobody_can_smuggle_in_a_header(post, port):
    import msgspec

    nasty = msgspec.structs.replace(
        MESSAGE,
        subject="Hi\r\nBcc: evil@example.org\r\n\r\nBody",
        key="k\r\nBcc: evil@example.org",
        to="a\nb",
    )
    channel(port).send(nasty)
    mail = read(post.mails[0])
    assert mail["Bcc"] is None
    assert post.mails[0].rcpt_tos == ["ana@example.org"]
    assert mail["Subject"] == "Hi Bcc: evil@example.org Body"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ana",
        "a@b\r\nRCPT TO:<c@d>",
        "a@b, c@d",
        "a@b;c@d",
        "<a@b> <c@d>",
        "a b@c",
        "@example.org",
        "a@",
        'x"@y"@z',
    ],
)
def test_what_is_no_address_is_refused_for_good_and_calls_nobody(address, post, port):
    import msgspec

    result = channel(port).send(msgspec.structs.replace(MESSAGE, address=address))
    assert isinstance(result, Failed)
    assert result.permanent
    assert post.mails == []


@pytest.mark.parametrize(
    ("answer", "permanent"),
    [
        ("450 mailbox busy", False),
        ("451 greylisted, come back", False),
        ("550 no such person", True),
        ("552 full", True),
    ],
)
@pytest.mark.parametrize("stage", ["recipient_says", "data_says"])
def test_4xx_may_work_later_and_5xx_never(stage, answer, permanent, post, port):
    setattr(post, stage, answer)
    result = channel(port).send(MESSAGE)
    assert isinstance(result, Failed)
    assert result.permanent is permanent
    assert answer[:3] in result.why


def test_nobody_listening_may_be_mended():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        closed = probe.getsockname()[1]
    result = channel(closed).send(MESSAGE)
    assert isinstance(result, Failed)
    assert not result.permanent


def test_a_slow_server_is_not_waited_for(post, port):
    post.sleeps_seconds = 3
    result = channel(port, timeout_seconds="0.2").send(MESSAGE)
    assert result == Failed("127.0.0.1 did not answer within 0.2 s")


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_a_wrong_password_can_be_mended_and_is_not_told(post):
    def refuse(server, session, envelope, mechanism, login):
        return AuthResult(success=False, handled=False)

    server = Controller(
        post, hostname="127.0.0.1", port=0, authenticator=refuse, auth_require_tls=False, auth_required=True
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        server.port = probe.getsockname()[1]
    server.start()
    try:
        result = channel(0, url=f"smtp://leeway:s3cret@127.0.0.1:{server.port}").send(MESSAGE)
    finally:
        server.stop()
    assert isinstance(result, Failed)
    assert not result.permanent
    assert "s3cret" not in result.why


def test_starttls_is_insisted_on_when_asked_for(post, port):
    result = channel(port, url=f"smtp://127.0.0.1:{port}?tls=1").send(MESSAGE)
    assert isinstance(result, Failed)
    assert post.mails == []


def test_the_server_is_written_as_an_address():
    server = server_of("smtp://us%40er:p%2Fw@mail.example.org:2525?tls=1")
    assert (server.host, server.port, server.user, server.starttls, server.tls) == (
        "mail.example.org",
        2525,
        "us@er",
        True,
        False,
    )
    assert server.password == Secret("p/w")
    assert (server_of("smtps://h").port, server_of("smtp://h").port) == (465, 587)
    for wrong in ("http://h", "smtp://", "smtp://h:99999", "h:25"):
        with pytest.raises(ValueError, match="server"):
            server_of(wrong)


def test_an_address_may_have_a_name_before_it():
    assert mailbox("Ana <ana@example.org>") == mailbox("ana@example.org") == "ana@example.org"
