"""Insights: every measure against a small play whose result was counted by hand, and the pages around them."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from leeway.core import facts as f
from leeway.store.queries.measures import BY_NAME, MEASURES, render
from leeway.store.queries.measuring import Ask
from leeway.web import house as pages
from leeway.web.insights.periods import period
from leeway.web.insights.views import asked

pytest_plugins = ["tests.web.console"]

LONG = {"period": "365d"}


@pytest.fixture
def measured(console):
    """A measure over the whole play, whatever time it takes; groups of a split as plain values."""

    def ask(**cohort: str) -> Ask:
        return asked({**LONG, **cohort}).ask

    def of(name: str, by: str = "", **cohort: str):
        measure = BY_NAME[name]
        if not by:
            return measure.figure(ask(**cohort), pages.world().roster)
        return {group: one.value for group, one in measure.groups(ask(**cohort), by).items()}

    return of


def fraction(figure) -> tuple[float, float]:
    return figure.part, figure.whole


def escalated(
    console, case: int, *, by: str = "priya", level: str = "supervisor", reason: str = "customer_request"
):
    """Goes up by hand and is taken."""
    console.press(
        f.EscalationRequested,
        case,
        by="sam",
        requested_by="agent",
        to=level,
        reason=reason,
        override="tried it all",
    )
    taker = console.case(case).asked.person
    console.press(f.HandoffAccepted, case, by=taker)
    return taker


def ended(console, case: int, within: str = "") -> None:
    console.press(f.Resolved, case, by=console.case(case).owner, how="put right", within_authority=within)


def test_escalation_rate_and_its_splits(console, measured):
    """Four cases: two by chat of which one escalates, two by e-mail of which one escalates twice."""
    first = console.writes("Where is my parcel?", customer="a", chat="1", channel="chat", product="blender")
    console.writes("How do I clean it?", customer="b", chat="2", channel="chat", product="blender")
    third = console.writes("My invoice is wrong.", customer="c", chat="3", channel="email", product="kettle")
    console.writes("Do you ship to Madeira?", customer="d", chat="4", channel="email")
    escalated(console, first)
    escalated(console, third, reason="no_resolution")
    console.press(f.Deescalated, third, by=console.case(third).owner, reason="they can do it", to="agent")
    console.press(f.HandoffAccepted, third, by=console.case(third).asked.person)
    escalated(console, third, reason="repeat_incident")

    assert fraction(measured("escalation_rate")) == (2, 4)
    assert measured("escalation_rate", "channel") == {"chat": 0.5, "email": 0.5}
    assert measured("escalation_rate", "product") == {"blender": 0.5, "kettle": 1.0, "": 0.0}
    assert measured("escalation_rate", "reason") == {"customer_request": 0.25, "no_resolution": 0.25}
    assert measured("escalation_rate", "level") == {"supervisor": 1.0, "agent": 0.0}
    assert fraction(measured("escalation_rate", channel="email")) == (1, 2)
    assert fraction(measured("escalation_rate", product="blender")) == (1, 2)
    assert fraction(measured("escalation_rate", reason="repeat_incident")) == (1, 1)
    assert measured("escalations_per_100_cases").value == 75  # three records, four cases
    assert fraction(measured("avoidable_escalation_rate")) == (1, 1)  # the one handed back down


def test_a_team_is_that_of_the_owner_at_present(console, measured):
    case = console.writes("Where is my parcel?")
    console.writes("How do I clean it?", customer="b", chat="2")
    escalated(console, case)
    assert measured("escalation_rate", "team") == {"supervisors": 1.0, "frontline": 0.0}
    assert fraction(measured("escalation_rate", team="frontline")) == (0, 1)


def test_avoidable_is_what_a_lower_level_could_have_done(console, measured):
    for number, within in enumerate(("agent", "supervisor", "manager", "")):
        case = console.writes("Where is my parcel?", customer=f"c{number}", chat=str(number))
        escalated(console, case)
        ended(console, case, within)
    assert fraction(measured("avoidable_escalation_rate")) == (1, 4)


def test_times_of_one_escalation(console, measured):
    """Opened 10:00, up at 11:30, taken 11:40, resolved 12:40; reopened and resolved again two hours later."""
    case = console.writes("Where is my parcel?")
    console.answers(case, "I am looking.")
    console.pass_time(minutes=90)
    console.press(
        f.EscalationRequested, case, by="sam", requested_by="agent", override="tried", reason="no_resolution"
    )
    console.pass_time(minutes=10)
    console.press(f.HandoffAccepted, case, by=console.case(case).asked.person)
    console.pass_time(hours=1)
    ended(console, case)
    console.pass_time(hours=1)
    console.press(f.Reopened, case, by="priya", reason="arrived broken again")
    console.pass_time(hours=1)
    ended(console, case)

    minutes = {
        name: measured(name).value / 60
        for name in ("time_to_escalate", "time_to_accept", "time_to_resolve_first", "time_to_resolve_full")
    }
    assert minutes == {
        "time_to_escalate": 90,
        "time_to_accept": 10,
        "time_to_resolve_first": 160,
        "time_to_resolve_full": 280,
    }
    at_level = {level: seconds / 60 for level, seconds in measured("time_at_level", "level").items()}
    assert at_level == {
        "agent": 90,
        "supervisor": 65,
    }  # 70 minutes the first time, 60 the second: their median
    assert fraction(measured("reopen_rate")) == (1, 2)


def test_working_time_leaves_lunch_out(console, measured):
    """The shop's office shuts from 13:00 to 14:00."""
    case = console.writes("Where is my parcel?")
    console.answers(case, "I am looking.")
    console.pass_time(hours=4)
    console.press(f.EscalationRequested, case, by="sam", requested_by="agent", override="tried")
    figure = measured("time_to_escalate")
    assert (figure.value / 3600, figure.working / 3600) == (4, 3)


def test_closed_within_the_limit(console, measured):
    """One closes in time, one after 31 days, one is still open when its 30 days are over, one is young."""
    soon, late, never = (
        console.writes("Where is my parcel?", customer=f"c{n}", chat=f"{n}") for n in range(3)
    )
    for case in (soon, late, never):
        escalated(console, case)
    ended(console, soon)
    console.watch.forward(days=31)
    ended(console, late)
    young = console.writes("How do I clean it?", customer="y", chat="y")
    escalated(console, young)
    assert fraction(measured("closed_within_limit")) == (1, 3)


def test_deadlines_count_once_whenever_they_were_found_late(console, measured):
    """First answers: one in time, one an hour late after the sweep saw it, one late without a sweep."""
    in_time = console.writes("Where is my parcel?", customer="a", chat="a")
    console.answers(in_time, "On its way, I checked.")
    swept = console.writes("Where is my parcel?", customer="b", chat="b")
    console.pass_time(hours=2)
    console.answers(swept, "I checked, on its way.")
    unswept = console.writes("How do I clean it?", customer="c", chat="c")
    console.watch.forward(hours=3)
    console.answers(unswept, "With water, please.")
    assert measured("deadline_attainment", "clock")["first_response"] == pytest.approx(1 / 3)


def test_promises_kept_broken_let_off_and_not_yet_due(console, measured):
    case = console.writes("Where is my parcel?")
    soon = console.watch() + timedelta(hours=1)
    for what in ("one", "two", "three", "four"):
        console.press(f.PromiseMade, case, by="sam", what=what, due=soon)
    console.press(f.PromiseMade, case, by="sam", what="five", due=soon + timedelta(days=2))
    console.press(f.PromiseKept, case, by="sam", promise=1)
    console.press(f.PromiseReleased, case, by="sam", promise=2)
    console.pass_time(hours=2)
    console.press(f.PromiseKept, case, by="sam", promise=3)
    assert fraction(measured("promise_kept_rate")) == (1, 3)  # kept; done late; broken


def test_a_broken_promise_told_before_the_customer_asks(console, measured):
    told = console.writes("Where is my parcel?", customer="a", chat="a")
    had_to_ask = console.writes("Where is my parcel?", customer="b", chat="b")
    silent = console.writes("Where is my parcel?", customer="c", chat="c")
    due = console.watch() + timedelta(hours=1)
    for case in (told, had_to_ask, silent):
        console.press(f.PromiseMade, case, by="sam", what="call you", due=due)
    console.pass_time(hours=2)
    console.press(f.UpdateSent, told, by="sam", text="I am late with my call, sorry.", kind="delay")
    console.writes("You said you would call!", customer="b", chat="b")
    console.answers(had_to_ask, "Sorry, calling now.")
    assert fraction(measured("broken_promise_recovery")) == (1, 2)


def test_contacts_that_were_followed_by_another(console, measured):
    """Three contacts about one matter, two days and then ten days apart, and one that is too young to tell."""
    case = console.writes("Where is my parcel 4711?", chat="1")
    console.watch.forward(days=2)
    console.press(f.MessageReceived, case, author="customer", text="Parcel 4711, again.", interaction="2")
    console.watch.forward(days=10)
    console.press(f.MessageReceived, case, author="customer", text="Parcel 4711, once more.", interaction="3")
    console.watch.forward(days=8)
    console.writes("How do I clean it?", customer="z", chat="z")
    assert fraction(measured("repeat_contact_rate")) == (1, 3)


def test_cases_passed_around(console, measured):
    calm = console.writes("How do I clean it?", customer="a", chat="a")
    passed = console.writes("Where is my parcel?", customer="b", chat="b")
    once = console.writes("My invoice is wrong.", customer="c", chat="c")
    for case, times in ((passed, 2), (once, 1)):
        for _change in range(times):
            taker = "tom" if console.case(case).owner != "tom" else "sam"
            console.press(f.HandedOver, case, by="priya", to=taker)
            console.press(f.HandoffAccepted, case, by=taker)
    assert [console.case(case).owner_changes for case in (calm, passed, once)] == [0, 2, 1]
    assert fraction(measured("bounce_rate")) == (1, 3)


FURIOUS = "This is unacceptable, I am furious! I am cancelling everything and leaving you for good. Useless!"


def alarm(console, customer: str) -> int:
    """Words that are worth an alert before anybody has escalated."""
    case = console.writes(FURIOUS, customer=customer, chat=customer)
    assert console.case(case).alerts == 1
    assert console.case(case).escalation is None
    return case


def test_alerts_that_came_true_and_those_that_ended_calm(console, measured):
    true, calm = alarm(console, "a"), alarm(console, "b")
    console.watch.forward(minutes=20)
    console.answers(true, "I am so sorry. Let me look into it.")
    console.writes("Hello?", customer="a", chat="a")
    console.watch.forward(minutes=10)
    escalated(console, true)
    console.answers(calm, "I am sorry. I have put it right.")
    console.writes("Thank you so much, that is wonderful, I am very happy!", customer="b", chat="b")
    ended(console, calm)
    ended(console, true)
    assert fraction(measured("alert_precision")) == (1, 2)
    assert fraction(measured("calmed_rate")) == (1, 2)
    assert measured("lead_time").value == 30 * 60
    assert measured("lead_time_turns").value == 2


def test_alerts_per_agent_and_day(console, measured):
    """Two alerts on a Monday and the Tuesday after it: four agents of the front line, two open days so far."""
    alarm(console, "a")
    alarm(console, "b")
    console.watch.forward(days=1)
    week = replace(asked({"period": "7d"}).ask, start=datetime(2026, 3, 2, tzinfo=UTC))
    figure = BY_NAME["alerts_per_agent_day"].figure(week, pages.world().roster)
    assert (figure.part, figure.whole) == (2, 8)


def test_packets_complete_at_acceptance(console, measured):
    """The shop requires four facts. A bare complaint lacks what they want; another has everything."""
    full = console.writes("My blender arrived broken. I want my money back.", customer="a", chat="a")
    required = len(pages.world().policy.required_slots)
    escalated(console, full)
    assert fraction(measured("handoff_completeness")) == (required, required)
    bare = console.writes("Hm.", customer="b", chat="b")
    console.press(f.EscalationRequested, bare, by="sam", requested_by="agent", override="now")
    lacking = len(console.case(bare).escalation.missing)
    assert lacking > 0
    console.press(
        f.SlotFilled, bare, by="sam", slot=console.case(bare).escalation.missing[0], value="said on the phone"
    )
    console.press(f.HandoffAccepted, bare, by=console.case(bare).asked.person)
    assert fraction(measured("handoff_completeness")) == (2 * required - lacking + 1, 2 * required)


def test_hand_offs_after_which_the_customer_was_asked_again(console, measured):
    """Both told their order number; only one receiver asks for it again."""
    for customer in ("a", "b"):
        case = console.writes(
            f"My order number is 88-204{ord(customer)}. It is broken.", customer=customer, chat=customer
        )
        taker = escalated(console, case)
        question = "What is your order number?" if customer == "a" else "I will send a new one today."
        console.answers(case, question, by=taker)
    assert fraction(measured("asked_again_rate")) == (1, 2)


def test_times_explained(console, measured):
    case = console.writes("My blender arrived broken and the motor smells burnt.")
    console.answers(case, "Could you tell me what happened?")
    console.writes("As I said before, my blender arrived broken and the motor smells burnt.")
    assert console.case(case).explained.times == 2
    console.writes("How do I clean the kettle?", customer="b", chat="b")
    assert console.case(2).explained.times == 1
    assert measured("times_explained").value == 1.5


def test_ratings(console, measured):
    for score in (5, 4, 3, 1):
        case = console.writes("Where is my parcel?", customer=f"c{score}", chat=f"{score}")
        ended(console, case)
        console.press(f.Rated, case, score=score)
    assert fraction(measured("csat_top2")) == (2, 4)
    assert measured("csat_mean").value == 3.25


def test_consults_that_averted_a_transfer(console, measured):
    for averted in (True, False, None):
        case = console.writes("Where is my parcel?", customer=f"c{averted}", chat=f"{averted}")
        console.press(f.ConsultAsked, case, by=console.case(case).owner, question="What would you do?")
        console.press(f.ConsultAnswered, case, by="priya", advice="Offer a new one.", averted=averted)
    assert fraction(measured("consults_averted")) == (1, 2)


def test_a_merged_case_counts_once(console, measured):
    first = console.writes("My blender is broken.")
    second = console.writes("The invoice 991 has the wrong name on it.", chat="c2")
    console.house.desk.merge(second, first, by="sam", press="m1", at=console.watch())
    assert fraction(measured("escalation_rate")) == (0, 1)


def test_over_time_each_piece_counts_its_own(console):
    console.writes("Where is my parcel?", customer="a", chat="a")
    console.watch.forward(days=7)
    escalated(console, console.writes("Where is my parcel?", customer="b", chat="b"))
    found = asked({"from": "2026-03-02", "to": "2026-03-15", "by": "week"})
    assert [one.value for one in BY_NAME["escalation_rate"].series(found.ask)] == [0.0, 1.0]
    assert [one.value for one in BY_NAME["time_to_escalate"].series(found.ask)] == [None, 0.0]


def test_nothing_counted_is_no_figure(console, measured):
    assert {measure.name: measured(measure.name).value for measure in MEASURES} == {
        measure.name: 0 if measure.per_agent_day else None for measure in MEASURES
    }


# --- periods ----------------------------------------------------------------------------------------------------------

LISBON = ZoneInfo("Europe/Lisbon")


def test_weeks_begin_on_monday_midnight_of_the_house():
    found = period(
        {"from": "2026-03-25", "to": "2026-04-07", "by": "week"}, datetime(2026, 4, 7, 12, tzinfo=UTC), LISBON
    )
    assert [f"{bound:%m-%d %H:%M}" for bound in found.bounds] == [
        "03-25 00:00",
        "03-29 23:00",
        "04-05 23:00",
        "04-07 23:00",
    ]


@pytest.mark.parametrize(
    "query", [{"from": "x", "to": "y"}, {"from": "2026-03-02", "to": "2026-03-01"}, {"period": "9y"}]
)
def test_a_period_nobody_can_read_is_the_usual_one(query):
    found = period(query, datetime(2026, 3, 2, 10, tzinfo=UTC), LISBON)
    assert (found.name, found.end - found.start) == ("30d", timedelta(days=30))


# --- pages ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("person", "status"), [("priya", 200), ("clara", 200), ("ingrid", 200), ("sam", 403), ("", 302)]
)
@pytest.mark.parametrize(
    "path", ["/insights", "/insights/escalation_rate", "/insights.csv", "/insights.json"]
)
def test_who_may_see_insights(console, person, status, path):
    assert console.as_(person).get(path).status_code == status


def test_every_measure_has_a_page_with_its_formula_and_its_cases(console):
    case = console.writes("Where is my parcel?", product="kettle")
    escalated(console, case)
    ended(console, case, "agent")
    console.press(f.Rated, case, score=5)
    clara = console.as_("clara")
    for measure in MEASURES:
        page = clara.get(f"/insights/{measure.name}").content.decode()
        assert measure.formula.split("÷")[0].strip()[:20] in page
    page = clara.get("/insights/escalation_rate").content.decode()
    assert f'href="/conversations/{case}"' in page
    assert "100.0%" in page
    assert clara.get("/insights/made_up").status_code == 404


def test_the_cases_to_look_at_are_those_that_make_the_figure_worse(console, measured):
    fine, late = (console.writes("Where is my parcel?", customer=name, chat=name) for name in "ab")
    for case in (fine, late):
        console.press(f.PromiseMade, case, by="sam", what="call", due=console.watch() + timedelta(hours=1))
    console.press(f.PromiseKept, fine, by="sam", promise=1)
    console.pass_time(hours=2)  # the broken one goes up by itself
    escalated(console, fine)
    calm = console.writes("How do I clean it?", customer="c", chat="c")
    ask = asked(LONG).ask
    assert dict(BY_NAME["promise_kept_rate"].cases(ask)) == {fine: False, late: True}
    assert dict(BY_NAME["escalation_rate"].cases(ask)) == {calm: False, fine: True, late: True}
    assert BY_NAME["time_to_accept"].cases(ask) == [(fine, False)]


def test_the_export_says_what_the_page_says(console):
    escalated(console, console.writes("Where is my parcel?"))
    clara = console.as_("clara")
    rows = list(csv.DictReader(io.StringIO(clara.get("/insights.csv").content.decode())))
    assert {row["measure"] for row in rows} == {measure.name for measure in MEASURES}
    rate = next(row for row in rows if row["measure"] == "escalation_rate" and not row["split"])
    assert (rate["value"], rate["part"], rate["whole"]) == ("1.0", "1.0", "1.0")
    told = clara.get("/insights.json").json()
    assert (told["from"], told["to"]) == ("2026-02-01", "2026-03-02")
    assert len(told["figures"]) == len(rows)


def test_figures_are_worked_out_once_a_minute(console, django_assert_num_queries):
    console.writes("Where is my parcel?")
    clara = console.as_("clara")
    clara.get("/insights")
    with django_assert_num_queries(QUERIES_OF_A_KEPT_PAGE):
        clara.get("/insights")
    console.writes("How do I clean it?", customer="b", chat="b")
    console.watch.forward(minutes=1)
    assert "0 ÷ 2" in clara.get("/insights").content.decode()


QUERIES_OF_A_KEPT_PAGE = 5  # session, user, groups, what the page keeps, and the counts of the menu


def test_the_reference_page_is_up_to_date(repository):
    page = (repository / "docs" / "reference" / "measures.md").read_text(encoding="utf-8")
    assert page == render(), "run: python -m leeway.web.insights.reference docs/reference/measures.md"
