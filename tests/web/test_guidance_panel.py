"""The guidance panel: what it suggests, what pressing does, and who may."""

from __future__ import annotations

import re

import pytest

pytest_plugins = ["tests.web.console"]
pytestmark = pytest.mark.db

AGAIN = "My router drops every evening. This is the third time I'm explaining this and nobody calls me back!"


@pytest.fixture
def case(console) -> int:
    return console.writes(AGAIN, name="Ada Whitlock")


def suggestions(console, case: int, person: str = "priya") -> list[tuple[str, str]]:
    page = console.as_(person).get(f"/conversations/{case}").content.decode()
    return re.findall(r'data-play="([^"]+)" data-move="([^"]+)" data-alt', page)


def test_the_workspace_says_what_to_say_next_and_why(console, case):
    page = console.as_("priya").get(f"/conversations/{case}").content.decode()
    assert "your router drops every evening" in page
    assert "nobody has said the matter back" in page
    assert ("being_heard.again", "paraphrase") in suggestions(console, case)


def test_a_calm_conversation_has_nothing_added(console):
    calm = console.writes("Good morning, do you have the blue kettle in stock?", chat="calm", customer="finn")
    assert suggestions(console, calm) == []
    assert "Nothing to add" in console.as_("priya").get(f"/conversations/{calm}").content.decode()


def test_what_was_said_already_is_not_suggested_again(console, case):
    before = [move for _, move in suggestions(console, case)]
    console.answers(
        case, "So your router drops every evening and nobody called you back. Have I got that right?"
    )
    console.writes("Yes. This is so frustrating!", chat="chat-1")
    assert "paraphrase" in before
    assert "paraphrase" not in [move for _, move in suggestions(console, case)]


def test_not_helpful_is_remembered_and_stands_in_the_history(console, case):
    answer = console.as_("priya").post(
        f"/conversations/{case}/guidance/unhelpful",
        {"play": "being_heard.again", "move": "paraphrase", "key": "k1"},
    )
    assert answer.status_code == 204
    assert "being_heard.again" in console.case(case).unhelpful
    assert "being_heard.again" not in [play for play, _ in suggestions(console, case)]
    history = console.as_("priya").get(f"/escalations/{case}/history").content.decode()
    assert "suggestion did not help" in history.lower()


def test_used_is_counted_once_however_often_it_is_pressed(console, case):
    press = {"play": "being_heard.again", "move": "paraphrase", "key": "k1"}
    for _ in range(2):
        console.as_("priya").post(f"/conversations/{case}/guidance/used", press)
    assert console.case(case).guidance_used == 1


@pytest.mark.parametrize(
    ("what", "form", "status"),
    [
        ("used", {"play": "", "move": "paraphrase"}, 400),
        ("used", {"play": "x", "move": "dance"}, 400),
        ("loved", {"play": "x", "move": "paraphrase"}, 400),
    ],
)
def test_what_is_no_suggestion_is_refused(console, case, what, form, status):
    assert console.as_("priya").post(f"/conversations/{case}/guidance/{what}", form).status_code == status


def test_a_stranger_does_not_learn_that_the_case_exists(console, case):
    console.answers(case, "Let me look at it right now.", by="sam")
    form = {"play": "being_heard.again", "move": "paraphrase"}
    assert console.as_("felix").post(f"/conversations/{case}/guidance/used", form).status_code == 404
    assert console.as_("clara").post(f"/conversations/{case}/guidance/used", form).status_code == 403


def test_a_whisper_stands_on_top_until_the_owner_has_answered(console, case):
    console.answers(case, "Let me look.", by="sam")
    console.answers(case, "Offer the engineer visit, it is free for her.", by="priya", internal=True)
    page = console.as_("sam").get(f"/conversations/{case}").content.decode()
    assert 'class="card whisper"' in page
    console.answers(case, "An engineer can come tomorrow, free of charge.", by="sam")
    assert 'class="card whisper"' not in console.as_("sam").get(f"/conversations/{case}").content.decode()


def test_what_a_customer_writes_stays_words_in_the_panel(console):
    evil = '<img src=x onerror=alert(1)> "quoted" {{ 7*7 }}'
    number = console.writes(f"This is unacceptable, my parcel {evil} was never delivered!", chat="evil")
    page = console.as_("priya").get(f"/conversations/{number}").content.decode()
    assert "<img src=x" not in page


# --- relief -----------------------------------------------------------------------------------------------------------

STORM = "I am furious, this is outrageous! You lied to me, you are the worst company ever, how dare you!"


def test_a_run_of_heated_conversations_suggests_relief_to_who_leads_them(console):
    for number in range(3):
        case = console.writes(STORM, chat=f"storm-{number}", customer=f"c{number}", name=f"Storm {number}")
        console.answers(case, "Let me look into that for you.", by="sam")
    page = console.as_("priya").get("/").content.decode()
    assert "Relief suggested" in page
    assert 'id="relief-sam"' in page
    assert console.case(1).owner == "sam", "suggested, never done"
    assert "Relief suggested" not in console.as_("june").get("/").content.decode()


def test_two_heated_conversations_are_no_run_yet(console):
    for number in range(2):
        case = console.writes(STORM, chat=f"storm-{number}", customer=f"c{number}")
        console.answers(case, "Let me look into that for you.", by="sam")
    assert "Relief suggested" not in console.as_("priya").get("/").content.decode()


# --- the customer at a glance -----------------------------------------------------------------------------------------


def test_the_customer_at_a_glance_shows_value_feelings_offers_and_what_they_wait_for(console):
    about = {"tier": "gold", "spend": 124_000, "purchases": 17}
    old = console.writes(
        "My kettle is broken, I am furious!", chat="one", customer="ada", name="Ada", about=about
    )
    console.answers(old, "I can offer you a 10% discount. I will call you back by tomorrow noon.", by="sam")
    console.pass_time(days=1)
    console.writes("Hello, is the red lamp in stock?", chat="two", customer="ada")
    page = console.as_("priya").get(f"/conversations/{old}").content.decode()
    panel = page[page.index("Customer at a glance") :]
    assert "17 purchases" in panel
    assert "1,240" in panel
    assert "discount" in panel
    assert "call you back" in panel
    assert "angry" in panel
