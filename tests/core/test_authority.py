"""How much room somebody has: which limits hold, what is left of them, when it is free again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from leeway.core import facts as f
from leeway.core.authority import (
    ANY_AMOUNT,
    Ground,
    Spent,
    Window,
    covering_levels,
    in_policy_money,
    limit_in_words,
    most_of,
    room_for,
    summed,
    what_is_left,
    windows,
)
from leeway.core.case import Case
from leeway.core.customer import Customer
from leeway.core.policy import AuthorityLimit, NobodyThere, Offers, Span
from leeway.core.refusals import Refusal
from leeway.testing import DAY, MONDAY_NINE, Story, does, house, house_policy, person, said

NOW = MONDAY_NINE
DANA = Customer("dana", tier="standard")
CASE = Case(id=1, customer="dana", owner="ana", level="agent", product="rail")


def limit(amount: int = 0, level: str = "agent", **more) -> AuthorityLimit:
    return AuthorityLimit(level, "credit", amount, "EUR", **more)


def ground(
    *limits: AuthorityLimit,
    spent: tuple[Spent, ...] = (),
    customer: Customer = DANA,
    case: Case = CASE,
    **policy,
) -> Ground:
    return Ground(replace(house_policy(), authority=limits, **policy), house(), case, customer, NOW, spent)


def left(*limits: AuthorityLimit, who: str = "ana", **more) -> int:
    return room_for(ground(*limits, **more), who, "credit").left


def test_the_tightest_of_several_limits_binds():
    per_person = limit(9_000, per="person", period=Span(DAY))
    assert left(limit(5_000), per_person) == 5_000
    spent = Spent(Window("person", "ana", "credit", DAY), 8_000, 4, ((NOW + timedelta(hours=3), 2_000),))
    room = room_for(ground(limit(5_000), per_person, spent=(spent,)), "ana", "credit")
    assert (room.left, room.of, room.frees_at) == (1_000, 9_000, NOW + timedelta(hours=3))
    assert room.why == "€90.00 per person in any 24 hours; €80.00 given"


def test_a_limit_for_a_tier_or_product_stands_in_place_of_the_general_one():
    limits = (limit(2_000), limit(5_000, tiers=("gold",)), limit(1_000, products=("rail",), tiers=("gold",)))
    assert left(*limits) == 2_000
    assert left(*limits, customer=replace(DANA, tier="gold"), case=replace(CASE, product="bus")) == 5_000
    assert left(*limits, customer=replace(DANA, tier="gold")) == 1_000


def test_a_count_alone_limits_how_often_and_not_how_much():
    often = limit(count=2, any_amount=True, per="customer", period=Span(30 * DAY))
    room = room_for(ground(often), "ana", "credit")
    assert (room.left, room.times_left, room.why) == (ANY_AMOUNT, 2, "twice per customer in any 30 days")
    spent = Spent(Window("customer", "dana", "credit", 30 * DAY), 900, 2, ((NOW + timedelta(days=1), 500),))
    used_up = room_for(ground(often, spent=(spent,)), "ana", "credit")
    assert (used_up.left, used_up.times_left, used_up.frees_at) == (0, 0, NOW + timedelta(days=1))


def test_a_role_stands_in_place_of_the_level():
    roster = replace(house(), people=(*house().people, person("lea", "frontline", role="team_lead")))
    there = replace(ground(limit(2_000), limit(6_000, level="", role="team_lead")), roster=roster)
    assert room_for(there, "lea", "credit").left == 6_000
    assert room_for(there, "lea", "credit").hat == "team_lead"
    assert room_for(there, "ana", "credit").left == 2_000


def test_who_leads_or_stands_in_by_the_matrix_has_the_levels_room():
    limits = (limit(2_000), limit(9_000, level="supervisor"))
    assert left(*limits, who="sam") == 9_000
    assert left(*limits, who="nina") == 0
    plan = (NobodyThere("supervisor", hand_to="rota:night_desk"),)
    owned = replace(CASE, owner="nina", level="supervisor")
    assert left(*limits, who="nina", case=owned, nobody_there=plan) == 9_000


@pytest.mark.parametrize("who", ["otto", "a stranger", ""])
def test_who_has_no_limit_has_no_room(who):
    room = room_for(ground(limit(2_000)), who, "credit")
    assert (room.left, room.why) == (0, "credit needs an approval here")


def test_only_instruments_of_the_policy_are_spoken_of():
    assert [room.instrument for room in what_is_left(ground(limit(2_000)), "otto")] == ["credit"]


def test_the_lowest_level_with_room_is_asked_first():
    limits = (limit(2_000), limit(10_000, level="supervisor", per="customer"), limit(50_000, level="manager"))
    assert [level.name for level in covering_levels(ground(*limits), "credit", 5_000)] == [
        "supervisor",
        "manager",
    ]
    spent = (Spent(Window("customer", "dana", "credit"), 8_000, 1),)
    assert [level.name for level in covering_levels(ground(*limits, spent=spent), "credit", 5_000)] == [
        "manager"
    ]
    assert covering_levels(ground(*limits), "credit", 60_000) == ()
    assert most_of(ground(*limits).policy, "credit") == (50_000, "manager")


def test_every_sum_a_question_needs_is_asked_of_the_ledger():
    limits = (limit(2_000, per="person", period=Span(DAY)), limit(9_000, level="supervisor", per="customer"))
    assert windows(ground(*limits), ("ana",), ("credit",)) == (
        Window("customer", "dana", "credit"),
        Window("person", "ana", "credit", DAY),
    )


def test_what_leaves_the_window_counts_no_more():
    window = Window("customer", "dana", "credit", 30 * DAY)
    entries = [
        ("credit", 500, NOW - timedelta(days=30)),
        ("credit", 700, NOW - timedelta(days=29)),
        ("refund", 9, NOW),
    ]
    assert summed(window, entries, NOW) == Spent(window, 700, 1, ((NOW + timedelta(days=1), 700),))


def test_other_currencies_count_by_their_rate_and_never_for_less():
    policy = replace(house_policy(), offers=Offers(rates={"USD": 920_000, "JPY": 6_100}))
    assert in_policy_money(policy, 101, "USD") == 93
    assert in_policy_money(policy, 1_000, "JPY") == 610
    assert in_policy_money(policy, 100, "") == 100
    assert in_policy_money(policy, 100, "GBP") is None


def test_limits_in_words():
    assert limit_in_words(limit(2_000, per="customer", period=Span(30 * DAY), count=2)) == (
        "€20.00 per customer in any 30 days, at most twice"
    )
    assert limit_in_words(limit(count=1, any_amount=True)) == "once per case"


amounts = st.integers(1, 3_000)
acts = st.lists(
    st.tuples(
        st.sampled_from(("ana", "ben", "sam")),
        amounts,
        st.sampled_from((0, 3_600, 86_400, 12 * 86_400)),
        st.sampled_from(("give", "give", "take back")),
    ),
    max_size=14,
)


@given(acts)
def test_whatever_people_try_no_window_ever_holds_more_than_its_limit(tried):
    """Rolling: at every instant, what was given in the 30 days before it is within the limit of who gave it."""
    story = Story(replace(house_policy(), close_within=Span(400 * DAY))) >> said("I want my money back.")
    story.interaction = "chat-1"
    for who, amount, wait, what in tried:
        story.now += timedelta(seconds=wait)
        try:
            if what == "give":
                story >> does(f.OfferGiven, instrument="credit", amount=amount, by=who)
            else:
                story >> does(f.OfferTakenBack, offer=1, reason="never sent", by=who)
        except Refusal:
            continue
    counting = [entry for entry in story.ledger.values() if entry.counts]
    for place, entry in enumerate(counting):
        before = counting[: place + 1]
        window = [one for one in before if entry.at - timedelta(days=30) < one.at]
        by_agents = entry.person != "sam"
        assert sum(one.counted for one in window) <= (2_000 if by_agents else 10_000)
