"""When, by which way, in how many messages, how often again, and when no more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from leeway.core import clocks
from leeway.core.absences import with_absence
from leeway.core.case import Asked, Case, Escalation, Promise
from leeway.core.delivery import (
    AFTER_HOURS,
    BACK_OFF,
    BUNDLE_WINDOW,
    LONGEST_ASKED_WAIT,
    MINUTE,
    PER_MINUTE,
    URGENCIES,
    Lately,
    Means,
    Waiting,
    Way,
    answers_by_email,
    back_off,
    deliver_at,
    overtaken,
    plan,
    still_true,
    ways_to_tell,
)
from leeway.core.policy import Span, Warn
from leeway.core.roster import Absence, Contact, Override
from leeway.core.worktime import ALWAYS
from leeway.testing import MONDAY_NINE, house, house_policy, person

HOUSE = house()
AT_WORK = MONDAY_NINE + timedelta(hours=2)
SATURDAY_MIDNIGHT = datetime(2026, 3, 7, 0, 0, tzinfo=UTC)
CLOSING = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
TUESDAY_NINE = MONDAY_NINE + timedelta(days=1)
NEXT_MONDAY_NINE = MONDAY_NINE + timedelta(days=7)


# When


@pytest.mark.parametrize("urgency", URGENCIES)
def test_at_work_everything_comes_at_once(urgency):
    assert deliver_at(HOUSE, "ana", urgency, AT_WORK) == AT_WORK


def test_what_is_urgent_comes_at_midnight_on_saturday_the_rest_on_monday():
    """B8: notices at midnight and on weekends."""
    assert deliver_at(HOUSE, "ana", "now", SATURDAY_MIDNIGHT) == SATURDAY_MIDNIGHT
    assert deliver_at(HOUSE, "ana", "soon", SATURDAY_MIDNIGHT) == NEXT_MONDAY_NINE
    assert deliver_at(HOUSE, "ana", "whenever", SATURDAY_MIDNIGHT) == NEXT_MONDAY_NINE


def test_soon_still_catches_somebody_at_the_door_whenever_does_not():
    just_left = CLOSING + AFTER_HOURS - timedelta(minutes=1)
    assert deliver_at(HOUSE, "ana", "soon", just_left) == just_left
    assert deliver_at(HOUSE, "ana", "whenever", just_left) == TUESDAY_NINE
    assert deliver_at(HOUSE, "ana", "soon", CLOSING + AFTER_HOURS) == TUESDAY_NINE


def test_nobody_is_disturbed_on_holiday():
    away = with_absence(HOUSE, Absence("ana", MONDAY_NINE, TUESDAY_NINE + timedelta(hours=3)))
    assert deliver_at(away, "ana", "soon", AT_WORK) == TUESDAY_NINE + timedelta(hours=3)


def test_whoever_is_on_call_is_always_reached():
    rota = replace(
        HOUSE.rotas[0],
        overrides=(
            Override(SATURDAY_MIDNIGHT - timedelta(hours=2), SATURDAY_MIDNIGHT + timedelta(hours=2), "tom"),
        ),
    )
    on_duty = replace(HOUSE, rotas=(rota,))
    assert deliver_at(on_duty, "tom", "whenever", SATURDAY_MIDNIGHT) == SATURDAY_MIDNIGHT
    assert deliver_at(on_duty, "tom", "whenever", SATURDAY_MIDNIGHT + timedelta(hours=3)) == NEXT_MONDAY_NINE


def test_waiting_would_not_help_with_strangers_and_those_away_without_end():
    away = with_absence(HOUSE, Absence("ana", MONDAY_NINE))
    for who in ("ana", "nobody-we-know"):
        assert deliver_at(away, who, "whenever", SATURDAY_MIDNIGHT) == SATURDAY_MIDNIGHT


@given(
    st.sampled_from([someone.id for someone in HOUSE.people]),
    st.integers(0, 366 * 24 * 60).map(lambda minutes: SATURDAY_MIDNIGHT + timedelta(minutes=minutes)),
)
def test_more_urgent_is_never_later_and_the_instant_found_is_one_to_deliver_at(who, now):
    at_once, soon, whenever = (deliver_at(HOUSE, who, urgency, now) for urgency in URGENCIES)
    assert now == at_once <= soon <= whenever
    assert deliver_at(HOUSE, who, "whenever", whenever) == whenever


# Again


def test_the_waits_grow_and_then_there_is_no_other_try():
    waits = [back_off("k", failures) for failures in range(1, len(BACK_OFF) + 1)]
    for wait, meant in zip(waits, BACK_OFF, strict=True):
        assert meant * 0.9 <= wait <= meant * 1.1
    assert back_off("k", len(BACK_OFF) + 1) is None


def test_what_failed_together_does_not_come_back_together_yet_the_same_way_every_time():
    waits = {back_off(f"key {number}", 3) for number in range(50)}
    assert len(waits) > 5
    assert back_off("key 1", 3) == back_off("key 1", 3)


def test_the_receiver_may_ask_for_a_longer_wait_but_not_for_ever():
    assert back_off("k", 1, timedelta(minutes=20)) == timedelta(minutes=20)
    assert back_off("k", 4, timedelta(seconds=1)) >= BACK_OFF[3] * 0.9
    assert back_off("k", 1, timedelta(days=400)) == LONGEST_ASKED_WAIT


# By which way

EMAIL, BROWSER = Means("email", "email"), Means("browser", "person", urgent=False, stand_in=True)
PRINT, OPS = Means("print", "person", stand_in=True), Means("ops", "url")
SLACK = Means("slack", "person")
ANA_BY_MAIL = Way("email", "ana@example.org")


def test_the_notices_own_ways_first_then_the_persons_then_e_mail():
    ana = person("ana", "frontline", contacts=(Contact("slack", "@ana"), Contact("pager", "123")))
    roster = replace(HOUSE, people=(ana,))
    means = (EMAIL, SLACK, OPS, Means("pager", "url"))
    ways = ways_to_tell(roster, "ana", ("ops",), "soon", means)
    assert [way.channel for way in ways] == ["ops", "slack", "pager", "email"]
    assert ways[-1] == ANA_BY_MAIL
    assert ways[2].address == "123"


def test_a_way_is_tried_once_however_often_it_is_named():
    assert ways_to_tell(HOUSE, "ana", ("email", "email"), "now", (EMAIL,)) == (ANA_BY_MAIL,)


def test_what_the_house_has_not_set_up_is_taken_by_the_stand_ins():
    assert ways_to_tell(HOUSE, "ana", ("slack",), "now", (PRINT, BROWSER)) == (
        Way("print", "ana"),
        Way("browser", "ana"),
    )


def test_a_stand_in_never_hides_that_a_real_channel_failed():
    assert ways_to_tell(HOUSE, "ana", ("slack",), "now", (PRINT, EMAIL)) == (ANA_BY_MAIL,)


def test_somebody_without_any_address_cannot_be_reached():
    nobody = person("eve", "frontline", email="", contacts=())
    assert ways_to_tell(replace(HOUSE, people=(nobody,)), "eve", (), "now", (PRINT, EMAIL)) == ()
    assert ways_to_tell(HOUSE, "stranger", (), "now", (PRINT, EMAIL)) == ()


def test_what_is_urgent_goes_first_by_what_wakes_people_unless_the_matrix_says_how():
    ana = person("ana", "frontline", contacts=(Contact("browser", "x"),))
    roster = replace(HOUSE, people=(ana,))
    names = {
        (by, urgency): [way.channel for way in ways_to_tell(roster, "ana", by, urgency, (BROWSER, EMAIL))]
        for by in ((), ("browser",))
        for urgency in ("now", "soon")
    }
    assert names[(), "now"] == ["email", "browser"]
    assert names[(), "soon"] == names[("browser",), "now"] == ["browser", "email"]


@pytest.mark.parametrize(
    ("who", "ways"),
    [
        ("law@firm.example", (Way("email", "law@firm.example"),)),
        ("https://partner.example/in", (Way("ops", "https://partner.example/in"),)),
        ("ops", (Way("ops", ""),)),
        ("ana", (ANA_BY_MAIL,)),
        ("insurer", ()),
    ],
)
def test_those_outside_are_reached_as_the_matrix_names_them(who, ways):
    assert ways_to_tell(HOUSE, who, ("outside",), "soon", (EMAIL, OPS)) == ways


# In how many messages


def waiting(number, urgency="soon", *, minute=0, tied=""):
    since = AT_WORK + timedelta(minutes=minute)
    return Waiting(number, f"k{number}", f"Subject {number}", f"Body {number}", urgency, since, tied)


def test_one_calm_notice_goes_at_once_as_it_is():
    planned = plan([waiting(1)], Lately(), AT_WORK)
    (parcel,) = planned.parcels
    assert (parcel.key, parcel.subject, parcel.body, planned.held) == ("k1", "Subject 1", "Body 1", ())


def test_calm_notices_become_one_message_the_first_alarm_first():
    (parcel,) = plan(
        [waiting(3, minute=2), waiting(1, "whenever"), waiting(2, minute=1)], Lately(), AT_WORK
    ).parcels
    assert [notice.id for notice in parcel.notices] == [2, 3, 1]
    assert parcel.subject == "Subject 2 (and 2 more)"
    assert [f"Body {number}" in parcel.body for number in (1, 2, 3)] == [True] * 3
    assert parcel.body.startswith("1. Subject 2")
    assert parcel.urgency == "soon"


def test_urgent_ones_are_messages_of_their_own_and_come_first():
    parcels = plan([waiting(1), waiting(2, "now"), waiting(3, "now"), waiting(4)], Lately(), AT_WORK).parcels
    assert [[notice.id for notice in parcel.notices] for parcel in parcels] == [[2], [3], [1, 4]]


def test_what_follows_closely_on_a_calm_message_is_gathered():
    lately = Lately((AT_WORK,), AT_WORK)
    planned = plan([waiting(1), waiting(2, "now")], lately, AT_WORK + timedelta(seconds=30))
    assert [parcel.key for parcel in planned.parcels] == ["k2"]
    assert [notice.key for notice in planned.held] == ["k1"]
    assert planned.until == AT_WORK + BUNDLE_WINDOW
    assert plan([waiting(1)], lately, AT_WORK + BUNDLE_WINDOW).parcels[0].key == "k1"


def test_a_storm_of_alarms_is_a_few_messages_and_nothing_is_lost():
    storm = [waiting(number, "now") for number in range(1, 101)]
    parcels = plan(storm, Lately(), AT_WORK).parcels
    assert len(parcels) == PER_MINUTE
    assert [parcel.key for parcel in parcels[:-1]] == [f"k{number}" for number in range(1, PER_MINUTE)]
    assert [notice.id for parcel in parcels for notice in parcel.notices] == list(range(1, 101))


def test_after_a_full_minute_the_rest_waits_until_the_first_of_it_is_over():
    lately = Lately(tuple(AT_WORK + timedelta(seconds=second) for second in range(PER_MINUTE)))
    now = AT_WORK + timedelta(seconds=20)
    planned = plan([waiting(1, "now")], lately, now)
    assert (planned.parcels, planned.until) == ((), AT_WORK + MINUTE)
    assert plan([waiting(1, "now")], lately, planned.until).parcels


def test_a_message_that_may_have_arrived_is_repeated_exactly_under_its_key():
    first, second = waiting(1, tied="bundle:x"), waiting(2, tied="bundle:x")
    parcels = plan([waiting(3), first, second], Lately(), AT_WORK).parcels
    assert [(parcel.key, len(parcel.notices)) for parcel in parcels] == [("bundle:x", 2), ("k3", 1)]


def test_the_key_of_a_bundle_is_made_of_what_is_in_it():
    def one(*numbers):
        return plan([waiting(number) for number in numbers], Lately(), AT_WORK).parcels[0].key

    assert one(1, 2) == one(2, 1)
    assert len({one(1, 2), one(1, 3), one(1, 2, 3), one(1)}) == 4


@given(
    st.lists(
        st.tuples(st.sampled_from(URGENCIES), st.integers(0, 30), st.sampled_from(["", "", "b1", "b2"])),
        max_size=40,
    ),
    st.lists(st.integers(0, 200), max_size=8),
    st.none() | st.integers(0, 200),
)
def test_every_notice_is_sent_or_held_once_and_a_minute_never_overflows(drawn, sent, calm):
    notices = [
        waiting(number, urgency, minute=minute, tied=tied)
        for number, (urgency, minute, tied) in enumerate(drawn)
    ]
    ago = [AT_WORK - timedelta(seconds=seconds) for seconds in sent]
    lately = Lately(tuple(sorted(ago)), None if calm is None else AT_WORK - timedelta(seconds=calm))
    planned = plan(notices, lately, AT_WORK)
    seen = [notice.id for parcel in planned.parcels for notice in parcel.notices]
    assert sorted(seen + [notice.id for notice in planned.held]) == list(range(len(notices)))
    assert (planned.until is not None) == bool(planned.held) or not notices
    assert planned.until is None or planned.until > AT_WORK
    fresh = [parcel for parcel in planned.parcels if not parcel.notices[0].tied]
    assert len(fresh) <= max(1, PER_MINUTE)


# No more


CASE = Case(id=7, version=12, owner="ana", level="supervisor", level_since=AT_WORK, opened_at=MONDAY_NINE)
ASKED = replace(CASE, asked=Asked("sam", "supervisor", AT_WORK))
POLICY = house_policy()


def test_who_is_asked_hears_it_until_somebody_has_the_case():
    """B11: notices go on after acceptance."""
    assert still_true(ASKED, "asked", "asked:sam:9")
    assert overtaken(CASE, "asked", "asked:sam:9") == "somebody has taken the case"
    assert overtaken(ASKED, "asked", "asked:tom:9") == "somebody else is asked now"
    assert not still_true(replace(ASKED, status="resolved"), "asked", "asked:sam:9")


def test_a_merged_case_asks_nobody():
    """B12: a merged case still escalates."""
    merged = replace(ASKED, status="merged", merged_into=3)
    for kind, key in (
        ("asked", "asked:sam:9"),
        ("step", "step:supervisor:0:0:supervisor:9"),
        ("alert", "alert:1"),
    ):
        assert overtaken(merged, kind, key) == "the case is over"


def escalated(**changes):
    record = Escalation(
        number=1,
        state="escalated",
        request_source="customer",
        requested_by="customer",
        kind="hierarchical",
        reason="customer_request",
        level="supervisor",
        from_level="agent",
        requested_at=AT_WORK,
        policy_version=1,
        **changes,
    )
    return replace(CASE, escalations=(record,))


STEP = "step:supervisor:0:0:supervisor:9"


def test_a_step_is_overtaken_by_what_it_waited_for_and_by_nothing_else():
    assert still_true(escalated(), "step", STEP, POLICY)
    assert overtaken(escalated(accepted_at=AT_WORK), "step", STEP, POLICY) == "somebody has accepted the case"
    assert still_true(escalated(accepted_at=AT_WORK), "step", STEP)  # without the policy nobody knows
    assert not still_true(replace(escalated(), level="manager"), "step", STEP, POLICY)


def test_the_next_step_does_not_cancel_the_notices_of_the_one_before():
    """B11: the next step cancels the running one's notices."""
    later = replace(escalated(), fired=("step:supervisor:1:0:supervisor:9",))
    assert still_true(later, "step", STEP, POLICY)


def test_a_step_that_is_gone_from_the_policy_is_still_told():
    assert still_true(escalated(), "step", "step:supervisor:99:0:supervisor:9", POLICY)


def clock_named(name):
    return clocks.start(name, "regulator", Span(3600), AT_WORK, ALWAYS, warnings=(Warn(percent=80),))


@pytest.mark.parametrize("name", ["update", "regulator:uk_fca", "consult:3"])
def test_a_warning_holds_while_its_clock_is_the_one_it_was(name):
    clock = clock_named(name)
    key = f"warn:{name}:0:{clock.started_at:%Y%m%dT%H%M%S}"
    running = replace(CASE, clocks={name: clock})
    assert still_true(running, "clock_warning", key)
    assert overtaken(CASE, "clock_warning", key) == "the clock has been stopped"
    anew = replace(clock, started_at=AT_WORK + timedelta(hours=1))
    assert (
        overtaken(replace(CASE, clocks={name: anew}), "clock_warning", key)
        == "the clock has been started anew"
    )
    late = clocks.breached(clock, AT_WORK)
    assert overtaken(replace(CASE, clocks={name: late}), "clock_warning", key) == "it has run out since"


def test_a_warning_is_not_swallowed_because_its_clock_stands_still():
    """B7: notices swallowed by the cure; a clock that goes on does not warn a second time."""
    clock = clock_named("update")
    paused = replace(CASE, clocks={"update": clocks.pause(clock, AT_WORK, ALWAYS)})
    assert still_true(paused, "clock_warning", f"warn:update:0:{clock.started_at:%Y%m%dT%H%M%S}")


def test_a_promise_is_near_until_it_is_settled_or_moved():
    due = datetime(2026, 3, 3, 15, 0, tzinfo=UTC)
    promise = Promise(2, "a call", "ana", AT_WORK, "approaching", due)
    key = "promise_approaching:2:202603031500"

    def told(**changes):
        return overtaken(replace(CASE, promises=(replace(promise, **changes),)), "promise_approaching", key)

    assert told() == ""
    assert told(state="kept") == "the promise is kept"
    assert told(due=due + timedelta(hours=1)) == "the promise has another time now"
    assert still_true(CASE, "promise_approaching", key)


def test_an_alert_is_over_once_the_right_people_have_the_case():
    assert still_true(CASE, "alert", "alert:1")
    assert overtaken(escalated(), "alert", "alert:1") == "the case has been escalated"


def test_found_promises_need_no_confirming_once_they_are_confirmed():
    found = Promise(1, "a call", "ana", AT_WORK, "found")
    assert still_true(replace(CASE, promises=(found,)), "promise_found", "promise_found:1")
    confirmed = replace(found, state="pending")
    assert not still_true(replace(CASE, promises=(confirmed,)), "promise_found", "promise_found:1")


@given(
    st.sampled_from(["asked", "step", "clock_warning", "promise_approaching", "alert", "x"]),
    st.text(max_size=30),
)
def test_no_key_makes_it_stumble(kind, key):
    assert isinstance(overtaken(CASE, kind, key, POLICY), str)


@pytest.mark.parametrize(
    "kind", ["clock_breached", "promise_broken", "informed", "unreachable", "something_new"]
)
def test_what_tells_of_something_that_happened_stays_true(kind):
    assert still_true(replace(CASE, status="closed"), kind, f"{kind}:1")


def test_customers_who_wrote_by_e_mail_are_answered_by_e_mail():
    assert answers_by_email("email", "ana@example.com")
    assert not answers_by_email("chat", "ana@example.com")
    assert not answers_by_email("email", "")
