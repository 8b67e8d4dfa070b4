"""The shipped scorecard: a probability with its reasons, from the first message on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from leeway.core import events as e
from leeway.core import risk
from leeway.core.case import Attempt, Case, CueTally, Promise
from leeway.core.cue import CUE_KINDS, CueKind
from leeway.core.customer import Customer
from leeway.core.journey import JourneyPoint
from leeway.core.reading.restating import Explained
from leeway.core.risk import CUE_WEIGHT, cue_in_words, default_scorer
from leeway.testing import MONDAY_NINE, Story, accepts, answered, house_policy, minutes, said

DANA = Customer(id="dana")


def score(case: Case, customer: Customer | None = DANA) -> float:
    return default_scorer(case, customer, MONDAY_NINE).probability


def showing(kind: CueKind, strength: float = 1.0, **changes) -> Case:
    return Case(1, cues={kind: CueTally(1, strength, "their words", "m1", MONDAY_NINE)}, **changes)


def test_a_calm_first_contact_is_about_one_in_thirty_eight():
    assert score(Case(1)) == pytest.approx(1 / 38, abs=0.001)
    assert default_scorer(Case(1), None, MONDAY_NINE).why == ()


@pytest.mark.parametrize("kind", sorted(CUE_WEIGHT))
def test_every_sign_with_a_weight_raises_it_and_the_more_the_stronger(kind):
    assert score(Case(1)) < score(showing(kind, 0.4)) < score(showing(kind, 1.0))


def test_the_weighed_signs_are_signs():
    assert set(CUE_WEIGHT) <= CUE_KINDS


@pytest.mark.parametrize(
    "changes",
    [
        {"contacts": (MONDAY_NINE,) * 3},
        {"promises": (Promise(1, "call", "ana", MONDAY_NINE, "broken"),)},
        {"owner_changes": 3},
        {"reopened": 1},
        {"unanswered": 3},
        {"attempts": (Attempt(1, "a refund", "ana", MONDAY_NINE, answer="declined"),)},
        {"explained": Explained(3, ("ana", "ben"))},
        {"journey": (JourneyPoint("m1", MONDAY_NINE, patience=10),)},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_what_happened_around_it_raises_it_and_says_so(changes):
    judged = default_scorer(Case(1, **changes), DANA, MONDAY_NINE)
    assert judged.probability > score(Case(1))
    assert len(judged.why) == 1


def test_earlier_escalations_of_the_customer_count():
    assert score(Case(1), replace(DANA, escalations=2)) > score(Case(1))


def test_a_mood_that_gets_better_lowers_it_and_one_that_gets_worse_raises_it():
    better = tuple(JourneyPoint(f"m{n}", MONDAY_NINE, sentiment=-0.8 + n * 0.3) for n in range(5))
    worse = tuple(JourneyPoint(f"m{n}", MONDAY_NINE, sentiment=0.4 - n * 0.3) for n in range(5))
    assert score(Case(1, journey=better)) < score(Case(1)) < score(Case(1, journey=worse))


def test_thanks_after_a_sign_lets_it_fade_thanks_before_it_does_not():
    angry = showing("anger").cues["anger"]
    thanks = CueTally(1, 0.9, "thank you", "m2", MONDAY_NINE + timedelta(minutes=5))
    before = replace(thanks, last_at=MONDAY_NINE - timedelta(minutes=5))
    assert score(Case(1, cues={"anger": angry, "thanks": thanks})) < score(showing("anger"))
    assert score(Case(1, cues={"anger": angry, "thanks": before})) == score(showing("anger"))


def test_the_reasons_are_the_strongest_ones_first_at_most_four_with_their_words():
    cues = {
        kind: CueTally(1, 1.0, kind, "m1", MONDAY_NINE)
        for kind in ("urgency", "frustration", "anger", "asks_for_supervisor", "shouting", "long_wait")
    }
    why = default_scorer(Case(1, cues=cues), DANA, MONDAY_NINE).why
    assert why[:2] == ("asks for a supervisor: “asks_for_supervisor”", "anger: “anger”")
    assert len(why) == 4


def test_no_count_can_run_away():
    many = Case(1, contacts=(MONDAY_NINE,) * 50, reopened=50, unanswered=500, owner_changes=50)
    few = Case(1, contacts=(MONDAY_NINE,) * 5, reopened=4, unanswered=5, owner_changes=5)
    assert score(many) == score(few)


@given(
    st.dictionaries(st.sampled_from(sorted(CUE_KINDS)), st.floats(0, 1)),
    st.integers(0, 10),
    st.integers(0, 10),
    st.integers(0, 10),
)
def test_it_is_always_a_probability(cues, contacts, reopened, unanswered):
    tallies = {kind: CueTally(1, strength, "", "m1", MONDAY_NINE) for kind, strength in cues.items()}
    case = Case(1, cues=tallies, contacts=(MONDAY_NINE,) * contacts, reopened=reopened, unanswered=unanswered)
    assert 0.0 < score(case) < 1.0


def test_every_kind_of_sign_has_words_a_colleague_would_use():
    assert all(cue_in_words(kind) and "_" not in cue_in_words(kind) for kind in CUE_KINDS)
    assert set(risk.NAMES) <= CUE_KINDS


# --- in a case --------------------------------------------------------------------------------------------------------


def test_it_is_judged_from_the_first_message_on_with_its_reasons():
    story = Story() >> said("This is unacceptable, I am furious!") << "risk_judged"
    assert story.case.risk > 0.1
    assert any("furious" in reason for reason in story.case.risk_why)


def test_a_change_too_small_to_mean_anything_is_not_written_down():
    story = Story() >> said("Hello, when are you open?")
    before = len(story.all(e.RiskJudged))
    story >> answered("From nine to six.") >> said("And on Saturdays?")
    assert len(story.all(e.RiskJudged)) == before


def low_bar() -> Story:
    alerting = replace(house_policy().alerting, risk=0.2)
    return Story(replace(house_policy(), rules=house_policy().rules[:1], alerting=alerting))


def test_when_it_is_worth_it_the_owner_and_their_head_are_told_why():
    story = low_bar() >> said("This is unacceptable, I am furious!") << "alert_raised"
    (alert,) = story.told("alert")
    assert alert.to == ("ana", "sam")
    assert "furious" in alert.body


def test_then_it_is_quiet_for_a_while():
    story = low_bar() >> said("I am furious!") >> minutes(10) >> said("I am furious, furious!")
    assert len(story.told("alert")) == 1


def test_an_escalated_case_alarms_nobody_any_more():
    story = (
        low_bar() >> said("My lawyer will hear of this.") >> accepts() >> minutes(60) >> said("I am furious!")
    )
    assert story.told("alert") == []
