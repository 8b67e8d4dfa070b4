"""The page of what the house knows, and the panel beside a conversation."""

from __future__ import annotations

import pytest

from leeway.store import knowledge
from leeway.store.knowledge import Text
from leeway.web.knowledge.written import rendered

pytest_plugins = ["tests.web.console"]
pytestmark = pytest.mark.db

BROKEN = "Take a photo of the damage and of the box. We send a replacement blender or refund the price."


def write(console, title: str, text: str, **more: str) -> int:
    return knowledge.write(Text(title=title, text=text, **more), by="clara", at=console.watch())


@pytest.fixture
def library(console) -> int:
    for place in range(8):
        write(
            console,
            f"Other matter {place}",
            f"Opening hours of shop number {place}, parking, vouchers and gifts.",
        )
    return write(console, "Blender arrived broken", BROKEN)


def beside(console, number: int, who: str = "priya") -> str:
    return console.as_(who).get(f"/conversations/{number}").content.decode()


def test_the_passage_that_helps_stands_beside_the_question_and_can_be_inserted(console, library):
    number = console.writes("My blender arrived broken and damaged. Do I need a photo to get a refund?")
    shown = beside(console, number)
    assert "May help now" in shown
    assert "<mark>photo</mark>" in shown
    assert f'data-inserts="{BROKEN}"' in shown


def test_nothing_is_shown_for_a_greeting_a_thanks_or_after_the_answer(console, library):
    number = console.writes("Hello, good morning!")
    assert "May help now" not in beside(console, number)
    number = console.writes("My blender arrived broken, I want a refund.", chat="b", customer="b")
    console.answers(number, "I am sorry, a new blender is on its way.", by="sam")
    assert "May help now" not in beside(console, number)


def test_nothing_is_shown_when_nothing_answers(console, library):
    number = console.writes("I was charged twice for my subscription and I want my money back.")
    assert "May help now" not in beside(console, number)


def test_whether_it_helped_is_noted_by_who_works_the_case_only(console, library):
    number = console.writes("My blender arrived broken, do I need a photo for the refund?")
    console.answers(number, "Let me see.", by="sam")
    path = f"/conversations/{number}/articles/{library}"
    codes = {
        who: console.as_(who).post(f"{path}/helped").status_code for who in ("sam", "clara", "felix", "")
    }
    assert codes == {"sam": 302, "clara": 403, "felix": 404, "": 302}
    console.as_("june").post(f"{path}/not")
    article = knowledge.article(library)
    assert (article.helped, article.not_helped) == (1, 1)
    assert console.as_("sam").get(f"{path}/helped").status_code == 405


def test_everybody_of_the_house_reads_and_searches_and_only_some_write(console, library):
    for who, writes in (("sam", False), ("clara", True), ("priya", True)):
        client = console.as_(who)
        assert "Blender arrived broken" in client.get("/knowledge?q=damaged+blender").content.decode()
        assert "photo of the damage" in client.get(f"/knowledge/{library}").content.decode()
        assert client.get("/knowledge/new").status_code == (200 if writes else 403)
        assert client.post(f"/knowledge/{library}/do/review").status_code == (302 if writes else 403)
    assert console.as_("").get("/knowledge").status_code == 302


def test_an_article_is_written_previewed_changed_and_retired(console):
    clara = console.as_("clara")
    told = {"title": "Warranty", "text": "**Two** years.\n", "kind": "article"}
    preview = clara.post("/knowledge/new", {**told, "act": "preview"}).content.decode()
    assert "<strong>Two</strong> years." in preview
    assert not knowledge.listed()
    clara.post("/knowledge/new", {**told, "act": "keep"})
    (article,) = knowledge.listed()
    clara.post(f"/knowledge/{article.pk}/edit", {**told, "text": "Three years.", "act": "keep"})
    assert knowledge.article(article.pk).text == "Three years."
    assert clara.post("/knowledge/new", {"title": "", "text": "x"}).status_code == 422
    clara.post(f"/knowledge/{article.pk}/do/retire")
    assert "Retired" in console.as_("sam").get(f"/knowledge/{article.pk}").content.decode()
    assert console.as_("clara").get("/knowledge/987654").status_code == 404


def test_what_needs_looking_after_is_on_the_page(console, library):
    for case in (1, 2, 3):
        knowledge.vote(library, case=case, person="sam", helped=False, at=console.watch())
    shown = console.as_("clara").get("/knowledge").content.decode()
    assert "To look after" in shown
    assert "does not help" in shown


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "![x](https://evil.example/pixel.png)",
        "<img src=x onerror=alert(1)>",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        '[x](https://a.example "onmouseover=alert(1)")',
    ],
)
def test_an_article_can_do_nothing(text: str):
    html = str(rendered(text))
    assert "<script" not in html
    assert "<img" not in html
    assert 'href="javascript' not in html
    assert 'href="data' not in html


def test_earlier_solutions_are_taken_in_by_a_button(console):
    number = console.writes("My blender arrived broken, I want a refund.")
    from leeway.core import facts as f

    console.answers(number, "I send a new one.", by="sam")
    console.press(
        f.Resolved, number, by="sam", how="Sent a new blender by express and refunded the shipping."
    )
    console.press(f.FollowUpAnswered, number, solved=True)
    console.as_("clara").post("/knowledge/solutions")
    (article,) = knowledge.listed(kind="solution")
    assert article.case == number
    assert "express" in article.text


def test_a_list_page_asks_as_often_for_one_article_as_for_many(console):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = console.as_("clara")
    counts = []
    for rows in (1, 5):
        for place in range(rows):
            write(console, f"Blender {rows} {place}", BROKEN)
        client.get("/knowledge?q=blender")
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get("/knowledge?q=blender")
        counts.append(len(asked))
    assert counts[0] == counts[1]
