"""What broke in the systems we studied, each as a test of ours (PARITY B1 to B16, and two help desks' own diseases).

Those that live in the store or the pages (concurrent creates, lists that load every row, a sweeper that forgets) are
tested there; here is what a decision can get wrong.
"""

from __future__ import annotations

import ast
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

import leeway.core.decide
from leeway.core import clocks
from leeway.core import events as e
from leeway.core import facts as f
from leeway.core.merging import story_of
from leeway.core.policy import (
    Condition,
    LevelSteps,
    RegulatorClock,
    Rule,
    Span,
    Step,
    Warn,
    Within,
)
from leeway.core.refusals import Refusal
from leeway.core.worktime import ALWAYS, Calendar
from leeway.testing import (
    HOUR,
    MONDAY_NINE,
    OFFICE,
    Story,
    accepts,
    answered,
    comes_back,
    days,
    does,
    escalates,
    hours,
    house,
    house_policy,
    kind_of,
    minutes,
    resolves,
    said,
    until,
)

FRIDAY_FIVE = datetime(2026, 3, 6, 17, 0, tzinfo=UTC)
QUESTION = "Hello, my order 88-2041 has not arrived."
LAWYER = "My order 88-2041 is broken. My lawyer will hear of this."
MANAGER = "Get me your manager!"


def due(story: Story, clock: str) -> datetime | None:
    return story.case.clocks[clock].due


def policy_with(**changes):
    return replace(house_policy(), **changes)


def told_of(story: Story, kind: str) -> int:
    return len(story.told(kind))


# --- B1: a deadline read in the wrong time zone -----------------------------------------------------------------------


def test_working_time_is_that_of_the_level_not_of_the_house():
    """B1. The front line works in New York; the policy's own zone is Lisbon."""
    new_york = Calendar(name="office", zone="America/New_York", week=OFFICE.week)
    story = Story(roster=replace(house(), calendars=(new_york,)))
    story >> said(QUESTION)  # nine in Lisbon is four in the morning there
    assert due(story, "first_response") == datetime(2026, 3, 2, 15, 0, tzinfo=UTC)  # an hour after their nine


def test_a_time_in_our_own_words_is_read_in_the_zone_of_the_house():
    """B1. In June two o'clock in Lisbon is one o'clock UTC."""
    story = Story(at=datetime(2026, 6, 1, 9, 0, tzinfo=UTC))
    story >> said(QUESTION) >> answered("I will call you back by 14:00.")
    assert due(story, "promise:1") == datetime(2026, 6, 1, 13, 0, tzinfo=UTC)


def test_the_customer_reads_a_time_on_the_houses_wall():
    """B1. What we tell the customer is local time, what we keep is UTC."""
    story = Story(at=datetime(2026, 6, 1, 9, 0, tzinfo=UTC))
    story >> said(LAWYER) >> accepts()
    assert due(story, "update") == datetime(2026, 6, 1, 17, 0, tzinfo=UTC)
    assert "by 18:00." in story.customer_heard("escalated")[0]


# --- B2: daylight saving moves a chain by an hour; history recomputed with today's offset -----------------------------


@pytest.mark.parametrize(
    "night",
    [datetime(2026, 3, 29, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)],
    ids=["spring", "autumn"],
)
def test_an_hour_of_real_time_is_an_hour_in_both_nights(night):
    """B2. The clock on the wall jumps during this hour."""
    roster = house()
    awake = replace(roster, people=tuple(replace(one, calendar="always") for one in roster.people))
    story = Story(at=night, roster=awake)
    story >> said(LAWYER)
    assert due(story, "accept") == night + timedelta(hours=1)
    assert due(story, "resolution") == night + timedelta(days=30)


@pytest.mark.parametrize(
    ("friday", "monday"),
    [
        (datetime(2026, 3, 27, 17, 0, tzinfo=UTC), datetime(2026, 3, 30, 15, 0, tzinfo=UTC)),
        (datetime(2026, 10, 23, 16, 0, tzinfo=UTC), datetime(2026, 10, 26, 16, 0, tzinfo=UTC)),
    ],
    ids=["spring", "autumn"],
)
def test_eight_working_hours_over_the_change_end_at_four_on_the_wall(friday, monday):
    """B2. From five on Friday: one hour then, seven on Monday from nine on, by the wall of that day."""
    story = Story(at=friday)
    story >> said(QUESTION) >> escalates(override="the customer is on the phone")
    assert due(story, "level") == monday


def test_a_pause_over_the_change_keeps_what_was_left():
    """B2. What was used before the change is not counted again with the offset of today."""
    story = Story(at=datetime(2026, 3, 27, 15, 0, tzinfo=UTC))
    story >> said(LAWYER) >> accepts() >> hours(2)
    assert due(story, "level") == datetime(
        2026, 4, 1, 11, 0, tzinfo=UTC
    )  # 24 working hours, the last 3 on Wednesday
    story >> does(f.Paused, cause="waiting_for_third_party") >> until(datetime(2026, 3, 30, 8, 0, tzinfo=UTC))
    story >> does(f.Resumed)
    assert due(story, "level") == datetime(2026, 4, 1, 12, 0, tzinfo=UTC)  # 22 working hours from Monday nine


# --- B3: a 24/7 calendar loses a minute at midnight -------------------------------------------------------------------


@pytest.mark.parametrize("length", [Span(7 * 3600, working=True), Span(7 * 3600)], ids=["working", "real"])
def test_a_desk_that_never_closes_loses_nothing_at_midnight(length):
    """B3. Seven hours from half past eight in the evening, in working time of a 24/7 calendar and in real time."""
    policy = house_policy()
    night = replace(policy.levels[0], target="team:night", resolve=length)
    policy = replace(
        policy,
        levels=(night, *policy.levels[1:]),
        clocks=replace(policy.clocks, first_response=length),
    )
    story = Story(policy, at=datetime(2026, 3, 2, 20, 30, tzinfo=UTC))
    story >> said(QUESTION)
    assert due(story, "first_response") == datetime(2026, 3, 3, 3, 30, tzinfo=UTC)


# --- B4: a pause lost -------------------------------------------------------------------------------------------------


def test_paused_straight_to_resolved_is_in_time():
    """B4. Six weeks of waiting for the customer are not six weeks at the level."""
    story = Story()
    story >> said(LAWYER) >> accepts() >> answered() >> does(f.Paused, cause="waiting_for_customer")
    story >> days(20) >> resolves("never heard again")
    outcomes = {stop.name: stop.outcome for stop in story.all(e.ClockStopped)}
    assert outcomes["level"] == outcomes["update"] == "met"
    assert not [breach for breach in story.all(e.ClockBreached) if breach.kind in ("level", "update")]


def test_going_up_keeps_the_pause():
    """B4. A change of level while the case is paused: the new clocks stand still, with their whole span."""
    story = Story()
    story >> said(QUESTION) >> answered() >> does(f.Paused, cause="waiting_for_customer")
    story >> escalates(override="the manager wants to look at it meanwhile", to="manager") >> accepts()
    level = story.case.clocks["level"]
    assert level.paused
    assert level.left == 24 * HOUR
    story >> days(7)
    assert story.case.clocks["level"].left == 24 * HOUR
    story >> said("Here is the picture you asked for.")
    assert story.case.status == "open"
    assert due(story, "level") == datetime(
        2026, 3, 11, 15, 0, tzinfo=UTC
    )  # 24 working hours from Monday nine


def test_a_hold_over_a_weekend_is_not_counted_in_wall_time():
    """B4. An hour was used on Friday; the weekend of the pause is not working time."""
    story = Story(at=FRIDAY_FIVE - timedelta(hours=1))
    story >> said(QUESTION) >> escalates(override="no time to lose") >> accepts() >> hours(1)
    story >> does(f.Paused, cause="waiting_for_third_party") >> until(FRIDAY_FIVE + timedelta(days=3))
    story >> does(f.Resumed)
    assert due(story, "level") == datetime(
        2026, 3, 10, 15, 0, tzinfo=UTC
    )  # 7 of 8 hours: 1 on Monday, 6 on Tuesday


def test_a_case_created_paused_has_its_whole_time_when_it_begins():
    """B4. The first thing we hear of the case is that it waits."""
    story = Story()
    story >> does(f.Paused, cause="waiting_for_third_party") >> said(QUESTION)
    assert story.case.clocks["first_response"].paused
    story >> hours(5) >> does(f.Resumed)
    assert due(story, "first_response") == story.now + timedelta(hours=1)


def test_a_pause_we_hear_of_late_gives_no_clock_more_than_its_span():
    """B4. The source says "paused since this morning" about a clock that started at noon."""
    story = Story(at=MONDAY_NINE + timedelta(hours=3))
    story >> said(QUESTION)
    early = f.Paused(id="late", at=MONDAY_NINE, case=1, cause="waiting_for_third_party")
    story >> early >> does(f.Resumed)
    assert due(story, "first_response") == story.now + timedelta(hours=1)


def test_a_pause_ends_by_itself_when_its_time_has_come():
    """B4. A promised date is not a snooze that somebody has to remember to end."""
    story = Story()
    story >> said(LAWYER) >> accepts()
    story >> does(f.Paused, cause="waiting_for_third_party", until=MONDAY_NINE + timedelta(days=1))
    story >> days(1) << "case_resumed"
    assert story.case.status == "open"
    assert due(story, "update") == MONDAY_NINE + timedelta(days=1, hours=8)


# --- B5: reopening ----------------------------------------------------------------------------------------------------


def test_the_time_a_case_was_closed_does_not_eat_its_budget():
    """B5. Ten days used, two days resolved: twenty days are left."""
    story = Story()
    (
        story
        >> said(LAWYER)
        >> accepts()
        >> answered()
        >> does(f.Paused, cause="agreed_with_customer")
        >> days(10)
    )
    story >> resolves() >> days(2) >> said("It is broken again!")
    assert story.case.status == "open"
    assert due(story, "resolution") == story.now + timedelta(days=20)


def test_reopening_sends_no_overdue_mail():
    """B5. Nothing is late at the moment a case comes back; its owner hears that it did, and nothing else."""
    story = Story()
    story >> said(LAWYER) >> accepts() >> answered() >> resolves() >> hours(60)
    story >> said("It is broken again!")
    story.tick()
    assert [notice.kind for notice in story.told()][-1] == "reopened"
    assert told_of(story, "clock_breached") == 0
    assert told_of(story, "clock_warning") == 0


def test_a_thanks_after_the_end_starts_no_wait_that_a_later_question_is_late_with():
    """B5. "Thanks" on Monday, "broken again" on Wednesday: we have an hour from Wednesday on."""
    story = Story()
    story >> said(QUESTION) >> answered() >> resolves() >> hours(1) >> said("Thanks, bye") >> hours(48)
    assert story.case.status == "resolved"
    story >> said("It is broken again!")
    assert due(story, "next_response") == story.now + timedelta(hours=2)


# --- B6: notices repeat by the hundred; one escalation logged per person told -----------------------------------------


def test_an_escalation_is_one_record_and_one_notice_however_many_are_told():
    """B6. The whole team hears of it."""
    policy = policy_with(
        steps=(LevelSteps("manager", (Step("tell", Span(0), who="team:frontline"),)),),
        rules=(replace(house_policy().rules[0], tell=("team:supervisors",)),),
    )
    story = Story(policy)
    story >> said(LAWYER)
    assert len(story.all(e.EscalationOpened)) == len(story.all(e.Escalated)) == 1
    assert [notice.to for notice in story.told("step")] == [("ana", "ben")]
    assert [notice.to for notice in story.told("informed")] == [("sam", "tom")]
    assert [notice.to for notice in story.told("asked")] == [("mira",)]


@pytest.mark.parametrize(
    "life", [(said(QUESTION),), (said(LAWYER),), (said(LAWYER), accepts()), (said(MANAGER),)]
)
def test_a_hundred_looks_at_the_same_moment_are_one(life):
    """B6. The sweeper looks again, because it was interrupted or because there are two of it."""
    story = Story()
    for act in life:
        act(story)
    story.now += timedelta(hours=5)  # nobody looked in between
    story.tick()
    first = story.out
    assert any(kind_of(event) == "clock_breached" for event in first)
    for _ in range(100):
        story.tick()
        assert story.out == []


def test_a_month_of_silence_is_a_few_notices_not_hundreds():
    """B6. Nobody does anything for thirty days and the sweeper looks every hour on top."""
    story = Story()
    story >> said(LAWYER)
    for _ in range(30 * 24):
        story.let_pass(timedelta(hours=1))
        story.tick()
    each = Counter(notice.kind for notice in story.told())
    assert story.case.level == "mediator"
    assert len(story.all(e.EscalationOpened)) == 1
    assert each["asked"] <= 1 + 22 * 2  # the manager once, the ombudsman twice a working day
    assert each["clock_breached"] <= 22 * 3
    assert each["top_of_the_house"] <= 1


def test_a_case_handed_down_that_nobody_takes_stays_and_asks_no_further():
    """B6. Two agents who do not answer within five minutes are not asked again for the rest of the week."""
    story = Story()
    (
        story
        >> said(LAWYER)
        >> accepts()
        >> answered()
        >> does(f.Deescalated, reason="ana can do this", by="mira")
    )
    story >> days(4)
    assert story.case.owner == "mira"
    assert [notice.to for notice in story.told("asked")] == [("mira",), ("ana",), ("ben",)]
    assert told_of(story, "stays_with_you") == 1


def test_the_end_of_a_shift_is_looked_at_once():
    """B6. The owner goes home and comes back: two moments, not a loop of them."""
    story = Story()
    story >> said(LAWYER) >> accepts() >> answered() >> days(3)
    assert Counter(stop.name for stop in story.all(e.ClockStopped))["shift"] <= 2 * 3
    assert story.case.owner == "mira"


# --- B7: notices swallowed by the cure --------------------------------------------------------------------------------


def test_the_second_wait_of_a_day_is_told_like_the_first():
    """B7. "Once a day" would hide the second customer message we leave lying."""
    story = Story()
    story >> said(QUESTION) >> minutes(70) >> answered()
    assert told_of(story, "clock_breached") == 1
    story >> said("And where is the other parcel?") >> minutes(130)
    assert told_of(story, "clock_breached") == 2


def test_a_second_escalation_tells_the_same_people_again():
    """B7. The case went up, came down, and went up again the same morning."""
    story = Story()
    story >> said(LAWYER) >> accepts() >> does(f.Deescalated, reason="settled", by="mira") >> accepts()
    story >> said("I said it: my lawyer will hear of this!")
    assert len(story.all(e.EscalationOpened)) == 2
    assert [notice.to for notice in story.told("asked") if notice.to == ("mira",)] == [("mira",)] * 2


def test_a_risk_that_stays_is_told_again_after_the_quiet_time():
    """B7. Quiet for half an hour, not for ever."""
    policy = policy_with(rules=(), alerting=replace(house_policy().alerting, risk=0.2, quiet=Span(1_800)))
    story = Story(policy)
    story >> said("This is unacceptable, I am furious!") << "alert_raised"
    story >> minutes(5) >> said("Unacceptable, I am furious!")
    assert told_of(story, "alert") == 1
    story >> minutes(40) >> said("Still unacceptable, I am furious!")
    assert told_of(story, "alert") == 2


# --- B8: notices at midnight and on weekends --------------------------------------------------------------------------


def test_who_is_asked_in_the_night_has_their_time_when_they_are_there():
    """B8. (When a notice goes out is ``core.delivery``'s.) Nobody loses a case for being asleep."""
    policy = policy_with(nobody_there=())
    story = Story(policy, at=MONDAY_NINE - timedelta(hours=7))
    story >> said(QUESTION) >> escalates(override="cannot wait")
    assert story.case.asked.person == "sam"
    assert due(story, "accept") == MONDAY_NINE + timedelta(minutes=15)


def test_what_can_wait_says_so():
    """B8. A reader of notices can tell what may wake somebody from what may not."""
    story = Story()
    story >> said(LAWYER) >> accepts() >> answered("I will call you back by 14:00.")
    urgency = {notice.kind: notice.urgency for notice in story.told()}
    assert urgency == {"asked": "now", "promise_found": "whenever"}


# --- B9: the engine lost its next step after a restart ----------------------------------------------------------------


def test_a_case_says_when_it_wants_to_be_looked_at():
    """B9. One instant, the earliest of all its clocks; whoever restarts needs to know nothing else."""
    story = Story()
    story >> said(LAWYER) >> answered("I will call you back by 9:30.")
    assert story.case.wake_at == min(filter(None, (clock.wakes_at for clock in story.case.clocks.values())))
    assert story.case.wake_at == due(story, "promise:1")
    again = msgspec.json.decode(msgspec.json.encode(story.case), type=type(story.case))
    assert again.wake_at == story.case.wake_at


@pytest.mark.parametrize(
    "life",
    [
        (),
        (answered(),),
        (answered(), does(f.Paused, cause="waiting_for_customer")),
        (answered(), resolves(), days(1), does(f.Reopened, reason="not solved")),
        (answered(), does(f.InteractionEnded, interaction="chat-1")),
    ],
    ids=["asked", "answered", "paused", "reopened", "hung up"],
)
def test_an_open_case_never_sleeps_for_ever(life):
    """B9. Whatever it waits for, there is a moment at which somebody looks."""
    story = Story()
    story >> said(QUESTION)
    for act in life:
        act(story)
    for _ in range(10):
        assert story.case.wake_at is not None
        story.let_pass(timedelta(days=3))


def test_after_a_week_off_everything_due_happens_in_order_with_its_own_time():
    """B9. The machine was off for a week. What ran out is dated when it ran out, noticed now."""
    story = Story()
    story >> said(LAWYER) >> accepts() >> answered("I will call you back by 14:00.") >> said("And my parcel?")
    story.now += timedelta(days=7)
    story.tick()
    breaches = [event for event in story.out if isinstance(event, e.ClockBreached)]
    assert [breach.name for breach in breaches] == ["next_response", "promise:1", "update", "level"]
    assert [breach.at for breach in breaches] == sorted(breach.at for breach in breaches)
    assert breaches[0].at == MONDAY_NINE + timedelta(hours=2)
    assert {breach.noticed_at for breach in breaches} == {story.now}
    assert story.case.level == "mediator"


def test_a_promise_whose_time_had_passed_when_we_heard_of_it_is_still_found_broken():
    """B9. The agent's message was delivered an hour late; nobody would have looked ever again."""
    story = Story()
    story >> said(QUESTION) >> hours(2)
    late = f.MessageReceived(
        id="late",
        at=MONDAY_NINE + timedelta(minutes=5),
        author="agent",
        by="ana",
        interaction="chat-1",
        text="I will call you back by 10:00.",
    )
    story >> late
    story.tick()
    assert [promise.state for promise in story.case.promises] == ["broken"]


# --- B10: later levels never fire -------------------------------------------------------------------------------------


def test_silence_all_the_way_ends_at_the_mediator():
    """B10. Nobody accepts, anywhere: two supervisors in half an hour, the manager in another one."""
    story = Story()
    story >> said(QUESTION) >> escalates(override="cannot wait") >> minutes(91)
    assert [event.level for event in story.all(e.Escalated)] == ["supervisor", "manager", "mediator"]
    assert [expired.person for expired in story.all(e.AcceptExpired)] == ["sam", "tom", "mira"]


def test_time_all_the_way_ends_at_the_mediator():
    """B10. Everybody accepts, nobody resolves."""
    story = Story()
    story >> said(QUESTION) >> escalates(override="cannot wait")
    for _ in range(3):
        story >> accepts() >> answered()
        level = story.case.level
        while story.case.level == level and level != "mediator":
            story >> hours(1) >> answered()
    assert [event.level for event in story.all(e.Escalated)] == ["supervisor", "manager", "mediator"]
    assert [event.why for event in story.all(e.Escalated)][1:] == [
        "not resolved at supervisor in time",
        "not resolved at manager in time",
    ]


# --- B11: steps and notices that outlive or cut off one another -------------------------------------------------------


def two_steps() -> Story:
    steps = (
        Step("tell", Span(600), who="person:tom", if_not="accepted"),
        Step("tell", Span(720), who="lead_of:supervisors", if_not="accepted"),
    )
    return Story(policy_with(steps=(LevelSteps("supervisor", steps),)))


def test_the_next_step_does_not_cut_off_the_one_before():
    """B11. Both happen, each at its own time."""
    story = two_steps()
    story >> said(QUESTION) >> escalates(override="cannot wait") >> minutes(13)
    assert [notice.to for notice in story.told("step")] == [("tom",), ("mira",)]


def test_nothing_goes_on_after_acceptance():
    """B11. Who accepts in the eleventh minute keeps the lead's telephone quiet in the twelfth."""
    story = two_steps()
    story >> said(QUESTION) >> escalates(override="cannot wait") >> minutes(11) >> accepts() >> hours(3)
    assert [notice.to for notice in story.told("step")] == [("tom",)]
    assert told_of(story, "asked") == 1
    assert "accept" not in [breach.kind for breach in story.all(e.ClockBreached)]


def test_nothing_of_a_level_goes_on_once_the_case_has_left_it():
    """B11. The legal threat in the third minute takes it to the manager; the supervisors' steps are void."""
    story = two_steps()
    story >> said(QUESTION) >> escalates(override="cannot wait") >> minutes(3) >> said(LAWYER)
    assert story.case.level == "manager"
    assert not [name for name in story.case.clocks if name.startswith("step:supervisor")]
    story >> minutes(30)
    assert story.told("step") == []


def test_who_was_asked_below_is_asked_no_more_once_the_case_has_gone_up():
    """B11. At night the manager's level waits until it opens; a late "mine" from below does not end that wait."""
    story = Story(at=datetime(2026, 3, 2, 17, 50, tzinfo=UTC))
    story >> said(QUESTION) >> escalates(override="cannot wait") >> minutes(11)
    assert story.case.asked.person == "sam"
    story >> said(LAWYER)  # one minute past six: nobody at the managers'
    assert not story.case.asked
    with pytest.raises(Refusal, match="does not work at"):
        story >> accepts("sam")
    story >> until(datetime(2026, 3, 3, 9, 0, tzinfo=UTC))
    assert story.case.asked.person == "mira"


def test_a_question_to_the_next_level_ends_when_the_case_goes_there():
    """B11. "Nobody answered your question, you may escalate now" is no news about a case that has."""
    story = Story()
    story >> said(QUESTION) >> does(f.ConsultAsked, question="May I refund?", by="ana") >> said(LAWYER)
    assert [consult.averted for consult in story.case.consults] == [False]
    story >> hours(2)
    assert told_of(story, "consult_unanswered") == 0


# --- B12: clocks that survive what they were for ----------------------------------------------------------------------


def test_a_change_of_level_takes_the_old_levels_clocks_away():
    """B12. The manager's time is the manager's own, from when the case arrived."""
    story = Story()
    story >> said(QUESTION) >> escalates(override="cannot wait") >> accepts() >> hours(3) >> said(LAWYER)
    assert story.case.clocks["level"].about == "manager"
    assert due(story, "level") == datetime(2026, 3, 4, 18, 0, tzinfo=UTC)
    assert {stop.name: stop.outcome for stop in story.all(e.ClockStopped)}["level"] == "cancelled"


def test_a_merged_case_neither_escalates_nor_tells():
    """B12. It went on elsewhere; a month later it has still said nothing."""
    story = Story()
    story >> said(LAWYER) >> answered("I will call you back by 14:00.") >> does(f.MergedInto, into=2)
    before = len(story.told())
    assert story.case.clocks == {}
    story >> days(30)
    story.tick()
    story >> said("My lawyer will hear of this!") >> does(f.EscalationRequested, requested_by="customer")
    assert len(story.told()) == before
    assert story.case.wake_at is None
    assert story.case.escalation is None


def test_what_a_merged_case_owed_is_owed_by_the_one_it_went_into():
    """B12, the other way round: promise, level, what was tried, and the 30 days counted from the first contact."""
    first = Story()
    first >> said(LAWYER) >> accepts() >> answered("I can offer you a refund. I will call you back by 14:00.")
    owed = first.case.clocks["resolution"].due
    second = Story(at=MONDAY_NINE + timedelta(hours=1))
    second >> said(QUESTION) >> answered()
    second >> f.MergedFrom(id="m", at=second.now, case=1, other=9, story=story_of(first.case))
    assert [promise.what for promise in second.case.promises] == ["call you back"]
    assert due(second, "promise:1") == MONDAY_NINE + timedelta(hours=5)
    assert [attempt.offer for attempt in second.case.attempts] == ["I can offer you a refund"]
    assert second.case.level == "manager"
    assert second.case.asked.person == "mira"
    assert due(second, "resolution") == owed
    second >> hours(5)
    assert [promise.state for promise in second.case.promises] == ["broken"]


# --- B13: a clock stopped by the wrong thing: answered, yet escalates -------------------------------------------------


def test_an_answer_stops_the_wait_and_nothing_comes_of_it():
    """B13."""
    story = Story()
    story >> said(QUESTION) >> minutes(50) >> answered() >> hours(6)
    assert story.all(e.ClockBreached) == []
    assert told_of(story, "clock_breached") == 0


@pytest.mark.parametrize(
    "words",
    [
        answered("One moment please, somebody will be with you.", author="bot"),
        answered("He has called before, look at 88-1000.", internal=True),
    ],
    ids=["a bot's words", "an internal note"],
)
def test_what_is_no_answer_stops_no_wait(words):
    """B13. The customer still waits for a person to speak to them."""
    story = Story()
    story >> said(QUESTION) >> words >> minutes(61)
    assert [breach.kind for breach in story.all(e.ClockBreached)] == ["first_response"]


def test_an_answer_older_than_the_question_is_none():
    """B13. Delivered out of order: we wrote it before they asked."""
    story = Story()
    story >> said(QUESTION) >> answered() >> minutes(30) >> said("Where is it?")
    before = due(story, "next_response")
    older = f.MessageReceived(
        id="o",
        at=story.now - timedelta(minutes=9),
        author="agent",
        by="ana",
        interaction="chat-1",
        text="Hi.",
    )
    story >> older
    assert due(story, "next_response") == before
    assert story.case.unanswered == 1


def test_a_question_older_than_our_answer_is_answered():
    """B13. Delivered out of order, the other way round."""
    story = Story()
    story >> said(QUESTION) >> minutes(30) >> answered()
    older = f.MessageReceived(
        id="o",
        at=story.now - timedelta(minutes=9),
        author="customer",
        interaction="chat-1",
        text="And the other?",
    )
    story >> older
    assert "next_response" not in story.case.clocks
    assert story.case.unanswered == 0


def test_a_question_in_the_same_second_as_our_answer_is_a_question():
    """B13. Sources that count in seconds: when in doubt the customer is waiting."""
    story = Story()
    story >> said(QUESTION) >> answered() >> said("And where is the other one?")
    assert "next_response" in story.case.clocks


def test_news_that_were_sent_before_the_question_do_not_answer_it():
    """B13. The same for an update that reaches us late."""
    story = Story()
    story >> said(LAWYER) >> accepts() >> answered() >> minutes(30) >> said("Where is it?")
    story >> f.UpdateSent(
        id="u", at=story.now - timedelta(minutes=5), case=1, text="We are on it.", by="mira"
    )
    assert "next_response" in story.case.clocks
    assert due(story, "update") == MONDAY_NINE + timedelta(minutes=25, hours=8)


def test_an_older_answer_that_arrives_late_does_not_bring_the_next_news_forward():
    """B13. The cadence runs from the latest thing we said, not from the latest we heard of."""
    story = Story()
    story >> said(LAWYER) >> accepts() >> hours(3) >> answered()
    before = due(story, "update")
    story >> f.UpdateSent(id="u", at=MONDAY_NINE + timedelta(hours=1), case=1, text="On it.", by="mira")
    assert due(story, "update") == before


def test_after_a_de_escalation_our_news_still_stop_the_clock_for_news():
    """B13. The agent who got the case back writes every hour; nobody is told that they do not."""
    story = Story()
    story >> said(LAWYER) >> accepts() >> does(f.Deescalated, reason="settled", by="mira") >> accepts()
    for _ in range(6):
        story >> hours(1) >> answered()
    assert [breach for breach in story.all(e.ClockBreached) if breach.kind == "update"] == []


def test_an_answer_that_was_in_time_but_reached_us_late_counts_as_in_time():
    """B13. The clock is judged by when we answered, not by when we heard of it."""
    story = Story()
    story >> said(QUESTION)
    story.now += timedelta(hours=2)  # and nobody looked at the clock
    story >> f.MessageReceived(
        id="a",
        at=MONDAY_NINE + timedelta(minutes=20),
        author="agent",
        by="ana",
        interaction="chat-1",
        text="Yes.",
    )
    assert [(stop.name, stop.outcome) for stop in story.all(e.ClockStopped)] == [("first_response", "met")]


def regulated(*clocks_of: RegulatorClock) -> Story:
    return Story(policy_with(rules=(), regulators=clocks_of))


FINAL = RegulatorClock("final", "test", Span(20 * 86_400), stops_on="final_response")
ACKNOWLEDGE = RegulatorClock("acknowledge", "test", Span(86_400), stops_on="acknowledged")
FURIOUS = "This is unacceptable, I am furious!"


def test_resolving_a_case_is_no_final_response():
    """B13. What a regulator wants in writing is still owed, and its clock still runs, when the case is closed."""
    story = regulated(FINAL)
    story >> said(FURIOUS) >> answered() >> resolves(final=True) >> days(21)
    assert story.case.status == "closed"
    assert [breach.name for breach in story.all(e.ClockBreached)] == ["regulator:final"]


def test_a_final_response_is_one():
    """B13."""
    story = regulated(FINAL, ACKNOWLEDGE)
    story >> said(FURIOUS) >> does(f.UpdateSent, kind="final_response", text="Our final response.", by="ana")
    met = {stop.name for stop in story.all(e.ClockStopped) if stop.outcome == "met"}
    assert met == {"first_response", "regulator:final", "regulator:acknowledge"}


def test_a_regulators_clock_that_was_met_does_not_start_again_with_the_next_angry_word():
    """B13. It would have started in the past and been late at once."""
    story = regulated(ACKNOWLEDGE)
    (
        story
        >> said(FURIOUS)
        >> does(f.UpdateSent, kind="acknowledgement", text="We have it.", by="ana")
        >> days(3)
    )
    story >> said(FURIOUS) >> answered() >> days(3)
    assert "regulator:acknowledge" not in [breach.name for breach in story.all(e.ClockBreached)]


# --- B14: which rule wins ---------------------------------------------------------------------------------------------


BOTH = "Get me your manager! My lawyer will hear of this."


def test_the_first_rule_that_holds_decides():
    """B14. Lawyer stands above supervisor in the file."""
    story = Story()
    story >> said(BOTH)
    assert [decided.rule for decided in story.all(e.RuleDecided)] == ["legal or regulator"]


def test_the_order_in_the_file_is_what_counts():
    """B14. The same message, the file turned upside down."""
    story = Story(policy_with(rules=tuple(reversed(house_policy().rules))))
    story >> said(BOTH)
    assert [decided.rule for decided in story.all(e.RuleDecided)] == ["asks for a supervisor"]


def test_a_rule_that_has_had_its_say_does_not_hide_those_below_it():
    """B14. "Third time" holds for good; after it was handed back down, asking for the manager must still count."""
    story = Story()
    story >> said(QUESTION) >> answered() >> comes_back("My order 88-2041 is still not there.") >> answered()
    story >> comes_back("My order 88-2041 is still not there.") >> accepts()
    assert [decided.rule for decided in story.all(e.RuleDecided)] == ["third time"]
    story >> does(f.Deescalated, reason="it is on its way", by=story.case.owner) >> accepts()
    assert story.case.level == "agent"
    story >> said("Where is it?")
    assert story.case.escalation is None
    story >> said(MANAGER)
    assert [decided.rule for decided in story.all(e.RuleDecided)] == ["third time", "asks for a supervisor"]


def test_a_rule_for_a_lower_level_does_not_overtake_what_waits_to_go_higher():
    """B14. The agent asked for the manager and is still filling in; "supervisor" from a rule would be a step back."""
    story = Story()
    story >> said(QUESTION) >> escalates(to="manager") << "escalation_held"
    story >> said(MANAGER)
    assert story.case.escalation.level == "manager"
    assert len(story.all(e.EscalationOpened)) == 1


# --- B15: hidden constants --------------------------------------------------------------------------------------------


POLICY = house_policy()
UNANSWERED = (said(QUESTION),)
ESCALATED = (said(LAWYER),)


@pytest.mark.parametrize(
    ("life", "clock", "twice"),
    [
        (
            UNANSWERED,
            "first_response",
            {"clocks": replace(POLICY.clocks, first_response=Span(7_200, working=True))},
        ),
        (
            (said(QUESTION), answered(), said("And?")),
            "next_response",
            {"clocks": replace(POLICY.clocks, next_response=Span(4 * HOUR, working=True))},
        ),
        (
            ESCALATED,
            "accept",
            {"levels": tuple(replace(one, accept=Span(2 * one.accept.seconds)) for one in POLICY.levels)},
        ),
        (ESCALATED, "resolution", {"close_within": Span(60 * 86_400)}),
        (
            (said(QUESTION), answered(), resolves()),
            "follow_up",
            {"clocks": replace(POLICY.clocks, follow_up=Span(6 * 86_400))},
        ),
        (
            (said(QUESTION), does(f.ConsultAsked, question="May I?", by="ana")),
            "consult:1",
            {"clocks": replace(POLICY.clocks, consult=Span(3_600))},
        ),
        (
            (said(MANAGER),),
            "hold",
            {"levels": (replace(POLICY.levels[0], accept=Span(600)), *POLICY.levels[1:])},
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_clock_is_as_long_as_the_policy_says(life, clock, twice):
    """B15. Twice the number in the file is twice the time, for every clock there is."""
    lengths = []
    for policy in (POLICY, replace(POLICY, **twice)):
        story = Story(policy)
        for act in life:
            act(story)
        lengths.append(story.case.clocks[clock].length.seconds)
    assert lengths[1] == 2 * lengths[0]


def test_the_reminder_before_a_promise_is_the_policys():
    """B15."""
    story = Story(policy_with(clocks=replace(POLICY.clocks, promise_reminder=Span(600))))
    story >> said(QUESTION) >> answered("I will call you back by 14:00.")
    assert story.case.clocks["promise:1"].wakes_at == MONDAY_NINE + timedelta(hours=4, minutes=50)


def test_every_threshold_of_a_decision_is_the_policys_or_has_a_name():
    """B15. The functions that decide hold no numbers but 0, 1, 2, and those that say where a text is cut."""
    found = []
    for file in sorted(Path(leeway.core.decide.__file__).parent.glob("*.py")):
        tree = ast.parse(file.read_text())
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        for function in (ast.Module(node.body, []) for node in functions):
            cuts = {
                id(part)
                for node in ast.walk(function)
                if isinstance(node, ast.Slice)
                for part in ast.walk(node)
            }
            found += [
                f"{file.name}:{node.lineno} {node.value}"
                for node in ast.walk(function)
                if isinstance(node, ast.Constant)
                and isinstance(node.value, int | float)
                and node.value not in (0, 1, 2)
                and id(node) not in cuts
            ]
    assert found == []


# --- B16: the rules are edited while cases run ------------------------------------------------------------------------


def after_an_edit(story: Story, **changes) -> Story:
    """Version 2 is published; version 1 stays at hand for the cases that run under it."""
    old = story.world.policy
    story.world = type(story.world)(
        replace(old, version=2, **changes), story.world.roster, story.world.languages, {1: old}
    )
    return story


QUICKER = {"levels": tuple(replace(one, accept=Span(60), update=Span(1_800)) for one in POLICY.levels)}


def test_an_escalated_case_runs_on_under_the_version_it_was_escalated_under():
    """B16. An edit must not rewrite running promises."""
    story = Story()
    story >> said(QUESTION) >> escalates(override="cannot wait")
    after_an_edit(story, **QUICKER)
    story >> minutes(16)
    assert story.case.policy_version == 1
    assert due(story, "accept") == MONDAY_NINE + timedelta(
        minutes=30
    )  # the next one asked has the old quarter


def test_applying_the_new_version_is_an_act_of_its_own():
    """B16. Deliberate, recorded; running clocks keep their length, new ones have the new."""
    story = Story()
    story >> said(QUESTION) >> escalates(override="cannot wait")
    after_an_edit(story, **QUICKER)
    before = due(story, "accept")
    story >> does(f.PolicyApplied, version=2, by="mira") << "policy_pinned"
    assert story.case.policy_version == 2
    assert due(story, "accept") == before
    story >> accepts() >> answered()
    assert due(story, "update") == story.now + timedelta(minutes=30)


def test_a_version_nobody_published_is_refused():
    """B16."""
    story = Story()
    story >> said(QUESTION)
    with pytest.raises(Refusal, match="no published policy version 7"):
        story >> does(f.PolicyApplied, version=7)


def test_a_version_without_the_level_the_case_is_at_is_refused():
    """B16. Else the case would stand nowhere."""
    story = Story()
    story >> said("My father passed away.")
    after_an_edit(story, desks=())
    with pytest.raises(Refusal, match="no level 'specialist_care'"):
        story >> does(f.PolicyApplied, version=2)


def test_a_level_that_got_another_name_strands_no_case():
    """B16. A case that was never escalated follows the policy in force, in which its level is called otherwise."""
    story = Story()
    story >> said(QUESTION)
    renamed = (replace(POLICY.levels[0], name="front desk"), *POLICY.levels[1:])
    after_an_edit(story, levels=renamed)
    story >> answered() >> said(MANAGER) >> minutes(10)
    assert story.case.level == "supervisor"


# --- escalated-django's own -------------------------------------------------------------------------------------------


def test_two_time_rules_cannot_throw_a_case_to_and_fro():
    """escalated-django: two time rules flip the assignee A, B, A for ever."""
    to_and_fro = (
        Rule("old goes up", (Condition("age", Within(low=60)),), "supervisor", "time_limit"),
        Rule("older goes to the desk", (Condition("age", Within(low=120)),), "specialist_care", "time_limit"),
        Rule("old goes down again", (Condition("age", Within(low=60)),), "agent", "time_limit"),
    )
    story = Story(policy_with(rules=to_and_fro, steps=(), nobody_there=()))
    story >> said(QUESTION)
    for _ in range(40):
        story >> minutes(1) >> said("Hello?")
    levels = [event.level for event in story.all(e.Escalated)]
    assert levels[:2] == ["supervisor", "specialist_care"]
    assert len(levels) == len(set(levels))


def test_a_rule_that_waits_for_time_fires_when_its_time_has_come_and_once():
    """escalated-django, the other half: the rule must not need a message to be looked at."""
    patience = Rule("waited", (Condition("waiting", Within(low=3 * HOUR)),), "supervisor", "time_limit")
    story = Story(policy_with(rules=(patience,)))
    story >> said(QUESTION) >> minutes(179)
    assert story.case.level == "agent"
    story >> minutes(1)
    assert [decided.at for decided in story.all(e.RuleDecided)] == [MONDAY_NINE + timedelta(hours=3)]
    story >> days(1)
    assert len(story.all(e.RuleDecided)) == 1


def test_a_rule_that_waits_for_time_is_void_once_we_have_answered():
    """escalated-django: what it waited for has gone."""
    patience = Rule("waited", (Condition("waiting", Within(low=3 * HOUR)),), "supervisor", "time_limit")
    story = Story(policy_with(rules=(patience,)))
    story >> said(QUESTION) >> minutes(30) >> answered() >> hours(8)
    assert story.all(e.RuleDecided) == []


@pytest.mark.parametrize(
    "no_reply",
    [
        answered("Please call our lawyer, the customer spoke of a lawyer.", internal=True),
        answered("Get me your manager! My lawyer will hear of this."),
        does(f.InteractionEnded, interaction="chat-1"),
        hours(3),
    ],
    ids=["an internal note", "our own words", "the end of the chat", "time"],
)
def test_a_rule_about_a_reply_needs_a_reply(no_reply):
    """escalated-django: a reply rule fires with no reply."""
    story = Story()
    story >> said("Hello, I have a question about an invoice.") >> answered() >> no_reply
    assert story.all(e.RuleDecided) == []


def test_five_looks_warn_once():
    """escalated-django: five warnings in five runs."""
    story = Story()
    story >> said(QUESTION) >> minutes(48)
    for _ in range(5):
        story.now += timedelta(minutes=1)
        story.tick()
    assert len(story.all(e.ClockWarned)) == told_of(story, "clock_warning") == 1


# --- django-helpdesk's own --------------------------------------------------------------------------------------------


@given(st.integers(0, 14 * 24 * 60), st.integers(1, 5 * 24 * 60))
def test_leaving_the_weekend_out_never_makes_anything_due_sooner(start, length):
    """django-helpdesk: excluding the weekend makes tickets escalate sooner."""
    at = MONDAY_NINE + timedelta(minutes=start)
    span = length * 60
    working = clocks.due_after(Span(span, working=True), at, OFFICE)
    assert working >= clocks.due_after(Span(span), at, ALWAYS)


def test_telling_changes_nothing_else():
    """django-helpdesk: ``--notify-only`` lowers the priority anyway."""
    warned = POLICY.levels[1:2] + POLICY.levels[2:]
    levels = (POLICY.levels[0], *(replace(one, warn=(Warn(percent=50, tell=("owner",)),)) for one in warned))
    story = Story(policy_with(levels=levels))
    story >> said(LAWYER) >> accepts() >> answered()
    before = story.case
    story.now += timedelta(hours=4)
    assert story.now == before.clocks["update"].wakes_at
    story.tick()
    assert [kind_of(event) for event in story.out] == ["clock_warned", "notice_issued"]
    unchanged = ("level", "owner", "asked", "escalations", "status", "risk", "steps", "promises")
    assert all(getattr(story.case, name) == getattr(before, name) for name in unchanged)
    assert {name: clock.due for name, clock in story.case.clocks.items()} == {
        name: clock.due for name, clock in before.clocks.items()
    }


# --- Frappe's lesson --------------------------------------------------------------------------------------------------


def test_a_level_is_people_an_acceptance_and_time():
    """Frappe built a matrix that only set fields, and removed it: nobody was asked, nothing ran."""
    story = Story()
    story >> said(QUESTION) >> escalates(override="cannot wait")
    seen = []
    for _ in range(3):
        assert story.case.asked.person
        assert {"accept", "level", "update"} <= set(story.case.clocks)
        seen.append(story.case.level)
        story >> hours(1.05)
    assert seen == ["supervisor", "manager", "mediator"]
