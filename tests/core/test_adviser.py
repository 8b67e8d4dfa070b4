"""What would be fair to offer: the sum adds up, never above the policy, never less for who is worth or wronged more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from leeway.core.adviser import BANDS, Circumstances, advise, band_of, circumstances, yearly_spend
from leeway.core.authority import Room, most_of
from leeway.core.customer import Customer
from leeway.core.facts import AttemptMade, FaultJudged, PromiseMade
from leeway.core.policy import AuthorityLimit, Offers, Policy, Span
from leeway.testing import Story, days, does, house_policy, said

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
FAULTS = ("theirs", "unknown", "shared", "ours")

money = st.integers(0, 1_000_000)
percents = st.integers(0, 100)


@st.composite
def offers(draw) -> Offers:
    low, high = sorted((draw(percents), draw(percents)))
    shares = sorted(draw(st.lists(st.integers(0, 200), min_size=4, max_size=4)))
    return Offers(
        per_contact=draw(st.integers(0, 2_000)),
        per_day_waiting=draw(st.integers(0, 1_000)),
        of_amount=draw(percents),
        of_yearly_spend=low,
        of_yearly_spend_at_risk=high,
        value_at_most=draw(money),
        **dict(zip(FAULTS, shares, strict=True)),
        earlier=draw(percents),
        like_cases=draw(st.integers(0, 90)),
        like_at_least=draw(st.integers(1, 4)),
        low=draw(percents),
        high=draw(st.integers(100, 300)),
        round_to=draw(st.sampled_from((1, 50, 100, 500))),
        budget=draw(st.sampled_from((0, 100_000))),
    )


@st.composite
def policies(draw) -> Policy:
    limits = draw(
        st.lists(
            st.builds(
                AuthorityLimit,
                level=st.sampled_from(("agent", "supervisor", "manager")),
                instrument=st.sampled_from(("credit", "discount", "refund")),
                amount=st.integers(0, 50_000),
                currency=st.just("EUR"),
                tiers=st.sampled_from(((), ("gold",))),
            ),
            max_size=6,
        )
    )
    return replace(house_policy(), authority=tuple(limits), offers=draw(offers()))


abouts = st.builds(
    Circumstances,
    fault=st.sampled_from(FAULTS),
    disputed=money,
    contacts=st.integers(1, 20),
    days_waiting=st.integers(0, 60),
    yearly_spend=money,
    at_risk=st.booleans(),
    earlier=money,
    like=st.lists(st.integers(0, 60_000), max_size=9).map(tuple),
    budget_left=st.none() | st.integers(-10_000, 100_000),
    wanted=st.sampled_from(("", "refund", "credit", "supervisor")),
    tier=st.sampled_from(("standard", "gold")),
)


@given(policies(), abouts)
def test_the_sum_adds_up_and_stays_within_policy_and_budget(policy, about):
    made = advise(policy, about)
    assert sum(line.amount for line in made.lines) == made.suggested
    assert 0 <= made.low <= made.suggested <= made.high
    assert made.high <= most_of(policy, made.instrument, about.tier, about.product)[0]
    assert about.budget_left is None or made.high <= max(0, about.budget_left)
    assert made.suggested % policy.offers.round_to == 0


@given(policies(), abouts, money)
def test_who_is_worth_more_is_never_offered_less(policy, about, more):
    before, after = (
        advise(policy, about),
        advise(policy, replace(about, yearly_spend=about.yearly_spend + more)),
    )
    assert (before.low, before.suggested, before.high) <= (after.low, after.suggested, after.high)
    assert before.suggested <= after.suggested
    assert before.high <= after.high
    assert (
        advise(policy, replace(about, at_risk=False)).suggested
        <= advise(policy, replace(about, at_risk=True)).suggested
    )


@given(
    policies(),
    abouts,
    st.sampled_from([(low, high) for place, low in enumerate(FAULTS) for high in FAULTS[place:]]),
)
def test_who_was_wronged_more_is_never_offered_less(policy, about, faults):
    less, more = (advise(policy, replace(about, fault=fault)) for fault in faults)
    assert less.suggested <= more.suggested
    assert less.low <= more.low
    assert less.high <= more.high


@given(policies(), abouts, money)
def test_earlier_goodwill_never_makes_it_more(policy, about, more):
    assert (
        advise(policy, replace(about, earlier=about.earlier + more)).suggested
        <= advise(policy, about).suggested
    )


def test_a_person_reads_every_line():
    about = Circumstances(
        fault="shared", fault_why="they had to come back", disputed=10_000, contacts=3, yearly_spend=40_000
    )
    made = advise(house_policy(), about)
    assert [(line.label, line.amount) for line in made.lines] == [
        ("having to come back", 600),
        ("the amount it is about", 1_000),
        ("value to us", 400),
        ("fault: shared", -800),
    ]
    assert (made.instrument, made.low, made.suggested, made.high) == ("credit", 700, 1_200, 1_800)


def test_like_cases_pull_it_towards_their_middle():
    about = Circumstances(fault="ours", disputed=10_000, like=(3_000,) * 5)
    assert advise(house_policy(), about).suggested == 2_000
    assert advise(house_policy(), replace(about, like=(3_000,) * 4)).suggested == 1_000


def test_it_says_when_somebody_else_has_to_agree():
    about = Circumstances(fault="ours", disputed=50_000)
    room = Room("credit", 2_000, 2_000, "EUR", "")
    assert advise(house_policy(), about, room=room).needs_approval
    assert not advise(house_policy(), replace(about, disputed=10_000), room=room).needs_approval


def test_what_may_simply_be_due_stands_apart():
    made = advise(house_policy(), Circumstances(disputed=15_000, wanted="refund"))
    assert made.maybe_due == 15_000
    assert made.suggested < 15_000


@pytest.mark.parametrize(
    ("amount", "band"), [(0, 0), (1, 1), (1_999, 1), (2_000, 2), (99_999, 5), (100_000, 6)]
)
def test_amounts_are_alike_within_bands(amount, band):
    assert band_of(amount) == band
    assert band <= len(BANDS)


def test_the_fault_is_read_from_the_case_until_a_person_judges_it():
    story = Story() >> said("I want €50 back, please.")
    policy = story.world.policy
    assert circumstances(story.case, None, policy, story.now).fault == "unknown"
    story >> does(PromiseMade, what="call back", due=story.now + timedelta(hours=1), by="ana") >> days(1)
    about = circumstances(story.case, None, policy, story.now)
    assert (about.fault, about.fault_why, about.disputed) == ("ours", "a promise was broken", 5_000)
    story >> does(FaultJudged, fault="theirs", why="wrong address given", by="ana")
    assert circumstances(story.case, None, policy, story.now).fault == "theirs"
    story >> does(AttemptMade, offer="a voucher", by="ana")
    assert circumstances(story.case, None, policy, story.now).days_waiting == 1


def test_value_is_what_they_spend_in_a_year():
    customer = Customer("dana", spend=120_000, since=NOW - timedelta(days=4 * 366))
    assert yearly_spend(customer, NOW) == 30_000
    assert yearly_spend(replace(customer, since=None), NOW) == 120_000
    assert yearly_spend(None, NOW) == 0
    about = circumstances(
        Story().case, replace(customer, renewal=NOW + timedelta(days=20)), house_policy(), NOW
    )
    assert about.at_risk
    assert about.at_risk_why == "their renewal is in 20 days"


def test_the_defaults_of_the_policy_are_monotone_themselves():
    offers = Offers()
    assert offers.theirs <= offers.unknown <= offers.shared <= offers.ours
    assert offers.of_yearly_spend <= offers.of_yearly_spend_at_risk
    assert offers.earlier_within == Span(365 * 86_400)
