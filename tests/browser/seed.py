"""A small house for browser tests, made in ``LEEWAY_HOME``: the demo's people and rules, four customers.

Run as a program; prints a token for the API and the numbers of the cases as JSON.
"""

from __future__ import annotations

import itertools
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from leeway.core import facts as f
from leeway.demo import cast, place
from leeway.wiring import House, open_house

_numbers = itertools.count(1)


class Past:
    """The house's clock while it is furnished: things happen in order, the last of them just now."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC) - timedelta(minutes=13)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, minutes: float = 1) -> None:
        self.now += timedelta(minutes=minutes)


def handle(house: Any, kind: type, /, **fields: Any) -> int:
    house.clock.forward()
    fact = kind(id=f"seed-{next(_numbers)}", source="seed", at=house.clock(), **fields)
    return house.desk.handle(fact).case


def writes(house: House, text: str, *, chat: str, name: str, channel: str = "chat", **about: Any) -> int:
    first, _space, _last = name.lower().partition(" ")
    customer = f.CustomerRef(name.lower(), name=name, email=f"{first}@example.com", **about)
    return handle(
        house,
        f.MessageReceived,
        author="customer",
        text=text,
        interaction=chat,
        customer=customer,
        channel=channel,
    )


def answers(house: House, case: int, text: str, by: str) -> None:
    handle(house, f.MessageReceived, author="agent", text=text, case=case, by=by)


def brewing(house: House) -> int:
    """Sam's customer, on the way to losing patience."""
    case = writes(
        house, "The replacement for order 88-2041 still hasn't come.", chat="ada-1", name="Ada Whitlock"
    )
    answers(house, case, "Hello Ada, Sam here. Let me look at the courier's record.", "sam")
    writes(
        house,
        "This is the third time I'm explaining this. I am really frustrated, it is ridiculous.",
        chat="ada-1",
        name="Ada Whitlock",
    )
    return case


def escalated(house: House) -> int:
    """A customer who asked for a supervisor; the desk is asked to take it."""
    case = writes(
        house,
        "You charged me three times for invoice 5521. I want my 206.00 EUR back today.",
        chat="halden-1",
        name="Halden Freight",
        tier="gold",
        spend=3_890_000,
    )
    answers(house, case, "I can offer you a credit of 50 EUR for the trouble.", "sam")
    writes(
        house,
        "No, I don't want a credit. Let me speak to your supervisor now, this is unacceptable!",
        chat="halden-1",
        name="Halden Freight",
    )
    handle(
        house,
        f.EscalationRequested,
        case=case,
        by="sam",
        requested_by="agent",
        reason="customer_request",
        override="the customer insists",
    )
    return case


def calm(house: House) -> int:
    case = writes(house, "Where do I find my invoice for May?", chat="jun-1", name="Jun Abe", channel="email")
    answers(house, case, "You find it under Account, Invoices. I will send you a copy by tomorrow.", "june")
    return case


def resolved(house: House) -> int:
    case = writes(house, "How do I change my address?", chat="mina-1", name="Mina Castellanos")
    answers(house, case, "I have changed it for you.", "sam")
    handle(house, f.Resolved, case=case, by="sam", how="Address changed.")
    return case


def main() -> None:
    clock = Past()
    house = open_house(clock=clock)
    driver = house.driver()
    _, roster = place.furnish(driver, place.zone_for(datetime.now(UTC)), clock())
    cases = {"ada": brewing(house), "jun": calm(house), "mina": resolved(house), "halden": escalated(house)}
    cast.make_accounts(roster)
    token = cast.make_token(driver, datetime.now(UTC))
    driver.close()
    house.close()
    print(json.dumps({"token": token, **cases}))  # noqa: T201 - that is what it is for


if __name__ == "__main__":
    main()
