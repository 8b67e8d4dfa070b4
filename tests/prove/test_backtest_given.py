"""Value given, approvals, disclosures and guidance in the history: reproduced, counted, and thought on with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from leeway.backtesting import Candidate, backtest
from leeway.core import facts as f
from leeway.core.policy import Condition, Policy, Rule, Within
from leeway.desk.past import unlike
from leeway.prove.backtest.outcome import Outcome
from leeway.prove.backtest.report import Report
from leeway.store import past
from leeway.store.address import Address
from leeway.wiring import past_worlds
from tests.web.console import Console, console, django_house

__all__ = ["console", "django_house"]


def ask(console: Console, case: int, amount: int = 10_000) -> str:
    """Sam asks for more than their room; gives who is asked."""
    console.press(
        f.ApprovalAsked,
        case,
        by="sam",
        instrument="refund",
        amount=amount,
        currency="EUR",
        why="it broke twice",
    )
    approval = console.case(case).approvals[-1]
    return approval.asked_of


@pytest.fixture
def story(console: Console) -> int:
    """Something small given and taken back; asked, allowed in part, given; suggestions used and not."""
    case = console.writes("My blender arrived broken, it is the second one. I want my €150 back.")
    console.answers(case, "I am sorry. I can offer you a refund of €20.", by="sam")
    console.press(f.GuidanceUsed, case, by="sam", play="apology", move="acknowledge")
    console.press(f.GuidanceUnhelpful, case, by="sam", play="apology", move="ask")
    console.press(f.FaultJudged, case, by="sam", fault="ours", why="broken twice")
    console.press(f.OfferGiven, case, by="sam", instrument="refund", amount=1_000, currency="EUR")
    console.press(f.OfferTakenBack, case, by="sam", offer=1, reason="it never went out")
    console.press(f.ApprovalGiven, case, by=ask(console, case), approval=1, amount=8_000)
    console.press(f.OfferGiven, case, by="sam", instrument="refund", amount=8_000, currency="EUR", approval=1)
    console.press(f.ApprovalDeclined, case, by=ask(console, case, 9_000), approval=2, reason="enough now")
    console.writes("Thank you, that is fair.")
    return case


def tried(where: Address, change: Callable[[Policy], Policy], *, quick: bool = True) -> Report:
    from leeway.store.writer.driver import open_driver

    driver = open_driver(where)
    every = past.policies(driver)
    driver.close()
    return backtest(where, Candidate(change(every[max(every)]), "tried"), quick=quick)


def a_rule_for_everybody(policy: Policy) -> Policy:
    always = Rule("always", (Condition("contacts_30d", Within(low=1)),), "supervisor", "no_resolution")
    return replace(policy, rules=(always, *policy.rules))


def test_what_was_given_and_allowed_is_reproduced_word_for_word(
    console: Console, database: Address, story: int
):
    driver = console.house.driver()
    kinds = {written.kind for one in past.stories(driver) for written in one.written}
    assert {"approval_asked", "approval_given", "approval_declined", "offer_given", "guidance_used"} <= kinds
    assert list(unlike(past_worlds(driver), past.stories(driver))) == []
    driver.close()
    assert console.case(story).offer(1).taken_back_at


def test_value_is_what_was_really_given(database: Address, story: int):
    for quick in (True, False):
        report = tried(database, lambda policy: policy, quick=quick)
        assert report.found.recorded.given == {"EUR": 8_000}
        assert report.found.candidate.given == {"EUR": 8_000}


def test_whoever_is_asked_under_the_candidate_answers_for_an_approval(database: Address, story: int):
    report = tried(database, a_rule_for_everybody)
    assert report.found.diverged == 1
    assert report.found.counterfactual_facts > 5
    assert report.found.candidate.given == {"EUR": 8_000}


# --- counting


def counted(*events: tuple[str, str]) -> dict[str, int]:
    outcome = Outcome()
    for kind, rest in events:
        outcome.add(kind, f'{{"event":"{kind}",{rest}}}')
    return {currency: amount for currency, amount in outcome.given.items() if amount}


OFFERED = ("attempt_recorded", '"attempt":{"number":1,"amount":500,"currency":"EUR"}')
ACCEPTED = ("attempt_answer_recorded", '"number":1,"answer":"accepted"')
GIVEN = ("offer_recorded", '"offer":{"number":1,"amount":400,"currency":"EUR","attempt":1}')
RETURNED = ("offer_returned", '"number":1')


@pytest.mark.parametrize(
    ("events", "value"),
    [
        ((OFFERED,), {}),
        ((OFFERED, ACCEPTED), {"EUR": 500}),
        ((OFFERED, ACCEPTED, GIVEN), {"EUR": 400}),
        ((OFFERED, GIVEN, ACCEPTED), {"EUR": 400}),
        ((GIVEN,), {"EUR": 400}),
        ((OFFERED, ACCEPTED, GIVEN, RETURNED), {}),
    ],
)
def test_a_solution_that_was_given_counts_once(events: tuple[Any, ...], value: dict[str, int]):
    assert counted(*events) == value
