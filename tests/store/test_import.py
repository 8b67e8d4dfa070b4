"""Recorded conversations brought in: as of their own time, telling nobody, once however often it is run."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leeway.core.case import Case
from leeway.store.doctor import examine
from leeway.store.exporting import Only, export
from leeway.store.importing import reading, run
from leeway.store.importing.conversation import Wrong
from leeway.store.importing.customers import import_customers
from leeway.store.importing.reading import RefusedLine
from leeway.store.importing.restoring import NotRestored, restore
from leeway.store.importing.run import Importer, Outcome, Plan, Progress
from leeway.store.importing.table import NotATable, to_lines
from leeway.store.rebuild import differences, stored
from leeway.store.writer.driver import Driver
from leeway.wiring import House, PublishedWorlds

NOW = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
LONG_AGO = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
"""A Monday morning, at work."""

ANGRY = "This is the third time! I want to speak to your supervisor NOW."


def conversation(name: str = "c1", *texts: str, begins: datetime = LONG_AGO, **more: Any) -> dict[str, Any]:
    """Customer and agent in turn, a minute apart."""
    said = texts or ("Where is my parcel 4711?", "It is on its way.")
    messages = [
        {
            "id": f"m{place}",
            "at": (begins + timedelta(minutes=place)).isoformat(),
            "from": "agent" if place % 2 else "customer",
            "text": text,
        }
        for place, text in enumerate(said)
    ]
    return {"id": name, "channel": "chat", "customer": {"id": f"of-{name}"}, "messages": messages, **more}


class Bench:
    """A house to import into."""

    def __init__(self, house: House, folder: Path) -> None:
        self.driver: Driver = house.driver()
        self.folder = folder
        self.refused: list[RefusedLine] = []

    def write(self, *lines: object, name: str = "old.jsonl") -> Path:
        path = self.folder / name
        path.write_bytes(
            b"".join(line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n" for line in lines)
        )
        return path

    def take(
        self, *lines: object, progress: Callable[[Progress], None] = lambda _: None, **plan: Any
    ) -> Outcome:
        return self.run(self.write(*lines), progress=progress, **plan)

    def run(
        self, path: Path, *, progress: Callable[[Progress], None] = lambda _: None, **plan: Any
    ) -> Outcome:
        self.refused = []
        importer = Importer(
            Plan(path, path.name, **plan),
            driver=self.driver,
            worlds=PublishedWorlds(),
            clock=lambda: NOW,
            refused=self.refused.append,
            progress=progress,
        )
        return importer.run()

    def count(self, table: str) -> int:
        return int(self.driver.select(f"select count(*) from leeway_{table}")[0][0])  # noqa: S608

    def case(self, number: int) -> Case:
        return stored(self.driver, number)

    def cases(self) -> list[Case]:
        return [
            self.case(number) for (number,) in self.driver.select("select id from leeway_case order by id")
        ]

    def kinds(self, kind: str) -> list[dict[str, Any]]:
        rows = self.driver.select("select body from leeway_event where kind = ? order by id", (kind,))
        return [json.loads(body) for (body,) in rows]


@pytest.fixture
def bench(house: House, tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(house, tmp_path)
    yield bench
    assert list(differences(bench.driver)) == []  # whatever was imported, its log rebuilds it
    bench.driver.close()


def test_old_conversations_are_decided_as_of_their_own_time_and_tell_nobody(bench: Bench):
    outcome = bench.take(conversation("c1", ANGRY, "I am sorry, I will look at it."))
    (case,) = bench.cases()
    assert case.opened_at == LONG_AGO
    assert outcome.tally.escalations == len(case.escalations) == 1
    assert case.status == "closed"
    assert case.wake_at is None
    assert bench.count("outbox") == 0
    assert bench.kinds("notice_issued") != []  # decided and recorded all the same


def test_the_report_counts_what_happened(bench: Bench):
    tally = bench.take(conversation("c1", ANGRY), conversation("c2")).tally
    assert (tally.conversations, tally.messages, tally.cases, tally.refused) == (2, 3, 2, 0)
    assert tally.cues["asks_for_supervisor"] == 1
    assert sum(tally.escalations_by_rule.values()) == tally.escalations == 1
    assert sum(tally.escalations_by_level.values()) == sum(tally.escalations_by_owner.values()) == 1
    assert tally.clocks["first_response"]["started"] == 2


def test_running_it_again_changes_nothing(bench: Bench):
    lines = [conversation("c1", ANGRY), conversation("c2")]
    first = bench.take(*lines)
    facts = bench.count("fact")
    again = bench.take(*lines)
    assert again.before
    assert again.tally == first.tally
    restarted = bench.take(*lines, restart=True)
    assert restarted.tally.already_there == 3
    assert (restarted.tally.messages, restarted.tally.cases) == (0, 0)
    assert bench.count("fact") == facts


def test_an_interrupted_run_goes_on_where_it_stopped(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(run, "MESSAGES_AT_ONCE", 4)
    lines = [conversation(f"c{number}", ANGRY, "Sorry.") for number in range(10)]

    def interrupt(progress: Progress) -> None:
        if progress.done >= 8:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bench.take(*lines, progress=interrupt)
    assert 0 < bench.count("case") < 10
    outcome = bench.take(*lines)
    assert bench.count("case") == outcome.tally.cases == 10
    assert outcome.tally.messages == 20
    assert outcome.tally.already_there == 0
    assert outcome.messages_now == 12


def test_a_conversation_that_has_grown_is_continued(bench: Bench):
    grown = conversation("c1", "Where is my parcel 4711?", "On its way.", "Thanks, it has arrived.")
    bench.take({**grown, "messages": grown["messages"][:2]})
    tally = bench.take(grown).tally
    assert (tally.messages, tally.already_there, tally.cases) == (1, 2, 0)
    assert [case.messages for case in bench.cases()] == [3]


def test_clocks_run_out_between_messages_at_their_own_time(bench: Bench):
    late = conversation("c1", "Where is my parcel 4711?", "It is on its way.")
    late["messages"][1]["at"] = (LONG_AGO + timedelta(days=2)).isoformat()
    tally = bench.take(late).tally
    (breach,) = [event for event in bench.kinds("clock_breached") if event["kind"] == "first_response"]
    noticed = datetime.fromisoformat(breach["noticed_at"])
    assert LONG_AGO < noticed < LONG_AGO + timedelta(days=2)
    assert breach["noticed_at"] == breach["at"]
    assert tally.clocks["first_response"]["ran_out"] == 1


def test_a_young_conversation_stays_live_and_its_clocks_run_from_now(bench: Bench):
    bench.take(conversation("c1", "Where is my parcel 4711?", begins=NOW - timedelta(days=1)))
    (case,) = bench.cases()
    assert case.status == "open"
    assert case.owner
    assert case.wake_at is not None
    assert case.wake_at >= NOW
    assert bench.count("outbox") == 0


def test_how_young_a_live_conversation_is_can_be_said(bench: Bench):
    bench.take(conversation("c1", begins=NOW - timedelta(days=1)), live_within=timedelta(hours=12))
    assert [case.status for case in bench.cases()] == ["closed"]


def test_a_known_end_and_a_rating_are_kept(bench: Bench):
    ended = LONG_AGO + timedelta(hours=3)
    told = conversation("c1", resolved_at=ended.isoformat(), resolution="sent again", rating=5)
    bench.take(told)
    (case,) = bench.cases()
    assert (case.resolved_at, case.resolution, case.rating) == (ended, "sent again", 5)
    assert case.status == "closed"


def test_coming_back_about_the_same_matter_joins_its_case(bench: Bench):
    first = conversation("c1", "My order 4711 has not arrived, where is parcel 4711?", "I will look.")
    second = conversation(
        "c2",
        "My order 4711 has still not arrived, where is parcel 4711?",
        begins=LONG_AGO + timedelta(days=2),
    )
    for one in (first, second):
        one["customer"] = {"id": "ana"}
    tally = bench.take(second, first).tally  # in whatever order the file has them
    assert (tally.cases, tally.cases_joined) == (1, 1)
    going_on = [case for case in bench.cases() if case.status != "merged"]
    assert [len(case.contacts) for case in going_on] == [2]
    assert [case.status for case in going_on] == ["closed"]


def test_messages_out_of_order_are_put_in_order(bench: Bench):
    mixed = conversation("c1", "one", "two", "three", "four")
    mixed["messages"].reverse()
    bench.take(mixed)
    rows = bench.driver.select("select source_id from leeway_fact where kind = 'message' order by id")
    assert [name for (name,) in rows] == ["c1:m0", "c1:m1", "c1:m2", "c1:m3"]


def test_times_in_other_zones_are_the_same_instants(bench: Bench):
    told = conversation("c1", "hello")
    told["messages"][0]["at"] = "2026-03-02T12:00:00+02:00"
    bench.take(told)
    assert [case.opened_at for case in bench.cases()] == [LONG_AGO]


BAD = [
    (b"{\n", "$"),
    (b"\xff\xfe\n", "$"),
    (b"[1, 2]\n", "$"),
    (b'"' + b"x" * 100 + b"\n", "$"),
    (b"[" * 5_000 + b"\n", "$"),
    ({"id": "x"}, "$.customer"),
    (conversation("x", channel=7), "$.channel"),
    (conversation("x", customer={"name": "nobody"}), "$.customer.id"),
    (conversation("x", messages=[]), "$.messages"),
    (
        conversation("x", messages=[{"at": "2026-03-02T10:00:00", "from": "customer", "text": "hi"}]),
        "$.messages[0].at",
    ),
    (conversation("x", messages=[{"at": "yesterday", "from": "customer", "text": "hi"}]), "$.messages[0].at"),
    (
        conversation("x", messages=[{"at": "2026-03-02T10:00:00Z", "from": "client", "text": "hi"}]),
        "$.messages[0].from",
    ),
    (
        conversation("x", messages=[{"at": "2026-03-02T10:00:00Z", "from": "bot", "text": "a\x00"}]),
        "$.messages[0].text",
    ),
    (
        conversation("x", messages=[{"at": "2026-09-01T10:00:00Z", "from": "bot", "text": "a"}]),
        "$.messages[0].at",
    ),
    (conversation("x", "long", rating=6), "$.rating"),
    (conversation("x", "y" * 100_001), "$.messages[0].text"),
    (conversation("x" * 199, "hi", customer={"id": "x"}), "$.messages[0].id"),
    (conversation("", "hi"), "$.id"),
]


@pytest.mark.parametrize(("line", "field"), BAD)
def test_a_bad_line_is_refused_alone_and_at_its_place(bench: Bench, line: object, field: str):
    outcome = bench.take(conversation("good-1"), line, conversation("good-2"))
    assert [(one.line, one.field) for one in bench.refused] == [(2, field)]
    assert bench.refused[0].message
    assert outcome.tally.refused == 1
    assert len(bench.cases()) == 2


def test_two_messages_of_one_id_are_refused(bench: Bench):
    told = conversation("c1")
    told["messages"][1]["id"] = "m0"
    bench.take(told)
    assert [one.field for one in bench.refused] == ["$.messages[1].id"]
    assert bench.cases() == []


def test_fields_that_are_not_ours_are_named_and_passed_over(bench: Bench):
    told = conversation("c1", colour="red", customer={"id": "ana", "shoe_size": 44})
    tally = bench.take(told).tally
    assert tally.refused == 0
    assert set(tally.fields_not_read) <= {"colour", "shoe_size"}
    assert tally.fields_not_read
    assert [case.customer for case in bench.cases()] == ["ana"]


def test_marks_of_windows_and_empty_lines_do_no_harm(bench: Bench):
    line = json.dumps(conversation("c1")).encode()
    outcome = bench.take(
        b"\xef\xbb\xbf" + line + b"\r\n", b"\r\n", b"   \n", json.dumps(conversation("c2")).encode()
    )
    assert (outcome.tally.conversations, outcome.tally.refused) == (2, 0)


def test_a_line_too_long_to_hold_is_refused_and_the_next_one_taken(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(reading, "LONGEST_LINE", 2_000)
    outcome = bench.take(conversation("c1", "x" * 5_000), conversation("c2"))
    assert [(one.line, one.field) for one in bench.refused] == [(1, "$")]
    assert outcome.tally.conversations == 1


def test_text_of_every_kind_comes_through_unchanged(bench: Bench):
    texts = (
        "שלום, איפה החבילה שלי?",
        "مرحبا",
        "🎈🎈 \u202ereversed\u202c",
        "línea\ntwo\t3",
        "'; drop table leeway_case; --",
    )
    bench.take(conversation("c1", *texts))
    bodies = [
        json.loads(body)["text"]
        for (body,) in bench.driver.select("select body from leeway_fact where kind = 'message' order by id")
    ]
    assert bodies == list(texts)


@given(
    st.one_of(
        st.binary(max_size=200),
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.text(),
            lambda inner: (
                st.lists(inner)
                | st.dictionaries(
                    st.sampled_from(["id", "customer", "messages", "at", "from", "text"]), inner
                )
            ),
            max_leaves=10,
        ).map(lambda value: json.dumps(value).encode()),
    )
)
def test_whatever_a_line_holds_it_is_read_or_refused(line: bytes):
    try:
        found, _ = reading._decoded(line)
    except Wrong as wrong:
        told = (wrong.field[:1], bool(wrong.message))
    else:
        told = ("$", bool(found.messages))
    assert told == ("$", True)


# --- tables


CSV = """conversation_id,message_id,at,from,text,customer_id,customer_name,channel,extra
c1,m0,2026-03-02T10:00:00Z,customer,"Where is my
parcel 4711?",ana,Ana,chat,x
c2,m0,2026-03-02T10:05:00Z,customer,Hello,ben,,chat,x
c1,m1,2026-03-02T10:01:00Z,agent,It is on its way.,ana,,,x
c3,m0,soon,customer,Hello,cem,,chat,x
c4,m0,2026-03-02T10:05:00Z,customer,Hello,dan,,chat
"""


def test_a_table_says_the_same_as_lines(bench: Bench, tmp_path: Path):
    table = tmp_path / "old.csv"
    table.write_text(CSV)
    lines = tmp_path / "lines.jsonl"
    began, refused, unknown = to_lines(table, table.name, lines)
    assert [json.loads(line)["id"] for line in lines.read_text().splitlines()] == ["c1", "c2"]
    assert began == [2, 4]
    assert unknown == ("extra",)
    assert [(one.line, one.field) for one in refused] == [(6, "$.at"), (7, "$")]
    bench.run(lines)
    assert {case.customer_name: case.messages for case in bench.cases()} == {"Ana": 2, "ben": 1} or {
        case.customer: case.messages for case in bench.cases()
    } == {"ana": 2, "ben": 1}


def test_a_table_without_the_columns_we_need_is_refused_whole(tmp_path: Path):
    table = tmp_path / "old.csv"
    table.write_text("id,text\n1,hello\n")
    with pytest.raises(NotATable, match="conversation_id"):
        to_lines(table, table.name, tmp_path / "lines.jsonl")


def test_customers_are_introduced_and_empty_cells_leave_what_we_know(bench: Bench, tmp_path: Path):
    first, second = tmp_path / "one.csv", tmp_path / "two.jsonl"
    first.write_text("id,name,tier,spend\nana,Ana,gold,120000\nben,Ben,,\n,nobody,,\ncem,Cem,,lots\n")
    refused: list[RefusedLine] = []
    report = import_customers(bench.driver, first, refused=refused.append, now=NOW)
    assert report == {"customers": 2, "new": 2, "changed": 0, "refused": 2}
    assert [one.field for one in refused] == ["$.id", "$.spend"]
    second.write_text('{"id":"ana","email":"ana@example.org"}\n{"id":"ben"}\n{"id":"x","shoe":1}\n')
    report = import_customers(bench.driver, second, refused=refused.append, now=NOW)
    assert report == {"customers": 2, "new": 0, "changed": 1, "refused": 1}
    doc = json.loads(bench.driver.select("select doc from leeway_customer where id = 'ana'")[0][0])
    assert (doc["name"], doc["tier"], doc["email"]) == ("Ana", "gold", "ana@example.org")


# --- out and in again

TABLES = (
    "fact",
    "event",
    "case",
    "customer",
    "interaction",
    "escalation",
    "promise",
    "person_load",
    "document",
)


def rows(driver: Driver, table: str) -> list[str]:
    """What a table holds, apart from numbers the database gives and times of writing."""
    columns = {
        "escalation": "case_id, number, state, level, owner, requested_at",
        "promise": "case_id, number, what, state, due",
        "interaction": "source, external_id, case_id",
        "customer": "id, doc, name, email, account",
        "document": "kind, version, name, body, source, note, published_by",
        "case": "id, version, facts, digest, state, owner, level, level_rank, escalated, next_due, wake_at",
    }.get(table, "*")
    where = " where open_cases <> 0" if table == "person_load" else ""
    return sorted(str(row) for row in driver.select(f"select {columns} from leeway_{table}{where}"))  # noqa: S608


def emptied(driver: Driver) -> None:
    for table in TABLES:
        driver.run(f"delete from leeway_{table}")  # noqa: S608


def test_an_export_comes_back_as_the_same_house(bench: Bench, tmp_path: Path):
    live = conversation("c3", ANGRY, "I will call you tomorrow.", begins=NOW - timedelta(hours=5))
    bench.take(conversation("c1", ANGRY), conversation("c2"), live)
    before = {table: rows(bench.driver, table) for table in TABLES}
    manifest = export(bench.driver, tmp_path / "out", Only(), now=NOW)
    assert manifest.files["cases.ndjson"] == 3
    emptied(bench.driver)
    restore(bench.driver, tmp_path / "out", now=NOW)
    assert {table: rows(bench.driver, table) for table in TABLES} == before
    assert bench.take(conversation("c9")).tally.cases == 1  # and it goes on


def test_an_export_that_was_changed_is_not_taken(bench: Bench, tmp_path: Path):
    bench.take(conversation("c1", ANGRY))
    export(bench.driver, tmp_path / "out", Only(), now=NOW)
    facts = tmp_path / "out" / "facts.ndjson"
    facts.write_text(facts.read_text().replace("third time", "first time"))
    with pytest.raises(NotRestored, match="already"):
        restore(bench.driver, tmp_path / "out", now=NOW)
    emptied(bench.driver)
    with pytest.raises(NotRestored, match="not as it was written"):
        restore(bench.driver, tmp_path / "out", now=NOW)
    assert bench.count("fact") == 0


def test_an_export_can_be_one_customers_or_one_cases(bench: Bench, tmp_path: Path):
    bench.take(conversation("c1"), conversation("c2"))
    of_customer = export(bench.driver, tmp_path / "a", Only(customer="of-c1"), now=NOW)
    (case,) = (case for case in bench.cases() if case.customer == "of-c2")
    of_case = export(bench.driver, tmp_path / "b", Only(case=case.id), now=NOW)
    for manifest in (of_customer, of_case):
        assert (manifest.files["cases.ndjson"], manifest.files["customers.ndjson"]) == (1, 1)
        assert 0 < manifest.files["facts.ndjson"] < bench.count("fact")
    assert "of-c1" not in (tmp_path / "b" / "facts.ndjson").read_text()


# --- the doctor


def findings(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    monkeypatch.setattr("leeway.store.doctor.pending_migrations", list)
    return {finding.check for finding in examine(bench.driver, bench.folder, NOW).findings}


def test_the_doctor_finds_a_row_that_is_not_its_replay(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    bench.take(conversation("c1"))
    assert findings(bench, monkeypatch) == set()
    ((state,),) = bench.driver.select("select state from leeway_case")
    bench.driver.run("update leeway_case set state = ?", (state.replace('"messages":2', '"messages":3'),))
    assert findings(bench, monkeypatch) == {"replay"}
    bench.driver.run("update leeway_case set state = ?", (state,))


def test_the_doctor_finds_a_log_that_was_changed(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    bench.take(conversation("c1"))
    ((number, body),) = bench.driver.select("select id, body from leeway_fact order by id limit 1")
    bench.driver.run("update leeway_fact set body = ? where id = ?", (body.replace("4711", "4712"), number))
    assert findings(bench, monkeypatch) == {"replay"}
    bench.driver.run("update leeway_fact set body = ? where id = ?", (body, number))


def test_the_doctor_finds_sleepers_orphans_and_late_clocks(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    bench.take(conversation("c1", begins=NOW - timedelta(hours=1)))
    assert findings(bench, monkeypatch) == {"watchdog"}  # nothing runs the clocks here
    for change in ("wake_at = null", "owner = ''"):
        ((wake_at, owner),) = bench.driver.select("select wake_at, owner from leeway_case")
        bench.driver.run(f"update leeway_case set {change}")  # noqa: S608
        assert "clocks" in findings(bench, monkeypatch)
        bench.driver.run("update leeway_case set wake_at = ?, owner = ?", (wake_at, owner))
    bench.driver.run("update leeway_case set wake_at = ?", (NOW - timedelta(hours=1),))
    assert "clocks" in findings(bench, monkeypatch)


# --- real ones


@pytest.mark.parametrize(
    ("kind", "file"), [("uss", "uss/SGD.txt"), ("multidogo", "multidogo/airline/dev.tsv")]
)
def test_real_dialogues_go_through(bench: Bench, shared_data: Path, repository: Path, kind: str, file: str):
    made = subprocess.run(
        [sys.executable, "tools/convert_public_data.py", kind, str(shared_data / file)],
        cwd=repository,
        capture_output=True,
        check=True,
        env={"PYTHONIOENCODING": "utf-8", "PATH": ""},
    )
    lines = made.stdout.splitlines(keepends=True)[:40]
    tally = bench.take(*lines).tally
    assert (tally.conversations, tally.refused) == (40, 0)
    assert tally.cases + tally.cases_joined == 40
    assert tally.messages == sum(len(json.loads(line)["messages"]) for line in lines)
    assert bench.count("outbox") == 0
