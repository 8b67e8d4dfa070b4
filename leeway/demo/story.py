"""Ada Whitlock and the birthday box: everything Leeway does for one case, in five minutes.

Times are compressed: what takes an afternoon takes a few breaths here. Where it is the visitor's turn the story waits
for them, and after a minute and a half somebody does it in their name.
"""

from __future__ import annotations

from datetime import timedelta
from random import Random

from leeway.core import facts as f
from leeway.core.facts import CustomerRef
from leeway.core.roster import Roster
from leeway.demo import texts
from leeway.demo.player import Play, Player

PATIENCE = timedelta(seconds=90)
AGENT = "tom"
CUSTOMER = CustomerRef(
    id="ada-whitlock",
    name="Ada Whitlock",
    email="ada.whitlock@example.com",
    tier="silver",
    region="GB",
    language="en",
    spend=84_000,
)


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def ada(roster: Roster, zone: str, number: int, rng: Random) -> Player:
    """``number`` tells one telling of the story from the next."""
    matter = next(matter for matter in texts.matters("en") if matter.name == "late_present")
    player = Player(
        f"ada-{number}", CUSTOMER, rng, roster=roster, zone=zone, agent=AGENT, matter=matter, lively=True
    )
    player.channel = "chat"
    return player


def the_birthday_box(p: Player) -> Play:
    """First cue, risk, alert, promise, a broken expectation, a manager, a packet, an offer, and peace."""
    order = p.order
    yield p.writes(
        f"Hello! The lemon birthday box, order {order}, has to be here by Saturday for my son. "
        "The tracking still says 'label created'. Will it make it?",
        seconds(0),
    )
    yield p.answers(
        f"Hello Ada, {{me}} here. If I understand you right, the birthday box of order {order} has to be with you "
        "by Saturday, and it has not left us yet.",
        seconds(12),
    )
    yield p.writes(
        "Yes. And I wrote about this on Tuesday already, honestly I'm getting frustrated. I was told it had left! "
        "If it's lost, I need a new one by Saturday.",
        seconds(12),
    )
    yield p.answers(
        "I understand, and I'm sorry. I will get back to you by {when} with word from the depot.", seconds(13)
    )
    yield p.writes(
        "Your own page now says 'delivery Monday'. You promised Saturday! This is unacceptable, I'm really angry.",
        seconds(20),
    )
    yield p.writes("I want to speak to a manager, please.", seconds(9))
    yield p.answers(
        "You're right to be upset. I can offer you a credit of €20 on your account right away.", seconds(14)
    )
    yield p.writes(
        "No thanks, that doesn't help me at all. I don't need a credit, I need a cake.", seconds(12)
    )
    yield p.answers(
        "Alternatively I can refund you €35 today, and you keep the box when it comes on Monday.", seconds(12)
    )
    yield p.writes("No. A box on Monday is no birthday on Saturday.", seconds(10))
    yield p.accepts(seconds(1))
    yield p.answers(
        "Hello Ada, my name is {me}. I have read everything, you don't have to tell it again.", seconds(12)
    )
    yield p.presses(
        f.UpdateSent,
        seconds(14),
        text="A short word, Ada: I have the kitchen on the phone. They can bake another one; I'm finding a driver.",
    )
    yield p.answers(
        "I can offer you a replacement by courier on Saturday at nine, and refund €38 on top.", seconds(14)
    )
    yield p.writes("Oh. That's more than I hoped for. Yes please, let's do that. Thank you!", seconds(14))
    yield p.keeps_promise(seconds(4))
    yield p.resolves_with("New box by courier on Saturday at nine; first one refunded.", seconds(6))
    yield p.follow_up(seconds(16), solved=True)
    yield p.rates(5, seconds(6))
