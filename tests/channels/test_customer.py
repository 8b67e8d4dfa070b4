from __future__ import annotations

import io

from leeway.channels.base import Accepted
from leeway.channels.customer import ByEmail, Shown, ToCustomer
from leeway.channels.print import Channel, Config

MESSAGE = ToCustomer(
    key="7:escalated:1",
    case=7,
    customer="c1",
    text="Sam is looking after this now.",
    email="ana@example.com",
    channel="email",
    subject="Where is my parcel?",
)


def test_who_wrote_by_e_mail_gets_e_mail_with_the_number_of_the_case():
    mail = Channel(Config(), file=io.StringIO())
    assert ByEmail(mail).takes(MESSAGE)
    ByEmail(mail).send(MESSAGE)
    sent = mail.sent[0]
    assert (sent.key, sent.address, sent.subject, sent.body) == (
        MESSAGE.key,
        "ana@example.com",
        "[C-7] Where is my parcel?",
        MESSAGE.text,
    )


def test_the_page_takes_everything_and_claims_only_what_it_knows():
    page = Shown()
    assert page.takes(MESSAGE)
    assert isinstance(page.send(MESSAGE), Accepted)
    assert page.sent[0] == MESSAGE
