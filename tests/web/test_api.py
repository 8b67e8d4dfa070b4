"""The API for programs: what it answers, who may ask, and what it says when something is wrong."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leeway.core.case import Case
from leeway.core.facts import CustomerRef, MessageReceived, PromiseMade
from leeway.core.handoff import Packet
from leeway.core.policy import Policy
from leeway.core.roster import Roster
from leeway.desk.ports import Item
from leeway.packs.matrix_file import dump_policy
from leeway.packs.roster_file import dump_roster
from leeway.web import house as pages
from leeway.wiring import House
from tests.houses import Watch
from tests.web import pages as api_pages
from tests.web.pages import Caller

django_house = api_pages.django_house


ANGRY = "This is the third time! I want to speak to your supervisor NOW or I will go to my lawyer."


def says(house: House, number: int, text: str = "Where is my parcel 4711?", author: str = "customer") -> int:
    """A message in a conversation of its own; gives its case."""
    fact = MessageReceived(
        id=f"m{number}",
        at=house.clock(),
        interaction=f"chat-{number}",
        author=author,
        text=text,
        customer=CustomerRef(id=f"c{number}", name=f"Customer {number}"),
    )
    (done,) = house.writer.call([Item(fact)])
    return done.case


@pytest.fixture
def house_(django_house: House, settings: Any, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr("leeway.web.api.gate.UNKNOWN_LOOK_SECONDS", 0.0)  # tokens are made while it runs
    settings.ROOT_URLCONF = "leeway.web.api.urls"  # the API alone, whatever pages stand beside it
    settings.MIDDLEWARE = []
    return django_house


@pytest.fixture
def admin(house_: House) -> Caller:
    return Caller(house_, "admin")


def problem(answer: Any, status: int, code: str = "", field: str = "") -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == status
    assert told["detail"]
    if code:
        assert told["type"] == f"urn:leeway:problem:{code}"
    if field:
        assert [error["field"] for error in told["errors"]] == [field]
    return told


# --- reading


def test_lists_and_single_cases_are_of_the_types_the_document_names(house_: House, admin: Caller):
    number = says(house_, 1)
    listed = admin.get("cases").json()
    assert [line["id"] for line in listed["cases"]] == [number]
    assert listed["cases"][0]["customer_name"] == "Customer 1"
    case = msgspec.json.decode(admin.get(f"cases/{number}").content, type=Case)
    assert (case.id, case.messages) == (number, 1)
    packet = msgspec.json.decode(admin.get(f"cases/{number}/packet").content, type=Packet)
    assert packet.case == number
    clocks = admin.get(f"cases/{number}/clocks").json()["clocks"]
    assert "first_response" in [clock["kind"] for clock in clocks]
    (message,) = admin.get(f"cases/{number}/messages").json()["messages"]
    assert message["text"] == "Where is my parcel 4711?"
    customer = admin.get("customers/c1").json()
    assert (customer["name"], customer["cases"]) == ("Customer 1", 1)


def test_a_customers_id_may_hold_slashes(house_: House, admin: Caller):
    ref = CustomerRef(id="crm/7", name="Slash")
    fact = MessageReceived(
        id="s", at=house_.clock(), interaction="s", author="customer", text="hi", customer=ref
    )
    house_.writer.call([Item(fact)])
    assert admin.get("customers/crm/7").json()["name"] == "Slash"


def test_the_log_is_paged_in_order_and_complete(house_: House, admin: Caller):
    number = says(house_, 1)
    for place in range(2, 6):
        fact = MessageReceived(
            id=f"x{place}", at=house_.clock(), interaction="chat-1", author="customer", text="hi"
        )
        house_.writer.call([Item(fact)])
    first = admin.get(f"cases/{number}/log", size=3).json()
    rest = admin.get(f"cases/{number}/log", size=3, after=first["next"]).json()
    entries = [*first["log"], *rest["log"]]
    assert [entry["seq"] for entry in entries] == [1, 2, 3, 4, 5]
    assert entries[0]["fact"]["text"] == "Where is my parcel 4711?"
    assert entries[0]["events"][0]["event"] == "case_opened"
    assert rest["next"] == ""


def test_escalations_promises_and_deadlines_have_lists_of_their_own(
    house_: House, admin: Caller, watch: Watch
):
    number = says(house_, 1, ANGRY)
    promise = PromiseMade(
        id="p1",
        at=house_.clock(),
        case=number,
        by="tom",
        what="call back",
        due=house_.clock() + timedelta(hours=2),
    )
    house_.writer.call([Item(promise)])
    (escalation,) = admin.get("escalations", state="open").json()["escalations"]
    assert (escalation["case"], escalation["number"]) == (number, 1)
    assert admin.get("escalations", state="closed").json()["escalations"] == []
    (promised,) = admin.get("promises", state="open").json()["promises"]
    assert promised["what"] == "call back"
    assert [line["case"] for line in admin.get("clocks", within=86_400).json()["clocks"]] == [number]
    assert admin.get("clocks", within=0).json()["clocks"] == []
    notices = admin.get("outbox").json()["outbox"]
    assert {line["state"] for line in notices} == {"pending"}
    assert {line["case"] for line in notices} == {number}


def test_pages_follow_each_other_without_a_gap_or_a_double(house_: House, admin: Caller, watch: Watch):
    numbers = []
    for place in range(1, 8):
        watch.forward(minutes=1)
        numbers.append(says(house_, place))
    seen, after = [], ""
    while True:
        page = admin.get("cases", size=3, after=after).json()
        seen += [line["id"] for line in page["cases"]]
        after = page["next"]
        if not after:
            break
    assert seen == numbers[::-1]


def test_filters_narrow_the_list(house_: House, admin: Caller):
    calm, angry = says(house_, 1), says(house_, 2, ANGRY)

    def ids(**query: object) -> list[int]:
        return sorted(line["id"] for line in admin.get("cases", **query).json()["cases"])

    assert ids() == [calm, angry]
    assert ids(escalated="true") == [angry]
    assert ids(q="Customer 1") == [calm]
    assert ids(q=str(angry)) == [angry]
    assert ids(customer="c1", status="open") == [calm]
    assert ids(status="closed") == []


@pytest.mark.parametrize(
    "path", ["cases", "cases?q=Customer", "escalations", "promises", "clocks?within=99999", "outbox"]
)
def test_lists_ask_as_much_for_three_rows_as_for_one(house_: House, admin: Caller, path: str):
    admin.get("cases")  # the token and the world are read once

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert admin.get(path).status_code == 200
        return len(queries)

    says(house_, 1, ANGRY)
    one = asked()
    says(house_, 2, ANGRY)
    says(house_, 3, ANGRY)
    assert asked() == one
    assert one <= 3


@pytest.mark.parametrize(
    "path", ["cases/{}", "cases/{}/log", "cases/{}/packet", "cases/{}/clocks", "cases/{}/messages"]
)
def test_a_case_asks_little_however_long_it_is(house_: House, admin: Caller, path: str):
    number = says(house_, 1)
    admin.get(path.format(number))

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert admin.get(path.format(number)).status_code == 200
        return len(queries)

    short = asked()
    for place in range(3):
        fact = MessageReceived(
            id=f"y{place}", at=house_.clock(), interaction="chat-1", author="customer", text="hi"
        )
        house_.writer.call([Item(fact)])
    assert asked() == short
    assert short <= 3


# --- acting


def test_a_person_acts_and_is_answered_with_what_it_led_to(house_: House, admin: Caller):
    number = says(house_, 1)
    done = admin.post(f"cases/{number}/resolve", {"by": "tom", "how": "found the parcel"})
    assert done.status_code == 201
    assert "case_resolved" in done.json()["events"]
    assert admin.get(f"cases/{number}").json()["status"] == "resolved"
    assert (
        "case_reopened"
        in admin.post(f"cases/{number}/reopen", {"by": "tom", "reason": "no"}).json()["events"]
    )


def test_the_same_press_twice_does_nothing_the_second_time(house_: House, admin: Caller):
    number = says(house_, 1)
    body = {"by": "tom", "offer": "a new parcel"}
    first = admin.post(f"cases/{number}/attempt", body, HTTP_IDEMPOTENCY_KEY="press-1")
    again = admin.post(f"cases/{number}/attempt", body, HTTP_IDEMPOTENCY_KEY="press-1")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["duplicate"]
    assert len(msgspec.json.decode(admin.get(f"cases/{number}").content, type=Case).attempts) == 1


def test_every_verb_is_refused_without_its_fields_and_leaves_no_trace(house_: House, admin: Caller):
    from leeway.web.api.acting import VERBS

    number = says(house_, 1)
    facts = len(admin.get(f"cases/{number}/log").json()["log"])
    for verb in VERBS:
        problem(admin.post(f"cases/{number}/{verb}", {"nonsense": 1, "by": "tom"}), 422)
    assert len(admin.get(f"cases/{number}/log").json()["log"]) == facts


def test_an_act_by_nobody_we_know_is_refused(house_: House, admin: Caller):
    number = says(house_, 1)
    problem(admin.post(f"cases/{number}/accept"), 422, "nobody", "$.by")
    problem(admin.post(f"cases/{number}/accept", {"by": "mallory"}), 422, "unknown_person", "$.by")


def test_an_act_on_a_case_there_is_not_is_not_found(admin: Caller):
    problem(admin.post("cases/99/resolve", {"by": "tom", "how": "x"}), 404, "unknown_case")
    problem(admin.post(f"cases/{2**70}/resolve", {"by": "tom", "how": "x"}), 404, "unknown_case")
    for path in ("", "/log", "/packet", "/clocks", "/messages"):
        problem(admin.get(f"cases/99{path}"), 404, "unknown_case")
        problem(admin.get(f"cases/{2**70}{path}"), 404, "unknown_case")


def test_an_older_look_at_the_case_is_a_conflict(house_: House, admin: Caller):
    number = says(house_, 1)
    seen = admin.get(f"cases/{number}").json()["version"]
    fact = MessageReceived(id="z", at=house_.clock(), interaction="chat-1", author="customer", text="hello?")
    house_.writer.call([Item(fact)])
    answer = admin.post(f"cases/{number}/escalate", {"by": "tom", "seen": seen})
    problem(answer, 409, "moved_on", "$.seen")


def test_a_second_matter_is_split_off_and_merged_back(house_: House, admin: Caller):
    number = says(house_, 1)
    assert admin.post(f"cases/{number}/split", {"by": "tom", "what": "a wrong invoice"}).status_code == 201
    other = next(line["id"] for line in admin.get("cases").json()["cases"] if line["id"] != number)
    assert admin.post(f"cases/{other}/merge", {"by": "tom", "into": number}).status_code == 201
    assert admin.get(f"cases/{other}").json()["merged_into"] == number
    stranger = says(house_, 2)
    problem(admin.post(f"cases/{stranger}/merge", {"by": "tom", "into": number}), 422, "cannot_merge")


# --- policy and roster


def test_a_policy_is_published_with_a_note_and_in_force_at_once(admin: Caller):
    source = dump_policy(msgspec.json.decode(admin.get("policy").content, type=Policy))
    assert admin.post("policy/check", {"source": source}).json()["fine"]
    answer = admin.post("policy", {"source": source, "note": "as before"})
    assert answer.status_code == 201, answer.content
    assert answer.json()["version"] == 2
    assert admin.get("policy").json()["version"] == 2
    assert admin.get("policy/1").json()["version"] == 1
    assert admin.get("policy/versions").json()["versions"][0]["note"] == "as before"
    assert admin.get("policy/2/file").headers["Content-Type"] == "application/yaml"
    problem(admin.get("policy/9"), 404, "unknown_version")


def test_a_matrix_with_mistakes_is_refused_at_their_places(admin: Caller):
    source = dump_policy(msgspec.json.decode(admin.get("policy").content, type=Policy))
    broken = source.replace("frontline", "nobody_there")
    told = problem(admin.post("policy", {"source": broken}), 422, "matrix_wrong")
    assert told["errors"][0]["field"].startswith("matrix.yaml:")
    assert not admin.post("policy/check", {"source": broken}).json()["fine"]
    assert admin.get("policy").json()["version"] == 1
    problem(admin.post("policy", {}), 422, "no_matrix", "$.source")


def test_a_roster_is_published_and_absences_are_noted(admin: Caller):
    roster = msgspec.json.decode(admin.get("roster").content, type=Roster)
    assert admin.put("roster", {"source": dump_roster(roster)}).json()["version"] == 2
    away = {"person": "tom", "start": "2026-03-03T08:00:00Z", "end": "2026-03-04T08:00:00Z"}
    assert admin.post("roster/absences", away).json()["version"] == 3
    assert admin.get("roster").json()["absences"][-1]["person"] == "tom"
    problem(admin.post("roster/absences", {**away, "person": "mallory"}), 422, "unknown_person", "$.person")
    problem(admin.post("roster/absences", {**away, "end": away["start"]}), 422, "no_time")
    told = problem(admin.put("roster", {"source": "roster: x\npeople: 7\n"}), 422, "roster_wrong")
    assert told["errors"][0]["field"].startswith("roster.yaml:")


# --- who may

READS = {
    "cases:read": [
        "cases",
        "cases/1",
        "cases/1/log",
        "escalations",
        "promises",
        "clocks",
        "customers/c1",
        "outbox",
    ],
    "roster:read": ["roster", "roster/file"],
    "policy:read": ["policy", "policy/1", "policy/versions"],
}


@pytest.mark.parametrize("scope", sorted(READS))
def test_a_scope_opens_its_own_doors_and_no_others(house_: House, scope: str):
    says(house_, 1)
    alice, stranger = Caller(house_, scope), Caller(house_, "facts:write")
    for needed, paths in READS.items():
        for path in paths:
            if needed == scope:
                assert alice.get(path).status_code == 200
            else:
                problem(alice.get(path), 403, "scope_missing")
            problem(stranger.get(path), 403, "scope_missing")


def test_reading_is_not_writing(house_: House):
    number = says(house_, 1)
    reader = Caller(house_, "cases:read", "policy:read", "roster:read")
    problem(reader.post(f"cases/{number}/resolve", {"by": "tom", "how": "x"}), 403, "scope_missing")
    problem(reader.post("policy", {"source": "x"}), 403, "scope_missing")
    problem(reader.put("roster", {"source": "x"}), 403, "scope_missing")
    writer = Caller(house_, "cases:write")
    assert writer.post(f"cases/{number}/resolve", {"by": "tom", "how": "x"}).status_code == 201
    problem(writer.get("cases"), 403, "scope_missing")


@pytest.mark.parametrize("words", ["", "Bearer", "Basic YTpi", "Bearer lw_made_up"])
def test_without_a_token_nothing_is_told(house_: House, admin: Caller, words: str):
    says(house_, 1)
    for path in ("cases", "cases/1", "policy", "roster"):
        answer = admin.client.get(f"/api/v1/{path}", HTTP_AUTHORIZATION=words)
        problem(answer, 401)
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


# --- what is wrong is told in JSON


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("nothing", 404),
        ("cases/abc", 404),
        ("cases?size=0", 422),
        ("cases?size=many", 422),
        ("cases?status=odd", 422),
        ("cases?after=made-up", 422),
        ("cases?q=%00", 422),
        ("customers/%00", 422),
        ("cases/1/messages?before=-1", 422),
        ("escalations?after=MjAyNi0wMS0wMXwx", 422),
        ("policy/" + "9" * 40, 404),
        ("outbox?case=" + "9" * 40, 422),
    ],
)
def test_what_cannot_be_answered_is_a_problem_never_a_page(admin: Caller, path: str, status: int):
    problem(admin.client.get(f"/api/v1/{path}"), status)


def test_methods_and_media_that_are_not_taken(admin: Caller):
    answer = admin.client.delete("/api/v1/cases")
    problem(answer, 405)
    assert answer.headers["Allow"] == "GET"
    problem(admin.client.post("/api/v1/policy", b"x", content_type="text/xml"), 415)
    problem(admin.client.post("/api/v1/policy", b"{", content_type="application/json"), 400)
    problem(admin.client.post("/api/v1/policy", b'{"note":"\xff"}', content_type="application/json"), 422)
    problem(admin.client.post("/api/v1/policy", b"[" * 50_000, content_type="application/json"), 422)
    problem(
        admin.client.post("/api/v1/policy", b'{"source":5}', content_type="application/json"),
        422,
        field="$.source",
    )
    problem(admin.client.post("/api/v1/policy", b"{}" * 2_000_000, content_type="application/json"), 413)


def test_a_mistake_of_ours_is_told_as_one_without_its_insides(admin: Caller, monkeypatch: pytest.MonkeyPatch):
    def broken() -> None:
        raise RuntimeError("the secret is 42")

    monkeypatch.setattr(pages, "world", broken)
    admin.client.raise_request_exception = False
    answer = admin.client.get("/api/v1/cases", {"size": "1"}, headers={"cookie": "zone=UTC"})
    assert answer.status_code == 200  # this list needs no world
    told = problem(
        admin.client.get("/api/v1/policy", headers={"cookie": "zone=Europe/London"}), 500, "failed"
    )
    assert "42" not in str(told)


# --- the document


def test_the_document_names_every_path_with_its_types(admin: Caller):
    document = admin.client.get("/api/v1/openapi.json").json()
    text = str(document)
    assert document["openapi"].startswith("3.1")
    assert "post" in document["paths"]["/api/v1/facts"]
    schemas = document["components"]["schemas"]
    for name in ("Case", "Packet", "Fact", "Report", "Problem", "Policy", "Roster", "CasePage"):
        assert name in schemas
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert operation["summary"], (path, method)
            assert any(status.startswith("2") for status in operation["responses"]), (path, method)
            assert "401" in operation["responses"], (path, method)
    missing = [ref for ref in set(_refs(document)) if ref.rpartition("/")[2] not in schemas]
    assert missing == []
    assert "http://" not in text.replace("http://json-schema.org", "")


def _refs(node: object) -> list[str]:
    match node:
        case dict():
            own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
            return own + [ref for value in node.values() for ref in _refs(value)]
        case list():
            return [ref for value in node for ref in _refs(value)]
        case _:
            return []


def test_there_is_no_page_of_docs_that_would_fetch_scripts(admin: Caller):
    problem(admin.client.get("/api/v1/docs"), 404)


def test_guidance_is_there_with_why_and_sources(house_: House, admin: Caller):
    text = "My router drops every evening. This is the third time I'm explaining this!"
    number = says(house_, 1, text=text)
    told = admin.get(f"cases/{number}/guidance").json()
    (message,) = admin.get(f"cases/{number}/messages").json()["messages"]
    assert told["suggestions"][0]["move"] == "paraphrase"
    assert told["suggestions"][0]["sources"] == [message["id"]]
    assert "matter" in [clause["about"] for clause in told["summary"]["clauses"]]
