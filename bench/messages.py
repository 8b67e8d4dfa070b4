"""Made-up conversations with a shop, the same for everybody who is measured. Standard library only: peers import it.

Most of them are calm, as most conversations are: half of all customer turns are short answers, one in five is
worried, one in ten is angry. The words are ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from random import Random
from typing import Any, NamedTuple

OPENINGS = (
    "Hello, I would like to know where my parcel {order} is.",
    "Hi there! Can I still change the address of order {order}?",
    "Good morning, the {thing} I bought last week does not switch on.",
    "hi, i need a copy of my invoice for {order} please",
    "I was charged {amount} euros twice for the {thing}. Could you have a look?",
    "Do you have the {thing} in green? The page only shows black.",
    "How do I send the {thing} back? The box is open already.",
    "I cannot sign in to my account since yesterday, the link in the mail does nothing.",
)
ANSWERS = (
    "Yes please.",
    "ok",
    "No, that is everything, thank you.",
    "My order number is {order}.",
    "It's the second one, the larger size.",
    "I paid by card.",
    "I bought it on Monday.",
    "Sure, tomorrow in the afternoon works.",
    "Yes, the same address as before.",
    "I tried that already, it did not help.",
    "My e-mail is customer{number}@example.com.",
    "What would that cost?",
    "Great, thanks for your help!",
)
WORRIED = (
    "It has been {days} days now and I still have not heard anything about {order}.",
    "Your colleague said somebody would call me back, and nobody did.",
    "I really need the {thing} before the weekend, it is a present.",
    "I'm confused: the tracking says delivered, but nothing came.",
    "This is the second time I write about {order}.",
)
ANGRY = (
    "This is ridiculous! I have explained it {days} times and NOBODY does anything!!",
    "I want to speak to your supervisor now.",
    "Cancel the order and give me my {amount} euros back. I am done with you.",
    "Useless. If this is not solved today you will hear from my lawyer.",
)
AGENT = (
    "Thank you for writing to us. May I have your order number, please?",
    "Let me look that up for you.",
    "I see the order. It left our warehouse on Tuesday.",
    "Could you tell me which size you need?",
    "I understand that this is annoying, and I am sorry about the wait.",
    "I can send you a replacement, or refund the {amount} euros. Which would you prefer?",
    "I will check with the warehouse and write to you by tomorrow noon.",
    "The invoice is on its way to your mailbox.",
    "Have you tried to reset the {thing} as the leaflet says?",
    "That is done. Is there anything else I can do for you?",
    "You are welcome. Have a nice day!",
)
THINGS = ("kettle", "desk lamp", "rain jacket", "coffee grinder", "pair of running shoes", "bookshelf")
TURNS = (8, 12, 16, 20)


class Turn(NamedTuple):
    conversation: int
    author: str
    text: str


def conversation(number: int) -> list[Turn]:
    """A conversation of 8 to 20 turns; the same number is always the same conversation."""
    chance = Random(number)
    return [
        Turn(number, "agent" if place % 2 else "customer", _text(chance, number, place))
        for place in range(chance.choice(TURNS))
    ]


def _text(chance: Random, number: int, place: int) -> str:
    pool: tuple[str, ...]
    if place == 0:
        pool = OPENINGS
    elif place % 2:
        pool = AGENT
    else:
        (pool,) = chance.choices((ANSWERS, OPENINGS, WORRIED, ANGRY), (5, 2, 2, 1))
    return chance.choice(pool).format(
        order=f"{chance.randrange(100, 999)}-{chance.randrange(1000, 9999)}",
        thing=chance.choice(THINGS),
        amount=chance.randrange(10, 400),
        days=chance.randrange(2, 9),
        number=number,
    )


def interleaved(first: int, at_once: int) -> Iterator[Turn]:
    """Turns without end: so many conversations run side by side, and a new one begins when one is over."""
    running = [iter(conversation(first + place)) for place in range(at_once)]
    following = first + at_once
    while True:
        for place, turns in enumerate(running):
            turn = next(turns, None)
            if turn is None:
                running[place] = iter(conversation(following))
                following += 1
                turn = next(running[place])
            yield turn


def texts(count: int) -> list[str]:
    """What customers write, for reading alone."""
    turns = interleaved(1, 50)
    return [turn.text for turn in (next(turns) for _ in range(2 * count)) if turn.author == "customer"]


def fact(turn: Turn, *, key: str, at: datetime, by: str) -> dict[str, Any]:
    """The turn as ``POST /api/v1/facts`` takes it."""
    told = {
        "fact": "message",
        "id": key,
        "at": at.isoformat(),
        "source": "bench",
        "interaction": f"talk-{turn.conversation}",
        "author": turn.author,
        "text": turn.text,
        "channel": "chat",
    }
    if turn.author == "agent":
        return {**told, "by": by}
    who = {"id": f"customer-{turn.conversation}", "name": f"Customer {turn.conversation}"}
    return {**told, "customer": who}
