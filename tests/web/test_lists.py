"""The lists: who sees what, narrowing, searching, paging by key, bulk actions, exports; and what they cost."""

from __future__ import annotations

import csv
import html
import io
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leeway.core import facts as f
from leeway.store import search
from leeway.store.models import CaseRow, PromiseRow
from leeway.store.queries import lists
from leeway.store.queries.lists import Filter
from leeway.store.queries.paging import Sorting, cut
from leeway.web.csv_safe import cell

pytest_plugins = ["tests.web.console"]


def numbers(response) -> list[int]:
    """The cases on a list page, from the top."""
    assert response.status_code == 200
    found = re.findall(
        r'class="whole" href="/(?:conversations|escalations)/(\d+)"', response.content.decode()
    )
    return [int(number) for number in found]


def words(response) -> str:
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(html.unescape(text).split())


def several(console, count: int, **options) -> list[int]:
    """So many customers, a minute apart, the first of them first."""
    made = []
    for number in range(count):
        made.append(console.writes(customer=f"c{number}", chat=f"chat-{number}", **options))
        console.watch.forward(minutes=1)
    return made


def up(console, case: int, level: str = "supervisor") -> str:
    console.press(f.EscalationRequested, case, by="sam", requested_by="agent", to=level, override="tried")
    return console.case(case).asked.person


class Everybody:
    sees_everything = True
    colleagues: frozenset[str] = frozenset()


# --- who sees what ----------------------------------------------------------------------------------------------------

PLACES = ["/conversations", "/escalations", "/approvals", "/promises"]


@pytest.mark.parametrize("path", [*PLACES, "/conversations.csv", "/escalations.csv"])
def test_nobody_of_the_house_is_sent_to_sign_in(console, path):
    response = console.as_("").get(path)
    assert (response.status_code, response["Location"].partition("?")[0]) == (302, "/account/login/")


def test_everybody_sees_their_own_and_their_teams_cases_and_supervisors_all(console):
    case = console.writes()
    assert console.case(case).owner in ("sam", "june", "tom", "lena")
    assert numbers(console.as_("sam").get("/conversations")) == [case]
    assert numbers(console.as_("priya").get("/conversations")) == [case]
    assert numbers(console.as_("felix").get("/conversations")) == []
    assert "Dana" not in "".join(
        part.decode() for part in console.as_("felix").get("/conversations.csv").streaming_content
    )


def test_who_is_asked_to_take_a_case_sees_it(console):
    case = console.writes()
    up(console, case)
    taker = console.case(case).asked.person
    viewer = type("Viewer", (), {"sees_everything": False, "colleagues": frozenset({taker})})()
    assert [line.case.id for line in lists.escalations(viewer, Filter()).rows] == [case]


# --- narrowing --------------------------------------------------------------------------------------------------------


@pytest.fixture
def mixed(console):
    """1 an escalated e-mail, 2 a paused chat of Tom's, 3 a resolved chat, 4 an open and risky chat."""
    escalated, paused, resolved, risky = (
        console.writes(
            "Where is my parcel?", customer=f"c{n}", chat=f"{n}", channel="email" if n == 1 else "chat"
        )
        for n in (1, 2, 3, 4)
    )
    up(console, escalated)
    console.press(f.HandedOver, paused, to="tom" if console.case(paused).owner != "tom" else "sam")
    console.press(f.HandoffAccepted, paused, by=console.case(paused).asked.person)
    console.press(f.Paused, paused, by="tom", cause="waiting_for_customer")
    console.press(f.Resolved, resolved, by="sam", how="sent")
    console.writes("This is unacceptable, I am furious and I am leaving you!", customer="c4", chat="4")
    return escalated, paused, resolved, risky


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {1, 2, 4}),
        ("status=paused", {2}),
        ("status=resolved", {3}),
        ("status=closed", set()),
        ("status=nonsense", {1, 2, 4}),
        ("level=supervisor", {1}),
        ("channel=email", {1}),
        ("customer=c4", {4}),
        ("risk=gale", {4}),
        ("risk=nonsense", {1, 2, 4}),
        ("level=agent&channel=chat", {2, 4}),
        ("q=parcel", {1, 2, 3, 4}),
        ("q=C-3&status=resolved", {3}),
        ("q=4", {4}),
    ],
)
def test_filters(console, mixed, query, expected):
    assert set(numbers(console.as_("priya").get(f"/conversations?{query}"))) == expected


def test_mine_and_my_teams(console, mixed):
    owner = console.case(mixed[1]).owner
    viewer = {"sam": "sam", "tom": "sam"}[owner]
    client = console.as_(viewer)
    mine = {case for case in (1, 2, 4) if console.case(case).owner == viewer}
    assert set(numbers(client.get("/conversations?whose=mine"))) == mine
    assert set(numbers(client.get("/conversations?whose=team"))) == {1, 2, 4}
    assert set(numbers(client.get(f"/conversations?owner={owner}"))) >= {2}


def test_the_filters_in_force_are_shown_and_can_be_taken_away(console, mixed):
    page = console.as_("priya").get("/conversations?level=supervisor&q=parcel").content.decode()
    assert 'href="?q=parcel"' in page


def test_an_empty_list_says_why(console):
    priya = console.as_("priya")
    assert "No conversation is going on." in words(priya.get("/conversations"))
    assert "Nothing fits this filter." in words(priya.get("/conversations?q=nothing"))
    assert "Nobody is waiting at a higher level." in words(priya.get("/escalations"))
    assert "Nothing is promised." in words(priya.get("/promises"))
    assert "So do offers above somebody's own room." in words(priya.get("/approvals"))


# --- searching --------------------------------------------------------------------------------------------------------


@pytest.fixture
def searched(console):
    ada = console.writes("Die Lieferung nach Málaga fehlt.", customer="c-77", name="Ada Whitlock", chat="1")
    bob = console.writes(
        "It broke.",
        customer="bob",
        name="Bob",
        chat="2",
        subject="Kettle order",
        about={"email": "bob@norte.example"},
    )
    console.answers(ada, "note: ask the depot", internal=True)
    return {"ada": ada, "bob": bob}


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("whitlock", "ada"),
        ("ADA WHIT", "ada"),
        ("malaga", "ada"),
        ("depot", "ada"),
        ("kettle", "bob"),
        ("norte.example", "bob"),
        ("broke", "bob"),
    ],
)
def test_search_by_customer_words_or_number(console, searched, text, who):
    assert lists.numbers_with(text) == [searched[who]]


@pytest.mark.parametrize("text", ["whitlock kettle", '"*"', "' OR 1=1 --", "a AND b", "%", "🙂", "x" * 500])
def test_words_nobody_wrote_find_nothing_and_break_nothing(console, searched, text):
    assert lists.numbers_with(text) == []


def test_the_index_follows_the_log_a_piece_at_a_time(console):
    several(console, 3)
    assert [search.catch_up(2), search.catch_up(2), search.catch_up(2)] == [2, 1, 0]
    assert lists.numbers_with("blender") == [3, 2, 1]


# --- paging -----------------------------------------------------------------------------------------------------------


def all_pages(rows, sorting, size):
    """Forward to the end and back to the start: the numbers of every page."""
    forward, after = [], ""
    while True:
        page = cut(rows, sorting, after=after, size=size)
        forward.append([number for _, number in page.rows])
        if not page.after:
            break
        after = page.after
    back = [forward[-1]]
    while page.before:
        page = cut(rows, sorting, before=page.before, size=size)
        back.append([number for _, number in page.rows])
    return forward, back[::-1]


@pytest.mark.parametrize("size", [1, 2, 3, 7])
@pytest.mark.parametrize(
    "sorting", [Sorting("opened_at"), Sorting("opened_at", down=True), Sorting("next_due", loose=True)]
)
def test_every_line_is_on_one_page_there_and_back(console, size, sorting):
    """Seven cases, three of them opened in the same instant, three without a running clock."""
    base = console.watch()
    CaseRow.objects.bulk_create(
        CaseRow(
            id=number,
            state="{}",
            opened_at=base + timedelta(minutes=0 if number < 4 else number),
            last_message_at=base,
            next_due=None if number % 2 else base + timedelta(minutes=10 - number // 4),
        )
        for number in range(1, 8)
    )
    forward, back = all_pages(CaseRow.objects.all(), sorting, size)
    lines = [number for page in forward for number in page]
    assert sorted(lines) == list(range(1, 8))
    assert forward == back
    if sorting.loose:
        assert lines == [4, 6, 2, 1, 3, 5, 7]


def test_a_list_is_walked_by_its_links(console, monkeypatch):
    made = several(console, 5)
    monkeypatch.setitem(lists.conversations.__kwdefaults__, "size", 2)
    priya = console.as_("priya")

    def follow(response, rel: str):
        link = re.search(rf'rel="{rel}" href="([^"]+)"', response.content.decode())
        return priya.get("/conversations" + html.unescape(link[1])) if link else None

    first = priya.get("/conversations")
    second = follow(first, "next")
    third = follow(second, "next")
    assert [numbers(page) for page in (first, second, third)] == [made[4:2:-1], made[2:0:-1], made[:1]]
    assert follow(third, "next") is None
    assert numbers(follow(third, "prev")) == numbers(second)
    assert numbers(follow(follow(third, "prev"), "prev")) == numbers(first)


@pytest.mark.parametrize("cursor", ["x", "fDE", "bm90IGEgcGxhY2U", "MjAyNi0wMS0wMVQwMDowMDowMHwx"])
@pytest.mark.parametrize("path", ["/conversations", "/escalations", "/promises"])
def test_a_cursor_nobody_made_leads_to_the_first_page(console, path, cursor):
    for side in ("after", "before"):
        response = console.as_("priya").get(f"{path}?{side}={cursor}")
        assert response.status_code in (200, 302)


# --- saved filters ----------------------------------------------------------------------------------------------------


def test_a_filter_is_saved_for_one_person_and_forgotten_again(console):
    priya, omar = console.as_("priya"), console.as_("omar")
    priya.post("/lists/save", {"place": "conversations", "name": "Chats", "query": "channel=chat&evil=1"})
    page = priya.get("/conversations")
    assert 'href="/conversations?channel=chat"' in page.content.decode()
    assert "Chats" not in words(omar.get("/conversations"))
    number = re.search(r"/lists/forget/(\d+)", page.content.decode())[1]
    assert omar.post(f"/lists/forget/{number}", {"place": "conversations"}).status_code == 404
    priya.post(f"/lists/forget/{number}", {"place": "conversations"})
    assert "Chats" not in words(priya.get("/conversations"))


def test_a_filter_without_a_name_is_not_saved(console):
    response = console.as_("priya").post(
        "/lists/save", {"place": "conversations", "query": "channel=chat"}, follow=True
    )
    assert "A saved filter needs a name" in words(response)


# --- bulk -------------------------------------------------------------------------------------------------------------


def bulk(client, cases: list[int], **form):
    return client.post("/lists/do", {"key": "k", "case": cases, **form})


def test_one_decision_for_many_cases_and_what_came_of_it(console):
    one, two = several(console, 2)
    done = console.writes(customer="done", chat="done")
    console.press(f.Resolved, done, by="sam", how="sent")
    response = bulk(
        console.as_("priya"), [one, two, done, 999], action="resolve", reason="courier strike is over"
    )
    assert "2 cases done. 1 had nothing to change. 1 was refused:" in words(response)
    assert "C-999 There is no such case." in words(response)
    assert {console.case(case).resolution for case in (one, two)} == {"courier strike is over"}


def test_a_bulk_action_pressed_twice_is_one(console):
    cases = several(console, 2)
    for _again in range(2):
        bulk(console.as_("priya"), cases, action="pause")
    assert {console.case(case).status for case in cases} == {"paused"}
    from leeway.store.models import FactRow

    assert FactRow.objects.filter(kind="paused").count() == 2


def test_handing_over_and_letting_the_matrix_choose(console):
    one, two = several(console, 2)
    bulk(
        console.as_("priya"),
        [one],
        action="hand-over",
        to="lena" if console.case(one).owner != "lena" else "sam",
    )
    bulk(console.as_("priya"), [two], action="assign")
    assert console.case(one).asked.person in ("lena", "sam")
    assert console.case(two).asked.person != console.case(two).owner


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"action": "resolve"}, "This needs one more field"),
        ({"action": "hand-over"}, "This needs one more field"),
        ({"action": "dance"}, "Choose what to do"),
        ({}, "Choose what to do"),
    ],
)
def test_what_a_bulk_action_lacks_is_said(console, form, sentence):
    response = bulk(console.as_("priya"), several(console, 1), **form)
    assert response.status_code == 422
    assert sentence in words(response)


def test_nothing_selected_is_said(console):
    assert "No line was selected." in words(bulk(console.as_("priya"), [], action="pause"))


def test_a_refusal_is_told_with_its_sentence(console):
    [case] = several(console, 1)
    response = bulk(console.as_("priya"), [case], action="hand-over", to="nobody")
    assert "There is nobody called 'nobody' in the roster." in words(response)


@pytest.mark.parametrize(
    ("person", "status"), [("sam", 403), ("clara", 403), ("felix", 403), ("", 302), ("marta", 200)]
)
def test_bulk_actions_are_for_leads(console, person, status):
    [case] = several(console, 1)
    assert bulk(console.as_(person), [case], action="pause").status_code == status
    assert console.case(case).status == ("paused" if status == 200 else "open")


# --- exports ----------------------------------------------------------------------------------------------------------


def exported(response) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode())))


def test_the_export_holds_the_lines_of_the_list(console, mixed):
    priya = console.as_("priya")
    assert [row["case"] for row in exported(priya.get("/conversations.csv"))] == [
        f"C-{number}" for number in numbers(priya.get("/conversations"))
    ]
    assert [row["case"] for row in exported(priya.get("/conversations.csv?status=resolved"))] == ["C-3"]
    assert [row["level"] for row in exported(priya.get("/escalations.csv"))] == ["supervisor"]


def test_a_customers_formula_stays_text(console):
    console.writes(name='=HYPERLINK("http://evil.example","click")')
    [row] = exported(console.as_("priya").get("/conversations.csv"))
    assert row["customer_name"] == '\'=HYPERLINK("http://evil.example","click")'


@pytest.mark.parametrize(
    ("value", "kept"),
    [("=1", "'=1"), ("+1", "'+1"), ("-1", "'-1"), ("@a", "'@a"), ("\t=1", "'\t=1"), ("a=1", "a=1"), (-1, -1)],
)
def test_no_cell_begins_a_formula(value, kept):
    assert cell(value) == kept


# --- promises, and what waits for a decision --------------------------------------------------------------------------


def test_promises_due_broken_and_kept_and_settled_in_place(console):
    case = console.writes()
    owner = console.case(case).owner
    for hours, what in ((5, "call tomorrow"), (1, "send the parcel"), (3, "refund you")):
        console.press(f.PromiseMade, case, by=owner, what=what, due=console.watch() + timedelta(hours=hours))
    client = console.as_("priya")
    page = words(client.get("/promises"))
    assert page.index("Send the parcel") < page.index("Refund you") < page.index("Call tomorrow")
    client.post(f"/cases/{case}/do/keep", {"promise": 3, "back": "/promises"})
    console.pass_time(hours=2)
    assert "Refund you" in words(client.get("/promises?show=kept"))
    assert "Send the parcel" in words(client.get("/promises?show=broken"))
    assert "Call tomorrow" in words(client.get("/promises"))
    assert "Call tomorrow" not in words(console.as_("felix").get("/promises"))


def test_what_waits_for_a_persons_decision(console):
    """A hand-off Priya was asked to take, a request that is held, and a question to her level; nothing for Felix."""
    taken, held, asked = several(console, 3)
    taker = up(console, taken)
    console.press(f.EscalationRequested, held, by="sam", requested_by="agent")
    console.press(f.ConsultAsked, asked, by=console.case(asked).owner, question="May I refund it all?")
    waiting = lists.waiting_for(Everybody(), taker, ["supervisor"], leads=True)
    assert [(item.kind, item.case.id) for item in waiting] == [
        ("take", taken),
        ("request", held),
        ("consult", asked),
    ]
    assert "May I refund it all?" in words(console.as_("omar").get("/approvals"))
    assert "Nothing waits for you." in words(console.as_("felix").get("/approvals"))


@pytest.mark.parametrize(
    ("verb", "fields", "state"),
    [
        ("escalate", {"override": "a lead let it go up"}, "escalated"),
        ("turn-down", {"reason": "try first"}, "declined"),
    ],
)
def test_a_held_request_is_let_go_or_declined_in_place(console, verb, fields, state):
    [case] = several(console, 1)
    console.press(f.EscalationRequested, case, by="sam", requested_by="agent")
    console.as_("priya").post(f"/cases/{case}/do/{verb}", {"back": "/approvals", **fields})
    assert console.case(case).escalations[-1].state == state


# --- what it costs ----------------------------------------------------------------------------------------------------


def cost(client, path: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


@pytest.mark.parametrize("path", PLACES)
def test_the_number_of_queries_does_not_grow_with_the_lines(console, path):
    priya = console.as_("priya")
    priya.get(path)

    def grow(first: int, last: int) -> None:
        for number in range(first, last):
            case = console.writes(customer=f"c{number}", chat=f"{number}")
            console.press(f.PromiseMade, case, by="sam", what="call", due=console.watch() + timedelta(days=1))
            console.press(f.EscalationRequested, case, by="sam", requested_by="agent")

    grow(0, 1)
    costs = [cost(priya, path)]
    grow(1, 3)
    costs.append(cost(priya, path))
    grow(3, 12)
    costs.append(cost(priya, path))
    assert len(set(costs)) == 1, costs


def indexed(rows, sorting, *, after=None) -> str:
    """How SQLite reads a page's numbers; PostgreSQL goes by the statistics of the tables, which are empty here."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL chooses by the statistics of the tables, which are empty here")
    with CaptureQueriesContext(connection) as queries:
        sorting.between(rows, after, 51)
    told = []
    for query in queries:
        with connection.cursor() as cursor:
            cursor.execute(f"explain query plan {query['sql']}")
            told += [row[-1] for row in cursor.fetchall()]
    return "; ".join(told)


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (Filter(), "leeway_case_live"),
        (Filter(level="manager", channel="email", risk="storm"), "leeway_case_live"),
        (Filter(people=frozenset({"sam", "tom", "june"})), "leeway_case_live"),
        (Filter(people=frozenset({"sam"})), "leeway_case_owner"),
        (Filter(status="resolved"), "leeway_case_status"),
        (Filter(customer="dana"), "leeway_case_customer"),
    ],
)
def test_conversations_are_read_from_an_index_in_its_order(console, wanted, index):
    told = indexed(lists._found(Everybody(), wanted), lists.RECENT)
    assert index in told
    if index == "leeway_case_live":
        assert f"COVERING INDEX {index}" in told
    if index in ("leeway_case_live", "leeway_case_status"):
        assert "TEMP B-TREE" not in told


def test_the_next_page_starts_where_the_last_one_ended(console):
    told = indexed(lists._found(Everybody(), Filter()), lists.RECENT, after=(console.watch(), 7))
    assert told == "SEARCH leeway_case USING COVERING INDEX leeway_case_live (last_message_at<?)"


def test_escalations_and_promises_are_read_in_the_order_of_their_clocks(console):
    rows = lists._where(lists.ESCALATED)
    assert "TEMP B-TREE" not in indexed(rows, lists.DUE)
    for condition, sorting in lists.PROMISE_VIEWS.values():
        told = indexed(PromiseRow.objects.extra(where=[condition]), sorting)  # noqa: S610 - the product's own text
        assert "SEARCH leeway_promise USING COVERING INDEX" in told
        assert "TEMP B-TREE" not in told
