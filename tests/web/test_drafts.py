"""The reader of drafts beside the composer: what it marks, what pressing does, and who may."""

from __future__ import annotations

import html
import re

import pytest

pytest_plugins = ["tests.web.console"]
pytestmark = pytest.mark.db

ANGRY = "This is the third time! My order A-7712 is broken and I am absolutely furious."


@pytest.fixture
def case(console) -> int:
    return console.writes(ANGRY)


def marks(console, case: int, text: str, person: str = "priya") -> list[dict[str, str]]:
    answer = console.as_(person).post(f"/conversations/{case}/draft", {"text": text})
    assert answer.status_code == 200
    items = re.findall(r"<li data-mark ([^>]*)>", answer.content.decode())
    return [
        {name: html.unescape(value) for name, value in re.findall(r'data-(\w+)="([^"]*)"', item)}
        for item in items
    ]


def kinds(console, case: int, text: str, person: str = "priya") -> list[str]:
    return [mark["kind"] for mark in marks(console, case, text, person)]


def test_a_draft_is_marked_with_why_and_what_to_say_instead(console, case):
    text = "I'm sorry, Dana. We can't ship before Friday."
    (mark,) = [one for one in marks(console, case, text) if one["kind"] == "negative_phrasing"]
    assert mark["quote"] == "We can't ship before Friday."
    assert text[int(mark["start"]) : int(mark["end"])] == mark["quote"]
    assert mark["suggestion"] == "We can ship on Friday."


def test_the_case_knows_what_was_told_and_how_the_customer_feels(console, case):
    found = kinds(console, case, "May I have your order number?")
    assert {"asks_again", "no_acknowledgement"} <= set(found)


def test_a_fine_draft_and_an_empty_one_have_no_mark(console, case):
    assert marks(console, case, "") == []
    fine = (
        "I'm so sorry, Dana, three times is far too often. A new one leaves today and reaches you tomorrow."
    )
    assert marks(console, case, fine) == []


def test_offsets_count_as_a_browser_does(console, case):
    text = "\U0001f600 I'm sorry. We can't ship before Friday."
    (mark,) = [one for one in marks(console, case, text) if one["kind"] == "negative_phrasing"]
    units = text.encode("utf-16-le")
    start, end = 2 * int(mark["start"]), 2 * int(mark["end"])
    assert units[start:end].decode("utf-16-le") == mark["quote"]


def test_not_helpful_hides_the_words_from_whoever_said_so_and_from_all_when_enough_did(console, case):
    text = "I'm sorry. Calm down, it leaves today."
    (mark,) = marks(console, case, text)
    said = {"kind": mark["kind"], "phrase": mark["phrase"]}
    for _ in range(2):
        assert console.as_("priya").post(f"/conversations/{case}/draft/unhelpful", said).status_code == 204
    assert marks(console, case, text, "priya") == []
    owner = console.case(case).owner
    assert kinds(console, case, text, owner) == ["dismissive"]
    for person in ("sam", "june"):
        console.as_(person).post(f"/conversations/{case}/draft/unhelpful", said)
    assert marks(console, case, text, "omar") == []
    page = console.as_("ingrid").get("/settings/drafts").content.decode()
    assert "calm down" in page
    assert "muted" in page
    console.as_("ingrid").post("/settings/drafts/switch-on", said)
    assert kinds(console, case, text, "omar") == ["dismissive"]


def test_a_kind_that_misses_something_is_never_muted_for_the_house(console, case):
    said = {"kind": "no_acknowledgement", "phrase": ""}
    for person in ("priya", "sam", "june"):
        console.as_(person).post(f"/conversations/{case}/draft/unhelpful", said)
    text = "The new one leaves today and reaches you tomorrow."
    assert "no_acknowledgement" not in kinds(console, case, text, "priya")
    assert "no_acknowledgement" in kinds(console, case, text, "omar")


@pytest.mark.parametrize(("kind", "phrase"), [("rude", "x"), ("blame", "x" * 81), ("blame", "x\x00")])
def test_what_is_no_mark_can_not_be_voted_on(console, case, kind, phrase):
    answer = console.as_("priya").post(
        f"/conversations/{case}/draft/unhelpful", {"kind": kind, "phrase": phrase}
    )
    assert answer.status_code == 400


def test_strangers_read_no_drafts_and_change_no_settings(console, case):
    sent = {"text": "Calm down."}
    assert console.as_("").post(f"/conversations/{case}/draft", sent).status_code == 302
    assert console.as_("felix").post(f"/conversations/{case}/draft", sent).status_code == 404
    assert console.as_("felix").post(f"/conversations/{case}/draft/unhelpful", sent).status_code == 404
    assert console.as_("sam").get("/settings/drafts").status_code == 403
    assert console.as_("sam").post("/settings/drafts/switch-on", {}).status_code == 403


def test_a_draft_longer_than_a_message_is_refused(console, case):
    answer = console.as_("priya").post(f"/conversations/{case}/draft", {"text": "x" * 20_001})
    assert answer.status_code == 400


def test_the_questions_to_the_database_do_not_grow_with_the_conversation(
    console, case, django_assert_max_num_queries
):
    for number in range(8):
        console.writes(f"And number {number} is broken too!")
    client = console.as_("priya")
    client.post(f"/conversations/{case}/draft", {"text": "I'll refund you €500."})
    with django_assert_max_num_queries(16):
        client.post(f"/conversations/{case}/draft", {"text": "I'll refund you €500."})


def test_a_program_reads_a_draft_too_and_needs_a_token(console, case):
    from tests.web.pages import Caller

    program, stranger = Caller(console.house, "cases:read"), Caller(console.house, "roster:read")
    answer = program.post("drafts", {"case": case, "draft": "Calm down. We can't ship before Friday."})
    assert answer.status_code == 200
    told = answer.json()
    assert {"dismissive", "negative_phrasing"} <= {finding["kind"] for finding in told["findings"]}
    assert 0 <= told["tone"] <= 1
    assert program.post("drafts", {"case": 999_999, "draft": "x"}).status_code == 404
    assert program.post("drafts", {"case": case}).status_code == 422
    assert stranger.post("drafts", {"case": case, "draft": "x"}).status_code == 403
