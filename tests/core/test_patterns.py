"""Signs that no single message shows: third contact, broken promise, changed hands, left waiting."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from leeway.core import facts as f
from leeway.core.case import Case, CueTally, Escalation, Promise
from leeway.core.customer import Customer
from leeway.core.patterns import (
    LONG_UNANSWERED,
    REASSIGNED_FROM,
    contacts_lately,
    earlier_escalations,
    news,
    pattern_cues,
)
from leeway.testing import (
    MONDAY_NINE,
    Story,
    accepts,
    answered,
    comes_back,
    days,
    does,
    hours,
    minutes,
    resolves,
    said,
)

DAY = timedelta(days=1)
DANA = Customer(id="dana", name="Dana Reyes")


def kinds(case: Case, customer: Customer | None = DANA) -> list[str]:
    return [cue.kind for cue in pattern_cues(case, customer, MONDAY_NINE)]


def escalation(number: int, **changes) -> Escalation:
    standard = Escalation(
        number, "closed", "rule", "", "hierarchical", "frustration", "supervisor", "agent", MONDAY_NINE, 1
    )
    return replace(standard, **changes)


def test_a_calm_first_contact_shows_none():
    assert kinds(Case(1, contacts=(MONDAY_NINE,))) == []
    assert kinds(Case(1), None) == []


def test_contacts_are_counted_over_thirty_days_the_present_one_included():
    contacts = (MONDAY_NINE - 40 * DAY, MONDAY_NINE - 30 * DAY, MONDAY_NINE)
    assert contacts_lately(Case(1, contacts=contacts), MONDAY_NINE) == 2
    assert contacts_lately(Case(1), MONDAY_NINE) == 1


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"contacts": (MONDAY_NINE - DAY, MONDAY_NINE)}, "repeat_contact"),
        ({"promises": (Promise(1, "call", "ana", MONDAY_NINE, "broken"),)}, "promise_overdue"),
        ({"owner_changes": REASSIGNED_FROM}, "reassigned_again"),
        ({"reopened": 1}, "reopened"),
        ({"unanswered": LONG_UNANSWERED}, "unanswered"),
    ],
)
def test_each_shows_by_itself(changes, kind):
    assert kinds(Case(1, **changes)) == [kind]


@pytest.mark.parametrize(
    "changes",
    [
        {"promises": (Promise(1, "call", "ana", MONDAY_NINE, "kept"),)},
        {"owner_changes": REASSIGNED_FROM - 1},
        {"unanswered": LONG_UNANSWERED - 1},
    ],
)
def test_one_less_does_not(changes):
    assert kinds(Case(1, **changes)) == []


def test_a_renewal_is_near_in_the_two_months_before_it_not_after():
    for away, near in ((60 * DAY, True), (61 * DAY, False), (-DAY, False)):
        assert ("renewal_near" in kinds(Case(1), replace(DANA, renewal=MONDAY_NINE + away))) is near


def test_earlier_escalations_are_those_of_other_cases():
    here = (escalation(1, escalated_at=MONDAY_NINE), escalation(2, state="declined"))
    assert earlier_escalations(Case(1, escalations=here), replace(DANA, escalations=3)) == 2
    assert earlier_escalations(Case(1, escalations=here), replace(DANA, escalations=1)) == 0
    assert earlier_escalations(Case(1), None) == 0


def test_what_is_known_and_has_not_grown_is_no_news():
    case = Case(1, contacts=(MONDAY_NINE - DAY, MONDAY_NINE))
    (cue,) = pattern_cues(case, DANA, MONDAY_NINE)
    known = CueTally(1, cue.strength, cue.quote, "", MONDAY_NINE)
    assert news(case, (cue,)) == (cue,)
    assert news(replace(case, cues={"repeat_contact": known}), (cue,)) == ()


def test_what_has_grown_is():
    third = Case(1, contacts=(MONDAY_NINE - 2 * DAY, MONDAY_NINE - DAY, MONDAY_NINE))
    second = CueTally(1, 0.5, "contact 2 about this matter", "", MONDAY_NINE - DAY)
    assert [
        cue.quote
        for cue in news(
            replace(third, cues={"repeat_contact": second}), pattern_cues(third, DANA, MONDAY_NINE)
        )
    ] == ["contact 3 about this matter"]


# --- as they come about -----------------------------------------------------------------------------------------------


def seen(story: Story) -> dict[str, str]:
    return {kind: tally.quote for kind, tally in story.case.cues.items() if not tally.message}


def test_the_second_contact_is_seen_when_it_comes():
    story = Story() >> said("My order 88-2041 has not arrived.") >> answered() >> comes_back("Where is it?")
    assert seen(story) == {"repeat_contact": "contact 2 about this matter"}


def test_an_answer_that_does_not_come_in_time_is_seen_without_a_message():
    story = Story() >> said("My order 88-2041 has not arrived.") >> hours(1)
    assert seen(story) == {"unanswered": "1 message without an answer in time"}


def test_a_promise_is_seen_the_minute_it_breaks():
    story = Story() >> said("Where is my order?") >> answered("I will call you back by 9:30.") >> minutes(30)
    assert seen(story) == {"promise_overdue": "a promise was not kept"}


def test_a_case_that_came_back_and_one_that_changed_hands_are_seen_with_the_next_word():
    story = Story() >> said("Where is my order?") >> answered() >> resolves() >> days(1)
    (
        story
        >> said("It has still not arrived!")
        >> does(f.HandedOver, to="ben", by="ana")
        >> accepts()
        >> answered()
    )
    story >> does(f.HandedOver, to="ana", by="ben") >> accepts() >> said("So who has it now?")
    assert {"reopened", "reassigned_again"} <= set(seen(story))
