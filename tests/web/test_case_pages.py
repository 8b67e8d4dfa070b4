"""The pages of one case: what is written is escaped, what is pressed is done once, what is refused is not lost."""

from __future__ import annotations

import re
import uuid

import pytest

from leeway.core import facts as f
from leeway.core.cue import Cue
from leeway.web.cases.picture import marked
from leeway.web.cases.verbs import cents

pytest_plugins = ["tests.web.console"]
pytestmark = pytest.mark.db


@pytest.fixture
def case(console) -> int:
    number = console.writes("My parcel is lost. This is the third time I'm explaining this!")
    console.answers(number, "Let me look.", by="sam")
    return number


def toast(page) -> str:
    found = re.search(r"data-toast><span>([^<]*)", page.content.decode())
    return found[1] if found else ""


# --- marks ------------------------------------------------------------------------------------------------------------


def test_a_message_can_be_no_markup_of_ours():
    text = '<script>alert(1)</script> & "you" </mark>'
    shown = str(marked(text, (Cue("anger", 1.0, start=0, end=8), Cue("shouting", 1.0, start=36, end=43))))
    assert "<script" not in shown
    assert re.sub(r"</?mark[^>]*>|<sup>.*?</sup>", "", shown).count("<") == 0
    assert "&lt;script&gt;" in shown


def test_marks_beyond_the_text_mark_nothing():
    assert (
        str(marked("short", (Cue("anger", 1.0, start=3, end=99), Cue("anger", 1.0, start=-2, end=2))))
        == "short"
    )
    assert str(marked("", (Cue("anger", 1.0, start=0, end=0),))) == ""


def test_signs_that_overlap_share_one_mark_and_are_both_named():
    shown = str(
        marked(
            "never ever again", (Cue("frustration", 1.0, start=0, end=10), Cue("anger", 1.0, start=6, end=16))
        )
    )
    assert shown == '<mark class="storm">never ever again</mark> <sup>frustration, anger</sup>'


@pytest.mark.parametrize("path", ["/conversations/{}", "/escalations/{}", "/escalations/{}/history", "/"])
def test_hostile_words_stay_words_on_every_page(console, path):
    evil = "<img src=x onerror=alert(1)>\"'{{ 7*7 }}{% now %}"
    case = console.writes(f"I am furious {evil}", name=f"Eve {evil}", subject=evil)
    console.answers(case, f"Sorry {evil}", by="sam")
    console.press(f.EscalationRequested, case, by="sam", requested_by="agent", override=evil, note=evil)
    page = console.as_("priya").get(path.format(case)).content.decode()
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


# --- pressing ---------------------------------------------------------------------------------------------------------


def test_every_form_carries_a_number_of_its_own(console, case):
    console.press(f.AttemptMade, case, by="sam", offer="A credit")
    for path in (f"/conversations/{case}", f"/escalations/{case}"):
        page = console.as_("priya").get(path).content.decode()
        forms = re.findall(r'<form[^>]*action="/cases/\d+/do/.*?</form>', page, re.DOTALL)
        keys = [re.search(r'name="key" value="([0-9a-f]{32})"', form) for form in forms]
        assert len(forms) > 8
        assert all(keys)
        assert len({key[1] for key in keys}) == len(forms)
        assert all(f'name="back" value="{path}"' in form for form in forms)


def test_pressed_twice_is_done_once(console, case):
    key = uuid.uuid4().hex
    for _ in range(2):
        answer = console.as_("sam").post(f"/cases/{case}/do/reply", {"text": "I am on it.", "key": key})
        assert answer.status_code == 302
    page = console.as_("sam").get(f"/conversations/{case}").content.decode()
    assert page.count("I am on it.") == 1


def test_one_comes_back_to_where_the_button_was_and_never_elsewhere(console, case):
    sam = console.as_("sam")
    here = sam.post(f"/cases/{case}/do/note", {"text": "x", "back": f"/escalations/{case}"})
    assert here.headers["location"] == f"/escalations/{case}"
    for evil in ("https://evil.example/", "//evil.example", "javascript:alert(1)"):
        away = sam.post(f"/cases/{case}/do/note", {"text": "x", "back": evil})
        assert away.headers["location"] == f"/conversations/{case}"


def test_what_can_be_taken_back_offers_it(console, case):
    sam = console.as_("sam")
    page = sam.post(f"/cases/{case}/do/resolve", {"how": "Sent again."}, follow=True)
    assert toast(page).startswith("Resolved.")
    undo = re.search(r'action="([^"]+/do/reopen)"', page.content.decode())
    assert console.case(case).status == "resolved"
    sam.post(undo[1])
    assert console.case(case).status == "open"


def test_what_cannot_be_taken_back_does_not(console, case):
    page = console.as_("sam").post(f"/cases/{case}/do/reply", {"text": "On its way."}, follow=True)
    assert toast(page) == "Sent."
    assert "Undo" not in page.content.decode()


def test_a_press_that_changed_nothing_says_so(console, case):
    sam = console.as_("sam")
    for _ in range(2):
        page = sam.post(
            f"/cases/{case}/do/escalate", {"reason": "no_resolution", "override": "now"}, follow=True
        )
    assert toast(page).startswith("Nothing changed")


def test_news_of_every_kind_goes_out(console, case):
    for kind in ("update", "delay", "acknowledgement", "final_response"):
        answer = console.as_("sam").post(f"/cases/{case}/do/update", {"text": "News.", "kind": kind})
        assert answer.status_code == 302
    assert console.case(case).updates == 4


@pytest.mark.parametrize(
    ("verb", "sent"),
    [
        ("escalate", {"reason": "made_up"}),
        ("update", {"text": "x", "kind": "made_up"}),
        ("reply", {"text": "x" * 100_001}),
        ("reply", {"text": "x", "key": "k" * 300}),
        ("reply", {"text": "nul \x00"}),
        ("attempt", {"offer": "x", "amount": "-5"}),
        ("attempt", {"offer": "x", "amount": "1.234,50"}),
        ("promise", {"what": "x", "due": "tomorrow"}),
        ("keep", {"promise": "99"}),
        ("merge", {"into": "C-x"}),
        ("pause", {"cause": "lunch"}),
    ],
)
def test_a_form_that_makes_no_sense_is_refused_and_leaves_nothing_behind(console, case, verb, sent):
    before = console.case(case)
    answer = console.as_("sam").post(f"/cases/{case}/do/{verb}", sent)
    assert answer.status_code == 422
    assert console.case(case) == before


def test_what_one_wrote_comes_back_with_the_refusal(console, case):
    answer = console.as_("sam").post(
        f"/cases/{case}/do/update", {"text": "My long answer", "kind": "made_up"}
    )
    assert b"My long answer" in answer.content


@pytest.mark.parametrize(("typed", "minor"), [("12", 1200), ("12.5", 1250), ("12,50", 1250), ("0.05", 5)])
def test_amounts_as_people_type_them(typed, minor):
    assert cents(typed) == minor


# --- what they show ---------------------------------------------------------------------------------------------------


def test_the_pages_ask_as_often_for_a_long_story_as_for_a_short_one(console, case, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = console.as_("priya")
    paths = (f"/conversations/{case}", f"/escalations/{case}")
    for path in paths:
        client.get(path)

    def asked(path: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        return len(queries)

    for number in range(3):  # with everything on the page that a story brings
        console.writes(f"I still wait for the parcel of order 471{number}.")
        console.press(f.AttemptMade, case, by="sam", offer=f"First offer {number}")
    few = {path: asked(path) for path in paths}
    for number in range(30):
        console.writes(f"Message {number}. I am waiting.")
        console.press(f.AttemptMade, case, by="sam", offer=f"Offer {number}")
    assert {path: asked(path) for path in paths} == few


def test_a_promise_found_in_our_words_can_be_confirmed(console, case):
    console.answers(case, "I will send the replacement by tomorrow 16:00.", by="sam")
    page = console.as_("sam").get(f"/conversations/{case}").content.decode()
    assert 'data-fill-promise="1"' in page
    promise = console.case(case).promises[0]
    assert promise.state == "found"
    console.as_("sam").post(
        f"/cases/{case}/do/promise", {"what": promise.what, "due": "2026-03-04T16:00", "promise": "1"}
    )
    assert console.case(case).promises[0].state == "pending"


def test_the_history_tells_what_matters_and_who_was_told(console, case):
    console.press(f.EscalationRequested, case, by="sam", requested_by="agent", override="at once")
    page = console.as_("priya").get(f"/escalations/{case}/history").content.decode()
    said = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert "Escalation requested" in said
    assert "now at supervisor" in said
    for machinery in ("clock_started", "rest:", "void", "cancelled", "step:"):
        assert machinery not in said


def test_a_merged_case_leads_to_the_one_it_went_on_in(console, case):
    other = console.writes("Same parcel again.", chat="other")
    console.press(f.MergedInto, other, by="sam", into=case)
    answer = console.as_("sam").get(f"/conversations/{other}")
    assert answer.headers["location"] == f"/conversations/{case}"


def test_what_the_customer_was_told_stands_in_the_transcript(console):
    case = console.writes()
    console.answers(case, "Let me look into it.")
    console.press(f.UpdateSent, case, by=console.case(case).owner, text="Your refund left us this morning.")
    page = console.as_("priya").get(f"/conversations/{case}").content.decode()
    assert page.index("Let me look into it.") < page.index("Your refund left us this morning.")
    assert page.count("Let me look into it.") == 1


def test_a_case_that_is_over_says_so_and_alarms_nobody(console):
    case = console.writes("This is ridiculous! I want to speak to your supervisor now!")
    console.press(f.Resolved, case, by=console.case(case).owner, how="Refunded.")
    for place in ("conversations", "escalations"):
        page = console.as_("priya").get(f"/{place}/{case}").content.decode()
        assert '<span class="chip calm">resolved</span>' in page
        assert "probability that this case escalates" not in page
