"""This morning: what is open when the visitor comes in, at every level, with clocks running.

Each scene begins so long before now that it stands where it is most telling. None of them is finished; they go on by
the clock on the wall, or wait for the visitor.
"""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from leeway.core import facts as f
from leeway.demo import goodwill
from leeway.demo.player import Play, Player
from leeway.demo.plots import Plot, keeps_word, resolved, solved_above

A_WHILE = timedelta(days=25)
"""Longer than anybody looks at a demo: the case stays as it is unless the visitor does something with it."""


class Scene(NamedTuple):
    """``agent`` answers first and so has the case; empty: whoever the routing chooses."""

    plot: Plot
    before: timedelta
    agent: str = ""
    tier: str = ""
    language: str = "en"


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def _told(p: Player) -> Play:
    """They told it, somebody said it back: two minutes and a bit."""
    yield p.says(p.opening(), minutes(0))
    yield p.answers(f"{p.pick('agent', 'hello')} {p.says_back()}", minutes(1.5))
    yield p.says(p.more(), minutes(1))


def _both_offers_declined(p: Player) -> Play:
    """Six minutes."""
    yield p.answers(p.offer("first"), minutes(1.5))
    yield p.says(p.pick("customer", "refuses"), minutes(1.5))
    yield p.answers(p.offer("second"), minutes(1.5))
    yield p.says(p.pick("customer", "refuses"), minutes(1.5))


def supervisor_is_asked(p: Player) -> Play:
    """Asked a few minutes ago; the answer is the visitor's if it is their desk."""
    yield from _told(p)
    yield from _both_offers_declined(p)
    yield p.writes(p.pick("customer", "manager"), minutes(1))
    yield p.says(p.push(), minutes(1.5))
    yield p.accepts(minutes(14))
    yield from _taken_over(p)


def _taken_over(p: Player) -> Play:
    yield p.answers(p.pick("above", "hello"), minutes(2))
    yield from solved_above(p)


def supervisor_has_it(p: Player) -> Play:
    yield from _told(p)
    yield from _both_offers_declined(p)
    yield p.writes(p.pick("customer", "manager"), minutes(1))
    yield p.accepts(minutes(5))
    yield p.answers(p.pick("above", "hello"), minutes(3))
    yield p.says(p.push(), minutes(12))
    yield p.answers(p.pick("above", "news"), minutes(11))
    yield p.promises("call the depot and write back", minutes(1), hours=2.5)
    yield p.rests(A_WHILE)
    yield from solved_above(p)


def manager_has_it(p: Player) -> Play:
    """A lawyer was mentioned yesterday."""
    yield from _told(p)
    yield p.says(p.push(), minutes(20))
    yield p.writes(p.pick("customer", "legal"), minutes(4))
    yield p.accepts(minutes(25))
    yield p.answers(p.pick("above", "hello"), minutes(15))
    yield p.answers(p.pick("above", "news"), minutes(120))
    yield p.rests(A_WHILE)
    yield from solved_above(p)


def manager_is_asked(p: Player) -> Play:
    yield from _told(p)
    yield p.says(p.push(), minutes(6))
    yield p.writes(p.pick("customer", "public"), minutes(3))
    yield p.accepts(minutes(22))
    yield from _taken_over(p)


def care_team_has_it(p: Player) -> Play:
    yield p.says(p.opening(), minutes(0))
    yield p.writes(p.pick("customer", "vulnerable"), minutes(4))
    yield p.accepts(minutes(6))
    yield p.answers(p.pick("above", "hello"), minutes(5))
    yield p.says(p.more(), minutes(20))
    yield p.rests(A_WHILE)
    yield from solved_above(p)


def ombudsman_has_it(p: Player) -> Play:
    yield from _told(p)
    yield from _both_offers_declined(p)
    yield p.writes(p.pick("customer", "manager"), minutes(1))
    yield p.accepts(minutes(6))
    for level in ("manager", "mediator"):
        yield p.answers(p.offer("above"), minutes(60))
        yield p.says(p.pick("customer", "refuses"), minutes(40))
        yield p.asks_to_go_higher(level, minutes(120))
        yield p.accepts(minutes(50))
        yield p.answers(p.pick("above", "hello"), minutes(20))
    yield p.rests(A_WHILE)
    yield from solved_above(p)


def held_for_steps(p: Player) -> Play:
    """They have just asked for a manager; what the agent may give has not been tried."""
    yield p.says(p.opening(), minutes(0))
    yield p.answers(p.pick("agent", "hello"), minutes(4))
    yield p.says(p.push(), minutes(5))
    yield p.writes(p.pick("customer", "manager"), minutes(1))
    yield p.answers(f"{p.pick('agent', 'sorry')} {p.says_back()}", minutes(4))
    yield p.answers(p.offer("first"), minutes(2))
    yield p.says(p.pick("customer", "refuses"), minutes(2))
    yield p.accepts(minutes(8))
    yield from _taken_over(p)


def advice_is_asked(p: Player) -> Play:
    yield from _told(p)
    yield p.says(p.push(), minutes(4))
    yield p.presses(f.ConsultAsked, minutes(3), question=p.pick_en("above", "question"))
    yield p.rests(A_WHILE)
    yield from solved_above(p)


def brewing(p: Player) -> Play:
    """Not escalated, and getting there."""
    yield from _told(p)
    yield p.says(p.pick("customer", "annoyed"), minutes(9))
    yield p.says(f"{p.push()} {p.pick('customer', 'angry')}", minutes(4))
    yield p.says(p.pick("customer", "angry"), minutes(2))
    yield p.answers(f"{p.pick('agent', 'sorry')} {p.says_back()}", minutes(14))
    yield p.answers(p.offer("first"), minutes(3))
    yield p.says(p.pick("customer", "accepts"), minutes(6))
    yield p.resolves(minutes(4))


def waiting_for_us(p: Player) -> Play:
    """A calm customer whose answer is due."""
    yield p.says(p.opening(), minutes(0))
    yield p.answers(f"{p.pick('agent', 'hello')} {p.says_back()}", minutes(40))
    yield p.says(p.pick("customer", "thanks"), minutes(5))
    yield p.resolves(minutes(3))


def promise_is_due(p: Player) -> Play:
    yield from _told(p)
    yield p.promises("ring the warehouse and write back", minutes(2), hours=1.6)
    yield p.rests(minutes(100))
    case = yield p.answers(p.pick("agent", "kept"), minutes(5))
    yield from keeps_word(p, case)
    yield p.says(p.pick("customer", "thanks"), minutes(6))
    yield p.resolves(minutes(5))


def approval_is_asked(p: Player) -> Play:
    """The agent would give more than they may alone; somebody has to say yes, and it may be the visitor."""
    yield from _told(p)
    yield p.says(p.push(), minutes(3))
    yield p.answers(f"{p.pick('agent', 'sorry')} {p.pick('agent', 'ask_above')}", minutes(3))
    case = yield goodwill.asks_approval(p, minutes(1.5))
    case = yield from goodwill.decided(p, case)
    yield p.answers(lambda case: goodwill.what_may_be_given(p, case), minutes(3))
    yield p.says(p.pick("customer", "accepts"), minutes(4))
    case = yield goodwill.gives(p, minutes(1))
    yield from resolved(p, case)


def standing_still(p: Player) -> Play:
    yield from _told(p)
    yield p.answers(p.pick("agent", "wait_for_customer"), minutes(5))
    yield p.presses(f.Paused, minutes(1), cause="waiting_for_customer", note="asked for a photo")
    yield p.says("Here it is, sorry for the delay.", A_WHILE)
    yield p.answers(p.pick("agent", "fix"), minutes(10))


def asked_back(p: Player) -> Play:
    yield from _told(p)
    yield from _both_offers_declined(p)
    yield p.writes(p.pick("customer", "manager"), minutes(1))
    yield p.presses(f.HandoffAskedBack, minutes(2), whose=None, question=p.pick_en("above", "ask_back"))
    yield p.presses(f.HandoffAnswered, minutes(15), answer=p.pick_en("above", "answered"))
    yield p.accepts(minutes(3))
    yield from _taken_over(p)


THIS_MORNING = (
    Scene(ombudsman_has_it, timedelta(days=3), "june"),
    Scene(manager_has_it, timedelta(hours=22), "lena"),
    Scene(supervisor_has_it, timedelta(hours=21), "mateo", "gold"),
    Scene(care_team_has_it, minutes(70)),
    Scene(supervisor_has_it, minutes(62), "june"),
    Scene(standing_still, minutes(95), "tom"),
    Scene(promise_is_due, minutes(80), "sam"),
    Scene(promise_is_due, minutes(25), "lena"),
    Scene(manager_is_asked, minutes(26), "tom", "gold"),
    Scene(waiting_for_us, minutes(44)),
    Scene(brewing, minutes(31), "lena"),
    Scene(brewing, minutes(26), "sam"),
    Scene(brewing, minutes(24), "mateo", "silver"),
    Scene(brewing, minutes(22), "tom"),
    Scene(brewing, minutes(20), "june", "platinum"),
    Scene(supervisor_is_asked, minutes(19), "lena"),
    Scene(supervisor_is_asked, minutes(16), "tom", "silver"),
    Scene(asked_back, minutes(16), "mateo"),
    Scene(waiting_for_us, minutes(15)),
    Scene(advice_is_asked, minutes(13), "tom"),
    Scene(held_for_steps, minutes(14), "lena"),
    Scene(approval_is_asked, minutes(17), "tom"),
    Scene(approval_is_asked, minutes(14), "june", "gold"),
    Scene(waiting_for_us, minutes(6), language="es"),
)
"""``before`` are chosen from the waits inside the scenes: the last thing that happened is minutes ago."""
