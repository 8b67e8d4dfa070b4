"""To whom, where and in answer to what a message to a customer goes, put together from what the store knows."""

from __future__ import annotations

import re

import msgspec

from leeway.channels.customer import ToCustomer
from leeway.core.case import Case
from leeway.core.customer import Customer
from leeway.store.writer.driver import Driver
from leeway.worker.outbox_rows import OutboxItem

LOOKED_BACK = 40
"""Messages looked through for the mails this one answers."""

MAILS_NAMED = 8
"""So many of the customer's mails are named in the thread, the latest last."""

BY_HAND = frozenset({"reply", "update", "acknowledgement", "final_response", "delay"})
"""Kinds of message that a person of ours wrote; the others are the house's own texts."""

NO_CHANNEL = frozenset({"", "customer page", "api", "import"})
"""Where somebody wrote from tells nothing about how they like to be answered."""

_MAIL_ID = re.compile(r"<?([^\s<>@]{1,200}@[^\s<>@]{1,120})>?")


class _Heard(msgspec.Struct):
    author: str = ""
    internal: bool = False


_read_customer = msgspec.json.Decoder(Customer).decode
_read_heard = msgspec.json.Decoder(_Heard).decode


def for_customer(driver: Driver, item: OutboxItem, case: Case | None, text: str) -> ToCustomer:
    """The row as a message to the customer, with the conversation they last used."""
    docs = driver.select("select doc from leeway_customer where id = ?", (item.to,))
    customer = _read_customer(docs[0][0]) if docs else Customer(item.to)
    where = driver.select(
        "select source, external_id from leeway_interaction where case_id = ? order by id desc limit 1",
        (item.case,),
    )
    source, interaction = where[0] if where else ("", "")
    channel = channel_of(case)
    return ToCustomer(
        key=item.key,
        case=item.case or 0,
        customer=item.to,
        text=text,
        kind=item.about,
        name=customer.name,
        email=customer.email,
        channel=channel,
        subject=item.subject,
        source=source,
        interaction=interaction,
        answers=mails_of(driver, item.case) if channel == "email" else (),
        by_hand=item.about in BY_HAND,
    )


def channel_of(case: Case | None) -> str:
    """The channel of the latest conversation that has one; who wrote on their page is answered as before."""
    if case is None:
        return ""
    last = (item.channel for item in reversed(case.interactions) if item.channel not in NO_CHANNEL)
    return next(last, case.channel)


def mails_of(driver: Driver, case: int | None) -> tuple[str, ...]:
    """The Message-IDs of the customer's latest mails, the oldest first: connectors give mails their own ids."""
    rows = driver.select(
        "select source_id, body from leeway_fact where case_id = ? and kind = 'message' order by id desc limit ?",
        (case, LOOKED_BACK),
    )
    found = [
        match[1]
        for source_id, body in rows
        if (match := _MAIL_ID.fullmatch(source_id)) and _read_heard(body).author == "customer"
    ]
    return tuple(found[:MAILS_NAMED][::-1])
