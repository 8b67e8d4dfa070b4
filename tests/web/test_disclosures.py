"""Must say, must not say: on the agent's page, in the API, in the figures."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from leeway.core import facts as f
from leeway.core.disclosure import Disclosure
from leeway.store import documents
from leeway.store.queries.measures import BY_NAME
from leeway.web.insights.views import asked
from tests.web.pages import Caller

pytest_plugins = ["tests.web.console"]

LONG = {"period": "365d"}
RECORDED = Disclosure("recorded", say="This chat may be recorded.", counts=("chat (is|may be) recorded",))
GOODBYE = Disclosure("way_back", say="Just answer here if anything is left.", when="before_closing")
CERTAIN = Disclosure(
    "no_certain_day", never="No day is certain.", counts=("guarantee",), instead="It is due then."
)


@pytest.fixture
def with_disclosures(console):
    driver = console.house.driver()
    driver.begin()
    policy = documents.published(driver).policy
    new = replace(policy, disclosures=(RECORDED, GOODBYE, CERTAIN))
    documents.publish(driver, new, at=console.watch())
    driver.commit()
    driver.close()
    return console


def page(console, number: int) -> str:
    return console.as_("priya").get(f"/conversations/{number}").content.decode()


def test_the_agent_sees_what_is_to_be_said_and_can_insert_it(with_disclosures):
    console = with_disclosures
    number = console.writes("Where is my order?")
    shown = page(console, number)
    assert 'data-inserts="This chat may be recorded."' in shown
    assert "to be said" in shown


def test_said_is_shown_with_its_words_and_where_they_stand(with_disclosures):
    console = with_disclosures
    number = console.writes("Where is my order?")
    console.answers(number, "Hello, this chat is recorded. I guarantee it comes.", by="sam")
    case = console.case(number)
    shown = page(console, number)
    assert case.disclosures["recorded"].state == "said"
    assert f'href="#m-{case.disclosures["recorded"].message}">“chat is recorded”' in shown
    assert "should not have been said" in shown


def test_missed_is_shown_and_counted(with_disclosures):
    console = with_disclosures
    said, missed = console.writes(chat="a", customer="a"), console.writes(chat="b", customer="b")
    console.answers(said, "Hello, this chat is recorded. Just answer here if anything is left.", by="sam")
    console.answers(missed, "Hello.", by="sam")
    console.answers(missed, "By the way, this chat is recorded.", by="sam")  # too late
    console.press(f.Resolved, said, by="sam", how="found")
    assert "said late" in page(console, missed)
    figure = BY_NAME["disclosure_said_rate"].figure(asked(LONG).ask)
    assert (figure.part, figure.whole) == (2, 3)


def test_the_api_tells_the_list(with_disclosures):
    console = with_disclosures
    number = console.writes("Where is my order?")
    console.answers(number, "I guarantee it comes.", by="sam")
    told = Caller(console.house, "cases:read").get(f"cases/{number}/disclosures").json()
    assert [(one["disclosure"]["name"], one["standing"]) for one in told["disclosures"]] == [
        ("way_back", "open"),
        ("recorded", "missed"),
    ]
    assert [one["name"] for one in told["forbidden"]] == ["no_certain_day"]


def test_the_history_says_it_in_words(with_disclosures):
    console = with_disclosures
    number = console.writes("Where is my order?")
    console.answers(number, "I guarantee it comes.", by="sam")
    shown = console.as_("priya").get(f"/escalations/{number}/history").content.decode()
    assert "not said when its turn came: recorded" in shown
    assert "said what must not be said: no certain day: “guarantee”" in shown
