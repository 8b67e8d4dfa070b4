"""The plays: what happens between a customer and the house, from a calm question to the ombudsman."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import NamedTuple

from leeway.core import facts as f
from leeway.core.case import Case
from leeway.demo import goodwill
from leeway.demo.owed import BECAUSE
from leeway.demo.player import Beat, Play, Player, asked, consulted, open_promises

Plot = Callable[[Player], Play]

FAULT_IS_JUDGED = 0.4
GUIDANCE_IS_USED = 0.5
PAID_BACK = 0.2
LATER = (49, 70)
"""Hours until a customer tells how it went: the shop follows up after two days."""


# --- scenes that many plays share -------------------------------------------------------------------------------------


def first_exchange(p: Player, *, with_order: bool = False) -> Play:
    """They write, somebody says it back."""
    yield p.says(p.opening(with_order=with_order), p.wait(0, 1))
    text = f"{p.pick('agent', 'hello')} {p.says_back()}" if p.rng.random() < 0.6 else p.pick("agent", "hello")
    yield p.answers(text, p.wait(3, 45))
    if p.rng.random() < 0.5:
        yield p.answers(p.pick("agent", "ask"), p.wait(1, 3))
    yield p.says(p.more(), p.wait(2, 50))


def ending(p: Player, *, chatty: bool = True) -> Play:
    """It is put right, they say thanks, it is resolved; days later they may say how it was."""
    case = yield p.answers(p.pick("agent", "fix"), p.wait(4, 70))
    if p.matter.name in BECAUSE and p.rng.random() < PAID_BACK:
        case = yield goodwill.pays_back(p, p.wait(0.5, 3))
    if chatty:
        case = yield p.says(p.pick("customer", "thanks"), p.wait(1, 60))
    yield from resolved(p, case)


def resolved(p: Player, case: Case) -> Play:
    if case.live and case.promises:
        case = yield from keeps_word(p, case)
    if case.live:
        yield p.resolves(p.wait(1, 25))
    if p.rng.random() < 0.35:
        yield p.rates(p.rng.choice((3, 4, 4, 5, 5)), p.days(0.05, 1.5))
    if p.rng.random() < 0.5:
        yield p.follow_up(p.days(LATER[0] / 24, LATER[1] / 24), solved=True)


def keeps_word(p: Player, case: Case) -> Generator[Beat, Case, Case]:
    """What was promised and can still be kept is kept."""
    for _ in open_promises(case):
        case = yield p.keeps_promise(p.wait(0.3, 1))
    return case


def boils_up(p: Player) -> Play:
    """They say twice that they have had enough: there is time to hear it before it goes up."""
    yield p.says(f"{p.push()} {p.pick('customer', 'annoyed')}", p.wait(5, 40))
    yield p.says(p.pick("customer", "angry"), p.wait(2, 9))


def uses(p: Player, play: str) -> Play:
    """More often than not, what Leeway suggested is what the agent writes."""
    if p.rng.random() < GUIDANCE_IS_USED:
        yield p.presses(f.GuidanceUsed, p.wait(0.3, 1), play=play, move=SUGGESTED[play])


SUGGESTED = {
    "being_heard.hot": "acknowledge",
    "asks_to_go_up.show_first": "paraphrase",
    "no_way_through.other_way": "give_choices",
    "kept_promises.ours": "own_it",
}
"""Plays of the shipped playbooks that the cast takes up, with their moves."""


def taken(p: Player, case: Case) -> Play:
    """Whoever was asked takes it and speaks to the customer, who has not to tell it again."""
    case = yield from held(p, case)
    if case.asked is not None:
        yield p.accepts(p.wait(2, 11))
    yield p.answers(p.pick("above", "hello"), p.wait(1, 9))


def held(p: Player, case: Case) -> Generator[Beat, Case, Case]:
    """It is held for what has not been tried; when nobody hurries, it goes after ten minutes."""
    if case.escalation is not None and case.escalation.state == "requested":
        case = yield p.rests(p.wait(10, 10.5))
    return case


def solved_above(p: Player) -> Play:
    """The level that has it now puts it right."""
    if p.rng.random() < 0.4:
        yield p.answers(p.pick("above", "news"), p.wait(40, 150))
    if p.rng.random() < FAULT_IS_JUDGED:
        yield goodwill.judges_fault(p, p.wait(2, 9))
    yield p.answers(p.offer("above"), p.wait(8, 90))
    yield p.says(p.pick("customer", "accepts"), p.wait(3, 60))
    case = yield goodwill.gives(p, p.wait(0.5, 4))
    yield from resolved(p, case)


def offers_twice(p: Player) -> Play:
    """Both of an agent's own offers are declined."""
    yield p.answers(p.offer("first"), p.wait(3, 15))
    yield p.says(p.pick("customer", "refuses"), p.wait(2, 12))
    yield from uses(p, "no_way_through.other_way")
    yield p.answers(p.offer("second"), p.wait(3, 15))
    yield p.says(p.pick("customer", "refuses"), p.wait(1, 10))


def comes_back(p: Player, low: float, high: float) -> Play:
    """Days later, a new conversation about the same matter."""
    before = yield p.rests(p.days(low, high))
    p.new_contact()
    yield p.says(f"{p.pick('customer', 'again')} {p.opening()}", p.wait(0, 1))
    yield from one_case(p, before)


def one_case(p: Player, before: Case) -> Play:
    """Leeway joins what is about the same matter by itself; where the words were too few for it, a person does."""
    if p.case not in (None, before.id):
        yield p.presses(f.MergedInto, p.wait(2, 8), into=before.id)


# --- plays that stay with the agent -----------------------------------------------------------------------------------


def calm(p: Player) -> Play:
    yield from first_exchange(p)
    yield from ending(p, chatty=p.rng.random() < 0.8)


def short(p: Player) -> Play:
    yield p.says(p.opening(), p.wait(0, 1))
    yield p.answers(f"{p.pick('agent', 'hello')} {p.pick('agent', 'fix')}", p.wait(3, 55))
    case = yield p.says(p.pick("customer", "thanks"), p.wait(1, 90))
    yield from resolved(p, case)


def near_miss(p: Player) -> Play:
    """It boils up, and somebody who listens turns it."""
    yield from first_exchange(p)
    yield p.says(p.pick("customer", "annoyed"), p.wait(5, 40))
    yield p.says(f"{p.push()} {p.pick('customer', 'angry')}", p.wait(1, 9))
    yield from uses(p, "being_heard.hot")
    yield p.answers(f"{p.pick('agent', 'sorry')} {p.says_back()}", p.wait(2, 12))
    yield p.answers(p.offer("first"), p.wait(1, 6))
    yield p.says(p.pick("customer", "accepts"), p.wait(2, 25))
    case = yield goodwill.gives(p, p.wait(0.5, 3))
    yield from resolved(p, case)


def promise_kept(p: Player) -> Play:
    yield from first_exchange(p)
    yield p.answers(p.pick("agent", "promise"), p.wait(3, 20))
    case = yield p.answers(p.pick("agent", "kept"), p.wait(35, 65))
    yield from keeps_word(p, case)
    case = yield p.says(p.pick("customer", "thanks"), p.wait(2, 60))
    yield from resolved(p, case)


def promise_released(p: Player) -> Play:
    yield from first_exchange(p)
    yield p.promises("call the customer back", p.wait(3, 10), hours=5)
    yield p.says("No need to call, I have found it myself. It was behind the bins.", p.wait(10, 40))
    yield p.presses(f.PromiseReleased, p.wait(1, 5), promise=1, reason="the customer found it")
    yield from ending(p)


def silence(p: Player) -> Play:
    """Nobody answers for far too long."""
    yield p.says(p.opening(), p.wait(0, 1))
    yield p.says(p.pick("customer", "nudge"), p.wait(180, 300))
    yield p.says(p.pick("customer", "annoyed"), p.wait(300, 500))
    yield p.answers(f"{p.pick('agent', 'sorry')} {p.says_back()}", p.days(0.7, 1.2))
    case = yield p.accepts(p.wait(1, 5))
    if case.escalation is not None:
        yield from solved_above(p)
    else:
        yield from ending(p)


def waits_for_customer(p: Player) -> Play:
    yield from first_exchange(p)
    yield p.answers(p.pick("agent", "wait_for_customer"), p.wait(3, 15))
    yield p.presses(f.Paused, p.wait(0.3, 1), cause="waiting_for_customer", note="asked for a photo")
    yield p.says("Here it is, sorry for the delay.", p.days(0.2, 1.4))
    yield from ending(p)


def advice_averts_it(p: Player) -> Play:
    """The agent asks above before it goes up, and then it need not."""
    yield from first_exchange(p)
    yield p.says(p.push(), p.wait(3, 15))
    yield p.presses(f.ConsultAsked, p.wait(1, 5), question=p.pick_en("above", "question"))
    yield p.presses(
        f.ConsultAnswered, p.wait(2, 7), whose=consulted, advice=p.pick_en("above", "advice"), averted=True
    )
    yield p.answers(f"{p.pick('agent', 'sorry')} {p.offer('first')}", p.wait(1, 6))
    yield p.says(p.pick("customer", "accepts"), p.wait(2, 20))
    case = yield goodwill.gives(p, p.wait(0.5, 3))
    yield from resolved(p, case)


def more_than_alone(p: Player) -> Play:
    """The agent would give more than they may alone, asks, and tells the customer what came of it."""
    yield from first_exchange(p)
    yield p.says(p.push(), p.wait(5, 40))
    yield p.answers(f"{p.pick('agent', 'sorry')} {p.pick('agent', 'ask_above')}", p.wait(2, 10))
    case = yield goodwill.asks_approval(p, p.wait(1, 5))
    case = yield from goodwill.decided(p, case)
    allowed = any(one.state == "granted" for one in case.approvals)
    case = yield p.answers(lambda case: goodwill.what_may_be_given(p, case), p.wait(1, 6))
    if not allowed and p.rng.random() < 0.5:
        case = yield p.says(f"{p.pick('customer', 'refuses')} {p.pick('customer', 'manager')}", p.wait(2, 12))
        yield from taken(p, case)
        yield from solved_above(p)
        return
    yield p.says(p.pick("customer", "accepts"), p.wait(2, 20))
    case = yield goodwill.gives(p, p.wait(0.5, 3))
    yield from resolved(p, case)


def looked_for_the_exit(p: Player) -> Play:
    """What they do says more than what they write."""
    yield from first_exchange(p)
    yield p.does("opened_cancellation_page", p.wait(5, 20))
    yield p.does("payment_failed", p.wait(2, 8))
    yield from ending(p)


def merged(p: Player) -> Play:
    """They write by chat and by e-mail about the same thing; it becomes one case."""
    before = yield p.says(p.opening(with_order=True), p.wait(0, 1))
    p.new_contact()
    yield p.says(p.opening(with_order=True), p.wait(4, 20))
    yield from one_case(p, before)
    yield p.answers(f"{p.pick('agent', 'hello')} {p.says_back()}", p.wait(3, 30))
    yield from ending(p)


# --- plays that go up -------------------------------------------------------------------------------------------------


def wants_a_manager(p: Player) -> Play:
    yield from first_exchange(p)
    yield from boils_up(p)
    yield p.says(p.pick("customer", "manager"), p.wait(4, 12))
    yield from uses(p, "asks_to_go_up.show_first")
    yield p.answers(f"{p.pick('agent', 'sorry')} {p.says_back()}", p.wait(1, 3))
    yield p.answers(p.offer("first"), p.wait(1, 3))
    case = yield p.says(p.pick("customer", "refuses"), p.wait(1, 3))
    if p.rng.random() < 0.5:
        case = yield p.answers(p.offer("second"), p.wait(1, 2))
    yield from taken(p, case)
    yield from solved_above(p)


def two_declined(p: Player) -> Play:
    yield from first_exchange(p)
    yield from boils_up(p)
    yield from offers_twice(p)
    case = yield p.says(p.push(), p.wait(1, 5))
    yield from taken(p, case)
    yield from solved_above(p)


def promise_broken(p: Player) -> Play:
    yield from first_exchange(p)
    yield p.answers(p.pick("agent", "promise"), p.wait(3, 20))
    case = yield p.rests(p.wait(180, 200))
    case = yield p.says(p.pick("customer", "you_promised"), p.wait(1, 40))
    yield from taken(p, case)
    yield from uses(p, "kept_promises.ours")
    yield p.answers(p.pick("agent", "late"), p.wait(1, 10))
    yield from solved_above(p)


def third_contact(p: Player) -> Play:
    yield from first_exchange(p, with_order=True)
    yield p.answers(p.pick("agent", "fix"), p.wait(5, 60))
    yield from comes_back(p, 1.0, 3.0)
    yield p.answers(f"{p.pick('agent', 'hello')} {p.pick('agent', 'fix')}", p.wait(5, 60))
    yield from comes_back(p, 1.0, 4.0)
    case = yield p.says(p.pick("customer", "angry"), p.wait(1, 6))
    yield from taken(p, case)
    yield from solved_above(p)


def speaks_of_law(p: Player) -> Play:
    yield from _threatens(p, p.rng.choice(("legal", "regulator")))


def goes_public(p: Player) -> Play:
    yield from _threatens(p, "public")


def wants_to_leave(p: Player) -> Play:
    yield from _threatens(p, "churn")


def _threatens(p: Player, what: str) -> Play:
    yield from first_exchange(p)
    yield from boils_up(p)
    case = yield p.says(p.pick("customer", what), p.wait(2, 15))
    if case.escalation is None:
        yield from ending(p, chatty=False)
        return
    yield from taken(p, case)
    yield from solved_above(p)


def needs_care(p: Player) -> Play:
    """A customer who needs protection goes to people who know how, from the first sign."""
    yield p.says(p.opening(), p.wait(0, 1))
    case = yield p.says(p.pick("customer", "vulnerable"), p.wait(2, 20))
    yield from taken(p, case)
    yield from solved_above(p)


def not_solved_after_all(p: Player) -> Play:
    yield from first_exchange(p)
    yield p.answers(p.pick("agent", "fix"), p.wait(3, 30))
    yield p.resolves(p.wait(1, 10))
    case = yield p.follow_up(p.days(2.1, 2.9), solved=False)
    yield from taken(p, case)
    yield from solved_above(p)


def poor_rating(p: Player) -> Play:
    """A low rating brings it back and saves it."""
    yield from first_exchange(p)
    yield p.answers(p.pick("agent", "fix"), p.wait(3, 30))
    yield p.resolves(p.wait(1, 10))
    case = yield p.rates(p.rng.choice((1, 1, 2)), p.days(0.1, 1.5))
    yield from taken(p, case)
    yield from solved_above(p)


def writes_again(p: Player) -> Play:
    """Closed, and they write again: it lives again."""
    yield from first_exchange(p, with_order=True)
    yield p.answers(p.pick("agent", "fix"), p.wait(3, 30))
    before = yield p.resolves(p.wait(1, 10))
    yield p.rests(p.days(0.5, 2))
    p.new_contact()
    yield p.says(p.pick("customer", "back"), p.wait(0, 1))
    yield from one_case(p, before)
    yield p.answers(f"{p.pick('agent', 'sorry')} {p.says_back()}", p.wait(3, 40))
    yield from ending(p)


def asked_back(p: Player) -> Play:
    """The one who is asked wants to know something first; the customer is not asked again."""
    yield from first_exchange(p)
    yield from boils_up(p)
    yield from offers_twice(p)
    case = yield p.says(p.pick("customer", "manager"), p.wait(1, 5))
    yield from held(p, case)
    yield p.presses(
        f.HandoffAskedBack, p.wait(0.5, 1.5), whose=asked, question=p.pick_en("above", "ask_back")
    )
    case = yield p.presses(f.HandoffAnswered, p.wait(0.5, 1.5), answer=p.pick_en("above", "answered"))
    yield from taken(p, case)
    yield from solved_above(p)


def declined(p: Player) -> Play:
    yield from first_exchange(p)
    yield from boils_up(p)
    yield from offers_twice(p)
    case = yield p.says(p.pick("customer", "manager"), p.wait(1, 5))
    yield from held(p, case)
    case = yield p.presses(f.HandoffDeclined, p.wait(1, 3), whose=asked, reason=p.pick_en("above", "decline"))
    yield from taken(p, case)
    yield from solved_above(p)


def handed_back_down(p: Player) -> Play:
    yield from first_exchange(p)
    yield from boils_up(p)
    yield from offers_twice(p)
    case = yield p.says(p.pick("customer", "manager"), p.wait(1, 5))
    yield from taken(p, case)
    yield p.answers(p.offer("above"), p.wait(5, 40))
    yield p.says(p.pick("customer", "accepts"), p.wait(2, 20))
    yield goodwill.gives(p, p.wait(0.5, 3))
    yield p.presses(f.Deescalated, p.wait(1, 10), reason=p.pick_en("above", "down"))
    yield p.accepts(p.wait(1, 8))
    yield from ending(p)


def by_hand(p: Player) -> Play:
    """The agent presses escalate, does what is owed first, and it goes."""
    yield from first_exchange(p)
    yield from boils_up(p)
    yield p.presses(
        f.EscalationRequested,
        p.wait(1, 4),
        requested_by="agent",
        reason="missing_information_or_skill",
        note="Only the supervisors can see the courier's claims.",
    )
    yield p.presses(f.StepTaken, p.wait(0.5, 1), step="restate", note="said it back on the phone")
    yield p.presses(f.StepTaken, p.wait(0.5, 1), step="offer", note="replacement offered, declined")
    yield p.presses(f.StepTaken, p.wait(0.5, 1), step="alternative", note="credit offered, declined")
    case = yield p.presses(
        f.SlotFilled, p.wait(0.5, 1), slot="wants", value="The thing itself, no money back."
    )
    yield from taken(p, case)
    yield from solved_above(p)


def to_the_top(p: Player) -> Play:
    """Still not satisfied at any level, until the ombudsman has it."""
    yield from first_exchange(p)
    yield from boils_up(p)
    yield from offers_twice(p)
    case = yield p.says(p.pick("customer", "manager"), p.wait(1, 5))
    yield from taken(p, case)
    for level in ("manager", "mediator"):
        yield p.answers(p.offer("above"), p.wait(20, 90))
        yield p.says(p.pick("customer", "refuses"), p.wait(5, 60))
        case = yield p.asks_to_go_higher(level, p.wait(5, 120))
        yield from taken(p, case)
    yield from solved_above(p)


# --- how often --------------------------------------------------------------------------------------------------------


class Share(NamedTuple):
    """``parts`` out of all; ``tier`` when it only makes sense for some customers."""

    plot: Plot
    parts: int
    tier: str = ""


REPERTOIRE = (
    Share(calm, 72),
    Share(short, 98),
    Share(near_miss, 36),
    Share(promise_kept, 34),
    Share(promise_released, 3),
    Share(silence, 5),
    Share(waits_for_customer, 9),
    Share(advice_averts_it, 8),
    Share(more_than_alone, 9, "gold"),
    Share(more_than_alone, 7, "platinum"),
    Share(looked_for_the_exit, 5),
    Share(merged, 6),
    Share(wants_a_manager, 12),
    Share(two_declined, 5),
    Share(promise_broken, 5),
    Share(third_contact, 5),
    Share(speaks_of_law, 5),
    Share(goes_public, 3),
    Share(wants_to_leave, 4, "gold"),
    Share(needs_care, 5),
    Share(not_solved_after_all, 4),
    Share(poor_rating, 4),
    Share(writes_again, 6),
    Share(asked_back, 4),
    Share(declined, 3),
    Share(handed_back_down, 4),
    Share(by_hand, 4),
    Share(to_the_top, 2),
)

LIVELY = (
    Share(calm, 10),
    Share(short, 7),
    Share(near_miss, 6),
    Share(promise_kept, 4),
    Share(wants_a_manager, 3),
    Share(two_declined, 2),
    Share(advice_averts_it, 1),
    Share(more_than_alone, 3),
    Share(looked_for_the_exit, 1),
    Share(merged, 1),
    Share(speaks_of_law, 1),
    Share(needs_care, 1),
    Share(wants_to_leave, 1, "gold"),
    Share(asked_back, 1),
    Share(by_hand, 1),
)
"""What keeps coming while the demo runs."""
