"""Watch: what is urgent on top, the same cost however much there is, made once for everybody who sees the same."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leeway.core import facts as f
from leeway.store.queries import watch
from leeway.store.queries.cases import visible_cases
from tests.web.console import ROLES

pytest_plugins = ["tests.web.console"]
pytestmark = pytest.mark.db

CROSS = "This is the third time I'm explaining this. It is ridiculous, I am furious!"


def escalate(console, number: int, **more):
    case = console.writes("My parcel is lost.", chat=f"chat-{number}", customer=f"customer{number}")
    console.answers(case, "Let me look.", by="sam")
    console.press(f.EscalationRequested, case, by="sam", requested_by="agent", override="at once", **more)
    return case


def brew(console, number: int) -> int:
    case = console.writes("My parcel is lost.", chat=f"brew-{number}", customer=f"brewing{number}")
    console.answers(case, "Let me look.", by="sam")
    console.writes(CROSS, chat=f"brew-{number}", customer=f"brewing{number}")
    return case


def words(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_an_empty_house_says_what_will_stand_here(console):
    said = words(console.as_("priya").get("/"))
    assert "All calm" in said
    assert "Nobody is waiting at a higher level." in said
    assert "No conversation looks likely to escalate." in said


def test_the_escalation_whose_clock_runs_out_first_is_on_top(console):
    first = escalate(console, 1)
    console.watch.forward(minutes=3)
    second = escalate(console, 2)
    page = console.as_("priya").get("/").content.decode()
    assert 0 < page.index(f'id="row-{first}"') < page.index(f'id="row-{second}"')


def test_a_brewing_conversation_stands_there_with_the_reason_in_the_customers_words(console):
    case = brew(console, 1)
    page = console.as_("sam").get("/").content.decode()
    assert f'id="brew-{case}"' in page
    assert "Anger: “furious”" in page


def test_the_numbers_in_the_heading_are_of_all_there_are(console):
    for number in range(watch.BREWING_SHOWN + 2):
        brew(console, number)
    escalate(console, 99)
    assert f"1 storm, {watch.BREWING_SHOWN + 2} brewing" in words(console.as_("priya").get("/"))


@pytest.mark.parametrize("many", [3, 25])
def test_the_page_asks_the_database_as_often_for_many_lines_as_for_one(console, many):
    client = console.as_("priya")
    client.get("/")

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/").status_code == 200
        return len(queries)

    escalate(console, 0)
    brew(console, 0)
    one = asked()
    for number in range(1, many):
        escalate(console, number)
        if number < 6:
            brew(console, number)
    assert asked() == one


def test_what_everybody_sees_is_made_once(console):
    escalate(console, 1)
    console.as_("priya").get("/")
    with CaptureQueriesContext(connection) as queries:
        console.as_("omar").get("/watch/live")
    assert not [one for one in queries if '"leeway_case"."state"' in one["sql"]]


def test_the_next_fact_makes_a_new_picture(console):
    client = console.as_("priya")
    client.get("/")
    case = escalate(console, 1)
    assert f'id="row-{case}"' in client.get("/watch/live").content.decode()


def test_somebody_elses_mine_is_not_mine(console):
    case = escalate(console, 1)
    asked = console.case(case).asked.person
    ROLES.setdefault(asked, "supervisor")
    other = next(name for name in ("priya", "omar") if name != asked)
    assert f'id="row-{case}"' in console.as_(asked).get("/?mine=1").content.decode()
    assert f'id="row-{case}"' not in console.as_(other).get("/?mine=1").content.decode()


def test_a_level_that_does_not_exist_narrows_nothing(console):
    case = escalate(console, 1)
    assert f'id="row-{case}"' in console.as_("priya").get("/?level=heaven").content.decode()
    assert "No open escalation is like this." in words(console.as_("priya").get("/?level=manager"))


def test_an_agent_sees_their_teams_cases_and_no_others(console):
    case = brew(console, 1)
    assert f'id="brew-{case}"' in console.as_("june").get("/").content.decode()
    assert f'id="brew-{case}"' not in console.as_("felix").get("/").content.decode()


def test_a_requested_escalation_is_told_apart_from_one_that_is_up(console):
    case = console.writes("My parcel is lost.")
    console.answers(case, "Let me look.", by="sam")
    console.press(f.EscalationRequested, case, by="sam", requested_by="agent")
    assert console.case(case).escalation.state == "requested"
    assert "requested 1" in words(console.as_("priya").get("/"))


def test_the_whole_page_speaks_the_readers_language(console):
    """No word of ours is left in English; what customers wrote and what the house named stays as it is."""
    escalate(console, 1)
    brew(console, 1)
    client = console.as_("priya")
    english = _own_words(client.get("/").content.decode())
    client.cookies["django_language"] = "es"
    spanish = _own_words(client.get("/").content.decode())
    same = {
        "Leeway",
        "Supervisor",
        "chat",
        "Sam D.",
        "Priya Raman",
        "Omar Khalil",
        "supervisor",
        "–",
        "✕",
        "Enter",
    }
    kept = {word for word in english & spanish if re.search(r"[a-z]{3}", word)} - same
    assert {word for word in kept if not _of_the_house(word)} == set()


def _own_words(page: str) -> set[str]:
    texts = re.findall(r">([^<]+)<", page) + re.findall(r'(?:title|aria-label|placeholder)="([^"]+)"', page)
    return {re.sub(r"\s+", " ", text).strip() for text in texts} - {""}


def _of_the_house(word: str) -> bool:
    names = (
        "Priya",
        "Omar",
        "Sam ",
        "Clara",
        "Marta",
        "Ingrid",
        "Customer",
        "Brewing1",
        "parcel",
        "third time",
    )
    labels = ("Manager", "Ombudsman", "Supervisor 1", "L2 ", "L3 ", "UTC", "WET", "÷", " min", "neutral")
    return any(part in word for part in (*names, *labels))


def test_the_list_and_the_page_agree_on_who_sees_a_case(console):
    from leeway.web import house
    from leeway.web.access import viewer_of

    numbers = [escalate(console, 1), brew(console, 2), console.writes("Hello", chat="x", customer="y")]
    for person in ("priya", "sam", "june", "felix", "clara"):
        console.as_(person)
        from django.contrib.auth.models import User

        viewer = viewer_of(User.objects.get(username=person), house.world().roster)
        listed = set(visible_cases(viewer).values_list("pk", flat=True))
        for number in numbers:
            case = console.case(number)
            assert (number in listed) == (viewer.sees_everything or viewer.holds(case)), (person, number)
            assert number not in listed or viewer.may_see(case)


def test_what_takes_long_to_count_is_counted_seldom():
    import time

    from leeway.web.watch.shared import Shared

    shared, made = Shared(), []

    def slow() -> int:
        time.sleep(0.02)
        made.append(1)
        return len(made)

    def at(now: float) -> int:
        return shared.get_for("house", "week", 1, now, slow)

    assert [at(0), at(0.5), at(1.5)] == [1, 1, 1]  # a fiftieth of a second: good for two
    assert at(1_000) == 2
    assert at(5) == 3  # the clock was set back
