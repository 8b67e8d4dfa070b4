"""Webhooks, against a real HTTP server on this machine."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgspec
import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from leeway.channels.base import Delivered, Failed, Outgoing, told
from leeway.channels.webhook import Channel, Config, is_public

SECRET = "whsec_bGVld2F5LXRlc3Qtc2lnbmluZy1rZXk="
MESSAGE = Outgoing(
    key="7:asked:ana:3:ana",
    to="ana",
    subject="Case C-7 needs you",
    body="Sie wartet schon drei Wochen.",
    kind="asked",
    case=7,
    since=datetime(2026, 3, 2, 10, tzinfo=UTC),
)


class Receiver(ThreadingHTTPServer):
    """Remembers what it got, and answers what it is told to."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.got = []
        self.status = 200
        self.headers = {}
        self.released = threading.Event()
        self.released.set()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}/in"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self):
        receiver = self.server
        body = self.rfile.read(int(self.headers["Content-Length"]))
        receiver.got.append((self.path, dict(self.headers), body))
        receiver.released.wait(10)
        self.send_response(receiver.status)
        for name, value in receiver.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def receiver():
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.released.set()
    server.shutdown()
    server.server_close()


def channel(url="", **settings):
    return Channel(told({"url": url, "secret": SECRET, "allow_private": "yes", **settings}, Config))


def test_it_arrives_signed(receiver):
    assert channel(receiver.url).send(MESSAGE) == Delivered(id="200")
    path, headers, body = receiver.got[0]
    assert path == "/in"
    assert headers["webhook-id"] == "7:asked:ana:3:ana"
    seen = Webhook(SECRET).verify(body, headers)
    assert seen == {
        "type": "notice",
        "key": MESSAGE.key,
        "kind": "asked",
        "case": 7,
        "to": "ana",
        "urgency": "soon",
        "subject": MESSAGE.subject,
        "body": MESSAGE.body,
        "at": "2026-03-02T10:00:00+00:00",
    }
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body + b" ", headers)


def test_a_program_gets_the_document_meant_for_it(receiver):
    channel(receiver.url).send(msgspec.structs.replace(MESSAGE, payload='{"type":"case.escalated"}'))
    assert json.loads(receiver.got[0][2]) == {"type": "case.escalated"}


def test_a_message_may_bring_its_own_address(receiver):
    assert channel().send(msgspec.structs.replace(MESSAGE, address=receiver.url)) == Delivered(id="200")
    nowhere = channel().send(MESSAGE)
    assert isinstance(nowhere, Failed)
    assert nowhere.permanent


def test_every_key_can_travel_as_a_header(receiver):
    channel(receiver.url).send(msgspec.structs.replace(MESSAGE, key="7:asked:josé\r\nX-Evil: 1:ü"))
    _, headers, body = receiver.got[0]
    assert "X-Evil" not in headers
    Webhook(SECRET).verify(body, headers)


@pytest.mark.parametrize(
    ("status", "permanent"),
    [
        (204, None),
        (400, True),
        (401, False),
        (404, False),
        (410, True),
        (422, True),
        (500, False),
        (503, False),
    ],
)
def test_what_an_answer_means(status, permanent, receiver):
    receiver.status = status
    result = channel(receiver.url).send(MESSAGE)
    if permanent is None:
        assert result == Delivered(id=str(status))
    else:
        assert result == Failed(f"it answers {status}", permanent=permanent)


def test_too_many_requests_says_when_to_come_back(receiver):
    receiver.status, receiver.headers = 429, {"Retry-After": "120"}
    assert channel(receiver.url).send(MESSAGE) == Failed("it answers 429", retry_after=timedelta(seconds=120))


def test_a_date_to_come_back_at_is_understood(receiver):
    receiver.status = 503
    receiver.headers = {"Retry-After": format_datetime(datetime.now(UTC) + timedelta(hours=2), usegmt=True)}
    result = channel(receiver.url).send(MESSAGE)
    assert timedelta(hours=1) < result.retry_after <= timedelta(hours=2)


@pytest.mark.parametrize("nonsense", ["soon", "-5", "", "٣", "9" * 400])
def test_nonsense_about_when_to_come_back_breaks_nothing(nonsense, receiver):
    receiver.status = 429
    receiver.headers = {"Retry-After": nonsense.encode().decode("latin-1")}
    assert isinstance(channel(receiver.url).send(MESSAGE), Failed)


def test_redirects_are_not_followed(receiver):
    receiver.status, receiver.headers = 307, {"Location": receiver.url}
    result = channel(receiver.url).send(MESSAGE)
    assert isinstance(result, Failed)
    assert result.permanent
    assert len(receiver.got) == 1


def test_a_receiver_that_does_not_answer_is_not_waited_for(receiver):
    receiver.released.clear()
    assert channel(receiver.url, timeout_seconds="0.2").send(MESSAGE) == Failed("no answer within 0.2 s")


def test_nobody_listening_may_be_mended(receiver):
    url = receiver.url
    receiver.shutdown()
    receiver.server_close()
    result = channel(url).send(MESSAGE)
    assert isinstance(result, Failed)
    assert not result.permanent


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "10.1.2.3",
        "192.168.0.1",
        "172.16.9.9",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - nothing is bound
        "[::1]",
        "[fe80::1]",
        "[fd00::1]",
        "[::ffff:127.0.0.1]",
        "2130706433",
        "0x7f.1",
    ],
)
def test_our_own_network_is_not_called_unless_allowed(host):
    result = channel(f"http://{host}:1/in", allow_private="no").send(MESSAGE)
    assert isinstance(result, Failed)
    assert result.permanent
    assert "network" in result.why


def test_an_address_of_the_message_is_checked_like_one_of_the_settings(receiver):
    guarded = channel(allow_private="no")
    assert guarded.send(msgspec.structs.replace(MESSAGE, address=receiver.url)).permanent
    assert receiver.got == []


def test_what_counts_as_public():
    assert is_public("93.184.216.34")
    assert is_public("2606:2800:220:1:248:1893:25c8:1946")
    for inside in (
        "::ffff:10.0.0.1",
        "2002:7f00:1::",
        "64:ff9b::7f00:1",
        "224.0.0.1",
        "fe80::1%eth0",
        "255.255.255.255",
    ):
        assert not is_public(inside)


@pytest.mark.parametrize(
    "url", ["ftp://example.org/", "file:///etc/passwd", "gopher://x", "https://", "https://u:p@h/"]
)
def test_only_plain_web_addresses_are_taken(url):
    with pytest.raises(msgspec.ValidationError):
        channel(url)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_*"])
def test_without_a_secret_nothing_is_signed_and_so_nothing_sent(secret):
    with pytest.raises(msgspec.ValidationError):
        channel("https://example.org/", secret=secret)
