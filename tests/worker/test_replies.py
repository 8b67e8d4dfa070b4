"""What an agent writes in the workspace goes out to the customer, by the way they came, and its fate is seen."""

from __future__ import annotations

import email
import email.policy
import json
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from leeway.channels import email as by_email
from leeway.channels import webhook
from leeway.channels.base import told
from leeway.channels.configured import Ready
from leeway.channels.customer import ByEmail, ByWebhook, Shown
from leeway.core import facts as f
from leeway.core.delivery import BACK_OFF
from leeway.store.queries import deliveries
from leeway.wiring import PublishedWorlds
from leeway.worker.outbox import Deliverer
from tests.houses import on_sqlite

pytest_plugins = ["tests.web.console"]
pytestmark = pytest.mark.db

SECRET = "whsec_bGVld2F5LWV4YW1wbGUtc2lnbmluZy1rZXk="


class Post:
    """A mail server that takes what it gets, or answers what it is told."""

    def __init__(self) -> None:
        self.mails: list[Any] = []
        self.port = 0
        self.says = ""

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        if self.says:
            return self.says
        self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 taken"


@pytest.fixture
def post() -> Iterator[Post]:
    made = Post()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Controller(made, hostname="127.0.0.1", port=port)
    server.start()
    made.port = port
    yield made
    server.stop()


@pytest.fixture
def desk() -> Iterator[Any]:
    """A help desk that takes what is posted to it."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            server.heard.append((json.loads(body), dict(self.headers)))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Silent."""

    server: Any = HTTPServer(("127.0.0.1", 0), Handler)
    server.heard = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def deliverer(console, post: Post, desk: Any) -> Iterator[Deliverer]:
    smtp = {"url": f"smtp://127.0.0.1:{post.port}", "sender": "Shop <help@shop.example>"}
    mail = by_email.Channel(told(smtp, by_email.Config))
    url = f"http://127.0.0.1:{desk.server_address[1]}/in"
    hook = webhook.Channel(told({"url": url, "secret": SECRET, "allow_private": "yes"}, webhook.Config))
    made = Deliverer(
        console.house.driver(),
        PublishedWorlds(),
        console.house.desk.handle,
        channels={"email": Ready("email", by_email.INFO, mail)},
        customers=(ByWebhook("desk", hook, frozenset({"zendesk"})), ByEmail(mail), Shown()),
        clock=console.watch,
        skip_locked=not on_sqlite(console.house.address),
    )
    yield made
    made.stop()
    made.run()  # ends at once, and closes what it holds


def writes_by_mail(console, number: str = "1", **more: Any) -> int:
    mail = f.MessageReceived(
        id=f"<{number}.abc@mail.example>",
        source="imap",
        at=console.watch(),
        interaction="thread-1",
        author="customer",
        text="Where is my parcel? It is late.",
        channel="email",
        subject="Parcel 4711",
        customer=f.CustomerRef("dana", name="Dana", email="dana@example.org"),
        **more,
    )
    return console.house.desk.handle(mail).case


def reply(console, number: int, text: str = "It comes on Friday.") -> None:
    answer = console.as_("sam").post(f"/cases/{number}/do/reply", {"text": text, "key": f"k{len(text)}"})
    assert answer.status_code == 302, answer.content


def to_customer(post: Post) -> list[Any]:
    return [mail for mail in post.mails if mail["To"] == "dana@example.org"]


def test_a_mail_is_answered_by_mail_in_its_own_thread(console, post, deliverer):
    number = writes_by_mail(console)
    reply(console, number)
    deliverer.deliver()
    (mail,) = (mail for mail in to_customer(post) if mail.get_content().strip() == "It comes on Friday.")
    assert mail["Subject"] == f"Re: Parcel 4711 [C-{number}]"
    assert mail["In-Reply-To"] == "<1.abc@mail.example>"
    assert mail["References"] == f"<case-{number}@shop.example> <1.abc@mail.example>"
    assert mail["Auto-Submitted"] is None
    assert mail["Message-ID"]


def test_the_thread_names_every_mail_of_theirs_and_answers_the_last(console, post, deliverer):
    number = writes_by_mail(console)
    writes_by_mail(console, "2")
    reply(console, number)
    deliverer.deliver()
    (mail,) = (mail for mail in to_customer(post) if "Friday" in mail.get_content())
    assert mail["In-Reply-To"] == "<2.abc@mail.example>"
    assert mail["References"].split()[1:] == ["<1.abc@mail.example>", "<2.abc@mail.example>"]


def test_a_text_of_the_house_itself_stays_marked_as_automatic(console, post, deliverer):
    number = writes_by_mail(console)
    reply(console, number)
    console.press(f.Resolved, number, by="sam", how="It came.")
    deliverer.deliver()
    (automatic,) = (mail for mail in to_customer(post) if mail["Auto-Submitted"])
    assert "solved" in automatic.get_content()


def test_a_help_desks_customer_is_answered_through_the_help_desk(console, post, desk, deliverer):
    said = f.MessageReceived(
        id="m1",
        source="zendesk",
        at=console.watch(),
        interaction="ticket-77",
        author="customer",
        text="Where is my parcel?",
        channel="email",
        customer=f.CustomerRef("dana", name="Dana", email="dana@example.org"),
    )
    number = console.house.desk.handle(said).case
    reply(console, number)
    deliverer.deliver()
    (body, headers) = next(one for one in desk.heard if one[0]["kind"] == "reply")
    assert (body["type"], body["source"], body["interaction"]) == ("customer_message", "zendesk", "ticket-77")
    assert (body["text"], body["case"], body["by_hand"]) == ("It comes on Friday.", number, True)
    assert headers["Webhook-Signature" if "Webhook-Signature" in headers else "webhook-signature"].startswith(
        "v1,"
    )
    assert to_customer(post) == []


def test_who_chats_reads_it_in_the_chat_and_on_their_page(console, post, desk, deliverer):
    number = console.writes("Where is my parcel?")
    reply(console, number)
    deliverer.deliver()
    (delivery,) = deliveries.of_replies([number]).values()
    assert (delivery.standing, delivery.channel) == ("sent", "page")
    assert (post.mails, desk.heard) == ([], [])


def transcript(console, number: int) -> str:
    page = console.as_("sam").get(f"/conversations/{number}").content.decode()
    return page.split('id="case-transcript"')[1].split('id="case-beside"')[0]


def test_the_fate_of_an_answer_stands_at_the_answer(console, post, deliverer):
    number = writes_by_mail(console)
    post.says = "451 come later"
    reply(console, number)
    assert "on its way" in transcript(console, number)
    deliverer.deliver()
    waiting = transcript(console, number)
    assert "not gone yet, tried 1 time" in waiting
    assert "451 come later" in waiting
    post.says = ""
    console.watch.forward(seconds=BACK_OFF[0].total_seconds() * 2)
    deliverer.deliver()
    assert "sent by email" in transcript(console, number)


def test_an_answer_that_cannot_be_delivered_is_told_to_who_wrote_it(console, post, deliverer):
    number = writes_by_mail(console)
    post.says = "550 no such mailbox"
    reply(console, number)
    deliverer.deliver()
    assert "did not reach the customer" in transcript(console, number)
    from leeway.core.events import NoticeIssued
    from leeway.store.queries import story

    notices = [
        event.notice
        for entry in story.entries(number)
        for event in entry.events
        if isinstance(event, NoticeIssued) and event.notice.kind == "unheard"
    ]
    reached = [notice for notice in notices if notice.key.startswith("unheard:reply:")]
    assert [notice.to for notice in reached] == [(console.case(number).owner,)]
    assert "550" in reached[0].body


def test_it_is_sent_once_however_often_the_deliverer_runs(console, post, deliverer):
    number = writes_by_mail(console)
    reply(console, number)
    for _ in range(3):
        deliverer.deliver()
        console.watch.now += timedelta(minutes=10)
    assert len([mail for mail in to_customer(post) if "Friday" in mail.get_content()]) == 1
