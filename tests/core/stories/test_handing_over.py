"""Hand over so that nobody has to ask again: complete before it goes, accepted, asked back or declined, and counted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from leeway.core import events as e
from leeway.core import facts as f
from leeway.core.handoff import packet
from leeway.core.refusals import MovedOn, Refusal
from leeway.testing import (
    MONDAY_NINE,
    Story,
    accepts,
    answered,
    days,
    does,
    escalates,
    hours,
    house,
    house_policy,
    minutes,
    person,
    resolves,
    said,
)

QUESTION = "Hello, my order 88-2041 has not arrived and I want a refund of €50."
LAWYER = "My order 88-2041 is broken, my lawyer will hear of this."


def tried_everything(story: Story) -> Story:
    return story >> does(f.StepTaken, step="restate") >> does(f.StepTaken, step="offer")


# --- complete before it goes ------------------------------------------------------------------------------------------


def test_what_the_packet_misses_is_asked_of_the_one_handing_over():
    story = tried_everything(Story() >> said("Hello?")) >> escalates() << "escalation_held"
    assert story.case.escalation.missing == ("matter", "wants")
    (ask,) = story.told("before_you_escalate")
    assert ask.to == ("ana",)
    assert "Fill in: matter" in ask.body
    assert story.customer_heard() == []


def test_once_it_is_filled_in_it_goes():
    story = tried_everything(Story() >> said("Hello?")) >> escalates()
    story >> does(f.SlotFilled, slot="matter", value="Parcel lost between Porto and Faro.", by="ana")
    assert story.case.escalation.missing == ("wants",)
    story >> does(f.SlotFilled, slot="wants", value="A new one before Friday.", by="ana") << "escalated"
    assert story.case.level == "supervisor"
    assert story.all(e.Escalated)[-1].packet_missing == ()


def test_what_the_customer_says_meanwhile_fills_it_too():
    story = tried_everything(Story() >> said("Hello?")) >> escalates()
    story >> said("My order 88-2041 has not arrived. I want a refund of €50.") >> minutes(5)
    assert story.case.level == "supervisor"
    assert story.all(e.Escalated)[-1].packet_missing == ()


def test_a_gap_does_not_hold_it_longer_than_the_owners_time_to_answer():
    story = tried_everything(Story() >> said("Hello?")) >> escalates() >> minutes(5) << "escalated"
    assert story.all(e.Escalated)[-1].packet_missing == ("matter", "wants")


@pytest.mark.parametrize(
    "reason", ["regulator_or_legal", "vulnerable_customer", "broken_promise", "time_limit"]
)
def test_some_reasons_do_not_wait_for_a_packet(reason):
    story = tried_everything(Story() >> said("Hello?")) >> escalates(reason=reason) << "escalated"
    assert story.case.level == "supervisor"


def test_who_is_asked_gets_the_packet_on_their_telephone():
    story = (
        Story()
        >> said(QUESTION)
        >> answered("I can offer you a replacement.")
        >> said("No, I want my money.")
    )
    story >> said(LAWYER)
    (notice,) = story.told("asked")
    assert notice.urgency == "now"
    for part in ("88-2041", "refund", "replacement", "declined"):
        assert part in notice.body, part


# --- accept, ask back, decline ----------------------------------------------------------------------------------------


def test_a_new_owner_becomes_accountable_by_accepting_until_then_the_old_one_is():
    story = Story() >> said(LAWYER)
    assert (story.case.owner, story.case.asked.person) == ("ana", "mira")
    story >> accepts() << "owner_accepted"
    assert (story.case.owner, story.case.asked) == ("mira", None)
    assert story.case.escalation.accepted_at == story.now


def test_the_customer_is_told_who_has_it_once_they_do_and_what_happens_when():
    story = Story() >> said(LAWYER)
    assert story.customer_heard("escalated") == []
    story >> minutes(20) >> accepts()
    assert story.customer_heard("escalated") == [
        "Mira Test is looking after this now. You will hear from Mira by 17:00."
    ]


def test_answering_the_customer_is_accepting():
    story = Story() >> said(LAWYER) >> answered("Hello Dana, I am Mira, I have your case.", by="mira")
    assert story.case.owner == "mira"
    assert story.case.asked is None


def test_anybody_of_the_level_may_take_it_before_the_one_who_was_asked():
    story = Story() >> said(QUESTION) >> escalates(override="now") >> accepts("tom")
    assert story.case.owner == "tom"


def test_so_may_somebody_above():
    story = Story() >> said(QUESTION) >> escalates(override="now") >> accepts("otto")
    assert story.case.owner == "otto"


@pytest.mark.parametrize("who", ["ben", "a stranger"])
def test_nobody_else_may(who):
    story = Story() >> said(QUESTION) >> escalates(override="now")
    with pytest.raises(Refusal, match="does not work at supervisor or above"):
        story >> accepts(who)


def test_the_one_who_handed_it_up_cannot_take_it_back_by_accepting():
    story = Story() >> said(QUESTION) >> escalates(override="now")
    with pytest.raises(Refusal):
        story >> accepts("ana")


def test_a_press_on_an_old_picture_takes_no_case_from_somebody_else():
    story = Story() >> said(QUESTION) >> escalates(override="now")
    seen = story.case.version
    story >> accepts("sam")
    with pytest.raises(MovedOn):
        story >> does(f.HandoffAccepted, by="tom", seen=seen)


def test_who_was_asked_may_accept_whatever_they_last_saw():
    story = Story() >> said(QUESTION) >> escalates(override="now") >> said("Hello?")
    story >> does(f.HandoffAccepted, by="sam", seen=1)
    assert story.case.owner == "sam"


def test_asking_back_goes_to_the_owner_and_is_no_silence():
    story = Story() >> said(QUESTION) >> escalates(override="now") >> minutes(14)
    story >> does(f.HandoffAskedBack, by="sam", question="Which courier?") << "asked_back"
    assert [(notice.to, notice.body) for notice in story.told("asked_back")] == [(("ana",), "Which courier?")]
    story >> minutes(14)
    assert story.case.asked.person == "sam"
    story >> does(f.HandoffAnswered, by="ana", answer="CTT.") << "ask_back_answered"
    assert [(notice.to, notice.body) for notice in story.told("ask_back_answered")] == [(("sam",), "CTT.")]
    story >> minutes(14)
    assert story.case.asked.person == "sam"
    assert story.all(e.AcceptExpired) == []


def test_the_answer_is_part_of_the_packet_from_then_on():
    story = Story() >> said(QUESTION) >> escalates(override="now")
    story >> does(f.HandoffAskedBack, by="sam", question="Which courier?")
    story >> does(f.HandoffAnswered, by="ana", answer="CTT.")
    (answer,) = packet(story.case, story.world.policy, None, story.now).answers
    assert (answer.note, answer.text) == ("Which courier?", "CTT.")


def test_a_question_nobody_answers_moves_on_but_counts_as_nobodys_silence():
    story = Story() >> said(QUESTION) >> escalates(override="now")
    story >> does(f.HandoffAskedBack, by="sam", question="Which courier?") >> minutes(15)
    assert story.case.asked.person == "tom"
    assert story.case.asked.silent == 0


def test_declining_needs_a_reason_and_the_next_one_is_asked():
    story = Story() >> said(QUESTION) >> escalates(override="now")
    story >> does(f.HandoffDeclined, by="sam", reason="I know her") << "handoff_turned_down" << "owner_asked"
    assert story.case.asked.person == "tom"
    assert story.case.asked.why == "declined by Sam Test: I know her"
    assert story.case.owner == "ana"


@pytest.mark.parametrize("kind", [f.HandoffDeclined, f.HandoffAskedBack])
def test_only_who_was_asked_can_say_no_or_ask_back(kind):
    story = Story() >> said(QUESTION) >> escalates(override="now")
    fields = {"reason": "no"} if kind is f.HandoffDeclined else {"question": "Why?"}
    with pytest.raises(Refusal, match="Sam Test was asked"):
        story >> does(kind, by="ben", **fields)


@pytest.mark.parametrize(
    "act",
    [
        does(f.HandoffDeclined, by="sam", reason="no"),
        does(f.HandoffAskedBack, by="sam", question="Why?"),
        does(f.HandoffAnswered, by="ana", answer="So."),
    ],
)
def test_with_nobody_asked_there_is_nothing_to_answer(act):
    story = Story() >> said(QUESTION)
    with pytest.raises(Refusal):
        story >> act


# --- ping-pong --------------------------------------------------------------------------------------------------------


def test_a_case_that_goes_round_stays_with_the_head():
    """Sam and Tom pass it to each other; the fifth time it is Mira's, who leads them, and stays hers."""
    story = Story() >> said(QUESTION) >> escalates(override="now") >> accepts()
    for other in ("tom", "sam", "tom"):
        story >> does(f.HandedOver, to=other, by=story.case.owner, reason="yours") >> accepts()
    story >> does(f.HandedOver, to="sam", by="tom", reason="no, yours") << "ping_pong_stopped"
    assert story.case.owner == "mira"
    assert story.case.pinned_here
    assert story.case.escalation.accepted_at is not None
    assert "Mira Test is looking after this now." in story.customer_heard("escalated")[-1]
    with pytest.raises(Refusal, match="passed on too often"):
        story >> does(f.HandedOver, to="sam", by="mira")


def test_it_can_still_go_up():
    story = Story() >> said(QUESTION) >> escalates(override="now") >> accepts()
    for other in ("tom", "sam", "tom", "sam"):
        story >> does(f.HandedOver, to=other, by=story.case.owner) >> accepts()
    story >> said(LAWYER)
    assert story.case.level == "manager"
    assert not story.case.pinned_here


def test_handing_over_at_the_same_level_is_by_name_or_to_whoever_has_room():
    story = Story() >> said(QUESTION) >> does(f.HandedOver, by="ana", reason="my shift ends")
    assert story.case.asked.person == "ben"
    story >> accepts()
    assert (story.case.owner, story.case.level, story.case.escalation) == ("ben", "agent", None)


def test_a_colleague_who_does_not_answer_leaves_it_with_who_has_it():
    story = Story() >> said(QUESTION) >> answered() >> does(f.HandedOver, to="ben", by="ana") >> minutes(10)
    assert story.case.owner == "ana"
    assert story.case.asked is None
    assert story.case.level == "agent"
    assert [notice.to for notice in story.told("stays_with_you")] == [("ana",)]


@pytest.mark.parametrize("to", ["a stranger", "zoe"], ids=["unknown", "left"])
def test_it_cannot_go_to_somebody_who_is_not_there_any_more(to):
    left = replace(person("zoe", "frontline"), active=False)
    story = Story(roster=replace(house(), people=(*house().people, left))) >> said(QUESTION)
    with pytest.raises(Refusal, match="nobody called"):
        story >> does(f.HandedOver, to=to, by="ana")


def test_a_case_that_is_over_is_handed_to_nobody():
    story = Story() >> said(QUESTION) >> answered() >> resolves()
    with pytest.raises(Refusal, match="This case is resolved"):
        story >> does(f.HandedOver, to="ben", by="ana")
    with pytest.raises(Refusal, match="This case is resolved"):
        story >> accepts("ben")


def test_a_helper_is_beside_the_owner_not_instead():
    story = Story() >> said(QUESTION) >> does(f.HelperJoined, by="sam")
    assert (story.case.owner, story.case.helpers) == ("ana", ("sam",))
    story >> does(f.HelperLeft, by="sam")
    assert story.case.helpers == ()


# --- measured ---------------------------------------------------------------------------------------------------------


def handed_up() -> Story:
    return Story() >> said(QUESTION) >> escalates(override="now") >> accepts()


def test_asking_for_what_was_told_is_counted_once_a_hand_off():
    story = handed_up() >> answered("What is your order number?") >> answered("Your order number please?")
    assert story.case.handoff.handoffs == 1
    assert story.case.handoff.asked_again == 1
    assert story.case.handoff.questions_again == 2


def test_the_second_receiver_is_counted_for_themselves():
    story = handed_up() >> answered("What is your order number?") >> answered("What is your order number?")
    story >> does(f.HandedOver, to="tom", by="sam") >> accepts() >> answered("I am reading your case now.")
    assert (story.case.handoff.handoffs, story.case.handoff.asked_again) == (2, 1)
    story >> answered("What is your order number?")
    assert (story.case.handoff.handoffs, story.case.handoff.asked_again) == (2, 2)


def test_a_new_question_is_no_asking_again():
    story = handed_up() >> answered("What is your telephone number?")
    assert story.case.handoff.asked_again == 0
    assert story.case.handoff.questions_again == 0


def test_a_bot_that_asks_again_is_no_receiver():
    story = handed_up() >> answered("What is your order number?", author="bot")
    assert story.case.handoff.asked_again == 0


def test_times_explained_counts_the_tellings_and_to_whom():
    story = Story() >> said("My washing machine WM-500 leaks water since Friday, order 88-2041.")
    assert (story.case.explained.times, story.case.explained.people) == (1, ("ana",))
    story >> escalates(override="now", to="manager") >> accepts() >> answered("Hello, what is it about?")
    story >> said("As I said, my washing machine WM-500 leaks water since Friday!")
    assert (story.case.explained.times, story.case.explained.people) == (2, ("ana", "mira"))


def test_a_question_of_the_customers_is_not_a_telling():
    story = Story() >> said("My washing machine WM-500 leaks water since Friday.") >> answered() >> hours(1)
    story >> said("When will you come?")
    assert story.case.explained.times == 1


def test_a_month_later_the_packet_still_says_when_each_thing_was_told():
    story = Story() >> said(QUESTION) >> days(20)
    told = packet(story.case, story.world.policy, None, story.now).told
    assert {line.at for line in told} == {MONDAY_NINE}
    assert story.now - MONDAY_NINE == timedelta(days=20)
    assert house_policy().required_slots == ("matter", "wants", "feeling", "why")
