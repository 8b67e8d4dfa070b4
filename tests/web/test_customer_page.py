"""The customer's own page: what it shows, what they can do there, and that nothing internal gets out."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from django.test import Client

from leeway.core import facts as f
from leeway.core.people import name_of
from leeway.desk import customer_link
from leeway.store.queries.links import StoredLinks, working_links
from leeway.web import house

pytest_plugins = ["tests.web.console"]

INTERNAL = (
    "internal note",
    "goodwill",
    "platinum",
    "churn",
    "Omar",
    "priya",
    "june",
    "supervisor",
    "refund up to",
    "lawyer or authority",
    "risk",
    "patience",
    "frustrated",
    "C-2",
)


def visible(page: bytes) -> list[str]:
    """What a person reads on a page, line by line."""
    body = page.decode().partition("<body")[2].partition(">")[2]
    text = re.sub(r"<[^>]+>", "\n", body)
    return [line for line in (html.unescape(part).strip() for part in text.split("\n")) if line]


@pytest.fixture
def customer():
    return Client()


def link_to(console, case: int, **options) -> str:
    made = customer_link.create(StoredLinks(), case, by="priya", now=console.watch(), **options)
    return f"/c/{made.secret}"


def shown(console, customer, address: str) -> list[str]:
    response = customer.get(address)
    assert response.status_code == 200
    return visible(response.content)


@pytest.fixture
def full_house(console):
    """A case with something of everything that must not get out, and a neighbour's case beside it."""
    case = console.writes(
        "My blender arrived broken. I want my money back. I will call my lawyer.",
        about={"tier": "platinum", "account": "ACME holding"},
        subject="goodwill exhausted, handle with care",
        product="blender X",
    )
    other = console.writes("Where is order 77?", chat="c9", customer="dana", subject="secret second case")
    assert other != case
    owner = console.case(case).owner
    console.answers(case, "internal note: she is difficult, do not pay", internal=True)
    console.press(f.AttemptMade, case, by=owner, offer="refund up to 60", kind="refund", amount=6000)
    console.press(f.SlotFilled, case, by=owner, slot="matter", value="internal summary of the packet")
    console.press(f.ConsultAsked, case, by=owner, question="Omar, may I refund?")
    console.press(
        f.PromiseMade,
        case,
        by=owner,
        what="a new blender at your door",
        due=console.watch() + timedelta(days=1),
    )
    console.press(
        f.PromiseMade, case, by=owner, what="call you back", due=console.watch() + timedelta(hours=3)
    )
    console.press(f.PromiseKept, case, by=owner, promise=2, note="internal note on how it was kept")
    return case


def test_the_page_shows_this_and_nothing_else(console, customer, full_house):
    case = console.case(full_house)
    assert case.escalation is not None
    assert case.risk > 0
    owner = name_of(house.world().roster, case.owner)
    lines = shown(console, customer, link_to(console, full_house))
    first, initials = owner.split()[0], "".join(word[0] for word in owner.split())
    assert lines == [
        "“My blender arrived broken.”",
        "Case C-1 · you told us on 2 March; you don't need to tell us again",
        initials,
        f"{owner} is looking after this",
        *("since", "10:00", "· somebody one step higher has been asked to take it"),
        "What happens next",
        *("An answer to what you wrote", "by", "11:00"),
        *(f"News from {first}", "by", "tomorrow 10:00", "· we write even if there is nothing new"),
        *("A new blender at your door", "promised by", "tomorrow 10:00"),
        *("Call you back", "promised, and done"),
        *("Our final answer", "by", "1 Apr 11:00", "at the latest"),
        *("What you asked for", "“I want my money back”"),
        f"Write to {first}",
        *("Send", "It's solved", "Not satisfied? Go one step higher"),
        "All times are in Europe/Lisbon. This page works until 1 April 2026. Only you have the link.",
    ]


def test_no_word_of_ours_stands_in_the_source_of_the_page(console, customer, full_house):
    page = customer.get(link_to(console, full_house)).content.decode()
    assert [word for word in INTERNAL if word in page] == []


def test_it_is_for_no_search_engine_and_tells_nobody_its_address(console, customer, full_house):
    response = customer.get(link_to(console, full_house))
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["Cache-Control"] == "no-store"
    assert not response.cookies
    assert b"<script" not in response.content


def test_links_that_do_not_work_all_look_the_same(console, customer):
    case = console.writes()
    expired = link_to(console, case, lasts=timedelta(hours=1))
    console.watch.forward(hours=1)
    revoked = link_to(console, case)
    StoredLinks().revoke(case, at=console.watch())
    answers = [customer.get(address) for address in (expired, revoked, "/c/made-up", f"/c/{'x' * 300}")]
    assert [answer.status_code for answer in answers] == [404] * 4
    assert len({answer.content for answer in answers}) == 1
    assert "This page is not there" in visible(answers[0].content)


def test_guessing_links_is_slowed_down(console, customer):
    answers = [customer.get(f"/c/guess-{n}", REMOTE_ADDR="203.0.113.9").status_code for n in range(31)]
    assert answers == [404] * 30 + [429]


def test_what_the_customer_writes_arrives_once(console, customer):
    case = console.writes()
    address = link_to(console, case)
    form = {"press": "write", "text": "The box was open, too.", "key": "k1"}
    for _again in range(2):
        response = customer.post(address, form)
        assert response.status_code == 302
    assert console.case(case).messages == 2
    assert "We have your message." in shown(console, customer, response["Location"])


def test_an_empty_message_is_asked_for_again(console, customer):
    response = customer.post(link_to(console, console.writes()), {"press": "write", "text": " "})
    assert response.status_code == 422
    assert "Write a word or two first." in visible(response.content)


def test_going_higher_happens_once_until_somebody_has_it(console, customer):
    case = console.writes()
    address = link_to(console, case)
    first = customer.post(address, {"press": "up", "text": "Three weeks!", "key": "k1"})
    second = customer.post(address, {"press": "up", "key": "k2"})
    assert (first["Location"].partition("?")[2], second["Location"].partition("?")[2]) == (
        "said=up",
        "said=up_already",
    )
    record = console.case(case).escalations
    assert [(item.request_source, item.requested_by, item.level) for item in record] == [
        ("customer", "customer", "supervisor")
    ]
    assert "it is on its way up already" in " ".join(shown(console, customer, second["Location"])).lower()


def test_at_the_top_of_the_house_there_is_no_step_higher(console, customer):
    case = console.writes()
    console.press(f.EscalationRequested, case, requested_by="api", to="mediator", override="test")
    taken_by = console.case(case).asked.person
    console.press(f.HandoffAccepted, case, by=taken_by)
    address = link_to(console, case)
    assert "Not satisfied? Go one step higher" not in shown(console, customer, address)
    refused = customer.post(address, {"press": "up", "key": "k"})
    assert refused.status_code == 409
    assert "mediator" not in refused.content.decode()


def test_solved_is_solved(console, customer):
    case = console.writes()
    address = link_to(console, case)
    customer.post(address, {"press": "solved", "key": "k"})
    assert (console.case(case).status, console.case(case).follow_up_solved) == ("closed", True)
    assert "This case is closed" in shown(console, customer, address)


def test_still_not_solved_opens_it_one_step_higher(console, customer):
    case = console.writes()
    address = link_to(console, case)
    console.press(f.Resolved, case, by="sam", how="sent a voucher")
    assert "It is still not solved" in shown(console, customer, address)
    customer.post(address, {"press": "unsolved", "text": "The voucher does not work", "key": "k"})
    after = console.case(case)
    assert (after.status, after.reopened, after.escalation.level) == ("open", 1, "supervisor")


def test_a_rating_is_given_once_and_only_at_the_end(console, customer):
    case = console.writes()
    address = link_to(console, case)
    customer.post(address, {"press": "rate", "score": "5", "key": "k0"})
    assert console.case(case).rating is None
    console.press(f.Resolved, case, by="sam", how="replaced")
    assert customer.post(address, {"press": "rate", "key": "k1"}).status_code == 422
    customer.post(address, {"press": "rate", "score": "4", "text": "Quick.", "key": "k2"})
    customer.post(address, {"press": "rate", "score": "1", "key": "k3"})
    assert (console.case(case).rating, console.case(case).status) == (4, "resolved")
    assert "How was this handled?" not in shown(console, customer, address)


def test_presses_are_limited(console, customer):
    address = link_to(console, console.writes())
    statuses = [customer.post(address, {"press": "write", "text": ""}).status_code for _ in range(21)]
    assert statuses == [422] * 20 + [429]


def test_the_page_speaks_the_language_of_the_customer(console, customer):
    spanish = console.writes(
        "Mi batidora llegó rota y nadie contesta.", customer="lucia", about={"language": "es"}
    )
    response = customer.get(link_to(console, spanish))
    assert response["Content-Language"] == "es"
    assert '<html lang="es">' in response.content.decode()


def test_a_case_that_went_on_in_another_is_seen_there(console, customer):
    first = console.writes("My blender is broken.")
    second = console.writes("The invoice 991 has the wrong name on it.", chat="c2")
    address = link_to(console, second)
    console.house.desk.merge(second, first, by="sam", press="m1", at=console.watch())
    assert "Case C-1" in " ".join(shown(console, customer, address))


# --- our own people ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("person", "status"), [("priya", 200), ("sam", 403), ("felix", 404), ("", 302), ("clara", 403)]
)
def test_who_may_make_a_link(console, person, status):
    case = console.writes()
    console.press(f.HandedOver, case, to="sam")
    console.press(f.HandoffAccepted, case, by="sam")
    assert console.as_(person).post(f"/cases/{case}/link").status_code == status
    assert len(working_links(case, console.watch())) == (status == 200)


def test_the_link_is_shown_once_and_only_its_hash_is_kept(console, customer):
    case = console.writes()
    page = console.as_("priya").post(f"/cases/{case}/link").content.decode()
    address = re.search(r'value="http://testserver(/c/[^"]+)"', page)[1]
    assert customer.get(address).status_code == 200
    from leeway.store.models import CustomerLink

    kept = CustomerLink.objects.get()
    assert address.removeprefix("/c/") not in repr(vars(kept))


@pytest.mark.parametrize(("person", "left"), [("priya", 0), ("felix", 1), ("sam", 1)])
def test_who_may_take_a_link_back(console, person, left):
    case = console.writes()
    link_to(console, case)
    console.as_(person).post(f"/cases/{case}/link/revoke")
    assert len(working_links(case, console.watch())) == left
