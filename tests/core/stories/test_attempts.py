"""Solutions offered and the customer's answer: accepted, declined, and what was tried next."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from leeway.core import events as e
from leeway.core import facts as f
from leeway.core.policy import BeforeStep, Condition, Rule, Within
from leeway.core.refusals import Refusal
from leeway.testing import Story, answered, does, house_policy, minutes, said

QUESTION = "Hello, my order 88-2041 has not arrived and I want a refund of €50."


def offered() -> Story:
    return Story() >> said(QUESTION) >> answered("I can offer you a replacement.")


def test_an_offer_is_read_in_the_agents_words():
    (attempt,) = offered().case.attempts
    assert (attempt.number, attempt.kind, attempt.by, attempt.answer) == (1, "replacement", "ana", "")
    assert attempt.message == "f2"


@pytest.mark.parametrize(
    ("words", "answer"),
    [("Yes please, that is fine.", "accepted"), ("No, I want my money back.", "declined")],
)
def test_the_customers_next_words_may_answer_it(words, answer):
    story = offered() >> said(words) << "attempt_answer_recorded"
    assert story.case.attempts[0].answer == answer
    assert story.case.attempts[0].answer_message == "f3"


def test_what_they_say_later_is_about_something_else():
    story = (
        offered()
        >> minutes(1)
        >> said("One moment, I am asking my wife.")
        >> answered("Of course.")
        >> said("No.")
    )
    assert story.case.attempts[0].answer in ("", "unclear")


def test_an_answer_given_on_the_telephone_is_entered():
    story = offered() >> does(f.AttemptAnswered, answer="declined", reason="needs it today", by="ana")
    assert (story.case.attempts[0].answer, story.case.attempts[0].reason) == ("declined", "needs it today")


def test_the_next_angle_is_the_next_attempt():
    story = offered() >> said("No, I want my money back.")
    story >> does(f.AttemptMade, offer="half now, half on return", kind="refund", amount=2_500, by="ana")
    assert [(attempt.number, attempt.answer) for attempt in story.case.attempts] == [(1, "declined"), (2, "")]
    assert story.case.attempts[1].currency == "EUR"


def test_offering_ticks_the_step_that_comes_before_going_up():
    policy = replace(
        house_policy(), before=(*house_policy().before, BeforeStep("alternative", "Offer a second way."))
    )
    story = Story(policy) >> said(QUESTION) >> does(f.AttemptMade, offer="a replacement", by="ana")
    assert set(story.case.steps) == {"offer"}
    story >> does(f.AttemptMade, offer="your money back", by="ana")
    assert set(story.case.steps) == {"offer", "alternative"}


def test_the_matrix_can_count_what_was_declined():
    twice = Rule("two declined", (Condition("refused", Within(low=2)),), "supervisor", "no_resolution")
    story = Story(replace(house_policy(), rules=(twice,))) >> said(QUESTION)
    for number in (1, 2):
        story >> does(f.AttemptMade, offer="this or that", by="ana")
        story >> does(f.AttemptAnswered, attempt=number, answer="declined")
    assert [decided.rule for decided in story.all(e.RuleDecided)] == ["two declined"]


@pytest.mark.parametrize("number", [0, 7])
def test_an_answer_to_nothing_is_refused(number):
    story = Story() >> said(QUESTION)
    if number:
        story >> answered("I can offer you a replacement.")
    with pytest.raises(Refusal, match="No such solution"):
        story >> does(f.AttemptAnswered, attempt=number, answer="accepted")
