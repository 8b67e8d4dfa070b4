"""The stranger test: sam may, june may because of sam's team, felix of another team may not, and nobody learns why."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from leeway.core import facts as f
from leeway.web.cases.verbs import VERBS

pytest_plugins = ["tests.web.console"]
pytestmark = pytest.mark.db

PAGES = (
    "conversations/{}",
    "conversations/{}/again",
    "escalations/{}",
    "escalations/{}/body",
    "escalations/{}/history",
)


@pytest.fixture
def case(console) -> int:
    number = console.writes("My parcel is lost.")
    console.answers(number, "Let me look.", by="sam")
    return number


@pytest.mark.parametrize("page", PAGES)
def test_a_case_is_seen_by_its_team_and_by_those_who_lead(console, case, page):
    path = f"/{page.format(case)}"
    seen = {who: console.as_(who).get(path).status_code for who in ("sam", "june", "priya", "clara", "felix")}
    assert seen == {"sam": 200, "june": 200, "priya": 200, "clara": 200, "felix": 404}
    assert console.as_("").get(path).status_code == 302


@pytest.mark.parametrize("page", PAGES)
def test_a_case_one_may_not_see_answers_like_one_that_is_not_there(console, case, page):
    felix = console.as_("felix")
    there, nowhere = felix.get(f"/{page.format(case)}"), felix.get(f"/{page.format(987_654)}")
    assert there.status_code == nowhere.status_code == 404
    assert _main(there) == _main(nowhere)


def _main(answer) -> str:
    return answer.content.decode().split("<main", 1)[1].split("</main>")[0]


@pytest.mark.parametrize("verb", VERBS)
def test_a_stranger_can_press_nothing(console, case, verb):
    before = console.case(case).version
    assert console.as_("felix").post(f"/cases/{case}/do/{verb}", {"text": "x"}).status_code == 404
    assert (
        console.as_("clara").post(f"/cases/{case}/do/{verb}", {"text": "x"}).status_code == 403
    )  # quality looks
    assert console.as_("").post(f"/cases/{case}/do/{verb}", {"text": "x"}).status_code == 302
    assert console.case(case).version == before


@pytest.mark.parametrize("verb", [name for name, verb in VERBS.items() if verb.for_leads])
def test_what_leads_do_is_not_for_agents(console, case, verb):
    assert console.as_("sam").post(f"/cases/{case}/do/{verb}", {"text": "x"}).status_code == 403


def test_nothing_is_pressed_by_following_a_link(console, case):
    assert console.as_("priya").get(f"/cases/{case}/do/join").status_code == 405


def test_nobody_merges_into_a_case_they_may_not_see(console, case):
    other = console.writes("Another matter.", chat="other", customer="eve")
    console.answers(other, "Hello.", by="felix")
    assert console.as_("felix").get(f"/conversations/{other}").status_code == 200
    answer = console.as_("felix").post(f"/cases/{other}/do/merge", {"into": f"C-{case}"})
    assert answer.status_code == 404
    assert console.case(other).merged_into is None


def test_who_sent_a_case_up_reads_on_and_presses_no_more(console, case):
    console.press(f.EscalationRequested, case, by="sam", requested_by="agent", override="at once")
    lead = console.case(case).asked.person
    console.press(f.HandoffAccepted, case, by=lead)
    assert console.case(case).owner == lead
    sam = console.as_("sam")
    page = sam.get(f"/conversations/{case}")
    assert page.status_code == 200
    assert b"composer" not in page.content
    assert sam.post(f"/cases/{case}/do/note", {"text": "x"}).status_code == 403


def test_somebody_without_a_role_sees_nothing_of_anybody(console, case):
    console.as_("sam")
    User.objects.get(username="sam").groups.clear()
    from django.test import Client

    client = Client()
    client.force_login(User.objects.get(username="sam"))
    assert client.get(f"/conversations/{case}").status_code == 404
    assert f"brew-{case}" not in client.get("/").content.decode()


def test_a_look_at_a_case_is_written_down_once_an_hour(console, case):
    from leeway.store.access_log import accesses

    for page in ("conversations", "escalations"):
        console.as_("priya").get(f"/{page}/{case}")
    console.as_("june").get(f"/escalations/{case}/history")
    assert sorted(person for person, _ in accesses(case)) == ["june", "priya"]


def test_a_page_may_run_nothing_of_anybody_elses(console):
    policy = console.as_("priya").get("/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
