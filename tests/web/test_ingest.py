"""Facts over HTTP: what is taken, what is refused, and what the sender is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable

import httpx
import msgspec
import pytest

from leeway.core.facts import Fact
from leeway.desk.ports import Item
from leeway.store import tokens
from leeway.store.rebuild import stored
from leeway.web.asgi import Application
from leeway.web.ingest import LARGEST_FACT, REPORTED_LINES
from leeway.wiring import House
from tests.houses import Watch

FACTS = "/api/v1/facts"
NDJSON = {"content-type": "application/x-ndjson"}


def fact(number: object = 1, **more: object) -> dict[str, object]:
    return {
        "fact": "message",
        "id": f"m{number}",
        "at": "2026-03-02T10:00:00Z",
        "interaction": "chat-1",
        "author": "customer",
        "text": "Where is my parcel?",
        "customer": {"id": "ana", "name": "Ana"},
        **more,
    }


class Api:
    """The application, spoken to over HTTP; every call runs in a loop of its own."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.app = Application(house)
        self.driver = house.driver()
        self.token = self.issue("facts:write")

    def issue(self, *scopes: str) -> str:
        return tokens.issue(self.driver, "till", scopes, by="olga", at=self.house.clock())

    def request(self, method: str, path: str = FACTS, **options) -> httpx.Response:
        headers = {"authorization": f"Bearer {self.token}", **options.pop("headers", {})}

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://house") as client:
                return await client.request(method, path, headers=headers, **options)

        return asyncio.run(ask())

    def post(self, body: object, **options) -> httpx.Response:
        return self.request("POST", json=body, **options)

    def send_lines(self, lines: Iterable[object]) -> httpx.Response:
        texts = (line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
        return self.request("POST", content=b"\n".join(texts), headers=NDJSON)


@pytest.fixture
def api(house: House) -> Api:
    return Api(house)


def assert_problem(answer: httpx.Response, status: int, field: str = "") -> dict[str, object]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["type"].startswith("urn:leeway:problem:")
    assert problem["detail"]
    if field:
        assert [error["field"] for error in problem["errors"]] == [field]
    return problem


def test_a_fact_is_taken_and_answered_with_what_it_led_to(api: Api):
    answer = api.post(fact())
    assert answer.status_code == 201
    told = answer.json()
    assert (told["case"], told["fact"], told["duplicate"]) == (1, 1, False)
    assert "message_read" in told["events"]
    assert stored(api.driver, 1).customer_name == "Ana"


def test_a_second_delivery_is_answered_with_the_first_ones_place(api: Api):
    first = api.post(fact()).json()
    again = api.post(fact())
    assert again.status_code == 200
    assert again.json() == {"case": first["case"], "fact": first["fact"], "events": [], "duplicate": True}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (fact(text=5), "$.text"),
        (fact(customer={"id": 7}), "$.customer.id"),
        (fact(at="yesterday"), "$.at"),
        (fact(at="0001-01-01T00:00:00+14:00"), "$.at"),
        (fact(at="2026-03-02T10:00:00"), "$.at"),
        (fact(colour="red"), "$"),
        (fact(fact="sneeze"), "$.fact"),
        (fact(text="a\x00b"), "$.text"),
        (fact(author="nobody"), "$.author"),
        (fact(id=""), "$.id"),
        (fact(text="x" * 100_001), "$.text"),
        ([], "$"),
        (
            {
                "fact": "customer_event",
                "id": "e1",
                "at": "2026-03-02T10:00:00Z",
                "name": "payment_failed",
                "customer": {"id": "ana"},
                "details": {"card": "a\x00b"},
            },
            "$.details.card",
        ),
    ],
)
def test_what_is_not_valid_is_named_by_its_place(api: Api, body: object, field: str):
    assert_problem(api.post(body), 422, field)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"", 400),
        (b'{"fact": "message"', 400),
        (b'{"fact":"message","id":"\xff"}', 422),
        (b"[" * 100_000, 422),
        (b'{"fact":"message","id":"x","at":"2026-03-02T10:00:00Z","text":"\\ud800"}', 422),
        (b'{"fact":"message","id":"x","at":"2026-03-02T10:00:00Z","text":"\\udc00 and more"}', 422),
    ],
)
def test_what_is_not_json_or_not_text_is_refused(api: Api, body: bytes, status: int):
    answer = api.request("POST", content=body, headers={"content-type": "application/json"})
    assert_problem(answer, status)


@pytest.mark.parametrize("kind", ["clock_ticked", "merged_into", "merged_from", "owner_unavailable"])
def test_facts_that_only_we_make_cannot_be_sent_in(api: Api, kind: str):
    body = {
        "fact": kind,
        "id": "x",
        "at": "2026-03-02T10:00:00Z",
        "case": 1,
        "into": 2,
        "other": 1,
        "person": "p",
    }
    fields = {
        "clock_ticked": (),
        "merged_into": ("into",),
        "merged_from": ("other",),
        "owner_unavailable": ("person",),
    }
    body = {key: value for key, value in body.items() if key in {"fact", "id", "at", "case", *fields[kind]}}
    assert_problem(api.post(body), 422, "$.fact")


def test_a_case_that_is_not_there_is_not_found(api: Api):
    body = {"fact": "step_taken", "id": "s1", "at": "2026-03-02T10:00:00Z", "case": 99, "step": "check"}
    assert_problem(api.post(body), 404, "$.case")


def test_an_older_look_at_a_case_is_a_conflict(api: Api):
    case = api.post(fact()).json()["case"]
    press = {
        "fact": "escalation_requested",
        "id": "e1",
        "at": "2026-03-02T10:00:00Z",
        "case": case,
        "by": "p1",
    }
    press |= {"requested_by": "agent", "seen": 1}
    assert_problem(api.post(press), 409, "$.seen")


def test_a_conversation_without_a_customer_is_refused_with_what_is_missing(api: Api):
    body = fact()
    del body["customer"]
    assert_problem(api.post(body), 422, "$.customer")


def test_a_body_that_is_too_large_is_refused_without_being_read(api: Api):
    assert_problem(api.post(fact(text="x" * 10_000_000)), 413)


def test_a_large_body_without_a_length_is_refused_as_soon_as_it_is_too_large(api: Api):
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 100_000
            yield b"x" * 100_000

    answer = api.request("POST", content=endless(), headers={"content-type": "application/json"})
    assert_problem(answer, 413)
    assert sent <= LARGEST_FACT + 200_000


def test_other_methods_and_other_kinds_of_body_are_refused(api: Api):
    answer = api.request("GET")
    assert_problem(answer, 405)
    assert answer.headers["allow"] == "POST"
    assert_problem(api.request("POST", content=b"<xml/>", headers={"content-type": "text/xml"}), 415)


def test_without_a_token_nothing_is_taken(api: Api):
    for authorization in ("", "Bearer", "Basic abc", "Bearer lw_made_up"):
        answer = api.post(fact(), headers={"authorization": authorization})
        assert_problem(answer, 401)
        assert answer.headers["www-authenticate"].startswith("Bearer")
    assert api.driver.select("select count(*) from leeway_fact")[0][0] == 0


def test_a_token_without_the_scope_is_not_enough(api: Api):
    api.token = api.issue("cases:read")
    assert_problem(api.post(fact()), 403)


def test_a_revoked_token_stops_working_within_seconds(api: Api, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(
        "leeway.web.tokens.OLD_AFTER_SECONDS", 0.0
    )  # "within seconds", without waiting for them
    assert api.post(fact(1)).status_code == 201
    (number,) = api.driver.select("select id from leeway_token")[0]
    assert tokens.revoke(api.driver, number, at=api.house.clock())
    assert_problem(api.post(fact(2)), 401)


def test_only_a_tokens_hash_is_kept(api: Api):
    kept = api.driver.select("select * from leeway_token")
    assert api.token not in str(kept)


def test_a_stream_is_answered_line_by_line(api: Api):
    late = {**fact(3), "at": "soon"}
    answer = api.send_lines(
        [fact(1), fact(2), late, b"", b"{", fact(1), fact(4, interaction=None, customer=None)]
    )
    assert answer.status_code == 200
    report = answer.json()
    assert (report["accepted"], report["duplicates"]) == (2, 1)
    assert [(line["line"], line["field"]) for line in report["refused"]] == [
        (3, "$.at"),
        (5, "$"),
        (7, "$.interaction"),
    ]
    assert stored(api.driver, 1).messages == 2


def test_a_line_that_is_too_long_is_refused_alone(api: Api):
    answer = api.send_lines([fact(1), b"x" * (LARGEST_FACT + 1), fact(2)])
    report = answer.json()
    assert report["accepted"] == 2
    assert [line["line"] for line in report["refused"]] == [2]


def test_lines_may_arrive_in_any_pieces(api: Api):
    whole = b"\n".join(json.dumps(fact(number)).encode() for number in range(20)) + b"\n"

    async def crumbs() -> AsyncIterator[bytes]:
        for start in range(0, len(whole), 7):
            yield whole[start : start + 7]

    report = api.request("POST", content=crumbs(), headers=NDJSON).json()
    assert report == {"accepted": 20, "duplicates": 0, "refused": []}


def test_a_long_stream_keeps_its_order_over_many_groups(api: Api):
    report = api.send_lines(fact(number, text=f"message {number}") for number in range(1_000)).json()
    assert report["accepted"] == 1_000
    ids = [name for (name,) in api.driver.select("select source_id from leeway_fact order by id")]
    assert ids == [f"m{number}" for number in range(1_000)]


def test_a_report_names_the_first_refused_lines_and_counts_the_rest(api: Api):
    report = api.send_lines([{"fact": "sneeze"}] * (REPORTED_LINES + 5)).json()
    assert len(report["refused"]) == REPORTED_LINES
    assert report["more_refused"] == 5


def test_when_too_much_is_waiting_the_sender_is_told_to_come_back(api: Api, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(api.house.writer, "_most_facts", 1)
    holder = api.house.driver()
    holder.begin()
    holder.order_log()  # the writer has to wait
    api.house.writer.submit([Item(msgspec.convert(fact(1), Fact))], 100, lambda _: None)
    one = api.post(fact(2))
    many = api.send_lines([fact(3)])
    holder.rollback()
    for answer in (one, many):
        assert_problem(answer, 429)
        assert answer.headers["retry-after"] == "1"


def test_the_health_page_needs_no_token_and_tells_the_queue(api: Api):
    answer = api.request("GET", "/healthz", headers={"authorization": ""})
    assert answer.status_code == 200
    health = answer.json()
    assert health["status"] == "ok"
    assert health["queue"] == 0
    assert health["database"] in ("sqlite", "postgresql")


def test_a_source_whose_clock_runs_ahead_is_taken_at_our_time(api: Api, watch: Watch):
    assert api.post(fact(at="2031-01-01T00:00:00Z")).status_code == 201
    ((skewed, body),) = api.driver.select("select skewed, body from leeway_fact")
    assert skewed
    assert "2031-01-01" in body
    assert stored(api.driver, 1).opened_at == watch.now
